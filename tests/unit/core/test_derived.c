/* Derived quantities: every one that findings can name is found, with words and its ladder. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shikumen/core/derived.h"
#include "shikumen/core/doses.h"

static void check(const char *name)
{
    struct derived d;

    assert_true(derived_find(name, &d));
    assert_string_equal(d.name, name);
    assert_true(*d.zh && *d.en && d.unit);
    assert_true(d.n > 0);
    for (size_t i = 0; i < d.n; i++) {
        assert_ptr_equal(derived_limit(&d, d.rows[i].level, d.rows[i].value), &d.rows[i]);
        assert_true(i == 0 || d.rows[i].level <= d.rows[i - 1].level);
    }
    assert_null(derived_limit(&d, 4, -1));
}

static void every_one_is_found(void **state)
{
    (void)state;
    for (int m = 0; m < DOSE_MEASURES; m++)
        check(dose_measure_name((enum dose_measure)m));
    check(DERIVED_WORKS);
}

static void nothing_else_is(void **state)
{
    struct derived d;

    (void)state;
    assert_false(derived_find(NULL, &d));
    assert_false(derived_find("", &d));
    assert_false(derived_find("crack_width", &d));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_one_is_found),
        cmocka_unit_test(nothing_else_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
