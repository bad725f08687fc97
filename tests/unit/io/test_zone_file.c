/* Zones of the system. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shikumen/base/utc.h"
#include "shikumen/io/zone_file.h"

static struct arena arena;

static void expect_utc(const char *zone, const char *wall, const char *utc)
{
    struct zone_rules rules;
    int64_t wall_us, utc_us;

    assert_int_equal(zone_file_read(zone, &arena, &rules), ERR_OK);
    assert_int_equal(utc_parse(wall, &wall_us), ERR_OK);
    assert_int_equal(utc_parse(utc, &utc_us), ERR_OK);
    if (zone_to_utc_us(&rules, wall_us) != utc_us)
        fail_msg("%s %s", zone, wall);
}

/* IANA time zone database. */
static void zones_are_those_of_the_system(void **state)
{
    (void)state;
    expect_utc("Asia/Shanghai", "2026-06-01T08:00:00Z", "2026-06-01T00:00:00Z");
    expect_utc("Asia/Shanghai", "1988-06-01T09:00:00Z", "1988-06-01T00:00:00Z"); /* summer time */
    expect_utc("Europe/Madrid", "2026-01-15T01:00:00Z", "2026-01-15T00:00:00Z");
    expect_utc("Europe/Madrid", "2026-07-15T02:00:00Z", "2026-07-15T00:00:00Z");
    expect_utc("Europe/Madrid", "2026-10-25T02:30:00Z", "2026-10-25T00:30:00Z"); /* twice */
    expect_utc("Europe/Madrid", "2026-03-29T02:30:00Z", "2026-03-29T01:30:00Z"); /* left out */
    arena_free(&arena);
}

static void what_is_no_zone_is_refused(void **state)
{
    static const char *const names[] = {
        "", "Nowhere/City", "../../etc/passwd", "/etc/passwd", "tzdata.zi", "Asia"};
    struct zone_rules rules;

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_true(zone_file_read(names[i], &arena, &rules) < 0);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zones_are_those_of_the_system),
        cmocka_unit_test(what_is_no_zone_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
