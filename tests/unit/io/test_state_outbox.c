/* The outbox of state.db: in order within an episode, once per endpoint, whatever becomes of it. */
#include "state_fixture.h"

#define ROWS_MAX 64

struct rows {
    struct outbox_row row[ROWS_MAX];
    char body[ROWS_MAX][64];
    int count;
};

static enum err keep_row(void *context, const struct outbox_row *row)
{
    struct rows *rows = context;

    assert_true(rows->count < ROWS_MAX);
    rows->row[rows->count] = *row;
    snprintf(rows->body[rows->count], 64, "%s", row->body);
    rows->count++;
    return ERR_OK;
}

static void due(struct state_db *db, const char *endpoint, int64_t now_us, int limit,
                struct rows *rows)
{
    rows->count = 0;
    assert_int_equal(state_outbox_due(db, endpoint, now_us, limit, keep_row, rows), ERR_OK);
}

static void settle(struct state_db *db, const struct outbox_row *row, enum outbox_state to,
                   int64_t due_us)
{
    struct outbox_result r = {
        .row = row->row,
        .state = to,
        .attempts = row->attempts + 1,
        .first_try_us = row->first_try_us ? row->first_try_us : T0,
        .due_us = due_us,
        .now_us = T0,
        .http_status = to == OUTBOX_DELIVERED ? 200 : 503,
        .error = to == OUTBOX_DELIVERED ? "" : "HTTP status 503",
    };

    assert_int_equal(state_outbox_settle(db, &r), ERR_OK);
}

struct find_counts {
    const char *endpoint;
    struct outbox_counts found;
    char error[64];
};

static enum err find_counts(void *context, const struct outbox_counts *c)
{
    struct find_counts *find = context;

    if (strcmp(c->endpoint, find->endpoint) != 0)
        return ERR_OK;
    find->found = *c;
    snprintf(find->error, sizeof find->error, "%s", c->last_error);
    return ERR_OK;
}

static struct outbox_counts counts_of(struct state_db *db, const char *endpoint)
{
    struct find_counts find = {.endpoint = endpoint};

    assert_int_equal(state_outbox_counts_each(db, find_counts, &find), ERR_OK);
    find.found.last_error = find.error[0] ? "some" : "";
    return find.found;
}

static void due_rows_hold_what_is_to_be_posted(void **state)
{
    struct fixture *f = *state;
    struct episode e = sample(1);
    struct rows rows;
    int64_t next_us;

    due(f->db, "a", INT64_MAX, 10, &rows);
    assert_int_equal(rows.count, 0);
    assert_int_equal(state_outbox_next_us(f->db, "a", &next_us), ERR_OK);
    assert_true(next_us == INT64_MAX);
    put_step(f->db, &e, 1, a_and_b);
    due(f->db, "a", T0, 10, &rows); /* not yet */
    assert_int_equal(rows.count, 0);
    due(f->db, "a", T0 + SECOND, 10, &rows);
    assert_int_equal(rows.count, 1);
    assert_int_equal(rows.row[0].episode_row, e.row);
    assert_string_equal(rows.row[0].episode_id, e.id);
    assert_int_equal(rows.row[0].step, 1);
    assert_string_equal(rows.row[0].endpoint, "a");
    assert_string_equal(rows.body[0],
                        "{\"id\":\"00000000-0000-4000-8000-000000000001\",\"step\":1}");
    assert_int_equal(rows.row[0].attempts, 0);
    assert_int_equal(rows.row[0].first_try_us, 0);
    assert_int_equal(rows.row[0].due_us, T0 + SECOND);
    assert_int_equal(rows.row[0].opened_us, T0);
    assert_int_equal(state_outbox_next_us(f->db, "a", &next_us), ERR_OK);
    assert_int_equal(next_us, T0 + SECOND);
    due(f->db, "c", INT64_MAX, 10, &rows);
    assert_int_equal(rows.count, 0);
}

static void later_step_waits_for_the_earlier_one(void **state)
{
    struct fixture *f = *state;
    struct episode e = sample(1);
    struct rows rows;
    int64_t next_us;

    put_step(f->db, &e, 1, a_and_b);
    put_step(f->db, &e, 2, a_and_b);
    put_step(f->db, &e, 3, a_and_b);
    due(f->db, "a", INT64_MAX, 10, &rows);
    assert_int_equal(rows.count, 1);
    assert_int_equal(rows.row[0].step, 1);
    settle(f->db, &rows.row[0], OUTBOX_PENDING, T0 + 100 * SECOND); /* to be retried */
    due(f->db, "a", T0 + 50 * SECOND, 10, &rows);
    assert_int_equal(rows.count, 0); /* steps 2 and 3 are due but not offered */
    assert_int_equal(state_outbox_next_us(f->db, "a", &next_us), ERR_OK);
    assert_int_equal(next_us, T0 + 100 * SECOND);
    due(f->db, "b", T0 + 50 * SECOND, 10, &rows); /* the other endpoint is not held up */
    assert_int_equal(rows.count, 1);
    due(f->db, "a", INT64_MAX, 10, &rows);
    assert_int_equal(rows.row[0].attempts, 1);
    settle(f->db, &rows.row[0], OUTBOX_DELIVERED, 0);
    due(f->db, "a", INT64_MAX, 10, &rows);
    assert_int_equal(rows.count, 1);
    assert_int_equal(rows.row[0].step, 2);
    settle(f->db, &rows.row[0], OUTBOX_PARKED, 0); /* given up: the next has its turn */
    due(f->db, "a", INT64_MAX, 10, &rows);
    assert_int_equal(rows.count, 1);
    assert_int_equal(rows.row[0].step, 3);
}

/* Delivers what is due to the endpoint. */
static void deliver_all(struct state_db *db, const char *endpoint)
{
    struct rows rows;

    for (due(db, endpoint, INT64_MAX, ROWS_MAX, &rows); rows.count > 0;
         due(db, endpoint, INT64_MAX, ROWS_MAX, &rows))
        for (int i = 0; i < rows.count; i++)
            settle(db, &rows.row[i], OUTBOX_DELIVERED, 0);
}

static void what_an_endpoint_has_taken(void **state)
{
    struct fixture *f = *state;
    struct episode e = sample(1), other = sample(2);
    struct outbox_sent sent[8];
    struct rows rows;
    size_t n;

    put_step(f->db, &other, 1, only_a);
    for (int step = 1; step <= 4; step++) {
        put_step(f->db, &e, step, a_and_b);
        due(f->db, "a", INT64_MAX, 9, &rows);
        settle(f->db, &rows.row[rows.count - 1], step == 2 ? OUTBOX_PARKED : OUTBOX_DELIVERED, 0);
    }
    assert_int_equal(state_outbox_sent(f->db, "a", e.row, 5, sent, 8, &n), ERR_OK);
    assert_int_equal(n, 3); /* step 2 it has not taken */
    assert_int_equal(sent[0].step, 1);
    assert_int_equal(sent[0].at_us, T0 + SECOND);
    assert_int_equal(sent[1].step, 3);
    assert_int_equal(sent[2].step, 4);
    assert_int_equal(state_outbox_sent(f->db, "a", e.row, 4, sent, 1, &n), ERR_OK);
    assert_int_equal(n, 1);
    assert_int_equal(sent[0].step, 3); /* the latest */
    assert_int_equal(state_outbox_sent(f->db, "b", e.row, 5, sent, 8, &n), ERR_OK);
    assert_int_equal(n, 0);
    assert_int_equal(state_outbox_sent(f->db, "nobody", e.row, 5, sent, 8, &n), ERR_OK);
    assert_int_equal(n, 0);
}

static int standing(struct state_db *db, const char *endpoint, int64_t after, struct rows *rows)
{
    rows->count = 0;
    assert_int_equal(state_outbox_standing(db, endpoint, after, 3, keep_row, rows), ERR_OK);
    return rows->count;
}

/* Of what is open, the latest that the endpoint knows; not of what has ended, whether it knows that
 * or not. */
static void what_stands_at_an_endpoint(void **state)
{
    struct fixture *f = *state;
    struct episode e[5];
    struct rows rows;

    for (int i = 0; i < 5; i++) {
        e[i] = sample(i);
        put_step(f->db, &e[i], 2, a_and_b);
    }
    assert_int_equal(standing(f->db, "a", 0, &rows), 0);
    deliver_all(f->db, "a");
    put_step(f->db, &e[1], 3, only_a); /* pending */
    put_step(f->db, &e[2], 0, only_a); /* pending */
    put_step(f->db, &e[3], 0, only_a);
    assert_int_equal(standing(f->db, "a", 0, &rows), 3);
    assert_int_equal(rows.row[0].episode_row, e[0].row);
    assert_int_equal(rows.row[1].episode_row, e[1].row);
    assert_int_equal(rows.row[1].step, 1);
    assert_int_equal(rows.row[2].episode_row, e[4].row);
    assert_int_equal(rows.row[2].opened_us, T0);
    deliver_all(f->db, "a");
    assert_int_equal(standing(f->db, "a", e[0].row, &rows), 2);
    assert_int_equal(rows.row[0].step, 2);
    assert_string_equal(rows.body[0],
                        "{\"id\":\"00000000-0000-4000-8000-000000000001\",\"step\":2}");
    assert_int_equal(standing(f->db, "b", 0, &rows), 0);
    deliver_all(f->db, "b");
}

static void body_of_a_step(void **state)
{
    struct fixture *f = *state;
    struct episode e = sample(1);
    struct strbuf body = {0};

    put_step(f->db, &e, 1, only_a);
    put_step(f->db, &e, 2, only_a);
    assert_int_equal(state_step_body(f->db, e.row, 2, &body), ERR_OK);
    assert_string_equal(strbuf_text(&body),
                        "{\"id\":\"00000000-0000-4000-8000-000000000001\",\"step\":2}");
    strbuf_clear(&body);
    assert_int_equal(state_step_body(f->db, e.row, 3, &body), ERR_NOTFOUND);
    assert_string_equal(strbuf_text(&body), "");
    strbuf_free(&body);
}

static void oldest_first_and_limited(void **state)
{
    struct fixture *f = *state;
    struct episode e[5];
    struct rows rows;

    for (int i = 0; i < 5; i++) {
        e[i] = sample(i);
        put_step(f->db, &e[i], 1, only_a);
    }
    due(f->db, "a", INT64_MAX, 3, &rows);
    assert_int_equal(rows.count, 3);
    for (int i = 0; i < 3; i++)
        assert_int_equal(rows.row[i].episode_row, e[i].row);
    settle(f->db, &rows.row[0], OUTBOX_PENDING, T0 + 9 * SECOND);
    due(f->db, "a", INT64_MAX, 10, &rows);
    assert_int_equal(rows.count, 5);
    assert_int_equal(rows.row[4].episode_row, e[0].row);
}

static void put_and_settle_may_be_repeated(void **state)
{
    struct fixture *f = *state;
    struct episode e = sample(1);
    struct rows rows;
    struct outbox_row first;

    put_step(f->db, &e, 1, only_a);
    assert_int_equal(state_outbox_put(f->db, &e, "a", T0), ERR_OK);
    due(f->db, "a", INT64_MAX, 10, &rows);
    assert_int_equal(rows.count, 1);
    first = rows.row[0];
    settle(f->db, &first, OUTBOX_DELIVERED, 0);
    settle(f->db, &first, OUTBOX_PARKED, 0); /* after a commit of unknown outcome */
    assert_int_equal(counts_of(f->db, "a").delivered, 1);
    assert_int_equal(counts_of(f->db, "a").parked, 0);
    assert_int_equal(state_outbox_put(f->db, &e, "a", T0), ERR_OK);
    due(f->db, "a", INT64_MAX, 10, &rows);
    assert_int_equal(rows.count, 0); /* what was delivered is not put again */
}

static void counts_per_endpoint(void **state)
{
    struct fixture *f = *state;
    struct episode e[4];
    struct rows rows;
    struct outbox_counts a;

    for (int i = 0; i < 4; i++) {
        e[i] = sample(i);
        put_step(f->db, &e[i], 1, a_and_b);
    }
    due(f->db, "a", INT64_MAX, 10, &rows);
    settle(f->db, &rows.row[0], OUTBOX_DELIVERED, 0);
    settle(f->db, &rows.row[1], OUTBOX_PARKED, 0);
    settle(f->db, &rows.row[2], OUTBOX_PENDING, T0);
    a = counts_of(f->db, "a");
    assert_int_equal(a.pending, 2);
    assert_int_equal(a.delivered, 1);
    assert_int_equal(a.parked, 1);
    assert_int_equal(a.failures, 2);
    assert_string_equal(a.last_error, "some");
    settle(f->db, &rows.row[3], OUTBOX_DELIVERED, 0);
    assert_string_equal(counts_of(f->db, "a").last_error, "");
    assert_int_equal(counts_of(f->db, "b").pending, 4);
}

static void steps_of(struct state_db *db, const char *endpoint, char *text)
{
    struct rows rows;

    *text = '\0';
    for (due(db, endpoint, INT64_MAX, 1, &rows); rows.count;
         due(db, endpoint, INT64_MAX, 1, &rows)) {
        sprintf(text + strlen(text), "%d", rows.row[0].step);
        settle(db, &rows.row[0], OUTBOX_DELIVERED, 0);
    }
}

static void diversion_takes_along_what_waits_and_what_comes(void **state)
{
    struct fixture *f = *state;
    struct episode e = sample(1), other = sample(2);
    struct rows rows;
    char text[32];

    put_step(f->db, &e, 1, only_a);
    put_step(f->db, &e, 2, only_a);
    put_step(f->db, &other, 1, only_a);
    due(f->db, "a", INT64_MAX, 1, &rows);
    assert_int_equal(rows.row[0].episode_row, e.row);
    assert_int_equal(state_outbox_divert(f->db, rows.row[0].row, "reserve", T0), ERR_OK);
    assert_int_equal(state_outbox_divert(f->db, rows.row[0].row, "reserve", T0), ERR_OK);
    assert_int_equal(counts_of(f->db, "reserve").pending, 2);
    put_step(f->db, &e, 3, only_a); /* while step 1 is still pending */
    put_step(f->db, &other, 2, only_a);
    assert_int_equal(counts_of(f->db, "reserve").pending, 3);
    steps_of(f->db, "reserve", text);
    assert_string_equal(text, "123");
    assert_int_equal(counts_of(f->db, "a").pending, 5);
    settle(f->db, &rows.row[0], OUTBOX_DELIVERED, 0); /* it works again */
    put_step(f->db, &e, 4, only_a);
    assert_int_equal(counts_of(f->db, "reserve").pending, 0);
}

static void diversion_in_a_circle_ends(void **state)
{
    struct fixture *f = *state;
    struct episode e = sample(1);
    struct rows rows;

    put_step(f->db, &e, 1, only_a);
    due(f->db, "a", INT64_MAX, 1, &rows);
    assert_int_equal(state_outbox_divert(f->db, rows.row[0].row, "b", T0), ERR_OK);
    assert_int_equal(state_outbox_divert(f->db, rows.row[0].row, "a", T0), ERR_OK);
    due(f->db, "b", INT64_MAX, 1, &rows);
    assert_int_equal(state_outbox_divert(f->db, rows.row[0].row, "a", T0), ERR_OK);
    put_step(f->db, &e, 2, only_a);
    assert_int_equal(counts_of(f->db, "a").pending, 2);
    assert_true(counts_of(f->db, "b").pending <= 2);
}

static void clock_step_moves_what_waits(void **state)
{
    struct fixture *f = *state;
    struct episode e[2] = {sample(1), sample(2)};
    struct rows rows;
    int64_t day = 86400 * SECOND;

    put_step(f->db, &e[0], 1, only_a);
    put_step(f->db, &e[1], 1, only_a);
    due(f->db, "a", INT64_MAX, 10, &rows);
    settle(f->db, &rows.row[0], OUTBOX_PENDING, T0 + 60 * SECOND);
    assert_int_equal(state_outbox_shift(f->db, -day, T0 - day), ERR_OK);
    due(f->db, "a", INT64_MAX, 10, &rows);
    assert_int_equal(rows.row[0].due_us, T0 - day); /* never tried: due at once */
    assert_int_equal(rows.row[0].first_try_us, 0);
    assert_int_equal(rows.row[1].due_us, T0 - day + 60 * SECOND);
    assert_int_equal(rows.row[1].first_try_us, T0 - day);
    assert_int_equal(state_outbox_shift(f->db, day, T0), ERR_OK);
    due(f->db, "a", INT64_MAX, 10, &rows);
    assert_int_equal(rows.row[0].due_us, T0 - day);
    assert_int_equal(rows.row[1].due_us, T0 + 60 * SECOND);
    assert_int_equal(rows.row[1].first_try_us, T0);
}

/* Random steps and settlements: each endpoint sees each episode's steps in order, each once. */
static void random_work_keeps_order(void **state)
{
    enum { EPISODES = 8, ENDPOINTS = 3, WORK = 1500 };
    static const char *const all[] = {"a", "b", "c", NULL};
    struct fixture *f = *state;
    struct episode e[EPISODES];
    int last[ENDPOINTS][EPISODES] = {0};
    unsigned seed = 20261122;

    assert_int_equal(state_begin(f->db), ERR_OK);
    for (int i = 0; i < EPISODES; i++)
        e[i] = sample(i);
    for (int i = 0; i < WORK; i++) {
        int k = rand_r(&seed) % ENDPOINTS;
        struct rows rows;
        if (rand_r(&seed) % 3 == 0)
            put_step(f->db, &e[rand_r(&seed) % EPISODES], 1 + rand_r(&seed) % 4, all);
        due(f->db, all[k], INT64_MAX, 1 + rand_r(&seed) % 4, &rows);
        for (int r = 0; r < rows.count; r++) {
            int episode = atoi(rows.row[r].episode_id + 24), dice = rand_r(&seed) % 3;
            assert_int_equal(rows.row[r].step, last[k][episode] + 1);
            settle(f->db, &rows.row[r], (enum outbox_state)dice,
                   T0 + rand_r(&seed) % 1000 * SECOND);
            if (dice != OUTBOX_PENDING)
                last[k][episode]++;
        }
    }
    assert_int_equal(state_commit(f->db), ERR_OK);
    for (int k = 0; k < ENDPOINTS; k++) { /* everything comes to its end */
        struct rows rows;
        for (due(f->db, all[k], INT64_MAX, 8, &rows); rows.count;
             due(f->db, all[k], INT64_MAX, 8, &rows))
            for (int r = 0; r < rows.count; r++)
                settle(f->db, &rows.row[r], OUTBOX_DELIVERED, 0);
        assert_int_equal(counts_of(f->db, all[k]).pending, 0);
    }
}

/* The plan of the query that deliver asks at every wake-up: no scan, whatever was delivered. */
static void due_query_uses_the_partial_index(void **state)
{
    struct fixture *f = *state;
    struct episode e = sample(1);
    sqlite3 *raw;
    sqlite3_stmt *s;
    struct rows rows;

    put_step(f->db, &e, 1, only_a);
    raw = raw_open(f);
    raw_exec(raw, "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 200000)"
                  " INSERT INTO step SELECT 1, i, 1, 0, '{}' FROM n;"
                  "INSERT INTO outbox (endpoint, episode, step, state, blocked, due_us)"
                  " SELECT 1, 1, step, 1, 0, 0 FROM step WHERE step > 1;"
                  "UPDATE episode SET step = 200000");
    due(f->db, "a", INT64_MAX, 4, &rows);
    assert_int_equal(rows.count, 1);
    assert_int_equal(rows.row[0].step, 1);
    assert_int_equal(sqlite3_prepare_v2(raw,
                                        "EXPLAIN QUERY PLAN SELECT due_us FROM outbox WHERE"
                                        " endpoint = 1 AND state = 0 AND blocked = 0"
                                        " AND due_us <= 5 ORDER BY due_us, row LIMIT 4",
                                        -1, &s, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(s), SQLITE_ROW);
    assert_non_null(strstr((const char *)sqlite3_column_text(s, 3), "outbox_due"));
    assert_int_equal(sqlite3_step(s), SQLITE_DONE); /* and no sorting */
    sqlite3_finalize(s);
    sqlite3_close(raw);
    state_close(f->db); /* steps that nobody made: the audit knows nothing of them */
    f->db = NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(due_rows_hold_what_is_to_be_posted),
        TEST(later_step_waits_for_the_earlier_one),
        TEST(what_an_endpoint_has_taken),
        TEST(what_stands_at_an_endpoint),
        TEST(body_of_a_step),
        TEST(oldest_first_and_limited),
        TEST(put_and_settle_may_be_repeated),
        TEST(counts_per_endpoint),
        TEST(diversion_takes_along_what_waits_and_what_comes),
        TEST(diversion_in_a_circle_ends),
        TEST(clock_step_moves_what_waits),
        TEST(random_work_keeps_order),
        TEST(due_query_uses_the_partial_index),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
