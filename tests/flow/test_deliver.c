/* The deliver loop with a real database and real receivers. */
#include "deliver_stage.h"

/* No step comes before the one before it has been taken (answered 2xx). Returns the number of steps
 * taken for the first time. */
static int check_order(struct receiver *r)
{
    int taken[EPISODES] = {0}, total = 0;

    for (size_t i = 0; i < receiver_count(r); i++) {
        const struct received *q = receiver_get(r, i);
        int episode = episode_of(q), step = step_of(q);
        assert_true(step <= taken[episode] + 1);
        if (q->status >= 200 && q->status < 300 && step == taken[episode] + 1) {
            taken[episode]++;
            total++;
        }
    }
    return total;
}

/* --- what is posted --- */

static void write_secret(const char *path)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fputs(SECRET "\n", file);
    fclose(file);
}

static void post_is_as_promised(void **state)
{
    struct fixture *f = *state;
    char url[2][64], secret[300], id[80], signature[WEBHOOK_SIGNATURE_SIZE];
    struct endpoint e[] = {listening(f, 0, "a", NULL, NULL, url[0]),
                           listening(f, 1, "b", NULL, NULL, url[1])};
    struct webhook_key key;
    const struct received *r;

    snprintf(secret, sizeof secret, "%s/secret", f->dir);
    write_secret(secret);
    e[0].secret_file = secret;
    start_loop(f, e, 2);
    put_step(f, 7, to_a_and_b);
    assert_true(receiver_wait(f->receivers[0], 1, WAIT_MS));
    r = receiver_get(f->receivers[0], 0);
    snprintf(id, sizeof id, "%s.1", f->episodes[7].id);
    assert_string_equal(r->method, "POST");
    assert_string_equal(r->path, "/hook");
    assert_string_equal(r->webhook_id, id);
    assert_string_equal(r->content_type, "application/json");
    assert_string_equal(r->user_agent, "shikumend/" SHIKUMEN_VERSION);
    assert_non_null(strstr(r->body, "裂缝"));
    assert_true(llabs(r->at_us / US_PER_S - atoll(r->webhook_timestamp)) < 3600);
    assert_int_equal(webhook_key_parse(SECRET, strlen(SECRET), &key), ERR_OK);
    assert_int_equal(
        webhook_sign(&key, id, atoll(r->webhook_timestamp), r->body, r->body_len, signature),
        ERR_OK);
    assert_string_equal(r->webhook_signature, signature);
    assert_true(receiver_wait(f->receivers[1], 1, WAIT_MS));
    assert_string_equal(receiver_get(f->receivers[1], 0)->webhook_signature, "");
    assert_int_equal(wait_settled(f, "a", 1).delivered, 1);
    assert_int_equal(wait_settled(f, "b", 1).delivered, 1);
}

static void good_receiver_gets_each_once(void **state)
{
    struct fixture *f = *state;
    char url[64];
    struct endpoint e = listening(f, 0, "a", NULL, NULL, url);

    for (int i = 0; i < 4 * EPISODES; i++) /* some before it starts, some while it runs */
        put_step(f, i % EPISODES, to_a);
    start_loop(f, &e, 1);
    for (int i = 0; i < 2 * EPISODES; i++)
        put_step(f, i % EPISODES, to_a);
    assert_int_equal(wait_settled(f, "a", 6 * EPISODES).delivered, 6 * EPISODES);
    assert_int_equal(receiver_count(f->receivers[0]), 6 * EPISODES);
    assert_int_equal(check_order(f->receivers[0]), 6 * EPISODES);
    for (size_t i = 0; i < receiver_count(f->receivers[0]); i++)
        assert_true(receiver_get(f->receivers[0], i)->connection < 8); /* kept and used again */
    assert_int_equal(counts_of(f, "a").failures, 0);
}

/* --- answers --- */

/* The first try of an episode gets the status in the list, later ones 200. */
static const int first_status[] = {200, 201, 204, 299, 302, 400, 401, 404, 408,
                                   410, 413, 425, 429, 500, 502, 503, 504, 0};
#define STATUSES (int)(sizeof first_status / sizeof first_status[0])

static void by_episode(void *context, const struct received *r, struct receiver_reply *reply)
{
    bool *seen = context;
    int episode = episode_of(r);

    if (seen[episode])
        return;
    seen[episode] = true;
    reply->status = first_status[episode];
    reply->reset = first_status[episode] == 0;
}

static bool is_final(int status)
{
    return status / 100 == 2 ||
           (status / 100 == 4 && status != 408 && status != 425 && status != 429);
}

static void each_class_of_answer(void **state)
{
    struct fixture *f = *state;
    bool seen[EPISODES] = {false};
    char url[64];
    struct endpoint e = listening(f, 0, "a", by_episode, seen, url);
    int tries[EPISODES] = {0};
    int parked = 0;
    struct outbox_counts c;

    start_loop(f, &e, 1);
    for (int i = 0; i < STATUSES; i++)
        put_step(f, i, to_a);
    c = wait_settled(f, "a", STATUSES);
    for (size_t i = 0; i < receiver_count(f->receivers[0]); i++)
        tries[episode_of(receiver_get(f->receivers[0], i))]++;
    for (int i = 0; i < STATUSES; i++) {
        assert_int_equal(tries[i], is_final(first_status[i]) ? 1 : 2);
        parked += is_final(first_status[i]) && first_status[i] / 100 != 2;
    }
    assert_int_equal(c.parked, parked);
    assert_int_equal(c.delivered, STATUSES - parked);
}

static void later_once(void *context, const struct received *r, struct receiver_reply *reply)
{
    (void)context;
    if (r->number == 0)
        *reply = (struct receiver_reply){.status = 429, .retry_after = "4"};
}

static void retry_after_is_honoured(void **state)
{
    struct fixture *f = *state;
    char url[64];
    struct endpoint e = listening(f, 0, "a", later_once, NULL, url);

    start_loop(f, &e, 1);
    put_step(f, 0, to_a);
    assert_int_equal(wait_settled(f, "a", 1).delivered, 1);
    assert_int_equal(receiver_count(f->receivers[0]), 2);
    assert_true(receiver_get(f->receivers[0], 1)->at_us - receiver_get(f->receivers[0], 0)->at_us >=
                4 * US_PER_S - 100 * US_PER_MS);
    assert_string_equal(receiver_get(f->receivers[0], 0)->webhook_id,
                        receiver_get(f->receivers[0], 1)->webhook_id);
}

static void gone(void *context, const struct received *r, struct receiver_reply *reply)
{
    (void)context;
    (void)r;
    reply->status = 410;
}

static void gone_is_parked_and_said_once(void **state)
{
    struct fixture *f = *state;
    char url[64];
    struct endpoint e = listening(f, 0, "a", gone, NULL, url);

    start_loop(f, &e, 1);
    put_step(f, 0, to_a);
    assert_int_equal(wait_settled(f, "a", 1).parked, 1);
    put_step(f, 1, to_a); /* the next episode is tried all the same */
    assert_int_equal(wait_settled(f, "a", 2).parked, 2);
    stop_loop(f);
    assert_int_equal(receiver_count(f->receivers[0]), 2);
    assert_int_equal(log_lines(f, "delivery_parked"), 2);
    assert_int_equal(log_lines(f, "endpoint_failing"), 1);
}

/* --- bad receivers --- */

static void hang_all(void *context, const struct received *r, struct receiver_reply *reply)
{
    (void)context;
    (void)r;
    reply->hang = true;
}

static void hanging_endpoint_delays_nobody(void **state)
{
    struct fixture *f = *state;
    char url[2][64];
    struct endpoint e[] = {listening(f, 0, "a", hang_all, NULL, url[0]),
                           listening(f, 1, "b", NULL, NULL, url[1])};

    e[0].timeout_s = 600;
    start_loop(f, e, 2);
    for (int i = 0; i < EPISODES; i++)
        put_step(f, i, to_a_and_b);
    assert_int_equal(wait_settled(f, "b", EPISODES).delivered, EPISODES);
    assert_int_equal(receiver_count(f->receivers[0]), 4); /* as many as may fly */
    assert_int_equal(counts_of(f, "a").pending, EPISODES);
}

/* Answers 503, resets, closes or takes it, by the dice. */
static void moody(void *context, const struct received *r, struct receiver_reply *reply)
{
    unsigned *seed = context;

    (void)r;
    switch (rand_r(seed) % 8) {
    case 0:
        reply->status = 503;
        break;
    case 1:
        reply->reset = true;
        break;
    case 2:
        reply->close = true;
        break;
    case 3:
        reply->delay_ms = 30;
        break;
    default:
        break;
    }
}

static void order_is_kept_under_failures(void **state)
{
    enum { USED = 16, STEPS = 5 };
    struct fixture *f = *state;
    unsigned seed = 7;
    char url[64];
    struct endpoint e = listening(f, 0, "a", moody, &seed, url);

    start_loop(f, &e, 1);
    for (int i = 0; i < USED * STEPS; i++)
        put_step(f, i % USED, to_a);
    assert_int_equal(wait_settled(f, "a", USED * STEPS).delivered, USED * STEPS);
    assert_int_equal(check_order(f->receivers[0]), USED * STEPS);
    assert_true(counts_of(f, "a").failures > 0);
}

static void restarts_lose_nothing(void **state)
{
    enum { USED = 16, STEPS = 4, RESTARTS = 6 };
    struct fixture *f = *state;
    unsigned seed = 11;
    char url[64];
    struct endpoint e = listening(f, 0, "a", moody, &seed, url);

    for (int r = 0; r < RESTARTS; r++) {
        start_loop(f, &e, 1);
        for (int i = 0; r < STEPS && i < USED; i++)
            put_step(f, i, to_a);
        receiver_wait(f->receivers[0], receiver_count(f->receivers[0]) + 5, 50);
        stop_loop(f);
    }
    start_loop(f, &e, 1);
    assert_int_equal(wait_settled(f, "a", USED * STEPS).delivered, USED * STEPS);
    assert_int_equal(check_order(f->receivers[0]), USED * STEPS);
}

static void slow(void *context, const struct received *r, struct receiver_reply *reply)
{
    (void)context;
    (void)r;
    reply->delay_ms = 700;
}

static void stop_finishes_what_is_under_way(void **state)
{
    struct fixture *f = *state;
    char url[64];
    struct endpoint e = listening(f, 0, "a", slow, NULL, url);

    start_loop(f, &e, 1);
    put_step(f, 0, to_a);
    assert_true(receiver_wait(f->receivers[0], 1, WAIT_MS));
    stop_loop(f);
    assert_int_equal(counts_of(f, "a").delivered, 1);
}

static void stop_does_not_wait_for_the_hanging(void **state)
{
    struct fixture *f = *state;
    char url[64];
    struct endpoint e = listening(f, 0, "a", hang_all, NULL, url);

    e.timeout_s = 600;
    start_loop(f, &e, 1);
    put_step(f, 0, to_a);
    assert_true(receiver_wait(f->receivers[0], 1, WAIT_MS));
    stop_loop(f); /* or the test runs into its time limit */
    assert_int_equal(counts_of(f, "a").pending, 1);
    assert_int_equal(counts_of(f, "a").failures, 0);
}

/* --- fallback --- */

static void parked_goes_to_the_fallback(void **state)
{
    struct fixture *f = *state;
    char url[2][64];
    struct endpoint e[] = {listening(f, 0, "a", gone, NULL, url[0]),
                           listening(f, 1, "b", NULL, NULL, url[1])};

    e[0].fallback = "b";
    start_loop(f, e, 2);
    put_step(f, 0, to_a);
    put_step(f, 0, to_a);
    assert_int_equal(wait_settled(f, "b", 2).delivered, 2);
    assert_int_equal(wait_settled(f, "a", 2).parked, 2);
    assert_int_equal(receiver_count(f->receivers[1]), 2);
    assert_int_equal(check_order(f->receivers[1]), 2);
}

static void unavailable(void *context, const struct received *r, struct receiver_reply *reply)
{
    (void)context;
    (void)r;
    reply->status = 503;
}

static void raw_exec(const struct fixture *f, const char *sql)
{
    char path[300];
    sqlite3 *raw;

    snprintf(path, sizeof path, "%s/state.db", f->store);
    assert_int_equal(sqlite3_open(path, &raw), SQLITE_OK);
    sqlite3_busy_timeout(raw, 5000);
    assert_int_equal(sqlite3_exec(raw, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(raw);
}

/* Retries older than 15 minutes: the fallback gets the step, those that wait behind it and those
 * that come later, while the endpoint keeps its turn. */
static void long_retries_go_to_the_fallback(void **state)
{
    struct fixture *f = *state;
    char url[2][64], sql[200];
    struct endpoint e[] = {listening(f, 0, "a", unavailable, NULL, url[0]),
                           listening(f, 1, "b", NULL, NULL, url[1])};

    e[0].fallback = "b";
    put_step(f, 0, to_a);
    put_step(f, 0, to_a);
    put_step(f, 1, to_a); /* young: not yet */
    snprintf(sql, sizeof sql,
             "UPDATE outbox SET attempts = 12, first_try_us = %lld WHERE episode = 1 AND step = 1",
             (long long)(clock_utc_us() - 16 * 60 * US_PER_S));
    raw_exec(f, sql);
    start_loop(f, e, 2);
    assert_int_equal(wait_settled(f, "b", 2).delivered, 2);
    put_step(f, 0, to_a);
    assert_int_equal(wait_settled(f, "b", 3).delivered, 3);
    assert_int_equal(check_order(f->receivers[1]), 3);
    assert_int_equal(receiver_count(f->receivers[1]), 3);
    assert_int_equal(counts_of(f, "a").pending, 4);
}

/* --- plan and store --- */

static void new_plan_is_adopted(void **state)
{
    struct fixture *f = *state;
    char url[2][64];
    struct endpoint a = listening(f, 0, "a", unavailable, NULL, url[0]);
    struct endpoint moved = listening(f, 1, "a", NULL, NULL, url[1]);

    start_loop(f, &a, 1);
    put_step(f, 0, to_a_and_b); /* there is no b */
    assert_true(receiver_wait(f->receivers[0], 1, WAIT_MS));
    hub_set_plan(&f->hub, make_plan(f->store, &moved, 1));
    assert_int_equal(wait_settled(f, "a", 1).delivered, 1);
    assert_int_equal(receiver_count(f->receivers[1]), 1);
    assert_int_equal(counts_of(f, "b").pending, 1); /* kept, and shown */
    moved.name = "b";
    hub_set_plan(&f->hub, make_plan(f->store, &moved, 1));
    assert_int_equal(wait_settled(f, "b", 1).delivered, 1);
}

/* What is committed goes out although another holds the write lock. */
static void locked_store_does_not_delay_posts(void **state)
{
    struct fixture *f = *state;
    char url[64], text[HUB_TEXT_SIZE];
    struct endpoint e = listening(f, 0, "a", NULL, NULL, url);
    int64_t since_us;

    for (int i = 0; i < 40; i++)
        put_step(f, i, to_a);
    assert_int_equal(state_begin(f->db), ERR_OK);
    start_loop(f, &e, 1);
    assert_true(receiver_wait(f->receivers[0], 40, WAIT_MS));
    assert_false(hub_fault_get(&f->hub, LOOP_DELIVER, text, &since_us));
    assert_int_equal(counts_of(f, "a").delivered, 0);
    state_rollback(f->db);
    assert_int_equal(wait_settled(f, "a", 40).delivered, 40);
    assert_int_equal(receiver_count(f->receivers[0]), 40);
}

/* Locked while it posts: each row is posted once, and settled when the lock is gone. */
static void nothing_is_posted_twice_for_a_lock(void **state)
{
    struct fixture *f = *state;
    char url[64];
    struct endpoint e = listening(f, 0, "a", slow, NULL, url);

    for (int i = 0; i < 4; i++)
        put_step(f, i, to_a);
    start_loop(f, &e, 1);
    assert_true(receiver_wait(f->receivers[0], 4, WAIT_MS)); /* the answers come later */
    assert_int_equal(state_begin(f->db), ERR_OK);
    usleep(1500000);
    assert_int_equal(counts_of(f, "a").delivered, 0);
    assert_int_equal(state_commit(f->db), ERR_OK);
    assert_int_equal(wait_settled(f, "a", 4).delivered, 4);
    assert_int_equal(receiver_count(f->receivers[0]), 4);
}

static void store_that_comes_later(void **state)
{
    struct fixture *f = *state;
    char url[64], text[HUB_TEXT_SIZE], moved[256];
    struct endpoint e = listening(f, 0, "a", NULL, NULL, url);

    put_step(f, 0, to_a);
    state_close(f->db);
    f->db = NULL;
    snprintf(moved, sizeof moved, "%s/elsewhere", f->dir);
    snprintf(f->store, sizeof f->store, "%s/store", f->dir);
    start_loop(f, &e, 1); /* nothing there yet */
    wait_fault(f, true, text);
    assert_non_null(strstr(text, "state.db"));
    assert_int_equal(mkdir(moved, 0700), 0);
    {
        char from[300], to[300];
        snprintf(from, sizeof from, "%s/state.db", f->dir);
        snprintf(to, sizeof to, "%s/state.db", moved);
        assert_int_equal(rename(from, to), 0);
    }
    assert_int_equal(rename(moved, f->store), 0);
    assert_true(receiver_wait(f->receivers[0], 1, WAIT_MS));
    wait_fault(f, false, text);
    assert_int_equal(log_lines(f, "<3>fault loop=deliver"), 1); /* once, not at every try */
    assert_int_equal(log_lines(f, "fault_over loop=deliver"), 1);
    assert_int_equal(state_open(f->store, STATE_WRITE, NULL, 0, &f->db), ERR_OK);
    assert_int_equal(wait_settled(f, "a", 1).delivered, 1);
}

static void damaged_store_is_reported_and_replaced(void **state)
{
    struct fixture *f = *state;
    char url[64], text[HUB_TEXT_SIZE], path[300], kept[300];
    struct endpoint e = listening(f, 0, "a", NULL, NULL, url);
    FILE *file;

    put_step(f, 0, to_a);
    state_close(f->db);
    f->db = NULL;
    snprintf(path, sizeof path, "%s/state.db", f->store);
    snprintf(kept, sizeof kept, "%s/kept.db", f->store);
    assert_int_equal(rename(path, kept), 0);
    file = fopen(path, "w");
    for (int i = 0; i < 5000; i++)
        fputs("no database", file);
    fclose(file);
    start_loop(f, &e, 1);
    wait_fault(f, true, text);
    assert_int_equal(rename(kept, path), 0);
    assert_true(receiver_wait(f->receivers[0], 1, WAIT_MS));
    wait_fault(f, false, text);
    assert_int_equal(state_open(f->store, STATE_WRITE, NULL, 0, &f->db), ERR_OK);
    wait_settled(f, "a", 1);
}

static void nothing_goes_out_unsigned(void **state)
{
    struct fixture *f = *state;
    char url[2][64], secret[300], text[HUB_TEXT_SIZE];
    struct endpoint e[] = {listening(f, 0, "a", NULL, NULL, url[0]),
                           listening(f, 1, "b", NULL, NULL, url[1])};

    snprintf(secret, sizeof secret, "%s/secret", f->dir);
    e[0].secret_file = secret;
    start_loop(f, e, 2);
    put_step(f, 0, to_a_and_b);
    wait_settled(f, "b", 1); /* the other works */
    wait_fault(f, true, text);
    assert_non_null(strstr(text, "endpoint a"));
    assert_int_equal(receiver_count(f->receivers[0]), 0);
    write_secret(secret);
    wait_settled(f, "a", 1);
    wait_fault(f, false, text);
    assert_memory_equal(receiver_get(f->receivers[0], 0)->webhook_signature, "v1,", 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(post_is_as_promised),
        TEST(good_receiver_gets_each_once),
        TEST(each_class_of_answer),
        TEST(retry_after_is_honoured),
        TEST(gone_is_parked_and_said_once),
        TEST(hanging_endpoint_delays_nobody),
        TEST(order_is_kept_under_failures),
        TEST(restarts_lose_nothing),
        TEST(stop_finishes_what_is_under_way),
        TEST(stop_does_not_wait_for_the_hanging),
        TEST(parked_goes_to_the_fallback),
        TEST(long_retries_go_to_the_fallback),
        TEST(new_plan_is_adopted),
        TEST(locked_store_does_not_delay_posts),
        TEST(nothing_is_posted_twice_for_a_lock),
        TEST(store_that_comes_later),
        TEST(damaged_store_is_reported_and_replaced),
        TEST(nothing_goes_out_unsigned),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
