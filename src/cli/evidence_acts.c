#include "evidence.h"
#include "shikumen/core/act.h"
#include "shikumen/core/silencing.h"
#include "shikumen/io/state_acts.h"
#include "shikumen/io/state_signoff.h"
#include "shikumen/view/paper.h"

struct acts {
    const struct evidence *e;
    struct strbuf *out;
};

static enum err outcome(const struct strbuf *out)
{
    return out->failed ? ERR_NOMEM : ERR_OK;
}

static void begin_item(struct strbuf *out, enum signed_table table, int64_t row)
{
    char id[SIGNED_ID_SIZE];

    paper_item(out);
    strbuf_putc(out, '{');
    paper_text(out, "id", signed_id(table, row, id));
}

/* 0: it did not happen. */
static void put_time(struct strbuf *out, const char *name, int64_t t_us)
{
    paper_time(out, name, t_us == 0 || t_us == STATE_UNKNOWN_US ? INT64_MIN : t_us);
}

/* --- acts --- */

static enum err put_act(void *context, const struct act_row *a)
{
    struct strbuf *out = ((struct acts *)context)->out;

    begin_item(out, SIGNED_ACT, a->row);
    paper_text(out, "verb", a->verb);
    paper_time(out, "at", a->at_us);
    paper_text(out, "by", a->by);
    paper_key(out, "said");
    strbuf_puts(out, a->body);
    put_time(out, "applied", a->applied_us);
    paper_text(out, "outcome", act_outcome_name(a->outcome));
    paper_text(out, "why_zh", a->why_zh);
    paper_text(out, "why_en", a->why_en);
    strbuf_putc(out, '}');
    return outcome(out);
}

/* On an alert or a proposal, by its id. */
static enum err put_acts(struct acts *x, const char *subject)
{
    enum err error;

    paper_list(x->out, "acts");
    error = state_act_each(x->e->c->desk.state, subject, put_act, x);
    strbuf_putc(x->out, ']');
    return error;
}

/* --- proposals, and what was done about them --- */

static enum err put_proposal(void *context, const struct proposal *p)
{
    struct acts *x = context;
    char id[SIGNED_ID_SIZE];
    enum err error;

    begin_item(x->out, SIGNED_PROPOSAL, p->row);
    paper_text(x->out, "kind", proposal_kind_name(p->kind));
    paper_text(x->out, "state", proposal_state_name(p->state));
    put_time(x->out, "made", p->made_us);
    paper_text(x->out, "made_by", p->made_by);
    paper_text(x->out, "reason", p->reason);
    put_time(x->out, "decided", p->decided_us);
    paper_text(x->out, "decided_by", p->decided_by);
    paper_text(x->out, "decision", p->decision);
    put_time(x->out, "done", p->done_us);
    paper_text(x->out, "done_by", p->done_by);
    paper_text(x->out, "done_note", p->done_note);
    error = put_acts(x, signed_id(SIGNED_PROPOSAL, p->row, id));
    strbuf_putc(x->out, '}');
    return error;
}

/* --- silences --- */

/* Of a kind that the alert has had. */
static bool of_its_kind(const struct evidence *e, const struct silencing *s)
{
    bool any = s->kind == KIND_COUNT;

    for (size_t i = 0; i < e->step_count && !any; i++)
        any = e->steps[i].kind == s->kind;
    return any;
}

/* Some of it while the alert lasted. */
static bool in_its_time(const struct episode *a, const struct silencing *s)
{
    int64_t end_us = s->ended_us != 0 && s->ended_us < s->until_us ? s->ended_us : s->until_us;

    return end_us > a->opened_us && (a->resolved_us == 0 || s->from_us < a->resolved_us);
}

/* Over one of its sensors, its element or its house. */
static bool over_it(const struct evidence *e, const struct silencing *s)
{
    const struct registry *r = e->c->plan->registry;
    const struct silencing standing = {
        .scope = s->scope, .kind = KIND_COUNT, .from_us = 0, .until_us = 1};
    const struct silencings one = {&standing, 1};
    struct silencing_subject about = {.house = e->episode.house,
                                      .element = e->episode.element,
                                      .kind = e->episode.kind,
                                      .level = LEVEL_NORMAL};
    bool any = silencing_matches(one, r, &about, 0);

    about.sensor_count = 1;
    for (size_t i = 0; i < e->count && !any; i++) {
        about.sensors = &e->sensors[i].sensor;
        any = e->sensors[i].role == EVIDENCE_ALERT && e->sensors[i].sensor != REGISTRY_NONE &&
              silencing_matches(one, r, &about, 0);
    }
    return any;
}

static enum err put_silence(void *context, const struct silencing *s)
{
    struct acts *x = context;

    if (!of_its_kind(x->e, s) || !in_its_time(&x->e->episode, s) || !over_it(x->e, s))
        return ERR_OK;
    begin_item(x->out, SIGNED_SILENCE, s->row);
    paper_text(x->out, "scope", s->scope);
    paper_text(x->out, "kind", s->kind == KIND_COUNT ? NULL : alert_kind_name(s->kind));
    paper_time(x->out, "from", s->from_us);
    paper_time(x->out, "until", s->until_us);
    paper_text(x->out, "by", s->by);
    paper_text(x->out, "reason", s->reason);
    put_time(x->out, "ended", s->ended_us);
    paper_text(x->out, "ended_by", s->ended_by);
    strbuf_putc(x->out, '}');
    return outcome(x->out);
}

/* --- inspections and repairs --- */

static enum err put_record(void *context, const struct act_record *r)
{
    struct strbuf *out = ((struct acts *)context)->out;
    char cost[ACT_COST_SIZE];

    begin_item(out, SIGNED_RECORD, r->row);
    paper_text(out, "kind", record_kind_name(r->kind));
    paper_time(out, "date", r->day_us);
    paper_key(out, "cost_cny");
    strbuf_puts(out, r->cost_fen == STATE_UNKNOWN_US ? "null" : act_cost_text(r->cost_fen, cost));
    paper_text(out, "finding", r->finding);
    paper_text(out, "by", r->by);
    paper_time(out, "at", r->at_us);
    strbuf_putc(out, '}');
    return outcome(out);
}

/* --- acts.json --- */

static enum err put_all(struct acts *x)
{
    const struct proposal_filter of_alert = {.episode_row = x->e->episode.row};
    struct state_db *state = x->e->c->desk.state;
    enum err error;

    strbuf_putc(x->out, '{');
    error = put_acts(x, x->e->episode.id);
    paper_list(x->out, "proposals");
    if (error == ERR_OK)
        error = state_proposal_each(state, &of_alert, put_proposal, x);
    strbuf_putc(x->out, ']');
    paper_list(x->out, "silences");
    if (error == ERR_OK)
        error = state_silence_each(state, true, put_silence, x);
    strbuf_putc(x->out, ']');
    paper_list(x->out, "records");
    if (error == ERR_OK)
        error = state_record_each(state, of_alert.episode_row, put_record, x);
    strbuf_puts(x->out, "]}\n");
    return error;
}

int evidence_acts(struct evidence *e, struct packet *p)
{
    struct acts x = {e, packet_add(p, "acts.json")};

    return x.out ? ctl_state_result(e->c, put_all(&x)) : ctl_result(e->c, ERR_NOMEM);
}
