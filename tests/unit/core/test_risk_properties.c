#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "risk_fixture.h"
#include "shikumen/num/random.h"
#include "shikumen/num/special.h"

#define ROUNDS       4000
#define LIMITS_MAX   5
#define EVIDENCE_MAX 6

/* An element as chance would have it. */
struct draw {
    struct risk_limit limits[LIMITS_MAX + 1];
    struct risk_evidence evidence[EVIDENCE_MAX + 1];
    struct risk_input in;
};

static struct risk_limit any_limit(struct random *r)
{
    static const struct limit *const limits[] = {&crack_4,  &crack_3, &crack_2, &lean_4,
                                                 &settle_4, &shake_4, &leak_3,  &freq_4};
    struct risk_limit l = compared((uint32_t)random_below(r, RISK_SENSORS),
                                   limits[random_below(r, 8)], 1.3 * random_uniform(r), NO, NO, NO);

    if (random_below(r, 3) > 0) {
        l.p365 = pow(random_uniform(r), 3);
        l.p180 = l.p365 * random_uniform(r);
        l.p30 = l.p180 * random_uniform(r);
        l.t05_d = random_below(r, 2) ? 3000 * random_uniform(r) : NO;
    }
    if (random_below(r, 8) == 0)
        l.margin = NO;
    l.stability = random_below(r, 2) == 0;
    return l;
}

static struct risk_evidence any_evidence(struct random *r)
{
    return (struct risk_evidence){.kind = (enum evidence_kind)random_below(r, EVIDENCE_KINDS),
                                  .sensor = REGISTRY_NONE,
                                  .quality = random_uniform(r),
                                  .cause = (unsigned)random_below(r, 4)};
}

static void draw(struct random *r, struct draw *d)
{
    for (size_t i = 0; i <= LIMITS_MAX; i++)
        d->limits[i] = any_limit(r);
    for (size_t i = 0; i <= EVIDENCE_MAX; i++)
        d->evidence[i] = any_evidence(r);
    d->in = input_of((uint32_t)random_below(r, OTHER), d->limits, random_below(r, LIMITS_MAX + 1));
    d->in.evidence = d->evidence;
    d->in.evidence_count = random_below(r, EVIDENCE_MAX + 1);
    d->in.quality.coverage = random_uniform(r);
    d->in.quality.history_d = 700 * random_uniform(r);
    d->in.quality.skill = random_uniform(r);
    d->in.vulnerability = (enum risk_level)random_below(r, RISK_LEVELS);
    d->in.exposure = (enum risk_level)random_below(r, RISK_LEVELS);
}

static void check_order(const struct risk *r)
{
    for (size_t i = 1; i < r->reason_count; i++)
        if (r->reasons[i - 1].kind != REASON_APPRAISAL)
            assert_true(r->reasons[i - 1].weight >= r->reasons[i].weight);
    for (size_t i = 1; i < r->reason_count; i++)
        assert_true(r->reasons[i].kind != REASON_APPRAISAL ||
                    r->reasons[i - 1].kind == REASON_APPRAISAL);
}

/* What holds of every result. */
static void check(const struct risk *r)
{
    assert_true(r->score >= 0 && r->score <= 100);
    assert_true(r->confidence >= 0 && r->confidence <= 1);
    assert_true(r->colour >= 0 && r->colour <= 4);
    if (r->confidence < 0.5 || r->history_d < 30) {
        assert_true(r->grey);
        assert_true(r->level == RISK_INSUFFICIENT || r->overridden);
    }
    if (r->grey)
        assert_true(r->colour != 0);
    if (r->overridden)
        assert_true(r->level == RISK_HIGH && r->colour == 4);
    for (int h = 0; h < RISK_HORIZONS; h++)
        if (!isnan(r->p[h].p))
            assert_true(0 <= r->p[h].low && r->p[h].low <= r->p[h].p && r->p[h].p <= r->p[h].high &&
                        r->p[h].high <= 1);
    for (int h = 1; h < RISK_HORIZONS; h++)
        if (!isnan(r->p[h].p) && !isnan(r->p[h - 1].p))
            assert_true(r->p[h - 1].p <= r->p[h].p);
    assert_true(r->score >= 20 * r->level - 1e-9);
    check_order(r);
}

static void invariant_results(void **state)
{
    struct lane *l = lane_new();
    struct random rng = random_seeded(1);
    struct draw d[3];
    size_t grey = 0, green = 0, overridden = 0;

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct risk elements[3], house;

        for (size_t i = 0; i < 3; i++) {
            draw(&rng, &d[i]);
            elements[i] = judged(l, &d[i].in);
            check(&elements[i]);
        }
        house = house_of(l, 0, elements, 3);
        check(&house);
        grey += house.grey;
        green += elements[0].colour == 0;
        overridden += house.overridden;
        arena_reset(&l->arena);
    }
    assert_true(grey > 100 && green > 100 && overridden > 100);
    lane_free(l);
}

/* An evidence more of positive weight never lowers P(active), the class or the score. */
static void invariant_more_evidence(void **state)
{
    struct lane *l = lane_new();
    struct random rng = random_seeded(2);
    struct draw d;
    size_t raised = 0;

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct risk before, after;

        draw(&rng, &d);
        before = judged(l, &d.in);
        if (evidence_weight[d.evidence[d.in.evidence_count].kind] < 0)
            d.evidence[d.in.evidence_count].kind = EVIDENCE_TREND;
        d.in.evidence_count++;
        after = judged(l, &d.in);
        assert_true(after.p_active >= before.p_active);
        assert_true(after.level >= before.level);
        assert_true(after.score >= before.score);
        raised += after.p_active > before.p_active;
        arena_reset(&l->arena);
    }
    assert_true(raised > ROUNDS / 2);
    lane_free(l);
}

static void never_lower(const struct risk *before, const struct risk *after)
{
    assert_true(after->level >= before->level);
    assert_true(after->hazard >= before->hazard);
    assert_true(after->score >= before->score - 1e-12);
    assert_true(after->condition.condition >= before->condition.condition);
    assert_true(!(after->colour < before->colour) || before->grey);
}

/* A larger margin of one limit never lowers class, hazard, score or grade, of element and house. */
static void invariant_worse_margin(void **state)
{
    struct lane *l = lane_new();
    struct random rng = random_seeded(3);
    struct draw d;
    size_t raised = 0;

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct risk before, after, house_before, house_after;
        struct risk_limit *worse;

        draw(&rng, &d);
        if (d.in.limit_count == 0)
            continue;
        before = judged(l, &d.in);
        house_before = house_of(l, 0, &before, 1);
        worse = &d.limits[random_below(&rng, d.in.limit_count)];
        if (isnan(worse->margin))
            continue;
        worse->margin += random_exponential(&rng) / 2;
        after = judged(l, &d.in);
        house_after = house_of(l, 0, &after, 1);
        never_lower(&before, &after);
        never_lower(&house_before, &house_after);
        raised += house_after.level > house_before.level;
        arena_reset(&l->arena);
    }
    assert_true(raised > 100);
    lane_free(l);
}

static void invariant_higher_p(void **state)
{
    struct lane *l = lane_new();
    struct random rng = random_seeded(4);
    struct draw d;
    size_t raised = 0;

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct risk before, after;
        struct risk_limit *worse;

        draw(&rng, &d);
        worse = &d.limits[random_below(&rng, d.in.limit_count + 1)];
        if (isnan(worse->p365))
            continue;
        before = judged(l, &d.in);
        worse->p365 += (1 - worse->p365) * random_uniform(&rng);
        after = judged(l, &d.in);
        never_lower(&before, &after);
        raised += after.level > before.level;
        arena_reset(&l->arena);
    }
    assert_true(raised > 100);
    lane_free(l);
}

/* Less confidence never makes anything look better: only grey. */
static void invariant_less_confidence(void **state)
{
    struct lane *l = lane_new();
    struct random rng = random_seeded(5);
    struct draw d;

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct risk before, after;

        draw(&rng, &d);
        before = judged(l, &d.in);
        d.in.quality.coverage *= random_uniform(&rng);
        after = judged(l, &d.in);
        assert_true(after.level == before.level || after.grey);
        assert_true(after.colour >= before.colour);
        arena_reset(&l->arena);
    }
    lane_free(l);
}

/* The order in which limits and evidence are given changes nothing that counts. */
static void invariant_order(void **state)
{
    struct lane *l = lane_new();
    struct random rng = random_seeded(6);
    struct draw d, turned;

    (void)state;
    for (int round = 0; round < ROUNDS / 4; round++) {
        struct risk a, b;

        draw(&rng, &d);
        turned = d;
        for (size_t i = 0; i < d.in.limit_count; i++)
            turned.limits[i] = d.limits[d.in.limit_count - 1 - i];
        for (size_t i = 0; i < d.in.evidence_count; i++)
            turned.evidence[i] = d.evidence[d.in.evidence_count - 1 - i];
        turned.in.limits = turned.limits;
        turned.in.evidence = turned.evidence;
        a = judged(l, &d.in);
        b = judged(l, &turned.in);
        assert_int_equal(a.level, b.level);
        assert_int_equal(a.provisional, b.provisional);
        assert_true(fabs(a.score - b.score) < 1e-9);
        assert_int_equal(a.reason_count, b.reason_count);
        arena_reset(&l->arena);
    }
    lane_free(l);
}

/* A house whose four elements move: a tenth of the houses has one that reaches its limit within
 * half a year to three years, the others stand. What is seen of it is noisy. */
struct truth {
    bool damaged;
    double days; /* to the limit */
};

static struct risk_limit seen(struct random *r, uint32_t sensor, const struct truth *t, bool moves)
{
    double rate = moves ? 1 / (t->days + 200) : 0; /* margin a day, under way for 200 days */
    double margin = fabs(200 * rate + 0.08 * random_normal(r));
    double rate_seen = rate + 0.0004 * random_normal(r);
    double sd = 0.1 + 0.0004 * 365;
    double p[3];

    for (int h = 0; h < 3; h++) {
        static const double days[] = {30, 180, 365};
        p[h] = normal_cdf((margin + rate_seen * days[h] - 1) / sd);
    }
    return compared(sensor, &crack_4, margin, p[0], p[1], p[2]);
}

static double house_score(struct lane *l, struct random *r, const struct truth *t, double *margin)
{
    size_t which = random_below(r, 4);
    struct risk elements[4];
    double score;

    for (uint32_t i = 0; i < 4; i++) {
        bool moves = t->damaged && i == which;
        struct risk_limit limit = seen(r, CRACK, t, moves);
        struct risk_evidence trend = {.kind = EVIDENCE_TREND, .sensor = CRACK, .quality = 1};
        struct risk_input in = input_of(i, &limit, 1);

        trend.kind = random_uniform(r) < (moves ? 0.85 : 0.05) ? EVIDENCE_TREND : EVIDENCE_STABLE;
        in.evidence = &trend;
        in.evidence_count = 1;
        elements[i] = judged(l, &in);
    }
    score = house_of(l, 0, elements, 4).score;
    *margin = house_of(l, 0, elements, 4).margin;
    arena_reset(&l->arena);
    return score;
}

/* Share of pairs of a damaged and a sound house that the score puts in order, ties half. */
static double pairs_in_order(const double *score, const struct truth *t, size_t n)
{
    double right = 0, pairs = 0;

    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++)
            if (t[i].damaged && !t[k].damaged) {
                pairs++;
                right += score[i] > score[k] ? 1 : score[i] < score[k] ? 0 : 0.5;
            }
    return right / pairs;
}

/* The score ranks better than the largest margin does, and class M or more finds the damaged. */
static void truth_ranking(void **state)
{
    enum { HOUSES = 1000 };
    static double score[HOUSES], margin[HOUSES];
    static struct truth t[HOUSES];
    struct lane *l = lane_new();
    struct random rng = random_seeded(7);
    size_t found = 0, alarmed = 0;
    double by_score, by_margin;

    (void)state;
    for (size_t i = 0; i < HOUSES; i++) {
        t[i] = (struct truth){i % 10 == 0, 180 + 900 * random_uniform(&rng)};
        score[i] = house_score(l, &rng, &t[i], &margin[i]);
        found += t[i].damaged && score[i] >= 40;
        alarmed += !t[i].damaged && score[i] >= 40;
    }
    by_score = pairs_in_order(score, t, HOUSES);
    by_margin = pairs_in_order(margin, t, HOUSES);
    print_message("pairs in order %.4f, by margin alone %.4f; class M or more: %zu of 100 damaged, "
                  "%zu of 900 sound\n",
                  by_score, by_margin, found, alarmed);
    assert_true(by_score > 0.97);
    assert_true(by_score > by_margin);
    assert_true(found >= 60 && alarmed <= 9);
    lane_free(l);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(invariant_results),
        cmocka_unit_test(invariant_more_evidence),
        cmocka_unit_test(invariant_worse_margin),
        cmocka_unit_test(invariant_higher_p),
        cmocka_unit_test(invariant_less_confidence),
        cmocka_unit_test(invariant_order),
        cmocka_unit_test(truth_ranking),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
