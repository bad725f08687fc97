/* state.db: how houses, rows and the district stood. */
#include "shikumen/base/clock.h"
#include "state_fixture.h"

#define TUESDAY (INT64_C(2900) * 7 * US_PER_DAY + 5 * US_PER_DAY)

struct risks {
    size_t n;
    char house[120][8];
    int64_t at_us[120];
    struct state_risk last;
};

static enum err see_risk(void *context, const struct state_risk *r)
{
    struct risks *s = context;

    assert_true(s->n < 120);
    snprintf(s->house[s->n], sizeof s->house[0], "%s", r->house);
    s->at_us[s->n++] = r->at_us;
    assert_string_equal(r->line, "{\"house\":\"x\"}\n");
    assert_string_equal(r->class_name, "MH");
    assert_string_equal(r->colour, "orange");
    s->last = *r;
    return ERR_OK;
}

static enum err see_group(void *context, const struct state_group *g)
{
    struct state_risk r = g->risk;
    char name[8];

    snprintf(name, sizeof name, "%s/%s", g->lane, g->row);
    assert_string_equal(r.house, "");
    r.house = name;
    return see_risk(context, &r);
}

static void risk_comes_back_ranked(void **state)
{
    struct fixture *f = *state;
    struct risks s = {0}, one = {0};

    put_risk(f, "H1", T0, 90);
    put_risk(f, "H1", T0 + 1, 20);
    put_risk(f, "H3", T0, 40);
    put_risk(f, "H2", T0, 40);
    put_risk(f, "H2", T0, 40.5);
    put_risk(f, "H4", T0, (double)NAN);
    assert_int_equal(state_risk_each(f->db, NULL, see_risk, &s), ERR_OK);
    assert_int_equal(s.n, 4);
    assert_string_equal(s.house[0], "H2");
    assert_string_equal(s.house[1], "H3");
    assert_string_equal(s.house[2], "H1");
    assert_string_equal(s.house[3], "H4"); /* not known comes last */
    assert_int_equal(state_risk_each(f->db, "H1", see_risk, &one), ERR_OK);
    assert_int_equal(one.n, 2);
    assert_true(one.at_us[0] == T0 + 1 && one.at_us[1] == T0);
    assert_true(one.last.score == 90 && one.last.confidence == 0.75 && one.last.coverage == 0.5);
    assert_true(one.last.p30 == 0.01 && isnan(one.last.p365) && !one.last.grey);
}

/* What was said by then, whatever was said later. */
static void risk_comes_back_as_it_stood(void **state)
{
    struct fixture *f = *state;
    struct risks s = {0}, g = {0};

    put_risk(f, "H1", T0, 10);
    put_risk(f, "H1", T0 + 2, 90);
    put_risk(f, "H2", T0 + 1, 40);
    put_group(f, "", "", T0);
    put_group(f, "", "", T0 + 2);
    assert_int_equal(state_risk_at(f->db, T0 - 1, see_risk, &s), ERR_OK);
    assert_int_equal(s.n, 0);
    assert_int_equal(state_risk_at(f->db, T0, see_risk, &s), ERR_OK);
    assert_int_equal(s.n, 1);
    assert_true(s.at_us[0] == T0);
    s.n = 0;
    assert_int_equal(state_risk_at(f->db, T0 + 1, see_risk, &s), ERR_OK);
    assert_int_equal(s.n, 2);
    assert_string_equal(s.house[0], "H2");
    assert_true(s.at_us[0] == T0 + 1 && s.at_us[1] == T0);
    s.n = 0;
    assert_int_equal(state_risk_at(f->db, T0 + 2, see_risk, &s), ERR_OK);
    assert_string_equal(s.house[0], "H1");
    assert_true(s.at_us[0] == T0 + 2 && s.at_us[1] == T0 + 1);
    assert_int_equal(state_group_at(f->db, T0 - 1, see_group, &g), ERR_OK);
    assert_int_equal(g.n, 0);
    assert_int_equal(state_group_at(f->db, T0 + 1, see_group, &g), ERR_OK);
    assert_int_equal(g.n, 1);
    assert_true(g.at_us[0] == T0);
}

static void old_risk_is_thinned(void **state)
{
    struct fixture *f = *state;
    struct risks s = {0};
    const int days = 800;

    assert_int_equal(state_begin(f->db), ERR_OK);
    for (int day = 0; day < days; day++)
        put_risk(f, "H1", TUESDAY - day * US_PER_DAY, 10);
    put_risk(f, "H2", TUESDAY - 700 * US_PER_DAY, 10);
    put_risk(f, "H2", TUESDAY - 700 * US_PER_DAY + 1, 10); /* its latest, in the same month */
    assert_int_equal(state_commit(f->db), ERR_OK);
    assert_int_equal(state_risk_prune(f->db, TUESDAY), ERR_OK);
    assert_int_equal(state_risk_each(f->db, "H1", see_risk, &s), ERR_OK);
    for (size_t i = 1; i < s.n; i++) {
        int64_t age_d = (TUESDAY - s.at_us[i]) / US_PER_DAY;
        int64_t gap_d = (s.at_us[i - 1] - s.at_us[i]) / US_PER_DAY;
        if (age_d <= 14)
            assert_int_equal(gap_d, 1);
        else if (age_d <= 60 * 7)
            assert_int_equal(gap_d, 7);
        else
            assert_in_range(gap_d, 1, 31);
    }
    /* 800 - 420 days are about 12.5 months, the first of them not whole. */
    assert_in_range(s.n, 15 + 58 + 13, 15 + 58 + 15);
    s.n = 0;
    assert_int_equal(state_risk_each(f->db, "H2", see_risk, &s), ERR_OK);
    assert_int_equal(s.n, 2);
}

/* The latest of each row, of the same name in another lane too, and the district last. */
static void groups_come_back(void **state)
{
    struct fixture *f = *state;
    struct risks s = {0};

    put_group(f, "", "", T0 + 1);
    put_group(f, "L2", "R1", T0);
    put_group(f, "L1", "R2", T0);
    put_group(f, "L1", "R1", T0);
    put_group(f, "L1", "R1", T0 + 1);
    put_group(f, "L1", "R1", T0 + 1);
    put_group(f, "", "R9", T0);
    assert_int_equal(state_group_each(f->db, see_group, &s), ERR_OK);
    assert_int_equal(s.n, 5);
    assert_string_equal(s.house[0], "/R9");
    assert_string_equal(s.house[1], "L1/R1");
    assert_true(s.at_us[1] == T0 + 1);
    assert_string_equal(s.house[2], "L1/R2");
    assert_string_equal(s.house[3], "L2/R1");
    assert_string_equal(s.house[4], "/");
    for (int day = 2; day < 100; day++)
        put_group(f, "L1", "R1", T0 + day * US_PER_DAY);
    assert_int_equal(state_risk_prune(f->db, T0 + 100 * US_PER_DAY), ERR_OK);
    assert_in_range(count_of(f, "risk_group"), 4 + 13 + 12, 4 + 13 + 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(risk_comes_back_ranked),
        TEST(risk_comes_back_as_it_stood),
        TEST(old_risk_is_thinned),
        TEST(groups_come_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
