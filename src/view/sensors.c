#include "shikumen/view/sensors.h"

#include <math.h>

#include "shikumen/base/clock.h"
#include "shikumen/view/alert_levels.h"
#include "shikumen/view/census.h"
#include "shikumen/view/origins.h"
#include "shikumen/view/when.h"
#include "shikumen/view/words.h"

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
    COL_PROFILES,
    COL_BATTERY_V,
    COL_BATTERY_PCT,
    COL_RSSI,
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
    [COL_PROFILES] = {"profiles", NULL, NULL, false, 0},
    [COL_BATTERY_V] = {"node_battery_v", NULL, NULL, true, 0},
    [COL_BATTERY_PCT] = {"node_battery_pct", NULL, NULL, true, 0},
    [COL_RSSI] = {"node_rssi_dbm", NULL, NULL, true, 0},
};

static void put_identity(struct table *t, struct cell *row, const struct registry *r,
                         const struct sensor *s)
{
    row[COL_ID] = cell_text(t, s->id);
    row[COL_NODE] = cell_text(t, s->node == REGISTRY_NONE ? "" : r->nodes[s->node].id);
    row[COL_HOUSE] = cell_text(t, s->house == REGISTRY_NONE ? "" : r->houses[s->house].id);
    row[COL_ELEMENT] = cell_text(t, s->element == REGISTRY_NONE ? "" : r->elements[s->element].id);
    row[COL_QUANTITY] = cell_shown(t, cell_text(t, quantity_info(s->quantity)->name), TINT_NONE,
                                   word_quantity(t->desk, s->quantity));
    row[COL_UNIT] = cell_text(t, s->canonical_unit);
    row[COL_LIMITS] = cell_text(t, s->limits ? s->limits->name : "");
}

/* Of the data alone: what they say of the house is in the column of alerts. */
static void put_last_word(struct table *t, struct cell *row, const struct sensor *s,
                          const struct last_word *last, bool silent)
{
    char span[WHEN_TEXT_SIZE];
    int64_t age_us;

    if (silent)
        row[COL_SILENT] =
            cell_shown(t, cell_bool(true), TINT_GREY,
                       last->rx_us == INT64_MIN ? desk_word(t->desk, "从未收到", "never heard")
                                                : desk_word(t->desk, "静默", "silent"));
    else
        row[COL_SILENT] =
            cell_shown(t, cell_bool(false), TINT_NONE,
                       last->rx_us == INT64_MIN ? desk_word(t->desk, "未收到", "not heard")
                       : last->flag == QF_PASS  ? desk_word(t->desk, "数据正常", "data ok")
                                                : desk_word(t->desk, "有数据", "heard"));
    if (last->t_us == INT64_MIN)
        return;
    age_us = t->desk->now_us - last->t_us;
    row[COL_VALUE] = cell_value(t, last->value, quantity_info(s->quantity)->name);
    row[COL_T] = cell_time(last->t_us);
    row[COL_RX] = cell_time(last->rx_us);
    row[COL_AGE] = cell_shown(t, cell_real((double)age_us / (double)US_PER_S), TINT_NONE,
                              when_span(age_us, span));
    row[COL_FLAG] = cell_flag(t, last->flag, QT_NONE);
}

static struct cell told(double x)
{
    return isnan(x) ? (struct cell){0} : cell_real(x);
}

/* How its node is, as that said last. */
static void put_node(struct cell *row, const struct census *census, uint32_t node)
{
    if (node == REGISTRY_NONE)
        return;
    row[COL_BATTERY_V] = told(census->nodes[node].battery_v);
    row[COL_BATTERY_PCT] = told(census->nodes[node].battery_pct);
    row[COL_RSSI] = told(census->nodes[node].rssi_dbm);
}

static bool is_wanted(const struct sensors_query *q, const struct census *census, size_t i)
{
    return (q->sensor == REGISTRY_NONE || q->sensor == i) &&
           (q->house == REGISTRY_NONE || census->registry->sensors[i].house == q->house) &&
           (!q->silent_only || census->silent[i]);
}

static enum err fill(struct table *t, const struct sensors_query *q, const struct census *census,
                     const int *levels, const char *const *origins)
{
    for (size_t i = 0; i < census->registry->sensor_count; i++) {
        const struct sensor *s = &census->registry->sensors[i];
        struct cell *row;
        if (!is_wanted(q, census, i))
            continue;
        row = table_row(t);
        if (!row)
            return ERR_NOMEM;
        put_identity(t, row, census->registry, s);
        put_last_word(t, row, s, &census->last[i], census->silent[i]);
        put_node(row, census, s->node);
        row[COL_ALERT] = cell_level(t, levels[i]);
        if (origins[i])
            row[COL_PROFILES] = cell_json(t, origins[i]);
    }
    return ERR_OK;
}

enum err view_sensors(struct desk *d, const struct sensors_query *q, struct table *t)
{
    struct column *columns = table_begin_own(t, d, column_table, COL_COUNT);
    struct census census = {0};
    const char *const *origins = NULL;
    const int *levels;
    enum err e = columns ? desk_readings(d, census_take(d, &census)) : ERR_NOMEM;

    if (e == ERR_OK)
        e = desk_readings(d, origins_take(d, &census, q->sensor, &origins));
    if (e == ERR_OK)
        e = desk_state(d, alert_levels_take(d, &levels));
    if (e != ERR_OK)
        return e;
    if (q->limits_apart)
        columns[COL_LIMITS].key = NULL;
    columns[COL_T].zh = columns[COL_T].en = word_time_heading(d, "测点时间", "TIME");
    return fill(t, q, &census, levels, origins);
}

static const struct page_key keys[] = {{COL_ID, false}};
const struct page_order sensors_pages = {keys, sizeof keys / sizeof keys[0]};
