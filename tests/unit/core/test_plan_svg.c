/* The plan of houses: to scale, north up, every state by shape as well as by colour. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shikumen/core/plan_svg.h"

static const struct plan_corner west[] = {{0, 0}, {4, 0}, {4, 12}, {0, 12}};
static const struct plan_corner east[] = {{96, 0}, {100, 0}, {100, 12}, {96, 12}};

static struct plan plan_of(const struct plan_house *houses, size_t n)
{
    return (struct plan){.title = "plan",
                         .houses = houses,
                         .count = n,
                         .state_names = {"grey", "green", "blue", "yellow", "orange", "red"},
                         .note = "",
                         .north = "north"};
}

static char *drawn(const struct plan *p, int width)
{
    struct strbuf out = {0};

    plan_svg(p, width, &out);
    assert_false(out.failed);
    return out.data;
}

/* Corners of polygon i as they were drawn. */
static void corners_of(const char *svg, int i, double x[4], double y[4])
{
    const char *at = svg;

    for (int k = 0; k <= i; k++) {
        at = strstr(at, "points=\"");
        assert_non_null(at);
        at += strlen("points=\"");
    }
    assert_int_equal(sscanf(at, "%lf,%lf %lf,%lf %lf,%lf %lf,%lf", &x[0], &y[0], &x[1], &y[1],
                            &x[2], &y[2], &x[3], &y[3]),
                     8);
}

static void test_houses_are_to_scale_with_north_up(void **state)
{
    const struct plan_house houses[] = {{west, 4, PLAN_GREEN, "1", "one"},
                                        {east, 4, PLAN_RED, "2", "two"}};
    struct plan p = plan_of(houses, 2);
    char *svg = drawn(&p, 1024);
    double x[4], y[4], u[4], v[4];

    (void)state;
    corners_of(svg, 0, x, y);
    corners_of(svg, 1, u, v);
    assert_true(fabs((u[0] - x[0]) / (x[1] - x[0]) - 24) < 0.1); /* 96 m and 4 m */
    assert_true(fabs((y[1] - y[2]) / (x[1] - x[0]) - 3) < 0.02); /* 12 m and 4 m */
    assert_true(y[2] < y[1]);
    assert_true(u[1] <= 1024 - 11.9);
    free(svg);
}

static void test_every_state_has_a_shape_of_its_own(void **state)
{
    static const char *const shapes[] = {">?<", ">○<", ">◇<", ">△<", ">▲<", ">■<"};

    (void)state;
    for (int i = 0; i < PLAN_STATES; i++) {
        const struct plan_house house = {west, 4, (enum plan_state)i, "H", "house"};
        struct plan p = plan_of(&house, 1);
        char *svg = drawn(&p, 600), *house_at = strstr(svg, "<polygon");
        assert_non_null(house_at);
        assert_non_null(strstr(house_at, shapes[i]));
        free(svg);
    }
}

static void test_hostile_names_stay_names(void **state)
{
    const struct plan_house house = {west, 4, PLAN_RED, "<a&b>", "</title><script>"};
    struct plan p = plan_of(&house, 1);
    char *svg = drawn(&p, 600);

    (void)state;
    assert_null(strstr(svg, "<script>"));
    assert_non_null(strstr(svg, "&lt;a&amp;b&gt;"));
    free(svg);
}

static void test_nothing_to_draw_is_a_whole_file(void **state)
{
    struct plan p = plan_of(NULL, 0);
    char *svg = drawn(&p, 1);

    (void)state;
    assert_non_null(strstr(svg, "width=\"320\""));
    assert_null(strstr(svg, "nan"));
    assert_null(strstr(svg, "inf"));
    assert_string_equal(svg + strlen(svg) - 7, "</svg>\n");
    free(svg);
}

static void test_a_point_like_or_far_away_house_is_drawn(void **state)
{
    static const struct plan_corner dot[] = {{5, 5}, {5, 5}, {5, 5}};
    static const struct plan_corner far[] = {{-100000, -100000}, {100000, -100000}, {0, 100000}};
    const struct plan_house houses[] = {{dot, 3, PLAN_BLUE, "", "dot"},
                                        {far, 3, PLAN_BLUE, "far", "far"}};

    (void)state;
    for (size_t n = 1; n <= 2; n++) {
        struct plan p = plan_of(houses, n);
        char *svg = drawn(&p, 800);
        assert_null(strstr(svg, "nan"));
        assert_null(strstr(svg, "inf"));
        free(svg);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_houses_are_to_scale_with_north_up),
        cmocka_unit_test(test_every_state_has_a_shape_of_its_own),
        cmocka_unit_test(test_hostile_names_stay_names),
        cmocka_unit_test(test_nothing_to_draw_is_a_whole_file),
        cmocka_unit_test(test_a_point_like_or_far_away_house_is_drawn),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
