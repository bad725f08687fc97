#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "shikumen/base/err.h"

static void test_every_code_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (int a = ERR_CLOSED; a <= ERR_OK; a++) {
        assert_string_not_equal(err_name((enum err)a), "unknown");
        for (int b = ERR_CLOSED; b < a; b++)
            assert_string_not_equal(err_name((enum err)a), err_name((enum err)b));
    }
    assert_string_equal(err_name(ERR_FULL), "full");
    assert_string_equal(err_name(ERR_BUSY), "busy");
}

static void test_a_foreign_code_still_has_a_name(void **state)
{
    (void)state;
    assert_string_equal(err_name((enum err) - 1000), "unknown");
    assert_string_equal(err_name((enum err)7), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_code_has_a_name_of_its_own),
        cmocka_unit_test(test_a_foreign_code_still_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
