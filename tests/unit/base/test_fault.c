#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <unistd.h>

#include "shikumen/base/fault.h"

static void assert_prints(const struct fault_list *list, const char *expected)
{
    char text[4096];
    ssize_t n;
    int fds[2];

    assert_int_equal(pipe(fds), 0);
    fault_print(list, fds[1]);
    close(fds[1]);
    n = read(fds[0], text, sizeof text - 1);
    close(fds[0]);
    assert_true(n >= 0);
    text[n] = '\0';
    assert_string_equal(text, expected);
}

static void test_all_are_printed_in_the_order_found(void **state)
{
    struct fault_list list = {0};
    char file[] = "a.conf";

    (void)state;
    assert_prints(&list, "");
    fault_add(&list, file, 12, "%s: \"%s\" is not known", "mqtt.prot", "x");
    file[0] = 'b'; /* the list has its own copy */
    fault_add(&list, file, 3, "port: 0 (1..65535)");
    fault_add(&list, "registry.json", 0, "sensors[%d].unit: \"cm\"", 12);
    assert_int_equal(list.count, 3);
    assert_prints(&list, "a.conf:12: mqtt.prot: \"x\" is not known\n"
                         "b.conf:3: port: 0 (1..65535)\n"
                         "registry.json: sensors[12].unit: \"cm\"\n");
    fault_list_free(&list);
    assert_int_equal(list.count, 0);
    assert_null(list.first);
    fault_add(&list, "c", 1, "again");
    assert_prints(&list, "c:1: again\n");
    fault_list_free(&list);
}

static void test_one_fault_is_one_line(void **state)
{
    struct fault_list list = {0};

    (void)state;
    fault_add(&list, "f", 1, "\"%s\" is not known", "a\nb\x1b[31m石");
    assert_prints(&list, "f:1: \"a b [31m石\" is not known\n");
    fault_list_free(&list);
}

static void test_long_text_is_kept_whole(void **state)
{
    struct fault_list list = {0};

    (void)state;
    fault_add(&list, "f", 1, "%5000d", 7);
    assert_int_equal(strlen(list.first->text), 5000);
    fault_list_free(&list);
}

static void test_suggestion(void **state)
{
    static const char *const words[] = {
        "host", "port", "client_id", "keepalive_s", "session_expiry_s", "username", "tls_ca"};
    const size_t n = sizeof words / sizeof *words;

    (void)state;
    assert_string_equal(fault_suggest("poort", words, n), "port");
    assert_string_equal(fault_suggest("clientid", words, n), "client_id");
    assert_string_equal(fault_suggest("keepalive", words, n), "keepalive_s");
    assert_string_equal(fault_suggest("usernane", words, n), "username");
    assert_string_equal(fault_suggest("userrnamme", words, n), "username");
    assert_string_equal(fault_suggest("tls_cb", words, n), "tls_ca");
    assert_string_equal(fault_suggest("hosst", words, n), "host");
    assert_string_equal(fault_suggest("port", words, n), "port");
    assert_null(fault_suggest("keepal", words, n));
    assert_null(fault_suggest("usrnamme_x", words, n));
    assert_null(fault_suggest("hots", words, n)); /* 2 is not below half of 4 */
    assert_null(fault_suggest("", words, n));
    assert_null(fault_suggest("x", words, n));
    assert_null(fault_suggest("port", words, 0));
}

static void test_the_nearest_is_suggested_and_the_first_of_equals(void **state)
{
    static const char *const words[] = {"walls", "walled", "walk", "wall"};

    (void)state;
    assert_string_equal(fault_suggest("wallx", words, 4), "walls");
    assert_string_equal(fault_suggest("wallsed", words, 4), "walled");
    assert_string_equal(fault_suggest("wall", words, 4), "wall");
    assert_string_equal(fault_suggest("wallxy", words + 2, 2), "wall");
}

/* The textbook table, to compare with. */
static size_t levenshtein(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);
    size_t d[16][16];

    for (size_t i = 0; i <= n; i++)
        for (size_t k = 0; k <= m; k++) {
            if (i == 0 || k == 0) {
                d[i][k] = i + k;
                continue;
            }
            d[i][k] = d[i - 1][k - 1] + (a[i - 1] != b[k - 1]);
            if (d[i - 1][k] + 1 < d[i][k])
                d[i][k] = d[i - 1][k] + 1;
            if (d[i][k - 1] + 1 < d[i][k])
                d[i][k] = d[i][k - 1] + 1;
        }
    return d[n][m];
}

static void random_word(char word[16], uint64_t *random)
{
    *random = *random * 6364136223846793005ULL + 1442695040888963407ULL;
    size_t n = (*random >> 40) % 9;

    for (size_t i = 0; i < n; i++)
        word[i] = (char)('a' + (*random >> (20 + 2 * i)) % 3);
    word[n] = '\0';
}

static void test_agrees_with_the_levenshtein_table(void **state)
{
    uint64_t random = 5;
    unsigned near = 0;

    (void)state;
    for (int i = 0; i < 100000; i++) {
        char word[16], other[16];
        const char *candidate = other;
        size_t d;

        random_word(word, &random);
        random_word(other, &random);
        d = levenshtein(word, other);
        int expected = d == 0 ? *word != '\0' : d <= 2 && 2 * d < strlen(word);
        if (*word == '\0')
            continue;
        assert_int_equal(fault_suggest(word, &candidate, 1) != NULL, expected);
        near += expected != 0;
    }
    assert_true(near > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_are_printed_in_the_order_found),
        cmocka_unit_test(test_one_fault_is_one_line),
        cmocka_unit_test(test_long_text_is_kept_whole),
        cmocka_unit_test(test_suggestion),
        cmocka_unit_test(test_the_nearest_is_suggested_and_the_first_of_equals),
        cmocka_unit_test(test_agrees_with_the_levenshtein_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
