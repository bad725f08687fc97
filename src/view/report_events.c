/* The second half of a report's content: what happened, what persons did, what is foreseen. */
#include <math.h>
#include <string.h>

#include "report_put.h"
#include "shikumen/base/clock.h"

/* --- alerts --- */

static void put_steps(const struct report_alert *a, struct strbuf *out)
{
    paper_list(out, "steps");
    for (size_t i = 0; i < a->list.count; i++) {
        const struct report_step *s = &a->steps[i];
        paper_key(out, NULL);
        strbuf_putc(out, '{');
        content_count(out, "step", s->step);
        paper_text(out, "event", alert_event_name(s->event));
        paper_time(out, "at", s->at_us);
        content_count(out, "level", s->level);
        if (*s->by)
            paper_text(out, "by", s->by);
        if (*s->note)
            paper_text(out, "note", s->note);
        if (*s->to)
            paper_text(out, "assigned_to", s->to);
        strbuf_putc(out, '}');
    }
    strbuf_putc(out, ']');
}

static void put_alert(const struct report_alert *a, struct strbuf *out)
{
    paper_item(out);
    strbuf_putc(out, '{');
    paper_text(out, "id", a->e.id);
    paper_text(out, "house", a->e.house);
    paper_text(out, "element", a->e.element);
    paper_text(out, "category", category_name(a->e.category));
    paper_text(out, "kind", alert_kind_name(a->e.kind));
    content_count(out, "level", a->level);
    content_count(out, "peak_level", a->peak);
    paper_bool(out, "open", a->open);
    paper_bool(out, "spoken_for", a->spoken_for);
    paper_time(out, "raised", a->raised_us == 0 ? INT64_MIN : a->raised_us);
    paper_time(out, "ended", a->ended_us == 0 ? INT64_MIN : a->ended_us);
    paper_time(out, "acknowledged", a->answered_us == 0 ? INT64_MIN : a->answered_us);
    paper_text(out, "acknowledged_by", a->answered_by);
    content_count(out, "told", a->told);
    content_name(out, "summary", a->summary);
    put_steps(a, out);
    strbuf_putc(out, '}');
}

static void put_load(const struct report *r, struct strbuf *out)
{
    double weeks = (double)(r->to_us - r->from_us) / (7.0 * (double)US_PER_DAY);
    double houses = r->house_count > 0 ? (double)r->house_count : (double)NAN;

    paper_key(out, "alarm_load");
    strbuf_putc(out, '{');
    content_count(out, "alerts", r->load.counted);
    content_real(out, "alerts_per_house_week", (double)r->load.counted / (houses * weeks));
    content_real(out, "budget_per_house_week",
                 r->d->settings ? r->d->settings->alerts.budget_per_house_week
                                : ALERTS_BUDGET_PER_HOUSE_WEEK);
    content_count(out, "busiest_week", r->load.busiest_week);
    content_count(out, "acknowledgements_due", r->due_acks);
    content_count(out, "acknowledgements_in_time", r->acks_in_time);
    strbuf_putc(out, '}');
}

/* --- persons --- */

static void begin_row(struct strbuf *out, enum signed_table table, int64_t row)
{
    char id[SIGNED_ID_SIZE];

    paper_item(out);
    strbuf_putc(out, '{');
    paper_text(out, "id", signed_id(table, row, id));
}

static void put_silence(const struct silencing *s, struct strbuf *out)
{
    begin_row(out, SIGNED_SILENCE, s->row);
    paper_text(out, "scope", s->scope);
    paper_text(out, "kind", s->kind == KIND_COUNT ? NULL : alert_kind_name(s->kind));
    paper_time(out, "from", s->from_us);
    paper_time(out, "until", s->until_us);
    paper_text(out, "by", s->by);
    paper_text(out, "reason", s->reason);
    paper_time(out, "ended", s->ended_us == 0 ? INT64_MIN : s->ended_us);
    strbuf_putc(out, '}');
}

static void put_override(const struct class_override *o, struct strbuf *out)
{
    begin_row(out, SIGNED_OVERRIDE, o->row);
    paper_text(out, "subject", o->subject);
    paper_text(out, "class", o->class_name);
    paper_time(out, "from", o->from_us);
    paper_time(out, "until", o->until_us);
    paper_text(out, "by", o->by);
    paper_text(out, "reason", o->reason);
    paper_time(out, "ended", o->ended_us == 0 ? INT64_MIN : o->ended_us);
    strbuf_putc(out, '}');
}

static void put_proposal(const struct proposal *p, struct strbuf *out)
{
    begin_row(out, SIGNED_PROPOSAL, p->row);
    paper_text(out, "alert", p->episode_id);
    paper_text(out, "house", p->house);
    paper_text(out, "element", p->element);
    paper_text(out, "kind", proposal_kind_name(p->kind));
    paper_text(out, "state", proposal_state_name(p->state));
    paper_time(out, "made", p->made_us);
    paper_text(out, "made_by", p->made_by);
    paper_text(out, "reason", p->reason);
    paper_time(out, "decided", p->decided_us == 0 ? INT64_MIN : p->decided_us);
    paper_text(out, "decided_by", p->decided_by);
    paper_text(out, "decision", p->decision);
    paper_time(out, "done", p->done_us == 0 ? INT64_MIN : p->done_us);
    paper_text(out, "done_by", p->done_by);
    paper_text(out, "done_note", p->done_note);
    strbuf_putc(out, '}');
}

static void put_record(const struct act_record *x, struct strbuf *out)
{
    begin_row(out, SIGNED_RECORD, x->row);
    paper_text(out, "alert", x->episode_id);
    paper_text(out, "house", x->house);
    paper_text(out, "kind", record_kind_name(x->kind));
    paper_time(out, "date", x->day_us);
    content_real(out, "cost_cny",
                 x->cost_fen == STATE_UNKNOWN_US ? (double)NAN : (double)x->cost_fen / 100);
    paper_text(out, "finding", x->finding);
    paper_text(out, "by", x->by);
    strbuf_putc(out, '}');
}

static void put_epoch(const struct epoch *x, struct strbuf *out)
{
    paper_item(out);
    strbuf_putc(out, '{');
    paper_text(out, "scope", x->scope);
    paper_text(out, "kind", epoch_kind_name(x->kind));
    paper_time(out, "t", x->t_us);
    paper_time(out, "until", x->until_us);
    paper_text(out, "note", x->note);
    strbuf_putc(out, '}');
}

/* --- what is foreseen --- */

static void put_forecast(const struct report_forecast *x, struct strbuf *out)
{
    const struct state_forecast *f = &x->f;

    paper_item(out);
    strbuf_putc(out, '{');
    paper_text(out, "element", f->limit.element);
    paper_text(out, "sensor", f->limit.sensor);
    paper_text(out, "quantity", f->limit.quantity);
    paper_text(out, "of", f->limit.of);
    content_real(out, "limit", f->limit.value);
    paper_text(out, "limit_source", f->limit.source);
    paper_time(out, "at", f->at_us);
    paper_text(out, "state", f->state);
    paper_text(out, "reason", f->reason);
    paper_text(out, "method", f->method);
    paper_time(out, "t05", f->t05_us);
    paper_time(out, "t50", f->t50_us);
    paper_time(out, "t95", f->t95_us);
    content_real(out, "p30", f->p30);
    content_real(out, "p180", f->p180);
    content_real(out, "p365", f->p365);
    strbuf_putc(out, '}');
}

static void put_horizon(const struct report *r, size_t i, struct strbuf *out)
{
    const struct ledger_horizon_sum *sum = &r->scores.horizon[i];
    struct ledger_figures f = ledger_figures(&r->scores, i);

    paper_key(out, NULL);
    strbuf_putc(out, '{');
    content_count(out, "days", ledger_horizon_d[i]);
    content_count(out, "scored", (int64_t)f.scored);
    content_count(out, "events", (int64_t)f.events);
    for (int fate = LEDGER_OPEN; fate < LEDGER_FATES; fate++)
        content_count(out, ledger_fate_name((enum ledger_fate)fate), (int64_t)sum->fate[fate]);
    content_real(out, "brier", f.brier);
    content_real(out, "skill", f.skill);
    strbuf_putc(out, '}');
}

static void put_scores(const struct report *r, struct strbuf *out)
{
    const struct ledger_summary *s = &r->scores;

    paper_key(out, "forecast_score");
    strbuf_putc(out, '{');
    paper_list(out, "horizons");
    for (size_t i = 0; i < LEDGER_HORIZONS; i++)
        put_horizon(r, i, out);
    strbuf_putc(out, ']');
    content_count(out, "dated", (int64_t)s->dated);
    content_count(out, "early", (int64_t)s->early);
    content_count(out, "within", (int64_t)s->within);
    content_count(out, "late", (int64_t)s->late);
    content_real(out, "t50_error_d", s->errors > 0 ? s->error_d / (double)s->errors : (double)NAN);
    strbuf_putc(out, '}');
}

/* --- limits --- */

static void put_limit(const struct limit_set *set, const struct limit *l, struct strbuf *out)
{
    char mark[2] = {l->mark, '\0'};

    paper_item(out);
    strbuf_putc(out, '{');
    paper_text(out, "set", set->name);
    paper_text(out, "quantity", quantity_info(set->quantity)->name);
    content_count(out, "level", l->level);
    paper_text(out, "of", limit_of_name(l->of));
    content_real(out, "value", l->shown_value);
    paper_text(out, "unit", l->unit);
    paper_text(out, "source", l->source);
    paper_text(out, "clause", l->clause);
    paper_text(out, "edition", l->edition);
    paper_text(out, "mark", mark);
    paper_bool(out, "provisional", l->mark == 'J' || l->mark == 'M');
    strbuf_putc(out, '}');
}

static void put_limits(const struct report *r, struct strbuf *out)
{
    const struct limit_set *set;
    size_t from = 0;

    paper_list(out, "limits");
    while ((set = report_next_limits(r, &from)))
        for (size_t i = 0; i < set->count; i++)
            put_limit(set, &set->limits[i], out);
    strbuf_putc(out, ']');
}

/* --- all --- */

#define PUT_LIST(name, field, put)                                                                 \
    paper_list(out, name);                                                                         \
    for (size_t i = 0; i < r->field##_list.count; i++)                                             \
        put(&r->field##s[i], out);                                                                 \
    strbuf_putc(out, ']')

void report_put_events(const struct report *r, struct strbuf *out)
{
    PUT_LIST("alerts", alert, put_alert);
    put_load(r, out);
    PUT_LIST("silences", silence, put_silence);
    PUT_LIST("overrides", override, put_override);
    PUT_LIST("proposals", proposal, put_proposal);
    PUT_LIST("records", record, put_record);
    paper_list(out, "epochs");
    for (size_t i = 0; i < r->epoch_list.count; i++)
        put_epoch(r->epochs[i], out);
    strbuf_putc(out, ']');
    PUT_LIST("forecasts", forecast, put_forecast);
    put_scores(r, out);
    put_limits(r, out);
}
