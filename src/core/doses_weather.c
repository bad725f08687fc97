#include "doses_ahead.h"
#include "shikumen/num/special.h"

#define SPAN         (DOSE_BINS - 1)     /* how far back the rings are asked */
#define JITTER_D     28                  /* same season, +- days */
#define LEAST_YEAR   (3 * DOSE_YEAR / 4) /* bins present that make a year of its own [J] */
#define FADE_LEAST_D 14.0
#define FADE_MOST_D  730.0
#define RISE_MEAN_D  30.0 /* a rise of moisture goes on that long, exponential [J] */
#define SD_CELSIUS   0.7
#define SD_RH        1.5
#define SD_MC        0.5
#define MEAN_RH      74.0
#define ROOM_SWING   0.75 /* of the outdoor season, in a room [J] */
#define SD_BORROWED  2.0  /* times as much without a year of its own [J] */
/* Usual spread of a fortnight about its season, below which nothing is unusual [J]. */
#define USUAL_RH      5.0
#define USUAL_MC      1.0
#define LEAST_RISE_MC 1.0 /* in a fortnight [J] */

static bool timber(const struct dose *d)
{
    return d->pair.basis == DOSE_OF_TIMBER;
}

static struct dose_bin make_climate(const struct dose *d, int64_t bin)
{
    struct dose_bin b;
    double rh, mc;

    dose_climate(bin * DOSE_BIN_H + DOSE_BIN_H / 2, &b.celsius, &rh);
    rh = MEAN_RH + ROOM_SWING * (rh - MEAN_RH);
    b.wet = timber(d) && emc_wood(b.celsius, rh, &mc) == ERR_OK ? mc : rh;
    return b;
}

static struct dose_bin climate_at(const struct dose_weather *w, int64_t bin)
{
    int64_t i = bin - (w->end - DOSE_BINS);

    if (i < 0 || i >= DOSE_CLIMATE)
        return make_climate(w->dose, bin);
    if (isnan(w->climate[i].celsius))
        w->climate[i] = make_climate(w->dose, bin);
    return w->climate[i];
}

static struct dose_bin stored_at(const struct dose_weather *w, int64_t bin)
{
    int64_t i = bin - (w->end - DOSE_BINS);

    return i >= 0 && i < DOSE_BINS ? w->past[i] : (struct dose_bin){DOSE_NONE, DOSE_NONE};
}

static bool there(struct dose_bin b)
{
    return isfinite(b.celsius) && isfinite(b.wet);
}

static struct dose_bin expected_at(const struct dose_weather *w, int64_t bin)
{
    struct dose_bin b = climate_at(w, bin);

    b.celsius += w->offset_celsius;
    b.wet += w->offset_wet;
    return b;
}

/* --- what is usual, what is not --- */

/* Mean wetness of stored bins from .. to - 1, less the climate there when asked; NaN when less than
 * half are there. */
static double mean_wet(const struct dose_weather *w, int64_t from, int64_t to, bool less_climate)
{
    double sum = 0;
    int64_t n = 0;

    for (int64_t i = from; i < to; i++) {
        struct dose_bin b = stored_at(w, i);

        if (!there(b))
            continue;
        sum += b.wet - (less_climate ? climate_at(w, i).wet : 0);
        n++;
    }
    return n > 0 && 2 * n >= to - from ? sum / (double)n : DOSE_NONE;
}

/* From all but the last fortnight, when that leaves a month. */
static void take_offset(struct dose_weather *w)
{
    int64_t begin = rule_max(w->end - SPAN, w->dose->begin / DOSE_BIN_H);
    bool spare = w->end - begin >= 44 * DOSE_BINS_PER_DAY;
    int64_t end = spare ? w->end - 14 * DOSE_BINS_PER_DAY : w->end;
    double n = 0;

    for (int64_t i = begin; i < end; i++) {
        struct dose_bin b = stored_at(w, i), c = climate_at(w, i);

        if (!there(b))
            continue;
        n++;
        w->offset_celsius += (b.celsius - c.celsius - w->offset_celsius) / n;
        w->offset_wet += (b.wet - c.wet - w->offset_wet) / n;
    }
}

/* Moisture is taken from a week, because it may be rising; air from a fortnight, because its
 * weather takes that long to even out. */
static void take_excess(struct dose_weather *w)
{
    const struct dose *d = w->dose;
    int64_t recent = w->end - (timber(d) ? 7 : 14) * DOSE_BINS_PER_DAY;
    int64_t year_ago = w->end - DOSE_YEAR;
    double now, usual, spread = timber(d) ? USUAL_MC : USUAL_RH;

    if (w->own_year) {
        now = mean_wet(w, recent, w->end, false);
        usual = mean_wet(w, year_ago - 31 * DOSE_BINS_PER_DAY, year_ago + 17 * DOSE_BINS_PER_DAY,
                         false);
    } else {
        now = mean_wet(w, recent, w->end, true);
        usual = w->offset_wet;
    }
    w->excess = now - usual > spread ? now - usual - spread / 2 : 0;
}

/* The last week against the one that ended a fortnight before it ended. */
static void take_rise(struct dose_weather *w)
{
    int64_t week = 7 * DOSE_BINS_PER_DAY, late = w->end - week;
    double rise =
        mean_wet(w, late, w->end, false) - mean_wet(w, late - 2 * week, late - week, false);

    w->rise = timber(w->dose) && rise >= LEAST_RISE_MC ? rise / (double)(2 * week) : 0;
}

/* How many of the last year are there. */
static enum err take_past(struct dose_weather *w, struct arena *arena, int64_t *present)
{
    double *x = arena_array(arena, DOSE_BINS, sizeof *x);
    double *y = arena_array(arena, DOSE_BINS, sizeof *y);

    w->past = arena_array(arena, DOSE_BINS, sizeof *w->past);
    if (!x || !y || !w->past)
        return ERR_NOMEM;
    dose_ring_read(&w->dose->bins_celsius, w->end - DOSE_BINS, DOSE_BINS, x);
    dose_ring_read(&w->dose->bins_wet, w->end - DOSE_BINS, DOSE_BINS, y);
    *present = 0;
    for (int64_t i = 0; i < DOSE_BINS; i++) {
        w->past[i] = (struct dose_bin){x[i], y[i]};
        *present += i >= DOSE_BINS - DOSE_YEAR && there(w->past[i]);
    }
    return ERR_OK;
}

enum err dose_weather_of(const struct dose *d, struct arena *arena, struct dose_weather *w)
{
    int64_t present;

    *w = (struct dose_weather){.dose = d, .end = d->bins_wet.end};
    w->climate = arena_array(arena, DOSE_CLIMATE, sizeof *w->climate);
    if (!w->climate)
        return ERR_NOMEM;
    for (size_t i = 0; i < DOSE_CLIMATE; i++)
        w->climate[i].celsius = DOSE_NONE;
    if (take_past(w, arena, &present))
        return ERR_NOMEM;
    w->own_year = present >= LEAST_YEAR && w->end - d->begin / DOSE_BIN_H >= DOSE_YEAR;
    take_offset(w);
    take_excess(w);
    take_rise(w);
    w->leak = d->pair.basis != DOSE_OF_AIR && d->leak_last != DOSE_NEVER &&
              d->closed - d->leak_last <= (int64_t)FREEZE_LEAK_H;
    return ERR_OK;
}

/* --- one future --- */

static void shuffled_parts(struct random *chance, size_t n, double *part)
{
    for (size_t i = 0; i < n; i++)
        part[i] = ((double)i + 0.5) / (double)n;
    for (size_t i = n; i > 1; i--) {
        size_t k = random_below(chance, i);
        double keep = part[i - 1];

        part[i - 1] = part[k];
        part[k] = keep;
    }
}

static double fading_bins(double part)
{
    return FADE_LEAST_D * pow(FADE_MOST_D / FADE_LEAST_D, part) * DOSE_BINS_PER_DAY;
}

enum err dose_fates(const struct dose_weather *w, struct random *chance, size_t n,
                    struct arena *arena, struct dose_fate *out)
{
    double *part = arena_array(arena, 5 * n, sizeof *part);

    if (!part)
        return ERR_NOMEM;
    for (size_t k = 0; k < 5; k++)
        shuffled_parts(chance, n, part + k * n);
    for (size_t i = 0; i < n; i++) {
        double times = w->own_year ? 1 : SD_BORROWED;
        double sd = timber(w->dose) ? SD_MC : SD_RH;

        out[i].celsius = times * SD_CELSIUS * normal_quantile(part[i]);
        out[i].wet = times * sd * normal_quantile(part[n + i]);
        out[i].rise_bins = -RISE_MEAN_D * DOSE_BINS_PER_DAY * log(part[2 * n + i]);
        out[i].fade_bins = fading_bins(part[3 * n + i]);
        out[i].leak_bins = fading_bins(part[4 * n + i]);
    }
    return ERR_OK;
}

/* First bin of a stored week of the season that begins at bin. */
static int64_t same_season(const struct dose_weather *w, struct random *chance, int64_t bin)
{
    int64_t days = (int64_t)random_below(chance, 2 * JITTER_D + 1) - JITTER_D;
    int64_t from = bin - DOSE_YEAR + days * DOSE_BINS_PER_DAY;

    return from + DOSE_BLOCK > w->end ? from - DOSE_YEAR : from;
}

/* First bin of any stored week, at the same time of day as bin. */
static int64_t any_week(const struct dose_weather *w, struct random *chance, int64_t bin)
{
    int64_t begin = rule_max(w->end - SPAN, w->dose->begin / DOSE_BIN_H);
    int64_t days = (w->end - begin - DOSE_BLOCK) / DOSE_BINS_PER_DAY;
    int64_t back = days > 0 ? (int64_t)random_below(chance, (size_t)days + 1) : 0;
    int64_t last = bin - (bin - w->end + DOSE_BLOCK + DOSE_BINS_PER_DAY - 1) / DOSE_BINS_PER_DAY *
                             DOSE_BINS_PER_DAY;

    return last - back * DOSE_BINS_PER_DAY;
}

void dose_week_ahead(const struct dose_weather *w, struct random *chance, int64_t k,
                     struct dose_bin out[DOSE_BLOCK])
{
    int64_t bin = w->end + k * DOSE_BLOCK;
    int64_t from = w->own_year ? same_season(w, chance, bin) : any_week(w, chance, bin);

    for (int64_t i = 0; i < DOSE_BLOCK; i++) {
        struct dose_bin b = stored_at(w, from + i);

        if (w->own_year && there(b)) {
            out[i] = b;
            continue;
        }
        out[i] = expected_at(w, bin + i);
        if (there(b)) {
            struct dose_bin e = expected_at(w, from + i);

            out[i].celsius += b.celsius - e.celsius;
            out[i].wet += b.wet - e.wet;
        }
    }
}

struct dose_bin dose_with_fate(const struct dose_weather *w, const struct dose_fate *f, int64_t i,
                               struct dose_bin b)
{
    double rising = w->rise > 0 ? fmin((double)i, f->rise_bins) : 0;
    double fading = w->rise > 0 ? fmax((double)i - f->rise_bins, 0) : (double)i;
    double extra = w->excess + w->rise * rising;

    if (extra > 0)
        extra *= exp(-fading / f->fade_bins);
    b.celsius += f->celsius;
    b.wet = fmin(fmax(b.wet + f->wet + extra, 0), timber(w->dose) ? 300 : 100);
    return b;
}
