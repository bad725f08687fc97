/* The order of blocks: by day, sensor, time, whatever the order of arrival. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../../src/io/readings_order.h"
#include "../../../src/io/readings_schema.h"

#define DAY_US (86400 * INT64_C(1000000))

static void add(struct memtable *m, uint32_t sensor, int64_t t_us)
{
    struct reading r = {.sensor = sensor, .t_us = t_us, .value = 1.0};

    assert_int_equal(memtable_add(m, &r), ERR_OK);
}

/* Every entry once, groups ascending and whole, each of one sensor and day and ascending. */
static void check(struct memtable *m, size_t groups)
{
    struct readings_order o;
    size_t sum = 0;

    assert_int_equal(readings_order_make(m, &o), ERR_OK);
    assert_int_equal(o.group_count, groups);
    for (size_t g = 0; g < o.group_count; g++) {
        const struct order_group *x = &o.groups[g], *before = g > 0 ? x - 1 : NULL;
        assert_true(x->count > 0);
        assert_true(!before || before->day < x->day ||
                    (before->day == x->day && before->sensor < x->sensor));
        for (size_t i = 0; i < x->count; i++) {
            const struct reading *r = &m->entries[o.order[x->first + i]].reading;
            assert_int_equal(r->sensor, x->sensor);
            assert_true(block_day(r->t_us) == x->day);
            if (i > 0)
                assert_true(m->entries[o.order[x->first + i - 1]].reading.t_us < r->t_us);
        }
        sum += x->count;
    }
    assert_int_equal(sum, m->count);
    readings_order_free(&o);
}

static void test_none_and_one(void **state)
{
    struct memtable m = {0};

    (void)state;
    check(&m, 0);
    add(&m, 7, -1);
    check(&m, 1);
    memtable_free(&m);
}

static void test_late_readings_and_midnight(void **state)
{
    struct memtable m = {0};

    (void)state;
    add(&m, 3, DAY_US);
    add(&m, 1, DAY_US);
    add(&m, 3, DAY_US - 1);
    add(&m, 3, 2 * DAY_US);
    add(&m, 3, 0);
    add(&m, 1, -DAY_US);
    check(&m, 5); /* (-1,1) (0,3) (1,1) (1,3) (2,3) */
    memtable_free(&m);
}

static void test_any_order(void **state)
{
    struct memtable m = {0};

    (void)state;
    for (int sensor = 1; sensor <= 40; sensor++) /* in strides through the minutes of five days */
        for (int i = 0; i < 7200; i += 9)
            add(&m, (uint32_t)sensor, (int64_t)((i * 4999 + sensor) % 7200) * 60000000);
    check(&m, 40 * 5);
    memtable_clear(&m);
    check(&m, 0);
    memtable_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_none_and_one),
        cmocka_unit_test(test_late_readings_and_midnight),
        cmocka_unit_test(test_any_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
