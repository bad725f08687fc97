/* The registry of a simulated district as JSON. */
#include <string.h>

#include "chance.h"
#include "district.h"
#include "footprint.h"
#include "shape.h"
#include "shikumen/base/strmap.h"

struct words {
    const char *zh, *en;
};

/* Names in the manner of Shanghai's lanes; none stands for a real one. */
static const struct words lanes[] = {
    {"承兴里", "Chengxing Li"}, {"福安里", "Fu'an Li"},    {"德馨里", "Dexin Li"},
    {"同庆里", "Tongqing Li"},  {"永丰里", "Yongfeng Li"}, {"瑞康里", "Ruikang Li"},
    {"景和坊", "Jinghe Fang"},  {"仁寿里", "Renshou Li"},  {"树德坊", "Shude Fang"},
    {"春华里", "Chunhua Li"},   {"安吉里", "Anji Li"},     {"恒茂里", "Hengmao Li"},
    {"怡然坊", "Yiran Fang"},   {"宝裕里", "Baoyu Li"},
};
#define LANE_NAMES ((int)(sizeof lanes / sizeof lanes[0]))

struct part {
    const char *name, *kind, *material;
    struct words words;
    double height_m, length_m, weight;
};

static const struct part parts[] = {
    {"front-wall", "wall", "brick", {"正立面墙", "front wall"}, 7.2, 4.1, 1.0},
    {"party-wall", "party_wall", "brick", {"分户墙", "party wall"}, 7.0, 9.6, 1.0},
    {"gate", "gate_frame", "stone", {"石库门框", "stone gate frame"}, 2.8, 1.6, 0.8},
    {"lintel", "lintel", "stone", {"门楣", "gate lintel"}, 0.3, 1.6, 0.6},
    {"floor-2", "floor", "timber", {"二层楼板", "second floor"}, 0.25, 4.1, 0.7},
    {"truss", "truss", "timber", {"屋架", "roof truss"}, 1.6, 4.1, 0.9},
    {"foundation", "foundation", "brick", {"基础", "foundation"}, 0.8, 9.6, 1.0},
    {"structure", "structure", "brick", {"整体结构", "whole structure"}, 8.8, 9.6, 1.0},
};
#define PART_COUNT (sizeof parts / sizeof parts[0])

bool district_element_known(const char *name)
{
    for (size_t i = 0; i < PART_COUNT; i++)
        if (strcmp(parts[i].name, name) == 0)
            return true;
    return false;
}

static void put_text(struct strbuf *b, const char *key, const char *text)
{
    strbuf_printf(b, ",\"%s\":", key);
    if (text)
        strbuf_json_string(b, text, strlen(text));
    else
        strbuf_puts(b, "null");
}

static void put_name(struct strbuf *b, const struct words *w)
{
    strbuf_puts(b, ",\"name\":{\"zh\":");
    strbuf_json_string(b, w->zh, strlen(w->zh));
    strbuf_puts(b, ",\"en\":");
    strbuf_json_string(b, w->en, strlen(w->en));
    strbuf_putc(b, '}');
}

static void put_adjoining(const struct district *d, size_t i, struct strbuf *b)
{
    const struct sim_house *h = &d->houses[i];
    bool before = i > 0 && district_same_row(h, h - 1);

    strbuf_puts(b, ",\"adjoining\":[");
    if (before)
        strbuf_printf(b, "\"%s\"", d->houses[i - 1].id);
    if (i + 1 < d->house_count && district_same_row(h, h + 1))
        strbuf_printf(b, "%s\"%s\"", before ? "," : "", d->houses[i + 1].id);
    strbuf_putc(b, ']');
}

static void put_house_name(const struct sim_house *h, struct strbuf *b)
{
    const struct words *lane = &lanes[h->lane % LANE_NAMES];
    struct strbuf zh = {0}, en = {0};

    strbuf_printf(&zh, "%s%d号", lane->zh, h->number);
    strbuf_printf(&en, "No. %d, %s", h->number, lane->en);
    put_name(b, &(struct words){strbuf_text(&zh), strbuf_text(&en)});
    strbuf_free(&zh);
    strbuf_free(&en);
}

static void put_element(const struct sim_house *h, const struct part *p, struct strbuf *b)
{
    strbuf_printf(b, "\n     {\"id\":\"%s/%s\",\"kind\":\"%s\",\"material\":\"%s\"", h->id, p->name,
                  p->kind, p->material);
    put_name(b, &p->words);
    strbuf_printf(b, ",\"height_m\":%g,\"length_m\":%g,\"weight\":%g}", p->height_m, p->length_m,
                  p->weight);
}

/* The footprint, and where on earth its corner is: metres to degrees near Shanghai, 31.2 north. */
static void put_ground(const struct footprint *f, struct strbuf *b)
{
    const double west = f->east_m, east = f->east_m + f->width_m;
    const double south = f->north_m, north = f->north_m + f->depth_m;

    strbuf_printf(b, ",\"lat\":%.6f,\"lon\":%.6f", 31.222 + south / 110870, 121.468 + west / 95260);
    strbuf_printf(b, ",\"plan_m\":[[%.1f,%.1f],[%.1f,%.1f],[%.1f,%.1f],[%.1f,%.1f]]", west, south,
                  east, south, east, north, west, north);
}

static void put_house(const struct district *d, size_t i, double lane_pitch_m, struct strbuf *b)
{
    const struct footprint ground = footprint_of(d, i, lane_pitch_m);
    const struct sim_house *h = &d->houses[i];
    static const char *const protection[] = {"none", "none", "district", "city"};

    strbuf_printf(b, "%s\n  {\"id\":\"%s\"", i ? "," : "", h->id);
    put_house_name(h, b);
    strbuf_printf(b, ",\"lane\":\"L%02d\",\"row\":\"L%02d-R%d\",\"number\":%d", h->lane + 1,
                  h->lane + 1, h->row, h->number);
    strbuf_printf(b, ",\"built\":%d,\"storeys\":2,\"protection\":\"%s\"",
                  1912 + (int)(chance_uniform(h->seed, 1) * 24),
                  protection[(int)(chance_uniform(h->seed, 2) * 4)]);
    put_ground(&ground, b);
    put_adjoining(d, i, b);
    strbuf_puts(b, ",\n   \"elements\":[");
    for (size_t k = 0; k < PART_COUNT; k++) {
        strbuf_puts(b, k ? "," : "");
        put_element(h, &parts[k], b);
    }
    strbuf_puts(b, "]}");
}

/* What the building answers to: the wall's temperature and the room's humidity. */
static bool follows_climate(enum response r)
{
    return r <= RESPONSE_STRAIN || r == RESPONSE_MOISTURE || r == RESPONSE_FREQUENCY;
}

static void put_environment(const struct district *d, const struct sim_sensor *s, struct strbuf *b)
{
    bool wet = d->designs && s->design->response == RESPONSE_SETTLEMENT;
    uint32_t named[] = {district_sensor(d, s->house, "t-wall"),
                        district_sensor(d, s->house, "rh-in"),
                        wet ? district_well(d, s->house) : SIM_NONE};
    size_t count = 0;

    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (named[i] != SIM_NONE)
            strbuf_printf(b, "%s\"%s/%s\"", count++ ? "," : ",\"environment\":[",
                          d->nodes[district_node_of(d, named[i])].id,
                          d->sensors[named[i]].design->name);
    if (count > 0)
        strbuf_putc(b, ']');
}

static bool allowed(const char *name, const char *const *limits, size_t count)
{
    for (size_t i = 0; name && i < count; i++)
        if (strcmp(name, limits[i]) == 0)
            return true;
    return false;
}

static void put_place(const struct sim_sensor *s, const char *house, struct strbuf *b)
{
    double heights_m[2];

    footprint_heights_m(s->design->element, heights_m);
    if (s->design->element)
        strbuf_printf(b, ",\"element\":\"%s/%s\"", house, s->design->element);
    else
        strbuf_puts(b, ",\"element\":null");
    strbuf_printf(b, ",\"position_m\":[%.1f,%.1f,%.1f]", chance_between(s->seed, 1, 0.2, 4),
                  chance_between(s->seed, 2, 0, 9),
                  chance_between(s->seed, 3, heights_m[0], heights_m[1]));
}

static double power_of_ten(int decimals)
{
    double p = 1;

    while (decimals-- > 0)
        p /= 10;
    return p;
}

static void put_source(const struct district *d, const struct sim_node *n, const struct design *g,
                       struct strbuf *b)
{
    char eui[SHAPE_EUI_SIZE];

    shape_eui((size_t)(n - d->nodes), eui);
    strbuf_printf(b,
                  ",\"source\":{\"profile\":\"shikumen-sim\",\"device\":\"%s\",\"channel\":\"%s\"}",
                  eui, shape_channel(g));
}

static void put_sensor(const struct district *d, const struct sim_node *n,
                       const struct sim_sensor *s, const char *limits, bool networked,
                       struct strbuf *b)
{
    const struct design *g = s->design;
    const char *house = d->houses[s->house].id;

    strbuf_printf(b, "\n  {\"id\":\"%s/%s\",\"node\":\"%s\",\"house\":\"%s\"", n->id, g->name,
                  n->id, house);
    put_text(b, "quantity", g->quantity);
    put_text(b, "unit", g->unit);
    put_text(b, "axis", g->axis);
    if (g->medium)
        put_text(b, "medium", g->medium);
    if (g->mode > 0)
        strbuf_printf(b, ",\"mode\":%d", g->mode);
    put_place(s, house, b);
    strbuf_puts(b, ",\"resolution\":");
    strbuf_number(b, power_of_ten(g->decimals));
    strbuf_printf(b, ",\"range\":[%g,%g],\"period_s\":%d", g->range[0], g->range[1], g->period_s);
    put_text(b, "limits", limits);
    if (follows_climate(g->response))
        put_environment(d, s, b);
    if (networked)
        put_source(d, n, g, b);
    strbuf_putc(b, '}');
}

void district_registry(const struct district *d, const char *const *limits, size_t limit_count,
                       bool networked, struct strbuf *out)
{
    const double lane_pitch_m = footprint_lane_pitch_m(d);
    bool first = true;

    strbuf_puts(out, "{\"district\":{\"id\":\"" SIM_DISTRICT_ID "\",\"name\":{\"zh\":\"模拟街区\","
                     "\"en\":\"Simulated district\"},\"timezone\":\"Asia/Shanghai\"},\n"
                     " \"houses\":[");
    for (size_t i = 0; i < d->house_count; i++)
        put_house(d, i, lane_pitch_m, out);
    strbuf_puts(out, "],\n \"sensors\":[");
    for (size_t i = 0; i < d->node_count; i++) {
        const struct sim_node *n = &d->nodes[i];
        for (uint32_t k = n->first; k < n->first + n->count; k++, first = false) {
            const char *set = d->sensors[k].design->limits;
            strbuf_puts(out, first ? "" : ",");
            put_sensor(d, n, &d->sensors[k], allowed(set, limits, limit_count) ? set : NULL,
                       networked, out);
        }
    }
    strbuf_puts(out, "],\n \"epochs\":[]}\n");
}
