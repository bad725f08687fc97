/* The same state by other ways: late and revised readings, packing and unpacking, hostile bytes. */
#include <string.h>

#include "rules_fixture.h"
#include "shikumen/base/strmap.h"

#define SERIES 400

/* A reading with its event's frequency. */
struct item {
    struct reading r;
    double f_hz;
};

static const struct curve_point line_3[] = {{1, 3}, {10, 3}, {50, 8}, {100, 10}};

enum variant { VALUES, RATES, EVENTS, MIXED, VARIANTS };

static void variant_start(struct rig *g, enum variant v, uint64_t *seed)
{
    static const enum limit_of of[] = {LIMIT_VALUE, LIMIT_RATE, LIMIT_EVENT};
    enum quantity q = v == EVENTS ? Q_VELOCITY : *seed % 2 ? Q_TILT : Q_CRACK_WIDTH;

    *g = (struct rig){0};
    for (int i = 0; i < 4; i++) {
        struct limit l = limit_make(4 - i, of[v == MIXED ? i % 2 : (int)v], 2.5 - 0.5 * i, 0);

        if (v == EVENTS) {
            l.curve = line_3;
            l.curve_len = 4;
            l.value *= 0.2;
        }
        l.clear = 0.9 * l.value;
        l.window_us = 2 * DAY;
        l.persist_us = (int64_t)(random_unit(seed) * 3) * 5 * HOUR;
        l.clear_persist_us = (int64_t)(random_unit(seed) * 3) * 8 * HOUR;
        rig_add(g, l);
    }
    rig_start(g, q, HOUR);
    rule_state_free(g->st);
    g->st = rule_state_new(&g->sensor, T0);
}

/* A first day of rest, then a wandering level with noise, pauses, and some suspect readings. */
static void series(struct item *items, uint64_t *seed)
{
    double level = 0, aim = 0;
    int64_t t = T0;

    for (int i = 0; i < SERIES; i++) {
        uint8_t flag = random_unit(seed) < 0.03 ? QF_SUSPECT : QF_PASS;

        if (i > 48 && random_unit(seed) < 0.05)
            aim = 5 * random_unit(seed) - 1.5;
        level += 0.2 * (aim - level);
        items[i].r = reading_at(t, level + 0.3 * (random_unit(seed) - 0.5));
        items[i].r.flag = flag;
        items[i].r.test = flag == QF_PASS ? QT_NONE : QT_RATE_OF_CHANGE;
        items[i].f_hz = random_unit(seed) < 0.1 ? NONE : 100 * random_unit(seed);
        t += 1800 * SECOND + (int64_t)(random_unit(seed) * 3600e6);
        t += random_unit(seed) < 0.02 ? 20 * HOUR : 0;
    }
}

static bool same_double(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static void assert_same_finding(const struct finding *a, const struct finding *b)
{
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->level, b->level);
    assert_ptr_equal(a->limit, b->limit);
    assert_int_equal(a->t_us, b->t_us);
    assert_int_equal(a->since_us, b->since_us);
    assert_true(same_double(a->value, b->value) && same_double(a->reading, b->reading));
    assert_true(same_double(a->baseline, b->baseline));
    assert_int_equal(a->unconfirmed, b->unconfirmed);
}

static void through_bytes(struct rig *g, struct arena *arena)
{
    struct rule_state *other = rule_state_new(&g->sensor, T0);
    const void *bytes, *again;
    size_t n, n_again;

    assert_int_equal(rule_state_pack(g->st, arena, &bytes, &n), ERR_OK);
    assert_int_equal(rule_state_unpack(other, bytes, n), ERR_OK);
    assert_int_equal(rule_state_pack(other, arena, &again, &n_again), ERR_OK);
    assert_int_equal(n, n_again);
    assert_memory_equal(bytes, again, n);
    rule_state_free(g->st);
    g->st = other;
}

static void packing_after_every_reading_changes_nothing(void **state)
{
    size_t findings = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct item items[SERIES];
        struct rig a, b;
        struct arena arena = {0};
        uint64_t s = seed, s_again = seed;

        variant_start(&a, (enum variant)(seed % VARIANTS), &s);
        variant_start(&b, (enum variant)(seed % VARIANTS), &s_again);
        memcpy(b.limits, a.limits, sizeof b.limits);
        b.sensor.limits = &a.set; /* the same limits, so that findings compare */
        rule_state_free(b.st);
        b.st = rule_state_new(&b.sensor, T0);
        series(items, &s);
        for (int i = 0; i < SERIES; i++) {
            size_t n = rules_judge(a.st, &items[i].r, items[i].f_hz, a.out);

            assert_int_equal(rules_judge(b.st, &items[i].r, items[i].f_hz, b.out), n);
            for (size_t k = 0; k < n; k++)
                assert_same_finding(&a.out[k], &b.out[k]);
            findings += n;
            through_bytes(&b, &arena);
            arena_reset(&arena);
        }
        arena_free(&arena);
        rig_end(&a);
        rig_end(&b);
    }
    assert_true(findings > 400);
}

/* What has arrived, in order of device time. */
struct store {
    struct reading r[SERIES];
    double f_hz[SERIES];
    size_t n;
};

static void store_put(struct store *st, const struct item *item)
{
    size_t at = st->n++;

    for (; at > 0 && st->r[at - 1].t_us > item->r.t_us; at--) {
        st->r[at] = st->r[at - 1];
        st->f_hz[at] = st->f_hz[at - 1];
    }
    st->r[at] = item->r;
    st->f_hz[at] = item->f_hz;
}

static size_t rejudge_from(struct rig *g, const struct store *st, int64_t late_us)
{
    size_t from = 0;

    while (st->r[from].t_us < late_us - rules_lookback_us(g->st))
        from++;
    return rules_rejudge(g->st, late_us, st->r + from, st->f_hz + from, st->n - from, g->out);
}

/* Follows the findings as a receiver would: the level of each kind after all that was reported. */
static void follow(int level[KIND_COUNT], const struct finding *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        level[out[i].kind] = out[i].level;
}

static size_t arrive(struct rig *g, struct store *st, const struct item *item)
{
    store_put(st, item);
    if (item->r.t_us > rules_latest_us(g->st))
        return rules_judge(g->st, &item->r, item->f_hz, g->out);
    return rejudge_from(g, st, item->r.t_us);
}

/* Each reading is late by up to span places; afterwards all has come. */
static void shuffle(int order[SERIES], int first, double span, uint64_t *seed)
{
    double due[SERIES];

    for (int i = 0; i < SERIES; i++) {
        due[i] = i + (i < first || random_unit(seed) < 0.8 ? 0 : span * random_unit(seed));
        order[i] = i;
    }
    for (int i = 1; i < SERIES; i++) {
        int moved = order[i], at = i;
        for (; at > 0 && due[order[at - 1]] > due[moved]; at--)
            order[at] = order[at - 1];
        order[at] = moved;
    }
}

static void late_readings_end_in_the_same_findings(void **state)
{
    size_t rejudged = 0, held = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 1000; seed++) {
        struct item items[SERIES];
        int order[SERIES], level[KIND_COUNT] = {0};
        struct rig a, b;
        struct store st = {.n = 0};
        uint64_t s = seed;

        variant_start(&a, (enum variant)(seed % VARIANTS), &s);
        b = a;
        b.sensor.limits = &a.set;
        a.set.limits = a.limits;
        b.st = rule_state_new(&b.sensor, T0);
        series(items, &s);
        shuffle(order, 60, 12, &s);
        for (int i = 0; i < SERIES; i++)
            rules_judge(a.st, &items[i].r, items[i].f_hz, a.out);
        for (int i = 0; i < SERIES; i++) {
            rejudged += items[order[i]].r.t_us < rules_latest_us(b.st);
            follow(level, b.out, arrive(&b, &st, &items[order[i]]));
        }
        size_t n = rules_current(a.st, a.out);
        assert_int_equal(rules_current(b.st, b.out), n);
        for (size_t k = 0; k < n; k++) {
            assert_int_equal(a.out[k].level, b.out[k].level);
            assert_ptr_equal(a.out[k].limit, b.out[k].limit);
            assert_int_equal(level[a.out[k].kind], a.out[k].level);
        }
        held += n;
        assert_int_equal(rules_latest_us(a.st), rules_latest_us(b.st));
        rig_end(&a);
        rig_end(&b);
    }
    assert_true(rejudged > 20000 && held > 300);
}

static void judging_again_without_news_changes_nothing(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct item items[SERIES];
        struct rig g;
        struct store st = {.n = 0};
        struct finding before[RULES_FINDINGS_MAX];
        uint64_t s = seed;

        variant_start(&g, (enum variant)(seed % VARIANTS), &s);
        series(items, &s);
        for (int i = 0; i < SERIES; i++)
            arrive(&g, &st, &items[i]);
        size_t n = rules_current(g.st, before);
        assert_int_equal(rejudge_from(&g, &st, st.r[SERIES - 1 - s % 60].t_us), 0);
        assert_int_equal(rules_current(g.st, g.out), n);
        for (size_t k = 0; k < n; k++) {
            assert_int_equal(g.out[k].level, before[k].level);
            assert_ptr_equal(g.out[k].limit, before[k].limit);
        }
        rig_end(&g);
    }
}

static void a_spike_found_later_is_taken_back(void **state)
{
    struct rig g = {0};
    struct reading rs[4];

    (void)state;
    rig_add(&g, limit_make(4, LIMIT_VALUE, 1, 0.9));
    g.limits[0].clear_persist_us = 7 * DAY;
    rig_start(&g, Q_CRACK_WIDTH, HOUR);
    for (int i = 0; i < 3; i++) {
        rs[i] = reading_at(T0 + i * HOUR, i == 2 ? 3 : 0.2);
        assert_int_equal(rules_judge(g.st, &rs[i], NONE, g.out), i == 2 ? 1 : 0);
    }
    rs[2].flag = QF_SUSPECT;
    rs[2].test = QT_SPIKE;
    rs[3] = reading_at(T0 + 3 * HOUR, 0.2);
    assert_int_equal(rules_rejudge(g.st, rs[2].t_us, rs + 2, NULL, 2, g.out), 1);
    assert_int_equal(g.out[0].level, 0);
    assert_ptr_equal(g.out[0].limit, &g.limits[0]);
    assert_true(g.out[0].reading == 0.2);
    assert_int_equal(g.out[0].t_us, rs[3].t_us);
    assert_int_equal(level_now(&g), 0);
    rig_end(&g);
}

static void a_level_held_before_stays(void **state)
{
    struct rig g = {0};
    struct reading rs[5];

    (void)state;
    rig_add(&g, limit_make(4, LIMIT_VALUE, 1, 0.9));
    g.limits[0].persist_us = 2 * HOUR;
    g.limits[0].clear_persist_us = DAY;
    rig_start(&g, Q_CRACK_WIDTH, HOUR);
    for (int i = 0; i < 5; i++) {
        rs[i] = reading_at(T0 + i * HOUR, 2);
        rules_judge(g.st, &rs[i], NONE, g.out);
    }
    assert_int_equal(level_now(&g), 4);
    rs[4].value = 0.1; /* as if revised */
    assert_int_equal(rules_rejudge(g.st, rs[4].t_us, rs + 3, NULL, 2, g.out), 0);
    assert_int_equal(level_now(&g), 4);
    rs[1].value = 0.1; /* but with this one the run was never long enough until the 4th hour */
    rs[4].value = 2;
    assert_int_equal(rules_rejudge(g.st, rs[1].t_us, rs, NULL, 5, g.out), 0);
    assert_int_equal(rules_current(g.st, g.out), 1);
    assert_int_equal(g.out[0].t_us, rs[4].t_us);
    assert_int_equal(g.out[0].since_us, rs[2].t_us);
    rig_end(&g);
}

/* The stored readings that the contract asks for, judged again from late_us. */
static size_t again_within_lookback(struct rig *g, const struct reading *rs, size_t n,
                                    int64_t late_us)
{
    size_t from = 0;

    while (rs[from].t_us < late_us - rules_lookback_us(g->st))
        from++;
    return rules_rejudge(g->st, late_us, rs + from, NULL, n - from, g->out);
}

static void lookback_reaches_over_a_pause(void **state)
{
    const struct reading rs[] = {reading_at(T0, 2), reading_at(T0 + 9 * HOUR, 2),
                                 reading_at(T0 + 25 * HOUR, 2), reading_at(T0 + 26 * HOUR, 2)};
    struct rig g = {0};

    (void)state;
    rig_add(&g, limit_make(4, LIMIT_VALUE, 1, 0.9));
    g.limits[0].persist_us = 10 * HOUR;
    rig_start(&g, Q_CRACK_WIDTH, 4 * HOUR); /* pauses of up to 20 h are bridged */
    assert_int_equal(rules_lookback_us(g.st), 30 * HOUR);
    for (size_t i = 0; i < 4; i++) {
        if (i != 2) /* which comes last */
            rules_judge(g.st, &rs[i], NONE, g.out);
    }
    assert_int_equal(again_within_lookback(&g, rs, 4, rs[2].t_us), 0);
    assert_int_equal(rules_current(g.st, g.out), 1);
    assert_int_equal(g.out[0].t_us, rs[2].t_us);
    assert_int_equal(g.out[0].since_us, T0);
    rig_end(&g);
}

static void an_event_long_ago_is_remembered(void **state)
{
    const struct reading rs[] = {reading_at(T0, 2), reading_at(T0 + 20 * DAY, 0.1),
                                 reading_at(T0 + 21 * DAY, 0.1)};
    struct rig g = {0};

    (void)state;
    rig_add(&g, limit_make(4, LIMIT_EVENT, 1, 0.9));
    g.limits[0].clear_persist_us = 7 * DAY;
    rig_start(&g, Q_VELOCITY, HOUR);
    rules_judge(g.st, &rs[0], NONE, g.out);
    assert_int_equal(level_now(&g), 4);
    rules_judge(g.st, &rs[2], NONE, g.out);
    assert_int_equal(level_now(&g), 0);
    assert_int_equal(again_within_lookback(&g, rs, 3, rs[1].t_us), 0);
    assert_int_equal(level_now(&g), 0); /* left on day 20 as well as on day 21 */
    rig_end(&g);
}

static void a_leaving_taken_back_keeps_the_first_crossing(void **state)
{
    struct reading rs[] = {reading_at(T0, 2), reading_at(T0 + HOUR, 0),
                           reading_at(T0 + 2 * HOUR, 2)};
    struct rig g = {0};

    (void)state;
    rig_add(&g, limit_make(4, LIMIT_VALUE, 1, 0.9));
    rig_start(&g, Q_CRACK_WIDTH, HOUR);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(rules_judge(g.st, &rs[i], NONE, g.out), 1);
    assert_int_equal(g.out[0].since_us, rs[2].t_us);
    rs[1].flag = QF_FAIL;
    assert_int_equal(again_within_lookback(&g, rs, 3, rs[1].t_us), 0);
    assert_int_equal(rules_current(g.st, g.out), 1);
    assert_int_equal(g.out[0].since_us, T0);
    rig_end(&g);
}

/* Late or not, a reading from before the baseline makes no rate with a later one. */
static void a_late_reading_from_before_the_baseline_makes_no_rate(void **state)
{
    struct reading rs[] = {reading_at(T0 - 2 * HOUR, 9), reading_at(T0 - HOUR, 9),
                           reading_at(T0, 1), reading_at(T0 + HOUR, 1.5)};
    struct rig g = {0};

    (void)state;
    rig_add(&g, limit_make(4, LIMIT_RATE, 1, 0.9));
    g.limits[0].window_us = DAY;
    rig_start(&g, Q_TILT, HOUR);
    rule_state_free(g.st);
    g.st = rule_state_new(&g.sensor, T0);
    for (size_t i = 2; i < 4; i++)
        assert_int_equal(rules_judge(g.st, &rs[i], NONE, g.out), 0);
    assert_int_equal(again_within_lookback(&g, rs, 4, rs[0].t_us), 0);
    assert_int_equal(level_now(&g), 0);
    assert_int_equal(feed(&g, 2 * HOUR, 2), 1);
    assert_true(g.out[0].value == 1);
    rig_end(&g);
}

static void nothing_to_judge_again(void **state)
{
    struct rig g = {0};

    (void)state;
    rig_add(&g, limit_make(4, LIMIT_VALUE, 1, 0.9));
    rig_start(&g, Q_CRACK_WIDTH, HOUR);
    assert_int_equal(feed(&g, 0, 2), 1);
    assert_int_equal(rules_rejudge(g.st, T0, NULL, NULL, 0, g.out), 0);
    assert_int_equal(level_now(&g), 4);
    rig_end(&g);
}

/* --- bytes --- */

static void filled(struct rig *g, enum variant v, struct arena *arena, const void **bytes,
                   size_t *n)
{
    struct item items[SERIES];
    uint64_t s = 5;

    variant_start(g, v, &s);
    series(items, &s);
    for (int i = 0; i < 200; i++)
        rules_judge(g->st, &items[i].r, items[i].f_hz, g->out);
    assert_int_equal(rule_state_pack(g->st, arena, bytes, n), ERR_OK);
}

static void every_damaged_byte_is_noticed(void **state)
{
    struct arena arena = {0};
    const void *bytes;
    size_t n;
    struct rig g;

    (void)state;
    filled(&g, MIXED, &arena, &bytes, &n);
    uint8_t *copy = arena_alloc(&arena, n);
    for (size_t i = 0; i < n; i++) {
        memcpy(copy, bytes, n);
        copy[i] ^= (uint8_t)(1U << i % 8);
        assert_int_equal(rule_state_unpack(g.st, copy, n), ERR_CORRUPT);
        assert_int_equal(rule_state_unpack(g.st, bytes, i), ERR_CORRUPT);
    }
    assert_int_equal(rules_latest_us(g.st), INT64_MIN); /* as new */
    assert_int_equal(rule_state_unpack(g.st, bytes, n), ERR_OK);
    rig_end(&g);
    arena_free(&arena);
}

static void mend(uint8_t *bytes, size_t n)
{
    uint64_t sum = hash64(0, bytes, n - 8);

    for (size_t i = 0; i < 8; i++)
        bytes[n - 8 + i] = (uint8_t)(sum >> (8 * i));
}

/* Bytes with a right checksum from someone who means harm: refused, or a state that still works. */
static void forged_bytes_do_no_harm(void **state)
{
    size_t refused = 0, accepted = 0;

    (void)state;
    for (int v = 0; v < VARIANTS; v++) {
        struct arena arena = {0};
        const void *bytes;
        struct item items[SERIES];
        size_t n;
        struct rig g;
        uint64_t s = 99;

        filled(&g, (enum variant)v, &arena, &bytes, &n);
        uint8_t *copy = arena_alloc(&arena, n);
        series(items, &s);
        for (int round = 0; round < 4000; round++) {
            memcpy(copy, bytes, n);
            for (uint64_t k = 0; k < 1 + random_next(&s) % 3; k++) {
                size_t at = 9 + (size_t)(random_next(&s) % (n - 17));
                copy[at] = random_next(&s) % 4 ? (uint8_t)random_next(&s) : 0xff;
            }
            mend(copy, n);
            enum err e = rule_state_unpack(g.st, copy, n);
            assert_true(e == ERR_OK || e == ERR_CORRUPT);
            refused += e == ERR_CORRUPT;
            accepted += e == ERR_OK;
            for (int i = 200; i < 220; i++)
                rules_judge(g.st, &items[i].r, items[i].f_hz, g.out);
            rules_rejudge(g.st, items[210].r.t_us, &items[210].r, NULL, 1, g.out);
        }
        rig_end(&g);
        arena_free(&arena);
    }
    assert_true(refused > 1000 && accepted > 1000);
}

static void another_version_is_refused(void **state)
{
    struct arena arena = {0};
    const void *bytes;
    size_t n;
    struct rig g;

    (void)state;
    filled(&g, VALUES, &arena, &bytes, &n);
    uint8_t *copy = arena_alloc(&arena, n);
    memcpy(copy, bytes, n);
    copy[0]++;
    mend(copy, n);
    assert_int_equal(rule_state_unpack(g.st, copy, n), ERR_RANGE);
    rig_end(&g);
    arena_free(&arena);
}

static enum err unpack_with(struct rig *g, int64_t baseline_us, const void *bytes, size_t n)
{
    struct rule_state *st = rule_state_new(&g->sensor, baseline_us);
    enum err e = rule_state_unpack(st, bytes, n);

    rule_state_free(st);
    return e;
}

static void other_limits_are_refused(void **state)
{
    static const struct curve_point other_line[] = {{1, 3}, {10, 3}, {50, 8.5}, {100, 10}};
    struct arena arena = {0};
    const void *bytes;
    size_t n;
    struct rig g;

    (void)state;
    filled(&g, EVENTS, &arena, &bytes, &n);
    struct limit kept = g.limits[1];
    assert_int_equal(unpack_with(&g, T0, bytes, n), ERR_OK);
    g.limits[1].value += 1e-9;
    assert_int_equal(unpack_with(&g, T0, bytes, n), ERR_RANGE);
    g.limits[1] = kept;
    g.limits[1].clear_persist_us++;
    assert_int_equal(unpack_with(&g, T0, bytes, n), ERR_RANGE);
    g.limits[1] = kept;
    g.limits[1].curve = other_line;
    assert_int_equal(unpack_with(&g, T0, bytes, n), ERR_RANGE);
    g.limits[1] = kept;
    g.limits[1].source = "another book, the same number";
    assert_int_equal(unpack_with(&g, T0, bytes, n), ERR_OK);
    g.set.count--;
    assert_int_equal(unpack_with(&g, T0, bytes, n), ERR_RANGE);
    rig_end(&g);
    arena_free(&arena);

    filled(&g, RATES, &arena, &bytes, &n);
    assert_int_equal(unpack_with(&g, T0, bytes, n), ERR_OK);
    assert_int_equal(unpack_with(&g, T0 + DAY, bytes, n), ERR_RANGE); /* a new baseline */
    rig_end(&g);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packing_after_every_reading_changes_nothing),
        cmocka_unit_test(late_readings_end_in_the_same_findings),
        cmocka_unit_test(judging_again_without_news_changes_nothing),
        cmocka_unit_test(a_spike_found_later_is_taken_back),
        cmocka_unit_test(a_level_held_before_stays),
        cmocka_unit_test(lookback_reaches_over_a_pause),
        cmocka_unit_test(an_event_long_ago_is_remembered),
        cmocka_unit_test(a_leaving_taken_back_keeps_the_first_crossing),
        cmocka_unit_test(a_late_reading_from_before_the_baseline_makes_no_rate),
        cmocka_unit_test(nothing_to_judge_again),
        cmocka_unit_test(every_damaged_byte_is_noticed),
        cmocka_unit_test(forged_bytes_do_no_harm),
        cmocka_unit_test(another_version_is_refused),
        cmocka_unit_test(other_limits_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
