/* A state.db of version 7, which had an episode for each condition: those of one place are one. */
#include "state_fixture.h"

struct old {
    const char *key;
    int level, condition; /* level 0: over */
    int64_t changed_us;
    bool by_hand;
};

static int64_t row_of(int i)
{
    return i + 1;
}

static void put_old(struct fixture *f, const struct old *old, int i)
{
    struct episode e = sample(i);
    bool over = old->level == 0;

    e.key = old->key;
    e.element = "E";
    e.step = 1;
    e.level = old->level;
    e.peak_level = 4;
    e.changed_us = old->changed_us;
    e.resolved_us = over ? old->changed_us : 0;
    e.condition_level = old->condition;
    e.fell_us = old->condition < old->level ? old->changed_us : 0;
    e.by_hand = old->by_hand;
    assert_int_equal(state_episode_put(f->db, &e), ERR_OK);
    assert_int_equal(e.row, row_of(i));
    assert_int_equal(state_step_put(f->db, &e, EVENT_RAISED, old->changed_us, "{}", 2), ERR_OK);
}

static void open_old(struct fixture *f, const struct old *old, size_t n)
{
    for (size_t i = 0; i < n; i++)
        put_old(f, &old[i], (int)i);
    state_close(f->db);
    f->db = NULL;
    make_version(f, 7);
    f->db = open_mode(f->dir, STATE_WRITE);
}

static struct episode of_key(struct fixture *f, const char *key, struct arena *arena)
{
    struct episode e;

    assert_int_equal(state_episode_by_key(f->db, key, arena, &e), ERR_OK);
    return e;
}

struct live {
    int n;
    struct {
        int64_t row, spoken_by;
        char key[80];
    } at[16];
};

static enum err take_live(void *context, const struct episode *e)
{
    struct live *l = context;

    l->at[l->n].row = e->row;
    l->at[l->n].spoken_by = e->spoken_by;
    snprintf(l->at[l->n++].key, sizeof l->at[0].key, "%s", e->key);
    return ERR_OK;
}

static struct live all_live(struct fixture *f)
{
    struct live l = {0};

    assert_int_equal(state_episode_live(f->db, take_live, &l), ERR_OK);
    return l;
}

#define OPEN(fixture, list) open_old(fixture, list, sizeof(list) / sizeof *(list))

static void the_worst_damp_of_a_place_goes_on(void **state)
{
    static const struct old old[] = {
        {"moisture|H1/b|moisture_content", 2, 2, T0, false},
        {"moisture|H1/b|moisture_content|decay_activation", 3, 3, T0, false},
        {"moisture|H1/b|moisture_content|mould_index", 2, 2, T0 + 1, false},
        {"moisture|H2/b|moisture_content", 2, 2, T0, false},
        {"leak|H1/b|leak", 3, 3, T0, false}};
    struct fixture *f = *state;
    struct arena arena = {0};
    struct live l;

    OPEN(f, old);
    assert_int_equal(of_key(f, "moisture|H1/b", &arena).row, 2);
    assert_int_equal(of_key(f, "moisture|H2/b", &arena).row, 4);
    assert_int_equal(of_key(f, "leak|H1/b|leak", &arena).row, 5);
    l = all_live(f);
    assert_int_equal(l.n, 5);
    assert_string_equal(l.at[0].key, old[0].key); /* ends at the next start */
    assert_string_equal(l.at[2].key, old[2].key);
    assert_int_equal(l.at[0].spoken_by, 2);
    assert_int_equal(l.at[1].spoken_by, 0);
    assert_int_equal(l.at[2].spoken_by, 2);
    arena_free(&arena);
}

/* Both had the key that goes on, or one of them: one is left that has. */
static void a_rate_that_is_worse_than_its_trend(void **state)
{
    static const struct old old[] = {{"trend|H1/w|tilt", 2, 2, T0, false},
                                     {"rate|H1/w|tilt", 4, 4, T0, false},
                                     {"rate|H2/w|tilt", 2, 2, T0, false},
                                     {"trend|H2/w|tilt", 3, 3, T0, false},
                                     {"trend|row:L1/R1|tilt", 3, 3, T0, false}};
    struct fixture *f = *state;
    struct arena arena = {0};
    struct live l;
    int named = 0;

    OPEN(f, old);
    assert_int_equal(of_key(f, "trend|H1/w|tilt", &arena).row, 2);
    assert_int_equal(of_key(f, "trend|H2/w|tilt", &arena).row, 4);
    l = all_live(f);
    assert_int_equal(l.n, 5);
    for (int i = 0; i < l.n; i++)
        named += strncmp(l.at[i].key, "trend|", 6) == 0;
    assert_int_equal(named, 3);
    assert_string_equal(l.at[0].key, "rate|H1/w|tilt"); /* a key of before: it ends */
    assert_int_equal(l.at[0].spoken_by, 2);
    assert_int_equal(l.at[4].spoken_by, 0);
    arena_free(&arena);
}

/* An orange that waits for a person is not lost beside a yellow that holds: it eases to that. */
static void what_waits_keeps_its_level_and_what_holds(void **state)
{
    static const struct old old[] = {
        {"moisture|H1/b|moisture_content", 3, 0, T0, false},
        {"moisture|H1/b|moisture_content|mould_index", 2, 2, T0 + 5, false},
        {"rate|H1/w|tilt", 3, 0, T0, false},
        {"trend|H1/w|tilt", 3, 3, T0 + 5, false}};
    struct fixture *f = *state;
    struct arena arena = {0};
    struct episode e;

    OPEN(f, old);
    e = of_key(f, "moisture|H1/b", &arena);
    assert_int_equal(e.row, 1);
    assert_int_equal(e.level, 3);
    assert_int_equal(e.condition_level, 2);
    assert_true(e.fell_us != 0);
    e = of_key(f, "trend|H1/w|tilt", &arena);
    assert_int_equal(e.row, 4);
    assert_int_equal(e.condition_level, 3);
    assert_true(e.fell_us == 0);
    arena_free(&arena);
}

/* What a person resolved by hand speaks for nobody whose alert is open. */
static void by_hand_comes_after_open_ones(void **state)
{
    static const struct old old[] = {
        {"moisture|H1/b|moisture_content", 0, 4, T0 + 9, true},
        {"moisture|H1/b|moisture_content|mould_index", 2, 2, T0, false},
        {"moisture|H2/b|moisture_content", 0, 2, T0 + 1, true},
        {"moisture|H2/b|moisture_content|mould_index", 0, 0, T0 + 9, false}};
    struct fixture *f = *state;
    struct arena arena = {0};
    struct episode e;

    OPEN(f, old);
    e = of_key(f, "moisture|H1/b", &arena);
    assert_int_equal(e.row, 2);
    assert_int_equal(e.condition_level, 2);
    e = of_key(f, "moisture|H2/b", &arena);
    assert_int_equal(e.row, 3);
    assert_int_equal(e.condition_level, 2);
    assert_true(e.by_hand);
    arena_free(&arena);
}

/* What comes back within days reopens the latest, which was not always that with the highest row.
 */
static void the_latest_that_is_over_is_found(void **state)
{
    static const struct old old[] = {
        {"rate|H1/w|tilt", 0, 0, T0 + 500, false},
        {"trend|H1/w|tilt", 0, 0, T0 + 100, false},
        {"moisture|H1/b|moisture_content|mould_index", 0, 0, T0 + 5, false},
        {"moisture|H1/b|moisture_content", 0, 0, T0 + 1, false}};
    struct fixture *f = *state;
    struct arena arena = {0};

    OPEN(f, old);
    assert_int_equal(of_key(f, "trend|H1/w|tilt", &arena).row, 1);
    assert_int_equal(of_key(f, "moisture|H1/b", &arena).row, 3);
    assert_int_equal(all_live(f).n, 0);
    arena_free(&arena);
}

static void nothing_to_merge(void **state)
{
    static const struct old old[] = {{"limit|H1/w|crack_width", 2, 2, T0, false},
                                     {"silence|H1/n1", 1, 1, T0, false}};
    struct fixture *f = *state;
    struct arena arena = {0};

    OPEN(f, old);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(of_key(f, old[i].key, &arena).row, row_of((int)i));
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_worst_damp_of_a_place_goes_on),         TEST(a_rate_that_is_worse_than_its_trend),
        TEST(what_waits_keeps_its_level_and_what_holds), TEST(by_hand_comes_after_open_ones),
        TEST(the_latest_that_is_over_is_found),          TEST(nothing_to_merge),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
