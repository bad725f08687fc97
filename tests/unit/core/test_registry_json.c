#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <math.h>

#include "shikumen/base/clock.h"
#include "shikumen/core/registry_json.h"
#include "shipped_files.h"

#define DAY_US US_PER_DAY

static struct registry *parse_shipped(const struct shipped *s)
{
    struct source_text text = {"registry.json", s->registry.data, s->registry.len};
    struct fault_list faults = {0};
    struct registry *r = NULL;

    if (registry_parse(&text, s->sources, s->count, &faults, &r) != ERR_OK)
        fault_print(&faults, 2);
    assert_int_equal(faults.count, 0);
    assert_non_null(r);
    fault_list_free(&faults);
    return r;
}

static const struct limit_set *find_set(const struct registry *r, const char *name)
{
    for (size_t i = 0; i < r->limit_set_count; i++)
        if (strcmp(r->limit_sets[i].name, name) == 0)
            return &r->limit_sets[i];
    fail_msg("no set %s", name);
    return NULL;
}

static const struct sensor *find_sensor(const struct registry *r, const char *id)
{
    uint32_t i = registry_sensor(r, id, strlen(id));

    assert_int_not_equal(i, REGISTRY_NONE);
    return &r->sensors[i];
}

static void shipped_sets_are_sound(void **state)
{
    struct registry *r = parse_shipped(*state);

    assert_int_equal(r->limit_set_count, 16);
    for (size_t i = 0; i < r->limit_set_count; i++) {
        const struct limit_set *set = &r->limit_sets[i];
        assert_true(set->count > 0 && *set->title_zh && *set->title_en);
        assert_string_not_equal(set->title_zh, set->title_en);
        for (size_t j = 0; j < set->count; j++) {
            const struct limit *l = &set->limits[j];
            assert_true(j == 0 || l->level <= set->limits[j - 1].level);
            assert_true(*l->source && *l->clause && strchr("VSCJM", l->mark));
            assert_true(l->below ? l->clear > l->value : l->clear < l->value);
            assert_true((l->of == LIMIT_RATE) == (l->window_us > 0));
        }
    }
    registry_free(r);
}

/* Level, kind, value, persistence and mark of one shipped limit. */
static void assert_limit(const struct limit_set *set, size_t i, int level, enum limit_of of,
                         double value, int64_t persist_us, char mark)
{
    assert_true(i < set->count);
    assert_int_equal(set->limits[i].level, level);
    assert_int_equal(set->limits[i].of, of);
    assert_true(fabs(set->limits[i].value - value) < 1e-12);
    assert_true(set->limits[i].persist_us == persist_us);
    assert_int_equal(set->limits[i].mark, mark);
}

static void shipped_ladder(void **state)
{
    struct registry *r = parse_shipped(*state);
    const struct limit_set *set = find_set(r, "crack-default");

    assert_limit(set, 0, 4, LIMIT_CHANGE, 1.0, DAY_US, 'V');
    assert_limit(set, 1, 3, LIMIT_CHANGE, 0.5, DAY_US, 'J');
    assert_limit(set, 2, 2, LIMIT_CHANGE, 0.1, DAY_US, 'J');
    assert_true(set->limits[0].clear_persist_us == 7 * DAY_US);
    assert_limit(find_set(r, "crack-absolute"), 0, 4, LIMIT_VALUE, 1.0, DAY_US, 'M');
    assert_limit(find_set(r, "wall-lean"), 0, 4, LIMIT_VALUE, 7, DAY_US, 'M');
    assert_limit(find_set(r, "house-tilt"), 0, 4, LIMIT_VALUE, 30, DAY_US, 'S');
    assert_limit(find_set(r, "house-tilt"), 2, 2, LIMIT_VALUE, 4, DAY_US, 'M');
    assert_limit(find_set(r, "tilt-change"), 0, 4, LIMIT_CHANGE, 2, DAY_US, 'S');
    assert_limit(find_set(r, "strain-default"), 0, 4, LIMIT_CHANGE, 1500, DAY_US, 'S');
    set = find_set(r, "settlement-natural");
    assert_limit(set, 0, 4, LIMIT_RATE, 4, 30 * DAY_US, 'S');
    assert_true(set->limits[0].window_us == 30 * DAY_US);
    assert_limit(set, 2, 2, LIMIT_RATE, 4, DAY_US, 'M');
    assert_true(set->limits[2].window_us == 100 * DAY_US);
    set = find_set(r, "settlement-works");
    assert_limit(set, 0, 4, LIMIT_RATE, 2, US_PER_HOUR, 'S');
    assert_true(set->limits[0].window_us == DAY_US);
    set = find_set(r, "vibration-permanent");
    assert_limit(set, 0, 4, LIMIT_EVENT, 2.5, 0, 'S');
    assert_limit(set, 1, 4, LIMIT_EVENT, 0.45, 0, 'M');
    assert_null(set->limits[0].curve);
    set = find_set(r, "beam-moisture");
    assert_limit(set, 0, 4, LIMIT_VALUE, 28, 7200 * (int64_t)1000000, 'J');
    assert_limit(set, 1, 4, LIMIT_VALUE, 25, 14 * DAY_US, 'J');
    assert_limit(set, 3, 2, LIMIT_VALUE, 18, 30 * DAY_US, 'J');
    assert_limit(find_set(r, "frequency-loss"), 0, 4, LIMIT_PERCENT_CHANGE, 5, 7 * DAY_US, 'J');
    assert_limit(find_set(r, "leak"), 0, 3, LIMIT_VALUE, 1, 0, 'J');
    set = find_set(r, "battery-low");
    assert_limit(set, 0, 1, LIMIT_VALUE, 2.9, DAY_US, 'J');
    assert_true(set->limits[0].below);
    set = find_set(r, "battery-percent-low");
    assert_limit(set, 1, 1, LIMIT_VALUE, 20, DAY_US, 'J');
    assert_limit(set, 0, 2, LIMIT_VALUE, 10, DAY_US, 'J');
    assert_true(set->limits[0].below && set->limits[1].below);
    registry_free(r);
}

/* DIN 4150-3:1999-02 figure 1 against the curves as shipped. */
static void shipped_curves_are_din(void **state)
{
    static const double f[] = {1, 10, 12, 18, 20, 25, 30, 40, 50, 63, 80, 100, 150};
    static const double line2[] = {5, 5, 5.5, 7, 7.5, 8.75, 10, 12.5, 15, 16.3, 18, 20, 20};
    static const double line3[] = {3, 3, 3.25, 4, 4.25, 4.875, 5.5, 6.75, 8, 8.52, 9.2, 10, 10};
    static const double factors[] = {1.0, 0.8, 0.6};
    struct registry *r = parse_shipped(*state);
    const struct limit_set *sets[] = {find_set(r, "vibration-din-dwelling"),
                                      find_set(r, "vibration-din-listed")};

    for (size_t s = 0; s < 2; s++)
        for (size_t i = 0; i < sets[s]->count; i++) {
            const struct limit *l = &sets[s]->limits[i];
            assert_limit(sets[s], i, 4 - (int)i, LIMIT_EVENT, factors[i], 0, i == 0 ? 'S' : 'J');
            for (size_t k = 0; k < 13; k++)
                assert_true(fabs(curve_at(l->curve, l->curve_len, f[k]) -
                                 (s == 0 ? line2 : line3)[k]) < 1e-12);
        }
    registry_free(r);
}

static void example_houses_and_nodes(void **state)
{
    struct registry *r = parse_shipped(*state);
    const struct house *h = &r->houses[0];
    const struct node *n;

    assert_string_equal(r->district_id, "huangpu-01");
    assert_string_equal(r->timezone, "Asia/Shanghai");
    assert_int_equal(r->house_count, 2);
    assert_int_equal(r->element_count, 6);
    assert_int_equal(r->sensor_count, 13);
    assert_string_equal(h->lane, "L01");
    assert_int_equal(h->built_year, 1925);
    assert_int_equal(h->protection, PROTECTION_CITY);
    assert_int_equal(h->adjoining_count, 1);
    assert_int_equal(h->adjoining[0], 1);
    assert_int_equal(h->plan_count, 4);
    assert_true(h->plan[2].east_m == 4.1 && h->plan[2].north_m == 12);
    assert_true(h->plan[3].east_m == 0 && h->plan[3].north_m == 12);
    assert_int_equal(r->elements[registry_element(r, "H002/party-wall")].house, 1);
    assert_true(r->elements[registry_element(r, "H002/party-wall")].weight == 1.5);
    assert_int_equal(r->node_count, 4);
    n = &r->nodes[registry_node(r, "H001/n1", 7)];
    assert_string_equal(n->id, "H001/n1");
    assert_int_equal(n->house, 0);
    assert_int_equal(n->sensor_count, 4);
    for (size_t i = 0; i < n->sensor_count; i++)
        assert_memory_equal(r->sensors[n->sensors[i]].id, "H001/n1/", 8);
    registry_free(r);
}

static void example_sensors(void **state)
{
    struct registry *r = parse_shipped(*state);
    const struct sensor *s = find_sensor(r, "H001/n1/crack-1");
    int64_t repair_us = 1772323200 * US_PER_S;

    assert_int_equal(s->house, 0);
    assert_true(s->period_us == 600 * US_PER_S && s->resolution == 0.01);
    assert_true(s->quality.fail_min == -5 && s->quality.fail_max == 25);
    assert_true(s->installed_us == 1768435200 * US_PER_S);
    assert_int_equal(s->environment_count, 2);
    assert_string_equal(r->sensors[s->environment[1]].id, "H001/n2/rh-in");
    assert_string_equal(s->limits->name, "crack-default");
    s = find_sensor(r, "H001/n1/tilt-x");
    assert_string_equal(s->unit_text, "deg");
    assert_string_equal(s->canonical_unit, "mm/m");
    assert_true(fabs(s->quality.fail_max - 1000 * tan(15 * M_PI / 180)) < 1e-9);
    s = find_sensor(r, "H002/n1/crack-1");
    assert_true(s->resolution == 0.01 && s->quality.spike_suspect == 0.15);
    assert_true(s->quality.fail_min == -5 && s->quality.flat_suspect_us == 5 * DAY_US);
    assert_string_equal(s->limits->name, "H002/n1/crack-1");
    assert_true(s->limits->limits[0].value == 0.6 && s->limits->limits[0].clear == 0.54);
    assert_int_equal(find_sensor(r, "H001/n3/f1")->mode, 1);
    assert_string_equal(find_sensor(r, "H001/n1/t-wall")->medium, "wall");
    assert_true(registry_baseline_start_us(r, (uint32_t)(s - r->sensors), INT64_MAX) == repair_us);
    assert_true(registry_baseline_start_us(r, 0, INT64_MAX) == INT64_MIN);
    registry_free(r);
}

/* A registry of one house and the given sensors and epochs; it must be sound. */
static struct registry *parse_sensors(const struct shipped *s, const char *sensors,
                                      const char *epochs)
{
    struct strbuf b = {0};
    struct fault_list faults = {0};
    struct source_text text = {.file = "r"};
    struct registry *r = NULL;

    strbuf_printf(&b,
                  "{\"district\":{\"id\":\"D\"},\"houses\":[{\"id\":\"H\"}],\"sensors\":[%s],"
                  "\"epochs\":[%s]}",
                  sensors, epochs);
    text.text = b.data;
    text.len = b.len;
    if (registry_parse(&text, s->sources, s->count, &faults, &r) != ERR_OK)
        fault_print(&faults, 2);
    assert_non_null(r);
    fault_list_free(&faults);
    strbuf_free(&b);
    return r;
}

static void limits_in_place(void **state)
{
    struct registry *r = parse_sensors(
        *state,
        "{\"id\":\"a\",\"quantity\":\"temperature\",\"unit\":\"K\",\"period_s\":60,\"limits\":["
        "{\"level\":1,\"of\":\"value\",\"value\":273.15,\"clear\":275.15,\"unit\":\"K\"},"
        "{\"level\":3,\"of\":\"change\",\"value\":20,\"unit\":\"K\",\"persist_s\":5,\"clear\":null}"
        ","
        "{\"level\":1,\"of\":\"value\",\"value\":40,\"unit\":\"Cel\",\"source\":\"me\",\"mark\":"
        "\"C\"},"
        "{\"level\":4,\"of\":\"rate\",\"value\":-2,\"unit\":\"Cel\",\"window_s\":0.5}]}",
        "");
    const struct limit_set *set = r->sensors[0].limits;
    const struct limit *l = set->limits;

    assert_int_equal(set->count, 4);
    assert_true(l[0].level == 4 && l[1].level == 3 && l[2].level == 1 && l[3].level == 1);
    assert_true(l[0].value == -2 && l[0].clear < -2 && !l[0].below && l[0].window_us == 500000);
    assert_true(l[1].value == 20 && l[1].clear == 18 && l[1].clear_persist_us == 5 * US_PER_S);
    assert_true(l[2].value == 0 && l[2].clear == 2 && l[2].below && l[2].shown_value == 273.15);
    assert_string_equal(l[2].unit, "K");
    assert_true(l[2].mark == 'J' && *l[2].source == '\0' && *l[2].edition == '\0');
    assert_true(l[3].value == 40 && l[3].clear == 36 && l[3].mark == 'C');
    registry_free(r);
}

static void quality_overrides(void **state)
{
    struct registry *r = parse_sensors(
        *state,
        "{\"id\":\"a\",\"quantity\":\"crack_width\",\"unit\":\"um\",\"period_s\":60,\"range\":[-"
        "5000,"
        "25000],\"quality\":{\"gap_s\":null,\"suspect\":[null,20000],\"spike_suspect\":null,"
        "\"spike_fail\":700,\"rate_suspect_per_h\":360,\"rate_fail_per_h\":null,"
        "\"rate_min_step\":null,\"flat_tolerance\":20,\"flat_suspect_s\":null,\"flat_fail_s\":9,"
        "\"attenuated_suspect\":3,\"attenuated_window_s\":3600}},"
        "{\"id\":\"b\",\"quantity\":\"crack_width\",\"unit\":\"um\",\"period_s\":60,"
        "\"quality\":{\"fail\":null}}",
        "");
    const struct quality_config *c = &r->sensors[0].quality;
    struct quality_config standard = quality_config_default(Q_CRACK_WIDTH, 0, 60 * US_PER_S);

    assert_true(c->gap_us == 0 && c->fail_min == -5 && c->fail_max == 25);
    assert_true(isnan(c->suspect_min) && c->suspect_max == 20);
    assert_true(isnan(c->spike_suspect) && c->spike_fail == 0.7);
    assert_true(fabs(c->rate_suspect_per_s - 0.0001) < 1e-15 && isnan(c->rate_fail_per_s));
    assert_true(c->rate_min_step == 0 && c->flat_tolerance == 0.02);
    assert_true(c->flat_suspect_us == 0 && c->flat_fail_us == 9 * US_PER_S);
    assert_true(c->attenuated_suspect == 0.003 && isnan(c->attenuated_fail));
    assert_true(c->attenuated_window_us == US_PER_HOUR);
    c = &r->sensors[1].quality;
    assert_true(isnan(c->fail_min) && isnan(c->fail_max));
    assert_true(c->rate_suspect_per_s == standard.rate_suspect_per_s);
    assert_true(c->flat_fail_us == standard.flat_fail_us && c->gap_us == 300 * US_PER_S);
    registry_free(r);
}

/* A node is named, or is the id up to its last slash when that has two parts. */
static void nodes_of_sensors(void **state)
{
#define RAIN(id, more)                                                                             \
    "{\"id\":\"" id "\",\"quantity\":\"rain\",\"unit\":\"mm\",\"period_s\":1" more "}"
    struct registry *r =
        parse_sensors(*state,
                      RAIN("H/n/a", ",\"house\":\"H\"") "," RAIN("H/n/b/c", "") "," RAIN(
                          "weather/rain", "") "," RAIN("x", ",\"node\":\"H/n\"") "," RAIN("y", ""),
                      "");

    assert_int_equal(r->node_count, 1);
    assert_string_equal(r->nodes[0].id, "H/n");
    assert_int_equal(r->nodes[0].sensor_count, 2);
    assert_int_equal(r->nodes[0].sensors[0], 0);
    assert_int_equal(r->nodes[0].sensors[1], 3);
    assert_int_equal(r->nodes[0].house, REGISTRY_NONE); /* one of them names none */
    for (uint32_t i = 1; i < 5; i++)
        assert_int_equal(r->sensors[i].node, i == 3 ? 0 : REGISTRY_NONE);
    registry_free(r);
}

static void epochs_come_in_order(void **state)
{
    struct registry *r = parse_sensors(
        *state, "",
        "{\"t\":\"2026-03-03\",\"scope\":\"H\",\"kind\":\"repair\"},"
        "{\"t\":\"2026-03-01T08:00:00+08:00\",\"scope\":\"D\",\"kind\":\"vacant\","
        "\"until\":\"2026-03-02\"},"
        "{\"t\":\"2026-03-02\",\"scope\":\"H\",\"kind\":\"excavation\",\"note\":\"metro\"}");

    assert_int_equal(r->epoch_count, 3);
    assert_int_equal(r->epochs[0].kind, EPOCH_VACANT);
    assert_true(r->epochs[0].t_us == 1772323200 * US_PER_S);
    assert_true(r->epochs[0].until_us == r->epochs[1].t_us);
    assert_string_equal(r->epochs[1].note, "metro");
    assert_true(r->epochs[2].until_us == INT64_MAX);
    registry_free(r);
}

/* What was read stands on its own: the texts may go. */
static void registry_owns_what_it_needs(void **state)
{
    const struct shipped *s = *state;
    char *copy = malloc(s->registry.len);
    struct source_text text = {"r", copy, s->registry.len};
    struct fault_list faults = {0};
    struct registry *r;

    assert_non_null(copy);
    memcpy(copy, s->registry.data, s->registry.len);
    assert_int_equal(registry_parse(&text, s->sources, s->count, &faults, &r), ERR_OK);
    memset(copy, 'x', s->registry.len);
    free(copy);
    assert_string_equal(find_sensor(r, "H001/n3/ppv")->limits->limits[0].source, "DIN 4150-3");
    registry_free(r);
    fault_list_free(&faults);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shipped_sets_are_sound), cmocka_unit_test(shipped_ladder),
        cmocka_unit_test(shipped_curves_are_din), cmocka_unit_test(example_houses_and_nodes),
        cmocka_unit_test(example_sensors),        cmocka_unit_test(limits_in_place),
        cmocka_unit_test(quality_overrides),      cmocka_unit_test(nodes_of_sensors),
        cmocka_unit_test(epochs_come_in_order),   cmocka_unit_test(registry_owns_what_it_needs),
    };

    return cmocka_run_group_tests(tests, load_shipped, free_shipped);
}
