#include "ills.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "chance.h"
#include "shikumen/base/clock.h"

#define YEAR_US         (365.2425 * (double)US_PER_DAY)
#define SPIKE_SHARE     0.02
#define TWICE_SHARE     0.2
#define UNIT_DECIMALS   3    /* more, when values are of another unit */
#define REPLAY_SPEED    5000 /* times as fast as measured */
#define REPLAY_WAIT_US  (30 * US_PER_S)
#define BATTERY_EMPTY_V 2.45
#define BATTERY_FALLS   0.75 /* part of the time; then silence */
#define WORKERS         6.0  /* times the gauge's noise while a house is renovated */
#define VACANT_RH       7.0
#define UNHEATED        0.9 /* how far an empty house follows the air */

enum stream { STREAM_SPIKE = 900, STREAM_TWICE, STREAM_LATE, STREAM_WORK };

static bool below(const char *at, const struct sim_node *n, const struct design *g)
{
    char id[2 * SIM_ID_SIZE];
    size_t len = strlen(at);

    snprintf(id, sizeof id, "%s/%s", n->id, g->name);
    return strncmp(id, at, len) == 0 && (id[len] == '/' || id[len] == '\0');
}

static bool structural(enum response r)
{
    return r <= RESPONSE_STRAIN;
}

bool ills_touch(const struct scenario_ill *ill, const struct district *d, uint32_t sensor)
{
    const struct design *g = d->sensors[sensor].design;

    if (!below(ill->at, &d->nodes[district_node_of(d, sensor)], g))
        return false;
    if (ill->kind == ILL_RENOVATION)
        return structural(g->response);
    if (ill->kind == ILL_VACANCY)
        return g->response == RESPONSE_INDOOR_CELSIUS || g->response == RESPONSE_INDOOR_RH;
    return true;
}

static double chance_of(const struct ill_run *run, const struct sim_sensor *s, enum stream stream,
                        int64_t t_us)
{
    uint64_t seed = chance_mix(s->seed, (uint64_t)run->ill->from_us);

    return chance_uniform(chance_mix(seed, stream), (uint64_t)(t_us / US_PER_S));
}

static void spike(const struct ill_run *run, const struct sim_sensor *s, int64_t t_us,
                  struct sample *x)
{
    double u = chance_of(run, s, STREAM_SPIKE, t_us) / SPIKE_SHARE;

    if (u < 1)
        x->value += u < 0.5 ? run->ill->size : -run->ill->size;
}

static void battery(const struct ill_run *run, const struct sim_sensor *s, int64_t t_us,
                    struct sample *x)
{
    const struct scenario_ill *ill = run->ill;
    double part = (double)(t_us - ill->from_us) / (double)(ill->until_us - ill->from_us);
    double fallen = part / BATTERY_FALLS;

    if (fallen >= 1)
        x->lost = true;
    else if (s->design->response == RESPONSE_BATTERY)
        x->value -= (x->value - BATTERY_EMPTY_V) * fallen * fallen;
}

static void vacancy(const struct sim_sensor *s, const struct sky_moment *k, struct sample *x)
{
    if (s->design->response == RESPONSE_INDOOR_CELSIUS)
        x->value += UNHEATED * (k->at[SKY_CELSIUS_6H] - x->value);
    else
        x->value = fmin(x->value + VACANT_RH, 99);
}

static double normal_of(const struct ill_run *run, const struct sim_sensor *s, int64_t t_us)
{
    return chance_normal(chance_mix(s->seed, STREAM_WORK + (uint64_t)run->ill->from_us),
                         (uint64_t)(t_us / US_PER_S));
}

/* The step comes while the work goes on. */
static void renovation(const struct ill_run *run, const struct sim_sensor *s, int64_t t_us,
                       struct sample *x)
{
    const struct scenario_ill *ill = run->ill;
    double part = (double)(t_us - ill->from_us) / (double)(ill->until_us - ill->from_us);
    double sign = chance_uniform(s->seed, (uint64_t)ill->from_us) < 0.5 ? -1 : 1;

    x->value += sign * ill->size * s->design->noise * (part < 1 ? part : 1);
    if (part < 1)
        x->value += WORKERS * s->design->noise * normal_of(run, s, t_us);
}

static void hold(struct ill_run *run, struct sample *x)
{
    if (!run->begun)
        run->held = x->value;
    x->value = run->ill->kind == ILL_STUCK ? run->held : x->value - run->held;
}

static void values(struct ill_run *run, const struct sim_sensor *s, const struct sky_moment *k,
                   int64_t t_us, struct sample *x)
{
    const struct scenario_ill *ill = run->ill;
    double years = (double)(t_us - ill->from_us) / YEAR_US;

    switch (ill->kind) {
    case ILL_DRIFT:
        x->value += ill->size * years;
        break;
    case ILL_DRIFT_THERMAL:
        x->value += ill->size * years * (k->at[SKY_CELSIUS_6H] - 17);
        break;
    case ILL_SPIKES:
        spike(run, s, t_us, x);
        break;
    case ILL_UNIT:
        x->value *= ill->size;
        x->decimals += UNIT_DECIMALS;
        break;
    case ILL_SWAP:
        x->value += ill->size;
        break;
    case ILL_STUCK:
    case ILL_REZERO:
        hold(run, x);
        break;
    case ILL_RENOVATION:
        renovation(run, s, t_us, x);
        break;
    case ILL_VACANCY:
        vacancy(s, k, x);
        break;
    default:
        break;
    }
}

/* Whether, when and with what time it arrives. */
static void messages(const struct ill_run *run, const struct sim_sensor *s, int64_t t_us,
                     struct sample *x)
{
    const struct scenario_ill *ill = run->ill;
    double late = chance_of(run, s, STREAM_LATE, t_us);

    switch (ill->kind) {
    case ILL_GAP:
        x->lost = true;
        break;
    case ILL_REPLAY:
        x->rx_us = ill->until_us + REPLAY_WAIT_US + (t_us - ill->from_us) / REPLAY_SPEED;
        break;
    case ILL_CLOCK:
        x->t_us += (int64_t)(ill->size * 3600) * US_PER_S;
        break;
    case ILL_DUPLICATES:
        x->twice = chance_of(run, s, STREAM_TWICE, t_us) < TWICE_SHARE;
        break;
    case ILL_DISORDER:
        x->rx_us += (int64_t)(ill->size * 3600 * late * late) * US_PER_S;
        break;
    case ILL_BATTERY:
        battery(run, s, t_us, x);
        break;
    default:
        break;
    }
}

/* What it did stays when the time of the doing is over. */
static bool lasts(enum ill_kind kind)
{
    return kind == ILL_RENOVATION || kind == ILL_SWAP || kind == ILL_REZERO;
}

void ills_apply(struct ill_run *run, const struct sim_sensor *s, const struct sky_moment *k,
                int64_t t_us, struct sample *x)
{
    const struct scenario_ill *ill = run->ill;

    if (t_us < ill->from_us || (t_us >= ill->until_us && !lasts(ill->kind)))
        return;
    values(run, s, k, t_us, x);
    messages(run, s, t_us, x);
    run->begun = true;
}
