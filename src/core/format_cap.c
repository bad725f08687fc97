/* CAP 1.2 (OASIS Standard, 1 July 2010; ITU-T X.1303 bis). */
#include <stdlib.h>
#include <string.h>

#include "format_bodies.h"
#include "format_text.h"
#include "shikumen/base/clock.h"
#include "shikumen/base/utc.h"
#include "shikumen/core/xml_put.h"

#define HEADLINE_CHARACTERS 155 /* "less than 160 characters" (3.2.2), "…" with them */
#define NAME_BYTES          160
#define TEXT_BYTES          20000
#define SECOND_TEXT         19 /* "2026-11-22T16:00:00" */

/* --- what it all amounts to --- */

static const char *severity(const struct step_view *v)
{
    static const char *const by_level[] = {"Minor", "Minor", "Moderate", "Severe", "Extreme"};

    return by_level[v->level];
}

/* The sign of life is no alert that could be over. */
static bool lives(const struct step_view *v)
{
    return strcmp(v->kind, alert_kind_name(KIND_HEARTBEAT)) == 0;
}

/* The advice of an alert decides: at once, within days, in time. */
static const char *urgency(const struct step_view *v)
{
    if (lives(v))
        return "Unknown";
    if (v->level == LEVEL_NORMAL)
        return "Past";
    if (v->foreseen || v->level <= LEVEL_YELLOW)
        return "Future";
    return v->level == LEVEL_RED ? "Immediate" : "Expected";
}

static const char *certainty(const struct step_view *v)
{
    if (strcmp(v->category, "structure") != 0)
        return "Unknown"; /* instruments say nothing about the house */
    if (v->foreseen)
        return v->p365 >= 0.5 ? "Likely" : "Possible";
    return v->unconfirmed ? "Likely" : "Observed";
}

/* Never AllClear: that measured values are back does not say that a house is safe. */
static const char *response(const struct step_view *v)
{
    return v->level >= LEVEL_ORANGE ? "Assess" : "Monitor";
}

/* The first that this receiver hears is an Alert whatever came before it. */
static const char *message_type(const struct format_item *item)
{
    if (item->sent_count == 0)
        return "Alert";
    return item->step->level == LEVEL_NORMAL && !lives(item->step) ? "Cancel" : "Update";
}

/* --- parts --- */

/* Local time with its offset; a Z is not allowed, and UTC is -00:00 (3.3.2). */
static void put_time(const struct time_zone *zone, int64_t t_us, struct strbuf *out)
{
    char text[UTC_TEXT_SIZE];
    int64_t offset_us = zone_offset_us(zone ? zone : &zone_utc, t_us);
    int64_t minutes = offset_us / (60 * US_PER_S);

    utc_format(t_us + minutes * 60 * US_PER_S, text);
    strbuf_printf(out, "%.*s%c%02d:%02d", SECOND_TEXT, text, minutes > 0 ? '+' : '-',
                  (int)llabs(minutes) / 60, (int)llabs(minutes) % 60);
}

static void put_time_element(struct strbuf *out, int depth, const char *name,
                             const struct time_zone *zone, int64_t t_us)
{
    struct strbuf text = {0};

    put_time(zone, t_us, &text);
    xml_element(out, depth, name, strbuf_text(&text));
    strbuf_free(&text);
}

/* No spaces, commas and markup in what identifies (3.2.1). */
static void put_sender(const struct step_view *v, struct strbuf *out)
{
    strbuf_puts(out, "shikumend@");
    for (const char *p = v->district; *p; p++)
        strbuf_putc(out, (unsigned char)*p <= ' ' || strchr(",<&>\"'", *p) ? '-' : *p);
}

static void put_references(const struct format_item *item, const char *sender,
                           const struct time_zone *zone, struct strbuf *out)
{
    struct strbuf text = {0};

    for (size_t i = 0; i < item->sent_count; i++) {
        strbuf_printf(&text, "%s%s,%s.%d,", i ? " " : "", sender, item->step->id,
                      item->sent[i].step);
        put_time(zone, item->sent[i].at_us, &text);
    }
    if (text.len > 0)
        xml_element(out, 1, "references", strbuf_text(&text));
    strbuf_free(&text);
}

static void put_cut(struct strbuf *out, const char *name, const char *text, size_t max)
{
    struct strbuf cut = {0};

    text_put(&cut, text, MARKUP_NONE, max);
    if (cut.len > 0)
        xml_element(out, 2, name, strbuf_text(&cut));
    strbuf_free(&cut);
}

static void put_headline(struct strbuf *out, const char *summary)
{
    struct strbuf clean = {0};
    size_t fit;

    text_put(&clean, summary, MARKUP_NONE, TEXT_BYTES);
    fit = text_fit_characters(strbuf_text(&clean), HEADLINE_CHARACTERS);
    put_cut(out, "headline", strbuf_text(&clean), fit < clean.len ? fit + strlen("…") : fit);
    strbuf_free(&clean);
}

static void put_word(struct strbuf *out, int depth, const char *name, enum language language,
                     enum word word, enum param param, const char *value)
{
    struct strbuf values[PARAM_COUNT] = {0}, text = {0};

    text_put(&values[param], value, MARKUP_NONE, NAME_BYTES);
    words_fill(&text, language, word, values);
    xml_element(out, depth, name, strbuf_text(&text));
    strbuf_free(&text);
    strbuf_free(&values[param]);
}

static void put_parameter(struct strbuf *out, const char *name, const char *value)
{
    struct strbuf clean = {0};

    text_put(&clean, value, MARKUP_NONE, TEXT_BYTES);
    if (clean.len > 0) {
        strbuf_puts(out, "    <parameter>\n");
        xml_element(out, 3, "valueName", name);
        xml_element(out, 3, "value", strbuf_text(&clean));
        strbuf_puts(out, "    </parameter>\n");
    }
    strbuf_free(&clean);
}

static void put_parameters(const struct step_view *v, struct strbuf *out)
{
    struct strbuf text = {0};

    put_parameter(out, "shikumen-colour", level_colour(v->level));
    put_parameter(out, "shikumen-kind", v->kind);
    put_parameter(out, "shikumen-category", v->category);
    put_parameter(out, "shikumen-house", v->house);
    put_parameter(out, "shikumen-element", v->element);
    step_view_sensors(v, &text);
    put_parameter(out, "shikumen-sensors", strbuf_text(&text));
    strbuf_clear(&text);
    step_view_value(v, &text);
    put_parameter(out, "shikumen-value", strbuf_text(&text));
    strbuf_free(&text);
}

static void put_area(const struct step_view *v, enum language language, struct strbuf *out)
{
    struct strbuf place = {0};

    text_place(v, language, &place);
    strbuf_puts(out, "    <area>\n");
    xml_element(out, 3, "areaDesc", strbuf_text(&place));
    strbuf_puts(out, "    </area>\n");
    strbuf_free(&place);
}

static void put_info(const struct step_view *v, enum language language, struct strbuf *out)
{
    bool zh = language == LANGUAGE_ZH, structure = strcmp(v->category, "structure") == 0;
    const char *summary = zh ? v->summary.zh : v->summary.en;

    strbuf_puts(out, "  <info>\n");
    xml_element(out, 2, "language", zh ? "zh-CN" : "en-US");
    xml_element(out, 2, "category", structure ? "Safety" : "Infra");
    put_word(out, 2, "event", language, WORD_format_cap_event, PARAM_kind,
             text_kind(language, v->kind));
    xml_element(out, 2, "responseType", response(v));
    xml_element(out, 2, "urgency", urgency(v));
    xml_element(out, 2, "severity", severity(v));
    xml_element(out, 2, "certainty", certainty(v));
    put_word(out, 2, "senderName", language, WORD_format_cap_sender, PARAM_detail, v->district);
    put_headline(out, summary);
    put_cut(out, "description", summary, TEXT_BYTES);
    put_cut(out, "instruction", zh ? v->advice.zh : v->advice.en, TEXT_BYTES);
    put_cut(out, "web", v->url, TEXT_BYTES);
    put_parameters(v, out);
    put_area(v, language, out);
    strbuf_puts(out, "  </info>\n");
}

static void put_head(const struct format_message *m, struct strbuf *out)
{
    const struct format_item *item = &m->items[0];
    const struct step_view *v = item->step;
    struct strbuf sender = {0}, id = {0}, restriction = {0};

    put_sender(v, &sender);
    strbuf_printf(&id, "%s.%d", v->id, v->step);
    xml_element(out, 1, "identifier", strbuf_text(&id));
    xml_element(out, 1, "sender", strbuf_text(&sender));
    put_time_element(out, 1, "sent", m->zone, v->at_us);
    xml_element(out, 1, "status", "Actual");
    xml_element(out, 1, "msgType", message_type(item));
    xml_element(out, 1, "scope", "Restricted");
    strbuf_printf(&restriction, "%s / %s", words_text(LANGUAGE_ZH, WORD_format_cap_restriction),
                  words_text(LANGUAGE_EN, WORD_format_cap_restriction));
    xml_element(out, 1, "restriction", strbuf_text(&restriction));
    put_references(item, strbuf_text(&sender), m->zone, out);
    xml_element(out, 1, "incidents", v->id);
    strbuf_free(&sender);
    strbuf_free(&id);
    strbuf_free(&restriction);
}

void put_cap(const struct format_message *m, struct strbuf *out)
{
    strbuf_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                     "<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\">\n");
    put_head(m, out);
    for (int language = LANGUAGE_ZH; language <= LANGUAGE_EN; language++)
        if (m->languages & 1u << language)
            put_info(m->items[0].step, (enum language)language, out);
    strbuf_puts(out, "</alert>\n");
}
