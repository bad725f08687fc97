/* A vibration record as a picture: peaks stay, a steady vibration stands at its frequency with its
 * amplitude, and the curves are those of the verdicts. */
#include "burst_fixture.h"

#include "shikumen/core/burst_plot.h"

#define FS 200.0
#define N  2000

static struct burst_plot plot(struct fixture *f, const struct burst_record *b, size_t sensor,
                              const struct limit_set *own)
{
    const struct burst_site site = burst_site(&site_registry, (uint32_t)sensor);
    struct burst_assessment *a = arena_alloc(&f->arena, sizeof *a);
    struct burst_plot p;

    assert_int_equal(burst_assess(b, &site, &f->arena, a), ERR_OK);
    assert_int_equal(burst_plot_of(b, a, own, &f->arena, &p), ERR_OK);
    return p;
}

static struct burst_record sine(struct fixture *f, double amplitude, double f_hz)
{
    static double x[N];

    for (int i = 0; i < N; i++)
        x[i] = amplitude * sin(2 * M_PI * f_hz * i / FS);
    put_burst(&f->text, FS, "velocity", "mm/s", (const double *const[]){x, NULL, NULL}, N, true);
    return read_burst(f);
}

static void a_steady_vibration_stands_where_it_is(void **state)
{
    struct fixture *f = *state;
    struct burst_record b = sine(f, 4, 15);
    struct burst_plot p = plot(f, &b, ON_FOOT, NULL);
    size_t top = 0;

    assert_true(p.axis[0].known && !p.axis[1].known && !p.axis[2].known);
    assert_int_equal(p.columns, BURST_PLOT_COLUMNS);
    assert_near(p.column_s * (double)p.columns, N / FS, 1e-9);
    assert_near(p.spectrum_s, N / FS, 1e-9);
    for (size_t i = 0; i < p.bands; i++)
        if (p.axis[0].amplitude[i] > p.axis[0].amplitude[top] || isnan(p.axis[0].amplitude[top]))
            top = i;
    assert_true(burst_plot_band_hz(top) <= 15 && 15 < burst_plot_band_hz(top + 1));
    assert_near((double)p.axis[0].amplitude[top], 4, 0.15);
}

static void the_peak_of_one_sample_stays(void **state)
{
    struct fixture *f = *state;
    static double x[N];
    struct burst_record b;
    struct burst_plot p;
    double *v, most = 0, shown = 0;

    memset(x, 0, sizeof x);
    add_pulse(x, N, FS, 6, 20, 4, 0.5);
    put_burst(&f->text, FS, "velocity", "mm/s", (const double *const[]){NULL, NULL, x}, N, false);
    b = read_burst(f);
    p = plot(f, &b, ON_FOOT, NULL);
    assert_int_equal(burst_velocity(&b, 2, &f->arena, &v), ERR_OK);
    for (size_t i = 0; i < N; i++)
        most = fmax(most, v[i]);
    for (size_t i = 0; i < p.columns; i++) {
        assert_true(p.axis[2].least[i] <= p.axis[2].most[i]);
        shown = fmax(shown, (double)p.axis[2].most[i]);
    }
    assert_true(most > 4);
    assert_near(shown, most, 1e-6 * most);
}

/* Every verdict has its curve, at the height that it was judged by. */
static void curves_are_those_of_the_verdicts(void **state)
{
    struct fixture *f = *state;
    const struct burst_site site = burst_site(&site_registry, ON_FOOT);
    struct burst_record b = sine(f, 4, 15);
    struct burst_assessment *a = arena_alloc(&f->arena, sizeof *a);
    struct burst_plot p = plot(f, &b, ON_FOOT, NULL);
    unsigned governed = 0;

    assert_int_equal(burst_assess(&b, &site, &f->arena, a), ERR_OK);
    assert_true(a->count > 3 && p.curves > 1);
    for (size_t i = 0; i < a->count; i++) {
        const struct burst_verdict *v = &a->verdict[i];
        const struct burst_curve *c = NULL;
        for (size_t k = 0; k < p.curves; k++)
            if (p.curve[k].limit == v->limit)
                c = &p.curve[k];
        assert_non_null(c);
        assert_true(c->sources & 1U << v->source && c->places & 1U << v->place);
        if (v->frequency_hz > 0)
            assert_near(burst_plot_allowed(c, v->frequency_hz), v->limit_mm_s, 1e-9);
    }
    for (size_t k = 0; k < p.curves; k++)
        governed |= p.curve[k].governs;
    for (unsigned s = 0; s < BURST_SOURCES; s++)
        assert_int_equal(governed >> s & 1, a->governing[s] != NO_VERDICT);
}

static void the_sensors_own_limits_are_drawn(void **state)
{
    static const struct curve_point points[] = {{1, 3}, {10, 3}, {50, 8}};
    static const struct limit limits[] = {{.level = 3,
                                           .of = LIMIT_EVENT,
                                           .value = 0.8,
                                           .curve = points,
                                           .curve_len = 3,
                                           .source = "DIN",
                                           .clause = "5",
                                           .edition = "1999",
                                           .unit = "mm/s",
                                           .mark = 'V'},
                                          {.level = 2,
                                           .of = LIMIT_EVENT,
                                           .value = 2,
                                           .source = "J",
                                           .clause = "",
                                           .edition = "",
                                           .unit = "mm/s",
                                           .mark = 'J'},
                                          {.level = 1,
                                           .of = LIMIT_VALUE,
                                           .value = 1,
                                           .source = "",
                                           .clause = "",
                                           .edition = "",
                                           .unit = "mm/s",
                                           .mark = 'V'}};
    static const struct limit_set own = {.name = "own", .limits = limits, .count = 3};
    struct fixture *f = *state;
    struct burst_record b = sine(f, 4, 15);
    struct strbuf out = {0};
    struct burst_plot p;

    assert_int_equal(burst_plot_of(&b, NULL, &own, &f->arena, &p), ERR_OK);
    assert_int_equal(p.curves, 2);
    assert_near(burst_plot_allowed(&p.curve[0], 5), 2.4, 1e-12);
    assert_near(burst_plot_allowed(&p.curve[1], 5), 2, 1e-12);
    burst_plot_json(&p, &out);
    assert_non_null(strstr(strbuf_text(&out), "\"standard\":\"DIN\",\"edition\":\"1999\","
                                              "\"clause\":\"5\",\"mark\":\"V\",\"level\":3,"
                                              "\"points\":[["));
    assert_null(strstr(strbuf_text(&out), "nan"));
    strbuf_free(&out);
}

static void what_cannot_be_drawn(void **state)
{
    struct fixture *f = *state;
    static const double one[] = {1}, two[] = {1, 2};
    struct burst_record b;
    struct burst_plot p;
    double *v;

    put_burst(&f->text, FS, "velocity", "mm/s", (const double *const[]){one, NULL, NULL}, 1, false);
    b = read_burst(f);
    assert_int_equal(burst_plot_of(&b, NULL, NULL, &f->arena, &p), ERR_TOO_FEW);
    assert_int_equal(burst_velocity(&b, 1, &f->arena, &v), ERR_PARSE);
    assert_int_equal(burst_velocity(&b, 3, &f->arena, &v), ERR_PARSE);
    put_burst(&f->text, FS, "velocity", "mm/s", (const double *const[]){two, NULL, NULL}, 2, false);
    b = read_burst(f);
    assert_int_equal(burst_plot_of(&b, NULL, NULL, &f->arena, &p), ERR_OK);
    assert_int_equal(p.columns, 2);
    put_burst(&f->text, 10, "velocity", "mm/s", (const double *const[]){two, NULL, NULL}, 2, false);
    b = read_burst(f);
    assert_int_equal(burst_plot_of(&b, NULL, NULL, &f->arena, &p), ERR_RANGE);
    b.fault = "broken";
    assert_int_equal(burst_plot_of(&b, NULL, NULL, &f->arena, &p), ERR_PARSE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_steady_vibration_stands_where_it_is, setup, teardown),
        cmocka_unit_test_setup_teardown(the_peak_of_one_sample_stays, setup, teardown),
        cmocka_unit_test_setup_teardown(curves_are_those_of_the_verdicts, setup, teardown),
        cmocka_unit_test_setup_teardown(the_sensors_own_limits_are_drawn, setup, teardown),
        cmocka_unit_test_setup_teardown(what_cannot_be_drawn, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
