#include <stdlib.h>
#include <string.h>

#include "listing.h"
#include "shikumen/base/array.h"
#include "shikumen/base/fault.h"
#include "shikumenctl.h"

/* A sensor by its name, and all names in case it is not there. */
struct lookup {
    struct arena *arena;
    const char *name;
    struct listed found; /* id 0: not there */
    const char **names;
    size_t count, capacity;
};

static enum err keep_name(struct lookup *l, const char *name)
{
    const char **bigger = array_grow(l->names, &l->capacity, l->count + 1, sizeof *bigger);
    if (!bigger)
        return ERR_NOMEM;
    l->names = bigger;
    l->names[l->count] = arena_strdup(l->arena, name);
    return l->names[l->count++] ? ERR_OK : ERR_NOMEM;
}

static enum err take_sensor(void *context, const struct sensor_row *s)
{
    struct lookup *l = context;

    if (strcmp(s->name, l->name) != 0)
        return keep_name(l, s->name);
    l->found =
        (struct listed){s->id, arena_strdup(l->arena, s->name), arena_strdup(l->arena, s->quantity),
                        arena_strdup(l->arena, s->unit)};
    return l->found.name && l->found.quantity && l->found.unit ? ERR_OK : ERR_NOMEM;
}

static int find(struct ctl *c, struct listed *sensor)
{
    struct lookup l = {.arena = &c->arena, .name = c->options.arguments[0]};
    int code = ctl_readings_result(c, reader_sensors(c->desk.readings, take_sensor, &l));
    const char *near;

    *sensor = l.found;
    if (code == EXIT_DONE && l.found.id == 0) {
        near = fault_suggest(l.name, l.names, l.count);
        code = near ? ctl_fail(c, "没有测点 %s；是否指 %s", "no sensor %s; did you mean %s", l.name,
                               ctl_clean(c, near))
                    : ctl_fail(c, "没有测点 %s", "no sensor %s", l.name);
    }
    free(l.names);
    return code;
}

int cmd_readings(struct ctl *c)
{
    struct listed sensor;
    int code = EXIT_USAGE;

    if (c->options.step == LISTING_RAW || !option_given(&c->options, OPTION_RAW))
        code = ctl_readings(c);
    else
        options_refuse("--raw 只用于逐条读数 is for each reading, not for ", "--step hour, day");
    if (code == EXIT_DONE)
        code = find(c, &sensor);
    if (code != EXIT_DONE)
        return code;
    return c->options.step == LISTING_RAW ? listing_raw(c, &sensor) : listing_summary(c, &sensor);
}
