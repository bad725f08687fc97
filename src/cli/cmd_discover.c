#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "discover_entry.h"
#include "print.h"
#include "shikumen/base/clock.h"
#include "shikumen/base/strmap.h"
#include "shikumen/core/payload.h"
#include "shikumen/view/words.h"
#include "shikumenctl.h"

#define UNMATCHED_LOOKED_AT 2000 /* the latest */

/* --- what speaks but is not registered --- */

enum {
    COL_ID,
    COL_PROFILE,
    COL_VERSION,
    COL_CHANNEL,
    COL_QUANTITY,
    COL_UNIT,
    COL_VALUE,
    COL_COUNT_OF,
    COL_PERIOD,
    COL_FIRST,
    COL_LAST,
    COL_TOPIC,
    COL_ENTRY,
    COL_COUNT
};

static const struct column sensor_columns[COL_COUNT] = {
    [COL_ID] = {"id", "测点", "SENSOR", false, 60},
    [COL_PROFILE] = {"profile", "配置", "PROFILE", false, 0},
    [COL_VERSION] = {"profile_version", NULL, NULL, false, 0},
    [COL_CHANNEL] = {"channel", NULL, NULL, false, 0},
    [COL_QUANTITY] = {"quantity", "可能的量", "PROBABLY", false, 0},
    [COL_UNIT] = {"unit", "单位", "UNIT", false, 0},
    [COL_VALUE] = {"last_value", "最近值", "LAST VALUE", true, 0},
    [COL_COUNT_OF] = {"count", "次数", "COUNT", true, 0},
    [COL_PERIOD] = {"period_s", "约每秒", "EVERY S", true, 0},
    [COL_FIRST] = {"first_rx", NULL, NULL, false, 0},
    [COL_LAST] = {"last_rx", "最近", "LATEST", false, 0},
    [COL_TOPIC] = {"topic", NULL, NULL, false, 0},
    [COL_ENTRY] = {"registry_entry", NULL, NULL, false, 0},
};

/* --- tables --- */

struct listing {
    struct ctl *c;
    struct table *t;
};

static void fill_row(struct table *t, struct cell *row, const struct registry *r,
                     const struct found *f)
{
    const struct unknown_sensor *u = f->u;
    struct strbuf entry = {0};

    row[COL_ID] = cell_text(t, u->name);
    row[COL_PROFILE] = cell_text(t, f->profile ? f->profile : "");
    if (f->version > 0)
        row[COL_VERSION] = cell_int(f->version);
    row[COL_CHANNEL] = cell_text(t, f->channel ? f->channel : "");
    row[COL_QUANTITY] = cell_text(t, f->quantity < Q_COUNT ? quantity_info(f->quantity)->name : "");
    row[COL_UNIT] = cell_text(t, f->unit ? f->unit : "");
    row[COL_VALUE] = isnan(f->value) ? (struct cell){0} : cell_real(f->value);
    row[COL_COUNT_OF] = cell_int(u->count);
    row[COL_PERIOD] = cell_int(f->period_s);
    row[COL_FIRST] = cell_time(u->first_rx_us);
    row[COL_LAST] = cell_time(u->last_rx_us);
    row[COL_TOPIC] = cell_text(t, u->topic);
    if (discover_entry(&entry, r, f))
        row[COL_ENTRY] = cell_json(t, strbuf_text(&entry));
    strbuf_free(&entry);
}

static enum err put_found(struct listing *l, const struct found *f)
{
    const struct registry *r = l->c->plan->registry;
    struct cell *row;

    if (discover_registered(r, f))
        return ERR_OK;
    row = table_row(l->t);
    if (row)
        fill_row(l->t, row, r, f);
    return row ? ERR_OK : ERR_NOMEM;
}

/* What came in the same message and tells how the device is. */
static enum err take_beside(struct listing *l, const struct unknown_sensor *u, const cJSON *json)
{
    const cJSON *one;
    enum err e = ERR_OK;

    cJSON_ArrayForEach(one, cJSON_GetObjectItemCaseSensitive(json, "beside"))
    {
        struct unknown_sensor health = *u;
        struct found f = discover_look(&health, one);
        if (e != ERR_OK || !f.profile || !f.device || !f.channel)
            continue;
        health.name = arena_printf(l->t->desk->arena, "%s/%s", f.device, f.channel);
        e = health.name ? put_found(l, &f) : ERR_NOMEM;
    }
    return e;
}

static enum err take_sensor(void *context, const struct unknown_sensor *u)
{
    struct listing *l = context;
    cJSON *json = cJSON_Parse(u->payload);
    struct found f = discover_look(u, json);
    enum err e = put_found(l, &f);

    if (e == ERR_OK)
        e = take_beside(l, u, json);
    cJSON_Delete(json);
    return e;
}

/* --- batteries of nodes that are registered otherwise --- */

/* The channel by which the profile of a node's sensors tells its battery in percent; NULL. */
static const char *battery_channel(const struct ctl *c, const struct sensor *s)
{
    const struct profile *p = s->source && c->plan->profiles.set
                                  ? profile_find(c->plan->profiles.set, s->source->profile)
                                  : NULL;

    for (size_t i = 0; p && i < p->part_count; i++)
        for (size_t k = 0; k < p->parts[i].value_count; k++) {
            const struct profile_value *v = &p->parts[i].values[k];
            if (v->quantity == Q_BATTERY && *v->name && v->unit && strcmp(v->unit, "%") == 0)
                return v->name;
        }
    return NULL;
}

static enum err take_node(void *context, const struct reader_node *n)
{
    struct listing *l = context;
    const struct registry *r = l->c->plan->registry;
    uint32_t node = registry_node(r, n->node, strlen(n->node));

    if (node == REGISTRY_NONE || isnan(n->battery_pct))
        return ERR_OK;
    for (size_t i = 0; i < r->nodes[node].sensor_count; i++) {
        const struct sensor *s = &r->sensors[r->nodes[node].sensors[i]];
        const char *channel = battery_channel(l->c, s);
        const char *name =
            channel ? arena_printf(l->t->desk->arena, "%s/%s", n->node, channel) : NULL;
        const struct unknown_sensor u = {
            .name = name, .topic = "", .first_rx_us = n->rx_us, .last_rx_us = n->rx_us};
        if (!channel)
            continue;
        return name ? put_found(l, &(struct found){.u = &u,
                                                   .unit = "%",
                                                   .profile = s->source->profile,
                                                   .device = s->source->device,
                                                   .channel = channel,
                                                   .quantity = Q_BATTERY,
                                                   .value = n->battery_pct,
                                                   .period_s = (int)(s->period_us / US_PER_S)})
                    : ERR_NOMEM;
    }
    return ERR_OK;
}

enum { UN_TOPIC, UN_COUNT_OF, UN_LAST, UN_NOW, UN_WHY, UN_PAYLOAD, UN_WHY_ZH, UN_WHY_EN, UN_COUNT };

static const struct column unmatched_columns[UN_COUNT] = {
    [UN_TOPIC] = {"topic", "未匹配的主题", "UNMATCHED TOPIC", false, 60},
    [UN_COUNT_OF] = {"count", "次数", "COUNT", true, 0},
    [UN_LAST] = {"last_rx", "最近", "LATEST", false, 0},
    [UN_NOW] = {"fits_now", "现已适用", "FITS NOW", false, 0},
    [UN_WHY] = {"why", "原因", "WHY", false, 70},
    [UN_PAYLOAD] = {"payload", NULL, NULL, false, 0},
    [UN_WHY_ZH] = {"why_zh", NULL, NULL, false, 0},
    [UN_WHY_EN] = {"why_en", NULL, NULL, false, 0},
};

static bool is(const struct cell *cell, const char *text)
{
    return strcmp(cell->text ? cell->text : "", text) == 0;
}

/* The profile that reads the message by now; "" when none does. */
static const char *fits_now(struct ctl *c, const struct quarantine_row *q)
{
    struct profile_context context = profile_shelf_context(&c->plan->profiles, c->plan->registry);
    struct message m = {q->topic, q->payload ? q->payload : "", q->payload_len, q->rx_us};
    struct profile_result r;

    if (!context.set || profile_decode(&context, &m, &c->arena, &r) != ERR_OK || r.why ||
        !r.envelope)
        return "";
    return r.device ? r.device->id : r.envelope->id;
}

/* The row of the topic and reason, a new one when it is the first (the latest) of its kind. */
static enum err take_unmatched(void *context, const struct quarantine_row *q)
{
    struct listing *l = context;
    struct table *t = l->t;
    struct cell *row;
    const char *payload;

    for (size_t i = 0; i < t->rows; i++) {
        row = &t->cells[i * t->column_count];
        if (is(&row[UN_TOPIC], q->topic) && is(&row[UN_WHY], q->detail)) {
            row[UN_COUNT_OF] = cell_int(row[UN_COUNT_OF].i + 1);
            return ERR_OK;
        }
    }
    row = table_row(t);
    payload = arena_strndup(t->desk->arena, q->payload ? q->payload : "", q->payload_len);
    if (!row || !payload)
        return ERR_NOMEM;
    row[UN_TOPIC] = cell_text(t, q->topic);
    row[UN_COUNT_OF] = cell_int(1);
    row[UN_LAST] = cell_time(q->rx_us);
    row[UN_NOW] = cell_text(t, fits_now(l->c, q));
    row[UN_WHY] = cell_wording(t, q->detail);
    row[UN_WHY_ZH] = cell_wording_zh(t, q->detail);
    row[UN_WHY_EN] = cell_text(t, q->detail);
    row[UN_PAYLOAD] = cell_text(t, payload);
    return ERR_OK;
}

/* --- printing --- */

static int print_json(struct ctl *c, const struct table *sensors, const struct table *unmatched)
{
    struct strbuf out = {0};
    int code;

    strbuf_puts(&out, "{\"sensors\":");
    table_json(sensors, &out);
    strbuf_puts(&out, ",\n\"unmatched\":");
    table_json(unmatched, &out);
    strbuf_puts(&out, "}\n");
    code = print_text(c, &out);
    strbuf_free(&out);
    return code;
}

/* The entries as they go into "sensors" of the registry file. */
static void put_entries(struct ctl *c, struct strbuf *out, const struct table *t)
{
    size_t without = 0;
    bool open = false;

    desk_put(&c->desk, out, "\n可直接加入登记文件 \"sensors\" 的条目（房屋、构件请补上）：\n",
             "\nEntries for \"sensors\" of the registry (add house and element):\n");
    for (size_t i = 0; i < t->rows; i++) {
        const struct cell *entry = &t->cells[i * t->column_count + COL_ENTRY];
        if (entry->text)
            strbuf_printf(out, "    %s,\n", ctl_clean(c, entry->text));
        else
            without++;
        open = open || (entry->text && strstr(entry->text, ": \"?\""));
    }
    if (open)
        desk_put(
            &c->desk, out,
            "\"?\" 处报文没有说明，须由人填写；原始单位（如 %%、digits）的测点还需 calibration\n",
            "\"?\" is what the message does not say: fill it in; a raw unit (%%, digits) needs a "
            "calibration too\n");
    if (without > 0)
        desk_put(&c->desk, out, "另有 %zu 个测点无法猜出测量的量\n",
                 "What %zu more sensors measure cannot be told from their name and unit\n",
                 without);
}

static int print_tables(struct ctl *c, const struct table *sensors, const struct table *unmatched)
{
    struct strbuf out = {0};
    int code;

    if (option_given(&c->options, OPTION_JSON))
        return print_json(c, sensors, unmatched);
    if (option_given(&c->options, OPTION_CSV) || (sensors->rows == 0 && unmatched->rows == 0)) {
        code = table_print(c, sensors, "没有未登记的测点", "nothing speaks that is not registered");
        if (option_given(&c->options, OPTION_CSV) || code != EXIT_DONE)
            return code;
    } else if (sensors->rows > 0) {
        table_text(c, sensors, &out);
        put_entries(c, &out, sensors);
        strbuf_putc(&out, '\n');
    }
    if (unmatched->rows > 0) {
        table_text(c, unmatched, &out);
        desk_put(&c->desk, &out,
                 "用 shikumenctl profile test PROFILE FILE 试写配置（docs/sensors.md）\n",
                 "Write a profile for these: docs/sensors.md, shikumenctl profile test\n");
    }
    code = print_text(c, &out);
    strbuf_free(&out);
    return code;
}

int cmd_discover(struct ctl *c)
{
    struct table sensors, unmatched;
    struct listing l = {.c = c, .t = &sensors}, other = {.c = c, .t = &unmatched};
    int code = ctl_plan(c);

    if (code == EXIT_DONE)
        code = ctl_readings(c);
    if (code != EXIT_DONE)
        return code;
    table_begin(&sensors, &c->desk, sensor_columns, COL_COUNT);
    table_begin(&unmatched, &c->desk, unmatched_columns, UN_COUNT);
    code = ctl_readings_result(c, reader_unknown_sensors(c->desk.readings, take_sensor, &l));
    if (code == EXIT_DONE)
        code = ctl_readings_result(c, reader_nodes(c->desk.readings, -1, take_node, &l));
    if (code == EXIT_DONE)
        code = ctl_readings_result(
            c, reader_quarantine(c->desk.readings, refusal_name(REFUSE_UNMATCHED), NULL,
                                 UNMATCHED_LOOKED_AT, take_unmatched, &other));
    if (code == EXIT_DONE)
        code = print_tables(c, &sensors, &unmatched);
    table_end(&sensors);
    table_end(&unmatched);
    return code;
}
