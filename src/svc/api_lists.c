/* The lists: houses, sensors, forecasts, silences, overrides, proposals. Each is the table that
 * shikumenctl prints with --json, in pages. */
#include <string.h>

#include "api_lists.h"
#include "shikumen/view/forecasts.h"
#include "shikumen/view/houses.h"
#include "shikumen/view/place.h"
#include "shikumen/view/sensors.h"
#include "shikumen/view/signoff_rows.h"
#include "shikumen/view/standing.h"

/* --- pages --- */

enum err api_page(struct api_call *c, const struct table *t, const struct page_order *order)
{
    size_t limit = (size_t)api_number(c, "limit", LIST_USUAL);
    struct page page;
    enum err e = page_cut(t, order, api_text(c, "next"), limit, &page);

    if (e == ERR_RANGE)
        return api_problem_parameter(c, "next", "the \"next\" of a page of this list");
    if (e != ERR_OK)
        return e;
    strbuf_puts(&c->body, "{\"items\":");
    table_json_part(t, page.first, page.count, &c->body);
    strbuf_puts(&c->body, ",\n\"next\":");
    if (page.next)
        strbuf_json_string(&c->body, page.next, strlen(page.next));
    else
        strbuf_puts(&c->body, "null");
    strbuf_puts(&c->body, "}\n");
    return ERR_OK;
}

/* The table that was filled with e, and its end. */
static enum err give(struct api_call *c, enum err e, struct table *t,
                     const struct page_order *order)
{
    if (e == ERR_OK)
        e = api_page(c, t, order);
    table_end(t);
    return e;
}

bool api_house_of(struct api_call *c, uint32_t *house)
{
    const char *id = api_text(c, "house");

    *house = id ? registry_house(c->desk.registry, id) : REGISTRY_NONE;
    if (!id || *house != REGISTRY_NONE)
        return true;
    api_problem_parameter(c, "house", "the id of a house of the registry");
    return false;
}

enum err api_no_house(struct api_call *c)
{
    return api_problem(c, 404, "没有登记房屋 %.200s", "no house %.200s is registered", c->id);
}

/* --- houses and sensors --- */

static enum err get_district(struct api_call *c)
{
    district_json(&c->desk, &c->body);
    return ERR_OK;
}

static enum err get_houses(struct api_call *c)
{
    struct table t;
    enum err e = view_houses(&c->desk, &t);

    page_sort(&t, &houses_pages);
    return give(c, e, &t, &houses_pages);
}

static enum err get_house(struct api_call *c)
{
    uint32_t house = registry_house(c->desk.registry, c->id);

    return house == REGISTRY_NONE ? api_no_house(c) : house_json(&c->desk, house, &c->body);
}

static enum err get_geojson(struct api_call *c)
{
    c->type = "application/geo+json";
    return houses_geojson(&c->desk, &c->body);
}

static enum err get_sensors(struct api_call *c)
{
    struct sensors_query q = {.sensor = REGISTRY_NONE, .silent_only = api_number(c, "silent", 0)};
    struct table t;
    enum err e;

    if (!api_house_of(c, &q.house))
        return ERR_OK;
    e = view_sensors(&c->desk, &q, &t);
    page_sort(&t, &sensors_pages);
    return give(c, e, &t, &sensors_pages);
}

static enum err get_sensor(struct api_call *c)
{
    uint32_t sensor = registry_sensor(c->desk.registry, c->id, strlen(c->id));

    if (sensor == REGISTRY_NONE)
        return api_problem(c, 404, "没有登记测点 %.200s", "no sensor %.200s is registered", c->id);
    return sensor_json(&c->desk, sensor, &c->body);
}

/* --- forecasts, and what persons said --- */

static enum err get_forecasts(struct api_call *c)
{
    const struct forecast_filter filter = {.element = api_text(c, "element"),
                                           .sensor = api_text(c, "sensor"),
                                           .since_us = INT64_MIN,
                                           .latest_only = true};
    struct table t;
    enum err e = view_forecasts(&c->desk, &filter, &t);

    return give(c, e, &t, &forecasts_pages);
}

static bool all_of(const struct api_call *c)
{
    return api_number(c, "state", STATE_OPEN) == STATE_ALL;
}

/* Those that have not ended, all, or those of one state. */
static const char *const silence_states[] = {
    [STATE_OPEN] = "open", [STATE_ALL] = "all", "planned", "in_force", "ended", NULL};

static enum err get_silences(struct api_call *c)
{
    int64_t state = api_number(c, "state", STATE_OPEN);
    struct table t;
    enum err e = state > STATE_ALL ? view_silences_in(&c->desk, silence_states[state], &t)
                                   : view_silences(&c->desk, state == STATE_ALL, &t);

    return give(c, e, &t, &silences_pages);
}

static enum err get_overrides(struct api_call *c)
{
    struct table t;
    enum err e = view_overrides(&c->desk, all_of(c), &t);

    return give(c, e, &t, &overrides_pages);
}

static enum err get_proposals(struct api_call *c)
{
    struct table t;
    enum err e = view_proposals(&c->desk, all_of(c), &t);

    return give(c, e, &t, &proposals_pages);
}

/* --- the routes --- */

const char *const api_states[] = {"open", "all", NULL};
static const char *const truths[] = {"false", "true", NULL};

const struct api_route api_list_routes[] = {
    {"GET", "/api/v1/district", ROLE_VIEWER, get_district, ROUTE_NO_ETAG, {{0}}},
    {"GET", "/api/v1/houses", ROLE_VIEWER, get_houses, ROUTE_STORE | ROUTE_KEPT, {LIST_PARAMS}},
    {"GET", "/api/v1/houses.geojson", ROLE_VIEWER, get_geojson, ROUTE_STORE | ROUTE_KEPT, {{0}}},
    {"GET", "/api/v1/houses/{id}", ROLE_VIEWER, get_house, ROUTE_STORE | ROUTE_KEPT, {{0}}},
    {"GET",
     "/api/v1/sensors",
     ROLE_VIEWER,
     get_sensors,
     ROUTE_STORE | ROUTE_KEPT,
     {{"house", API_TEXT, 1, ID_MOST, NULL}, {"silent", API_WORD, 0, 0, truths}, LIST_PARAMS}},
    {"GET", "/api/v1/sensors/{id}", ROLE_VIEWER, get_sensor, ROUTE_STORE | ROUTE_KEPT, {{0}}},
    {"GET",
     "/api/v1/forecasts",
     ROLE_VIEWER,
     get_forecasts,
     ROUTE_STORE | ROUTE_KEPT,
     {{"element", API_TEXT, 1, ID_MOST, NULL},
      {"sensor", API_TEXT, 1, ID_MOST, NULL},
      LIST_PARAMS}},
    {"GET",
     "/api/v1/silences",
     ROLE_VIEWER,
     get_silences,
     ROUTE_STORE | ROUTE_KEPT,
     {{"state", API_WORD, 0, 0, silence_states}, LIST_PARAMS}},
    {"GET",
     "/api/v1/overrides",
     ROLE_VIEWER,
     get_overrides,
     ROUTE_STORE | ROUTE_KEPT,
     {STATE_PARAM, LIST_PARAMS}},
    {"GET",
     "/api/v1/proposals",
     ROLE_VIEWER,
     get_proposals,
     ROUTE_STORE | ROUTE_KEPT,
     {STATE_PARAM, LIST_PARAMS}},
};
const size_t api_list_route_count = sizeof api_list_routes / sizeof *api_list_routes;
