#include "render_load.h"

#include <math.h>

#include "json_put.h"
#include "render_put.h"

static double share_of(const struct alarm_over *load)
{
    return load->count > 0 ? (double)load->cause.count / (double)load->count : 0;
}

static void set_number(struct speech *s, enum param param, double v)
{
    strbuf_clear(&s->values[param]);
    put_short(&s->values[param], v);
}

static void set_cause(struct speech *s, const struct alarm_cause *c)
{
    strbuf_clear(&s->values[PARAM_sensor]);
    speech_set_name(s, PARAM_sensor, c->sensor);
    strbuf_clear(&s->values[PARAM_kind]);
    speech_set_word(s, PARAM_kind, (enum word)((int)WORD_kind_limit + (int)c->kind));
    strbuf_clear(&s->values[PARAM_quantity]);
    speech_set_word(s, PARAM_quantity, (enum word)((int)WORD_load_of_value + (int)c->of));
    strbuf_clear(&s->values[PARAM_limit]);
    speech_set_name(s, PARAM_limit, c->limit);
}

void load_prepare(struct speech *s)
{
    const struct alarm_over *load = s->step->load;

    speech_set_count(s, PARAM_count, (size_t)load->count);
    speech_set_count(s, PARAM_total, (size_t)load->cause.count);
    set_number(s, PARAM_bound, load->allowed);
    set_number(s, PARAM_share, round(100 * share_of(load)));
    set_cause(s, &load->cause);
}

static enum word cause_word(const struct alarm_cause *c)
{
    if (c->by_sensor)
        return WORD_load_by_sensor;
    if (c->category == CATEGORY_SYSTEM)
        return WORD_load_by_system;
    return *c->limit ? WORD_load_by_limit : WORD_load_by_kind;
}

void load_say(struct strbuf *out, const struct speech *s)
{
    bool house = *s->step->episode->house != '\0';
    bool ended = s->step->event == EVENT_RESOLVED;
    enum word line = house ? WORD_load_house : WORD_load_district;

    if (ended)
        line = house ? WORD_load_house_ended : WORD_load_district_ended;
    words_fill(out, s->language, line, s->values);
    if (!ended && s->step->load->cause.count > 0)
        words_fill(out, s->language, cause_word(&s->step->load->cause), s->values);
}

static void put_cause(struct strbuf *out, const struct alarm_over *load)
{
    const struct alarm_cause *c = &load->cause;

    json_put_key(out, "cause");
    strbuf_putc(out, '{');
    json_put_text_or_null(out, "sensor", c->sensor);
    json_put_text_or_null(out, "house", c->house);
    json_put_text_or_null(out, "category", c->by_sensor ? "" : category_name(c->category));
    json_put_text_or_null(out, "kind", c->by_sensor ? "" : alert_kind_name(c->kind));
    json_put_text_or_null(out, "of", *c->limit ? limit_of_name(c->of) : "");
    json_put_text_or_null(out, "limit", c->limit);
    json_put_integer(out, "alerts", c->count);
    json_put_share(out, "share", share_of(load));
    strbuf_putc(out, '}');
}

void load_put(struct strbuf *out, const struct alarm_over *load)
{
    json_put_key(out, "load");
    strbuf_putc(out, '{');
    json_put_integer(out, "alerts", load->count);
    json_put_number(out, "allowed", load->allowed);
    json_put_integer(out, "window_d", ALARM_WEEK_H / 24);
    if (load->cause.count > 0)
        put_cause(out, load);
    else
        json_put_null(out, "cause");
    strbuf_putc(out, '}');
}
