/* Readings as few points: nothing that matters is lost, and nothing is invented. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shikumen/base/clock.h"
#include "shikumen/core/series.h"
#include "shikumen/num/random.h"

#define T0_US (1735689600LL * US_PER_S) /* 2025-01-01T00:00:00Z */
#define MIN10 (600 * US_PER_S)

static struct reading at(int64_t t_us, double value, uint8_t flag, uint8_t test)
{
    return (struct reading){
        .t_us = t_us, .rx_us = t_us, .value = value, .flag = flag, .test = test};
}

static void take(struct series *s, int64_t t_us, double value, uint8_t flag)
{
    struct reading r = at(t_us, value, flag, flag > QF_NOT_EVALUATED ? QT_SPIKE : QT_NONE);

    series_take(s, &r);
}

static void expect_equal(double a, double b)
{
    assert_true(a >= b && a <= b);
}

/* --- widths --- */

static void test_widths_are_round_and_few_enough(void **state)
{
    (void)state;
    assert_int_equal(series_width_us(US_PER_HOUR, 1200), 5 * US_PER_S);
    assert_int_equal(series_width_us(US_PER_DAY, 1000), 120 * US_PER_S);
    assert_int_equal(series_width_us(5 * 365 * US_PER_DAY, 1200), 2 * US_PER_DAY);
    assert_int_equal(series_width_us(1, 10), US_PER_S);
    assert_int_equal(series_width_us(INT64_C(364000) * US_PER_DAY, 10) % (364 * US_PER_DAY), 0);
    for (int64_t span_us = 1; span_us < INT64_MAX / 16; span_us *= 3)
        for (size_t points = SERIES_POINTS_LEAST; points <= SERIES_POINTS_MOST; points *= 5)
            assert_true(span_us / series_width_us(span_us, points) < (int64_t)points);
}

/* --- by hand --- */

static void test_few_readings_stay_by_themselves(void **state)
{
    struct arena arena = {0};
    struct series s;

    (void)state;
    assert_int_equal(series_begin(&s, T0_US, T0_US + US_PER_HOUR, 5 * MIN10, 10, &arena), ERR_OK);
    take(&s, T0_US - 1, 99, QF_PASS); /* before */
    take(&s, T0_US, 1, QF_PASS);
    take(&s, T0_US + MIN10, 7, QF_SUSPECT);
    take(&s, T0_US + 2 * MIN10, 3, QF_NOT_EVALUATED);
    take(&s, T0_US + 3 * MIN10, -50, QF_FAIL);
    take(&s, T0_US + US_PER_HOUR, 99, QF_PASS); /* the end is not in it */
    series_end(&s);
    assert_int_equal(s.count, 4);
    assert_int_equal(s.width_us, 0);
    assert_int_equal(s.at[1].passed.count, 0);
    assert_int_equal(s.at[1].suspect.count, 1);
    expect_equal(s.at[1].suspect.most, 7);
    assert_int_equal(s.at[3].worst, QF_FAIL);
    assert_int_equal(s.at[3].because, QT_SPIKE);
    assert_false(s.at[2].broken);
    assert_int_equal(s.total.passed, 2);
    assert_int_equal(s.total.suspect, 1);
    assert_int_equal(s.total.failed, 1);
    expect_equal(s.total.least, 1);
    expect_equal(s.total.most, 3);
    expect_equal(s.total.mean, 2);
    assert_int_equal(s.total.last_us, T0_US + 3 * MIN10);
    arena_free(&arena);
}

static void test_buckets_keep_first_least_most_last(void **state)
{
    static const double values[] = {5, 2, 9, 4, 6, 6};
    struct arena arena = {0};
    struct series s;

    (void)state;
    assert_int_equal(series_begin(&s, T0_US, T0_US + 20 * US_PER_HOUR, MIN10, 10, &arena), ERR_OK);
    for (int h = 0; h < 20; h++)
        for (int i = 0; i < 6; i++)
            take(&s, T0_US + h * US_PER_HOUR + i * MIN10, values[i] + h, QF_PASS);
    series_end(&s);
    assert_int_equal(s.width_us, 3 * US_PER_HOUR);
    assert_int_equal(s.count, 7);
    for (size_t i = 0; i < 6; i++) {
        const struct series_range *p = &s.at[i].passed;
        assert_int_equal(s.at[i].begin_us, T0_US + (int64_t)i * 3 * US_PER_HOUR);
        assert_int_equal(p->count, 18);
        expect_equal(p->first, 5 + 3 * (double)i);
        expect_equal(p->least, 2 + 3 * (double)i);
        expect_equal(p->most, 11 + 3 * (double)i);
        expect_equal(p->last, 8 + 3 * (double)i);
        assert_true(fabs(p->mean - (32.0 / 6 + 1 + 3 * (double)i)) < 1e-12);
        assert_false(s.at[i].broken);
    }
    expect_equal(s.total.most, 28);
    assert_int_equal(s.total.most_us, T0_US + 19 * US_PER_HOUR + 2 * MIN10);
    arena_free(&arena);
}

static void test_a_gap_is_a_gap(void **state)
{
    struct arena arena = {0};
    struct series s;

    (void)state;
    assert_int_equal(series_begin(&s, T0_US, T0_US + US_PER_DAY, 5 * MIN10, 100, &arena), ERR_OK);
    take(&s, T0_US, 1, QF_PASS);
    take(&s, T0_US + 5 * MIN10, 1, QF_PASS);      /* as far apart as may be joined */
    take(&s, T0_US + 10 * MIN10 + 1, 1, QF_PASS); /* a microsecond more */
    take(&s, T0_US + 15 * MIN10, 1, QF_FAIL);     /* bridges nothing between passed ones */
    take(&s, T0_US + 16 * MIN10, 1, QF_PASS);
    series_end(&s);
    assert_false(s.at[0].broken);
    assert_false(s.at[1].broken);
    assert_true(s.at[2].broken);
    assert_true(s.at[4].broken);
    assert_int_equal(s.total.gaps, 1);
    arena_free(&arena);
}

static void test_flagged_do_not_move_what_passed(void **state)
{
    struct arena arena = {0};
    struct series s;

    (void)state;
    assert_int_equal(series_begin(&s, T0_US, T0_US + US_PER_DAY, MIN10, 10, &arena), ERR_OK);
    for (int i = 0; i < 144; i++)
        take(&s, T0_US + i * MIN10, i % 9 == 4 ? 1e6 : 1, i % 9 == 4 ? QF_FAIL : QF_PASS);
    series_end(&s);
    assert_true(s.count <= 10);
    for (size_t i = 0; i < s.count; i++) {
        expect_equal(s.at[i].passed.most, 1);
        expect_equal(s.at[i].failed.least, 1e6);
        assert_int_equal(s.at[i].worst, QF_FAIL);
    }
    assert_int_equal(s.total.failed, 16);
    expect_equal(s.total.mean, 1);
    arena_free(&arena);
}

static void test_flags_have_an_order(void **state)
{
    static const uint8_t order[] = {QF_PASS, QF_NOT_EVALUATED, QF_MISSING, QF_SUSPECT, QF_FAIL};

    (void)state;
    for (size_t a = 0; a < 5; a++)
        for (size_t b = 0; b < 5; b++)
            assert_int_equal(series_worse(order[a], order[b]), a > b);
}

/* --- known truth --- */

/* Whatever the readings: counts add up, ranges hold every reading of their bucket, and no point is
 * joined over a gap. */
static void test_any_readings_add_up(void **state)
{
    struct random random = random_seeded(2026);
    struct arena arena = {0};

    (void)state;
    for (int run = 0; run < 60; run++) {
        size_t n = (size_t)(random_uniform(&random) * 4000), passed = 0, flagged = 0, in = 0;
        int64_t t_us = T0_US, span_us = (int64_t)(1 + n) * MIN10;
        struct series s;

        assert_int_equal(
            series_begin(&s, T0_US, T0_US + span_us, 3 * MIN10, (size_t)(10 + run * 5), &arena),
            ERR_OK);
        for (size_t i = 0; i < n; i++) {
            uint8_t flag = random_uniform(&random) < 0.1 ? QF_SUSPECT : QF_PASS;
            t_us += (int64_t)(random_uniform(&random) * 4 * (double)MIN10);
            in += t_us < T0_US + span_us;
            take(&s, t_us, random_normal(&random), flag);
        }
        series_end(&s);
        assert_true(s.count <= (size_t)(11 + run * 5));
        for (size_t i = 0; i < s.count; i++) {
            const struct series_bucket *b = &s.at[i];
            passed += b->passed.count;
            flagged += b->suspect.count;
            assert_true(i == 0 || b->begin_us > s.at[i - 1].begin_us ||
                        (s.width_us == 0 && b->begin_us == s.at[i - 1].begin_us));
            if (b->passed.count == 0)
                continue;
            assert_true(b->passed.least <= b->passed.mean + 1e-12 &&
                        b->passed.mean <= b->passed.most + 1e-12);
            assert_true(b->passed.least <= b->passed.first && b->passed.last <= b->passed.most);
        }
        assert_int_equal(passed, s.total.passed);
        assert_int_equal(flagged, s.total.suspect);
        assert_int_equal(passed + flagged, in);
        arena_reset(&arena);
    }
    arena_free(&arena);
}

/* --- hostile --- */

static void test_what_makes_no_sense_is_refused(void **state)
{
    struct arena arena = {0};
    struct series s;

    (void)state;
    assert_int_equal(series_begin(&s, 0, US_PER_DAY, 1, 9, &arena), ERR_RANGE);
    assert_int_equal(series_begin(&s, 0, US_PER_DAY, 1, 5001, &arena), ERR_RANGE);
    assert_int_equal(series_begin(&s, 0, 0, 1, 100, &arena), ERR_RANGE);
    assert_int_equal(series_begin(&s, US_PER_DAY, 0, 1, 100, &arena), ERR_RANGE);
    assert_int_equal(series_begin(&s, 0, US_PER_DAY, 0, 100, &arena), ERR_RANGE);
    assert_int_equal(series_begin(&s, INT64_MIN, INT64_MAX, 1, 100, &arena), ERR_RANGE);
    arena_free(&arena);
}

static void test_nothing_one_and_what_is_not_finite(void **state)
{
    struct arena arena = {0};
    struct strbuf out = {0};
    struct series s;

    (void)state;
    assert_int_equal(series_begin(&s, T0_US, T0_US + US_PER_DAY, MIN10, 10, &arena), ERR_OK);
    series_end(&s);
    assert_int_equal(s.count, 0);
    series_json(&s, &out);
    assert_non_null(strstr(strbuf_text(&out), "\"items\":[],"));
    assert_non_null(strstr(strbuf_text(&out), "\"mean\":null,\"last\":null}"));
    assert_int_equal(series_begin(&s, T0_US, T0_US + US_PER_DAY, MIN10, 10, &arena), ERR_OK);
    take(&s, T0_US, NAN, QF_PASS);
    take(&s, T0_US, INFINITY, QF_FAIL);
    take(&s, T0_US + 5, 1e308, QF_PASS);
    take(&s, T0_US + 4, 2, QF_PASS); /* backwards */
    take(&s, T0_US + 6, 1e308, QF_PASS);
    series_end(&s);
    assert_int_equal(s.count, 2);
    assert_true(isfinite(s.total.mean));
    strbuf_free(&out);
    arena_free(&arena);
}

/* Before 1970 buckets begin at multiples of their width too. */
static void test_before_1970(void **state)
{
    struct arena arena = {0};
    struct series s;

    (void)state;
    assert_int_equal(series_begin(&s, -US_PER_DAY - 1, 2 * US_PER_DAY, MIN10, 10, &arena), ERR_OK);
    for (int64_t t_us = -US_PER_DAY - 1; t_us < 2 * US_PER_DAY; t_us += US_PER_HOUR)
        take(&s, t_us, 1, QF_PASS);
    series_end(&s);
    assert_true(s.count >= 6 && s.count <= 10);
    for (size_t i = 0; i < s.count; i++)
        assert_true(s.at[i].begin_us % s.width_us == 0 &&
                    s.at[i].begin_us <= s.at[i].passed.first_us);
    arena_free(&arena);
}

/* --- as JSON --- */

static void test_json(void **state)
{
    struct arena arena = {0};
    struct strbuf out = {0};
    struct series s;

    (void)state;
    assert_int_equal(series_begin(&s, T0_US, T0_US + US_PER_HOUR, MIN10, 10, &arena), ERR_OK);
    take(&s, T0_US, 0.476, QF_PASS);
    take(&s, T0_US + MIN10, 9.9, QF_FAIL);
    series_end(&s);
    series_json(&s, &out);
    assert_string_equal(
        strbuf_text(&out),
        "\"step_s\":null,\"gap_s\":600,\"columns\":[\"t\",\"t_last\",\"n\",\"first\",\"min\","
        "\"max\",\"last\",\"mean\",\"flag\",\"gap\"],\n\"items\":["
        "[\"2025-01-01T00:00:00Z\",\"2025-01-01T00:00:00Z\",1,0.476,0.476,0.476,0.476,0.476,1,"
        "false],\n[\"2025-01-01T00:10:00Z\",\"2025-01-01T00:10:00Z\",0,null,null,null,null,null,4,"
        "false]],\n\"flagged_columns\":[\"t\",\"t_last\",\"flag\",\"n\",\"min\",\"max\",\"test\"],"
        "\n\"flagged\":[[\"2025-01-01T00:10:00Z\",\"2025-01-01T00:10:00Z\",4,1,9.9,9.9,\"spike\"]],"
        "\n\"total\":{\"passed\":1,\"suspect\":0,\"failed\":1,\"gaps\":0,\"first\":"
        "\"2025-01-01T00:00:00Z\",\"until\":\"2025-01-01T00:10:00Z\",\"min\":0.476,\"min_t\":"
        "\"2025-01-01T00:00:00Z\",\"max\":0.476,\"max_t\":\"2025-01-01T00:00:00Z\",\"mean\":0.476,"
        "\"last\":0.476}");
    strbuf_free(&out);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_widths_are_round_and_few_enough),
        cmocka_unit_test(test_few_readings_stay_by_themselves),
        cmocka_unit_test(test_buckets_keep_first_least_most_last),
        cmocka_unit_test(test_a_gap_is_a_gap),
        cmocka_unit_test(test_flagged_do_not_move_what_passed),
        cmocka_unit_test(test_flags_have_an_order),
        cmocka_unit_test(test_any_readings_add_up),
        cmocka_unit_test(test_what_makes_no_sense_is_refused),
        cmocka_unit_test(test_nothing_one_and_what_is_not_finite),
        cmocka_unit_test(test_before_1970),
        cmocka_unit_test(test_json),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
