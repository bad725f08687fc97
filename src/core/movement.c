#include "shikumen/core/movement.h"

#include <math.h>
#include <string.h>

#include "shikumen/num/order.h"
#include "shikumen/num/theilsen.h"
#include "shikumen/num/trend.h"

#define WEEK_D        7
#define WEEK_LEAST    2  /* days with data in a week that counts */
#define LEVEL_DAYS    10 /* whose median is the level */
#define BASELINE_DAYS 30
#define LAG_LONG      6 /* weeks, of the variogram */
#define NOISE_LEAST   6 /* weekly medians to judge noise by */
#define HAMED_LAGS    10
#define WINDOW_MOST   104 /* values a window is judged on */
#define PLAINLY       2.0 /* errors: less than that is no movement whatever the ranks say [J] */
#define MEDIAN_LOSS   1.2533141373155003 /* sd of a median over that of a mean: sqrt(pi / 2) */
/* sd of the difference of two medians of MOVEMENT_CONFIRM days over that of a day: loss sqrt(2 / 5)
 */
#define DIFFERENCE_LOSS 0.7926654595212022
#define USED_DAYS       120 /* looked back on, for how far a sensor used to move in days */
#define USED_LEAST      20

static const size_t window_weeks[MOVEMENT_WINDOWS] = {13, 26, 52, SIZE_MAX};
static const size_t window_least[MOVEMENT_WINDOWS] = {9, 16, 32, 8};

/* --- medians --- */

/* Median of the first most values present from r[from] on, in direction step; *count how many. */
static double median_of(const float *r, size_t n, size_t most, bool backwards, size_t *count)
{
    double value[BASELINE_DAYS];

    *count = 0;
    for (size_t i = 0; i < n && *count < most; i++) {
        float v = r[backwards ? n - 1 - i : i];
        if (isfinite(v))
            value[(*count)++] = (double)v;
    }
    return *count > 0 ? median(value, *count) : (double)NAN;
}

static size_t days_with_data(const float *r, size_t n)
{
    size_t count = 0;

    for (size_t i = 0; i < n; i++)
        count += isfinite(r[i]);
    return count;
}

size_t movement_weeks(const float *r, size_t n, size_t first, size_t least, double *t_d,
                      double *level)
{
    size_t weeks = 0;

    for (size_t from = first; from < n; from += WEEK_D) {
        double value[WEEK_D];
        size_t count = 0;
        for (size_t i = from; i < from + WEEK_D && i < n; i++)
            if (isfinite(r[i]))
                value[count++] = (double)r[i];
        if (count < least || count == 0)
            continue;
        t_d[weeks] = (double)from + (WEEK_D - 1) / 2.0;
        level[weeks++] = median(value, count);
    }
    return weeks;
}

/* --- noise --- */

/* Robust variance of the second differences x(i + lag) - 2 x(i) + x(i - lag), which a steady slope
 * leaves alone and a bend hardly touches. NaN: too few. scratch: n. */
static double variogram(const double *t_d, const double *level, size_t n, size_t lag,
                        double *scratch)
{
    double longest = (double)(2 * lag + 3) * WEEK_D, sd;
    size_t count = 0;

    for (size_t i = 2 * lag; i < n; i++)
        if (t_d[i] - t_d[i - 2 * lag] <= longest)
            scratch[count++] = fabs(level[i] - 2 * level[i - lag] + level[i - 2 * lag]);
    if (count < 3)
        return NAN;
    sd = MAD_TO_SIGMA * median(scratch, count);
    return sd * sd;
}

/* White and wandering part of weekly levels: 6 white^2 + 2 lag wander^2 of second differences;
 * scratch: n. */
static void noise_of(const double *t_d, const double *level, size_t n, double *scratch,
                     struct movement *m)
{
    double near = variogram(t_d, level, n, 1, scratch), wander = 0;
    double far = variogram(t_d, level, n, LAG_LONG, scratch);

    if (isnan(near))
        return;
    if (!isnan(far))
        wander = fmax(0, (far - near) / (2 * (LAG_LONG - 1)));
    m->wander = sqrt(wander);
    m->white = sqrt(fmax(near - 2 * wander, near / 4) / 6);
}

/* A slope between the medians of the first and the last third. scratch: n. */
static double rough_slope(const double *t_d, const double *level, size_t n, double *scratch)
{
    size_t third = n / 3;
    double first, last;

    memcpy(scratch, level, third * sizeof *level);
    first = median(scratch, third);
    memcpy(scratch, level + n - third, third * sizeof *level);
    last = median(scratch, third);
    return (last - first) / (t_d[n - 1 - third / 2] - t_d[third / 2]);
}

/* --- windows --- */

/* Medians of so many neighbours that no more than WINDOW_MOST remain, in place. */
static size_t thin(double *t_d, double *level, size_t n)
{
    size_t each = (n + WINDOW_MOST - 1) / WINDOW_MOST, count = 0;

    if (each < 2)
        return n;
    for (size_t from = n % each; from + each <= n; from += each) {
        t_d[count] = (t_d[from] + t_d[from + each - 1]) / 2;
        level[count++] = median(level + from, each);
    }
    return count;
}

static double slope_error(const struct movement *m, const struct theil_sen *line, size_t weeks,
                          double doubt)
{
    double sen = (line->upper - line->lower) / (2 * 1.6448536269514722);
    double wander = m->wander / WEEK_D / sqrt((double)weeks);

    return sqrt(sen * sen + wander * wander + doubt * doubt);
}

/* What the noise alone makes of a slope over n weeks: least squares' error, with all doubts. */
static double rough_error(const struct movement *m, size_t n, double doubt)
{
    double weeks = (double)n, white = m->white * sqrt(12 / (weeks * weeks * weeks)) / WEEK_D;

    return hypot(hypot(white, m->wander / WEEK_D / sqrt(weeks)), doubt);
}

/* Most windows of most sensors hold no movement: a look tells, and spares the ranks. */
static bool is_plainly_still(const struct movement *m, struct movement_window *out, size_t weeks,
                             const double *t_d, const double *level, size_t n, double doubt,
                             double *scratch)
{
    double slope = rough_slope(t_d, level, n, scratch), error = rough_error(m, n, doubt);

    if (!(fabs(slope) < PLAINLY * error))
        return false;
    *out = (struct movement_window){weeks, slope, error, 1, false};
    return true;
}

static void judge_window(struct movement *m, size_t w, const double *t_d, const double *level,
                         size_t n, size_t weeks, double doubt, struct arena *arena)
{
    struct movement_window *out = &m->window[w];
    double *scratch = arena_array(arena, n, sizeof *scratch);
    struct theil_sen line;
    struct hamed_rao test;

    if (!scratch || is_plainly_still(m, out, weeks, t_d, level, n, doubt, scratch))
        return;
    if (theil_sen(t_d, level, n, 0.90, 1, &line, arena) != ERR_OK)
        return;
    if (mann_kendall_hamed_rao(t_d, level, n, line.slope, HAMED_RAO_ALPHA, HAMED_LAGS, &test,
                               arena) != ERR_OK)
        return;
    out->weeks = weeks;
    out->slope = line.slope;
    out->p = test.test.p;
    out->error = slope_error(m, &line, weeks, doubt);
    out->significant = fabs(out->slope) > MOVEMENT_Z * out->error && out->p < MOVEMENT_P;
}

void movement_govern(struct movement *m)
{
    double best = 0;

    m->governing = -1;
    for (int w = 0; w < MOVEMENT_WINDOWS; w++) {
        const struct movement_window *x = &m->window[w];
        double z = x->error > 0 ? fabs(x->slope) / x->error : 0;
        if (x->significant && z > best) {
            best = z;
            m->governing = w;
        }
    }
}

/* The last window takes all and may thin it out. */
static void judge_windows(struct movement *m, double *t_d, double *level, size_t n, double end_d,
                          const struct movement_doubt *doubt, struct arena *arena)
{
    for (size_t w = 0; w < MOVEMENT_WINDOWS; w++) {
        size_t from = 0;
        while (window_weeks[w] != SIZE_MAX && from < n &&
               t_d[from] < end_d - (double)(window_weeks[w] * WEEK_D))
            from++;
        if (n - from < window_least[w] || (w + 1 == MOVEMENT_WINDOWS && n <= window_weeks[w - 1]))
            continue;
        size_t weeks = n - from, count = w + 1 < MOVEMENT_WINDOWS ? weeks : thin(t_d, level, n);
        judge_window(m, w, t_d + from, level + from, count, weeks, doubt->slope[w], arena);
    }
    movement_govern(m);
}

/* --- the whole --- */

/* Noise of days when there are too few weeks to know more. */
static double daily_noise(const float *r, size_t n, double *scratch)
{
    double last = NAN;
    size_t count = 0;

    for (size_t i = 0; i < n; i++) {
        if (!isfinite(r[i]))
            continue;
        if (!isnan(last))
            scratch[count++] = fabs((double)r[i] - last);
        last = (double)r[i];
    }
    return count > 0 ? MAD_TO_SIGMA * median(scratch, count) / M_SQRT2 : 0;
}

static double change_error(const struct movement *m, size_t now, size_t then, double weeks,
                           double doubt)
{
    double white = MEDIAN_LOSS * m->white;
    double level = white / sqrt(fmax(1, (double)now / WEEK_D));
    double baseline = white / sqrt(fmax(1, (double)then / WEEK_D));

    return sqrt(level * level + baseline * baseline + m->wander * m->wander * weeks +
                doubt * doubt);
}

static enum err judge(const float *r, size_t n, const struct movement_doubt *doubt,
                      struct arena *arena, struct movement *m)
{
    double *t_d = arena_array(arena, n / WEEK_D + 1, sizeof *t_d);
    double *level = arena_array(arena, n / WEEK_D + 1, sizeof *level);
    double *scratch = arena_array(arena, n + 2 * (n / WEEK_D + 1), sizeof *scratch);
    size_t weeks, then, now;

    if (!t_d || !level || !scratch)
        return ERR_NOMEM;
    weeks = movement_weeks(r, n, n % WEEK_D, WEEK_LEAST, t_d, level);
    if (weeks >= NOISE_LEAST)
        noise_of(t_d, level, weeks, scratch, m);
    else
        m->white = daily_noise(r, n, scratch);
    m->level = median_of(r, n, LEVEL_DAYS, true, &now);
    m->baseline =
        median_of(r, n, m->days < 3 * BASELINE_DAYS ? m->days / 3 : BASELINE_DAYS, false, &then);
    m->change = m->level - m->baseline;
    m->error = change_error(m, now, then, (double)n / WEEK_D, doubt->level);
    judge_windows(m, t_d, level, weeks, (double)n, doubt, arena);
    return ERR_OK;
}

enum err movement_of(const float *r, size_t n, const struct movement_doubt *doubt,
                     struct arena *arena, struct movement *out)
{
    struct arena_mark mark = arena_mark(arena);
    struct movement m = {.days = days_with_data(r, n), .governing = -1};
    enum err e;

    if (m.days < MOVEMENT_LEAST)
        return ERR_TOO_FEW;
    e = judge(r, n, doubt, arena, &m);
    arena_rewind(arena, mark);
    if (e == ERR_OK)
        *out = m;
    return e;
}

/* --- steps --- */

/* The values of up to MOVEMENT_CONFIRM days with data before day, or from it on. */
static size_t side(const float *r, size_t n, size_t day, bool after, double *out)
{
    size_t count = 0;

    for (size_t i = 0; count < MOVEMENT_CONFIRM; i++) {
        if (after ? day + i >= n : i >= day)
            break;
        float v = r[after ? day + i : day - 1 - i];
        if (isfinite(v))
            out[count++] = (double)v;
    }
    return count;
}

static double spread_of(double *x, size_t n, double centre)
{
    double scratch[MOVEMENT_CONFIRM];

    return MAD_TO_SIGMA * mad(x, n, centre, scratch);
}

static double mean_of(const double *x, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += x[i];
    return sum / (double)n;
}

/* A jump at day; false when it is not confirmed or small: the means, which cost little, tell. They
 * also tell the day: they are furthest apart there, medians as far two days away. */
static bool jump_at(const float *r, size_t n, size_t day, double floor, struct movement_step *s,
                    double *apart)
{
    double before[MOVEMENT_CONFIRM], after[MOVEMENT_CONFIRM];

    if (side(r, n, day, true, after) < MOVEMENT_CONFIRM ||
        side(r, n, day, false, before) < MOVEMENT_CONFIRM)
        return false;
    *apart = fabs(mean_of(after, MOVEMENT_CONFIRM) - mean_of(before, MOVEMENT_CONFIRM));
    if (*apart < floor / 2)
        return false;
    s->day = day;
    s->before = median(before, MOVEMENT_CONFIRM);
    s->after = median(after, MOVEMENT_CONFIRM);
    s->size = s->after - s->before;
    s->error = DIFFERENCE_LOSS * fmax(spread_of(before, MOVEMENT_CONFIRM, s->before),
                                      spread_of(after, MOVEMENT_CONFIRM, s->after));
    return fabs(s->size) > floor;
}

/* How far apart the medians on either side of a day use to lie: robust, over the days before day,
 * of which none looks beyond it. A quantity that wanders has many such differences, and none of
 * them is a step. NaN: too few days to know. */
static double used_difference(const float *r, size_t day)
{
    double before[MOVEMENT_CONFIRM], after[MOVEMENT_CONFIRM], apart[USED_DAYS];
    size_t last = day > MOVEMENT_CONFIRM ? day - MOVEMENT_CONFIRM : 0, count = 0;

    for (size_t d = last > USED_DAYS ? last - USED_DAYS : 0; d < last; d++)
        if (isfinite(r[d]) && side(r, day, d, true, after) == MOVEMENT_CONFIRM &&
            side(r, day, d, false, before) == MOVEMENT_CONFIRM)
            apart[count++] =
                fabs(median(after, MOVEMENT_CONFIRM) - median(before, MOVEMENT_CONFIRM));
    return count < USED_LEAST ? (double)NAN : MAD_TO_SIGMA * median(apart, count);
}

/* Larger than noise from day to day and the spread of its own days make it, and than what the
 * sensor used to do, as far as that is known. noise: standard deviation of a day. */
static bool stands_out(struct movement_step *s, const float *r, double noise)
{
    double used = used_difference(r, s->day), size = fabs(s->size);

    s->error = fmax(s->error, DIFFERENCE_LOSS * noise);
    if (size <= MOVEMENT_STEP_Z * s->error || size <= MOVEMENT_STEP_USED_Z * used)
        return false;
    s->error = fmax(s->error, used);
    return true;
}

struct movement_step movement_step_of(const float *r, size_t n, size_t look, double floor)
{
    struct movement_step best = {.day = SIZE_MAX}, s;
    size_t from = n > look ? n - look : 0, recent = n > 128 ? n - 128 : 0;
    double scratch[128], noise = NAN, apart, most = -1;

    for (size_t day = from > 0 ? from : 1; day + MOVEMENT_CONFIRM <= n; day++) {
        if (!isfinite(r[day]) || !jump_at(r, n, day, floor, &s, &apart))
            continue;
        if (isnan(noise))
            noise = daily_noise(r + recent, n - recent, scratch);
        if (apart <= most || !stands_out(&s, r, noise))
            continue;
        best = s;
        most = apart;
    }
    if (best.day != SIZE_MAX && days_with_data(r + best.day, n - best.day) <= MOVEMENT_CONFIRM)
        best.day = SIZE_MAX; /* the next day may stand out more */
    return best;
}
