/* What was foreseen at the end of the span, and what became of everything foreseen before. */
#include <string.h>

#include "report_parts.h"
#include "shikumen/base/clock.h"
#include "shikumen/view/forecast_words.h"

#define FRESH_US (40 * US_PER_DAY) /* older ones no longer speak of what is ahead */

static bool same_limit(const struct state_limit *a, const struct state_limit *b)
{
    return strcmp(a->sensor, b->sensor) == 0 && strcmp(a->quantity, b->quantity) == 0 &&
           strcmp(a->of, b->of) == 0 && !(a->value < b->value) && !(a->value > b->value);
}

static void keep(struct report *r, struct state_forecast *f)
{
    f->limit.element = report_keep(r, f->limit.element);
    f->limit.sensor = report_keep(r, f->limit.sensor);
    f->limit.quantity = report_keep(r, f->limit.quantity);
    f->limit.of = report_keep(r, f->limit.of);
    f->limit.source = report_keep(r, f->limit.source);
}

/* Names of the outlook are of its tables: what is kept is theirs. */
static void keep_names(struct report_forecast *x)
{
    struct ledger_entry entry = forecast_entry(&x->f);

    x->f.state = outlook_state_name(entry.outlook.state);
    x->f.reason = outlook_reason_name(entry.outlook.reason);
    x->f.method = outlook_method_name(entry.outlook.method);
}

/* Of each limit the later one takes the place of the one before: they come in order of time. */
static enum err take_latest(struct report *r, const struct state_forecast *f, uint32_t sensor)
{
    struct report_forecast *last =
        r->forecast_list.count > 0 ? &r->forecasts[r->forecast_list.count - 1] : NULL;

    if (last && same_limit(&last->f.limit, &f->limit)) {
        struct state_limit limit = last->f.limit;
        last->f = *f;
        last->f.limit = limit;
    } else {
        last = REPORT_ADD(r, forecast_list, forecasts);
        if (!last)
            return ERR_NOMEM;
        *last = (struct report_forecast){*f, sensor};
        keep(r, &last->f);
    }
    keep_names(last);
    return ERR_OK;
}

/* As far as it was known at the end of the span. */
static void score(struct report *r, const struct state_forecast *f,
                  const struct state_crossing *came)
{
    struct ledger_entry entry = forecast_entry(f);
    int64_t seen_us = came->observed_until_us < r->to_us ? came->observed_until_us : r->to_us;
    int64_t reached_us = came->reached_us == STATE_UNKNOWN_US || came->reached_us > r->to_us
                             ? LEDGER_NEVER
                             : came->reached_us;
    struct ledger_score s = ledger_score(&entry, reached_us, seen_us);

    ledger_add(&r->scores, &s);
}

static enum err take(void *context, const struct state_forecast *f,
                     const struct state_crossing *came)
{
    struct report *r = context;
    uint32_t sensor = registry_sensor(r->registry, f->limit.sensor, strlen(f->limit.sensor));

    if (f->at_us > r->to_us || sensor == REGISTRY_NONE ||
        !report_about(r, r->registry->sensors[sensor].house))
        return ERR_OK;
    if (came)
        score(r, f, came);
    return take_latest(r, f, sensor);
}

/* Of each sensor's quantity only what was said last of all. */
static void drop_old(struct report *r)
{
    size_t n = 0;

    for (size_t i = 0; i < r->forecast_list.count; i++) {
        const struct report_forecast *x = &r->forecasts[i];
        bool old = r->to_us - x->f.at_us > FRESH_US;
        for (size_t j = 0; j < r->forecast_list.count && !old; j++)
            old = r->forecasts[j].sensor == x->sensor && r->forecasts[j].f.at_us > x->f.at_us &&
                  strcmp(r->forecasts[j].f.limit.quantity, x->f.limit.quantity) == 0;
        if (!old)
            r->forecasts[n++] = *x;
    }
    r->forecast_list.count = n;
}

enum err report_take_forecasts(struct report *r)
{
    const struct forecast_filter all = {.since_us = INT64_MIN};
    enum err e;

    if (!r->d->state)
        return ERR_OK;
    e = state_forecast_each(r->d->state, &all, take, r);
    if (e == ERR_OK)
        drop_old(r);
    return desk_state(r->d, e);
}
