/* Formats for programs: native, CloudEvents, Alertmanager. */
#include <string.h>

#include "format_bodies.h"
#include "format_text.h"
#include "json_put.h"
#include "shikumen/core/percent.h"
#include "shikumen/base/clock.h"
#include "shikumen/base/utc.h"

#define ANNOTATION_BYTES 4000
/* How long what is not told again is taken to last: longer than any upgrade or power cut of ours,
 * because an alert that Alertmanager ends by itself reads "resolved" [J]. */
#define STANDS_US (24 * US_PER_HOUR)

void put_native(const struct format_message *m, struct strbuf *out)
{
    strbuf_append(out, m->items[0].step->json, m->items[0].step->json_len);
}

/* CloudEvents 1.0.2, structured mode, JSON format. */
void put_cloudevent(const struct format_message *m, struct strbuf *out)
{
    const struct step_view *v = m->items[0].step;
    struct strbuf text = {0};

    strbuf_putc(out, '{');
    json_put_text(out, "specversion", "1.0");
    strbuf_printf(&text, "%s.%d", v->id, v->step);
    json_put_text(out, "id", strbuf_text(&text));
    strbuf_clear(&text);
    strbuf_puts(&text, "/shikumend/"); /* a URI reference */
    percent_put(&text, v->district, "");
    json_put_text(out, "source", strbuf_text(&text));
    strbuf_clear(&text);
    strbuf_printf(&text, "org.shikumend.alert.%s.v1", v->event_name);
    json_put_text(out, "type", strbuf_text(&text));
    strbuf_free(&text);
    if (*v->house)
        json_put_text(out, "subject", *v->element ? v->element : v->house);
    json_put_time(out, "time", v->at_us);
    json_put_text(out, "datacontenttype", "application/json");
    json_put_key(out, "data");
    strbuf_append(out, v->json, v->json_len);
    strbuf_putc(out, '}');
}

/* --- Alertmanager, POST /api/v2/alerts --- */

static void put_label(struct strbuf *out, const char *name, const char *text)
{
    if (*text) /* Alertmanager takes an empty label for none */
        json_put_text(out, name, text);
}

/* What names the alert for ever: of the episode's first step, whatever it turns into. */
static void put_labels(const struct format_item *item, struct strbuf *out)
{
    const struct step_view *v = item->first ? item->first : item->step;

    json_put_key(out, "labels");
    strbuf_putc(out, '{');
    json_put_text(out, "alertname", "shikumen");
    put_label(out, "category", v->category);
    put_label(out, "district", v->district);
    put_label(out, "element", v->element);
    put_label(out, "episode", item->step->id);
    put_label(out, "house", v->house);
    put_label(out, "kind", v->kind);
    strbuf_putc(out, '}');
}

static void put_note(struct strbuf *out, const char *name, const char *text)
{
    struct strbuf clean = {0};

    text_put(&clean, text, MARKUP_NONE, ANNOTATION_BYTES);
    put_label(out, name, strbuf_text(&clean));
    strbuf_free(&clean);
}

static void put_notes_of(const struct step_view *v, unsigned languages, struct strbuf *out)
{
    if (languages & FORMAT_ZH) {
        put_note(out, "summary_zh", v->summary.zh);
        put_note(out, "advice_zh", v->advice.zh);
    }
    if (languages & FORMAT_EN) {
        put_note(out, "summary_en", v->summary.en);
        put_note(out, "advice_en", v->advice.en);
    }
    put_note(out, "summary", languages & FORMAT_ZH ? v->summary.zh : v->summary.en);
    put_note(out, "description", languages & FORMAT_ZH ? v->advice.zh : v->advice.en);
}

static void put_annotations(const struct step_view *v, unsigned languages, struct strbuf *out)
{
    struct strbuf text = {0};

    json_put_key(out, "annotations");
    strbuf_putc(out, '{');
    put_notes_of(v, languages, out);
    json_put_text(out, "colour", level_colour(v->level));
    put_note(out, "event", v->event_name);
    strbuf_printf(&text, "%d", v->level);
    json_put_text(out, "level", strbuf_text(&text));
    strbuf_clear(&text);
    strbuf_printf(&text, "%d", v->step);
    json_put_text(out, "step", strbuf_text(&text));
    strbuf_clear(&text);
    step_view_sensors(v, &text);
    put_note(out, "sensors", strbuf_text(&text));
    strbuf_clear(&text);
    step_view_value(v, &text);
    put_note(out, "value", strbuf_text(&text));
    strbuf_free(&text);
    strbuf_putc(out, '}');
}

static void put_alert(const struct format_message *m, const struct format_item *item,
                      struct strbuf *out)
{
    const struct step_view *v = item->step;
    bool opened = item->opened_us > 0 && item->opened_us < v->at_us;
    bool lives = strcmp(v->kind, alert_kind_name(KIND_HEARTBEAT)) == 0;
    bool ended = v->level == LEVEL_NORMAL && !lives;

    strbuf_putc(out, '{');
    put_labels(item, out);
    put_annotations(v, m->languages, out);
    json_put_time(out, "startsAt", opened ? item->opened_us : v->at_us);
    json_put_time(out, "endsAt", ended ? v->at_us : m->now_us + STANDS_US);
    put_label(out, "generatorURL", v->url);
    strbuf_putc(out, '}');
}

void put_alertmanager(const struct format_message *m, struct strbuf *out)
{
    strbuf_putc(out, '[');
    for (size_t i = 0; i < m->count; i++) {
        strbuf_puts(out, i ? "," : "");
        put_alert(m, &m->items[i], out);
    }
    strbuf_putc(out, ']');
}
