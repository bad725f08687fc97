/* What robots answer, addresses with their secrets, and what signatures are made of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "shikumen/core/format.h"
#include "shikumen/core/retry.h"

/* --- answers --- */

static struct format_verdict judged(enum alert_format format, int status, const char *body)
{
    struct format_answer a = {status, body, strlen(body)};

    return format_judge(format_of(format), NULL, &a);
}

static enum delivery_outcome outcome(const struct format_verdict *v)
{
    struct delivery_attempt a = {.http_status = v->status,
                                 .retry_after_s = v->wait_s,
                                 .attempts = 1,
                                 .first_try_us = 1,
                                 .now_us = 1};

    return retry_judge(&a).outcome;
}

static void robots(void **state)
{
    static const struct {
        enum alert_format format;
        const char *body;
        enum delivery_outcome outcome;
        bool limited;
        int wait_s, code;
    } rows[] = {
        {FORMAT_WECOM, "{\"errcode\":0,\"errmsg\":\"ok\"}", DELIVERY_DONE, false, -1, 0},
        {FORMAT_WECOM, "{\"errcode\":45009,\"errmsg\":\"api freq out of limit\"}", DELIVERY_RETRY,
         true, 60, 45009},
        {FORMAT_WECOM, "{\"errcode\":93000,\"errmsg\":\"invalid webhook url\"}", DELIVERY_PARK,
         false, -1, 93000},
        {FORMAT_WECOM, "{\"errcode\":-1}", DELIVERY_RETRY, false, -1, -1},
        {FORMAT_WECOM, "{\"errcode\":123456}", DELIVERY_RETRY, false, -1, 123456},
        {FORMAT_WECOM, "{\"errcode\":\"0\"}", DELIVERY_RETRY, false, -1, 0},
        {FORMAT_WECOM, "{\"errcode\":1e300}", DELIVERY_RETRY, false, -1, 0},
        {FORMAT_WECOM, "<html>please log in</html>", DELIVERY_RETRY, false, -1, 0},
        {FORMAT_WECOM, "", DELIVERY_RETRY, false, -1, 0},
        {FORMAT_WECOM, "{\"errcode\":0", DELIVERY_RETRY, false, -1, 0},
        {FORMAT_DINGTALK, "{\"errcode\":0,\"errmsg\":\"ok\"}", DELIVERY_DONE, false, -1, 0},
        {FORMAT_DINGTALK, "{\"errcode\":130101,\"errmsg\":\"send too fast\"}", DELIVERY_RETRY, true,
         600, 130101},
        {FORMAT_DINGTALK, "{\"errcode\":310000,\"errmsg\":\"sign not match\"}", DELIVERY_PARK,
         false, -1, 310000},
        {FORMAT_DINGTALK, "{\"errcode\":300001}", DELIVERY_PARK, false, -1, 300001},
        {FORMAT_FEISHU, "{\"StatusCode\":0,\"StatusMessage\":\"success\"}", DELIVERY_DONE, false,
         -1, 0},
        {FORMAT_FEISHU, "{\"code\":0,\"msg\":\"success\",\"data\":{}}", DELIVERY_DONE, false, -1,
         0},
        {FORMAT_FEISHU, "{\"code\":19021,\"msg\":\"sign match fail\"}", DELIVERY_PARK, false, -1,
         19021},
        {FORMAT_FEISHU, "{\"code\":11232,\"msg\":\"frequency limited\"}", DELIVERY_RETRY, true, 60,
         11232},
        {FORMAT_FEISHU, "{\"code\":19024}", DELIVERY_PARK, false, -1, 19024},
        {FORMAT_NATIVE, "{\"errcode\":1}", DELIVERY_DONE, false, -1, 0},
        {FORMAT_SLACK, "ok", DELIVERY_DONE, false, -1, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct format_verdict v = judged(rows[i].format, 200, rows[i].body);
        if (outcome(&v) != rows[i].outcome)
            fail_msg("%s", rows[i].body);
        assert_int_equal(v.limited, rows[i].limited);
        assert_int_equal(v.wait_s, rows[i].wait_s);
        assert_int_equal(v.code, rows[i].code);
        assert_true((outcome(&v) == DELIVERY_DONE) == (v.reason == NULL));
    }
}

/* Of what is no 2xx the body says nothing. */
static void statuses(void **state)
{
    static const int codes[] = {0, 302, 400, 403, 404, 410, 429, 500, 503};

    (void)state;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        struct format_verdict v = judged(FORMAT_WECOM, codes[i], "{\"errcode\":0}");
        assert_int_equal(v.status, codes[i]);
        assert_int_equal(v.limited, codes[i] == 429);
        assert_true(outcome(&v) != DELIVERY_DONE);
    }
}

/* --- addresses --- */

static void as_address(enum alert_format format, const char *url, const char *secret,
                       const char *expected, const char *expected_topic)
{
    struct strbuf address = {0}, topic = {0};

    format_address(format_of(format), url, secret, &address, &topic);
    assert_string_equal(strbuf_text(&address), expected);
    assert_string_equal(strbuf_text(&topic), expected_topic);
    strbuf_free(&address);
    strbuf_free(&topic);
}

static void addresses(void **state)
{
    (void)state;
    as_address(FORMAT_NATIVE, "http://h/x?y=1", "", "http://h/x?y=1", "");
    as_address(FORMAT_WECOM, "https://h/send?key={secret}", "a b&c=d",
               "https://h/send?key=a%20b%26c%3Dd", "");
    as_address(FORMAT_SLACK, "https://h/services/{secret}", "T0/B1/xYz",
               "https://h/services/T0/B1/xYz", "");
    as_address(FORMAT_FEISHU, "https://h/hook/{secret}", "../../x{secret}",
               "https://h/hook/../../x%7Bsecret%7D", "");
    as_address(FORMAT_ALERTMANAGER, "http://h:9093", "", "http://h:9093/api/v2/alerts", "");
    as_address(FORMAT_ALERTMANAGER, "http://h:9093/am/", "", "http://h:9093/am/api/v2/alerts", "");
    as_address(FORMAT_ALERTMANAGER, "http://h/api/v2/alerts", "", "http://h/api/v2/alerts", "");
    as_address(FORMAT_NTFY, "https://ntfy.sh/lane-7", "", "https://ntfy.sh/", "lane-7");
    as_address(FORMAT_NTFY, "https://h/ntfy/{secret}", "topic", "https://h/ntfy/", "topic");
    as_address(FORMAT_NTFY, "https://ntfy.sh", "", "https://ntfy.sh", "");
}

static void queries(void **state)
{
    struct strbuf address = {0};

    (void)state;
    strbuf_puts(&address, "https://h/x");
    format_add_query(&address, "a", "1+/=");
    format_add_query(&address, "b", "裂");
    assert_string_equal(strbuf_text(&address), "https://h/x?a=1%2B%2F%3D&b=%E8%A3%82");
    strbuf_free(&address);
}

static void signatures(void **state)
{
    struct format_signing s;

    (void)state;
    format_signing(SECRET_DINGTALK, "SECtest", INT64_C(1700000000000999), &s);
    assert_string_equal(strbuf_text(&s.stamp), "1700000000000");
    assert_string_equal(strbuf_text(&s.key), "SECtest");
    assert_string_equal(strbuf_text(&s.text), "1700000000000\nSECtest");
    format_signing_free(&s);
    format_signing(SECRET_FEISHU, "test", INT64_C(1700000000999999), &s);
    assert_string_equal(strbuf_text(&s.stamp), "1700000000");
    assert_string_equal(strbuf_text(&s.key), "1700000000\ntest");
    assert_string_equal(strbuf_text(&s.text), "");
    format_signing_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(robots),  cmocka_unit_test(statuses),   cmocka_unit_test(addresses),
        cmocka_unit_test(queries), cmocka_unit_test(signatures),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
