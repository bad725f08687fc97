#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "near.h"

#include <stdio.h>

#include "shikumen/num/rainflow.h"
#include "shikumen/num/random.h"

static int by_start(const void *a, const void *b)
{
    const struct rainflow_cycle *x = a, *y = b;

    return (x->start > y->start) - (x->start < y->start);
}

static size_t read_series(const char *name, double *x, size_t most)
{
    char path[1024];
    size_t n = 0;
    FILE *f;

    snprintf(path, sizeof path, "%s/rainflow_astm/%s", TEST_DATA, name);
    f = fopen(path, "r");
    assert_non_null(f);
    while (n < most && fscanf(f, "%lf", &x[n]) == 1)
        n++;
    fclose(f);
    return n;
}

static size_t read_cycles(const char *name, struct rainflow_cycle *c, size_t most)
{
    char path[1024], line[200];
    size_t n = 0;
    FILE *f;

    snprintf(path, sizeof path, "%s/rainflow_astm/%s", TEST_DATA, name);
    f = fopen(path, "r");
    assert_non_null(f);
    assert_non_null(fgets(line, sizeof line, f));
    while (n < most && fscanf(f, "%lf,%lf,%lf,%zu,%zu", &c[n].range, &c[n].mean, &c[n].count,
                              &c[n].start, &c[n].end) == 5)
        n++;
    fclose(f);
    return n;
}

/* ASTM E1049-85 figure 6 and the second series of the package rainflow, each cycle with range,
 * mean, count and samples; numbers of one decimal are exact to rounding. */
static void vector_astm(void **state)
{
    static const char *const names[][2] = {{"series1.csv", "cycles1.csv"},
                                           {"series2.csv", "cycles2.csv"}};
    struct arena arena = {0};

    (void)state;
    for (size_t k = 0; k < 2; k++) {
        double x[50];
        struct rainflow_cycle expected[50], *cycles;
        size_t n = read_series(names[k][0], x, 50), m = read_cycles(names[k][1], expected, 50),
               count;

        assert_true(n >= 9 && m >= 7);
        assert_int_equal(rainflow_count(x, n, &cycles, &count, &arena), ERR_OK);
        assert_int_equal(count, m);
        qsort(expected, m, sizeof *expected, by_start);
        qsort(cycles, m, sizeof *cycles, by_start);
        for (size_t i = 0; i < m; i++) {
            assert_near(cycles[i].range, expected[i].range, 1e-15);
            assert_near(cycles[i].mean, expected[i].mean, 1e-15);
            assert_near(cycles[i].count, expected[i].count, 0);
            assert_int_equal(cycles[i].start, expected[i].start);
            assert_int_equal(cycles[i].end, expected[i].end);
        }
    }
    arena_free(&arena);
}

/* Totals of the standard's table: 3: 0.5, 4: 1.5, 6: 0.5, 8: 1, 9: 0.5; bins closed at the right.
 */
static void vector_astm_histogram(void **state)
{
    const double expected[] = {0, 0, 0.5, 1.5, 0, 0.5, 0, 1, 0.5};
    double x[50], bin[9];
    struct arena arena = {0};
    struct rainflow_cycle *cycles;
    size_t n = read_series("series1.csv", x, 50), count;

    (void)state;
    assert_int_equal(rainflow_count(x, n, &cycles, &count, &arena), ERR_OK);
    assert_int_equal(rainflow_histogram(cycles, count, 1, bin, 9), ERR_OK);
    for (size_t i = 0; i < 9; i++)
        assert_near(bin[i], expected[i], 0);
    assert_int_equal(rainflow_histogram(cycles, count, 1, bin, 2), ERR_OK);
    assert_near(bin[0] + bin[1], 4, 0);
    assert_int_equal(rainflow_histogram(cycles, count, 0, bin, 2), ERR_RANGE);
    assert_int_equal(rainflow_histogram(cycles, count, (double)NAN, bin, 2), ERR_RANGE);
    assert_int_equal(rainflow_histogram(cycles, count, 1, bin, 0), ERR_RANGE);
    arena_free(&arena);
}

static void exact_plateaus_and_monotone_runs(void **state)
{
    const double x[] = {0, 0, 1, 2, 2, 2, 1, 0, 0};
    struct arena arena = {0};
    struct rainflow_cycle *c;
    size_t count;

    (void)state;
    assert_int_equal(rainflow_count(x, 9, &c, &count, &arena), ERR_OK);
    assert_int_equal(count, 2);
    assert_near(c[0].range + c[1].range, 4, 0);
    assert_near(c[0].count + c[1].count, 1, 0);
    assert_int_equal(c[0].start, 0);
    assert_int_equal(c[0].end, 5);
    assert_int_equal(rainflow_count(x, 4, &c, &count, &arena), ERR_OK);
    assert_int_equal(count, 1);
    assert_near(c[0].range, 2, 0);
    assert_int_equal(rainflow_count(x, 2, &c, &count, &arena), ERR_OK);
    assert_int_equal(count, 0);
    arena_free(&arena);
}

struct total {
    double count, weighted;
};

static void add(const struct rainflow_cycle *c, void *context)
{
    struct total *t = context;

    t->count += c->count;
    t->weighted += c->count * c->range;
}

static struct total total_of(const double *x, size_t n, struct arena *arena)
{
    struct total t = {0};
    struct rainflow_cycle *c;
    size_t count;

    assert_int_equal(rainflow_count(x, n, &c, &count, arena), ERR_OK);
    for (size_t i = 0; i < count; i++)
        add(&c[i], &t);
    return t;
}

/* Every move is counted once: the ranges, full cycles twice, add up to the way the value went; a
 * shift or mirror changes nothing, a scale scales. */
static void invariant_way_shift_scale_mirror(void **state)
{
    struct arena arena = {0};
    struct random r = random_seeded(21);
    double x[500], y[500];

    (void)state;
    for (int trial = 0; trial < 200; trial++) {
        size_t n = 2 + random_below(&r, 498);
        double way = 0;
        struct total t, other;

        for (size_t i = 0; i < n; i++) {
            x[i] = (double)random_below(&r, 64) - 32; /* exact in all that follows, with ties */
            way += i ? fabs(x[i] - x[i - 1]) : 0;
            y[i] = 3 - 4 * x[i];
        }
        t = total_of(x, n, &arena);
        assert_near(2 * t.weighted, way, 0);
        other = total_of(y, n, &arena);
        assert_near(other.weighted, 4 * t.weighted, 0);
        assert_near(other.count, t.count, 0);
        arena_reset(&arena);
    }
    arena_free(&arena);
}

/* A stream asked for its residue every day goes on as if it had not been asked. */
static void invariant_stream_as_batch(void **state)
{
    struct arena arena = {0};
    struct random r = random_seeded(22);
    double x[2000], value = 0;
    struct total batch, stream = {0}, ignored = {0};
    struct rainflow flow;

    (void)state;
    assert_int_equal(rainflow_init(&flow, 2002, &arena), ERR_OK);
    for (size_t i = 0; i < 2000; i++) {
        value = 0.9 * value + random_normal(&r);
        x[i] = round(8 * value) / 8; /* sums exact */
        assert_int_equal(rainflow_push(&flow, x[i], add, &stream), ERR_OK);
        if (i % 24 == 0)
            assert_int_equal(rainflow_residue(&flow, add, &ignored, &arena), ERR_OK);
    }
    assert_int_equal(rainflow_residue(&flow, add, &stream, &arena), ERR_OK);
    batch = total_of(x, 2000, &arena);
    assert_near(stream.count, batch.count, 0);
    assert_near(stream.weighted, batch.weighted, 0);
    arena_free(&arena);
}

/* A quantity that moves between two bounds in steps of its resolution stays within the stated room.
 */
static void promise_bounded_room(void **state)
{
    enum { LEVELS = 20, ROOM = 2 * LEVELS + 2 };
    struct arena arena = {0};
    struct random r = random_seeded(23);
    struct rainflow flow;
    struct total t = {0};

    (void)state;
    assert_int_equal(rainflow_init(&flow, ROOM, &arena), ERR_OK);
    for (int i = 0; i < 200000; i++) {
        double x = (double)random_below(&r, LEVELS + 1);

        assert_int_equal(rainflow_push(&flow, x, add, &t), ERR_OK);
    }
    for (int i = 0; i < LEVELS; i++) /* the worst: a spiral inwards */
        assert_int_equal(rainflow_push(&flow, i % 2 ? LEVELS - i / 2.0 : i / 2.0, add, &t), ERR_OK);
    arena_free(&arena);
}

/* Growing ranges close by halves as they come; shrinking ones stay open, every one. */
static void exact_room_of_spirals(void **state)
{
    struct arena arena = {0};
    struct rainflow flow;
    struct total t = {0};

    (void)state;
    assert_int_equal(rainflow_init(&flow, 50, &arena), ERR_OK);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(rainflow_push(&flow, i % 2 ? i : -i, add, &t), ERR_OK);
    assert_int_equal(flow.open_count, 2);
    assert_near(t.count, 997 * 0.5, 0); /* 1000 values, 999 ranges, 998 known to have ended */
    assert_int_equal(rainflow_init(&flow, 50, &arena), ERR_OK);
    for (int i = 0; i < 51; i++)
        assert_int_equal(rainflow_push(&flow, i % 2 ? 1000 - i : i - 1000, add, &t), ERR_OK);
    assert_int_equal(flow.open_count, 50);
    assert_int_equal(rainflow_push(&flow, 0, add, &t), ERR_FULL);
    arena_free(&arena);
}

static void hostile_input(void **state)
{
    struct arena arena = {0};
    struct rainflow flow;
    struct rainflow_cycle *c;
    struct total t = {0};
    const double nan[] = {1, (double)NAN, 2}, one[] = {1}, level[] = {5, 5, 5},
                 huge[] = {-8e307, 8e307, -8e307}, far[] = {-1e308, 1e308};
    size_t count, used, scratch_free;

    (void)state;
    assert_int_equal(rainflow_count(one, 0, &c, &count, &arena), ERR_TOO_FEW);
    assert_int_equal(rainflow_count(one, 1, &c, &count, &arena), ERR_TOO_FEW);
    assert_int_equal(rainflow_count(nan, 3, &c, &count, &arena), ERR_NOT_FINITE);
    used = arena.used_bytes;
    count = 99;
    assert_int_equal(rainflow_count(far, 2, &c, &count, &arena), ERR_NOT_FINITE);
    assert_true(count == 99 && arena.used_bytes == used);
    assert_int_equal(rainflow_count(level, 3, &c, &count, &arena), ERR_OK);
    assert_int_equal(count, 0);
    used = arena.used_bytes;
    assert_non_null(arena_array(&arena, 3, sizeof *c)); /* what the list alone takes */
    scratch_free = 2 * arena.used_bytes - used;
    assert_int_equal(rainflow_count(huge, 3, &c, &count, &arena), ERR_OK);
    assert_int_equal(arena.used_bytes, scratch_free);
    assert_near(c[0].range, 1.6e308, 0);
    assert_near(c[0].mean, 0, 0);
    assert_int_equal(rainflow_init(&flow, 2, &arena), ERR_RANGE);
    assert_int_equal(rainflow_init(&flow, 3, &arena), ERR_OK);
    for (int i = 0; i < 4; i++)
        assert_int_equal(rainflow_push(&flow, i % 2 ? 10 - i : i, add, &t), ERR_OK);
    assert_int_equal(rainflow_push(&flow, (double)NAN, add, &t), ERR_NOT_FINITE);
    assert_int_equal(rainflow_push(&flow, 5, add, &t), ERR_FULL);
    assert_int_equal(rainflow_push(&flow, 5, add, &t), ERR_FULL);
    assert_int_equal(flow.samples, 4);
    assert_int_equal(rainflow_push(&flow, 8, add, &t), ERR_OK);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vector_astm),
        cmocka_unit_test(vector_astm_histogram),
        cmocka_unit_test(exact_plateaus_and_monotone_runs),
        cmocka_unit_test(invariant_way_shift_scale_mirror),
        cmocka_unit_test(invariant_stream_as_batch),
        cmocka_unit_test(promise_bounded_room),
        cmocka_unit_test(exact_room_of_spirals),
        cmocka_unit_test(hostile_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
