#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <limits.h>
#include <stdlib.h>

#include "risk_fixture.h"

/* Reference, layer 3: P = 0.544427, contributions 6.949, 3.822, 5.081, -1.303, 3.127 dB. */
static void vector_evidence(void **state)
{
    static const struct risk_evidence evidence[] = {
        {.kind = EVIDENCE_TREND, .sensor = CRACK, .quality = 1},
        {.kind = EVIDENCE_CHANGE_POINT, .sensor = CRACK, .quality = 0.8},
        {.kind = EVIDENCE_NOVELTY, .sensor = REGISTRY_NONE, .quality = 0.9},
        {.kind = EVIDENCE_VIBRATION_QUIET, .sensor = SHAKE, .quality = 1},
        {.kind = EVIDENCE_WET_TIMBER, .sensor = MOIST, .quality = 0.6},
    };
    static const double decibans[] = {6.949, 5.081, 3.822, 3.127, -1.303}; /* by weight */
    struct lane *l = lane_new();
    struct risk_input in = input_of(FRONT, NULL, 0);
    struct risk r;
    size_t k = 0;

    (void)state;
    in.evidence = evidence;
    for (in.evidence_count = 1; in.evidence_count <= 5; in.evidence_count++) {
        static const double p[] = {0.091803, 0.195947, 0.439838, 0.367764, 0.544427};
        assert_near(judged(l, &in).p_active, p[in.evidence_count - 1], 5e-7);
    }
    in.evidence_count = 5;
    r = judged(l, &in);
    for (size_t i = 0; i < r.reason_count; i++)
        if (r.reasons[i].kind == REASON_EVIDENCE) {
            assert_near(r.reasons[i].decibans, decibans[k], 5e-4);
            k++;
        }
    assert_int_equal(k, 5);
    lane_free(l);
}

/* Reference, layer 4: 0.12, 0.05, 0.30, 0.02 -> 0.30, 0.426504, 0.363252; a house of four such
 * elements comes to the same. */
static void vector_combination(void **state)
{
    static const double p[] = {0.12, 0.05, 0.30, 0.02};
    static const uint32_t sensors[] = {CRACK, CRACK_2, TILT, MOIST};
    struct lane *l = lane_new();
    struct risk_limit limits[4];
    struct risk elements[4], r;
    struct risk_input in;

    (void)state;
    for (uint32_t i = 0; i < 4; i++) {
        limits[i] = compared(sensors[i], &crack_4, 0.1, p[i] / 4, p[i] / 2, p[i]);
        in = input_of(i, &limits[i], 1);
        elements[i] = judged(l, &in);
    }
    in = input_of(FRONT, limits, 4);
    r = judged(l, &in);
    assert_near(r.p[RISK_365_D].low, 0.30, 1e-12);
    assert_near(r.p[RISK_365_D].high, 0.426504, 5e-7);
    assert_near(r.p[RISK_365_D].p, 0.363252, 5e-7);
    assert_int_equal(r.hazard, RISK_MEDIUM_HIGH);
    r = house_of(l, 0, elements, 4);
    assert_near(r.p[RISK_365_D].low, 0.30, 1e-12);
    assert_near(r.p[RISK_365_D].high, 0.426504, 5e-7);
    assert_near(r.p[RISK_365_D].p, 0.363252, 5e-7); /* whatever the gate's weight of a half */
    lane_free(l);
}

/* Reference: coverage .96, flags .93, 200 d, skill .7, health .9 -> 0.790253, weakest history. */
static void vector_confidence(void **state)
{
    struct lane *l = lane_new();
    struct risk_limit limit = compared(CRACK, &crack_4, 0.1, 0, 0, 0);
    struct risk_input in = input_of(FRONT, &limit, 1);
    struct risk r;

    (void)state;
    in.quality = (struct risk_quality){0.96, 0.93, 200, 0.7, 0.9};
    r = judged(l, &in);
    assert_near(r.confidence, 0.790253, 5e-7);
    assert_near(r.factor[r.weakest], 0.547945, 5e-7);
    assert_string_equal(risk_factor_name(r.weakest), "history");
    assert_false(r.grey);
    lane_free(l);
}

/* Lower limits are steps: full attention is 0.6 of the ladder, however far beyond. */
static void exact_ladder(void **state)
{
    (void)state;
    assert_near(risk_ladder(&crack_4, 1.7), 1.7, 0);
    assert_near(risk_ladder(&crack_3, 0.5), 0.4, 1e-15);
    assert_near(risk_ladder(&crack_3, 9), 0.8, 0);
    assert_near(risk_ladder(&crack_2, 1), 0.6, 0);
    assert_near(risk_ladder(&crack_2, -1), -0.6, 0);
    assert_true(isnan(risk_ladder(&crack_2, NO)));
}

static void exact_score(void **state)
{
    (void)state;
    assert_near(risk_score(RISK_LOW, 0, 0, 0), 0, 0);
    assert_near(risk_score(RISK_HIGH, 1, 2, 1), 100, 0);
    assert_near(risk_score(RISK_MEDIUM, 0.25, 0.5, 0.1), 40 + 6 + 2.5 + 0.3, 1e-12);
    assert_near(risk_score(RISK_LOW, NO, NO, 0.25), 6 + 0.75, 1e-12);
    assert_near(risk_score(RISK_INSUFFICIENT, 0, NO, 0), 0, 0);
}

/* Weight lowers the class, not the probability: the gate (0.5) against the wall (1). */
static void exact_consequence_weight(void **state)
{
    struct lane *l = lane_new();
    struct risk_limit limit = compared(CRACK, &crack_4, 0.5, 0.1, 0.2, 0.3);
    struct risk_input in = input_of(FRONT, &limit, 1);
    struct risk wall = judged(l, &in), gate, of_wall, of_gate;

    (void)state;
    in.element = GATE;
    gate = judged(l, &in);
    of_wall = house_of(l, 0, &wall, 1);
    of_gate = house_of(l, 0, &gate, 1);
    assert_near(of_wall.p[RISK_365_D].p, 0.3, 1e-15);
    assert_near(of_gate.p[RISK_365_D].p, 0.3, 1e-15);
    assert_int_equal(of_wall.level, RISK_MEDIUM_HIGH);
    assert_int_equal(of_gate.level, RISK_MEDIUM);
    lane_free(l);
}

static void exact_house_without_elements(void **state)
{
    struct lane *l = lane_new();
    struct risk r = house_of(l, 1, NULL, 0);

    (void)state;
    assert_true(r.grey);
    assert_int_equal(r.level, RISK_INSUFFICIENT);
    assert_int_equal(r.hazard, RISK_INSUFFICIENT);
    assert_true(isnan(r.p[RISK_30_D].p));
    assert_int_equal(r.reason_count, 1);
    assert_int_equal(r.reasons[0].kind, REASON_INSUFFICIENT);
    assert_int_equal(r.reasons[0].element, REGISTRY_NONE);
    lane_free(l);
}

/* The start table of weights, ln of the likelihood ratios. */
static void vector_weights(void **state)
{
    static const struct {
        enum evidence_kind kind;
        double weight;
    } rows[] = {
        {EVIDENCE_TREND, 1.6},          {EVIDENCE_STABLE, -0.7},
        {EVIDENCE_CHANGE_POINT, 1.1},   {EVIDENCE_NOVELTY, 1.3},
        {EVIDENCE_FREQUENCY_DROP, 1.5}, {EVIDENCE_AGREEMENT, 0.8},
        {EVIDENCE_VIBRATION_OVER, 0.9}, {EVIDENCE_VIBRATION_QUIET, -0.3},
        {EVIDENCE_WET_TIMBER, 1.2},     {EVIDENCE_LEAK, 1.0},
        {EVIDENCE_GROUNDWATER, 0.7},    {EVIDENCE_WORKS, 1.0},
        {EVIDENCE_INSPECTION, -1.5},
    };

    (void)state;
    assert_int_equal(sizeof rows / sizeof *rows, EVIDENCE_KINDS);
    for (size_t i = 0; i < EVIDENCE_KINDS; i++)
        assert_near(evidence_weight[rows[i].kind], rows[i].weight, 0);
}

/* Good data about nothing is no green. */
static void exact_nothing_known(void **state)
{
    struct lane *l = lane_new();
    struct risk_limit limit = compared(SETTLE, &settle_4, NO, NO, NO, NO);
    struct risk_input in = input_of(FRONT, &limit, 1);
    struct risk r = judged(l, &in);

    (void)state;
    assert_true(r.confidence > 0.5);
    assert_true(r.grey);
    assert_int_equal(r.level, RISK_INSUFFICIENT);
    assert_int_equal(r.colour, 1);
    assert_int_equal(r.reason_count, 1);
    assert_true(r.reasons[0].unknown);
    lane_free(l);
}

/* An unstable limit of mark M makes provisional, though a verified one is exceeded more; so it does
 * the house, beside an element that is worse. */
static void exact_provisional(void **state)
{
    struct lane *l = lane_new();
    struct risk_limit limits[] = {compared(CRACK, &crack_4, 1.5, NO, NO, NO),
                                  compared(SHAKE, &lean_4, 1.1, 0, 0, 0.1)};
    struct risk_input in = input_of(FRONT, limits, 2);
    struct limit event = lean_4;
    struct risk elements[2];

    (void)state;
    event.of = LIMIT_EVENT; /* reached in the past, no certainty: only stability makes it govern */
    limits[1].limit = &event;
    assert_false(judged(l, &in).provisional);
    limits[1].stability = true;
    assert_true(judged(l, &in).provisional);
    in.limit_count = 1;
    elements[0] = judged(l, &in);
    assert_false(elements[0].provisional);
    in = input_of(GATE, &limits[1], 1);
    elements[1] = judged(l, &in);
    assert_true(house_of(l, 0, elements, 2).provisional);
    limits[1].stability = false;
    elements[1] = judged(l, &in);
    assert_true(elements[1].provisional);
    assert_false(house_of(l, 0, elements, 2).provisional);
    lane_free(l);
}

static size_t count_of(const struct risk *r, enum risk_reason_kind kind)
{
    size_t n = 0;

    for (size_t i = 0; i < r->reason_count; i++)
        n += r->reasons[i].kind == kind;
    return n;
}

/* A grey house says so once; one that is not names its grey elements. */
static void exact_grey_reasons(void **state)
{
    struct lane *l = lane_new();
    struct risk_limit limit = compared(CRACK, &crack_4, 0.1, 0, 0, 0);
    struct risk_input in = input_of(FRONT, &limit, 1);
    struct risk elements[3], house;

    (void)state;
    elements[0] = judged(l, &in);
    in.element = GATE;
    in.quality.history_d = 5;
    elements[1] = judged(l, &in);
    in.element = BEAM;
    elements[2] = judged(l, &in);
    house = house_of(l, 0, elements, 2);
    assert_false(house.grey);
    assert_int_equal(house.sufficient, 1);
    assert_int_equal(count_of(&house, REASON_INSUFFICIENT), 1);
    assert_int_equal(house.reasons[0].element, GATE);
    house = house_of(l, 0, &elements[1], 2);
    assert_true(house.grey);
    assert_int_equal(count_of(&house, REASON_INSUFFICIENT), 1);
    assert_int_equal(house.reasons[0].element, REGISTRY_NONE);
    lane_free(l);
}

/* Of equal weight a limit comes before an evidence, whichever element it is of. */
static void exact_ties(void **state)
{
    struct lane *l = lane_new();
    struct risk_limit limit = compared(CRACK, &crack_4, 0, 0, 0, 0);
    struct risk_evidence leak = {.kind = EVIDENCE_LEAK, .sensor = LEAK, .quality = 1};
    struct risk_input in = input_of(FRONT, NULL, 0);
    struct risk elements[2], house;

    (void)state;
    in.evidence = &leak;
    in.evidence_count = 1;
    in.quality.history_d = 400;
    elements[0] = judged(l, &in);
    for (size_t i = 0; i < elements[0].reason_count; i++)
        if (elements[0].reasons[i].kind == REASON_EVIDENCE)
            limit.margin = elements[0].reasons[i].weight / 10;
    in = input_of(GATE, &limit, 1);
    elements[1] = judged(l, &in);
    house = house_of(l, 0, elements, 2);
    assert_true(house.reason_count >= 2);
    assert_near(elements[1].reasons[0].weight, 10 / log(10), 1e-12);
    for (size_t i = 0; i + 1 < house.reason_count; i++)
        if (house.reasons[i].kind == REASON_EVIDENCE)
            assert_int_not_equal(house.reasons[i + 1].kind, REASON_LIMIT);
    assert_int_equal(count_of(&house, REASON_LIMIT), 1);
    lane_free(l);
}

/* Row and district: worst class, highest score, counts; half grey is grey and never green. */
static void exact_groups(void **state)
{
    struct lane *l = lane_new();
    struct risk_limit limit = compared(CRACK, &crack_4, 0.1, 0, 0, 0.3);
    struct risk_input in = input_of(FRONT, &limit, 1);
    struct risk element = judged(l, &in), houses[2];
    struct risk_group rows[2], district;

    (void)state;
    houses[0] = house_of(l, 0, &element, 1);
    houses[1] = house_of(l, 1, NULL, 0);
    assert_int_equal(risk_row(houses, 1, &l->arena, &rows[0]), ERR_OK);
    assert_int_equal(risk_row(&houses[1], 1, &l->arena, &rows[1]), ERR_OK);
    assert_int_equal(rows[0].level, RISK_MEDIUM_HIGH);
    assert_false(rows[0].grey);
    assert_true(rows[1].grey);
    assert_int_equal(rows[1].level, RISK_INSUFFICIENT);
    assert_int_not_equal(rows[1].colour, 0);
    assert_true(isnan(rows[1].p[RISK_365_D].p));
    assert_int_equal(risk_district(rows, 2, &l->arena, &district), ERR_OK);
    assert_int_equal(district.level, RISK_MEDIUM_HIGH);
    assert_true(district.grey);
    assert_int_equal(district.houses, 2);
    assert_int_equal(district.grey_houses, 1);
    assert_int_equal(district.by_level[RISK_MEDIUM_HIGH], 1);
    assert_int_equal(district.worst, 0);
    assert_near(district.score, houses[0].score, 0);
    assert_near(district.p[RISK_365_D].p, 0.3, 1e-15);
    assert_near(district.coverage, houses[0].factor[CONFIDENCE_COVERAGE] / 2, 1e-15);
    houses[1] = houses[0];
    assert_int_equal(risk_row(houses, 2, &l->arena, &rows[0]), ERR_OK);
    assert_int_equal(risk_district(rows, 2, &l->arena, &district), ERR_OK);
    assert_near(district.confidence, 2 * houses[0].confidence / 3, 1e-12);
    assert_false(district.grey);
    assert_int_equal(risk_row(NULL, 0, &l->arena, &rows[0]), ERR_OK);
    assert_int_equal(rows[0].worst, REGISTRY_NONE);
    assert_true(rows[0].grey);
    lane_free(l);
}

static void exact_site(void **state)
{
    struct lane *l = lane_new();
    struct house *h = &l->houses[0];

    (void)state;
    assert_int_equal(risk_site_house(&l->registry, 0).vulnerability, RISK_MEDIUM);
    assert_int_equal(risk_site_house(&l->registry, 0).exposure, RISK_MEDIUM);
    assert_int_equal(risk_site_element(&l->registry, FLOOR).vulnerability, RISK_MEDIUM_LOW);
    h->built_year = 1905;
    h->storeys = 3;
    h->protection = PROTECTION_NATIONAL;
    assert_int_equal(risk_site_house(&l->registry, 0).vulnerability, RISK_MEDIUM_HIGH);
    assert_int_equal(risk_site_element(&l->registry, FRONT).exposure, RISK_MEDIUM_HIGH);
    h->built_year = 1960;
    h->protection = PROTECTION_NONE;
    assert_int_equal(risk_site_element(&l->registry, FLOOR).vulnerability, RISK_LOW);
    assert_int_equal(risk_site_house(&l->registry, 0).exposure, RISK_MEDIUM_LOW);
    assert_int_equal(risk_site_house(&l->registry, 99).exposure, RISK_MEDIUM);
    assert_int_equal(risk_site_element(&l->registry, 99).vulnerability, RISK_MEDIUM);
    lane_free(l);
}

static void expect(struct lane *l, const struct risk_input *in, enum err e)
{
    struct risk r;

    assert_int_equal(risk_element(&l->registry, in, &l->arena, &r), e);
}

static void hostile_input(void **state)
{
    struct lane *l = lane_new();
    struct risk_limit limit = compared(CRACK, &crack_4, 0.1, 0, 0, 0);
    struct risk_limit good = limit;
    struct risk_evidence evidence = {.kind = EVIDENCE_KINDS, .sensor = REGISTRY_NONE};
    struct risk_input in = input_of(FRONT, &limit, 1);
    struct risk r;

    (void)state;
    limit.p365 = 1.1;
    expect(l, &in, ERR_RANGE);
    limit.p365 = HUGE_VAL;
    expect(l, &in, ERR_NOT_FINITE);
    limit = good;
    limit.margin = HUGE_VAL;
    expect(l, &in, ERR_NOT_FINITE);
    limit = good;
    limit.sensor = RISK_SENSORS;
    expect(l, &in, ERR_RANGE);
    limit = good;
    limit.limit = NULL;
    expect(l, &in, ERR_RANGE);
    limit = good;
    in.exposure = RISK_INSUFFICIENT;
    expect(l, &in, ERR_RANGE);
    in.exposure = RISK_LOW;
    in.element = RISK_ELEMENTS;
    expect(l, &in, ERR_RANGE);
    in.element = FRONT;
    in.evidence = &evidence;
    in.evidence_count = 1;
    expect(l, &in, ERR_RANGE);
    evidence.kind = EVIDENCE_LEAK;
    evidence.sensor = RISK_SENSORS;
    expect(l, &in, ERR_RANGE);
    evidence.sensor = LEAK;
    evidence.quality = NO;
    in.quality = (struct risk_quality){NO, HUGE_VAL, -HUGE_VAL, -1, 7};
    r = judged(l, &in);
    assert_near(r.p_active, RISK_PRIOR_ACTIVE, 1e-15);
    assert_near(r.confidence, 0, 0);
    assert_true(r.grey);
    lane_free(l);
}

/* 31 causes, of any number, are told apart; a 32nd is refused. */
static void hostile_causes(void **state)
{
    struct lane *l = lane_new();
    struct risk_evidence evidence[33];
    struct risk_input in = input_of(FRONT, NULL, 0);

    (void)state;
    for (unsigned i = 0; i < 33; i++)
        evidence[i] = (struct risk_evidence){
            .kind = EVIDENCE_LEAK, .sensor = LEAK, .quality = 0.01, .cause = UINT_MAX - i};
    in.evidence = evidence;
    in.evidence_count = 31;
    expect(l, &in, ERR_OK);
    in.evidence_count = 32;
    expect(l, &in, ERR_RANGE);
    evidence[31].cause = evidence[0].cause;
    expect(l, &in, ERR_OK);
    lane_free(l);
}

static void hostile_house(void **state)
{
    struct lane *l = lane_new();
    struct risk_input in = input_of(OTHER, NULL, 0);
    struct risk element = judged(l, &in), r;

    (void)state;
    assert_int_equal(risk_house(&l->registry, 0, &element, 1, &l->arena, &r), ERR_RANGE);
    assert_int_equal(risk_house(&l->registry, 2, NULL, 0, &l->arena, &r), ERR_RANGE);
    l->elements[OTHER].weight = NO;
    assert_int_equal(risk_house(&l->registry, 1, &element, 1, &l->arena, &r), ERR_OK);
    lane_free(l);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(vector_evidence),
        cmocka_unit_test(vector_weights),
        cmocka_unit_test(vector_combination),
        cmocka_unit_test(vector_confidence),
        cmocka_unit_test(exact_ladder),
        cmocka_unit_test(exact_score),
        cmocka_unit_test(exact_consequence_weight),
        cmocka_unit_test(exact_nothing_known),
        cmocka_unit_test(exact_provisional),
        cmocka_unit_test(exact_grey_reasons),
        cmocka_unit_test(exact_ties),
        cmocka_unit_test(exact_house_without_elements),
        cmocka_unit_test(exact_groups),
        cmocka_unit_test(exact_site),
        cmocka_unit_test(hostile_input),
        cmocka_unit_test(hostile_causes),
        cmocka_unit_test(hostile_house),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
