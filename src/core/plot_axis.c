#include <math.h>
#include <stdio.h>
#include <string.h>

#include "shikumen/base/clock.h"
#include "shikumen/base/utc.h"
#include "shikumen/core/plot.h"

/* --- values --- */

/* The least of 1, 2, 5 times a power of ten that is not below x. */
static double round_step(double x, int *exponent)
{
    double power = floor(log10(x)), base = pow(10, power), part = x / base;
    double factor = part <= 1 + 1e-9 ? 1 : part <= 2 + 1e-9 ? 2 : part <= 5 + 1e-9 ? 5 : 10;

    *exponent = (int)power + (factor > 5);
    return factor * base;
}

static void label_value(struct plot_tick *t, int exponent)
{
    int decimals = exponent < 0 ? -exponent : 0;

    if (decimals > 9 || fabs(t->at) >= 1e9)
        snprintf(t->label, sizeof t->label, "%.4g", t->at);
    else
        snprintf(t->label, sizeof t->label, "%.*f", decimals, t->at);
}

struct plot_axis plot_value_axis(double low, double high, size_t most)
{
    struct plot_axis a = {.low = low, .high = high};
    double step, first;
    int exponent;

    if (!isfinite(low) || !isfinite(high) || !isfinite(high - low) || !(high > low)) {
        a.low = isfinite(low) && fabs(low) < 1e15 ? low - 0.5 : 0;
        a.high = a.low + 1;
    }
    most = most < 2 ? 2 : most > PLOT_TICKS_MAX ? PLOT_TICKS_MAX : most;
    step = round_step((a.high - a.low) / (double)(most - 1), &exponent);
    first = ceil(a.low / step - 1e-9);
    for (size_t i = 0; i < most && (first + (double)i) * step <= a.high + 1e-9 * step; i++) {
        struct plot_tick *t = &a.tick[a.ticks++];
        t->at = (first + (double)i) * step + 0.0;
        label_value(t, exponent);
    }
    return a;
}

/* --- times --- */

/* Steps that people count time in: so many of a unit. */
enum unit { HOURS, DAYS, WEEKS, MONTHS, YEARS };
static const struct {
    enum unit unit;
    int n;
    double days;
} time_steps[] = {{HOURS, 1, 1.0 / 24}, {HOURS, 3, 0.125}, {HOURS, 6, 0.25}, {HOURS, 12, 0.5},
                  {DAYS, 1, 1},         {DAYS, 2, 2},      {WEEKS, 1, 7},    {WEEKS, 2, 14},
                  {MONTHS, 1, 28},      {MONTHS, 2, 59},   {MONTHS, 3, 89},  {MONTHS, 6, 181},
                  {YEARS, 1, 365},      {YEARS, 2, 730},   {YEARS, 5, 1826}, {YEARS, 10, 3652},
                  {YEARS, 20, 7304},    {YEARS, 50, 18262}};
#define TIME_STEPS (sizeof time_steps / sizeof *time_steps)

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static int64_t month_start(int64_t month) /* since 0000-01 */
{
    char text[32];
    int64_t t_us = INT64_MIN;

    snprintf(text, sizeof text, "%04d-%02d-01", (int)(month / 12), (int)(month % 12) + 1);
    return utc_parse(text, &t_us) == ERR_OK ? t_us : INT64_MIN;
}

static int64_t month_of(int64_t local_us)
{
    char text[UTC_TEXT_SIZE];
    int year = 1, month = 1;

    if (sscanf(utc_format(local_us, text), "%4d-%2d", &year, &month) != 2)
        return 12;
    return (int64_t)year * 12 + month - 1;
}

/* The i-th full step at or after the local time; INT64_MIN: outside the calendar. */
static int64_t step_at(size_t s, int64_t local_us, int64_t i)
{
    static const int64_t monday_us = 4 * US_PER_DAY; /* 1970-01-05 */
    int64_t n = time_steps[s].n;
    int64_t width_us = n * (time_steps[s].unit == HOURS  ? US_PER_HOUR
                            : time_steps[s].unit == DAYS ? US_PER_DAY
                                                         : 7 * US_PER_DAY);
    int64_t origin_us = time_steps[s].unit == WEEKS ? monday_us : 0;

    if (time_steps[s].unit >= MONTHS) {
        int64_t months = time_steps[s].unit == YEARS ? 12 * n : n;
        int64_t first = floor_div(month_of(local_us - 1) + months, months) * months;
        return month_start(first + i * months);
    }
    return origin_us + (floor_div(local_us - 1 - origin_us, width_us) + 1 + i) * width_us;
}

static void label_time(struct plot_tick *t, size_t s, int64_t local_us)
{
    char text[UTC_TEXT_SIZE];
    enum unit unit = time_steps[s].unit;
    int keep = unit == YEARS ? 4 : unit == MONTHS ? 7 : 10;

    utc_format(local_us, text);
    if (unit == HOURS)
        snprintf(t->label, sizeof t->label, "%.5s %.5s", text + 5, text + 11);
    else
        snprintf(t->label, sizeof t->label, "%.*s", keep, text);
}

static bool fill_times(struct plot_axis *a, size_t s, size_t most, const struct time_zone *zone)
{
    int64_t from = zone_local_us(zone, (int64_t)a->low);

    a->ticks = 0;
    for (int64_t i = 0;; i++) {
        int64_t local_us = step_at(s, from, i);
        int64_t at_us = local_us == INT64_MIN ? INT64_MAX : zone_to_utc_us(zone, local_us);
        if ((double)at_us > a->high)
            return true;
        if (a->ticks == most)
            return false;
        a->tick[a->ticks].at = (double)at_us;
        label_time(&a->tick[a->ticks++], s, local_us);
    }
}

struct plot_axis plot_time_axis(int64_t from_us, int64_t to_us, size_t most,
                                const struct time_zone *zone)
{
    struct plot_axis a = {.low = (double)from_us, .high = (double)to_us};
    double days = (a.high - a.low) / (double)US_PER_DAY;

    most = most < 2 ? 2 : most > PLOT_TICKS_MAX ? PLOT_TICKS_MAX : most;
    for (size_t s = 0; s < TIME_STEPS && days > 0; s++)
        if (days / time_steps[s].days <= (double)most + 1 &&
            fill_times(&a, s, most, zone ? zone : &zone_utc))
            return a;
    a.ticks = 0;
    return a;
}

/* --- what the values need --- */

static void widen(double y, double *low, double *high)
{
    if (!isfinite(y))
        return;
    *low = fmin(*low, y);
    *high = fmax(*high, y);
}

struct plot_axis plot_range(const struct plot *p, size_t most)
{
    double low = HUGE_VAL, high = -HUGE_VAL, span, from, to;

    for (size_t i = 0; i < p->series_count; i++)
        for (size_t k = 0; k < p->series[i].count; k++)
            widen(p->series[i].points[k].y, &low, &high);
    for (size_t i = 0; i < p->limit_count; i++)
        if (p->limits[i].governs)
            widen(p->limits[i].y, &low, &high);
    for (size_t i = 0; i < p->flagged_count && !(high >= low); i++) /* there is nothing better */
        widen(p->flagged[i].at.y, &low, &high);
    if (!(high >= low))
        return plot_value_axis(0, 1, most);
    span = high > low ? high - low : fmax(1e-3, 0.1 * fabs(high));
    from = low - span;
    to = high + span;
    for (size_t i = 0; i < p->limit_count; i++)
        if (p->limits[i].y >= from && p->limits[i].y <= to)
            widen(p->limits[i].y, &low, &high);
    span = high > low ? high - low : span;
    return plot_value_axis(low - 0.06 * span, high + 0.06 * span, most);
}
