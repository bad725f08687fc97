/* The assessment of a burst as text, for evidence and display. */
#include <string.h>

#include "shikumen/base/utc.h"
#include "shikumen/core/burst.h"

static const char *const axis_name[] = {"x", "y", "z"};
static const char *const component_name[] = {"horizontal-1", "horizontal-2", "vertical", "vector"};

const char *vibration_source_name(enum vibration_source s)
{
    static const char *const name[] = {"permanent", "piling", "blasting", "knock"};

    return name[s];
}

const char *vibration_place_name(enum vibration_place p)
{
    static const char *const name[] = {"foundation", "top_floor", "floor_middle", "column_head",
                                       "buried_pipe"};

    return name[p];
}

static void put_text(struct strbuf *out, const char *key, const char *text)
{
    strbuf_printf(out, "\"%s\":", key);
    strbuf_json_string(out, text, strlen(text));
}

static void put_axes(const struct burst_assessment *a, struct strbuf *out)
{
    const char *before = "";

    strbuf_puts(out, ",\"axes\":{");
    for (size_t i = 0; i < VIBRATION_AXES; i++) {
        if (!a->has[i])
            continue;
        strbuf_printf(out,
                      "%s\"%s\":{\"ppv\":%.6g,\"crossing_hz\":%.6g,\"spectrum_hz\":%.6g,"
                      "\"runner_up_hz\":%.6g,\"runner_up_ratio\":%.6g,\"kb_fmax\":%.6g}",
                      before, axis_name[i], a->axis[i].ppv_mm_s, a->axis[i].crossing_hz,
                      a->axis[i].spectrum_hz, a->axis[i].runner_up_hz, a->axis[i].runner_up_ratio,
                      a->axis[i].kb_fmax);
        before = ",";
    }
    strbuf_putc(out, '}');
}

static void put_verdict(const struct burst_verdict *v, struct strbuf *out)
{
    strbuf_printf(out, "{\"source\":\"%s\",\"place\":\"%s\",", vibration_source_name(v->source),
                  vibration_place_name(v->place));
    put_text(out, "standard", v->limit->standard);
    strbuf_putc(out, ',');
    put_text(out, "edition", v->limit->edition);
    strbuf_putc(out, ',');
    put_text(out, "clause", v->limit->clause);
    strbuf_printf(out,
                  ",\"mark\":\"%c\",\"component\":\"%s\",\"value\":%.6g,\"limit\":%.6g,"
                  "\"frequency_hz\":%.6g,\"ratio\":%.6g}",
                  v->limit->mark, component_name[v->component], v->value_mm_s, v->limit_mm_s,
                  v->frequency_hz, v->ratio);
}

static void put_verdicts(const struct burst_assessment *a, struct strbuf *out)
{
    strbuf_puts(out, ",\"verdicts\":[");
    for (size_t i = 0; i < a->count; i++) {
        if (i > 0)
            strbuf_putc(out, ',');
        put_verdict(&a->verdict[i], out);
    }
    strbuf_puts(out, "],\"governing\":{");
    for (int s = 0; s < BURST_SOURCES; s++) {
        strbuf_printf(out, "%s\"%s\":", s > 0 ? "," : "",
                      vibration_source_name((enum vibration_source)s));
        if (a->governing[s] == NO_VERDICT)
            strbuf_puts(out, "null");
        else
            strbuf_printf(out, "%zu", a->governing[s]);
    }
    strbuf_putc(out, '}');
}

void burst_json(const struct burst_assessment *a, const char *sensor, struct strbuf *out)
{
    char t[UTC_TEXT_SIZE];

    strbuf_printf(out, "{\"t\":\"%s\",", utc_format(a->t_us, t));
    put_text(out, "sensor", sensor);
    strbuf_printf(out, ",\"kind\":\"%s\",\"fs\":%.6g,\"record_s\":%.6g,\"settled\":%s,",
                  quantity_info(a->kind)->name, a->fs_hz, a->record_s,
                  a->settled ? "true" : "false");
    strbuf_printf(out, "\"duration_s\":%.6g,\"unit\":\"mm/s\",\"vector\":%.6g,\"places\":[",
                  a->duration_s, a->vector_mm_s);
    for (size_t i = 0; i < a->site.places; i++)
        strbuf_printf(out, "%s\"%s\"", i > 0 ? "," : "", vibration_place_name(a->site.place[i]));
    strbuf_putc(out, ']');
    put_axes(a, out);
    put_verdicts(a, out);
    strbuf_putc(out, '}');
}
