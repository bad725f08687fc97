#include "shikumen/view/bursts.h"

#include <string.h>

#include "shikumen/core/burst_plot.h"
#include "shikumen/view/paper.h"

enum { COL_ID, COL_SENSOR, COL_T, COL_RX, COL_RATIO, COL_KEPT, COL_BYTES, COL_COUNT };

static const struct column columns[COL_COUNT] = {
    [COL_ID] = {"id", NULL, NULL, false, 0},
    [COL_SENSOR] = {"sensor", "测点", "SENSOR", false, 0},
    [COL_T] = {"t", "时间", "TIME", false, 0},
    [COL_RX] = {"rx", NULL, NULL, false, 0},
    [COL_RATIO] = {"ratio", "与限值之比", "OF LIMIT", true, 0},
    [COL_KEPT] = {"kept", "永久保存", "KEPT", false, 0},
    [COL_BYTES] = {"bytes", NULL, NULL, true, 0},
};

/* --- the list --- */

struct listing {
    struct table *table;
    const char *sensor;
};

static enum err take_entry(void *context, const struct burst_entry *b)
{
    struct listing *l = context;
    struct cell *row = table_row(l->table);

    if (!row)
        return ERR_NOMEM;
    row[COL_ID] = cell_int(b->id);
    row[COL_SENSOR] = cell_text(l->table, l->sensor);
    row[COL_T] = cell_time(b->t_us);
    row[COL_RX] = cell_time(b->rx_us);
    row[COL_RATIO] = cell_real(b->ratio);
    row[COL_KEPT] = cell_bool(b->kept);
    row[COL_BYTES] = cell_int(b->json_len);
    return ERR_OK;
}

enum err view_bursts(struct desk *d, const struct bursts_query *q, struct table *t)
{
    struct listing l = {t, q->sensor};
    uint32_t stored;
    enum err e = d->readings ? reader_sensor_id(d->readings, q->sensor, &stored) : ERR_NOTFOUND;

    table_begin(t, d, columns, COL_COUNT);
    if (e == ERR_NOTFOUND && d->registry &&
        registry_sensor(d->registry, q->sensor, strlen(q->sensor)) != REGISTRY_NONE)
        return ERR_OK; /* it has never spoken */
    if (e == ERR_OK)
        e = reader_burst_entries(d->readings, stored, q->from_us, q->to_us,
                                 q->limit < BURSTS_MOST ? q->limit : BURSTS_MOST, take_entry, &l);
    return e == ERR_NOTFOUND ? e : desk_readings(d, e);
}

/* --- one --- */

struct record {
    struct desk *desk;
    uint32_t stored;
    int64_t t_us, rx_us;
    struct burst_record burst;
};

static enum err take_record(void *context, const struct burst_row *b)
{
    struct record *r = context;

    r->stored = b->sensor;
    r->t_us = b->t_us;
    r->rx_us = b->rx_us;
    return burst_read(b->json, b->json_len, BURST_SAMPLES, r->desk->arena, &r->burst);
}

struct naming {
    uint32_t stored;
    struct desk *desk;
    const char *name;
};

static enum err take_name(void *context, const struct sensor_row *row)
{
    struct naming *n = context;

    if (row->id != n->stored)
        return ERR_OK;
    n->name = desk_keep(n->desk, row->name);
    return ERR_EXISTS; /* enough */
}

static void put_place(const struct desk *d, uint32_t sensor, struct strbuf *out)
{
    const struct registry *r = d->registry;
    const struct sensor *s = sensor == REGISTRY_NONE ? NULL : &r->sensors[sensor];

    paper_text(out, "house", s && s->house != REGISTRY_NONE ? r->houses[s->house].id : NULL);
    paper_text(out, "element",
               s && s->element != REGISTRY_NONE ? r->elements[s->element].id : NULL);
}

static void put_fault(enum err why, struct strbuf *out)
{
    struct bilingual text = burst_error_text(why);

    paper_key(out, "fault");
    if (why == ERR_OK) {
        strbuf_puts(out, "null");
        return;
    }
    strbuf_putc(out, '{');
    paper_text(out, "zh", text.zh);
    paper_text(out, "en", text.en);
    strbuf_putc(out, '}');
}

/* Verdict and picture; a record that cannot be judged may still be drawn. */
static enum err put_judged(struct desk *d, const struct record *r, const char *name,
                           uint32_t sensor, struct strbuf *out)
{
    const struct limit_set *own =
        sensor == REGISTRY_NONE ? NULL : d->registry->sensors[sensor].limits;
    struct burst_assessment *a = arena_alloc(d->arena, sizeof *a);
    struct burst_site site = {.component = VIBRATION_AXES};
    struct burst_plot *plot = arena_alloc(d->arena, sizeof *plot);
    enum err judged, drawn;

    if (!a || !plot)
        return ERR_NOMEM;
    if (sensor != REGISTRY_NONE)
        site = burst_site(d->registry, sensor);
    judged = burst_assess(&r->burst, &site, d->arena, a);
    drawn = judged == ERR_NOMEM ? judged
                                : burst_plot_of(&r->burst, judged ? NULL : a, own, d->arena, plot);
    if (drawn == ERR_NOMEM)
        return drawn;
    put_fault(judged, out);
    paper_key(out, "assessment");
    if (judged == ERR_OK)
        burst_json(a, name, out);
    else
        strbuf_puts(out, "null");
    paper_key(out, "plot");
    if (drawn == ERR_OK)
        burst_plot_json(plot, out);
    else
        strbuf_puts(out, "null");
    return ERR_OK;
}

enum err view_burst_json(struct desk *d, int64_t id, struct strbuf *out)
{
    struct record r = {.desk = d};
    struct naming n = {.desk = d};
    uint32_t sensor;
    enum err e = d->readings ? reader_burst_one(d->readings, id, take_record, &r) : ERR_NOTFOUND;

    if (e != ERR_OK)
        return e == ERR_NOTFOUND ? e : desk_readings(d, e);
    n.stored = r.stored;
    e = reader_sensors(d->readings, take_name, &n);
    if (e != ERR_OK && e != ERR_EXISTS)
        return desk_readings(d, e);
    sensor = n.name && d->registry ? registry_sensor(d->registry, n.name, strlen(n.name))
                                   : REGISTRY_NONE;
    strbuf_printf(out, "{\"id\":%lld", (long long)id);
    paper_text(out, "sensor", n.name);
    paper_time(out, "t", r.t_us);
    paper_time(out, "rx", r.rx_us);
    put_place(d, sensor, out);
    e = put_judged(d, &r, n.name ? n.name : "", sensor, out);
    strbuf_putc(out, '}');
    return e;
}
