#include <math.h>
#include <string.h>

#include "slow_private.h"

/* The record by which forecasts correct themselves: of every sensor one forecast in four weeks, of
 * its lowest limit (few walls ever reach the highest; ENGINEERING C2), and what came of it. */

#define RECORD_EVERY_D 28

static const int64_t horizon_d[LEDGER_HORIZONS] = {30, 180, 365};

static void add_outcome(struct slow_record *r, size_t h, double p, bool happened)
{
    size_t at = r->count[h] % RECORD_OUTCOMES;

    r->p[h][at] = p;
    r->happened[h][at] = happened;
    r->count[h]++;
}

/* Horizons of the sensor's kept forecasts that have passed by day. */
static void settle(struct slow_record *r, struct slow_sensor *x, int64_t day)
{
    for (size_t i = 0; i < SENSOR_FORECASTS; i++) {
        struct slow_forecast *f = &x->forecast[i];
        for (size_t h = 0; h < LEDGER_HORIZONS && f->day != 0; h++) {
            bool crossed = x->crossed_day > f->day && x->crossed_day <= f->day + horizon_d[h];
            if (isnan(f->p[h]) || f->settled[h] || day < f->day + horizon_d[h])
                continue;
            add_outcome(r, h, f->p[h], crossed);
            f->settled[h] = true;
        }
    }
}

void slow_record_take(struct slow *s, uint32_t sensor, int64_t day, const struct outlook *raw)
{
    struct slow_sensor *x = &s->sensor[sensor];
    struct slow_forecast *oldest = &x->forecast[0];

    settle(&s->record, x, day);
    if (raw->state == OUTLOOK_EXCEEDED && x->crossed_day == 0)
        x->crossed_day = day;
    if (raw->state != OUTLOOK_DATED && raw->state != OUTLOOK_BEYOND)
        return;
    if (s->channel[sensor].model.maturity < MATURITY_SEASON)
        return; /* before that the season itself may cross a limit unforeseen */
    for (size_t i = 1; i < SENSOR_FORECASTS; i++)
        if (x->forecast[i].day < oldest->day)
            oldest = &x->forecast[i];
    if (day < x->forecast_day + RECORD_EVERY_D)
        return;
    x->forecast_day = day;
    *oldest = (struct slow_forecast){.day = day, .p = {raw->p30, raw->p180, raw->p365}};
}

/* Once in four weeks; until there is enough, probabilities stay as they are. */
enum err slow_record_calibrate(struct slow *s, int64_t day)
{
    struct slow_record *r = &s->record;
    enum err e = ERR_OK;

    if (day < r->calibrated_day + RECORD_EVERY_D)
        return ERR_OK;
    r->calibrated_day = day;
    for (size_t h = 0; h < LEDGER_HORIZONS && e == ERR_OK; h++) {
        size_t n = r->count[h] < RECORD_OUTCOMES ? r->count[h] : RECORD_OUTCOMES;
        e = ledger_calibrate(r->p[h], r->happened[h], n, &r->calibration[h]);
        if (e != ERR_OK) { /* unfit outcomes correct nothing */
            r->calibration[h] = (struct ledger_calibration){0};
            e = ERR_OK;
        }
    }
    return e;
}
