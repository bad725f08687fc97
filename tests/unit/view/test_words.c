/* Everything that is stored has a word in both languages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "shikumen/view/words.h"

static void check(const char *zh, const char *en)
{
    assert_non_null(zh);
    assert_non_null(en);
    assert_true(*zh && *en && strcmp(zh, en) != 0);
}

static void test_everything_has_a_word(void **state)
{
    const struct desk zh = {.language = DESK_ZH}, en = {.language = DESK_EN};

    (void)state;
    for (enum alert_event e = 0; e < EVENT_COUNT; e++)
        check(word_event(&zh, e), word_event(&en, e));
    for (enum alert_kind k = 0; k < KIND_COUNT; k++)
        check(word_kind(&zh, k), word_kind(&en, k));
    for (enum alert_category c = 0; c < CATEGORY_COUNT; c++)
        check(word_category(&zh, c), word_category(&en, c));
}

static void test_what_is_not_known_is_a_question_mark(void **state)
{
    const struct desk zh = {.language = DESK_ZH};

    (void)state;
    assert_string_equal(word_event(&zh, EVENT_COUNT), "?");
    assert_string_equal(word_kind(&zh, KIND_COUNT), "?");
    assert_string_equal(word_category(&zh, CATEGORY_COUNT), "?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_everything_has_a_word),
        cmocka_unit_test(test_what_is_not_known_is_a_question_mark),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
