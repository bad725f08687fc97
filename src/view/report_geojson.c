/* A report as GeoJSON (RFC 7946): a feature for each house, WGS 84, with flat properties as
 * geographic information systems want them. */
#include <string.h>

#include "report_put.h"
#include "shikumen/view/geometry.h"
#include "shikumen/view/member.h"

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
        paper_key(out, "geometry");
        geometry_put(out, &r->registry->houses[r->houses[i].house]);
        strbuf_puts(out, ",\"properties\":{");
        put_properties(r, &r->houses[i], out);
        strbuf_puts(out, "}}");
    }
    strbuf_puts(out, "]}\n");
}
