/* What a Sparkplug node tells afterwards is a reading of its time, and no sign of life. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "profiles_stage.h"

#define NODE_SILENT "silence|Lane1/EdgeA"
#define WALL        "limit|H1/wall|displacement"

/* Temperature of 12.5 degC at t_ms, as Sparkplug B. */
static void send_temperature(struct publisher *p, int64_t t_ms, bool historical)
{
    static const uint8_t value[] = {0x69, 0, 0, 0, 0, 0, 0, 0x29, 0x40}; /* field 13, 12.5 */
    uint8_t payload[64] = {0x12, 0,   0x0a, 11,  'T', 'e', 'm', 'p',
                           'e',  'r', 'a',  't', 'u', 'r', 'e', 0x18};
    size_t n = 16;

    for (uint64_t v = (uint64_t)t_ms; v > 0; v >>= 7)
        payload[n++] = (uint8_t)(v > 0x7f ? v | 0x80 : v);
    payload[n++] = 0x28; /* field 5: is_historical */
    payload[n++] = historical;
    memcpy(payload + n, value, sizeof value);
    n += sizeof value;
    payload[1] = (uint8_t)(n - 2);
    send(p, "spBv1.0/Lane1/NDATA/EdgeA", payload, n);
}

/* It is a reading of its time, and no sign that the sensor is alive now. */
static void test_historical(void **state)
{
    int64_t now_ms = wall_us() / 1000;
    struct strbuf out = {0};
    struct site s;
    cJSON *row;

    (void)state;
    make(&s);
    struct publisher *p = publisher_open(&(struct publisher_options){.port = s.port});
    send_temperature(p, now_ms - 7200000, true);
    site_wait_received(&s, 1);
    expect_reading(&s, "H1/edge-t", 1, (now_ms - 7200000) * 1000, 12.5);
    row = row_of(&s, "H1/edge-t");
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(row, "rx")));
    assert_true(cJSON_IsString(cJSON_GetObjectItem(row, "t")));
    cJSON_Delete(row);
    run_ctl(&s, "readings H1/edge-t --json", &out);
    assert_non_null(strstr(strbuf_text(&out), "\"historical\":true"));
    send_temperature(p, now_ms, false);
    site_wait_received(&s, 2);
    row = row_of(&s, "H1/edge-t");
    assert_true(cJSON_IsString(cJSON_GetObjectItem(row, "rx")));
    cJSON_Delete(row);
    site_stop(&s);
    site_reconcile(&s);
    publisher_close(p);
    strbuf_free(&out);
    site_free(&s);
}

static void add_wall(struct site *s)
{
    site_sensor(s, &(struct site_sensor){
                       .id = "H1/n7/d",
                       .node = "H1/n7",
                       .house = "H1",
                       .element = "H1/wall",
                       .quantity = "displacement",
                       .unit = "mm",
                       .limits = "[{\"level\":1,\"of\":\"value\",\"value\":5,\"clear\":4,"
                                 "\"unit\":\"mm\",\"source\":\"s\",\"clause\":\"1\","
                                 "\"mark\":\"J\"}]",
                       .more = "\"quality\":{\"rate_suspect_per_h\":null,\"spike_suspect\":null,"
                               "\"spike_fail\":null}"});
}

/* The assessor has seen all before it when the wall's limit is crossed, or left. */
static void let_it_look(struct site *s, struct publisher *p, bool crossed)
{
    char pack[64];

    snprintf(pack, sizeof pack, "[{\"n\":\"d\",\"v\":%d}]", crossed ? 6 : 1);
    send(p, "shikumen/v1/H1/n7/senml", pack, strlen(pack));
    site_wait_condition(s, WALL, crossed);
}

/* A node that was silent stays so while it only tells of the past. */
static void test_silence(void **state)
{
    struct site s;
    int steps;

    (void)state;
    make_sensors(&s, 1);
    add_wall(&s);
    make_rest(&s);
    struct publisher *p = publisher_open(&(struct publisher_options){.port = s.port});
    send_temperature(p, wall_us() / 1000, false);
    site_wait_level(&s, NODE_SILENT, LEVEL_YELLOW, 0); /* five periods later */
    steps = site_step_count(&s, NODE_SILENT);
    for (int i = 1; i <= 4; i++) {
        send_temperature(p, wall_us() / 1000 - 3600000 * i, true);
        let_it_look(&s, p, i % 2);
        assert_int_equal(site_step_count(&s, NODE_SILENT), steps);
    }
    send_temperature(p, wall_us() / 1000, false);
    site_wait_level(&s, NODE_SILENT, LEVEL_NORMAL, 0);
    site_stop(&s);
    publisher_close(p);
    site_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_historical),
        cmocka_unit_test(test_silence),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
