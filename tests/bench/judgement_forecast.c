/* Forecasts against crossings.
 *
 * Crossing: when the damage with its ageing, without weather and noise, passes the very limit that
 *   the forecast is about; of sensors and limits without one: not within three years after the run,
 *   which is as far as the truth looks. Forecasts of derived quantities (mould index) have no truth
 *   and are left out. All probabilities count, those from before the onset too: that a damage will
 *   begin cannot be known, and is part of what they have to allow for.
 * all: every line; one with dates whose limit is never crossed is late once t95 is over. Weekly
 * lines of one sensor repeat one another, so intervals are too narrow. crossed: those of them whose
 * limit the damage does cross. first: of each sensor and limit the first line with dates after the
 * onset of the damage. Exceeded: a line whose t95 is its own time tells a state and no forecast; it
 * is right when the truth is past the limit, soon when it is so within 180 days. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "judgement.h"
#include "ndjson.h"
#include "process.h"
#include "shikumen/base/clock.h"
#include "shikumen/base/strmap.h"

#define TRUTH_LOOKS_US (3 * 365 * US_PER_DAY)
#define SOON_US        (180 * US_PER_DAY)

struct crossing {
    const char *sensor;
    double limit;
    int64_t onset_us, crossed_us;
    bool dated; /* a first forecast was counted */
};

struct forecasts {
    const struct judged_run *run;
    struct forecast_figures *sum;
    struct crossing *crossings;
    size_t crossing_count;
    struct strmap sensors; /* id: index of the registry */
    const cJSON **entries; /* of the registry */
};

static void keep_crossings(struct forecasts *f, const struct sim_damage *d)
{
    const cJSON *c;

    cJSON_ArrayForEach(c, d->crossings)
    {
        f->crossings = realloc(f->crossings, (f->crossing_count + 1) * sizeof *f->crossings);
        if (!f->crossings)
            abort();
        f->crossings[f->crossing_count++] =
            (struct crossing){.sensor = ndjson_text(c, "sensor"),
                              .limit = ndjson_number(c, "limit"),
                              .onset_us = d->onset_us,
                              .crossed_us = ndjson_time(c, "compensated_t", LEDGER_NEVER)};
    }
}

/* Two damages at one sensor: that which crosses first. */
static struct crossing *crossing_of(const struct forecasts *f, const char *sensor, double limit)
{
    struct crossing *found = NULL;

    for (size_t i = 0; i < f->crossing_count; i++) {
        struct crossing *c = &f->crossings[i];
        if (c->limit != limit || strcmp(c->sensor, sensor) != 0)
            continue;
        if (!found || (c->crossed_us != LEDGER_NEVER &&
                       (found->crossed_us == LEDGER_NEVER || c->crossed_us < found->crossed_us)))
            found = c;
    }
    return found;
}

static void know_sensors(struct forecasts *f)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(f->run->truth.registry, "sensors"), *s;
    uint32_t n = 0;

    f->entries = calloc((size_t)cJSON_GetArraySize(list) + 1, sizeof *f->entries);
    cJSON_ArrayForEach(s, list)
    {
        const char *id = ndjson_text(s, "id");
        f->entries[n] = s;
        if (strmap_put(&f->sensors, id, strlen(id), n++))
            abort();
    }
}

static bool own_quantity(const struct forecasts *f, const char *sensor, const char *quantity)
{
    uint32_t i = strmap_get(&f->sensors, sensor, strlen(sensor));
    const char *own = i == STRMAP_NONE ? NULL : ndjson_text(f->entries[i], "quantity");

    return own && strcmp(own, quantity) == 0;
}

static double days_to(const cJSON *object, const char *name, int64_t at_us)
{
    int64_t t_us = ndjson_time(object, name, SIM_TRUTH_NEVER);

    return t_us == SIM_TRUTH_NEVER ? (double)NAN : (double)(t_us - at_us) / (double)US_PER_DAY;
}

/* A line without probabilities abstained; without a middle date it is beyond what is dated. */
static struct ledger_entry entry_of(const cJSON *o)
{
    struct ledger_entry e = {.at_us = ndjson_time(o, "at", 0), .limit = ndjson_number(o, "limit")};
    struct outlook *out = &e.outlook;

    out->p30 = ndjson_number(o, "p30");
    out->p180 = ndjson_number(o, "p180");
    out->p365 = ndjson_number(o, "p365");
    out->t05_d = days_to(o, "t05", e.at_us);
    out->t50_d = days_to(o, "t50", e.at_us);
    out->t95_d = days_to(o, "t95", e.at_us);
    out->state = isnan(out->p365)    ? OUTLOOK_ABSTAINED
                 : isnan(out->t50_d) ? OUTLOOK_BEYOND
                 : out->t95_d <= 0   ? OUTLOOK_EXCEEDED
                                     : OUTLOOK_DATED;
    return e;
}

static void score(struct forecasts *f, const struct ledger_entry *e, struct crossing *c)
{
    int64_t crossed_us = c ? c->crossed_us : LEDGER_NEVER;
    int64_t until_us = f->run->truth.end_us + TRUTH_LOOKS_US;
    struct ledger_score s = ledger_score(e, crossed_us, until_us);

    ledger_add(&f->sum->of[FORECAST_ALL], &s);
    if (!c || e->at_us >= c->onset_us)
        ledger_add(&f->sum->of[FORECAST_KNOWABLE], &s);
    if (crossed_us != LEDGER_NEVER)
        ledger_add(&f->sum->of[FORECAST_CROSSED], &s);
    if (c && !c->dated && s.inside != LEDGER_NOT_DATED && e->at_us >= c->onset_us) {
        c->dated = true;
        ledger_add(&f->sum->of[FORECAST_FIRST], &s);
    }
    if (e->outlook.state == OUTLOOK_EXCEEDED) {
        f->sum->exceeded++;
        f->sum->rightly += crossed_us != LEDGER_NEVER && crossed_us <= e->at_us;
        f->sum->soon +=
            crossed_us != LEDGER_NEVER && crossed_us > e->at_us && crossed_us <= e->at_us + SOON_US;
    }
}

static bool take(void *context, size_t number, cJSON *object, bool *keep)
{
    struct forecasts *f = context;
    const char *sensor = ndjson_text(object, "sensor"), *quantity = ndjson_text(object, "quantity");
    struct ledger_entry e;

    (void)number, (void)keep;
    f->sum->lines++;
    if (!sensor || !quantity || !own_quantity(f, sensor, quantity)) {
        f->sum->derived++;
        return true;
    }
    e = entry_of(object);
    f->sum->abstained += e.outlook.state == OUTLOOK_ABSTAINED;
    score(f, &e, crossing_of(f, sensor, e.limit));
    return true;
}

bool judge_forecasts(const struct judged_run *run, struct forecast_figures *sum)
{
    struct forecasts f = {.run = run, .sum = sum};
    char *path = path_in(run->out, "forecasts.ndjson");
    bool done;

    for (size_t i = 0; i < run->truth.damage_count; i++)
        keep_crossings(&f, &run->truth.damages[i]);
    know_sensors(&f);
    done = ndjson_each(path, take, &f) >= 0;
    strmap_free(&f.sensors);
    free(f.entries);
    free(f.crossings);
    free(path);
    return done;
}
