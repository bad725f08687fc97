/* Which sensors a step names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "shikumen/core/step_view.h"

static struct step_view parse(const char *json)
{
    struct step_view v;

    assert_int_equal(step_view_parse(json, strlen(json), &v), ERR_OK);
    return v;
}

#define STEP(sensors)                                                                              \
    "{\"id\":\"a\",\"step\":1,\"event\":\"raised\",\"at\":\"2025-01-01T00:00:00Z\"" sensors "}"

static void test_names_are_whole(void **state)
{
    struct step_view v = parse(STEP(",\"sensors\":[\"H1/n1/crack-1\",7,null,\"H1/n1/t\"]"));

    (void)state;
    assert_true(step_view_names(&v, "H1/n1/crack-1"));
    assert_true(step_view_names(&v, "H1/n1/t"));
    assert_false(step_view_names(&v, "H1/n1/crack"));
    assert_false(step_view_names(&v, "H1/n1/crack-10"));
    assert_false(step_view_names(&v, ""));
    step_view_free(&v);
}

static void test_a_step_may_name_none(void **state)
{
    struct step_view none = parse(STEP("")), other = parse(STEP(",\"sensors\":\"H1/n1/t\""));

    (void)state;
    assert_false(step_view_names(&none, "H1/n1/t"));
    assert_false(step_view_names(&other, "H1/n1/t"));
    step_view_free(&none);
    step_view_free(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_are_whole),
        cmocka_unit_test(test_a_step_may_name_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
