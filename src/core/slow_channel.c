#include "slow_channel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Days after the baseline's first on which a model is trained; then it is frozen [J]. */
static const int64_t training_days[] = {14, 30, 60, 120, 200, 300, 400};
#define TRAININGS  (sizeof training_days / sizeof *training_days)
#define RETRY_DAYS 28 /* after a training that found too little */
#define HINGE_LAG  3  /* 5 d */
#define HINGE_LAG_D                                                                                \
    20 /* offered as late as a memory of so long: it needs a summer and a winter                   \
        */

void channel_restart(struct channel *c, int64_t baseline_us)
{
    c->baseline_us = baseline_us;
    c->first_day = INT64_MIN;
    c->days = 0;
    c->dirty_day = INT64_MAX;
    c->columns = 0;
    c->shifts = 0;
    c->void_count = 0;
    c->referenced = false;
    c->model = (struct compensation){.version = c->model.version};
    c->due_day = INT64_MIN;
}

static int64_t day_of_bin(int64_t bin)
{
    return bin / BINS_PER_DAY - (bin % BINS_PER_DAY < 0);
}

int64_t channel_first_bin(const struct channel *c)
{
    int64_t first = bins_first(&c->bins);

    if (c->baseline_us == INT64_MIN || first == INT64_MAX)
        return first;
    int64_t epoch = bin_of(c->baseline_us + BIN_US - 1); /* the first that begins after it */
    return epoch > first ? epoch : first;
}

/* --- columns --- */

static double hinged(const struct channel *c, const struct channel_column *col, double v)
{
    if (!col->hinge || isnan(v))
        return v;
    return v > c->knot ? v - c->knot : 0;
}

static double column_at(const struct channel *c, const struct channel *all,
                        const struct channel_column *col, int64_t bin)
{
    return hinged(c, col, driver_value(&all[col->driver], col->lag, bin));
}

double channel_weather_at(const struct channel *c, const struct channel *all, int64_t bin)
{
    const struct compensation *m = &c->model;
    double sum = 0;

    for (uint32_t j = 0; j < m->terms; j++) {
        const struct channel_column *col = &c->column[m->column[j]];
        sum += m->coefficient[j] * (column_at(c, all, col, bin) - m->centre[j]);
    }
    return sum;
}

double channel_weather_ahead(const struct channel *c, const struct channel *all, int64_t bin)
{
    const struct compensation *m = &c->model;
    double sum = 0;

    for (uint32_t j = 0; j < m->terms; j++) {
        const struct channel_column *col = &c->column[m->column[j]];
        double v = hinged(c, col, driver_value_ahead(&all[col->driver], col->lag, bin));
        sum += m->coefficient[j] * (v - m->centre[j]);
    }
    return sum;
}

/* --- residuals of days --- */

double channel_shift_at(const struct channel *c, int64_t day)
{
    double sum = 0;

    for (uint32_t i = 0; i < c->void_count; i++)
        if (day >= c->voids[i].from && day < c->voids[i].to)
            return NAN;
    for (uint32_t i = 0; i < c->shifts; i++)
        if (day < c->shift[i].day)
            sum += c->shift[i].size;
    return sum;
}

void channel_shift(struct channel *c, int64_t day, double size)
{
    for (size_t i = 0; i < c->days && c->first_day + (int64_t)i < day; i++)
        c->residual[i] += (float)size;
    if (c->shifts == CHANNEL_SHIFTS) { /* bins of so long ago are seldom looked at again */
        c->shift[1].size += c->shift[0].size;
        memmove(c->shift, c->shift + 1, --c->shifts * sizeof *c->shift);
    }
    c->shift[c->shifts++] = (struct channel_shift){day, size};
}

void channel_void(struct channel *c, int64_t from, int64_t to)
{
    for (int64_t day = from > c->first_day ? from : c->first_day;
         day < to && day - c->first_day < (int64_t)c->days; day++)
        c->residual[day - c->first_day] = NAN;
    if (c->void_count == CHANNEL_VOIDS)
        memmove(c->voids, c->voids + 1, --c->void_count * sizeof *c->voids);
    c->voids[c->void_count++] = (struct channel_void){from, to};
}

/* Mean over the bins of a day of what is not weather. */
static float residual_of(const struct channel *c, const struct channel *all, int64_t day)
{
    double sum = 0;
    int count = 0;

    for (int64_t b = day * BINS_PER_DAY; b < (day + 1) * BINS_PER_DAY; b++) {
        double v = b >= channel_first_bin(c) ? bins_mean(&c->bins, b) : (double)NAN;
        if (!isnan(v))
            v -= channel_weather_at(c, all, b);
        if (isnan(v))
            continue;
        sum += v;
        count++;
    }
    return count >= DAY_BINS_LEAST ? (float)(sum / count + channel_shift_at(c, day)) : NAN;
}

bool channel_reserve(struct channel *c, size_t days)
{
    size_t capacity = days + days / 2 + 64;
    float *residual;

    if (days <= c->capacity)
        return true;
    residual = realloc(c->residual, capacity * sizeof *residual);
    if (!residual)
        return false;
    c->residual = residual;
    c->capacity = capacity;
    return true;
}

/* The oldest years give way. */
static void forget_old(struct channel *c)
{
    size_t drop = 366;

    if (c->days < RESIDUAL_DAYS)
        return;
    memmove(c->residual, c->residual + drop, (c->days - drop) * sizeof *c->residual);
    c->days -= drop;
    c->first_day += (int64_t)drop;
}

bool channel_follow(struct channel *c, const struct channel *all, int64_t day)
{
    int64_t first = channel_first_bin(c), from;

    if (first == INT64_MAX || day_of_bin(first) > day)
        return true;
    if (c->first_day == INT64_MIN) {
        c->first_day = day_of_bin(first);
        c->due_day = c->first_day + training_days[0];
    }
    from = c->first_day + (int64_t)c->days;
    if (c->dirty_day < from)
        from = c->dirty_day > c->first_day ? c->dirty_day : c->first_day;
    c->dirty_day = INT64_MAX;
    if (!channel_reserve(c, (size_t)(day - c->first_day + 1)))
        return false;
    for (; from <= day; from++)
        if (from * BINS_PER_DAY >= bins_first(&c->bins)) /* older days keep what they had */
            c->residual[from - c->first_day] = residual_of(c, all, from);
        else if (from - c->first_day >= (int64_t)c->days)
            c->residual[from - c->first_day] = NAN;
    c->days = (size_t)(day - c->first_day + 1);
    forget_old(c);
    return true;
}

/* --- training --- */

static int64_t next_training(const struct channel *c, int64_t day)
{
    for (size_t i = 0; i < TRAININGS; i++)
        if (c->first_day + training_days[i] > day)
            return c->first_day + training_days[i];
    return INT64_MAX;
}

/* All lags of all drivers as candidates. */
static void offer_columns(const struct registry *r, struct channel *c)
{
    c->columns = 0;
    for (uint32_t d = 0; d < c->drivers; d++) {
        uint8_t lag[DRIVER_LAGS];
        size_t lags = driver_lags(r->sensors[c->driver[d]].quantity, lag);
        for (size_t i = 0; i < lags && c->columns < COMPENSATE_COLUMNS; i++)
            c->column[c->columns++] = (struct channel_column){c->driver[d], lag[i], false};
    }
}

/* The slow answer to the first temperature above its mean. */
static void offer_hinge(const struct registry *r, struct channel *c, const struct channel *all,
                        int64_t from, int64_t until)
{
    uint32_t d = 0;
    double sum = 0;
    int64_t count = 0;

    while (d < c->drivers && r->sensors[c->driver[d]].quantity != Q_TEMPERATURE)
        d++;
    if (d == c->drivers || c->columns == COMPENSATE_COLUMNS)
        return;
    for (int64_t b = from; b < until; b++) {
        double v = driver_value(&all[c->driver[d]], HINGE_LAG, b);
        if (isnan(v))
            continue;
        sum += v;
        count++;
    }
    c->knot = count > 0 ? sum / (double)count : 0;
    c->column[c->columns++] = (struct channel_column){c->driver[d], HINGE_LAG, true};
}

static enum err gather(const struct channel *c, const struct channel *all, int64_t from,
                       int64_t until, struct arena *arena, struct compensate_data *d)
{
    double *y;

    d->n = (size_t)(until - from);
    d->columns = c->columns;
    d->y = y = arena_array(arena, d->n, sizeof *y);
    if (!y)
        return ERR_NOMEM;
    for (size_t i = 0; i < d->n; i++)
        y[i] = bins_mean(&c->bins, from + (int64_t)i) +
               channel_shift_at(c, day_of_bin(from + (int64_t)i));
    for (uint32_t j = 0; j < c->columns; j++) {
        double *x = arena_array(arena, d->n, sizeof *x);
        if (!x)
            return ERR_NOMEM;
        for (size_t i = 0; i < d->n; i++)
            x[i] = column_at(c, all, &c->column[j], from + (int64_t)i);
        d->x[j] = x;
        d->lag_d[j] = c->column[j].hinge ? HINGE_LAG_D : driver_lag_d[c->column[j].lag];
    }
    return ERR_OK;
}

void channel_mean_columns(const struct channel *c, const struct channel *all, int64_t from_day,
                          int64_t to_day, double *mean)
{
    int64_t from = from_day * BINS_PER_DAY, to = to_day * BINS_PER_DAY;

    for (uint32_t t = 0; t < c->model.terms; t++) {
        uint8_t j = c->model.column[t];
        double sum = 0;
        int64_t count = 0;
        for (int64_t b = from; b < to; b++) {
            double v = column_at(c, all, &c->column[j], b);
            if (isnan(v))
                continue;
            sum += v;
            count++;
        }
        mean[j] = count > 0 ? sum / (double)count : (double)NAN;
    }
}

/* What has already come of days after day has no say. */
static void take_model(struct channel *c, const struct channel *all, int64_t day,
                       const struct compensation *model)
{
    uint32_t version = c->model.version;
    int64_t end = c->first_day + REFERENCE_DAYS < day + 1 ? c->first_day + REFERENCE_DAYS : day + 1;

    c->model = *model;
    c->model.version = version + 1;
    c->dirty_day = c->first_day;
    channel_mean_columns(c, all, c->first_day, end, c->reference);
    c->referenced = true;
}

enum err channel_train(const struct registry *r, struct channel *c, const struct channel *all,
                       int64_t day, struct arena *arena)
{
    struct arena_mark mark = arena_mark(arena);
    struct compensation model;
    struct compensate_data d;
    int64_t from = channel_first_bin(c), until = (day + 1) * BINS_PER_DAY;
    enum err e;

    if (c->first_day == INT64_MIN || day < c->due_day || from >= until)
        return ERR_OK;
    c->due_day = next_training(c, day);
    offer_columns(r, c);
    offer_hinge(r, c, all, from, until);
    e = gather(c, all, from, until, arena, &d);
    if (e == ERR_OK)
        e = compensate_train(&d, (double)(day - c->first_day + 1), arena, &model);
    arena_rewind(arena, mark);
    if (e == ERR_NOMEM)
        return e;
    if (e != ERR_OK) { /* too little that is fit: once more when there is more */
        if (c->due_day > day + RETRY_DAYS)
            c->due_day = day + RETRY_DAYS;
        return ERR_OK;
    }
    model.from_us = from * BIN_US;
    model.until_us = until * BIN_US;
    take_model(c, all, day, &model);
    return channel_follow(c, all, day) ? ERR_OK : ERR_NOMEM;
}

/* --- season --- */

static double worst_of_day(const struct channel *c, const struct channel *all, int64_t day,
                           bool below)
{
    double worst = NAN;

    for (int64_t b = day * BINS_PER_DAY; b < (day + 1) * BINS_PER_DAY; b++) {
        double w = channel_weather_at(c, all, b);
        if (!isnan(w) && !(below ? w >= worst : w <= worst))
            worst = w;
    }
    return worst;
}

void channel_season(const struct channel *c, const struct channel *all, int64_t day, bool below,
                    double *season, size_t n)
{
    double unknown = (below ? -2 : 2) * c->model.spread; /* [J] */

    for (size_t i = 0; i < n; i++) {
        double w = c->model.terms > 0 ? worst_of_day(c, all, day + 1 + (int64_t)i - 365, below) : 0;
        season[i] = isnan(w) ? unknown : w;
    }
}

double channel_coverage(const struct channel *c, int64_t until_day)
{
    int64_t first = bins_first(&c->bins), end = until_day * BINS_PER_DAY;
    int64_t from = end - 365 * BINS_PER_DAY > first ? end - 365 * BINS_PER_DAY : first, valid = 0;

    if (first == INT64_MAX || end <= from)
        return 0;
    for (int64_t b = from; b < end; b++)
        valid += bins_at(&c->bins, b).passed > 0;
    return (double)valid / (double)(end - from);
}
