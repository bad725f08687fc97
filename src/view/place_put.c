#include "place_put.h"

#include <math.h>

#include "shikumen/base/clock.h"
#include "shikumen/view/paper.h"

void put_known(struct strbuf *out, const char *name, int n)
{
    paper_number(out, name, n ? n : (double)NAN);
}

static void put_plan(struct strbuf *out, const struct house *h)
{
    paper_key(out, "plan_m");
    if (!h->plan) {
        strbuf_puts(out, "null");
        return;
    }
    strbuf_putc(out, '[');
    for (size_t i = 0; i < h->plan_count; i++) {
        strbuf_puts(out, i ? ",[" : "[");
        paper_number(out, NULL, h->plan[i].east_m);
        paper_number(out, NULL, h->plan[i].north_m);
        strbuf_putc(out, ']');
    }
    strbuf_putc(out, ']');
}

void put_house(struct strbuf *out, const struct house *h)
{
    paper_text(out, "row", h->row);
    put_known(out, "number", h->number);
    put_known(out, "built", h->built_year);
    put_known(out, "storeys", h->storeys);
    paper_text(out, "protection", protection_name(h->protection));
    paper_number(out, "lat", h->latitude_deg);
    paper_number(out, "lon", h->longitude_deg);
    put_plan(out, h);
}

static void put_position(struct strbuf *out, const double at_m[3])
{
    paper_key(out, "position_m");
    if (!isfinite(at_m[0]) || !isfinite(at_m[1]) || !isfinite(at_m[2])) {
        strbuf_puts(out, "null");
        return;
    }
    strbuf_putc(out, '[');
    for (size_t i = 0; i < 3; i++)
        paper_number(out, NULL, at_m[i]);
    strbuf_putc(out, ']');
}

/* What the sensor itself can say; a side without a bound is null. */
static void put_range(struct strbuf *out, const struct quality_config *q)
{
    paper_key(out, "range");
    if (!isfinite(q->fail_min) && !isfinite(q->fail_max)) {
        strbuf_puts(out, "null");
        return;
    }
    strbuf_putc(out, '[');
    paper_number(out, NULL, q->fail_min);
    paper_number(out, NULL, q->fail_max);
    strbuf_putc(out, ']');
}

void put_sensor(struct strbuf *out, const struct registry *r, const struct sensor *s)
{
    paper_text(out, "unit_registered", s->unit_text);
    paper_text(out, "axis", s->axis);
    paper_text(out, "medium", s->medium);
    put_known(out, "mode", s->mode);
    put_position(out, s->position_m);
    paper_number(out, "resolution", s->resolution > 0 ? s->resolution : (double)NAN);
    put_range(out, &s->quality);
    paper_number(out, "period_s", (double)s->period_us / (double)US_PER_S);
    paper_time(out, "installed", s->installed_us);
    paper_bool(out, "calibrated", s->calibration_count > 0);
    paper_list(out, "environment");
    for (size_t i = 0; i < s->environment_count; i++)
        paper_text(out, NULL, r->sensors[s->environment[i]].id);
    strbuf_putc(out, ']');
}

void open_row(struct strbuf *out, const struct table *t, size_t row)
{
    table_json_row(t, row, out);
    if (out->len > 0)
        out->data[--out->len] = '\0';
}

void put_cells(struct strbuf *out, const struct table *t, size_t row, const char *const *keys,
               size_t n)
{
    for (size_t i = 0; i < n; i++) {
        paper_key(out, keys[i]);
        table_json_cell(t, row, keys[i], out);
    }
}
