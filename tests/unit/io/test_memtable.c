/* The unsealed journal in memory against a plain list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "../../../src/io/memtable.h"
#include "chance.h"

enum { ENTRIES = 20000, SENSORS = 300, TIMES = 4000 };

static struct reading reading_at(uint32_t sensor, int64_t t_us)
{
    return (struct reading){t_us,    1700000000000000, (double)t_us, sensor,
                            QF_PASS, QT_NONE,          false,        false};
}

/* Which (sensor, time) is where; -1 not there. */
struct list {
    int at[SENSORS][TIMES];
    struct reading reading[ENTRIES];
    int n;
};

static void add_some(struct memtable *m, struct list *l, struct chance *c)
{
    memset(l, 0xff, sizeof l->at);
    for (l->n = 0; l->n < ENTRIES;) {
        uint32_t sensor = (uint32_t)chance_below(c, SENSORS);
        int64_t t = (int64_t)chance_below(c, TIMES);
        if (l->at[sensor][t] >= 0)
            continue;
        struct reading r = reading_at(sensor, (t - TIMES / 2) * 1000003);
        assert_int_equal(memtable_add(m, &r), ERR_OK);
        l->at[sensor][t] = l->n;
        l->reading[l->n++] = r;
    }
}

static void finds_what_was_added_and_nothing_else(void **state)
{
    static struct list l;
    struct chance c = {1};
    struct memtable m = {0};

    (void)state;
    for (int round = 0; round < 3; round++) {
        assert_int_equal(memtable_find(&m, 1, 1), MEMTABLE_NONE);
        add_some(&m, &l, &c);
        assert_int_equal(m.count, ENTRIES);
        for (uint32_t s = 0; s < SENSORS; s++)
            for (int t = 0; t < TIMES; t += 3) {
                uint32_t got = memtable_find(&m, s, ((int64_t)t - TIMES / 2) * 1000003);
                assert_int_equal(got, l.at[s][t] < 0 ? MEMTABLE_NONE : (uint32_t)l.at[s][t]);
            }
        assert_int_equal(memtable_find(&m, SENSORS + 5, 0), MEMTABLE_NONE);
        memtable_clear(&m);
    }
    memtable_free(&m);
}

static void walks_a_sensor_backwards(void **state)
{
    static struct list l;
    struct chance c = {2};
    struct memtable m = {0};
    int walked = 0;

    (void)state;
    add_some(&m, &l, &c);
    for (uint32_t s = 0; s < SENSORS; s++) {
        uint32_t last = MEMTABLE_NONE;
        for (uint32_t i = memtable_latest(&m, s); i != MEMTABLE_NONE; i = m.entries[i].previous) {
            assert_true(last == MEMTABLE_NONE || i < last);
            assert_int_equal(m.entries[i].reading.sensor, s);
            assert_memory_equal(&m.entries[i].reading, &l.reading[i],
                                offsetof(struct reading, test) + 1); /* no padding */
            last = i;
            walked++;
        }
    }
    assert_int_equal(walked, ENTRIES);
    assert_int_equal(memtable_latest(&m, 1u << 23), MEMTABLE_NONE);
    memtable_clear(&m);
    assert_int_equal(memtable_latest(&m, 5), MEMTABLE_NONE);
    memtable_free(&m);
}

static void sparse_sensor_ids_are_welcome(void **state)
{
    struct memtable m = {0};
    struct reading r = reading_at((1u << 24) - 1, INT64_MIN), s = reading_at(1, INT64_MAX);

    (void)state;
    assert_int_equal(memtable_add(&m, &r), ERR_OK);
    assert_int_equal(memtable_add(&m, &s), ERR_OK);
    assert_int_equal(memtable_find(&m, (1u << 24) - 1, INT64_MIN), 0);
    assert_int_equal(memtable_find(&m, 1, INT64_MAX), 1);
    assert_int_equal(memtable_find(&m, 1, INT64_MIN), MEMTABLE_NONE);
    memtable_free(&m);
}

static void revisions_reach_the_entry_or_wait(void **state)
{
    struct memtable m = {0};
    struct reading hot = reading_at(3, 100), sealed = reading_at(3, 50), other = reading_at(4, 50);

    (void)state;
    assert_int_equal(memtable_add(&m, &hot), ERR_OK);
    assert_int_equal(memtable_revise(&m, 3, 100, QF_FAIL, QT_SPIKE), ERR_OK);
    assert_int_equal(m.cold_count, 0);
    assert_int_equal(m.entries[0].reading.flag, QF_FAIL);
    assert_int_equal(m.entries[0].reading.test, QT_SPIKE);
    for (int i = 0; i < 200; i++) /* the latest counts */
        assert_int_equal(memtable_revise(&m, 3, 50, (uint8_t)(1 + i % 4), QT_FLAT_LINE), ERR_OK);
    assert_int_equal(memtable_revise(&m, 3, 50, QF_SUSPECT, QT_GAP), ERR_OK);
    memtable_apply_cold(&m, &sealed);
    memtable_apply_cold(&m, &other);
    assert_int_equal(sealed.flag, QF_SUSPECT);
    assert_int_equal(sealed.test, QT_GAP);
    assert_int_equal(other.flag, QF_PASS);
    memtable_clear(&m);
    sealed = reading_at(3, 50);
    memtable_apply_cold(&m, &sealed);
    assert_int_equal(sealed.flag, QF_PASS);
    memtable_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_was_added_and_nothing_else),
        cmocka_unit_test(walks_a_sensor_backwards),
        cmocka_unit_test(sparse_sensor_ids_are_welcome),
        cmocka_unit_test(revisions_reach_the_entry_or_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
