#include "render_daily.h"

#include "json_put.h"
#include "render_put.h"

/* --- words --- */

static void say(struct strbuf *out, const struct speech *s, enum word word)
{
    words_fill(out, s->language, word, s->values);
}

static void set(struct speech *s, enum param param, int64_t n)
{
    speech_set_count(s, param, n > 0 ? (size_t)n : 0);
}

static void set_time(struct speech *s, enum param param, int64_t t_us)
{
    strbuf_clear(&s->values[param]);
    speech_set_time(s, param, t_us, TIME_MINUTE);
}

/* What an alert is of: its house by name; a group or the system by none. */
static void set_subject(struct speech *s, const struct episode *e)
{
    const struct registry *r = s->step->registry;
    uint32_t i = registry_house(r, e->house);

    strbuf_clear(&s->values[PARAM_subject]);
    if (i != REGISTRY_NONE) {
        speech_set_name(s, PARAM_subject,
                        s->language == LANGUAGE_ZH ? r->houses[i].name.zh : r->houses[i].name.en);
        speech_set(s, PARAM_subject, " "); /* houses of a lane may share its name */
        speech_set_name(s, PARAM_subject, e->house);
    } else if (*e->house)
        speech_set_name(s, PARAM_subject, e->house);
    else
        speech_set_word(s, PARAM_subject,
                        e->category == CATEGORY_SYSTEM ? WORD_daily_system : WORD_daily_several);
    strbuf_clear(&s->values[PARAM_previous_colour]);
    speech_set_word(s, PARAM_previous_colour, (enum word)((int)WORD_colour_0 + e->level));
    strbuf_clear(&s->values[PARAM_kind]);
    speech_set_word(s, PARAM_kind, (enum word)((int)WORD_kind_limit + (int)e->kind));
    set_time(s, PARAM_since, e->alarmed_us);
}

static void say_open(struct strbuf *out, struct speech *s, const struct daily_report *d)
{
    set(s, PARAM_red, d->open[LEVEL_RED]);
    set(s, PARAM_orange, d->open[LEVEL_ORANGE]);
    set(s, PARAM_yellow, d->open[LEVEL_YELLOW]);
    set(s, PARAM_blue, d->open[LEVEL_BLUE]);
    say(out, s, WORD_daily_open);
}

static void say_oldest(struct strbuf *out, struct speech *s, const struct daily_report *d)
{
    set(s, PARAM_count, (int64_t)d->waiting_count);
    if (d->waiting_count > 0)
        set_subject(s, &d->waiting[0]);
    say(out, s, d->waiting_count > 0 ? WORD_daily_oldest : WORD_daily_none_waits);
}

static void say_silences(struct strbuf *out, struct speech *s, const struct daily_report *d)
{
    set(s, PARAM_count, (int64_t)d->silences);
    if (d->silences > 0)
        set_time(s, PARAM_at, d->silence_end_us);
    say(out, s, d->silences > 0 ? WORD_daily_silences : WORD_daily_no_silence);
}

static void say_load(struct strbuf *out, struct speech *s, const struct daily_report *d)
{
    if (d->alerts < 0)
        return;
    set(s, PARAM_count, d->alerts);
    strbuf_clear(&s->values[PARAM_bound]);
    put_short(&s->values[PARAM_bound], d->allowed);
    say(out, s, WORD_daily_load);
}

void daily_say(struct strbuf *out, struct speech *s)
{
    const struct daily_report *d = s->step->daily;

    set(s, PARAM_total, d->houses);
    set(s, PARAM_count, d->unknown);
    say(out, s, d->unknown > 0 ? WORD_daily_unknown : WORD_daily_houses);
    say_open(out, s, d);
    say_oldest(out, s, d);
    say_silences(out, s, d);
    say_load(out, s, d);
    say(out, s, WORD_daily_note);
    if (!*d->audit_head)
        return;
    strbuf_clear(&s->values[PARAM_detail]);
    strbuf_puts(&s->values[PARAM_detail], d->audit_head);
    say(out, s, WORD_daily_audit);
}

void daily_say_waiting(struct strbuf *out, struct speech *s)
{
    const struct daily_report *d = s->step->daily;
    size_t named = d->waiting_count < DAILY_NAMED ? d->waiting_count : DAILY_NAMED;

    set(s, PARAM_count, (int64_t)d->waiting_count);
    say(out, s, WORD_waiting_now);
    for (size_t i = 0; i < named; i++) {
        set_subject(s, &d->waiting[i]);
        if (i > 0)
            say(out, s, WORD_waiting_between);
        say(out, s, WORD_waiting_one);
    }
    set(s, PARAM_count, (int64_t)(d->waiting_count - named));
    say(out, s, d->waiting_count > named ? WORD_waiting_more : WORD_waiting_end);
}

/* --- JSON --- */

static void put_waiting(struct strbuf *out, const struct daily_report *d)
{
    json_put_integer(out, "waiting", (int64_t)d->waiting_count);
    json_put_key(out, "longest");
    strbuf_putc(out, '[');
    for (size_t i = 0; i < d->waiting_count && i < DAILY_NAMED; i++) {
        const struct episode *e = &d->waiting[i];
        strbuf_puts(out, i > 0 ? ",{" : "{");
        json_put_text(out, "id", e->id);
        json_put_text_or_null(out, "house", e->house);
        json_put_text(out, "category", category_name(e->category));
        json_put_text(out, "kind", alert_kind_name(e->kind));
        json_put_integer(out, "level", e->level);
        json_put_time(out, "since", e->alarmed_us);
        strbuf_putc(out, '}');
    }
    strbuf_putc(out, ']');
}

static void put_open(struct strbuf *out, const struct daily_report *d)
{
    json_put_key(out, "open");
    strbuf_putc(out, '{');
    for (int level = LEVEL_BLUE; level <= LEVEL_RED; level++)
        json_put_integer(out, level_colour(level), d->open[level]);
    strbuf_putc(out, '}');
}

static void put_report(struct strbuf *out, const struct daily_report *d)
{
    json_put_integer(out, "houses", d->houses);
    json_put_integer(out, "houses_unknown", d->unknown);
    put_open(out, d);
    json_put_integer(out, "silences", (int64_t)d->silences);
    if (d->silences > 0)
        json_put_time(out, "silence_ends", d->silence_end_us);
    else
        json_put_null(out, "silence_ends");
    if (d->alerts < 0)
        json_put_null(out, "alerts_7d");
    else
        json_put_integer(out, "alerts_7d", d->alerts);
    json_put_number(out, "allowed_7d", d->allowed);
}

void daily_put(struct strbuf *out, const struct alert_step *step)
{
    json_put_key(out, "daily");
    strbuf_putc(out, '{');
    if (step->episode->kind == KIND_HEARTBEAT)
        put_report(out, step->daily);
    put_waiting(out, step->daily);
    strbuf_putc(out, '}');
}
