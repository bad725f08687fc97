/* Routes of what is drawn: readings as few points, what the analysis made of a sensor, vibration
 * records. */
#include <stdlib.h>
#include <string.h>

#include "api_lists.h"
#include "shikumen/svc/plan.h"
#include "shikumen/view/analysis.h"
#include "shikumen/view/bursts.h"
#include "shikumen/view/series.h"

#define POINTS_USUAL 1000
#define BURSTS_USUAL 100

static enum err no_sensor(struct api_call *c, const char *id)
{
    return api_problem(c, 404, "没有测点 %.200s", "there is no sensor %.200s", id);
}

static enum err no_span(struct api_call *c)
{
    return api_problem_parameter(c, "from", "a time before \"to\", at most 1000 years");
}

enum err api_readings_drawn(struct api_call *c)
{
    const struct series_query q = {.sensor = api_text(c, "sensor"),
                                   .from_us = api_number(c, "from", INT64_MIN),
                                   .to_us = api_number(c, "to", INT64_MAX),
                                   .points = (size_t)api_number(c, "points", POINTS_USUAL)};
    struct series_sensor sensor;
    struct series s;
    enum err e;

    e = view_series(&c->desk, &q, &sensor, &s);
    if (e == ERR_NOTFOUND)
        return no_sensor(c, q.sensor);
    if (e == ERR_RANGE)
        return no_span(c);
    if (e == ERR_OK)
        view_series_json(&c->desk, &sensor, &s, &c->body);
    return e;
}

/* GET /api/v1/sensors/{id}/analysis */
static enum err get_analysis(struct api_call *c)
{
    int64_t from_us = api_number(c, "from", INT64_MIN), to_us = api_number(c, "to", INT64_MAX);
    uint32_t sensor = registry_sensor(c->plan->registry, c->id, strlen(c->id));
    struct analysis a;
    enum err e;

    if (sensor == REGISTRY_NONE)
        return no_sensor(c, c->id);
    if (from_us >= to_us)
        return no_span(c);
    e = analysis_load(&c->desk, c->plan->registry_digest, sensor, &a);
    if (e == ERR_OK)
        e = analysis_json(&c->desk, &a, from_us, to_us, &c->body);
    analysis_free(&a);
    return e;
}

/* GET /api/v1/bursts */
static enum err get_bursts(struct api_call *c)
{
    const struct bursts_query q = {.sensor = api_text(c, "sensor"),
                                   .from_us = api_number(c, "from", INT64_MIN),
                                   .to_us = api_number(c, "to", INT64_MAX),
                                   .limit = (int)api_number(c, "limit", BURSTS_USUAL)};
    struct table t;
    enum err e;

    if (!q.sensor)
        return api_problem_parameter(c, "sensor", "the id of a sensor");
    e = view_bursts(&c->desk, &q, &t);
    if (e == ERR_OK) {
        strbuf_puts(&c->body, "{\"items\":");
        table_json(&t, &c->body);
        strbuf_puts(&c->body, ",\"next\":null}");
    }
    table_end(&t);
    return e == ERR_NOTFOUND ? no_sensor(c, q.sensor) : e;
}

/* GET /api/v1/bursts/{id} */
static enum err get_burst(struct api_call *c)
{
    char *end;
    long long id = strtoll(c->id, &end, 10);
    enum err e = *end == '\0' ? view_burst_json(&c->desk, id, &c->body) : ERR_NOTFOUND;

    if (e != ERR_NOTFOUND)
        return e;
    return api_problem(c, 404, "没有振动记录 %.40s", "there is no vibration record %.40s", c->id);
}

const struct api_route api_series_routes[] = {
    {"GET",
     "/api/v1/sensors/{id}/analysis",
     ROLE_VIEWER,
     get_analysis,
     ROUTE_STORE,
     {{"from", API_TIME, 0, 0, NULL}, {"to", API_TIME, 0, 0, NULL}}},
    {"GET",
     "/api/v1/bursts",
     ROLE_VIEWER,
     get_bursts,
     ROUTE_STORE,
     {{"sensor", API_TEXT, 1, ID_MOST, NULL},
      {"from", API_TIME, 0, 0, NULL},
      {"to", API_TIME, 0, 0, NULL},
      {"limit", API_INT, 1, BURSTS_MOST, NULL}}},
    {"GET", "/api/v1/bursts/{id}", ROLE_VIEWER, get_burst, ROUTE_STORE, {{0}}},
};
const size_t api_series_route_count = sizeof api_series_routes / sizeof *api_series_routes;
