#include "print.h"
#include "shikumen/base/fault.h"
#include "shikumen/view/sensors.h"
#include "shikumenctl.h"
#include "unknown.h"

static int find_house(struct ctl *c, uint32_t *house)
{
    const struct registry *r = c->plan->registry;
    const char **ids, *near;

    *house = c->options.house ? registry_house(r, c->options.house) : REGISTRY_NONE;
    if (!c->options.house || *house != REGISTRY_NONE)
        return EXIT_DONE;
    ids = arena_array(&c->arena, r->house_count, sizeof *ids);
    for (size_t i = 0; ids && i < r->house_count; i++)
        ids[i] = r->houses[i].id;
    near = ids ? fault_suggest(c->options.house, ids, r->house_count) : NULL;
    if (near)
        return ctl_fail(c, "没有登记房屋 %s；是否指 %s",
                        "no house %s is registered; did you mean %s", c->options.house, near);
    return ctl_fail(c, "没有登记房屋 %s", "no house %s is registered", c->options.house);
}

static int list_registered(struct ctl *c)
{
    struct sensors_query query = {.sensor = REGISTRY_NONE,
                                  .silent_only = option_given(&c->options, OPTION_SILENT)};
    struct table t = {0};
    int code = find_house(c, &query.house);

    if (code == EXIT_DONE)
        code = ctl_state(c);
    if (code == EXIT_DONE)
        code = ctl_view_result(c, view_sensors(&c->desk, &query, &t));
    page_sort(&t, &sensors_pages);
    if (code == EXIT_DONE)
        code = table_print(c, &t, "没有这样的测点", "no such sensors");
    table_end(&t);
    return code;
}

int cmd_sensors(struct ctl *c)
{
    int code;

    if (option_given(&c->options, OPTION_UNKNOWN) &&
        (c->options.house || option_given(&c->options, OPTION_SILENT))) {
        options_refuse("--unknown 不能与 cannot go with --house, --silent", "");
        return EXIT_USAGE;
    }
    code = ctl_plan(c);
    if (code == EXIT_DONE)
        code = ctl_readings(c);
    if (code != EXIT_DONE)
        return code;
    return option_given(&c->options, OPTION_UNKNOWN) ? unknown_print(c) : list_registered(c);
}
