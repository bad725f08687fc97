/* Times as people give and read them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shikumen/base/clock.h"
#include "shikumen/view/when.h"
#include "zones.h"

#define T0 (1767225600 * US_PER_S) /* 2026-01-01T00:00:00Z */

static void times_as_people_give_them(void **state)
{
    static const char *const wrong[] = {"",     "-",  "-1",   "-h",   "-1y",          "-1h2",
                                        "--1h", "1h", "- 1h", "soon", "-1234567890s", "2026-13-01"};
    int64_t t_us = 1;

    (void)state;
    assert_true(when_parse("now", T0, &t_us) && t_us == T0);
    assert_true(when_parse("-24h", T0, &t_us) && t_us == T0 - US_PER_DAY);
    assert_true(when_parse("-7d", T0, &t_us) && t_us == T0 - 7 * US_PER_DAY);
    assert_true(when_parse("-90m", T0, &t_us) && t_us == T0 - 5400 * US_PER_S);
    assert_true(when_parse("-5s", T0, &t_us) && t_us == T0 - 5 * US_PER_S);
    assert_true(when_parse("-2w", T0, &t_us) && t_us == T0 - 14 * US_PER_DAY);
    assert_true(when_parse("2026-01-01", 0, &t_us) && t_us == T0);
    assert_true(when_parse("2026-01-01T08:00:00+08:00", 0, &t_us) && t_us == T0);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        if (when_parse(wrong[i], T0, &t_us))
            fail_msg("\"%s\" was taken", wrong[i]);
}

static void spans_for_people(void **state)
{
    char text[WHEN_TEXT_SIZE];

    (void)state;
    assert_string_equal(when_span(0, text), "0 s");
    assert_string_equal(when_span(119 * US_PER_S, text), "119 s");
    assert_string_equal(when_span(7199 * US_PER_S, text), "119 min");
    assert_string_equal(when_span(47 * US_PER_HOUR, text), "47 h");
    assert_string_equal(when_span(9 * US_PER_DAY, text), "9 d");
    assert_string_equal(when_span(-90 * US_PER_S, text), "-90 s");
    assert_non_null(when_span(INT64_MIN, text));
    assert_string_equal(when_local(&zone_shanghai, INT64_MIN, text), "–");
    assert_string_equal(when_local(&zone_shanghai, INT64_MAX, text), "–");
    assert_string_equal(when_local(&zone_shanghai, INT64_MAX - 1, text), "–");
}

static void local_time_is_of_the_zone(void **state)
{
    char text[WHEN_TEXT_SIZE];

    (void)state;
    assert_string_equal(when_local(&zone_shanghai, T0, text), "2026-01-01 08:00:00");
    assert_string_equal(when_local(&zone_madrid, T0, text), "2026-01-01 01:00:00");
    assert_string_equal(when_local(&zone_madrid, T0 + 180 * US_PER_DAY, text),
                        "2026-06-30 02:00:00");
    assert_string_equal(when_local(&zone_utc, T0 - 1, text), "2025-12-31 23:59:59");
}

/* The last moment of a day, which may have 23 or 25 hours. */
static void a_date_is_the_whole_day(void **state)
{
    static const struct {
        const char *date;
        const struct time_zone *zone;
        int64_t end_us;
    } days[] = {{"2026-01-01", &zone_utc, T0 + US_PER_DAY},
                {"2026-01-01", &zone_shanghai, T0 + 16 * US_PER_HOUR},
                {"2026-03-29", &zone_madrid, 1774821600 * US_PER_S},
                {"2026-10-25", &zone_madrid, 1792969200 * US_PER_S}};
    int64_t t_us;

    (void)state;
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        assert_true(when_parse_as_of(days[i].date, 0, days[i].zone, &t_us));
        assert_true(t_us == days[i].end_us - 1);
    }
    assert_true(when_parse_as_of("2026-01-01T00:00:00Z", 0, &zone_shanghai, &t_us) && t_us == T0);
    assert_true(when_parse_as_of("-24h", T0, &zone_shanghai, &t_us) && t_us == T0 - US_PER_DAY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_as_people_give_them),
        cmocka_unit_test(spans_for_people),
        cmocka_unit_test(local_time_is_of_the_zone),
        cmocka_unit_test(a_date_is_the_whole_day),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
