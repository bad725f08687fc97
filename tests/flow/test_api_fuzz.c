/* Every route of the API that reads, with values that nobody should send: right, nearly right, and
 * wild ones. Whatever is asked, the answer is a list, a document or a problem, never a fault of the
 * daemon's own. Seeded: the same questions in every run. */
#include "api_stage.h"

#include "../../src/svc/api_parts.h"
#include "chance.h"

#define ROUNDS 150 /* for each route */

static const char *const wild[] = {
    "",
    "0",
    "-1",
    "1",
    "99999999999999999999",
    "9223372036854775807",
    "-9223372036854775808",
    "1e9",
    "0x10",
    "NaN",
    "null",
    "%00",
    "%",
    "%zz",
    "%ff%fe",
    "%0d%0aX-Evil:%201",
    "%e8%a3%82",
    "../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "%27%20OR%201=1--",
    "%22%3E%3Cscript%3E",
    "%7b%22a%22:1%7d",
    "[]",
    "a%26b=c",
    "%e2%80%ae",
    "%F0%9F%8F%A0",
    "2026-01-01",
    "2026-01-01T00:00:00Z",
    "0000-01-01",
    "9999-12-31T23:59:59.999999Z",
    "-400w",
    "+9999999w",
    "now",
    "bgpuCm4K",
    "aTAK",
    "H1",
    "H1/n1/c0",
    "H1%2Fn1%2Fc0",
    "000000a0-0000-4000-8000-000000000000",
    "true",
    "AUTO",
    "raw",
    "all",
};
#define WILD (sizeof wild / sizeof *wild)

static bool is_asked(const struct api_route *r)
{
    return strcmp(r->method, "GET") == 0 && strncmp(r->path, "/api/v1/", 8) == 0 &&
           !strstr(r->path, "/events") && !strstr(r->path, "/reports");
}

static void put_long(struct strbuf *out, struct chance *c)
{
    size_t n = 1 + chance_below(c, 3000);

    while (n-- > 0)
        strbuf_putc(out, "aZ09-_.~"[chance_below(c, 8)]);
}

static void put_text(struct strbuf *out, struct chance *c)
{
    if (chance_one_in(c, 12))
        put_long(out, c);
    else
        strbuf_puts(out, wild[chance_below(c, WILD)]);
}

/* Something of the type that the route wants, often at its ends. */
static void put_fit(struct strbuf *out, struct chance *c, const struct api_param *p)
{
    static const char *const times[] = {"2020-01-01", "-30d", "-1h", "now", "2100-01-01T00:00:00Z"};
    size_t n = 0;

    switch (p->type) {
    case API_INT:
        strbuf_printf(out, "%lld", (long long)(chance_one_in(c, 2) ? p->least : p->most));
        break;
    case API_TIME:
        strbuf_puts(out, times[chance_below(c, sizeof times / sizeof *times)]);
        break;
    case API_WORD:
        while (p->words[n])
            n++;
        strbuf_puts(out, p->words[chance_below(c, n)]);
        break;
    case API_TEXT:
        strbuf_puts(out, strcmp(p->name, "sensor") == 0 ? "H1/n1/c0" : "H1");
        break;
    }
}

static void put_query(struct strbuf *out, struct chance *c, const struct api_route *r)
{
    char separator = '?';

    for (size_t i = 0; i < API_PARAMS_MOST && r->params[i].name; i++) {
        size_t kind = chance_below(c, 4);
        if (kind == 0)
            continue;
        strbuf_printf(out, "%c%s=", separator, r->params[i].name);
        separator = '&';
        if (kind == 3)
            put_text(out, c);
        else
            put_fit(out, c, &r->params[i]);
    }
    if (chance_one_in(c, 8)) {
        strbuf_putc(out, separator);
        put_text(out, c);
        strbuf_puts(out, "=1");
    }
}

static void put_target(struct strbuf *out, struct chance *c, const struct api_route *r)
{
    const char *hole = strstr(r->path, "{id}");
    int before = hole ? (int)(hole - r->path) : (int)strlen(r->path);

    strbuf_clear(out);
    strbuf_printf(out, "%.*s", before, r->path);
    if (hole) {
        put_text(out, c);
        strbuf_puts(out, hole + 4);
    }
    put_query(out, c, r);
}

static bool is_json(const struct http_said *said)
{
    const char *end = NULL;
    cJSON *json = cJSON_ParseWithOpts(said->body, &end, 1);
    bool is = json != NULL;

    cJSON_Delete(json);
    return is;
}

/* True when it was answered as asked. */
static bool ask(struct stage *s, const char *target)
{
    struct http_said said = http_ask(s->site.http_port, "GET", target, NULL, NULL);
    bool json = said.headers && strstr(said.headers, "json\r\n");
    int status = said.status;

    if (said.status != 200 && said.status != 400 && said.status != 404 && said.status != 414 &&
        said.status != 431)
        fail_msg("%d: %s\n%s", said.status, target, said.body ? said.body : "");
    if ((said.status == 400 || said.status == 404) && said.headers && !json &&
        strstr(target, "/api/v1/") == target)
        fail_msg("no problem document: %s", target);
    if (json && !is_json(&said))
        fail_msg("no JSON: %s\n%.300s", target, said.body);
    if (said.headers && strstr(said.headers, "X-Evil"))
        fail_msg("a header was smuggled in: %s", target);
    http_said_free(&said);
    return status == 200;
}

static void any_question_has_an_answer(void **state)
{
    struct stage *s = *state;
    struct strbuf target = {0};
    struct chance c = {20261130};
    size_t routes = 0, answered = 0;

    for (const struct api_routes *t = api_route_tables; t->routes; t++)
        for (size_t i = 0; i < *t->count; i++) {
            const struct api_route *r = &t->routes[i];
            if (!is_asked(r))
                continue;
            routes++;
            for (int round = 0; round < ROUNDS; round++) {
                put_target(&target, &c, r);
                answered += ask(s, strbuf_text(&target));
            }
        }
    assert_true(routes >= 15);
    assert_in_range(answered, routes * ROUNDS / 10, routes * ROUNDS * 9 / 10);
    strbuf_free(&target);
    if (site_log_lines(&s->site, "http_fault") > 0)
        site_fail(&s->site, "the daemon found a fault of its own");
    site_check_alive(&s->site);
    cJSON_Delete(stage_json(s, "houses", 200));
    stage_let_go(s);
    site_stop(&s->site);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_question_has_an_answer),
    };

    return cmocka_run_group_tests(tests, stage_begin, stage_end);
}
