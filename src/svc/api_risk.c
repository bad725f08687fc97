/* Risk: the ranking, now or as it stood at a past day, and one house in full. */
#include "api_lists.h"
#include "shikumen/core/risk.h"
#include "shikumen/core/signoff.h"
#include "shikumen/view/house_risk.h"
#include "shikumen/view/paper.h"
#include "shikumen/view/ranking.h"
#include "shikumen/view/when.h"

static const char *const sorts[] = {[RANK_SCORE] = "score",
                                    [RANK_P30] = "p30",
                                    [RANK_P180] = "p180",
                                    [RANK_P365] = "p365",
                                    [RANK_CONFIDENCE] = "confidence",
                                    [RANK_CONFIDENCE + 1] = NULL};
static const char *const horizons[] = {"30", "180", "365", NULL};
static const char *const classes[] = {"L", "ML", "M", "MH", "H", NULL};

static int64_t as_of(const struct api_call *c)
{
    int64_t at_us = INT64_MAX;

    return api_given(c, "at") &&
                   when_parse_as_of(api_text(c, "at"), c->desk.now_us, c->desk.zone, &at_us)
               ? at_us
               : INT64_MAX;
}

static enum err get_risk(struct api_call *c)
{
    const char *min_class = api_text(c, "min_class");
    const struct ranking_query q = {.order = (enum ranking_order)api_number(c, "sort", RANK_SCORE),
                                    .min_class =
                                        min_class ? signoff_class(min_class) : RISK_INSUFFICIENT,
                                    .horizon = (int)api_number(c, "horizon", RISK_HORIZONS - 1),
                                    .at_us = as_of(c),
                                    .p = api_given(c, "horizon")};
    struct table t;
    size_t grey;
    enum err e = view_ranking(&c->desk, &q, &t, &grey);

    if (e == ERR_OK)
        e = api_page(c, &t, &ranking_pages);
    table_end(&t);
    return e;
}

/* Of a house that was never assessed nothing is known, which is not well. */
static void put_unassessed(struct strbuf *out, const struct house_risk *risk)
{
    strbuf_putc(out, '{');
    paper_text(out, "house", risk->house);
    paper_text(out, "at", NULL);
    paper_text(out, "class", "insufficient data");
    paper_text(out, "colour", "grey");
    paper_bool(out, "grey", true);
    paper_text(out, "score", NULL);
    strbuf_puts(out, ",\"reasons\":[],\"elements\":[]");
    house_overrides_json(risk, out);
    strbuf_putc(out, '}');
}

static enum err get_risk_of(struct api_call *c)
{
    uint32_t house = registry_house(c->desk.registry, c->id);
    struct house_risk risk;
    enum err e;

    if (house == REGISTRY_NONE)
        return api_no_house(c);
    e = house_risk_take(&c->desk, c->desk.registry->houses[house].id, &risk);
    if (e == ERR_OK && risk.at_us == INT64_MIN)
        put_unassessed(&c->body, &risk);
    else if (e == ERR_OK)
        house_risk_json(&risk, &c->body);
    strbuf_putc(&c->body, '\n');
    house_risk_free(&risk);
    return e;
}

const struct api_route api_risk_routes[] = {
    {"GET",
     "/api/v1/risk",
     ROLE_VIEWER,
     get_risk,
     ROUTE_STORE | ROUTE_KEPT,
     {{"sort", API_WORD, 0, 0, sorts},
      {"min_class", API_WORD, 0, 0, classes},
      {"horizon", API_WORD, 0, 0, horizons},
      {"at", API_TIME, 0, 0, NULL},
      LIST_PARAMS}},
    {"GET", "/api/v1/risk/{id}", ROLE_VIEWER, get_risk_of, ROUTE_STORE | ROUTE_KEPT, {{0}}},
};
const size_t api_risk_route_count = sizeof api_risk_routes / sizeof *api_risk_routes;
