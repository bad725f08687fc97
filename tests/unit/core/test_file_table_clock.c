/* Loggers whose clocks are put forward and back: no reading is lost, and what is not certain is
 * counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "zones.h"

#include "../../../src/core/file_table_clock.h"
#include "shikumen/base/utc.h"
#include "shikumen/core/file_table.h"

static const char registry_text[] =
    "{\"district\":{\"id\":\"d\"},\"houses\":[],\"sensors\":["
    "{\"id\":\"H/n/"
    "a\",\"quantity\":\"temperature\",\"unit\":\"Cel\",\"period_s\":600},"
    "{\"id\":\"H/n/"
    "b\",\"quantity\":\"temperature\",\"unit\":\"Cel\",\"period_s\":600}]}";

struct kit {
    struct registry *registry;
    struct file_profiles *profiles;
    struct file_table *table;
    struct arena arena;
};

static void open_table(struct kit *k, const char *rest)
{
    struct source_text registry = {"registry.json", registry_text, sizeof registry_text - 1};
    struct fault_list faults = {0};
    char json[1024];
    int n =
        snprintf(json, sizeof json, "{\"name\":\"p\",\"match\":\"f\",\"format\":\"csv\",%s}", rest);
    const struct source_text text = {"p.json", json, (size_t)n};

    *k = (struct kit){0};
    if (registry_parse(&registry, NULL, 0, &faults, &k->registry) != ERR_OK ||
        file_profiles_parse(&text, 1, k->registry, &faults, &k->profiles) != ERR_OK)
        fault_print(&faults, 2);
    assert_int_equal(faults.count, 0);
    assert_string_equal(k->profiles->list[0].zone_name, "Europe/Madrid");
    assert_ptr_equal(k->profiles->list[0].zone, &zone_utc);
    k->profiles->list[0].zone = &zone_madrid; /* as the plan does, which reads files */
    assert_int_equal(file_table_open(&k->profiles->list[0], &k->table), ERR_OK);
}

static void finish(struct kit *k)
{
    file_table_close(k->table);
    file_profiles_free(k->profiles);
    registry_free(k->registry);
    arena_free(&k->arena);
}

/* The readings of a line; the moment of them, INT64_MIN: none. */
static int64_t line(struct kit *k, const char *text)
{
    const struct table_reading *r;
    struct table_fault fault = {0, "", ""};
    size_t n;

    arena_reset(&k->arena);
    if (file_table_line(k->table, text, strlen(text), &k->arena, &r, &n, &fault) != ERR_OK)
        fail_msg("%s: %s", text, fault.en);
    return n > 0 ? r[0].t_us : INT64_MIN;
}

static void expect(struct kit *k, const char *text, const char *utc)
{
    char got[UTC_TEXT_SIZE];
    int64_t t_us = line(k, text);

    if (strcmp(utc_format(t_us, got), utc) != 0)
        fail_msg("%s: %s, not %s", text, got, utc);
}

static void expect_doubts(const struct kit *k, int64_t assumed, int64_t never)
{
    struct table_doubts d = file_table_doubts(k->table);

    assert_int_equal(d.assumed, assumed);
    assert_int_equal(d.never, never);
}

#define TABLE                                                                                      \
    "\"time\":{\"column\":\"t\",\"zone\":\"Europe/Madrid\"},\"columns\":["                         \
    "{\"column\":\"A\",\"sensor\":\"H/n/a\"}]"

static void the_hour_that_there_is_twice(void **state)
{
    struct kit k;

    (void)state;
    open_table(&k, TABLE);
    line(&k, "t,A");
    expect(&k, "2026-10-25 01:30,1", "2026-10-24T23:30:00Z");
    expect(&k, "2026-10-25 02:00,1", "2026-10-25T00:00:00Z");
    expect(&k, "2026-10-25 02:30,1", "2026-10-25T00:30:00Z");
    expect(&k, "2026-10-25 02:00,1", "2026-10-25T01:00:00Z");
    expect(&k, "2026-10-25 02:30,1", "2026-10-25T01:30:00Z");
    expect(&k, "2026-10-25 03:00,1", "2026-10-25T02:00:00Z");
    expect_doubts(&k, 0, 0);
    finish(&k);
}

/* Once an hour: the same text in two rows. */
static void the_same_text_twice(void **state)
{
    struct kit k;

    (void)state;
    open_table(&k, TABLE);
    line(&k, "t,A");
    expect(&k, "2026-10-25 01:15,1", "2026-10-24T23:15:00Z");
    expect(&k, "2026-10-25 02:15,1", "2026-10-25T00:15:00Z");
    expect(&k, "2026-10-25 02:15,2", "2026-10-25T01:15:00Z");
    expect(&k, "2026-10-25 03:15,1", "2026-10-25T02:15:00Z");
    expect_doubts(&k, 0, 0);
    finish(&k);
}

static void the_newest_first(void **state)
{
    struct kit k;

    (void)state;
    open_table(&k, TABLE);
    line(&k, "t,A");
    expect(&k, "2026-10-25 03:30,1", "2026-10-25T02:30:00Z");
    expect(&k, "2026-10-25 03:00,1", "2026-10-25T02:00:00Z");
    expect(&k, "2026-10-25 02:30,1", "2026-10-25T01:30:00Z");
    expect(&k, "2026-10-25 02:00,1", "2026-10-25T01:00:00Z");
    expect(&k, "2026-10-25 02:30,1", "2026-10-25T00:30:00Z");
    expect(&k, "2026-10-25 02:00,1", "2026-10-25T00:00:00Z");
    expect(&k, "2026-10-25 01:30,1", "2026-10-24T23:30:00Z");
    expect_doubts(&k, 0, 0);
    finish(&k);
}

/* Nothing tells which hour it is until the clock is seen to go back. */
static void a_file_that_begins_there(void **state)
{
    struct kit k;

    (void)state;
    open_table(&k, TABLE);
    line(&k, "t,A");
    expect(&k, "2026-10-25 02:10,1", "2026-10-25T00:10:00Z");
    expect(&k, "2026-10-25 02:20,1", "2026-10-25T00:20:00Z");
    expect_doubts(&k, 2, 0);
    expect(&k, "2026-10-25 02:00,1", "2026-10-25T01:00:00Z");
    expect(&k, "2026-10-25 02:10,1", "2026-10-25T01:10:00Z");
    expect(&k, "2026-10-25 03:00,1", "2026-10-25T02:00:00Z");
    expect_doubts(&k, 2, 0);
    /* what was sent before once more: it goes back, and is the same again */
    expect(&k, "2026-10-25 02:10,1", "2026-10-25T00:10:00Z");
    expect(&k, "2026-10-25 02:20,1", "2026-10-25T00:20:00Z");
    expect_doubts(&k, 4, 0);
    finish(&k);
}

static void the_hour_that_there_is_not(void **state)
{
    struct kit k;

    (void)state;
    open_table(&k, TABLE);
    line(&k, "t,A");
    expect(&k, "2026-03-29 01:50,1", "2026-03-29T00:50:00Z");
    expect(&k, "2026-03-29 03:00,1", "2026-03-29T01:00:00Z");
    expect_doubts(&k, 0, 0);
    expect(&k, "2026-03-29 02:10,1", "2026-03-29T01:10:00Z"); /* put forward a little late */
    expect(&k, "2026-03-29 03:20,1", "2026-03-29T01:20:00Z");
    expect_doubts(&k, 0, 1);
    finish(&k);
}

/* A row that says its moment goes before, and others go on from it. */
static void rows_with_their_own_zone(void **state)
{
    struct kit k;

    (void)state;
    open_table(&k, TABLE);
    line(&k, "t,A");
    expect(&k, "2026-10-25T02:10:00+01:00,1", "2026-10-25T01:10:00Z");
    expect(&k, "2026-10-25 02:20,1", "2026-10-25T01:20:00Z");
    expect_doubts(&k, 0, 0);
    finish(&k);
}

/* One value a row: each point has its own sequence. */
static void points_in_turn(void **state)
{
    struct kit k;

    (void)state;
    open_table(&k,
               "\"time\":{\"column\":\"t\",\"zone\":\"Europe/Madrid\"},"
               "\"series_column\":\"p\",\"value_column\":\"v\",\"columns\":["
               "{\"column\":\"A\",\"sensor\":\"H/n/a\"},{\"column\":\"B\",\"sensor\":\"H/n/b\"}]");
    line(&k, "p,t,v");
    expect(&k, "A,2026-10-25 01:30,1", "2026-10-24T23:30:00Z");
    expect(&k, "B,2026-10-25 01:30,1", "2026-10-24T23:30:00Z");
    expect(&k, "A,2026-10-25 02:30,1", "2026-10-25T00:30:00Z");
    expect(&k, "B,2026-10-25 02:30,1", "2026-10-25T00:30:00Z");
    expect(&k, "A,2026-10-25 02:30,1", "2026-10-25T01:30:00Z");
    expect(&k, "B,2026-10-25 02:30,1", "2026-10-25T01:30:00Z");
    line(&k, "C,2026-10-25 02:00,1");
    expect(&k, "A,2026-10-25 03:30,1", "2026-10-25T02:30:00Z");
    expect_doubts(&k, 0, 0);
    finish(&k);
}

/* A year of readings every ten minutes as clocks show them, forward and newest first: each comes
 * back as it was. */
static void a_year_comes_back(void **state)
{
    const int64_t from_us = INT64_C(1767225600000000), step_us = 600 * INT64_C(1000000);
    const int64_t count = 365 * 144;
    int64_t wrong = 0, doubtful = 0;

    (void)state;
    for (int way = 1; way >= -1; way -= 2) {
        struct file_clock c = FILE_CLOCK_NEW;
        for (int64_t i = 0; i < count; i++) {
            int64_t t_us = from_us + (way > 0 ? i : count - 1 - i) * step_us;
            enum file_doubt doubt;
            wrong += file_clock_read(&c, &zone_madrid, zone_local_us(&zone_madrid, t_us), &doubt) !=
                     t_us;
            doubtful += doubt != FILE_CERTAIN;
        }
    }
    assert_int_equal(wrong, 0);
    assert_int_equal(doubtful, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_hour_that_there_is_twice),
        cmocka_unit_test(the_same_text_twice),
        cmocka_unit_test(the_newest_first),
        cmocka_unit_test(a_file_that_begins_there),
        cmocka_unit_test(the_hour_that_there_is_not),
        cmocka_unit_test(rows_with_their_own_zone),
        cmocka_unit_test(points_in_turn),
        cmocka_unit_test(a_year_comes_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
