/* Milliseconds a call of the numerical methods, in the sizes the daemon uses, in turn with numpy
 * and scipy on the same bytes where these have the same method; and a district of sensors through
 * all of them. One thread. bench_num --values prints what each comes to instead. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "num_cases.h"
#include "num_district.h"
#include "num_peer.h"
#include "report.h"
#include "shikumen/num/order.h"
#include "tmpdir.h"

#define ENOUGH_S  0.2
#define CALLS_MAX 4096
#define SENSORS   2000

struct num_case {
    const char *measure;
    double (*run)(struct num_work *w);
    double tolerance; /* relative, of the check values */
    bool alone;
};

/* Tolerances: rounding through the condition of the problem; 1e-5 where ours is in single
 * precision; 1e-4 where a minimum is searched, which is flat. */
static const struct num_case cases[] = {
    {"regress", case_regress, 1e-9, false},
    {"ridge", case_ridge, 1e-4, false},
    {"hampel", case_hampel, 1e-12, false},
    {"quantile", case_quantile, 1e-12, false},
    {"autocorrelation", case_autocorrelation, 1e-10, false},
    {"mann_kendall_365", case_mann_kendall, 1e-12, false},
    {"mann_kendall_5000", case_mann_kendall_long, 1e-12, false},
    {"theil_sen_365", case_theil_sen, 1e-9, false},
    {"theil_sen_5000", case_theil_sen_long, 1e-9, false},
    {"pca", case_pca, 1e-9, false},
    {"band_kb_ppv", case_band_kb_ppv, 1e-9, false},
    {"welch", case_welch, 1e-5, false},
    {"spectral_matrix", case_spectral_matrix, 1e-5, false},
    {"dominant", case_dominant, 1e-5, false},
    {"ssi", case_ssi, 1e-7, false},
    {"fft", case_fft, 1e-5, false},
    {"en15757", case_en15757, 1e-10, false},
    {"emc", case_emc, 1e-12, false},
    {"normal_quantile", case_normal_quantile, 1e-11, false},
    {"newey_west", case_newey_west, 0, true},
    {"kalman_fit", case_kalman_fit, 0, true},
    {"horizon", case_horizon, 0, true},
    {"bocpd", case_bocpd, 0, true},
    {"cusum", case_cusum, 0, true},
    {"rainflow", case_rainflow, 0, true},
    {"mould", case_mould, 0, true},
    {"mcd", case_mcd, 0, true},
    {"gpd", case_gpd, 0, true},
    {"cluster", case_cluster, 0, true},
};
#define CASES (sizeof cases / sizeof *cases)

/* Median time of a call, ms, over calls that take min_s together. */
static double time_ms(const struct num_case *c, struct num_work *w, double min_s)
{
    static double took_s[CALLS_MAX];
    static volatile double sink;
    double total_s = 0;
    size_t n = 0;

    while (n < CALLS_MAX && total_s < min_s) {
        arena_reset(&w->arena);
        double start_s = now_s();
        sink = c->run(w);
        total_s += took_s[n++] = now_s() - start_s;
    }
    (void)sink;
    return median(took_s, n) * 1e3;
}

static void require_same(const struct num_case *c, struct num_work *w, struct num_peer *p)
{
    arena_reset(&w->arena);
    double ours = c->run(w);
    if (c->alone)
        return;
    double theirs = num_peer_check(p, c->measure);
    if (!(fabs(ours - theirs) <= c->tolerance * fabs(theirs)))
        give_up("%s: not the same work: ours gives %.17g, scipy %.17g", c->measure, ours, theirs);
}

static void measure(const struct num_case *c, struct num_work *w, struct num_peer *p, int round,
                    double min_s)
{
    double theirs = 0;

    if (round == 1)
        require_same(c, w, p);
    if (!c->alone && round % 2 == 0)
        theirs = num_peer_time(p, c->measure, min_s);
    report(round, c->measure, "num", "ms", time_ms(c, w, min_s));
    if (!c->alone && round % 2 == 1)
        theirs = num_peer_time(p, c->measure, min_s);
    if (!c->alone)
        report(round, c->measure, "scipy", "ms", theirs);
}

static void measure_cases(const struct bench_options *o)
{
    static struct num_data data;
    struct arena arena = {0};
    struct num_work work;
    char *folder = tmpdir_make("num");

    num_data_make(&data, &arena);
    num_data_write(&data, folder);
    num_work_init(&work, &data);
    struct num_peer peer = num_peer_start(folder);
    for (int round = 1; round <= o->rounds; round++)
        for (size_t i = 0; i < CASES; i++)
            if (bench_wanted(o, cases[i].measure))
                measure(&cases[i], &work, &peer, round, o->quick ? ENOUGH_S / 10 : ENOUGH_S);
    num_peer_stop(&peer);
    num_work_free(&work);
    arena_free(&arena);
    tmpdir_remove(folder);
}

static void measure_district(const struct bench_options *o)
{
    size_t sensors = o->quick ? SENSORS / 10 : SENSORS;

    for (int round = 1; round <= o->rounds; round++) {
        struct num_district d;
        double total_s = 0;
        num_district_run(sensors, &d);
        for (size_t s = 0; s < DISTRICT_STAGES; s++) {
            double took_s = d.took_s[s] * SENSORS / (double)sensors;
            report(round, "district", num_district_stage(s), "s", took_s);
            total_s += took_s;
        }
        report(round, "district", "all", "s", total_s);
        progress("  district of %zu sensors: %.1f s a %d (checksum %g)", sensors, total_s, SENSORS,
                 d.sink);
    }
}

/* What every measure comes to, to the last bit: the same on every machine
 * (tests/arch/test_same_bits.sh). */
static void print_values(void)
{
    static struct num_data data;
    struct arena arena = {0};
    struct num_district district;
    struct num_work work;

    num_data_make(&data, &arena);
    num_work_init(&work, &data);
    for (size_t i = 0; i < CASES; i++) {
        arena_reset(&work.arena);
        printf("%s %a\n", cases[i].measure, cases[i].run(&work));
    }
    num_district_run(10, &district);
    printf("district %a\n", district.sink);
    num_work_free(&work);
    arena_free(&arena);
}

int main(int argc, char *argv[])
{
    if (argc == 2 && strcmp(argv[1], "--values") == 0) {
        print_values();
        return 0;
    }
    struct bench_options o = bench_options(argc, argv);

    if (!o.only || !bench_wanted(&o, "district"))
        measure_cases(&o);
    if (bench_wanted(&o, "district"))
        measure_district(&o);
    return 0;
}
