/* Readings of one sensor: each as it was stored, or by hour and day, as JSON or CSV; or as few
 * points to draw. */
#include <stdio.h>
#include <string.h>

#include "api_lists.h"
#include "shikumen/base/utc.h"
#include "shikumen/view/listing.h"
#include "shikumen/view/series.h"

#define READINGS_USUAL 1000
#define READINGS_MOST  100000

enum { STEP_AUTO = LISTING_DAY + 1 };
static const char *const steps[] = {[LISTING_RAW] = "raw",
                                    [LISTING_HOUR] = "hour",
                                    [LISTING_DAY] = "day",
                                    [STEP_AUTO] = "AUTO",
                                    NULL};
enum { FORMAT_JSON, FORMAT_CSV };
static const char *const formats[] = {"json", "csv", NULL};

/* What is asked for by name goes before what the client would take. */
static bool wants_csv(const struct api_call *c)
{
    const char *accept = http_header_of(c->request, "Accept");

    if (api_given(c, "format"))
        return api_number(c, "format", FORMAT_JSON) == FORMAT_CSV;
    return accept && strncmp(accept, "text/csv", 8) == 0;
}

/* --- where the next page begins --- */

static const char *text_of(const struct api_call *c, int64_t next_us)
{
    char text[UTC_TEXT_SIZE];

    return arena_strdup(c->arena, utc_format(next_us, text));
}

static void put_encoded(struct strbuf *out, const char *text)
{
    for (; *text; text++)
        if (strchr("-._~", *text) || (*text >= '0' && *text <= '9') ||
            (*text >= 'A' && *text <= 'Z') || (*text >= 'a' && *text <= 'z'))
            strbuf_putc(out, *text);
        else
            strbuf_printf(out, "%%%02X", (unsigned)(unsigned char)*text);
}

/* CSV has no place for it: a link (RFC 8288). */
static void link_to(struct api_call *c, const char *next)
{
    static const char *const kept[] = {"sensor", "step", "to", "limit", "format"};
    struct strbuf link = {0};
    const char *value;

    strbuf_puts(&link, "<?next=");
    put_encoded(&link, next);
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        if (!api_given(c, kept[i]))
            continue;
        strbuf_printf(&link, "&%s=", kept[i]);
        put_encoded(&link, api_text(c, kept[i]));
    }
    strbuf_puts(&link, ">; rel=\"next\"");
    value = link.failed ? NULL : arena_strdup(c->arena, strbuf_text(&link));
    strbuf_free(&link);
    if (value)
        api_header(c, "Link", value);
}

static enum err end_page(struct api_call *c, bool csv, int64_t next_us)
{
    const char *next = next_us == INT64_MAX ? NULL : text_of(c, next_us);

    if (next_us != INT64_MAX && !next)
        return ERR_NOMEM;
    if (csv && next)
        link_to(c, next);
    if (csv)
        return ERR_OK;
    strbuf_printf(&c->body, ",\n\"next\":%s%s%s}\n", next ? "\"" : "", next ? next : "null",
                  next ? "\"" : "");
    return ERR_OK;
}

/* --- the readings --- */

static enum err put_buckets(struct api_call *c, const struct listed *sensor,
                            const struct listing_query *q, int64_t *next_us)
{
    struct table t;
    enum err e = view_buckets(&c->desk, sensor, q, &t, next_us);

    if (e == ERR_OK && q->csv)
        table_csv(&t, &c->body);
    else if (e == ERR_OK)
        table_json(&t, &c->body);
    table_end(&t);
    return e;
}

static enum err put_readings(struct api_call *c, const struct listed *sensor,
                             const struct listing_query *q, int64_t *next_us)
{
    enum err e;

    strbuf_puts(&c->body, q->csv ? READING_CSV_HEADER : "[");
    e = view_readings(&c->desk, sensor, q, &c->body, next_us);
    strbuf_puts(&c->body, q->csv ? "" : "]");
    return e;
}

static enum err put_all(struct api_call *c, const struct listed *sensor,
                        const struct listing_query *q)
{
    int64_t next_us = INT64_MAX;
    enum err e;

    c->type = q->csv ? "text/csv; charset=utf-8" : "application/json";
    strbuf_puts(&c->body, q->csv ? "" : "{\"items\":");
    e = q->step == LISTING_RAW ? put_readings(c, sensor, q, &next_us)
                               : put_buckets(c, sensor, q, &next_us);
    return e == ERR_OK ? end_page(c, q->csv, next_us) : e;
}

static enum err get_readings(struct api_call *c)
{
    struct listing_query q = {.step = (enum listing_step)api_number(c, "step", LISTING_RAW),
                              .from_us = api_number(c, "from", INT64_MIN),
                              .to_us = api_number(c, "to", INT64_MAX),
                              .most = (size_t)api_number(c, "limit", READINGS_USUAL),
                              .csv = wants_csv(c)};
    struct series_sensor known;
    enum err e;

    if (!api_given(c, "sensor"))
        return api_problem_parameter(c, "sensor", "the id of a sensor");
    if (api_number(c, "step", LISTING_RAW) == STEP_AUTO)
        return api_readings_drawn(c);
    if (api_given(c, "next"))
        q.from_us = api_number(c, "next", INT64_MIN);
    e = series_sensor_find(&c->desk, api_text(c, "sensor"), &known);
    if (e == ERR_NOTFOUND)
        return api_problem(c, 404, "没有测点 %.200s", "there is no sensor %.200s",
                           api_text(c, "sensor"));
    if (e != ERR_OK)
        return e;
    return put_all(c, &(struct listed){known.stored, known.id, known.quantity, known.unit}, &q);
}

const struct api_route api_reading_routes[] = {
    {"GET",
     "/api/v1/readings",
     ROLE_VIEWER,
     get_readings,
     ROUTE_STORE,
     {{"sensor", API_TEXT, 1, ID_MOST, NULL},
      {"from", API_TIME, 0, 0, NULL},
      {"to", API_TIME, 0, 0, NULL},
      {"step", API_WORD, 0, 0, steps},
      {"points", API_INT, SERIES_POINTS_LEAST, SERIES_POINTS_MOST, NULL},
      {"limit", API_INT, 1, READINGS_MOST, NULL},
      {"next", API_TIME, 0, 0, NULL},
      {"format", API_WORD, 0, 0, formats}}},
};
const size_t api_reading_route_count = sizeof api_reading_routes / sizeof *api_reading_routes;
