/* The plan of the district: houses to scale where the registry has their footprints, else a scheme
 * by lane, row and number. */
#include <string.h>

#include "report_words.h"
#include "shikumen/core/plan_svg.h"

#define WIDTH_PX 1000
#define WIDE_M   6.0 /* of a house in the scheme */
#define DEEP_M   9.0
#define ROWS_M   13.0 /* from row to row */
#define LANES_M  5.0  /* between lanes */

static enum plan_state state_of(const cJSON *line)
{
    static const char *const names[] = {"", "green", "blue", "yellow", "orange", "red"};
    struct risk_view v = risk_view(line);

    for (int i = PLAN_GREEN; i <= PLAN_RED && !v.grey; i++)
        if (strcmp(names[i], v.colour) == 0)
            return (enum plan_state)i;
    return PLAN_UNKNOWN;
}

static bool is_surveyed(const struct registry *g)
{
    for (size_t i = 0; i < g->house_count; i++)
        if (!g->houses[i].plan)
            return false;
    return true;
}

static bool same_lane(const struct house *a, const struct house *b)
{
    return strcmp(a->lane, b->lane) == 0;
}

static bool same_row(const struct house *a, const struct house *b)
{
    return same_lane(a, b) && strcmp(a->row, b->row) == 0;
}

/* Houses of the same row, or (first) the first houses of rows or lanes, before a house. */
static size_t count_before(const struct registry *g, size_t house,
                           bool (*same)(const struct house *, const struct house *),
                           bool (*within)(const struct house *, const struct house *))
{
    size_t n = 0;

    for (size_t i = 0; i < house; i++) {
        bool first = !same(&g->houses[i], &g->houses[house]);
        for (size_t j = 0; j < i && first; j++)
            first = !same(&g->houses[j], &g->houses[i]);
        n += first && (!within || within(&g->houses[i], &g->houses[house]));
    }
    return n;
}

/* By number, of equals as the registry has them. */
static size_t place_in_row(const struct registry *g, size_t house)
{
    const struct house *me = &g->houses[house];
    size_t n = 0;

    for (size_t i = 0; i < g->house_count; i++) {
        const struct house *x = &g->houses[i];
        n += same_row(x, me) && (x->number < me->number || (x->number == me->number && i < house));
    }
    return n;
}

static size_t longest_row(const struct registry *g)
{
    size_t most = 1;

    for (size_t i = 0; i < g->house_count; i++) {
        size_t place = place_in_row(g, i);
        most = place + 1 > most ? place + 1 : most;
    }
    return most;
}

/* Lanes side by side, their rows below one another, in the order of the registry. */
static void set_scheme(struct writer *w, uint32_t house, double lane_m, struct plan_house *h)
{
    const struct registry *g = w->r->registry;
    struct plan_corner *corners = arena_array(w->d->arena, 4, sizeof *corners);
    double east, north;

    if (!corners) {
        w->doc->failed = true;
        return;
    }
    east = (double)count_before(g, house, same_lane, NULL) * lane_m +
           (double)place_in_row(g, house) * WIDE_M;
    north = -(double)count_before(g, house, same_row, same_lane) * ROWS_M;
    for (int k = 0; k < 4; k++)
        corners[k] = (struct plan_corner){east + (k == 1 || k == 2 ? WIDE_M : 0),
                                          north + (k >= 2 ? DEEP_M : 0)};
    h->corners = corners;
    h->count = 4;
}

static void set_houses(struct writer *w, struct plan_house *houses, bool surveyed)
{
    double lane_m = (double)longest_row(w->r->registry) * WIDE_M + LANES_M;

    for (size_t i = 0; i < w->r->house_count; i++) {
        const struct report_house *x = &w->r->houses[i];
        const struct house *house = &w->r->registry->houses[x->house];
        struct doc_cell colour = colour_cell(w, x->line);
        houses[i] = (struct plan_house){
            .corners = house->plan,
            .count = house->plan_count,
            .state = state_of(x->line),
            .label = house->id,
            .name = say(w, "%s：%s", "%s: %s", desk_name(w->d, house->name), colour.text)};
        if (!surveyed)
            set_scheme(w, x->house, lane_m, &houses[i]);
    }
}

void figure_of_plan(struct writer *w)
{
    bool surveyed = is_surveyed(w->r->registry);
    struct plan_house *houses = arena_array(w->d->arena, w->r->house_count + 1, sizeof *houses);
    struct plan p = {
        .houses = houses,
        .count = w->r->house_count,
        .title = W(w, "街区平面，按期末的风险着色", "Plan of the district by risk at the end"),
        .note = surveyed ? "" : W(w, "示意图，不按比例", "A scheme, not to scale"),
        .north = surveyed ? W(w, "北", "north") : "",
        .state_names = {W(w, "灰：数据不足", "grey: not enough data"), W(w, "绿", "green"),
                        W(w, "蓝", "blue"), W(w, "黄", "yellow"), W(w, "橙", "orange"),
                        W(w, "红", "red")}};
    struct strbuf svg = {0};

    if (!houses) {
        w->doc->failed = true;
        return;
    }
    set_houses(w, houses, surveyed);
    plan_svg(&p, WIDTH_PX, &svg);
    w->doc->failed = w->doc->failed || svg.failed;
    document_figure(w->doc, strbuf_text(&svg),
                    say(w, "图 %d　%s", "Figure %d. %s", ++w->figure, p.title),
                    W(w, "每栋的颜色与等级见第 6 节的表。",
                      "Colour and class of each house are in the table of section 6."));
    strbuf_free(&svg);
}
