#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert_levels.h"
#include "census.h"
#include "shikumen/base/clock.h"
#include "shikumen/base/fault.h"
#include "shikumenctl.h"
#include "unknown.h"
#include "when.h"
#include "words.h"

enum {
    COL_ID,
    COL_NODE,
    COL_HOUSE,
    COL_ELEMENT,
    COL_QUANTITY,
    COL_VALUE,
    COL_UNIT,
    COL_T,
    COL_RX,
    COL_AGE,
    COL_FLAG,
    COL_LIMITS,
    COL_SILENT,
    COL_ALERT,
    COL_COUNT
};

static const struct column column_table[COL_COUNT] = {
    [COL_ID] = {"id", "测点", "SENSOR", false, 0},
    [COL_NODE] = {"node", NULL, NULL, false, 0},
    [COL_HOUSE] = {"house", NULL, NULL, false, 0},
    [COL_ELEMENT] = {"element", NULL, NULL, false, 0},
    [COL_QUANTITY] = {"quantity", "量", "QUANTITY", false, 0},
    [COL_VALUE] = {"v", "数值", "VALUE", true, 0},
    [COL_UNIT] = {"u", "单位", "UNIT", false, 0},
    [COL_T] = {"t", NULL, NULL, false, 0},
    [COL_RX] = {"rx", NULL, NULL, false, 0},
    [COL_AGE] = {"age_s", "距今", "AGE", true, 0},
    [COL_FLAG] = {"flag", "质量", "FLAG", false, 0},
    [COL_LIMITS] = {"limits", "限值", "LIMITS", false, 28},
    [COL_SILENT] = {"silent", "数据", "DATA", false, 0},
    [COL_ALERT] = {"alert_level", "告警", "ALERT", false, 0},
};

static void put_identity(struct table *t, struct cell *row, const struct registry *r,
                         const struct sensor *s)
{
    row[COL_ID] = cell_text(t, s->id);
    row[COL_NODE] = cell_text(t, s->node == REGISTRY_NONE ? "" : r->nodes[s->node].id);
    row[COL_HOUSE] = cell_text(t, s->house == REGISTRY_NONE ? "" : r->houses[s->house].id);
    row[COL_ELEMENT] = cell_text(t, s->element == REGISTRY_NONE ? "" : r->elements[s->element].id);
    row[COL_QUANTITY] = cell_shown(t, cell_text(t, quantity_info(s->quantity)->name), TINT_NONE,
                                   word_quantity(t->ctl, s->quantity));
    row[COL_UNIT] = cell_text(t, s->canonical_unit);
    row[COL_LIMITS] = cell_text(t, s->limits ? s->limits->name : "");
}

/* Of the data alone: what they say of the house is in the column of alerts. */
static void put_last_word(struct table *t, struct cell *row, const struct sensor *s,
                          const struct last_word *last, bool silent)
{
    int64_t age_us = t->ctl->now_us - last->t_us;
    char span[WHEN_TEXT_SIZE];

    if (silent)
        row[COL_SILENT] =
            cell_shown(t, cell_bool(true), TINT_GREY,
                       last->rx_us == INT64_MIN ? ctl_word(t->ctl, "从未收到", "never heard")
                                                : ctl_word(t->ctl, "静默", "silent"));
    else
        row[COL_SILENT] =
            cell_shown(t, cell_bool(false), TINT_NONE,
                       last->rx_us == INT64_MIN ? ctl_word(t->ctl, "未收到", "not heard")
                       : last->flag == QF_PASS  ? ctl_word(t->ctl, "数据正常", "data ok")
                                                : ctl_word(t->ctl, "有数据", "heard"));
    if (last->t_us == INT64_MIN)
        return;
    row[COL_VALUE] = cell_value(t, last->value, quantity_info(s->quantity)->name);
    row[COL_T] = cell_time(last->t_us);
    row[COL_RX] = cell_time(last->rx_us);
    row[COL_AGE] = cell_shown(t, cell_real((double)age_us / (double)US_PER_S), TINT_NONE,
                              when_span(age_us, span));
    row[COL_FLAG] = cell_flag(t, last->flag, QT_NONE);
}

static enum err fill(struct table *t, const struct census *census, const int *levels,
                     uint32_t house)
{
    const struct options *o = &t->ctl->options;

    for (size_t i = 0; i < census->registry->sensor_count; i++) {
        const struct sensor *s = &census->registry->sensors[i];
        struct cell *row;
        if ((o->house && s->house != house) ||
            (option_given(o, OPTION_SILENT) && !census->silent[i]))
            continue;
        row = table_row(t);
        if (!row)
            return ERR_NOMEM;
        put_identity(t, row, census->registry, s);
        put_last_word(t, row, s, &census->last[i], census->silent[i]);
        row[COL_ALERT] = cell_level(t, levels[i]);
    }
    return ERR_OK;
}

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
    struct column columns[COL_COUNT];
    struct census census = {0};
    struct table t;
    const int *levels;
    uint32_t house;
    int code = find_house(c, &house);

    if (code == EXIT_DONE)
        code = ctl_readings_result(c, census_take(c, c->readings, &census));
    if (code == EXIT_DONE)
        code = ctl_state(c);
    if (code == EXIT_DONE)
        code = ctl_state_result(c, alert_levels_take(c, &levels));
    if (code != EXIT_DONE)
        return code;
    memcpy(columns, column_table, sizeof columns);
    columns[COL_T].zh = columns[COL_T].en = word_time_heading(c, "测点时间", "TIME");
    table_begin(&t, c, columns, COL_COUNT);
    code = ctl_result(c, fill(&t, &census, levels, house));
    if (code == EXIT_DONE)
        code = table_print(&t, "没有这样的测点", "no such sensors");
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
