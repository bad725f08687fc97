#include "history.h"

#include <math.h>
#include <string.h>

#include "chance.h"
#include "shikumen/base/clock.h"
#include "shock.h"

#define LOST_SHARE     0.002 /* of a node's reports; radio */
#define TWICE_AFTER_US (60 * US_PER_S)
#define DECIMALS_MAX   6

enum stream { STREAM_NOISE = 600, STREAM_DELAY, STREAM_LOST };

/* One report of one node. */
struct report {
    const struct sim_node *node;
    int64_t from_us, t_us; /* beginning of the period; the node's moment in it */
    int64_t delay_us;
    uint64_t number;
    struct sky_moment sky;
};

static void put(struct history *h, uint32_t sensor, const struct sample *x)
{
    static const double scale[] = {1, 10, 100, 1e3, 1e4, 1e5, 1e6};
    int decimals = x->decimals < DECIMALS_MAX ? x->decimals : DECIMALS_MAX;
    struct arrival a = {.rx_us = x->rx_us,
                        .t_us = x->t_us,
                        .scaled = llround(x->value * scale[decimals]),
                        .sensor = sensor,
                        .decimals = decimals};

    if (pending_put(&h->pending, &a) != ERR_OK)
        h->out_of_memory = true;
    a.rx_us += TWICE_AFTER_US;
    if (x->twice && pending_put(&h->pending, &a) != ERR_OK)
        h->out_of_memory = true;
}

/* What the sensor measures, through its ills. */
static void send(struct history *h, const struct report *r, uint32_t sensor, int64_t t_us,
                 double value)
{
    const struct sim_sensor *s = &h->district->sensors[sensor];
    const double *range = s->design->range;
    struct sample x = {.t_us = t_us,
                       .rx_us = t_us + r->delay_us,
                       .value = value < range[0]   ? range[0]
                                : value > range[1] ? range[1]
                                                   : value,
                       .decimals = s->design->decimals};

    for (uint32_t i = h->first_run[sensor]; i != SIM_NONE; i = h->runs[i].next)
        ills_apply(&h->runs[i], s, &r->sky, t_us, &x);
    if (!x.lost)
        put(h, sensor, &x);
}

static struct wall_load load_of(const struct history *h, uint32_t sensor, int64_t t_us)
{
    struct wall_load load = {0};

    for (uint32_t i = h->first_touch[sensor]; i != SIM_NONE; i = h->touches[i].next) {
        const struct course *c = &h->courses[h->touches[i].course];
        double size = course_at(c, t_us);
        load.damage += h->touches[i].factor * size;
        load.wetness = fmax(load.wetness, c->damage->size > 0 ? size / c->damage->size : 0);
        load.drawdown_m += course_drawdown_m(c, t_us);
    }
    return load;
}

static void send_value(struct history *h, const struct report *r, uint32_t sensor)
{
    const struct sim_sensor *s = &h->district->sensors[sensor];
    struct wall_load load = load_of(h, sensor, r->t_us);
    double value = wall_at(&h->walls[sensor], &r->sky, &load, r->t_us);

    if (s->design->noise > 0)
        value += s->design->noise * chance_normal(chance_mix(s->seed, STREAM_NOISE), r->number);
    send(h, r, sensor, r->t_us, value);
}

/* An event's peak and, at the same time, its frequency. */
static void send_shock(struct history *h, const struct report *r, uint32_t peak, uint32_t frequency,
                       const struct shock *x)
{
    send(h, r, peak, x->t_us, x->mm_s);
    if (frequency != SIM_NONE)
        send(h, r, frequency, x->t_us, x->hz);
}

static void send_shocks(struct history *h, const struct report *r, uint32_t peak)
{
    const struct sim_sensor *s = &h->district->sensors[peak];
    int64_t period_us = h->scenario->period_s * US_PER_S;
    uint32_t frequency = district_sensor(h->district, s->house, "ppv-f");
    struct shock list[256], traffic = shock_traffic(s, r->from_us, period_us);

    send_shock(h, r, peak, frequency, &traffic);
    for (size_t i = 0; i < h->scenario->damage_count; i++) {
        size_t n = 0;
        if (course_concerns(&h->courses[i], h->district, s->house))
            n = shock_events(&h->courses[i], s, r->from_us, r->from_us + period_us, list,
                             sizeof list / sizeof *list);
        for (size_t k = 0; k < n; k++)
            send_shock(h, r, peak, frequency, &list[k]);
    }
}

static bool due(const struct history *h, const struct design *g)
{
    return h->step % (g->period_s / h->scenario->period_s) == 0;
}

static void send_report(struct history *h, const struct report *r)
{
    const struct sim_node *n = r->node;

    for (uint32_t i = n->first; i < n->first + n->count; i++) {
        const struct design *g = h->district->sensors[i].design;
        if (g->response == RESPONSE_VELOCITY)
            send_shocks(h, r, i);
        else if (g->response != RESPONSE_EVENT_FREQUENCY && due(h, g))
            send_value(h, r, i);
    }
}

static bool is_lost(const struct sim_node *n, uint64_t number)
{
    return chance_uniform(chance_mix(n->seed, STREAM_LOST), number) < LOST_SHARE;
}

static void make_step(struct history *h)
{
    const struct district *d = h->district;
    int64_t period_us = h->scenario->period_s * US_PER_S;
    struct report r = {.from_us = h->scenario->start_us + h->step * period_us,
                       .number = (uint64_t)h->step};

    pending_begin(&h->pending, r.from_us + period_us);
    for (size_t i = 0; i < d->node_count; i++) {
        r.node = &d->nodes[i];
        r.t_us = r.from_us + r.node->phase_us;
        r.delay_us = (1 + (int64_t)(3 * chance_uniform(r.node->seed, STREAM_DELAY))) * US_PER_S;
        sky_at(&h->sky, r.t_us, &r.sky);
        if (!is_lost(r.node, r.number))
            send_report(h, &r);
    }
    h->step++;
}

bool history_next(struct history *h, const struct arrival **list, size_t *count)
{
    int64_t until_us;

    if (h->out_of_memory || h->step > h->steps)
        return false;
    if (h->step < h->steps) {
        make_step(h);
        until_us = h->pending.until_us;
    } else {
        pending_begin(&h->pending, INT64_MAX);
        h->step++;
        until_us = INT64_MAX;
    }
    if (pending_take(&h->pending, until_us) != ERR_OK)
        h->out_of_memory = true;
    *list = h->pending.now;
    *count = h->pending.now_count;
    return !h->out_of_memory;
}

void history_free(struct history *h)
{
    pending_free(&h->pending);
    arena_free(&h->arena);
    *h = (struct history){0};
}
