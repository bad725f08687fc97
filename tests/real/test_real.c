/* Real data (tests/data/real, each with its SOURCE.txt): cracks and a bridge without damage stay
 * silent, a support that is let down is found, dead instruments are told as such. */
#include "real_run.h"

#include <math.h>

#include "shikumen/base/utc.h"

#define A_WEEK (7 * INT64_C(86400000000))

/* --- cracks without damage --- */

/* Rock at Zion, from autumn to winter: two gauges that breathe, one read with a broken thermometer
 * (-167 deg C), by which the logger corrects it: it jumps by millimetres, and that is the
 * instrument, whether the registry says whose thermometer it is or not. What it does not send for
 * hours, now and then, is no row of alerts. */
static void expect_zion(const char *houses)
{
    struct run r = run_with("usgs_zion", houses, NOTHING);

    expect_no_structure(&r, YELLOW);
    expect_fault(&r, "ZION/n1/t-ctrl", "nothing_valid");
    expect_fault(&r, "ZION/n1/crack-ctrl", "thermometer");
    assert_null(told(&r, "instrument", "fault", "ZION/n1/crack-lower", BLUE));
    assert_null(told(&r, "instrument", "fault", "ZION/n1/crack-upper", BLUE));
    assert_in_range(steps_of_kind(&r, "silence"), 1, 12);
    finish(&r);
}

static void test_zion(void **state)
{
    (void)state;
    expect_zion("registry.json");
    expect_zion("registry_bare.json"); /* without environment */
}

static void test_nahuku(void **state)
{
    struct run r = run_of("usgs_nahuku", NOTHING);

    (void)state;
    assert_int_equal(r.alerts.count, 0);
    finish(&r);
}

/* --- a bridge's displacement over two years --- */

static void test_displacement_with_temperature(void **state)
{
    struct run r = run_of("openbdlm_disptemp", NOTHING);

    (void)state;
    expect_no_structure(&r, BLUE);
    assert_null(told(&r, "instrument", "fault", ANY, BLUE));
    finish(&r);
}

/* With the works noted, and without: 0.4 mm over a month's gap is 4.4 times what this bridge moves
 * in any ten days, without a thermometer; short of what is told as sudden. */
static void test_displacement_with_intervention(void **state)
{
    static const char noted[] =
        "[{\"t\":\"2014-09-25T00:00:00Z\",\"scope\":\"B/span\",\"kind\":\"renovation\","
        "\"until\":\"2014-11-26T00:00:00Z\"},"
        "{\"t\":\"2015-04-15T00:00:00Z\",\"scope\":\"B/span\",\"kind\":\"repair\"}]";
    const char *const epochs[] = {noted, NOTHING};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct run r = run_of("openbdlm_intervention", epochs[i]);
        expect_no_structure(&r, BLUE);
        assert_null(told(&r, "instrument", "fault", ANY, BLUE));
        finish(&r);
    }
}

/* --- survey points --- */

static void test_survey_points(void **state)
{
    struct run r = run_of("totalstation", NOTHING);

    (void)state;
    assert_int_equal(r.alerts.count, 0);
    finish(&r);
}

/* --- a support let down --- */

/* After a quiet month, and the new level for days: told as sudden change of 29 um/m within ten
 * days, as nothing else and of nothing else; not before. */
static void test_lowering(void **state)
{
    struct run r = run_of("munich_lowering", NOTHING);
    const struct sim_step *s = told(&r, "structure", "step", "M/n1/strain", BLUE);
    int64_t down_us;

    (void)state;
    assert_int_equal(utc_parse("2022-04-11T09:00:00Z", &down_us), ERR_OK);
    assert_non_null(s);
    assert_int_equal(r.alerts.count, 1);
    assert_true(s->at_us > down_us && s->at_us < down_us + A_WEEK + A_WEEK / 2);
    assert_true(fabs(ndjson_number(s->object, "value") - 28.75) < 0.5);
    finish(&r);
}

/* The same minutes against limits of rate (10 and 15 um/m in 10 min): told while it goes on. */
static void test_lowering_as_it_goes(void **state)
{
    struct run r = run_of("munich_minutes", NOTHING);
    const struct sim_step *s = told(&r, "structure", "rate", "M/n1/strain", YELLOW);

    (void)state;
    assert_non_null(s);
    assert_string_equal(ndjson_text(s->object, "at"), "2022-04-11T09:02:00Z");
    assert_int_equal(r.alerts.steps[r.alerts.count - 1].level, 3);
    finish(&r);
}

/* Ten minutes under test loads a month before, by the same limits: silent, strain and inclination.
 */
static void test_reference_state(void **state)
{
    struct run r = run_of("munich_reference", NOTHING);

    (void)state;
    assert_int_equal(r.alerts.count, 0);
    finish(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_zion),
        cmocka_unit_test(test_nahuku),
        cmocka_unit_test(test_displacement_with_temperature),
        cmocka_unit_test(test_displacement_with_intervention),
        cmocka_unit_test(test_survey_points),
        cmocka_unit_test(test_lowering),
        cmocka_unit_test(test_lowering_as_it_goes),
        cmocka_unit_test(test_reference_state),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
