/* Epochs added to a registry, and which one comes next. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "shikumen/core/registry_json.h"

#define DAY_US (86400 * INT64_C(1000000))
#define T0_US  INT64_C(1704067200000000) /* 2024-01-01T00:00:00Z */

static const char document[] =
    "{\"district\":{\"id\":\"d1\"},\"houses\":[{\"id\":\"H1\",\"lane\":\"L1\",\"row\":\"R1\","
    "\"elements\":[{\"id\":\"H1/wall\",\"kind\":\"wall\"}]},{\"id\":\"H2\"}],\"sensors\":["
    "{\"id\":\"H1/n1/c\",\"element\":\"H1/wall\",\"quantity\":\"crack_width\",\"unit\":\"mm\","
    "\"period_s\":600},{\"id\":\"H2/n1/c\",\"house\":\"H2\",\"quantity\":\"crack_width\","
    "\"unit\":\"mm\",\"period_s\":600}],\"epochs\":[{\"t\":\"2024-01-05T00:00:00Z\","
    "\"scope\":\"H1\",\"kind\":\"repair\"}]}";

static struct registry *parse(void)
{
    const struct source_text source = {"registry.json", document, sizeof document - 1};
    struct fault_list faults = {0};
    struct registry *r;

    assert_int_equal(registry_parse(&source, NULL, 0, &faults, &r), ERR_OK);
    fault_list_free(&faults);
    return r;
}

static enum err add(struct registry *r, const char *text, struct fault_list *faults)
{
    return registry_add_epochs(r, &(struct source_text){"e.json", text, strlen(text)}, faults);
}

static void test_added_in_order_of_time(void **state)
{
    static const char *const forms[] = {
        "[{\"t\":\"2024-01-09T00:00:00Z\",\"scope\":\"L1\",\"kind\":\"rezero\"},"
        "{\"t\":\"2024-01-02T00:00:00Z\",\"scope\":\"H2/n1/c\",\"kind\":\"sensor_swap\"},"
        "{\"t\":\"2024-01-03T00:00:00Z\",\"scope\":\"R1\",\"kind\":\"excavation\"}]",
        "{\"note\":\"n\",\"epochs\":["
        "{\"t\":\"2024-01-03T00:00:00Z\",\"scope\":\"R1\",\"kind\":\"excavation\"},"
        "{\"t\":\"2024-01-02T00:00:00Z\",\"scope\":\"H2/n1/c\",\"kind\":\"sensor_swap\"},"
        "{\"t\":\"2024-01-09T00:00:00Z\",\"scope\":\"L1\",\"kind\":\"rezero\"}]}",
    };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct fault_list faults = {0};
        struct registry *r = parse();
        assert_int_equal(add(r, forms[i], &faults), ERR_OK);
        assert_int_equal(r->epoch_count, 4);
        assert_string_equal(r->epochs[0].scope, "H2/n1/c");
        assert_string_equal(r->epochs[1].scope, "R1");
        assert_string_equal(r->epochs[2].scope, "H1");
        assert_string_equal(r->epochs[3].scope, "L1");
        registry_free(r);
        fault_list_free(&faults);
    }
}

static void test_the_next_one_that_starts_a_baseline(void **state)
{
    struct fault_list faults = {0};
    struct registry *r = parse();

    (void)state;
    assert_int_equal(add(r,
                         "[{\"t\":\"2024-01-03T00:00:00Z\",\"scope\":\"d1\",\"kind\":\"vacant\"},"
                         "{\"t\":\"2024-01-09T00:00:00Z\",\"scope\":\"d1\",\"kind\":\"rezero\"}]",
                         &faults),
                     ERR_OK);
    assert_true(registry_next_baseline_us(r, INT64_MIN) == T0_US + 4 * DAY_US);
    assert_true(registry_next_baseline_us(r, T0_US + 4 * DAY_US - 1) == T0_US + 4 * DAY_US);
    assert_true(registry_next_baseline_us(r, T0_US + 4 * DAY_US) == T0_US + 8 * DAY_US);
    assert_true(registry_next_baseline_us(r, T0_US + 8 * DAY_US) == INT64_MAX);
    assert_true(registry_baseline_start_us(r, 0, T0_US + 4 * DAY_US) == T0_US + 4 * DAY_US);
    assert_true(registry_baseline_start_us(r, 1, T0_US + 4 * DAY_US) == INT64_MIN);
    registry_free(r);
    fault_list_free(&faults);
}

static void test_faults_leave_it_as_it_was(void **state)
{
    static const char *const broken[] = {
        "",
        "7",
        "{\"epoch\":[]}",
        "{\"epochs\":{}}",
        "[{\"t\":\"2024-01-09T00:00:00Z\",\"scope\":\"H1\",\"kind\":\"rezero\"},{}]",
        "[{\"t\":\"2024-01-09T00:00:00Z\",\"scope\":\"H9\",\"kind\":\"rezero\"}]",
        "[{\"t\":\"2024-01-09T00:00:00Z\",\"scope\":\"H1\",\"kind\":\"party\"}]",
        "[{\"t\":\"soon\",\"scope\":\"H1\",\"kind\":\"repair\"}]",
        "[[]]",
    };

    (void)state;
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        struct fault_list faults = {0};
        struct registry *r = parse();
        assert_int_equal(add(r, broken[i], &faults), ERR_CONFIG);
        assert_true(faults.count > 0);
        assert_string_equal(faults.first->file, "e.json");
        assert_int_equal(r->epoch_count, 1);
        assert_true(r->epochs[0].t_us == T0_US + 4 * DAY_US);
        registry_free(r);
        fault_list_free(&faults);
    }
}

static void test_none_to_add(void **state)
{
    struct fault_list faults = {0};
    struct registry *r = parse();

    (void)state;
    assert_int_equal(add(r, "[]", &faults), ERR_OK);
    assert_int_equal(add(r, "{}", &faults), ERR_OK);
    assert_int_equal(r->epoch_count, 1);
    registry_free(r);
    fault_list_free(&faults);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_added_in_order_of_time),
        cmocka_unit_test(test_the_next_one_that_starts_a_baseline),
        cmocka_unit_test(test_faults_leave_it_as_it_was),
        cmocka_unit_test(test_none_to_add),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
