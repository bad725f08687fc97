/* A report as GeoJSON (RFC 7946): a feature for each house, WGS 84, with flat properties as
 * geographic information systems want them. */
#include <math.h>
#include <string.h>

#include "report_put.h"
#include "shikumen/view/member.h"

#define EARTH_M_PER_DEG 111319.49 /* of a great circle, WGS 84 semi-major axis */

static void put_position(struct strbuf *out, double lon, double lat)
{
    /* 1e-7 degrees are a centimetre. */
    strbuf_printf(out, "[%.7f,%.7f]", lon, lat);
}

static double area_of(const struct house *h)
{
    double sum = 0;

    for (size_t i = 0; i < h->plan_count; i++) {
        const struct plan_corner *a = &h->plan[i], *b = &h->plan[(i + 1) % h->plan_count];
        sum += a->east_m * b->north_m - b->east_m * a->north_m;
    }
    return sum;
}

/* The footprint about the position of the house; the outer ring runs counter-clockwise (RFC 7946
 * section 3.1.6) and closes. */
static void put_polygon(struct strbuf *out, const struct house *h)
{
    double east = 0, north = 0, per_lon, n = (double)h->plan_count;
    bool turned = area_of(h) < 0;

    for (size_t i = 0; i < h->plan_count; i++) {
        east += h->plan[i].east_m / n;
        north += h->plan[i].north_m / n;
    }
    per_lon = EARTH_M_PER_DEG * cos(h->latitude_deg * 3.14159265358979323846 / 180);
    strbuf_puts(out, "{\"type\":\"Polygon\",\"coordinates\":[[");
    for (size_t i = 0; i <= h->plan_count; i++) {
        size_t at = i % h->plan_count;
        const struct plan_corner *k = &h->plan[turned ? h->plan_count - 1 - at : at];
        strbuf_puts(out, i > 0 ? "," : "");
        put_position(out, h->longitude_deg + (k->east_m - east) / per_lon,
                     h->latitude_deg + (k->north_m - north) / EARTH_M_PER_DEG);
    }
    strbuf_puts(out, "]]}");
}

static void put_geometry(struct strbuf *out, const struct house *h)
{
    paper_key(out, "geometry");
    if (!isfinite(h->latitude_deg) || !isfinite(h->longitude_deg)) {
        strbuf_puts(out, "null");
    } else if (h->plan && fabs(h->latitude_deg) < 89) {
        put_polygon(out, h);
    } else {
        strbuf_puts(out, "{\"type\":\"Point\",\"coordinates\":");
        put_position(out, h->longitude_deg, h->latitude_deg);
        strbuf_putc(out, '}');
    }
}

static int sum_of(const int n[LEVEL_RED + 1])
{
    return n[1] + n[2] + n[3] + n[4];
}

static void put_properties(const struct report *r, const struct report_house *h, struct strbuf *out)
{
    static const char *const members[] = {"class", "colour", "score",      "confidence",
                                          "p30",   "p180",   "p365",       "cc",
                                          "uc",    "rc",     "provisional"};
    const struct house *x = &r->registry->houses[h->house];
    const struct class_override *o = report_override(r, x->id);

    paper_text(out, "house", x->id);
    paper_text(out, "name_zh", x->name.zh);
    paper_text(out, "name_en", x->name.en);
    paper_text(out, "lane", x->lane);
    paper_text(out, "row", x->row);
    content_count(out, "built", x->built_year == 0 ? INT64_MIN : x->built_year);
    paper_text(out, "protection", protection_name(x->protection));
    paper_time(out, "from", r->from_us);
    paper_time(out, "to", r->to_us);
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        content_member(out, h->line, members[i]);
    paper_text(out, "override", o ? o->class_name : NULL);
    content_real(out, "coverage", h->coverage);
    content_count(out, "alerts_raised", sum_of(h->raised));
    content_count(out, "alerts_open", sum_of(h->open));
    content_real(out, "cost_cny", h->cost_cny);
    paper_text(out, "report_sha256", r->sha256);
}

void report_geojson(const struct report *r, struct strbuf *out)
{
    strbuf_puts(out, "{\"type\":\"FeatureCollection\",\"name\":\"shikumen\",\"features\":[");
    for (size_t i = 0; i < r->house_count; i++) {
        paper_item(out);
        strbuf_puts(out, "{\"type\":\"Feature\",\"id\":");
        strbuf_json_string(out, r->registry->houses[r->houses[i].house].id,
                           strlen(r->registry->houses[r->houses[i].house].id));
        put_geometry(out, &r->registry->houses[r->houses[i].house]);
        strbuf_puts(out, ",\"properties\":{");
        put_properties(r, &r->houses[i], out);
        strbuf_puts(out, "}}");
    }
    strbuf_puts(out, "]}\n");
}
