/* Vibration records out of the store: the list, and one of them. */
#include "desk_fixture.h"

#include "shikumen/view/bursts.h"

static void store_record(struct fixture *f, uint32_t sensor, int64_t t_us, const char *json)
{
    bool is_new = false;

    assert_int_equal(readings_burst(f->db, sensor, t_us, t_us, json, strlen(json), &is_new),
                     ERR_OK);
    assert_true(is_new);
}

static void assert_near(double a, double b, double tolerance)
{
    assert_true(fabs(a - b) <= tolerance);
}

/* Ten seconds at 100 Hz of a vibration of 8 Hz. */
static const char *record(struct strbuf *text)
{
    strbuf_clear(text);
    strbuf_puts(text, "{\"t0\":1735689600,\"fs\":100,\"unit\":\"mm/s\",\"kind\":\"velocity\","
                      "\"axes\":{\"x\":[");
    for (int i = 0; i < 1000; i++)
        strbuf_printf(text, "%s%.4f", i > 0 ? "," : "", 2 * sin(2 * M_PI * 8 * i / 100.0));
    strbuf_puts(text, "]}}");
    return strbuf_text(text);
}

static void records_are_listed_latest_first(void **state)
{
    struct fixture *f = *state;
    uint32_t burst = store_sensor(f, "H1/n1/burst", "velocity", "mm/s");
    struct bursts_query q = {"H1/n1/burst", T0_US, T0_US + US_PER_HOUR, 10};
    struct table t;

    store_record(f, burst, T0_US, "{}");
    store_record(f, burst, T0_US + US_PER_S, "{\"a\":1}");
    store_record(f, burst, T0_US + US_PER_HOUR, "{}");
    assert_int_equal(readings_burst_rate(f->db, burst, T0_US, 0.5), ERR_OK);
    commit(f);
    assert_int_equal(view_bursts(&f->desk, &q, &t), ERR_OK);
    table_json(&t, &f->out);
    assert_string_equal(
        strbuf_text(&f->out),
        "[{\"id\":2,\"sensor\":\"H1/n1/burst\",\"t\":\"2025-01-01T00:00:01Z\","
        "\"rx\":\"2025-01-01T00:00:01Z\",\"ratio\":null,\"kept\":false,\"bytes\":7},"
        "\n {\"id\":1,\"sensor\":\"H1/n1/burst\",\"t\":\"2025-01-01T00:00:00Z\","
        "\"rx\":\"2025-01-01T00:00:00Z\",\"ratio\":0.5,\"kept\":false,\"bytes\":2}]");
    table_end(&t);
    q.limit = 1;
    assert_int_equal(view_bursts(&f->desk, &q, &t), ERR_OK);
    assert_int_equal(t.rows, 1);
    table_end(&t);
    q.sensor = "H1/n1/silent"; /* registered, never spoke */
    assert_int_equal(view_bursts(&f->desk, &q, &t), ERR_OK);
    assert_int_equal(t.rows, 0);
    table_end(&t);
    q.sensor = "H1/n1/none";
    assert_int_equal(view_bursts(&f->desk, &q, &t), ERR_NOTFOUND);
    table_end(&t);
}

static void one_is_judged_and_drawn(void **state)
{
    struct fixture *f = *state;
    uint32_t burst = store_sensor(f, "H1/n1/burst", "velocity", "mm/s");
    struct strbuf text = {0};
    const char *json;

    store_record(f, burst, T0_US, record(&text));
    commit(f);
    assert_int_equal(view_burst_json(&f->desk, 1, &f->out), ERR_OK);
    json = strbuf_text(&f->out);
    assert_non_null(strstr(json, "{\"id\":1,\"sensor\":\"H1/n1/burst\","));
    assert_non_null(strstr(json, "\"house\":\"H1\",\"element\":\"H1/wall\",\"fault\":null,"));
    assert_non_null(strstr(json, "\"unit\":\"mm/s\""));
    assert_non_null(strstr(json, "\"spectrum_hz\":"));
    assert_near(strtod(strstr(json, "\"spectrum_hz\":") + 14, NULL), 8, 0.1);
    assert_non_null(strstr(json, "\"plot\":{\"columns\":800,"));
    assert_non_null(strstr(json, "\"governs\":[\"permanent\""));
    strbuf_free(&text);
}

static void one_that_is_broken_says_why(void **state)
{
    struct fixture *f = *state;
    uint32_t burst = store_sensor(f, "H1/n1/burst", "velocity", "mm/s");

    store_record(f, burst, T0_US, "{\"t0\":1}");
    commit(f);
    assert_int_equal(view_burst_json(&f->desk, 1, &f->out), ERR_OK);
    assert_non_null(strstr(strbuf_text(&f->out), "\"en\":\"record not readable\"},"
                                                 "\"assessment\":null,\"plot\":null}"));
    assert_int_equal(view_burst_json(&f->desk, 2, &f->out), ERR_NOTFOUND);
    assert_int_equal(view_burst_json(&f->desk, INT64_MAX, &f->out), ERR_NOTFOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(records_are_listed_latest_first),
        TEST(one_is_judged_and_drawn),
        TEST(one_that_is_broken_says_why),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
