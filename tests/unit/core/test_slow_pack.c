/* What a restart must not change: an analysis that goes on with its bytes concludes byte for byte
 * what one that ran through concludes, wherever it was cut. Bytes that are none are refused. */
#include "slow_site.h"

#include "shikumen/core/slow_trace.h"
#include "slow_again.h"

/* A year and more with all that is remembered: a crack that opens, a jump over a gap, a wrong unit,
 * a stuck thermometer, a noisy gauge, a month that comes late, flags revised, an epoch. */
#define DAYS      460
#define LATE_FROM (205 * PER_DAY)
#define LATE_TO   (235 * PER_DAY)
#define LATE_AT   (250 * PER_DAY + 3)
#define EPOCH_DAY 330
#define REVISED   (300 * PER_DAY + 5)

static const char epochs[] =
    "{\"t\":\"2024-11-26T00:00:00Z\",\"scope\":\"H0/n1/c\",\"kind\":\"rezero\"}";

static struct site *site_of(uint64_t seed)
{
    struct site *s = site_with(3, DAYS, seed, false, epochs);
    struct random chance = random_seeded(seed);
    double *unit = site_values(s, 1, CRACK), *stuck = site_values(s, 2, T_WALL);

    add_ramp(s, 0, CRACK, 120, 0.9 / 365);
    add_ramp(s, 2, SETTLED, 100, 9.0 / 365);
    add_step(s, 1, CRACK_2, 340, 0.4);
    drop(s, 1, CRACK_2, 339, 340);
    add_step(s, 2, CRACK, 200, 0.3);
    for (size_t i = 280 * PER_DAY; i < 295 * PER_DAY; i++)
        unit[i] *= 1000;
    for (size_t i = 150 * PER_DAY; i < 160 * PER_DAY; i++)
        stuck[i] = stuck[150 * PER_DAY];
    for (size_t i = 380 * PER_DAY; i < s->steps; i++)
        site_values(s, 0, CRACK_2)[i] += 0.4 * random_normal(&chance);
    slow_epochs(s->slow, T0_US);
    return s;
}

static void revise(struct site *s, bool cut)
{
    uint32_t sensor = site_sensor(s, 1, SETTLED), got;
    int64_t from_us;

    for (size_t i = REVISED - 4 * PER_DAY; i < REVISED; i += 3)
        slow_revised(s->slow, sensor, T0_US + (int64_t)i * STEP_US);
    if (cut) /* with bins that wait to be put again */
        again_restart(&s->slow, s->r);
    while (slow_stale(s->slow, &got, &from_us)) {
        size_t at = (size_t)((from_us - T0_US) / STEP_US);
        slow_put(s->slow, got, from_us, site_values(s, 1, SETTLED)[at + 1], 1, 2);
    }
}

static void take_step(struct site *s, size_t i, bool cut)
{
    for (size_t h = 0; h < s->houses; h++)
        for (int p = 0; p < PER_HOUSE; p++)
            if (h != 1 || i < LATE_FROM || i >= LATE_TO)
                site_take(s, h, (enum place)p, i);
    for (size_t k = LATE_FROM; i == LATE_AT && k < LATE_TO; k++)
        for (int p = 0; p < PER_HOUSE; p++) {
            site_take(s, 1, (enum place)p, k);
            if (cut && k == LATE_FROM + 100 && p == CRACK)
                again_restart(&s->slow, s->r); /* amid what comes late */
        }
}

/* Cut at these steps, ascending: before what is due is concluded, and after it. */
static void live(struct site *s, const size_t *cut, size_t cuts)
{
    size_t c = 0;

    for (size_t i = 0; i < s->steps; i++) {
        bool here = cut && c < cuts && i == cut[c];
        take_step(s, i, cuts > 0);
        if (i == EPOCH_DAY * PER_DAY)
            slow_epochs(s->slow, T0_US + EPOCH_DAY * DAY);
        if (i == REVISED)
            revise(s, cuts > 0);
        if (here)
            again_restart(&s->slow, s->r);
        site_conclude(s, T0_US + (int64_t)i * STEP_US);
        if (here)
            again_restart(&s->slow, s->r);
        c += here;
    }
}

static void expect_same(const struct site *a, const struct site *b)
{
    assert_false(a->log.failed || b->log.failed);
    assert_int_equal(a->log.len, b->log.len);
    assert_memory_equal(a->log.data, b->log.data, a->log.len);
    for (uint32_t i = 0; i < a->r->sensor_count; i++) {
        struct finding x[SLOW_CURRENT], y[SLOW_CURRENT];
        size_t n = slow_current(a->slow, i, x);
        assert_int_equal(slow_current(b->slow, i, y), n);
        for (size_t k = 0; k < n; k++) {
            assert_int_equal(x[k].kind, y[k].kind);
            assert_int_equal(x[k].level, y[k].level);
            assert_int_equal(x[k].limit ? x[k].limit->level : 0,
                             y[k].limit ? y[k].limit->level : 0);
            assert_int_equal(x[k].since_us, y[k].since_us);
            assert_memory_equal(&x[k].value, &y[k].value, sizeof x[k].value);
        }
    }
}

/* What is shown of a model, and rests on no conclusion. */
static void expect_same_views(const struct site *a, const struct site *b)
{
    for (uint32_t i = 0; i < a->r->sensor_count; i++) {
        struct slow_view x = slow_look(a->slow, i), y = slow_look(b->slow, i);
        assert_int_equal(x.maturity, y.maturity);
        assert_int_equal(x.model_version, y.model_version);
        assert_int_equal(x.doubt, y.doubt);
        assert_true(x.skill == y.skill && x.sigma == y.sigma && x.coverage == y.coverage);
        for (int w = 0; w < MOVEMENT_WINDOWS && x.moved; w++) {
            const struct movement_window *m = &x.movement.window[w], *n = &y.movement.window[w];
            assert_true(m->error == n->error && m->p == n->p && m->significant == n->significant);
        }
        assert_true(x.from_us == y.from_us && x.at_us == y.at_us && x.moved == y.moved);
    }
}

static void check_cuts(uint64_t seed, const size_t *cut, size_t cuts)
{
    struct site *a = site_of(seed), *b = site_of(seed);

    live(a, NULL, 0);
    live(b, cut, cuts);
    assert_true(a->tolds >= 6 && a->forecasts > 100);
    expect_same(a, b);
    expect_same_views(a, b);
    site_free(a);
    site_free(b);
}

/* After the first reading, in the middle of days and at their ends, before and after trainings,
 * the late month, jumps, the epoch and revisions. */
static void test_cuts_change_nothing(void **state)
{
    static const size_t cut[] = {0,
                                 1,
                                 9,
                                 14 * PER_DAY + 2,
                                 61 * PER_DAY,
                                 130 * PER_DAY + 7,
                                 LATE_FROM,
                                 LATE_AT - 1,
                                 LATE_AT,
                                 LATE_AT + 1,
                                 282 * PER_DAY + 1,
                                 297 * PER_DAY + 4,
                                 REVISED + 1,
                                 EPOCH_DAY * PER_DAY,
                                 EPOCH_DAY * PER_DAY + 1,
                                 343 * PER_DAY + 6,
                                 402 * PER_DAY + 3};

    (void)state;
    check_cuts(51, cut, sizeof cut / sizeof *cut);
}

/* Once each, so that one restart does not hide what another does. */
static void test_one_cut_changes_nothing(void **state)
{
    struct random chance = random_seeded(53);
    struct site *a = site_of(52);

    (void)state;
    live(a, NULL, 0);
    for (int i = 0; i < 4; i++) {
        struct site *b = site_of(52);
        size_t cut = random_below(&chance, DAYS * PER_DAY);
        live(b, &cut, 1);
        expect_same(a, b);
        site_free(b);
    }
    site_free(a);
}

/* Over and over while something is being made up its mind about: what a day leaves to the next in
 * few places only. */
static void test_cuts_in_bad_weeks(void **state)
{
    static const struct {
        size_t from_d, to_d;
    } weeks[] = {{199, 208}, {278, 290}, {293, 299}, {338, 349}, {380, 394}};
    size_t cut[64 * PER_DAY], cuts = 0;

    (void)state;
    for (size_t w = 0; w < sizeof weeks / sizeof *weeks; w++)
        for (size_t i = weeks[w].from_d * PER_DAY; i < weeks[w].to_d * PER_DAY; i += 3)
            cut[cuts++] = i;
    check_cuts(60, cut, cuts);
}

/* Longer than the bins are kept: their rings have gone round. */
static void test_cuts_after_years(void **state)
{
    static const size_t cut[] = {419 * PER_DAY, 425 * PER_DAY + 3, 700 * PER_DAY + 1};
    struct site *a = site_new(2, 860, 54), *b = site_new(2, 860, 54);
    size_t from = 0;

    (void)state;
    add_ramp(a, 0, CRACK, 500, 0.7 / 365);
    add_ramp(b, 0, CRACK, 500, 0.7 / 365);
    site_run(a, 0, a->steps, 1);
    for (size_t c = 0; c < sizeof cut / sizeof *cut; c++) {
        site_run(b, from, cut[c], 1);
        again_restart(&b->slow, b->r);
        from = cut[c];
    }
    site_run(b, from, b->steps, 1);
    assert_true(a->tolds > 0);
    expect_same(a, b);
    site_free(a);
    site_free(b);
}

/* --- what it belongs to --- */

static enum err give(const struct site *s, size_t piece, uint64_t key, const void *bytes, size_t n)
{
    struct arena arena = {0};
    struct slow *other = slow_new(s->r);
    enum err e = slow_unpack(other, piece, key, &arena, bytes, n);

    slow_free(other);
    arena_free(&arena);
    return e;
}

/* A sensor seen through its own piece and those of its drivers alone. */
static void test_one_sensor_is_seen_without_the_others(void **state)
{
    struct site *s = site_new(2, 200, 58);
    uint32_t sensor = site_sensor(s, 1, CRACK);
    struct arena arena = {0};
    struct slow_trace whole, alone;
    struct slow_model m;
    struct slow *other = slow_new(s->r);
    struct again a;

    (void)state;
    site_run(s, 0, s->steps, 1);
    a = again_pack(s->slow);
    assert_int_equal(slow_unpack(other, 0, AGAIN_KEY, &arena, a.bytes[0], a.n[0]), ERR_OK);
    assert_true(slow_model_of(other, sensor, &m) && m.offered_count > 0);
    for (size_t i = 0; i <= m.offered_count; i++) {
        size_t piece = slow_piece_of(i == 0 ? sensor : m.offered[i - 1]);
        assert_int_equal(slow_unpack(other, piece, AGAIN_KEY, &arena, a.bytes[piece], a.n[piece]),
                         ERR_OK);
    }
    slow_trace_init(&whole, sensor);
    slow_trace_init(&alone, sensor);
    assert_int_equal(slow_trace_take(&whole, s->slow), ERR_OK);
    assert_int_equal(slow_trace_take(&alone, other), ERR_OK);
    assert_true(whole.count > 190 && alone.count == whole.count);
    for (size_t i = 0; i < whole.count; i++) {
        assert_memory_equal(&alone.days[i].weather, &whole.days[i].weather, sizeof(double));
        assert_memory_equal(&alone.days[i].residual, &whole.days[i].residual, sizeof(float));
    }
    assert_true(alone.model_in_force && whole.model_in_force);
    assert_true(alone.view.moved && alone.model.fit.version == whole.model.fit.version);
    assert_memory_equal(&alone.view.movement.level, &whole.view.movement.level, sizeof(double));
    slow_trace_free(&whole);
    slow_trace_free(&alone);
    slow_free(other);
    again_free(&a);
    arena_free(&arena);
    site_free(s);
}

static void test_keys_tell_registries_apart(void **state)
{
    (void)state;
    assert_true(slow_key(1) == slow_key(1) && slow_key(1) != slow_key(2));
}

static void test_others_are_refused(void **state)
{
    struct site *s = site_new(1, 40, 55);
    struct again a;

    (void)state;
    site_run(s, 0, s->steps, 1);
    a = again_pack(s->slow);
    assert_int_equal(give(s, 0, AGAIN_KEY, a.bytes[0], a.n[0]), ERR_OK);
    for (size_t i = 0; i < a.pieces; i++) {
        assert_int_equal(give(s, i, AGAIN_KEY + 1, a.bytes[i], a.n[i]), ERR_RANGE);
        assert_int_equal(give(s, (i + 1) % a.pieces, AGAIN_KEY, a.bytes[i], a.n[i]), ERR_RANGE);
    }
    again_free(&a);
    site_free(s);
}

/* --- hostile bytes --- */

static void test_broken_bytes_are_refused(void **state)
{
    struct site *s = site_new(1, 70, 56);
    struct random chance = random_seeded(57);
    struct again a;

    (void)state;
    add_ramp(s, 0, CRACK, 20, 0.05);
    site_run(s, 0, s->steps, 1);
    a = again_pack(s->slow);
    for (size_t i = 0; i < a.pieces; i++) {
        uint8_t *bytes = a.bytes[i];
        for (size_t n = 0; n < a.n[i]; n += n < 512 || a.n[i] - n < 512 ? 1 : 97) {
            void *less = malloc(n + !n);
            memcpy(less, bytes, n);
            assert_int_equal(give(s, i, AGAIN_KEY, less, n), ERR_CORRUPT);
            free(less);
        }
        for (int k = 0; k < 200; k++) {
            size_t at = random_below(&chance, a.n[i]);
            uint8_t was = bytes[at];
            bytes[at] ^= (uint8_t)(1U << random_below(&chance, 8));
            assert_int_equal(give(s, i, AGAIN_KEY, bytes, a.n[i]), ERR_CORRUPT);
            bytes[at] = was;
        }
        for (size_t k = 0; k < a.n[i]; k++)
            bytes[k] = (uint8_t)random_below(&chance, 256);
        assert_int_equal(give(s, i, AGAIN_KEY, bytes, a.n[i]), ERR_CORRUPT);
    }
    again_free(&a);
    site_free(s);
}

/* Broken with a checksum that agrees: refused, or a state that can be gone on with. */
static void test_forged_bytes_do_no_harm(void **state)
{
    struct site *s = site_new(1, 90, 58);
    struct random chance = random_seeded(59);
    size_t refused = 0, cut = 70 * PER_DAY + 3;
    struct again a;

    (void)state;
    add_ramp(s, 0, CRACK, 20, 0.05);
    site_run(s, 0, cut, 1);
    a = again_pack(s->slow);
    for (int k = 0; k < 600; k++) {
        struct slow *other;
        size_t piece = random_below(&chance, a.pieces);
        again_forge(&a, piece, &chance);
        other = again_try(&a, s->r);
        again_mend(&a);
        refused += other == NULL;
        if (!other)
            continue;
        slow_free(s->slow);
        s->slow = other;
        s->tolds = 0;
        strbuf_clear(&s->log);
        site_run(s, cut, cut + 9 * PER_DAY, PER_DAY);
    }
    assert_in_range(refused, 50, 550);
    again_free(&a);
    site_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cuts_change_nothing),
        cmocka_unit_test(test_one_cut_changes_nothing),
        cmocka_unit_test(test_cuts_in_bad_weeks),
        cmocka_unit_test(test_cuts_after_years),
        cmocka_unit_test(test_one_sensor_is_seen_without_the_others),
        cmocka_unit_test(test_keys_tell_registries_apart),
        cmocka_unit_test(test_others_are_refused),
        cmocka_unit_test(test_broken_bytes_are_refused),
        cmocka_unit_test(test_forged_bytes_do_no_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
