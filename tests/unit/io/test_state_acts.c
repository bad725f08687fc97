/* state.db: acts of persons, and what stands because of them. */
#include "state_fixture.h"

#include "shikumen/io/state_acts.h"
#include "shikumen/io/state_signoff.h"

static struct act_row put(struct fixture *f, const char *verb, const char *subject)
{
    struct act_row a = {
        .at_us = T0, .by = "王工", .verb = verb, .subject = subject, .body = "{\"note\":\"n\"}"};

    assert_int_equal(state_begin(f->db), ERR_OK);
    assert_int_equal(state_act_put(f->db, &a), ERR_OK);
    assert_int_equal(state_commit(f->db), ERR_OK);
    return a;
}

static enum err settle(struct fixture *f, int64_t row, enum act_outcome outcome)
{
    return state_act_settle(f->db, &(struct act_row){.row = row,
                                                     .applied_us = T0 + SECOND,
                                                     .outcome = outcome,
                                                     .why_zh = "不行",
                                                     .why_en = "no",
                                                     .made = "S1"});
}

static enum err count(void *context, const struct act_row *a)
{
    (void)a;
    ++*(int *)context;
    return ERR_OK;
}

static int acts_of(struct fixture *f, const char *subject)
{
    int n = 0;

    assert_int_equal(state_act_each(f->db, subject, count, &n), ERR_OK);
    return n;
}

static void acts_wait_in_order_and_are_settled_once(void **state)
{
    struct fixture *f = *state;
    struct arena arena = {0};
    struct act_row a;

    assert_int_equal(state_act_next(f->db, &arena, &a), ERR_NOTFOUND);
    assert_int_equal(put(f, "ack", "one").row, 1);
    assert_int_equal(put(f, "comment", "two").row, 2);
    assert_int_equal(acts_of(f, NULL), 2);
    assert_int_equal(state_act_next(f->db, &arena, &a), ERR_OK);
    assert_int_equal(a.row, 1);
    assert_int_equal(a.outcome, OUTCOME_WAITING);
    assert_int_equal(a.applied_us, STATE_UNKNOWN_US);
    assert_string_equal(a.by, "王工");
    assert_string_equal(a.verb, "ack");
    assert_string_equal(a.subject, "one");
    assert_string_equal(a.body, "{\"note\":\"n\"}");

    assert_int_equal(settle(f, 1, OUTCOME_REFUSED), ERR_OK);
    assert_int_equal(settle(f, 1, OUTCOME_DONE), ERR_OK); /* too late */
    assert_int_equal(state_act_get(f->db, 1, &arena, &a), ERR_OK);
    assert_int_equal(a.outcome, OUTCOME_REFUSED);
    assert_int_equal(a.applied_us, T0 + SECOND);
    assert_string_equal(a.why_zh, "不行");
    assert_string_equal(a.why_en, "no");
    assert_string_equal(a.made, "S1");
    assert_int_equal(state_act_next(f->db, &arena, &a), ERR_OK);
    assert_int_equal(a.row, 2);
    assert_int_equal(acts_of(f, NULL), 1);
    assert_int_equal(acts_of(f, "one"), 1);
    assert_int_equal(acts_of(f, "three"), 0);
    assert_int_equal(state_act_get(f->db, 3, &arena, &a), ERR_NOTFOUND);
    assert_int_equal(settle(f, 3, OUTCOME_DONE), ERR_NOTFOUND);
    arena_free(&arena);
}

/* --- silences --- */

struct silences {
    struct silencing last;
    int n;
};

static enum err keep_silence(void *context, const struct silencing *s)
{
    struct silences *all = context;

    all->last = *s;
    all->last.scope = all->last.by = all->last.reason = all->last.ended_by = NULL;
    all->n++;
    return ERR_OK;
}

static struct silences silences(struct fixture *f, bool all)
{
    struct silences s = {.n = 0};

    assert_int_equal(state_silence_each(f->db, all, keep_silence, &s), ERR_OK);
    return s;
}

static void silences_begin_are_reminded_of_and_end_once(void **state)
{
    struct fixture *f = *state;
    struct silencing s = {.scope = "H1",
                          .kind = KIND_COUNT,
                          .from_us = T0,
                          .until_us = T0 + 9 * SECOND,
                          .by = "王工",
                          .reason = "施工"};
    struct silences seen;

    assert_int_equal(state_silence_put(f->db, &s, T0), ERR_OK);
    assert_int_equal(s.row, 1);
    seen = silences(f, false);
    assert_int_equal(seen.n, 1);
    assert_int_equal(seen.last.kind, KIND_COUNT);
    assert_int_equal(seen.last.until_us, T0 + 9 * SECOND);
    s.kind = KIND_LEAK;
    assert_int_equal(state_silence_put(f->db, &s, T0), ERR_OK);
    seen = silences(f, false);
    assert_int_equal(seen.last.kind, KIND_LEAK);
    assert_int_equal(seen.last.reminded_us, 0);
    assert_int_equal(state_silence_remind(f->db, 2, T0 + SECOND), ERR_OK);
    assert_int_equal(silences(f, false).last.reminded_us, T0 + SECOND);
    assert_int_equal(state_silence_end(f->db, 2, T0 + 2 * SECOND, "shikumend"), ERR_OK);
    assert_int_equal(state_silence_end(f->db, 2, T0 + 3 * SECOND, "x"), ERR_NOTFOUND);
    assert_int_equal(state_silence_end(f->db, 7, T0, "x"), ERR_NOTFOUND);
    assert_int_equal(silences(f, false).n, 1);
    seen = silences(f, true);
    assert_int_equal(seen.n, 2);
    assert_int_equal(seen.last.ended_us, T0 + 2 * SECOND);
}

/* --- proposals --- */

static enum err propose(struct fixture *f, const struct episode *e, enum proposal_kind kind,
                        int64_t *row)
{
    struct proposal p = {
        .episode_row = e->row, .kind = kind, .made_us = T0, .made_by = "shikumend", .reason = "r"};
    enum err err = state_proposal_put(f->db, &p);

    *row = p.row;
    return err;
}

static enum err count_proposal(void *context, const struct proposal *p)
{
    (void)p;
    ++*(int *)context;
    return ERR_OK;
}

static int proposals(struct fixture *f, int64_t episode, bool open_only)
{
    const struct proposal_filter filter = {episode, open_only};
    int n = 0;

    assert_int_equal(state_proposal_each(f->db, &filter, count_proposal, &n), ERR_OK);
    return n;
}

/* One that is open of each kind and episode; it moves only forward. */
static void proposals_move_as_they_may(void **state)
{
    struct fixture *f = *state;
    struct episode one = sample(1), two = sample(2);
    struct arena arena = {0};
    struct proposal p;
    int64_t first, row;

    put_step(f->db, &one, 3, only_a);
    put_step(f->db, &two, 3, only_a);
    assert_int_equal(propose(f, &one, PROPOSAL_INSPECT, &first), ERR_OK);
    assert_int_equal(propose(f, &one, PROPOSAL_INSPECT, &row), ERR_EXISTS);
    assert_int_equal(propose(f, &one, PROPOSAL_PROP, &row), ERR_OK);
    assert_int_equal(propose(f, &two, PROPOSAL_INSPECT, &row), ERR_OK);
    assert_int_equal(proposals(f, 0, true), 3);
    assert_int_equal(proposals(f, one.row, false), 2);

    assert_int_equal(state_proposal_move(f->db, first, PROPOSAL_DONE, T0, "a", "b"), ERR_NOTFOUND);
    assert_int_equal(state_proposal_move(f->db, first, PROPOSAL_APPROVED, T0 + 1, "李总", "同意"),
                     ERR_OK);
    assert_int_equal(state_proposal_move(f->db, first, PROPOSAL_REJECTED, T0, "a", "b"),
                     ERR_NOTFOUND);
    assert_int_equal(propose(f, &one, PROPOSAL_INSPECT, &row), ERR_EXISTS);
    assert_int_equal(state_proposal_move(f->db, first, PROPOSAL_DONE, T0 + 2, "王工", "看过"),
                     ERR_OK);
    assert_int_equal(state_proposal_move(f->db, first, PROPOSAL_DONE, T0, "a", "b"), ERR_NOTFOUND);
    assert_int_equal(state_proposal_get(f->db, first, &arena, &p), ERR_OK);
    assert_int_equal(p.state, PROPOSAL_DONE);
    assert_string_equal(p.episode_id, one.id);
    assert_string_equal(p.house, one.house);
    assert_string_equal(p.decided_by, "李总");
    assert_string_equal(p.decision, "同意");
    assert_int_equal(p.decided_us, T0 + 1);
    assert_string_equal(p.done_by, "王工");
    assert_string_equal(p.done_note, "看过");
    assert_int_equal(p.done_us, T0 + 2);
    assert_int_equal(propose(f, &one, PROPOSAL_INSPECT, &row), ERR_OK); /* anew */
    assert_int_equal(proposals(f, 0, true), 3);
    assert_int_equal(proposals(f, 0, false), 4);
    assert_int_equal(state_proposal_get(f->db, 99, &arena, &p), ERR_NOTFOUND);
    arena_free(&arena);
}

/* --- overrides and records --- */

static enum err keep_override(void *context, const struct class_override *o)
{
    *(int64_t *)context = o->row;
    return ERR_OK;
}

static void one_override_of_a_subject_stands(void **state)
{
    struct fixture *f = *state;
    struct class_override o = {.subject = "H1",
                               .class_name = "M",
                               .from_us = T0,
                               .until_us = T0 + SECOND,
                               .by = "李总",
                               .reason = "看过"};
    int64_t open = 0;

    assert_int_equal(state_override_put(f->db, &o, T0), ERR_OK);
    assert_int_equal(state_override_put(f->db, &o, T0), ERR_EXISTS);
    assert_int_equal(state_override_end(f->db, 1, T0, "李总"), ERR_OK);
    assert_int_equal(state_override_end(f->db, 1, T0, "李总"), ERR_NOTFOUND);
    assert_int_equal(state_override_put(f->db, &o, T0), ERR_OK);
    assert_int_equal(state_override_each(f->db, false, keep_override, &open), ERR_OK);
    assert_int_equal(open, o.row);
}

static enum err keep_cost(void *context, const struct act_record *r)
{
    int64_t *costs = context;

    costs[r->row] = r->cost_fen;
    return ERR_OK;
}

static void costs_are_kept_or_not_told(void **state)
{
    struct fixture *f = *state;
    struct episode e = sample(1);
    int64_t costs[3] = {0};

    put_step(f->db, &e, 3, only_a);
    struct act_record r = {.episode_row = e.row,
                           .kind = RECORD_INSPECTION,
                           .day_us = T0,
                           .cost_fen = STATE_UNKNOWN_US,
                           .finding = "无异常",
                           .by = "王工",
                           .at_us = T0};
    assert_int_equal(state_record_put(f->db, &r), ERR_OK);
    r.cost_fen = 99;
    assert_int_equal(state_record_put(f->db, &r), ERR_OK);
    assert_int_equal(state_record_each(f->db, e.row, keep_cost, costs), ERR_OK);
    assert_int_equal(costs[1], STATE_UNKNOWN_US);
    assert_int_equal(costs[2], 99);
    r.episode_row = 77; /* of no episode */
    assert_int_not_equal(state_record_put(f->db, &r), ERR_OK);
}

static void an_episode_is_found_by_its_id(void **state)
{
    struct fixture *f = *state;
    struct episode e = sample(1), found;
    struct arena arena = {0};
    bool has = true;

    assert_int_equal(state_episode_by_id(f->db, e.id, &arena, &found), ERR_NOTFOUND);
    put_step(f->db, &e, 3, only_a);
    assert_int_equal(state_episode_by_id(f->db, e.id, &arena, &found), ERR_OK);
    assert_int_equal(found.row, e.row);
    assert_string_equal(found.key, e.key);
    assert_int_equal(state_outbox_has(f->db, e.row, "a", &has), ERR_OK);
    assert_true(has);
    assert_int_equal(state_outbox_has(f->db, e.row, "b", &has), ERR_OK);
    assert_false(has);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(acts_wait_in_order_and_are_settled_once),
        TEST(silences_begin_are_reminded_of_and_end_once),
        TEST(proposals_move_as_they_may),
        TEST(one_override_of_a_subject_stands),
        TEST(costs_are_kept_or_not_told),
        TEST(an_episode_is_found_by_its_id),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
