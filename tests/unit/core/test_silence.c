/* Silence of sensors, nodes and houses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shikumen/core/silence.h"

#define SECOND 1000000LL
#define PERIOD (600 * SECOND)
#define T0     (1767225600 * SECOND)
#define NEVER  INT64_MIN

enum { CRACK, TILT, BATTERY, LONE, SENSORS };
enum { NODE, OTHER_NODE, NODES };
enum { HOUSE, EMPTY_HOUSE, HOUSES };

/* A house with a node of three sensors, one of them its battery, and a sensor without a node. */
struct lane {
    struct sensor sensors[SENSORS];
    struct node nodes[NODES];
    struct house houses[HOUSES];
    uint32_t of_node[3];
    struct registry registry;
    int64_t last_rx_us[SENSORS];
    bool node_offline[NODES];
    struct silence_input in;
};

static void lane_make(struct lane *l)
{
    *l = (struct lane){.of_node = {CRACK, TILT, BATTERY}};
    l->sensors[CRACK] = (struct sensor){.id = "c", .quantity = Q_CRACK_WIDTH, .period_us = PERIOD};
    l->sensors[TILT] = (struct sensor){.id = "t", .quantity = Q_TILT, .period_us = 2 * PERIOD};
    l->sensors[BATTERY] = (struct sensor){.id = "b", .quantity = Q_BATTERY, .period_us = PERIOD};
    l->sensors[LONE] = (struct sensor){.id = "l", .quantity = Q_RAIN, .period_us = PERIOD};
    l->sensors[LONE].node = REGISTRY_NONE;
    l->nodes[NODE] = (struct node){.id = "H/n1", .sensors = l->of_node, .sensor_count = 3};
    l->nodes[OTHER_NODE] = (struct node){.id = "H/n2"};
    for (int i = 0; i < SENSORS; i++)
        l->last_rx_us[i] = T0;
    l->registry = (struct registry){.sensors = l->sensors,
                                    .sensor_count = SENSORS,
                                    .nodes = l->nodes,
                                    .node_count = NODES,
                                    .houses = l->houses,
                                    .house_count = HOUSES};
    l->in = (struct silence_input){.last_rx_us = l->last_rx_us,
                                   .node_offline = l->node_offline,
                                   .listening_since_us = T0 - 1000 * PERIOD,
                                   .listening = true,
                                   .now_us = T0};
}

static bool silent_at(struct lane *l, int64_t now_us, uint32_t sensor)
{
    l->in.now_us = now_us;
    return sensor_silent(&l->registry, &l->in, sensor);
}

static void silent_after_five_periods(void **state)
{
    struct lane l;

    (void)state;
    lane_make(&l);
    assert_false(silent_at(&l, T0 + 5 * PERIOD - 1, CRACK));
    assert_true(silent_at(&l, T0 + 5 * PERIOD, CRACK));
    assert_false(silent_at(&l, T0 + 10 * PERIOD - 1, TILT));
    assert_true(silent_at(&l, T0 + 10 * PERIOD, TILT));
    assert_false(silent_at(&l, T0 - 10 * PERIOD, CRACK)); /* clock stepped back */
}

static void no_blame_before_listening(void **state)
{
    struct lane l;

    (void)state;
    lane_make(&l);
    l.last_rx_us[CRACK] = NEVER;
    l.in.listening_since_us = T0 + 100 * PERIOD;
    assert_false(silent_at(&l, T0 + 105 * PERIOD - 1, CRACK));
    assert_true(silent_at(&l, T0 + 105 * PERIOD, CRACK));
    assert_false(silent_at(&l, T0 + 105 * PERIOD - 1, BATTERY)); /* spoke, but long before */
    l.in.listening = false;
    assert_false(silent_at(&l, T0 + 1000 * PERIOD, CRACK));
    assert_int_equal(silence_next_us(&l.registry, &l.in), INT64_MAX);
    l.in.listening = true;
    l.in.listening_since_us = NEVER;
    assert_true(silent_at(&l, T0, CRACK)); /* never heard at all, and always listening */
}

static void last_will_silences_the_node(void **state)
{
    struct lane l;
    uint32_t silent[SENSORS];
    size_t n = 77;

    (void)state;
    lane_make(&l);
    assert_int_equal(node_silence(&l.registry, &l.in, NODE, silent, &n), SILENCE_NONE);
    assert_int_equal(n, 0);
    l.node_offline[NODE] = true;
    assert_int_equal(node_silence(&l.registry, &l.in, NODE, silent, &n), SILENCE_ALL);
    assert_int_equal(n, 3);
    assert_true(silent[0] == CRACK && silent[1] == TILT && silent[2] == BATTERY);
    assert_true(silent_at(&l, T0, TILT));
    assert_false(silent_at(&l, T0, LONE));
    l.in.listening = false; /* what is known stays known */
    assert_true(silent_at(&l, T0, TILT));
}

static void extent_of_a_node(void **state)
{
    struct lane l;
    uint32_t silent[SENSORS];
    size_t n;

    (void)state;
    lane_make(&l);
    l.in.now_us = T0 + 7 * PERIOD;
    assert_int_equal(node_silence(&l.registry, &l.in, NODE, silent, &n), SILENCE_SOME);
    assert_int_equal(n, 2);
    assert_true(silent[0] == CRACK && silent[1] == BATTERY);
    l.in.now_us = T0 + 10 * PERIOD;
    assert_int_equal(node_silence(&l.registry, &l.in, NODE, silent, &n), SILENCE_ALL);
    assert_int_equal(n, 3);
    assert_int_equal(node_silence(&l.registry, &l.in, OTHER_NODE, silent, &n), SILENCE_NONE);
    l.node_offline[OTHER_NODE] = true; /* a node without sensors can still say goodbye */
    assert_int_equal(node_silence(&l.registry, &l.in, OTHER_NODE, silent, &n), SILENCE_ALL);
    assert_int_equal(n, 0);
}

static void house_without_a_voice_is_unknown(void **state)
{
    struct lane l;

    (void)state;
    lane_make(&l);
    assert_true(house_unknown(&l.registry, &l.in, EMPTY_HOUSE));
    assert_false(house_unknown(&l.registry, &l.in, HOUSE));
    l.in.now_us = T0 + 9 * PERIOD;
    assert_false(house_unknown(&l.registry, &l.in, HOUSE)); /* the tilt is still heard */
    l.last_rx_us[BATTERY] = l.in.now_us = T0 + 10 * PERIOD;
    assert_true(house_unknown(&l.registry, &l.in, HOUSE)); /* a battery does not watch it */
    l.last_rx_us[LONE] = l.in.now_us;
    assert_false(house_unknown(&l.registry, &l.in, HOUSE));
}

static void a_sensor_without_period_is_never_late(void **state)
{
    static const int64_t periods[] = {0, -1, INT64_MAX, INT64_MAX / 5};
    struct lane l;

    (void)state;
    for (size_t i = 0; i < sizeof periods / sizeof *periods; i++) {
        lane_make(&l);
        l.sensors[CRACK].period_us = periods[i];
        assert_false(silent_at(&l, T0 + 1000000 * PERIOD, CRACK));
    }
}

/* A logger whose files come every ten periods is silent after five of those. */
static void what_arrives_seldom_is_waited_for(void **state)
{
    struct lane l;

    (void)state;
    lane_make(&l);
    l.sensors[CRACK].arrives_us = 10 * PERIOD;
    assert_false(silent_at(&l, T0 + 50 * PERIOD - 1, CRACK));
    assert_true(silent_at(&l, T0 + 50 * PERIOD, CRACK));
    l.sensors[CRACK].arrives_us = PERIOD / 2;
    assert_true(silent_at(&l, T0 + 5 * PERIOD, CRACK));
    l.sensors[CRACK].period_us = 0;
    assert_false(silent_at(&l, T0 + 1000 * PERIOD, CRACK));
}

/* Vibration records come when something shakes: their sensor is as well as its node. */
static void records_alone_are_judged_by_the_node(void **state)
{
    bool only[SENSORS] = {[TILT] = true}, online[NODES] = {false};
    int64_t status_us[NODES] = {NEVER, NEVER};
    struct lane l;

    (void)state;
    lane_make(&l);
    l.in.only_bursts = only;
    l.in.node_online = online;
    l.in.node_rx_us = status_us;
    l.last_rx_us[TILT] = NEVER;
    l.last_rx_us[CRACK] = T0 + 100 * PERIOD; /* the node speaks; the tilt's period is the longest */
    assert_false(silent_at(&l, T0 + 110 * PERIOD - 1, TILT));
    assert_true(sensor_heard(&l.registry, &l.in, TILT));
    assert_true(silent_at(&l, T0 + 110 * PERIOD, TILT));
    status_us[NODE] = T0 + 105 * PERIOD;
    assert_false(silent_at(&l, T0 + 115 * PERIOD - 1, TILT));
    assert_true(silent_at(&l, T0 + 115 * PERIOD, TILT));
    assert_true(silent_at(&l, T0 + 115 * PERIOD, CRACK)); /* others by themselves */
    l.last_rx_us[TILT] = T0 + 110 * PERIOD;
    assert_false(silent_at(&l, T0 + 120 * PERIOD - 1, TILT));
    online[NODE] = true;
    assert_false(silent_at(&l, T0 + 1000000 * PERIOD, TILT));
    assert_true(sensor_heard(&l.registry, &l.in, TILT));
    l.node_offline[NODE] = true;
    assert_true(silent_at(&l, T0 + 110 * PERIOD, TILT));
    only[TILT] = false;
    only[LONE] = true; /* without a node it is judged by itself */
    l.node_offline[NODE] = false;
    assert_true(silent_at(&l, T0 + 5 * PERIOD, LONE));
    assert_false(sensor_heard(&l.registry, &l.in, LONE) && l.in.now_us > T0 + 5 * PERIOD);
}

static void records_are_known_by_their_name(void **state)
{
    static const struct {
        const char *id;
        bool burst;
    } cases[] = {{"H1/n1/burst", true}, {"H1/n1/burst-1", false}, {"burst", false},
                 {"/burst", false},     {"H1/n1/ppv", false},     {"", false}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(silence_named_burst(&(struct sensor){.id = cases[i].id}), cases[i].burst);
}

static void sleeping_until_next_misses_nothing(void **state)
{
    struct lane l;
    uint64_t seed = 3;

    (void)state;
    lane_make(&l);
    for (int round = 0; round < 200; round++) {
        int64_t next_us;
        bool before[SENSORS];

        for (uint32_t i = 0; i < SENSORS; i++) {
            seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
            l.last_rx_us[i] = T0 + (int64_t)((seed >> 33) % 10000) * SECOND;
        }
        l.node_offline[NODE] = round % 3 == 0;
        l.in.now_us = T0 + 6000 * SECOND;
        for (uint32_t i = 0; i < SENSORS; i++)
            before[i] = sensor_silent(&l.registry, &l.in, i);
        next_us = silence_next_us(&l.registry, &l.in);
        assert_true(next_us > l.in.now_us);
        for (uint32_t i = 0; i < SENSORS && next_us < INT64_MAX; i++)
            assert_int_equal(silent_at(&l, next_us - 1, i), before[i]);
        size_t fresh = 0;
        for (uint32_t i = 0; i < SENSORS; i++)
            fresh += silent_at(&l, next_us, i) && !before[i];
        assert_true(next_us == INT64_MAX ? fresh == 0 : fresh > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(silent_after_five_periods),
        cmocka_unit_test(no_blame_before_listening),
        cmocka_unit_test(last_will_silences_the_node),
        cmocka_unit_test(extent_of_a_node),
        cmocka_unit_test(house_without_a_voice_is_unknown),
        cmocka_unit_test(a_sensor_without_period_is_never_late),
        cmocka_unit_test(what_arrives_seldom_is_waited_for),
        cmocka_unit_test(records_alone_are_judged_by_the_node),
        cmocka_unit_test(records_are_known_by_their_name),
        cmocka_unit_test(sleeping_until_next_misses_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
