#include "truth.h"

#include <stdlib.h>
#include <string.h>

#include "shikumen/base/utc.h"
#include "truth_limits.h"

static void put_time(struct strbuf *b, const char *key, int64_t t_us)
{
    char text[UTC_TEXT_SIZE];

    if (t_us == INT64_MAX)
        strbuf_printf(b, ",\"%s\":null", key);
    else
        strbuf_printf(b, ",\"%s\":\"%s\"", key, utc_format(t_us, text));
}

static void put_id(struct strbuf *b, const struct history *h, uint32_t sensor)
{
    const struct sim_node *n = &h->district->nodes[district_node_of(h->district, sensor)];

    strbuf_printf(b, "\"%s/%s\"", n->id, h->district->sensors[sensor].design->name);
}

static void put_limit(struct strbuf *b, const struct truth_limit *limit)
{
    strbuf_printf(b, ",\"level\":%d,\"of\":\"%s\",\"limit\":", limit->level,
                  limit_of_name(limit->of));
    strbuf_number(b, limit->value);
    strbuf_printf(b, ",\"unit\":\"%s\"", limit->unit);
    if (limit->window_s > 0)
        strbuf_printf(b, ",\"window_s\":%.0f", limit->window_s);
}

/* Whether the sensor feels the damage of this index. */
static bool shows(const struct history *h, uint32_t course, uint32_t sensor)
{
    const struct course *c = &h->courses[course];
    const struct sim_sensor *s = &h->district->sensors[sensor];

    if (c->damage->kind >= DAMAGE_METRO)
        return s->design->response == RESPONSE_VELOCITY &&
               course_concerns(c, h->district, s->house);
    return course_factor(c, h->district, sensor) != 0;
}

/* Returns whether any limit is gone past within the run. */
static bool put_crossings(struct strbuf *b, const struct history *h, uint32_t course,
                          const uint32_t *sensors, size_t count)
{
    bool any = false, first = true;

    for (size_t i = 0; i < count; i++) {
        const char *set = h->district->sensors[sensors[i]].design->limits;
        for (size_t k = 0; k < TRUTH_LIMITS; k++) {
            struct crossing x;
            if (!set || strcmp(truth_limits[k].set, set) != 0)
                continue;
            x = truth_crossing(h, course, sensors[i], &truth_limits[k]);
            strbuf_puts(b, first ? "\n     {\"sensor\":" : ",\n     {\"sensor\":");
            put_id(b, h, sensors[i]);
            put_limit(b, &truth_limits[k]);
            put_time(b, "t", x.alone_us);
            put_time(b, "compensated_t", x.compensated_us);
            strbuf_putc(b, '}');
            first = false;
            any = any || x.alone_us < scenario_end_us(h->scenario);
        }
    }
    return any;
}

/* The sensors that show it in a house, the one that shows most of it in front. */
static size_t shown_by(const struct history *h, uint32_t course, uint32_t house, uint32_t *out,
                       size_t max)
{
    const struct course *c = &h->courses[course];
    size_t n = 0;

    for (uint32_t i = 0; i < h->district->sensor_count && n < max; i++) {
        double factor = course_factor(c, h->district, i);
        if (h->district->sensors[i].house != house || !shows(h, course, i))
            continue;
        out[n++] = i;
        if (n > 1 && c->damage->kind < DAMAGE_METRO &&
            factor > course_factor(c, h->district, out[0])) {
            out[n - 1] = out[0];
            out[0] = i;
        }
    }
    return n;
}

static void put_place(struct strbuf *b, const struct history *h, uint32_t course, uint32_t house,
                      uint32_t sensor)
{
    const struct scenario_damage *d = h->courses[course].damage;
    const char *id = h->district->houses[house].id;
    char row[SIM_ROW_ID_SIZE];

    strbuf_printf(b, "{\"damage\":%u,\"house\":\"%s\",\"element\":\"%s/%s\"", course, id, id,
                  h->district->sensors[sensor].design->element);
    if (h->courses[course].whole_row)
        strbuf_printf(b, ",\"row\":\"%s\"", district_row(&h->district->houses[house], row));
    strbuf_printf(b, ",\"kind\":\"%s\"", damage_kind_names[d->kind]);
    put_time(b, "onset", d->onset_us);
    strbuf_puts(b, ",\"size\":");
    strbuf_number(b, d->size);
    strbuf_puts(b, ",\"days\":");
    strbuf_number(b, d->days);
}

/* One damage at one house; marks the house when it is harmed. */
static void put_damage(struct strbuf *b, const struct history *h, uint32_t course, uint32_t house,
                       bool *first, bool *harmed)
{
    uint32_t sensors[SIM_DESIGNS_ALL];
    size_t count = shown_by(h, course, house, sensors, SIM_DESIGNS_ALL);
    bool past, harmful;

    if (count == 0 || !course_concerns(&h->courses[course], h->district, house))
        return;
    strbuf_puts(b, *first ? "\n  " : ",\n  ");
    *first = false;
    put_place(b, h, course, house, sensors[0]);
    strbuf_puts(b, ",\"sensors\":[");
    for (size_t i = 0; i < count; i++) {
        strbuf_puts(b, i ? "," : "");
        put_id(b, h, sensors[i]);
    }
    strbuf_puts(b, "],\n   \"crossings\":[");
    past = put_crossings(b, h, course, sensors, count);
    harmful = course_harmful(&h->courses[course]) &&
              (h->courses[course].damage->kind != DAMAGE_PILE_DRIVING || past);
    strbuf_printf(b, "],\"harmful\":%s}", harmful ? "true" : "false");
    harmed[house] = harmed[house] || harmful;
}

static void put_ills(struct strbuf *b, const struct history *h)
{
    for (size_t i = 0; i < h->run_count; i++) {
        const struct ill_run *r = &h->runs[i];
        strbuf_puts(b, i ? ",\n  {\"sensor\":" : "\n  {\"sensor\":");
        put_id(b, h, r->sensor);
        strbuf_printf(b, ",\"ill\":%zu,\"at\":\"%s\",\"kind\":\"%s\"",
                      (size_t)(r->ill - h->scenario->ills), r->ill->at,
                      ill_kind_names[r->ill->kind]);
        put_time(b, "from", r->ill->from_us);
        put_time(b, "until", r->ill->until_us);
        strbuf_puts(b, ",\"size\":");
        strbuf_number(b, r->ill->size);
        strbuf_printf(b, ",\"epoch\":%s}", r->ill->epoch ? "true" : "false");
    }
}

static void put_healthy(struct strbuf *b, const struct history *h, const bool *harmed)
{
    bool first = true;

    for (size_t i = 0; i < h->district->house_count; i++) {
        if (harmed[i])
            continue;
        strbuf_printf(b, first ? "\"%s\"" : ",\"%s\"", h->district->houses[i].id);
        first = false;
    }
}

void truth_write(const struct history *h, struct strbuf *out)
{
    const struct scenario *s = h->scenario;
    size_t houses = h->district->house_count;
    bool *harmed = calloc(houses, sizeof *harmed), first = true;

    if (!harmed) {
        out->failed = true;
        return;
    }
    strbuf_printf(out, "{\"seed\":%llu", (unsigned long long)s->seed);
    put_time(out, "start", s->start_us);
    strbuf_printf(out, ",\"days\":%d,\"period_s\":%d,\n \"damages\":[", s->days, s->period_s);
    for (uint32_t i = 0; i < s->damage_count; i++)
        for (uint32_t k = 0; k < houses; k++)
            put_damage(out, h, i, k, &first, harmed);
    strbuf_puts(out, "],\n \"ills\":[");
    put_ills(out, h);
    strbuf_puts(out, "],\n \"healthy_houses\":[");
    put_healthy(out, h, harmed);
    strbuf_puts(out, "]}\n");
    free(harmed);
}
