/* A pair of the doses in the slow analysis as bytes, and the readings that wait for their day. */
#include <stdlib.h>

#include "slow_dose_private.h"
#include "slow_pack.h"

#define WAITING_BYTES 20 /* of a reading that waits */

FIELDS_OF(struct slow_doses, 232);
FIELDS_OF(struct slow_dose, 1656);
FIELDS_OF(struct dose_view, 320);
FIELDS_OF(struct dose_ahead, 80);

size_t slow_doses_count(const struct slow_doses *d)
{
    return d->plan.count;
}

enum err slow_dose_bytes(const struct slow_doses *d, size_t pair, struct arena *arena,
                         const void **bytes, size_t *n)
{
    return dose_pack(d->pair[pair].dose, arena, bytes, n);
}

static void put_standing(struct pack_fields *f, enum dose_measure m, struct dose_standing *x)
{
    size_t n;
    const struct limit *rows = dose_limits(m, &n);

    x->value = field_double(f, x->value);
    x->level = (int)field_upto(f, (uint64_t)x->level, 1, LEVEL_RED);
    x->limit = field_limit(f, x->limit, rows, n);
    x->since_us = field_time(f, x->since_us);
}

static void put_view(struct pack_fields *f, struct dose_view *v)
{
    double *plain[] = {
        &v->celsius,  &v->rh,       &v->mould_peak, &v->salt_per_year, &v->salt_mixture_per_year,
        &v->band_p7,  &v->band_p93, &v->band_lower, &v->band_upper,    &v->watched_share,
        &v->history_d};

    v->from_us = field_time(f, v->from_us);
    v->at_us = field_time(f, v->at_us);
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        *plain[i] = field_double(f, *plain[i]);
    for (int m = 0; m < DOSE_MEASURES; m++)
        put_standing(f, (enum dose_measure)m, &v->of[m]);
    v->freezings = (unsigned)field_upto(f, v->freezings, 4, UINT32_MAX);
    v->freeze_cycles = (unsigned)field_upto(f, v->freeze_cycles, 4, UINT32_MAX);
    v->band_known = field_bool(f, v->band_known);
    v->late = (uint32_t)field_upto(f, v->late, 4, UINT32_MAX);
}

/* The limit is there once the forecast is made. */
static void put_ahead(struct pack_fields *f, enum dose_target t, struct dose_ahead *a, bool made)
{
    size_t n;
    const struct limit *rows = dose_limits(slow_dose_measure(t), &n);

    a->state = (enum dose_ahead_state)field_upto(f, a->state, 1, DOSE_AHEAD);
    a->why = (enum dose_abstention)field_upto(f, a->why, 1, DOSE_STALE);
    a->limit = field_limit(f, a->limit, rows, n);
    a->value = field_double(f, a->value);
    a->p30 = field_share(f, a->p30);
    a->p180 = field_share(f, a->p180);
    a->p365 = field_share(f, a->p365);
    a->t05_d = field_days(f, a->t05_d);
    a->t50_d = field_days(f, a->t50_d);
    a->t95_d = field_days(f, a->t95_d);
    a->own_year = field_bool(f, a->own_year);
    if (f->in)
        pack_require(f->in, !made || a->limit);
}

static void put_held(struct pack_fields *f, struct slow_dose *x)
{
    for (int m = 0; m < DOSE_MEASURES; m++) {
        size_t n;
        const struct limit *rows = dose_limits((enum dose_measure)m, &n);
        slow_fields_finding(f, &x->held[m], rows, n, dose_measure_name((enum dose_measure)m));
        x->low_days[m] = (int)field_upto(f, (uint64_t)x->low_days[m], 4, INT32_MAX);
    }
}

enum err slow_fields_dose(struct pack_fields *f, struct slow_doses *d, size_t pair,
                          const void *bytes, size_t n)
{
    struct slow_dose *x = &d->pair[pair];

    field_bytes(f, &bytes, &n);
    x->baseline_us = field_time(f, x->baseline_us);
    x->leaking = field_bool(f, x->leaking);
    x->leak_us = field_time(f, x->leak_us);
    x->wet_us = field_time(f, x->wet_us);
    x->view_day = field_day(f, x->view_day);
    put_view(f, &x->view);
    put_held(f, x);
    x->ahead_day = field_day(f, x->ahead_day);
    for (int t = 0; t < DOSE_TARGETS; t++)
        put_ahead(f, (enum dose_target)t, &x->ahead[t], x->ahead_day != INT64_MIN);
    return f->in && !f->in->bad ? dose_unpack(x->dose, bytes, n) : ERR_OK;
}

enum err slow_fields_doses_waiting(struct pack_fields *f, const struct registry *r,
                                   struct slow_doses *d)
{
    size_t n = (size_t)field_upto(f, d->pendings, 4, UINT32_MAX);

    if (f->in) {
        pack_require(f->in, n <= (f->in->n - f->in->at) / WAITING_BYTES);
        pack_require(f->in, n == 0 || r->sensor_count > 0);
        if (f->in->bad || n == 0)
            return ERR_OK;
        d->pending = calloc(n, sizeof *d->pending);
        if (!d->pending)
            return ERR_NOMEM;
        d->pendings = d->capacity = n;
    }
    for (size_t i = 0; i < n; i++) {
        struct slow_dose_pending *p = &d->pending[i];
        p->t_us = field_time(f, p->t_us);
        p->value = field_double(f, p->value);
        p->sensor = (uint32_t)field_upto(f, p->sensor, 4, r->sensor_count - 1);
    }
    return ERR_OK;
}
