#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "near.h"

#include "shikumen/num/hazard.h"
#include "shikumen/num/random.h"

static const struct hazard_basis sound = {.confidence = 0.8, .history_d = 400};

static enum risk_level level(double p_365d, double p_active)
{
    enum risk_level l = RISK_INSUFFICIENT;

    assert_int_equal(hazard_level(p_365d, p_active, &l), ERR_OK);
    return l;
}

static struct hazard_risk classed(struct hazard_risk_input in)
{
    struct hazard_risk r;

    assert_int_equal(hazard_risk(&in, &r), ERR_OK);
    return r;
}

static struct hazard_condition conditioned(struct hazard_condition_input in)
{
    struct hazard_condition c;

    assert_int_equal(hazard_condition(&in, &c), ERR_OK);
    return c;
}

/* Each bound belongs to the level above it; P(active) raises beyond 0.8, not at it, and not above
 * H. */
static void exact_hazard_levels(void **state)
{
    (void)state;
    assert_int_equal(level(0, 0), RISK_LOW);
    assert_int_equal(level(0.0099, 0), RISK_LOW);
    assert_int_equal(level(0.01, 0), RISK_MEDIUM_LOW);
    assert_int_equal(level(0.05, 0), RISK_MEDIUM);
    assert_int_equal(level(0.1999, 0.8), RISK_MEDIUM);
    assert_int_equal(level(0.1999, 0.81), RISK_MEDIUM_HIGH);
    assert_int_equal(level(0.2, 0), RISK_MEDIUM_HIGH);
    assert_int_equal(level(0.5, 0), RISK_HIGH);
    assert_int_equal(level(1, 1), RISK_HIGH);
    assert_int_equal(level(0, 1), RISK_MEDIUM_LOW);
}

/* The table of classes, row by row as written: L = 0, ML = 1, M = 2, MH = 3, H = 4. */
static void vector_matrix(void **state)
{
    static const char *const row[] = {"00122", "01123", "11233", "22334", "33444"};

    (void)state;
    for (int h = 0; h < RISK_LEVELS; h++)
        for (int v = 0; v < RISK_LEVELS; v++)
            assert_int_equal(risk_matrix[h][v], row[h][v] - '0');
}

/* All 125 triples: hazard with vulnerability by the matrix, that with exposure by the same. */
static void vector_all_triples(void **state)
{
    static const double p[] = {0, 0.02, 0.1, 0.3, 0.7};

    (void)state;
    for (int h = 0; h < RISK_LEVELS; h++)
        for (int v = 0; v < RISK_LEVELS; v++)
            for (int e = 0; e < RISK_LEVELS; e++) {
                struct hazard_risk r = classed((struct hazard_risk_input){
                    p[h], 0, (enum risk_level)v, (enum risk_level)e, sound});

                assert_int_equal(r.hazard, h);
                assert_int_equal(r.with_vulnerability, risk_matrix[h][v]);
                assert_int_equal(r.level, risk_matrix[risk_matrix[h][v]][e]);
                assert_false(r.overridden || r.insufficient || r.commission_appraisal);
            }
}

static void exact_overrides(void **state)
{
    struct hazard_risk_input in = {0, 0, RISK_LOW, RISK_LOW, sound};
    struct hazard_risk r;

    (void)state;
    in.basis.stability_alarm = true;
    r = classed(in);
    assert_int_equal(r.level, RISK_HIGH);
    assert_true(r.overridden);
    assert_int_equal(r.hazard, RISK_LOW);
    assert_false(r.commission_appraisal);
    in.basis.confidence = 0.1; /* an alarm needs no history */
    r = classed(in);
    assert_int_equal(r.level, RISK_HIGH);
    assert_true(r.insufficient);
    in.basis = sound;
    in.basis.appraisal_due = true;
    r = classed(in);
    assert_int_equal(r.level, RISK_LOW);
    assert_true(r.commission_appraisal);
}

static void exact_insufficient(void **state)
{
    struct hazard_risk_input in = {0.9, 0.9, RISK_HIGH, RISK_HIGH, sound};
    struct hazard_condition_input c = {0.1, 0, (double)INFINITY, sound};

    (void)state;
    in.basis.confidence = 0.4999;
    assert_int_equal(classed(in).level, RISK_INSUFFICIENT);
    in.basis.confidence = 0.5;
    in.basis.history_d = 30;
    assert_int_equal(classed(in).level, RISK_HIGH);
    in.basis.history_d = 29.9;
    assert_int_equal(classed(in).level, RISK_INSUFFICIENT);
    c.basis.history_d = 10; /* never green */
    assert_int_equal(conditioned(c).condition, EN_INSUFFICIENT);
    assert_int_equal(conditioned(c).urgency, EN_INSUFFICIENT);
    assert_int_equal(conditioned(c).recommendation, EN_INSUFFICIENT);
    c.basis.stability_alarm = true;
    assert_int_equal(conditioned(c).condition, EN_3);
    assert_int_equal(conditioned(c).recommendation, EN_3);
}

/* The grades' bounds as defined: margins 0.6, 0.8, 1; t05 5 years, 365 d, 30 d; category 3. */
static void vector_condition_grades(void **state)
{
    static const struct {
        double margin;
        unsigned category;
        double t05_d;
        enum en_grade condition, urgency, recommendation;
    } row[] = {
        {0.59, 0, 2000, EN_0, EN_0, EN_0},    {0.6, 0, 2000, EN_1, EN_0, EN_1},
        {0.79, 2, 2000, EN_1, EN_0, EN_1},    {0.8, 0, 2000, EN_2, EN_0, EN_2},
        {0.1, 3, 2000, EN_2, EN_0, EN_2},     {0.1, 5, 2000, EN_2, EN_0, EN_2},
        {1.0, 3, 2000, EN_3, EN_3, EN_3},     {0.1, 0, 1826.3, EN_0, EN_0, EN_0},
        {0.1, 0, 1826.25, EN_0, EN_1, EN_1},  {0.1, 0, 365.1, EN_0, EN_1, EN_1},
        {0.1, 0, 365, EN_0, EN_2, EN_2},      {0.1, 0, 30, EN_0, EN_2, EN_2},
        {0.1, 0, 29.9, EN_0, EN_3, EN_3},     {0.1, 0, 0, EN_0, EN_3, EN_3},
        {0.7, 0, -5, EN_1, EN_3, EN_3},       {0.9, 0, 100, EN_2, EN_2, EN_2},
        {0.1, 0, HUGE_VAL, EN_0, EN_0, EN_0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct hazard_condition c = conditioned(
            (struct hazard_condition_input){row[i].margin, row[i].category, row[i].t05_d, sound});

        assert_int_equal(c.condition, row[i].condition);
        assert_int_equal(c.urgency, row[i].urgency);
        assert_int_equal(c.recommendation, row[i].recommendation);
    }
}

/* Raising any input never lowers the level, nor any grade. */
static void invariant_monotone(void **state)
{
    struct random r = random_seeded(1);

    (void)state;
    for (int run = 0; run < 20000; run++) {
        struct hazard_risk_input a = {random_uniform(&r), random_uniform(&r),
                                      (enum risk_level)random_below(&r, RISK_LEVELS),
                                      (enum risk_level)random_below(&r, RISK_LEVELS), sound},
                                 b = a;

        a.p_365d *= a.p_365d * a.p_365d; /* as often small as large */
        b.p_365d = a.p_365d;
        switch (random_below(&r, 5)) {
        case 0:
            b.p_365d += (1 - b.p_365d) * random_uniform(&r);
            break;
        case 1:
            b.p_active += (1 - b.p_active) * random_uniform(&r);
            break;
        case 2:
            b.vulnerability = b.vulnerability < RISK_HIGH ? b.vulnerability + 1 : RISK_HIGH;
            break;
        case 3:
            b.exposure = b.exposure < RISK_HIGH ? b.exposure + 1 : RISK_HIGH;
            break;
        default:
            b.basis.stability_alarm = true;
        }
        assert_true(classed(b).level >= classed(a).level);
        assert_true(classed(b).hazard >= classed(a).hazard);
        assert_true(classed(b).with_vulnerability >= classed(a).with_vulnerability);
    }
}

static void invariant_condition_monotone(void **state)
{
    struct random r = random_seeded(2);

    (void)state;
    for (int run = 0; run < 20000; run++) {
        struct hazard_condition_input a = {1.3 * random_uniform(&r), (unsigned)random_below(&r, 5),
                                           2500 * random_uniform(&r) * random_uniform(&r), sound},
                                      b = a;
        struct hazard_condition before = conditioned(a), after;

        switch (random_below(&r, 4)) {
        case 0:
            b.margin += random_uniform(&r);
            break;
        case 1:
            b.category++;
            break;
        case 2:
            b.t05_d *= random_uniform(&r);
            break;
        default:
            b.basis.stability_alarm = true;
        }
        after = conditioned(b);
        assert_true(after.condition >= before.condition && after.urgency >= before.urgency);
        assert_true(after.recommendation >= before.recommendation);
        assert_true(before.recommendation >= before.condition &&
                    before.recommendation >= before.urgency);
    }
}

/* Whatever the rest, data that are insufficient never show a level, unless stability overrides. */
static void invariant_never_green(void **state)
{
    struct random r = random_seeded(3);

    (void)state;
    for (int run = 0; run < 5000; run++) {
        struct hazard_risk_input in = {random_uniform(&r), random_uniform(&r),
                                       (enum risk_level)random_below(&r, RISK_LEVELS),
                                       (enum risk_level)random_below(&r, RISK_LEVELS), sound};

        in.basis.appraisal_due = random_below(&r, 2);
        if (random_below(&r, 2))
            in.basis.confidence = 0.4999 * random_uniform(&r);
        else
            in.basis.history_d = 29.9 * random_uniform(&r);
        assert_int_equal(classed(in).level, RISK_INSUFFICIENT);
        in.basis.stability_alarm = true;
        assert_int_equal(classed(in).level, RISK_HIGH);
    }
}

/* Elements of known rate of exceedance (per day), the times until it drawn: what the classes say of
 * probability and time comes true, within four binomial errors. */
enum { ELEMENTS = 50000 };
static double drawn_rate(struct random *r)
{
    return pow(10, -5 + 4 * random_uniform(r)); /* p of a year 0.4 % to 1 */
}

/* Of each hazard level, the share exceeded within 365 days lies between its bounds. */
static void truth_levels_come_true(void **state)
{
    struct random r = random_seeded(4);
    double n[RISK_LEVELS] = {0}, exceeded[RISK_LEVELS] = {0};

    (void)state;
    for (int i = 0; i < ELEMENTS; i++) {
        double rate = drawn_rate(&r);
        enum risk_level l = level(-expm1(-365 * rate), 0);

        n[l]++;
        exceeded[l] += random_exponential(&r) / rate <= 365;
    }
    for (int l = 0; l < RISK_LEVELS; l++) {
        double lower = hazard_bounds[l], upper = l < RISK_HIGH ? hazard_bounds[l + 1] : 1;
        double q = fmin(upper, 0.5), error = 4 * sqrt(q * (1 - q) / n[l]);

        print_message("level %d: %.0f of %.0f\n", l, exceeded[l], n[l]);
        assert_true(n[l] > 1000);
        assert_true(exceeded[l] / n[l] > lower - error && exceeded[l] / n[l] < upper + error);
    }
}

/* Of each urgency, at least 5 % are exceeded by the end of its span of t05 and at most 5 % by its
 * beginning. */
static void truth_urgencies_come_true(void **state)
{
    static const double begins_d[] = {5 * 365.25, 365, 30, 0},
                        ends_d[] = {HUGE_VAL, 5 * 365.25, 365, 30};
    struct random r = random_seeded(5);
    double n[4] = {0}, before[4] = {0}, by_end[4] = {0};

    (void)state;
    for (int i = 0; i < ELEMENTS; i++) {
        double rate = drawn_rate(&r), time_d = random_exponential(&r) / rate;
        enum en_grade u =
            conditioned((struct hazard_condition_input){0.1, 0, -log(0.95) / rate, sound}).urgency;

        assert_true(u >= EN_0 && u <= EN_3);
        n[u]++;
        before[u] += time_d <= begins_d[u];
        by_end[u] += time_d <= ends_d[u];
    }
    for (int u = 0; u < 4; u++) {
        double error = 4 * sqrt(0.05 * 0.95 / n[u]);

        print_message("urgency %d: %.0f and %.0f of %.0f\n", u, before[u], by_end[u], n[u]);
        assert_true(n[u] > 1000);
        assert_true(before[u] / n[u] < 0.05 + error);
        assert_true(by_end[u] / n[u] > 0.05 - error);
    }
}

static void hostile_levels(void **state)
{
    enum risk_level l = RISK_HIGH;

    (void)state;
    assert_int_equal(hazard_level((double)NAN, 0, &l), ERR_NOT_FINITE);
    assert_int_equal(hazard_level(0, (double)INFINITY, &l), ERR_NOT_FINITE);
    assert_int_equal(hazard_level(-0.1, 0, &l), ERR_RANGE);
    assert_int_equal(hazard_level(1.1, 0, &l), ERR_RANGE);
    assert_int_equal(hazard_level(0, 1e300, &l), ERR_RANGE);
    assert_int_equal(l, RISK_HIGH);
    assert_int_equal(level(1e-300, 0), RISK_LOW);
}

static void hostile_inputs(void **state)
{
    const struct hazard_risk_input good = {0.1, 0.1, RISK_LOW, RISK_LOW, sound};
    const struct hazard_condition_input fine = {0.1, 0, 100, sound};
    struct hazard_risk_input in;
    struct hazard_risk r = {.level = RISK_MEDIUM};
    struct hazard_condition_input ci;
    struct hazard_condition c = {.urgency = EN_1};

    (void)state;
#define REFUSED(field, value, error)                                                               \
    in = good;                                                                                     \
    in.field = (value);                                                                            \
    assert_int_equal(hazard_risk(&in, &r), error)
    REFUSED(p_365d, (double)NAN, ERR_NOT_FINITE);
    REFUSED(p_active, -1, ERR_RANGE);
    REFUSED(vulnerability, RISK_INSUFFICIENT, ERR_RANGE);
    REFUSED(exposure, RISK_LEVELS, ERR_RANGE);
    REFUSED(basis.confidence, (double)NAN, ERR_NOT_FINITE);
    REFUSED(basis.confidence, 1.5, ERR_RANGE);
    REFUSED(basis.history_d, -1, ERR_RANGE);
    REFUSED(basis.history_d, (double)INFINITY, ERR_NOT_FINITE);
    assert_int_equal(r.level, RISK_MEDIUM);
#define UNFIT(field, value, error)                                                                 \
    ci = fine;                                                                                     \
    ci.field = (value);                                                                            \
    assert_int_equal(hazard_condition(&ci, &c), error)
    UNFIT(margin, (double)NAN, ERR_NOT_FINITE);
    UNFIT(t05_d, (double)NAN, ERR_NOT_FINITE);
    UNFIT(category, 6, ERR_RANGE);
    UNFIT(basis.confidence, -0.1, ERR_RANGE);
    UNFIT(basis.history_d, (double)NAN, ERR_NOT_FINITE);
    assert_int_equal(c.urgency, EN_1);
    UNFIT(margin, 1e300, ERR_OK);
    assert_int_equal(c.condition, EN_3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_hazard_levels),
        cmocka_unit_test(vector_matrix),
        cmocka_unit_test(vector_all_triples),
        cmocka_unit_test(exact_overrides),
        cmocka_unit_test(exact_insufficient),
        cmocka_unit_test(vector_condition_grades),
        cmocka_unit_test(invariant_monotone),
        cmocka_unit_test(invariant_condition_monotone),
        cmocka_unit_test(invariant_never_green),
        cmocka_unit_test(truth_levels_come_true),
        cmocka_unit_test(truth_urgencies_come_true),
        cmocka_unit_test(hostile_levels),
        cmocka_unit_test(hostile_inputs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
