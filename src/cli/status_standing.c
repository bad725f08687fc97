#include "status_standing.h"

#include <inttypes.h>
#include <string.h>

#include "shikumen/base/utc.h"
#include "shikumen/core/silencing.h"
#include "shikumen/io/state_acts.h"
#include "shikumen/io/state_signoff.h"
#include "shikumen/view/when.h"
#include "shikumen/view/words.h"

struct taking {
    struct ctl *c;
    struct standing_figures *s;
    size_t room; /* 0: they are counted */
};

static enum err take_silence(void *context, const struct silencing *s)
{
    struct taking *t = context;
    struct arena *a = &t->c->arena;
    struct silencing *kept;

    if (!silencing_in_force(s, t->c->desk.now_us) || t->s->silence_count++ >= t->room)
        return ERR_OK;
    kept = &t->s->silences[t->s->silence_count - 1];
    *kept = *s;
    kept->scope = arena_strdup(a, s->scope);
    kept->by = arena_strdup(a, s->by);
    kept->reason = arena_strdup(a, s->reason);
    kept->ended_by = "";
    return kept->scope && kept->by && kept->reason ? ERR_OK : ERR_NOMEM;
}

static enum err take_silences(struct taking *t)
{
    enum err e = state_silence_each(t->c->desk.state, false, take_silence, t);

    t->room = t->s->silence_count;
    t->s->silence_count = 0;
    if (e != ERR_OK || t->room == 0)
        return e;
    t->s->silences = arena_array(&t->c->arena, t->room, sizeof *t->s->silences);
    e = t->s->silences ? state_silence_each(t->c->desk.state, false, take_silence, t) : ERR_NOMEM;
    if (t->s->silence_count > t->room) /* one was added meanwhile */
        t->s->silence_count = t->room;
    return e;
}

static enum err count_act(void *context, const struct act_row *act)
{
    (void)act;
    ++*(int64_t *)context;
    return ERR_OK;
}

static enum err count_proposal(void *context, const struct proposal *p)
{
    (void)p;
    ++*(int64_t *)context;
    return ERR_OK;
}

enum err standing_take(struct ctl *c, struct standing_figures *s)
{
    const struct proposal_filter open = {.open_only = true};
    struct taking t = {c, s, 0};
    enum err e;

    *s = (struct standing_figures){0};
    e = take_silences(&t);
    if (e == ERR_OK)
        e = overrides_take(&c->desk, &s->overrides);
    if (e == ERR_OK)
        e = state_act_each(c->desk.state, NULL, count_act, &s->acts_waiting);
    if (e == ERR_OK)
        e = state_proposal_each(c->desk.state, &open, count_proposal, &s->proposals_open);
    return e;
}

/* --- for programs --- */

static void put_text(struct strbuf *out, const char *name, const char *text)
{
    strbuf_printf(out, ",\"%s\":", name);
    strbuf_json_string(out, text, strlen(text));
}

static void put_silence(struct strbuf *out, const struct silencing *s)
{
    char id[SIGNED_ID_SIZE], time[UTC_TEXT_SIZE];

    strbuf_printf(out, "{\"id\":\"%s\"", signed_id(SIGNED_SILENCE, s->row, id));
    put_text(out, "scope", s->scope);
    if (s->kind < KIND_COUNT)
        put_text(out, "kind", alert_kind_name(s->kind));
    else
        strbuf_puts(out, ",\"kind\":null");
    put_text(out, "from", utc_format(s->from_us, time));
    put_text(out, "until", utc_format(s->until_us, time));
    put_text(out, "by", s->by);
    put_text(out, "reason", s->reason);
    strbuf_putc(out, '}');
}

void standing_json(const struct standing_figures *s, struct strbuf *out)
{
    size_t n = 0;

    strbuf_printf(out, ",\n \"acts_waiting\":%" PRId64 ",\n \"proposals_open\":%" PRId64,
                  s->acts_waiting, s->proposals_open);
    strbuf_puts(out, ",\n \"silences\":[");
    for (size_t i = 0; i < s->silence_count; i++) {
        strbuf_puts(out, i ? "," : "");
        put_silence(out, &s->silences[i]);
    }
    strbuf_puts(out, "],\n \"overrides\":[");
    for (size_t i = 0; i < s->overrides.count; i++) {
        const struct class_override *o = &s->overrides.items[i];
        if (override_of(&s->overrides, o->subject) != o)
            continue;
        strbuf_puts(out, n++ ? "," : "");
        override_json(o, out);
    }
    strbuf_putc(out, ']');
}

/* --- for people --- */

static void say_silence(struct ctl *c, struct strbuf *out, const struct silencing *s)
{
    char id[SIGNED_ID_SIZE], time[WHEN_TEXT_SIZE];
    const char *kind = s->kind < KIND_COUNT ? word_kind(&c->desk, s->kind) : "";

    desk_put(&c->desk, out, "%s %s%s%s，%s，至 %s：%s\n", "%s %s%s%s by %s until %s: %s\n",
             signed_id(SIGNED_SILENCE, s->row, id), ctl_clean(c, s->scope), *kind ? " " : "", kind,
             ctl_clean(c, s->by), when_local(c->desk.zone, s->until_us, time),
             ctl_clean(c, s->reason));
}

void standing_text(struct ctl *c, const struct standing_figures *s, standing_label_fn *label,
                   struct strbuf *out)
{
    size_t n = 0;

    for (size_t i = 0; i < s->silence_count; i++) {
        label(c, out, i ? "" : "告警静默", i ? "" : "held back");
        say_silence(c, out, &s->silences[i]);
    }
    for (size_t i = 0; i < s->overrides.count; i++) {
        const struct class_override *o = &s->overrides.items[i];
        if (override_of(&s->overrides, o->subject) != o)
            continue;
        label(c, out, n ? "" : "人工改判", n ? "" : "overrides");
        n++;
        strbuf_printf(out, "%s %s\n", ctl_clean(c, o->subject), override_words(&c->desk, o));
    }
    if (s->proposals_open > 0) {
        label(c, out, "未结建议", "proposals");
        strbuf_printf(out, "%" PRId64 "\n", s->proposals_open);
    }
    if (s->acts_waiting > 0) {
        label(c, out, "待生效操作", "acts waiting");
        strbuf_printf(out, "%" PRId64 "\n", s->acts_waiting);
    }
}
