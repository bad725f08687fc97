/* What a request says, decoded and held to its route; and how often an address may. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../../src/svc/api_parts.h"
#include "chance.h"

#define NOW INT64_C(1767225600000000) /* 2026-01-01T00:00:00Z */
#define S   INT64_C(1000000)

static const char *const words[] = {"open", "all", NULL};
static const struct api_route route = {.method = "GET",
                                       .path = "/x",
                                       .params = {{"limit", API_INT, 1, 1000, NULL},
                                                  {"house", API_TEXT, 1, 8, NULL},
                                                  {"since", API_TIME, 0, 0, NULL},
                                                  {"state", API_WORD, 0, 0, words}}};

struct read {
    struct arena arena;
    struct http_request request;
    struct api_call call;
    bool fine;
};

static struct read *read_query(const char *query)
{
    struct read *r = calloc(1, sizeof *r);

    r->call = (struct api_call){.request = &r->request, .route = &route, .arena = &r->arena};
    r->call.desk = (struct desk){.now_us = NOW, .arena = &r->arena};
    r->fine = api_read_query(&r->call, query);
    return r;
}

static void done(struct read *r)
{
    strbuf_free(&r->call.body);
    arena_free(&r->arena);
    free(r);
}

static void test_values(void **state)
{
    struct read *r = read_query("limit=1000&house=a%2Fb+c&since=-1d&&state=all");

    (void)state;
    assert_true(r->fine);
    assert_int_equal(api_number(&r->call, "limit", 7), 1000);
    assert_string_equal(api_text(&r->call, "house"), "a/b c");
    assert_int_equal(api_number(&r->call, "since", 0), NOW - 86400 * S);
    assert_int_equal(api_number(&r->call, "state", 0), 1);
    done(r);
    r = read_query("#limit=0");
    assert_true(r->fine);
    assert_false(api_given(&r->call, "limit"));
    assert_int_equal(api_number(&r->call, "limit", 7), 7);
    assert_null(api_text(&r->call, "house"));
    done(r);
}

static void refused(const char *query, const char *parameter, const char *allowed)
{
    struct read *r = read_query(query);
    char wanted[200];

    assert_false(r->fine);
    assert_int_equal(r->call.status, 400);
    snprintf(wanted, sizeof wanted, "\"parameter\":\"%s\",\"allowed\":\"", parameter);
    if (!strstr(strbuf_text(&r->call.body), wanted) || !strstr(strbuf_text(&r->call.body), allowed))
        fail_msg("%s: %s", query, strbuf_text(&r->call.body));
    done(r);
}

static void test_what_is_allowed_is_said(void **state)
{
    (void)state;
    refused("limit=0", "limit", "1..1000");
    refused("limit=1001", "limit", "1..1000");
    refused("limit=99999999999999999999", "limit", "1..1000");
    refused("limit=1e2", "limit", "1..1000");
    refused("limit=+5", "limit", "1..1000");
    refused("limit=%205", "limit", "1..1000");
    refused("limit=", "limit", "1..1000");
    refused("limit", "limit", "1..1000");
    refused("house=", "house", "1..8 字节 bytes");
    refused("house=123456789", "house", "1..8 字节 bytes");
    refused("since=yesterday", "since", "-24h");
    refused("since=-9999999999w", "since", "-24h");
    refused("state=closed", "state", "open, all");
    refused("limit=1&limit=1", "limit", "once");
    refused("Limit=1", "Limit", "limit, house, since, state");
    refused("house=%", "house", "UTF-8");
    refused("house=%4", "house", "UTF-8");
    refused("house=%GG", "house", "UTF-8");
    refused("house=a%00b", "house", "UTF-8");
    refused("house=%0a", "house", "UTF-8");
    refused("house=%c3", "house", "UTF-8");
    refused("house=%ed%a0%80", "house", "UTF-8"); /* half a surrogate */
    refused("%ff=1", "?", "UTF-8");
}

static void test_targets(void **state)
{
    static const char *const broken[] = {"",    "x",    "http://h/", "*",        "/%",
                                         "/%0", "/%00", "/%80",      "/a%0d%0ab"};
    struct read *r = read_query("");
    const char *query;

    (void)state;
    r->request.target = "/api/v1/sensors/H1%2Fn1/%E8%A3%82+?a=%31#b";
    assert_true(api_read_target(&r->call, &query));
    assert_string_equal(r->call.path, "/api/v1/sensors/H1/n1/裂+");
    assert_string_equal(query, "a=%31#b");
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        r->request.target = broken[i];
        if (api_read_target(&r->call, &query))
            fail_msg("%s was read", broken[i]);
        assert_int_equal(r->call.status, 400);
    }
    done(r);
}

/* Whatever comes is read or refused with a whole problem. */
static void test_random_queries(void **state)
{
    static const char alphabet[] = "limt=&%0aAfhouse#+-7d;\xff\xc3\x01 ";
    struct chance chance = {42};

    (void)state;
    for (int i = 0; i < 20000; i++) {
        char query[40];
        size_t n = chance_below(&chance, sizeof query - 1);
        struct read *r;
        for (size_t k = 0; k < n; k++)
            query[k] = alphabet[chance_below(&chance, sizeof alphabet - 1)];
        query[n] = '\0';
        r = read_query(query);
        assert_true(r->fine ? r->call.status == 0 : r->call.status == 400);
        if (!r->fine)
            assert_string_equal(r->call.body.data + r->call.body.len - 2, "}\n");
        done(r);
    }
}

/* --- how often --- */

static void test_addresses_have_their_own_measure(void **state)
{
    struct gate *g = calloc(1, sizeof *g);
    int posts = 0, failures = 0;

    (void)state;
    pthread_mutex_init(&g->mutex, NULL);
    while (posts < 1000 && gate_take(g, GATE_POST, "192.0.2.1", S))
        posts++;
    while (failures < 1000 && gate_take(g, GATE_FAILURE, "192.0.2.1", S))
        failures++;
    assert_int_equal(posts, 60);
    assert_int_equal(failures, 10);
    assert_true(gate_take(g, GATE_POST, "192.0.2.2", S));
    assert_true(gate_take(g, GATE_FAILURE, "192.0.2.2", S));
    assert_false(gate_take(g, GATE_POST, "192.0.2.1", S + S / 2));
    assert_true(gate_take(g, GATE_POST, "192.0.2.1", 2 * S + S / 2));
    assert_false(gate_take(g, GATE_FAILURE, "192.0.2.1", 5 * S));
    assert_true(gate_take(g, GATE_FAILURE, "192.0.2.1", 12 * S));
    free(g);
}

static void test_more_addresses_than_are_kept(void **state)
{
    struct gate *g = calloc(1, sizeof *g);
    char address[HTTP_ADDRESS_SIZE];

    (void)state;
    pthread_mutex_init(&g->mutex, NULL);
    for (int i = 0; i < 10 * GATE_ADDRESSES; i++) {
        snprintf(address, sizeof address, "2001:db8::%x", (unsigned)i);
        assert_true(gate_take(g, GATE_POST, address, S + i));
    }
    /* the latest are remembered */
    for (int i = 0; i < 59; i++)
        assert_true(gate_take(g, GATE_POST, address, S + 10 * GATE_ADDRESSES));
    assert_false(gate_take(g, GATE_POST, address, S + 10 * GATE_ADDRESSES));
    free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_what_is_allowed_is_said),
        cmocka_unit_test(test_targets),
        cmocka_unit_test(test_random_queries),
        cmocka_unit_test(test_addresses_have_their_own_measure),
        cmocka_unit_test(test_more_addresses_than_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
