/* Plots over time: axes, folded readings, and what stands in the SVG. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../../src/core/plot_text.h"
#include "shikumen/base/clock.h"
#include "shikumen/base/utc.h"
#include "shikumen/core/plot.h"
#include "zones.h"

static int64_t at(const char *text)
{
    int64_t t_us = 0;

    assert_int_equal(utc_parse(text, &t_us), ERR_OK);
    return t_us;
}

/* --- values --- */

static void expect_sound(const struct plot_axis *a, size_t most)
{
    assert_true(isfinite(a->low) && isfinite(a->high) && a->low < a->high);
    assert_true(a->ticks <= most);
    for (size_t i = 0; i < a->ticks; i++) {
        assert_true(a->tick[i].at >= a->low - 1e-8 * (a->high - a->low));
        assert_true(a->tick[i].at <= a->high + 1e-8 * (a->high - a->low));
        assert_true(i == 0 || a->tick[i].at > a->tick[i - 1].at);
        assert_true(*a->tick[i].label != '\0');
    }
}

static void expect_labels(const struct plot_axis *a, const char *const *labels, size_t n)
{
    assert_int_equal(a->ticks, n);
    for (size_t i = 0; i < n; i++)
        assert_string_equal(a->tick[i].label, labels[i]);
}

static void test_values_have_round_ticks(void **state)
{
    static const char *const tenths[] = {"0.2", "0.4", "0.6", "0.8", "1.0", "1.2"};
    static const char *const across[] = {"-10", "0", "10", "20"};
    struct plot_axis a = plot_value_axis(0.13, 1.31, 8);

    (void)state;
    expect_sound(&a, 8);
    expect_labels(&a, tenths, 6);
    a = plot_value_axis(-10, 25, 5);
    expect_labels(&a, across, 4);
    a = plot_value_axis(6.248, 6.252, 6);
    expect_sound(&a, 6);
    assert_string_equal(a.tick[0].label, "6.248");
}

static void test_values_that_are_no_range(void **state)
{
    static const double ends[] = {0,    1,           -1,       1e-300,    5e300, -1e300, 1e15,
                                  3.25, (double)NAN, INFINITY, -INFINITY, 1e-12, -0.0};
    size_t n = sizeof ends / sizeof *ends;

    (void)state;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++)
            for (size_t most = 0; most < 20; most += 6) {
                struct plot_axis a = plot_value_axis(ends[i], ends[k], most);
                expect_sound(&a, PLOT_TICKS_MAX);
            }
    struct plot_axis a = plot_value_axis(3.25, 3.25, 5);
    assert_true(a.low < 3.25 && a.high > 3.25);
}

/* --- times --- */

static void test_times_are_local(void **state)
{
    static const char *const months[] = {"2021-04", "2021-07", "2021-10", "2022-01"};
    static const char *const days[] = {"2026-11-21", "2026-11-22", "2026-11-23"};
    struct plot_axis a =
        plot_time_axis(at("2021-01-02T00:00:00Z"), at("2022-02-01T00:00:00Z"), 5, &zone_shanghai);

    (void)state;
    expect_labels(&a, months, 4);
    assert_true((int64_t)a.tick[0].at == at("2021-03-31T16:00:00Z"));
    a = plot_time_axis(at("2026-11-20T16:00:00Z"), at("2026-11-23T12:00:00Z"), 4, &zone_shanghai);
    expect_labels(&a, days, 3);
    assert_true((int64_t)a.tick[0].at == at("2026-11-20T16:00:00Z"));
    a = plot_time_axis(at("2026-11-22T01:00:00Z"), at("2026-11-22T11:30:00Z"), 4, &zone_shanghai);
    assert_string_equal(a.tick[0].label, "11-22 09:00");
    a = plot_time_axis(at("2001-05-01T00:00:00Z"), at("2026-05-01T00:00:00Z"), 6, NULL);
    assert_string_equal(a.tick[0].label, "2005");
    assert_true((int64_t)a.tick[0].at == at("2005-01-01T00:00:00Z"));
}

static void test_midnights_over_a_change_of_the_clock(void **state)
{
    struct plot_axis a =
        plot_time_axis(at("2026-03-28T00:00:00Z"), at("2026-03-31T12:00:00Z"), 4, &zone_madrid);

    (void)state;
    assert_int_equal(a.ticks, 3);
    assert_true((int64_t)a.tick[0].at == at("2026-03-28T23:00:00Z"));
    assert_true((int64_t)a.tick[1].at == at("2026-03-29T22:00:00Z"));
    assert_string_equal(a.tick[1].label, "2026-03-30");
}

static void test_spans_of_every_length(void **state)
{
    int64_t from_us = at("1999-12-31T23:59:59.5Z");

    (void)state;
    for (double span = 1; span < 4e15; span *= 3.3)
        for (size_t most = 1; most <= 20; most += 3) {
            struct plot_axis a =
                plot_time_axis(from_us, from_us + (int64_t)span, most, &zone_shanghai);
            size_t bound = most < 2 ? 2 : most > PLOT_TICKS_MAX ? PLOT_TICKS_MAX : most;
            expect_sound(&a, bound);
            assert_true(span < 4.0 * 3600e6 || a.ticks >= 1 || most < 3);
        }
}

/* --- range --- */

static void test_range_is_of_what_passed(void **state)
{
    const struct plot_point points[] = {{1, 0.2}, {2, NAN}, {3, 0.4}};
    const struct plot_series series = {"s", PLOT_THIN, points, 3};
    const struct plot_flagged spike = {{2, 999}, true};
    struct plot_limit limits[] = {{0.55, 2, false, "near"}, {5, 4, false, "far"}};
    struct plot p = {.to_us = 9,
                     .series = &series,
                     .series_count = 1,
                     .flagged = &spike,
                     .flagged_count = 1,
                     .limits = limits,
                     .limit_count = 2};
    struct plot_axis a = plot_range(&p, 6);

    (void)state;
    assert_true(a.low < 0.2 && a.low > 0.1 && a.high > 0.55 && a.high < 0.65);
    limits[1].governs = true;
    a = plot_range(&p, 6);
    assert_true(a.high > 5 && a.high < 6);
    p.series_count = p.limit_count = 0;
    a = plot_range(&p, 6);
    assert_true(a.low < 999 && a.high > 999);
    p.flagged_count = 0;
    a = plot_range(&p, 6);
    assert_true(a.low <= 0 && a.high >= 1);
}

/* --- folded readings --- */

static void test_nothing_is_lost_between_columns(void **state)
{
    struct arena arena = {0};
    struct plot_fold f;
    struct plot_point *points;
    size_t n;
    double least = HUGE_VAL, most = -HUGE_VAL;

    (void)state;
    assert_int_equal(plot_fold_begin(&f, 0, 100000, 50, 40, &arena), ERR_OK);
    for (int64_t t = 0; t <= 100000; t += 7)
        plot_fold_take(&f, t, t == 49000 ? 17 : t == 70007 ? -3 : (double)(t % 5));
    assert_int_equal(plot_fold_end(&f, &arena, &points, &n), ERR_OK);
    assert_true(n > 40 && n <= 5 * 40);
    for (size_t i = 0; i < n; i++) {
        assert_true(isfinite(points[i].y));
        assert_true(i == 0 || points[i].t_us > points[i - 1].t_us);
        least = fmin(least, points[i].y);
        most = fmax(most, points[i].y);
    }
    assert_true(points[0].t_us == 0);
    assert_true(fabs(least + 3) < 1e-12 && fabs(most - 17) < 1e-12);
    arena_free(&arena);
}

static size_t gaps_of(const struct plot_point *points, size_t n)
{
    size_t gaps = 0;

    for (size_t i = 0; i < n; i++)
        gaps += isfinite(points[i].y) ? 0 : 1;
    return gaps;
}

static void test_gaps_stay_gaps(void **state)
{
    static const double bad[] = {(double)NAN, INFINITY, -INFINITY};
    struct arena arena = {0};
    struct plot_fold f;
    struct plot_point *points;
    size_t n;

    (void)state;
    assert_int_equal(plot_fold_begin(&f, 0, 1000, 10, 100, &arena), ERR_OK);
    for (int64_t t = 0; t <= 1000; t += 10)
        if (t < 300 || t > 500)
            plot_fold_take(&f, t, 1);
    plot_fold_take(&f, -1, 99);
    plot_fold_take(&f, 1001, 99);
    assert_int_equal(plot_fold_end(&f, &arena, &points, &n), ERR_OK);
    assert_int_equal(gaps_of(points, n), 1);
    for (size_t i = 0; i < n; i++)
        assert_true(!(points[i].y > 1));
    for (size_t k = 0; k < 3; k++) {
        assert_int_equal(plot_fold_begin(&f, 0, 1000, 10, 100, &arena), ERR_OK);
        for (int64_t t = 0; t <= 1000; t += 10)
            plot_fold_take(&f, t, t == 400 ? bad[k] : 2);
        assert_int_equal(plot_fold_end(&f, &arena, &points, &n), ERR_OK);
        assert_int_equal(gaps_of(points, n), 1);
    }
    arena_free(&arena);
}

static void test_few_readings(void **state)
{
    struct arena arena = {0};
    struct plot_fold f;
    struct plot_point *points;
    size_t n;

    (void)state;
    for (size_t count = 0; count <= 2; count++) {
        assert_int_equal(plot_fold_begin(&f, 0, 10, 100, 1, &arena), ERR_OK);
        for (size_t i = 0; i < count; i++)
            plot_fold_take(&f, (int64_t)(10 * i), (double)i);
        assert_int_equal(plot_fold_end(&f, &arena, &points, &n), ERR_OK);
        assert_int_equal(n, count);
    }
    arena_free(&arena);
}

/* --- text --- */

static void test_lines_break_where_they_may(void **state)
{
    const char *en = "above the limit of 1 mm since May", *zh = "裂缝比基准宽了，限值为一毫米。";
    size_t n = plot_text_fit(en, 8);

    (void)state;
    assert_true(n > 0 && en[n - 1] == ' ' && plot_text_ems(en, n - 1) <= 8);
    n = plot_text_fit(zh, 7);
    assert_int_equal(n, strlen("裂缝比基准宽")); /* not before the comma */
    assert_int_equal(plot_text_fit("abcdefghij", 2), 3);
    assert_int_equal(plot_text_fit("", 5), 0);
    assert_int_equal(plot_text_fit("墙", 0), strlen("墙"));
    assert_int_equal(plot_text_fit("short", 50), 5);
}

static void test_text_is_xml(void **state)
{
    struct strbuf out = {0};
    const char *text = "a<b>&\"\x01\xff\xed\xa0\x80墙";

    (void)state;
    plot_text_xml(&out, text, strlen(text));
    assert_string_equal(strbuf_text(&out), "a&lt;b&gt;&amp;&quot;\xEF\xBF\xBD\xEF\xBF\xBD"
                                           "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD墙");
    strbuf_clear(&out);
    plot_text_cut(&out, "墙墙墙墙<", 3);
    assert_string_equal(strbuf_text(&out), "墙墙…");
    strbuf_free(&out);
}

/* --- drawn --- */

static const struct plot_point drawn[] = {
    {0, 1}, {US_PER_DAY, 2}, {2 * US_PER_DAY, NAN}, {3 * US_PER_DAY, 2}, {4 * US_PER_DAY, 1}};

static size_t count_of(const struct strbuf *out, const char *what)
{
    size_t n = 0;

    for (const char *c = strbuf_text(out); (c = strstr(c, what)); c += strlen(what))
        n++;
    return n;
}

static struct plot full_plot(void)
{
    static const struct plot_series series[] = {{"原始 raw", PLOT_THIN, drawn, 5},
                                                {"扣除天气 compensated", PLOT_BOLD, drawn, 2}};
    static const struct plot_flagged flagged[] = {{{US_PER_DAY, 77}, true},
                                                  {{US_PER_DAY, 1.5}, false}};
    static const struct plot_limit limits[] = {{2.2, 3, true, "limit <near> [V]"},
                                               {50, 4, false, "limit far [J]"},
                                               {-50, 1, false, "limit low [J]"}};
    static const struct plot_step steps[] = {{US_PER_DAY, 1, 1},
                                             {2 * US_PER_DAY, 2, 2},
                                             {3 * US_PER_DAY, 3, 3},
                                             {7 * US_PER_DAY / 2, 4, 4},
                                             {4 * US_PER_DAY, 0, 5}};
    static const struct plot_epoch epochs[] = {{2 * US_PER_DAY, 2 * US_PER_DAY, "维修 repair"},
                                               {-9 * US_PER_DAY, US_PER_DAY, "past"},
                                               {99 * US_PER_DAY, INT64_MAX, "to come"}};

    return (struct plot){.title = "墙 wall <1> & more",
                         .lines = {"摘要", "summary"},
                         .line_count = 2,
                         .notes = {"a note"},
                         .note_count = 1,
                         .y_name = "裂缝 crack (mm)",
                         .x_name = "日期 date",
                         .empty = "没有 none",
                         .to_us = 5 * US_PER_DAY,
                         .zone = &zone_shanghai,
                         .series = series,
                         .series_count = 2,
                         .flagged = flagged,
                         .flagged_count = 2,
                         .suspect_name = "可疑 suspect",
                         .failed_name = "不合格 failed",
                         .limits = limits,
                         .limit_count = 3,
                         .steps = steps,
                         .step_count = 5,
                         .level_names = {"over", "blue", "yellow", "orange", "red"},
                         .epochs = epochs,
                         .epoch_count = 3,
                         .epoch_name = "epoch"};
}

/* Elements are closed in the order in which they were opened, and all of them. */
static void expect_balanced(const struct strbuf *out)
{
    char open[16][12];
    size_t depth = 0;

    for (const char *c = strbuf_text(out); (c = strchr(c, '<')); c++) {
        const char *end = strchr(c, '>');
        char name[12] = "";
        assert_non_null(end);
        if (c[1] == '?')
            continue;
        sscanf(c + 1 + (c[1] == '/'), "%11[a-z]", name);
        assert_true(*name != '\0');
        if (c[1] == '/') {
            assert_true(depth > 0);
            assert_string_equal(open[--depth], name);
        } else if (end[-1] != '/') {
            assert_true(depth < 16);
            strcpy(open[depth++], name);
        }
    }
    assert_int_equal(depth, 0);
}

static void test_all_of_it_is_drawn(void **state)
{
    static const int widths[] = {1, 320, 480, 1000, 3000};
    struct plot p = full_plot();

    (void)state;
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        struct strbuf out = {0}, again = {0};
        plot_svg(&p, widths[i], &out);
        plot_svg(&p, widths[i], &again);
        assert_false(out.failed);
        assert_string_equal(strbuf_text(&out), strbuf_text(&again));
        expect_balanced(&out);
        assert_int_equal(count_of(&out, "nan"), 0);
        assert_int_equal(count_of(&out, "inf"), 0);
        assert_int_equal(count_of(&out, "limit &lt;near&gt; [V]"), 1);
        assert_int_equal(count_of(&out, "↑ limit far [J]"), 1);
        assert_int_equal(count_of(&out, "↓ limit low [J]"), 1);
        assert_int_equal(count_of(&out, "维修 repair"), 1);
        assert_int_equal(count_of(&out, "to come"), 0);
        assert_int_equal(count_of(&out, "墙 wall &lt;1&gt; &amp; more"), 2);
        assert_int_equal(count_of(&out, "<circle"), 2); /* the step, and the legend */
        strbuf_free(&out);
        strbuf_free(&again);
    }
}

/* The thin series has a gap: two strokes. Its points are those of the axis. */
static void test_a_gap_breaks_the_line(void **state)
{
    struct plot p = full_plot();
    struct strbuf out = {0};
    const char *thin, *bold;

    (void)state;
    plot_svg(&p, 1000, &out);
    thin = strstr(strbuf_text(&out), "stroke=\"#7d8b99\" stroke-width=\"0.9\" stroke-linejoin");
    bold = strstr(strbuf_text(&out), "stroke=\"#000\" stroke-width=\"2.4\" stroke-linejoin");
    assert_non_null(thin);
    assert_non_null(bold);
    assert_true(strchr(strchr(thin, 'M') + 1, 'M') < strstr(thin, "/>"));
    assert_true(strchr(bold, 'M') < strstr(bold, "/>"));
    assert_true(strchr(strchr(bold, 'M') + 1, 'M') == NULL ||
                strchr(strchr(bold, 'M') + 1, 'M') > strstr(bold, "/>"));
    strbuf_free(&out);
}

static void test_nothing_to_draw(void **state)
{
    struct plot p = {.title = "t",
                     .y_name = "y",
                     .x_name = "x",
                     .empty = "没有 none",
                     .epoch_name = "",
                     .to_us = 1};
    struct strbuf out = {0};

    (void)state;
    plot_svg(&p, 600, &out);
    expect_balanced(&out);
    assert_int_equal(count_of(&out, "没有 none"), 1);
    assert_int_equal(count_of(&out, "nan"), 0);
    strbuf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_have_round_ticks),
        cmocka_unit_test(test_values_that_are_no_range),
        cmocka_unit_test(test_times_are_local),
        cmocka_unit_test(test_midnights_over_a_change_of_the_clock),
        cmocka_unit_test(test_spans_of_every_length),
        cmocka_unit_test(test_range_is_of_what_passed),
        cmocka_unit_test(test_nothing_is_lost_between_columns),
        cmocka_unit_test(test_gaps_stay_gaps),
        cmocka_unit_test(test_few_readings),
        cmocka_unit_test(test_lines_break_where_they_may),
        cmocka_unit_test(test_text_is_xml),
        cmocka_unit_test(test_all_of_it_is_drawn),
        cmocka_unit_test(test_a_gap_breaks_the_line),
        cmocka_unit_test(test_nothing_to_draw),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
