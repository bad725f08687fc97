/* Zones of the system. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "shikumen/base/utc.h"
#include "shikumen/io/zone_file.h"

static void expect_utc(struct zone_list *l, const char *name, const char *wall, const char *utc)
{
    const struct time_zone *z;
    int64_t wall_us, utc_us;

    assert_int_equal(zone_list_add(l, name, &z), ERR_OK);
    assert_string_equal(z->name, name);
    assert_int_equal(utc_parse(wall, &wall_us), ERR_OK);
    assert_int_equal(utc_parse(utc, &utc_us), ERR_OK);
    if (zone_to_utc_us(z, wall_us) != utc_us)
        fail_msg("%s %s", name, wall);
}

/* IANA time zone database. */
static void zones_are_those_of_the_system(void **state)
{
    struct zone_list l = {0};

    (void)state;
    expect_utc(&l, "Asia/Shanghai", "2026-06-01T08:00:00Z", "2026-06-01T00:00:00Z");
    expect_utc(&l, "Asia/Shanghai", "1988-06-01T09:00:00Z", "1988-06-01T00:00:00Z"); /* summer */
    expect_utc(&l, "Europe/Madrid", "2026-01-15T01:00:00Z", "2026-01-15T00:00:00Z");
    expect_utc(&l, "Europe/Madrid", "2026-07-15T02:00:00Z", "2026-07-15T00:00:00Z");
    expect_utc(&l, "Europe/Madrid", "2026-10-25T02:30:00Z", "2026-10-25T00:30:00Z"); /* twice */
    expect_utc(&l, "Europe/Madrid", "2026-03-29T02:30:00Z", "2026-03-29T01:30:00Z"); /* left out */
    expect_utc(&l, "-03:30", "2026-03-29T02:30:00Z", "2026-03-29T06:00:00Z");
    zone_list_free(&l);
}

static void a_zone_is_read_once_and_stays(void **state)
{
    struct zone_list l = {0};
    const struct time_zone *a, *b;

    (void)state;
    assert_null(zone_find(&l, "Asia/Shanghai"));
    assert_int_equal(zone_list_add(&l, "Asia/Shanghai", &a), ERR_OK);
    assert_int_equal(zone_list_add(&l, "Europe/Paris", NULL), ERR_OK);
    assert_int_equal(zone_list_add(&l, "Asia/Shanghai", &b), ERR_OK);
    assert_ptr_equal(a, b);
    assert_ptr_equal(zone_find(&l, "Asia/Shanghai"), a);
    assert_non_null(zone_find(&l, "Europe/Paris"));
    zone_list_free(&l);
}

static void what_is_no_zone_is_refused(void **state)
{
    static const char *const names[] = {
        "",          "Nowhere/City", "../../etc/passwd", "/etc/passwd", "CST",
        "tzdata.zi", "Asia",         "leapseconds",      "+99",         "right/UTC"};
    struct zone_list l = {0};
    struct fault_list faults = {0};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct time_zone *z = &zone_utc;
        assert_true(zone_list_add(&l, names[i], &z) < 0);
        assert_null(z);
        assert_null(zone_find(&l, names[i]));
    }
    assert_int_equal(zone_list_need(&l, "Asia/Shangai", "f.json", "time.zone", &faults, NULL),
                     ERR_CONFIG);
    assert_int_equal(faults.count, 1);
    assert_string_equal(faults.first->file, "f.json");
    assert_non_null(strstr(faults.first->text, "time.zone: 本系统没有时区“Asia/Shangai”"));
    assert_non_null(strstr(faults.first->text, "\"Asia/Shangai\" is no time zone of this system"));
    fault_list_free(&faults);
    zone_list_free(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zones_are_those_of_the_system),
        cmocka_unit_test(a_zone_is_read_once_and_stays),
        cmocka_unit_test(what_is_no_zone_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
