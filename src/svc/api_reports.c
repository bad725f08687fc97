/* Reports, the same bytes as `shikumenctl report`. They wait in the queue of long answers, so that
 * only one is made at a time. */
#include <stdio.h>
#include <string.h>

#include "api_tables.h"
#include "shikumen/view/report.h"

/* A report is one file with its style in it: nothing else may be loaded by it. */
#define POLICY                                                                                     \
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "         \
    "frame-ancestors 'none'"
#define WHY_SIZE 300

static const char *const format_words[] = {"html", "pdf", "json", "csv", "geojson", NULL};
static const char *const language_words[] = {"zh", "en", NULL};

static bool is_ending(const void *hub)
{
    return hub_stopping(hub);
}

static struct report_query query_of(struct api_call *c, const char *house)
{
    const char *format = api_text(c, "format");
    int64_t language = api_number(c, "lang", -1);

    return (struct report_query){.house = house,
                                 .from_us = api_number(c, "from", INT64_MIN),
                                 .to_us = api_number(c, "to", INT64_MAX),
                                 .month = api_text(c, "month"),
                                 .format = format ? report_format_by_name(format) : REPORT_HTML,
                                 .language = language < 0    ? DESK_BOTH
                                             : language == 0 ? DESK_ZH
                                                             : DESK_EN,
                                 .given_up = is_ending,
                                 .context = c->api->hub};
}

/* why is empty when a database failed. */
static enum err refuse(struct api_call *c, enum err e, const char *why)
{
    if (c->desk.failed != DESK_NEITHER || !*why)
        return e;
    if (e == ERR_PARSE)
        return api_problem_parameter(c, "month", "YYYY-MM");
    if (e == ERR_RANGE)
        return api_problem_parameter(c, api_given(c, "to") ? "to" : "from",
                                     "from before to and before now, at most a hundred years");
    if (e == ERR_NOTFOUND)
        return api_problem(c, 404, "登记中没有这栋房屋", "no such house in the registry");
    if (e == ERR_CLOSED)
        return api_problem(c, 503, "没有安装 shikumen-pdf，无法生成 PDF；HTML 可以打印",
                           "shikumen-pdf is not installed: no PDF; the HTML prints as well");
    api_header(c, "Retry-After", "30");
    return api_problem(c, 503, "生成 PDF 失败或超时，请稍后再试",
                       "making the PDF failed or took too long; try again later");
}

static void name_file(struct api_call *c, const struct report_query *q)
{
    char name[160];
    const char *value;

    if (report_file_name(&c->desk, q, name, sizeof name) != ERR_OK)
        return;
    value = arena_printf(c->arena, "%s; filename=\"%s\"",
                         q->format == REPORT_HTML ? "inline" : "attachment", name);
    if (value)
        api_header(c, "Content-Disposition", value);
}

static enum err answer(struct api_call *c, const char *house)
{
    struct report_query q = query_of(c, house);
    char why[WHY_SIZE] = "";
    enum err e;

    if (q.month && (api_given(c, "from") || api_given(c, "to")))
        return api_problem_parameter(c, "month", "without from and to");
    e = view_report(&c->desk, &q, &c->body, why, sizeof why);
    if (e != ERR_OK)
        return refuse(c, e, why);
    c->type = report_media_type(q.format);
    c->policy = POLICY;
    name_file(c, &q);
    return ERR_OK;
}

static enum err report_district(struct api_call *c)
{
    return answer(c, NULL);
}

static enum err report_house(struct api_call *c)
{
    return api_given(c, "id") ? answer(c, api_text(c, "id"))
                              : api_problem_parameter(c, "id", "the id of a house");
}

#define SPAN_PARAMS                                                                                \
    {"format", API_WORD, 0, 0, format_words}, {"from", API_TIME, 0, 0, NULL},                      \
        {"to", API_TIME, 0, 0, NULL}, {"month", API_TEXT, 7, 7, NULL},                             \
    {                                                                                              \
        "lang", API_WORD, 0, 0, language_words                                                     \
    }

const struct api_route api_report_routes[] = {
    {"GET", "/api/v1/reports/district", ROLE_VIEWER, report_district, ROUTE_STORE, {SPAN_PARAMS}},
    {"GET",
     "/api/v1/reports/house",
     ROLE_VIEWER,
     report_house,
     ROUTE_STORE,
     {{"id", API_TEXT, 1, 200, NULL}, SPAN_PARAMS}},
};
const size_t api_report_route_count = sizeof api_report_routes / sizeof *api_report_routes;
