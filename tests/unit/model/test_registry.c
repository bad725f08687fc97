#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shikumen/model/registry.h"

/* One lane, two houses in different rows, one element and three sensors; the epochs are given. */
static struct registry *make(const struct epoch *epochs, size_t count)
{
    static const char *const sensors[] = {"H1/n1/crack", "H2/n1/crack", "weather/rain"};
    struct registry *r = calloc(1, sizeof *r);

    assert_non_null(r);
    r->district_id = "D";
    r->houses = arena_array(&r->arena, 2, sizeof *r->houses);
    r->houses[0] = (struct house){.id = "H1", .lane = "L1", .row = "R1"};
    r->houses[1] = (struct house){.id = "H2", .lane = "L1", .row = ""};
    r->house_count = 2;
    r->elements = arena_array(&r->arena, 1, sizeof *r->elements);
    r->elements[0] = (struct element){.id = "H1/wall", .house = 0};
    r->element_count = 1;
    r->sensors = arena_array(&r->arena, 3, sizeof *r->sensors);
    for (uint32_t i = 0; i < 3; i++) {
        r->sensors[i] = (struct sensor){.id = sensors[i],
                                        .house = i < 2 ? i : REGISTRY_NONE,
                                        .element = i == 0 ? 0 : REGISTRY_NONE};
        assert_int_equal(strmap_put(&r->sensor_by_id, sensors[i], strlen(sensors[i]), i), ERR_OK);
    }
    r->sensor_count = 3;
    assert_int_equal(strmap_put(&r->house_by_id, "H1", 2, 0), ERR_OK);
    assert_int_equal(strmap_put(&r->house_by_id, "H2", 2, 1), ERR_OK);
    assert_int_equal(strmap_put(&r->element_by_id, "H1/wall", 7, 0), ERR_OK);
    assert_int_equal(strmap_put(&r->node_by_id, "H1/n1", 5, 0), ERR_OK);
    r->epochs = arena_array(&r->arena, count, sizeof *r->epochs);
    memcpy(r->epochs, epochs, count * sizeof *epochs);
    r->epoch_count = count;
    return r;
}

static void lookups(void **state)
{
    static const struct epoch none[] = {{.scope = "D"}};
    struct registry *r = make(none, 0);

    (void)state;
    assert_int_equal(registry_sensor(r, "H2/n1/crack-and-more", 11), 1);
    assert_int_equal(registry_sensor(r, "H2/n1/crac", 10), REGISTRY_NONE);
    assert_int_equal(registry_house(r, "H2"), 1);
    assert_int_equal(registry_house(r, "H3"), REGISTRY_NONE);
    assert_int_equal(registry_element(r, "H1/wall"), 0);
    assert_int_equal(registry_element(r, ""), REGISTRY_NONE);
    assert_int_equal(registry_node(r, "H1/n1/x", 5), 0);
    assert_true(registry_baseline_start_us(r, 0, 100) == INT64_MIN);
    registry_free(r);
    registry_free(NULL);
}

/* Every scope that holds the sensor starts its baseline, no other does. */
static void every_scope(void **state)
{
    static const struct {
        const char *scope;
        bool holds[3];
    } cases[] = {
        {"H1/n1/crack", {true, false, false}}, {"H1/wall", {true, false, false}},
        {"H1", {true, false, false}},          {"R1", {true, false, false}},
        {"L1", {true, true, false}},           {"D", {true, true, true}},
        {"H2", {false, true, false}},          {"weather/rain", {false, false, true}},
        {"", {false, false, false}},           {"H", {false, false, false}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct epoch e = {.t_us = 50, .scope = cases[i].scope, .kind = EPOCH_REZERO};
        struct registry *r = make(&e, 1);
        for (uint32_t s = 0; s < 3; s++)
            assert_true(registry_baseline_start_us(r, s, 50) ==
                        (cases[i].holds[s] ? 50 : INT64_MIN));
        registry_free(r);
    }
}

static void latest_not_after_now(void **state)
{
    static const struct epoch epochs[] = {
        {.t_us = 10, .scope = "H1/n1/crack", .kind = EPOCH_REPAIR},
        {.t_us = 20, .scope = "H1", .kind = EPOCH_EXCAVATION},
        {.t_us = 30, .scope = "H1", .kind = EPOCH_SENSOR_SWAP},
        {.t_us = 35, .scope = "H2", .kind = EPOCH_REZERO},
        {.t_us = 40, .until_us = 50, .scope = "H1/wall", .kind = EPOCH_RENOVATION},
        {.t_us = 60, .scope = "D", .kind = EPOCH_VACANT},
    };
    struct registry *r = make(epochs, 6);

    (void)state;
    assert_true(registry_baseline_start_us(r, 0, 9) == INT64_MIN);
    assert_true(registry_baseline_start_us(r, 0, 10) == 10);
    assert_true(registry_baseline_start_us(r, 0, 29) == 10);
    assert_true(registry_baseline_start_us(r, 0, 39) == 30);
    assert_true(registry_baseline_start_us(r, 0, 49) == 40);
    assert_true(registry_baseline_start_us(r, 0, 1000) == 50);
    assert_true(registry_next_baseline_us(r, 40) == 50);
    assert_true(registry_next_baseline_us(r, 50) == INT64_MAX);
    assert_true(registry_baseline_start_us(r, 1, 1000) == 35);
    assert_true(registry_baseline_start_us(r, 2, 1000) == INT64_MIN);
    registry_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lookups),
        cmocka_unit_test(every_scope),
        cmocka_unit_test(latest_not_after_now),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
