#include <stdlib.h>
#include <string.h>

#include "assess_parts.h"
#include "shikumen/base/clock.h"
#include "shikumen/core/bins.h"
#include "shikumen/core/slow.h"

/* What the slow analysis concludes goes the way of all findings; forecasts and risk to whoever
 * listens. While it is made anew from the store, nothing is told twice. */

/* --- conclusions --- */

static enum err take_finding(void *context, uint32_t sensor, const struct finding *f)
{
    return assess_add_change(context, sensor, f);
}

typedef void sink_fn(void *context, const char *json, size_t n);

static void tell(const struct assess *a, sink_fn *to, const struct strbuf *line)
{
    size_t n = line->len;
    while (n > 0 && line->data[n - 1] == '\n')
        n--;
    if (to && !line->failed)
        to(a->sink->context, line->data, n);
}

static enum err take_forecast(void *context, const struct ledger_entry *entry)
{
    struct assess *a = context;
    sink_fn *to = a->sink ? a->sink->forecast : NULL;
    struct strbuf line = {0};
    if (to)
        ledger_put_line(entry, &line);
    tell(a, to, &line);
    enum err e = line.failed ? ERR_NOMEM : ERR_OK;
    strbuf_free(&line);
    return e || a->unkept ? e : assess_keep_forecast(a, entry);
}

static enum err take_risk(void *context, int64_t at_us, const struct risk *house,
                          const struct risk *elements, size_t n)
{
    struct assess *a = context;
    sink_fn *to = a->sink ? a->sink->risk : NULL;
    struct strbuf line = {0};
    if (!to && a->unkept)
        return ERR_OK;
    risk_write(a->plan->registry, house, elements, n, at_us, &line);
    tell(a, to, &line);
    enum err e = line.failed ? ERR_NOMEM : ERR_OK;
    if (!e && !a->unkept)
        e = assess_keep_risk(a, at_us, house, strbuf_text(&line));
    strbuf_free(&line);
    return e;
}

static enum err take_group(void *context, int64_t at_us, const struct risk_group *g, bool as_row,
                           const struct risk *houses, size_t n)
{
    struct assess *a = context;
    const struct registry *r = a->plan->registry;
    sink_fn *to = a->sink ? a->sink->risk : NULL;
    struct strbuf line = {0};
    if (!to && a->unkept)
        return ERR_OK;
    risk_write_group(r, g, as_row, houses, n, at_us, &line);
    tell(a, to, &line);
    enum err e = line.failed ? ERR_NOMEM : ERR_OK;
    if (!e && !a->unkept)
        e = assess_keep_group(a, at_us, g, as_row ? &r->houses[houses[0].house] : NULL,
                              strbuf_text(&line));
    strbuf_free(&line);
    return e;
}

/* --- bins put again after revisions --- */

struct sum {
    double mean;
    uint16_t passed, total;
};

static enum err add_reading(void *context, const struct reading *r)
{
    struct sum *s = context;
    if (s->total < UINT16_MAX)
        s->total++;
    if (r->flag != QF_PASS || s->passed == UINT16_MAX)
        return ERR_OK;
    s->passed++;
    s->mean += (r->value - s->mean) / s->passed;
    return ERR_OK;
}

static enum err put_stale(struct assess *a)
{
    uint32_t sensor;
    int64_t from_us;
    enum err e = ERR_OK;
    a->error = reader_error(a->reader);
    while (!e && slow_stale(a->slow.analysis, &sensor, &from_us)) {
        struct sum s = {0};
        uint32_t id = a->watches[sensor].id;
        if (id != 0)
            e = reader_window(a->reader, id, from_us, from_us + BIN_US, add_reading, &s);
        if (!e)
            slow_put(a->slow.analysis, sensor, from_us, s.mean, s.passed, s.total);
    }
    return e;
}

/* --- following --- */

/* Time of the latest reading; while none arrives it goes on by the wall clock. Readings may be far
 * behind that clock (a backlog, an old history sent again): their days are concluded as they come.
 */
static int64_t slow_clock(const struct assess *a)
{
    int64_t event_us = slow_clock_us(a->slow.analysis), since_us = a->slow.opened_us;
    if (a->hush.historical_rx_us > since_us)
        since_us = a->hush.historical_rx_us;
    if (a->hub->replay)
        return a->now_us;
    for (size_t i = 0; i < a->plan->registry->sensor_count; i++)
        if (a->watches[i].last_rx_us > since_us)
            since_us = a->watches[i].last_rx_us;
    return event_us == INT64_MIN || a->now_us < since_us ? event_us
                                                         : event_us + (a->now_us - since_us);
}

bool assess_slow_waits(const struct assess *a)
{
    return a->slow.analysis && slow_due(a->slow.analysis, slow_clock(a));
}

/* The days that are over by the clock; steps follow in assess_conclude. */
enum err assess_slow(struct assess *a)
{
    const struct slow_sink sink = {a, take_finding, take_forecast, take_risk, take_group};
    enum err e = ERR_OK;
    while (!e && assess_slow_waits(a)) {
        hub_beat(a->hub, LOOP_ASSESS);
        e = put_stale(a);
        if (!e)
            e = assess_bursts(a, (slow_next_day(a->slow.analysis) + 1) * US_PER_DAY);
        if (!e)
            e = assess_modes(a, slow_next_day(a->slow.analysis));
        if (!e)
            e = slow_day(a->slow.analysis, &a->slow.arena, &sink);
        arena_reset(&a->slow.arena);
        if (!e)
            e = assess_begin(a);
        a->slow.day = slow_next_day(a->slow.analysis);
        a->slow.concluded = true;
        if (!e)
            e = state_number_put(a->state, "slow_day", a->slow.day);
        if (!e)
            e = assess_thin_kept(a, a->slow.day - 1);
        if (!e)
            e = assess_retell(a);
    }
    return e;
}

int64_t assess_slow_due_us(const struct assess *a)
{
    return a->slow.analysis ? slow_due_us(a->slow.analysis) : INT64_MAX;
}

/* --- opening --- */

enum err assess_slow_new(struct assess *a)
{
    a->slow.analysis = slow_new(a->plan->registry);
    a->slow.modal = calloc(a->plan->registry->house_count + 1, sizeof *a->slow.modal);
    a->slow.burst_id = 0;
    return a->slow.analysis && a->slow.modal ? ERR_OK : ERR_NOMEM;
}

static enum err make_anew(struct assess *a)
{
    const struct slow_sink mute = {0};
    struct slow_again again = {&mute, a->slow.day, INT64_MAX, INT64_MAX, false};
    a->slow.seq = atomic_load(&a->hub->ingested_seq);
    a->error = reader_error(a->reader);
    enum err e = assess_slow_again(a, &again);
    a->slow.concluded = slow_next_day(a->slow.analysis) != INT64_MIN; /* it is worth keeping */
    return e;
}

enum err assess_slow_open(struct assess *a)
{
    bool resumed = false;
    enum err e = assess_slow_new(a);
    if (e)
        return e;
    a->slow.opened_us = a->now_us;
    a->error = state_error(a->state);
    e = state_number_get(a->state, "slow_day", INT64_MIN, &a->slow.day);
    if (!e)
        e = assess_kept_open(a);
    if (!e && !a->hub->replay)
        e = assess_slow_resume(a, &resumed);
    if (!e && !a->hub->replay && !resumed)
        e = make_anew(a);
    if (!e)
        slow_epochs(a->slow.analysis, a->now_us);
    return e;
}

void assess_slow_close(struct assess *a)
{
    slow_free(a->slow.analysis);
    free(a->slow.modal);
    assess_kept_close(a);
    a->slow.analysis = NULL;
    a->slow.modal = NULL;
    a->slow.taken = a->slow.kept_seq = a->slow.keep_us = 0;
    a->slow.concluded = a->slow.kept = false;
    arena_free(&a->slow.arena);
}
