#include "shikumen/core/ledger.h"

#include <math.h>
#include <string.h>

#include "render_speech.h"
#include "shikumen/base/clock.h"
#include "shikumen/base/utc.h"

const int ledger_horizon_d[LEDGER_HORIZONS] = {30, 180, 365};

const char *ledger_fate_name(enum ledger_fate fate)
{
    static const char *const name[] = {"open", "unscored", "hit", "miss", "false", "quiet"};

    return (unsigned)fate < LEDGER_FATES ? name[fate] : "";
}

void ledger_put_source(const struct limit *limit, struct strbuf *out)
{
    limit_put_source(out, limit);
}

static void put_text(struct strbuf *out, const char *key, const char *text)
{
    strbuf_printf(out, ",\"%s\":", key);
    strbuf_json_string(out, text, strlen(text));
}

static void put_time(struct strbuf *out, const char *key, int64_t at_us, double days)
{
    char text[UTC_TEXT_SIZE];
    double us = days * (double)US_PER_DAY;

    strbuf_printf(out, ",\"%s\":", key);
    if (!(fabs(days) <= OUTLOOK_MAX_D) || at_us > INT64_MAX / 2) {
        strbuf_puts(out, "null");
        return;
    }
    strbuf_printf(out, "\"%s\"", utc_format(at_us + (int64_t)llround(us), text));
}

static void put_probability(struct strbuf *out, const char *key, double p)
{
    strbuf_printf(out, ",\"%s\":", key);
    strbuf_number(out, round(p * 1e6) / 1e6);
}

void ledger_put_line(const struct ledger_entry *entry, struct strbuf *out)
{
    const struct outlook *o = &entry->outlook;
    char at[UTC_TEXT_SIZE];

    strbuf_printf(out, "{\"at\":\"%s\"", utc_format(entry->at_us, at));
    put_text(out, "element", entry->element);
    put_text(out, "sensor", entry->sensor);
    put_text(out, "quantity", entry->quantity);
    strbuf_puts(out, ",\"limit\":");
    strbuf_number(out, entry->limit);
    put_text(out, "limit_source", entry->limit_source);
    put_time(out, "t05", entry->at_us, o->t05_d);
    put_time(out, "t50", entry->at_us, o->t50_d);
    put_time(out, "t95", entry->at_us, o->t95_d);
    put_probability(out, "p30", o->p30);
    put_probability(out, "p180", o->p180);
    put_probability(out, "p365", o->p365);
    strbuf_puts(out, "}\n");
}

static bool is_scored(const struct ledger_entry *entry, int64_t crossed_us)
{
    return (entry->outlook.state == OUTLOOK_BEYOND || entry->outlook.state == OUTLOOK_DATED) &&
           (crossed_us == LEDGER_NEVER || crossed_us > entry->at_us);
}

static enum ledger_fate fate_of(double p, bool came)
{
    if (p >= 0.5)
        return came ? LEDGER_HIT : LEDGER_FALSE;
    return came ? LEDGER_MISS : LEDGER_QUIET;
}

static void score_horizon(struct ledger_score *s, size_t i, int64_t end_us, int64_t crossed_us,
                          int64_t observed_until_us)
{
    bool came = crossed_us != LEDGER_NEVER && crossed_us <= end_us;
    double clipped = fmin(1 - SCORE_CLIP, fmax(SCORE_CLIP, s->p[i]));

    if (isnan(s->p[i])) {
        s->fate[i] = LEDGER_UNSCORED;
        return;
    }
    if (!came && observed_until_us < end_us)
        return;
    s->fate[i] = fate_of(s->p[i], came);
    s->brier[i] = (s->p[i] - came) * (s->p[i] - came);
    s->log_loss[i] = came ? -log(clipped) : -log1p(-clipped);
}

static void score_date(struct ledger_score *s, const struct outlook *o, bool crossed, double days)
{
    double last = isnan(o->t95_d) ? HUGE_VAL : o->t95_d;

    if (o->state != OUTLOOK_DATED)
        return;
    if (crossed)
        s->t50_error_d = days - o->t50_d;
    if (days > last)
        s->inside = LEDGER_LATE;
    else if (!crossed)
        s->inside = LEDGER_DATE_OPEN;
    else
        s->inside = days < o->t05_d ? LEDGER_EARLY : LEDGER_WITHIN;
}

struct ledger_score ledger_score(const struct ledger_entry *entry, int64_t crossed_us,
                                 int64_t observed_until_us)
{
    const struct outlook *o = &entry->outlook;
    struct ledger_score s = {
        .p = {o->p30, o->p180, o->p365}, .t50_error_d = NAN, .inside = LEDGER_NOT_DATED};
    bool crossed = crossed_us != LEDGER_NEVER;
    int64_t seen_us = crossed ? crossed_us : observed_until_us;

    if (!is_scored(entry, crossed_us)) {
        for (size_t i = 0; i < LEDGER_HORIZONS; i++)
            s.fate[i] = LEDGER_UNSCORED;
        return s;
    }
    for (size_t i = 0; i < LEDGER_HORIZONS; i++)
        score_horizon(&s, i, entry->at_us + ledger_horizon_d[i] * US_PER_DAY, crossed_us,
                      observed_until_us);
    score_date(&s, o, crossed, (double)(seen_us - entry->at_us) / (double)US_PER_DAY);
    return s;
}
