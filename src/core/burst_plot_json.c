#include <math.h>
#include <string.h>

#include "shikumen/core/burst_plot.h"

#define CURVE_STEP 4 /* bands between two points of a curve */

static void put_floats(const char *name, const float *x, size_t n, struct strbuf *out)
{
    strbuf_printf(out, "\"%s\":[", name);
    for (size_t i = 0; i < n; i++) {
        strbuf_puts(out, i > 0 ? "," : "");
        if (isfinite(x[i]))
            strbuf_printf(out, "%.4g", (double)x[i]);
        else
            strbuf_puts(out, "null");
    }
    strbuf_putc(out, ']');
}

static void put_axes(const struct burst_plot *p, struct strbuf *out)
{
    static const char *const names[] = {"x", "y", "z"};
    const char *between = "";

    strbuf_puts(out, ",\n\"axes\":{");
    for (size_t i = 0; i < VIBRATION_AXES; i++) {
        const struct burst_trace *t = &p->axis[i];
        if (!t->known)
            continue;
        strbuf_printf(out, "%s\"%s\":{", between, names[i]);
        put_floats("min", t->least, p->columns, out);
        strbuf_putc(out, ',');
        put_floats("max", t->most, p->columns, out);
        strbuf_putc(out, ',');
        put_floats("amplitude", t->amplitude, p->bands, out);
        strbuf_putc(out, '}');
        between = ",\n";
    }
    strbuf_putc(out, '}');
}

static void put_names(const char *key, unsigned bits, const char *(*name)(unsigned),
                      struct strbuf *out)
{
    const char *between = "";

    strbuf_printf(out, "\"%s\":[", key);
    for (unsigned i = 0; bits >> i; i++) {
        if (!(bits >> i & 1))
            continue;
        strbuf_printf(out, "%s\"%s\"", between, name(i));
        between = ",";
    }
    strbuf_puts(out, "],");
}

static const char *source_name(unsigned i)
{
    return vibration_source_name((enum vibration_source)i);
}

static const char *place_name(unsigned i)
{
    return vibration_place_name((enum vibration_place)i);
}

static void put_text(const char *key, const char *text, struct strbuf *out)
{
    strbuf_printf(out, "\"%s\":", key);
    strbuf_json_string(out, text, strlen(text));
    strbuf_putc(out, ',');
}

static void put_points(const struct burst_curve *c, struct strbuf *out)
{
    const char *between = "";

    strbuf_puts(out, "\"points\":[");
    for (size_t b = 0; b <= BURST_PLOT_BANDS; b += CURVE_STEP) {
        double f_hz = burst_plot_band_hz(b), allowed = burst_plot_allowed(c, f_hz);
        if (!(allowed > 0) || !isfinite(allowed))
            continue;
        strbuf_printf(out, "%s[%.4g,%.4g]", between, f_hz, allowed);
        between = ",";
    }
    strbuf_putc(out, ']');
}

static void put_curve(const struct burst_curve *c, struct strbuf *out)
{
    strbuf_putc(out, '{');
    put_names("sources", c->sources, source_name, out);
    put_names("places", c->places, place_name, out);
    put_names("governs", c->governs, source_name, out);
    put_text("standard", c->own ? c->own->source : c->limit->standard, out);
    put_text("edition", c->own ? c->own->edition : c->limit->edition, out);
    put_text("clause", c->own ? c->own->clause : c->limit->clause, out);
    strbuf_printf(out, "\"mark\":\"%c\",\"level\":", c->own ? c->own->mark : c->limit->mark);
    if (c->own)
        strbuf_printf(out, "%d,", c->own->level);
    else
        strbuf_puts(out, "null,");
    put_points(c, out);
    strbuf_putc(out, '}');
}

void burst_plot_json(const struct burst_plot *p, struct strbuf *out)
{
    strbuf_printf(out, "{\"columns\":%zu,\"column_s\":%.6g,\"spectrum_s\":%.6g,\"unit\":\"mm/s\"",
                  p->columns, p->column_s, p->spectrum_s);
    put_axes(p, out);
    strbuf_puts(out, ",\n\"bands_hz\":[");
    for (size_t b = 0; b < p->bands; b++)
        strbuf_printf(out, "%s%.4g", b > 0 ? "," : "", burst_plot_middle_hz(b));
    strbuf_puts(out, "],\n\"curves\":[");
    for (size_t i = 0; i < p->curves; i++) {
        strbuf_puts(out, i > 0 ? ",\n" : "");
        put_curve(&p->curve[i], out);
    }
    strbuf_puts(out, "]}");
}
