#include <string.h>

#include "census.h"
#include "override_list.h"
#include "shikumenctl.h"
#include "words.h"

enum {
    COL_ID,
    COL_NAME,
    COL_LANE,
    COL_SENSORS,
    COL_SILENT,
    COL_ALERTS,
    COL_WORST,
    COL_COLOUR,
    COL_CLASS,
    COL_OVERRIDE,
    COL_COUNT
};

static const struct column column_table[COL_COUNT] = {
    [COL_ID] = {"id", "编号", "ID", false, 0},
    [COL_NAME] = {"name", "名称", "NAME", false, 36},
    [COL_LANE] = {"lane", "里弄", "LANE", false, 12},
    [COL_SENSORS] = {"sensors", "测点", "SENSORS", true, 0},
    [COL_SILENT] = {"sensors_silent", "静默", "SILENT", true, 0},
    [COL_ALERTS] = {"alerts_open", "未结告警", "ALERTS", true, 0},
    [COL_WORST] = {"worst_level", "最高级别", "WORST", false, 0},
    [COL_COLOUR] = {"colour", NULL, NULL, false, 0},
    [COL_CLASS] = {"class", "现状", "CLASS", false, 0},
    [COL_OVERRIDE] = {"override", NULL, NULL, false, 0},
};

/* Open alerts of a house. */
struct burden {
    int64_t open;
    int worst, worst_structure;
};

struct burdens {
    const struct registry *registry;
    struct burden *of; /* by house */
};

static enum err take_episode(void *context, const struct episode *e)
{
    const struct burdens *burdens = context;
    uint32_t house = registry_house(burdens->registry, e->house);
    struct burden *b;

    if (house == REGISTRY_NONE)
        return ERR_OK;
    b = &burdens->of[house];
    b->open++;
    b->worst = e->level > b->worst ? e->level : b->worst;
    if (e->category == CATEGORY_STRUCTURE && e->level > b->worst_structure)
        b->worst_structure = e->level;
    return ERR_OK;
}

/* Silence is never called normal. */
static struct cell class_cell(struct table *t, bool unknown, int level)
{
    static const char *const zh[] = {"正常", "蓝色", "黄色", "橙色", "红色"};
    const char *name = level > LEVEL_NORMAL ? level_colour(level) : "normal";

    if (unknown)
        return cell_shown(t, cell_text(t, "unknown"), TINT_GREY,
                          ctl_word(t->ctl, "未知", "unknown"));
    return cell_shown(t, cell_text(t, name),
                      level > LEVEL_NORMAL ? tint_of_level(level) : TINT_GREEN,
                      ctl_word(t->ctl, zh[level], name));
}

static enum err fill(struct table *t, const struct census *census, const struct burden *burdens,
                     const struct override_list *overrides)
{
    for (uint32_t i = 0; i < census->registry->house_count; i++) {
        const struct house *h = &census->registry->houses[i];
        struct census_count count = census_count(census, i);
        bool unknown = census_house_unknown(census, i);
        struct cell *row = table_row(t);
        if (!row)
            return ERR_NOMEM;
        row[COL_ID] = cell_text(t, h->id);
        row[COL_NAME] = cell_text(t, ctl_name(t->ctl, h->name));
        row[COL_LANE] = cell_text(t, h->lane);
        row[COL_SENSORS] = cell_int(count.total);
        row[COL_SILENT] = cell_int(count.silent);
        row[COL_ALERTS] = cell_int(burdens[i].open);
        row[COL_WORST] = cell_level(t, burdens[i].worst);
        row[COL_CLASS] = class_cell(t, unknown, burdens[i].worst_structure);
        row[COL_COLOUR] =
            unknown ? cell_text(t, "grey") : cell_text(t, level_colour(burdens[i].worst_structure));
        row[COL_OVERRIDE] = override_cell(t, override_of(overrides, h->id));
    }
    return ERR_OK;
}

static int take_burdens(struct ctl *c, struct burdens *burdens)
{
    const struct alert_filter open = {.open_only = true, .since_us = INT64_MIN};

    burdens->registry = c->plan->registry;
    burdens->of = arena_array(&c->arena, c->plan->registry->house_count, sizeof *burdens->of);
    if (!burdens->of)
        return ctl_result(c, ERR_NOMEM);
    return ctl_state_result(c, state_episode_each(c->state, &open, take_episode, burdens));
}

int cmd_houses(struct ctl *c)
{
    struct census census = {0};
    struct burdens burdens;
    struct override_list overrides;
    struct column columns[COL_COUNT];
    struct table t;
    int code = ctl_plan(c);

    if (code == EXIT_DONE)
        code = ctl_readings(c);
    if (code == EXIT_DONE)
        code = ctl_state(c);
    if (code == EXIT_DONE)
        code = ctl_readings_result(c, census_take(c, c->readings, &census));
    if (code == EXIT_DONE)
        code = take_burdens(c, &burdens);
    if (code == EXIT_DONE)
        code = ctl_state_result(c, overrides_take(c, &overrides));
    if (code != EXIT_DONE)
        return code;
    memcpy(columns, column_table, sizeof columns);
    if (overrides.count > 0) {
        columns[COL_OVERRIDE].zh = "风险类别人工改判";
        columns[COL_OVERRIDE].en = "RISK CLASS OVERRIDE";
    }
    table_begin(&t, c, columns, COL_COUNT);
    code = ctl_result(c, fill(&t, &census, burdens.of, &overrides));
    if (code == EXIT_DONE)
        code = table_print(&t, "没有登记房屋", "no houses are registered");
    table_end(&t);
    return code;
}
