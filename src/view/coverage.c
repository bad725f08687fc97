#include "shikumen/view/coverage.h"

#include <math.h>

#include "shikumen/base/clock.h"
#include "shikumen/view/census.h"

static enum err count_passed(void *context, const struct reading *r)
{
    *(int64_t *)context += r->flag == QF_PASS;
    return ERR_OK;
}

/* Of one sensor: what is expected is added to *expected, what is there, but no more than that, to
 * *there. */
static enum err add_sensor(struct desk *d, const struct sensor *s, uint32_t id, double *expected,
                           double *there)
{
    double due = (double)US_PER_DAY / (double)s->period_us;
    int64_t passed = 0;
    enum err e = ERR_OK;

    if (id != 0 && d->readings)
        e = reader_window(d->readings, id, d->now_us - US_PER_DAY, d->now_us, count_passed,
                          &passed);
    *expected += due;
    *there += fmin(due, (double)passed);
    return e;
}

enum err coverage_take(struct desk *d, double **by_house)
{
    const struct registry *r = d->registry;
    double *expected = arena_array(d->arena, r->house_count, sizeof *expected);
    double *there = arena_array(d->arena, r->house_count, sizeof *there);
    struct census census = {0};
    enum err e = census_take(d, &census);

    if (!expected || !there)
        return ERR_NOMEM;
    for (size_t i = 0; e == ERR_OK && i < r->sensor_count; i++) {
        const struct sensor *s = &r->sensors[i];
        if (s->house != REGISTRY_NONE && s->period_us > 0 &&
            !quantity_info(s->quantity)->instrument)
            e = add_sensor(d, s, census.last[i].id, &expected[s->house], &there[s->house]);
    }
    for (size_t i = 0; i < r->house_count; i++)
        there[i] = expected[i] > 0 ? there[i] / expected[i] : (double)NAN;
    *by_house = there;
    return e;
}
