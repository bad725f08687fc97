/* state.db: what is put comes back, and survives what a file system does to it. */
#include "state_fixture.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- transactions --- */

static void rollback_and_close_forget(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(state_number_put(f->db, "n", 1), ERR_OK);
    assert_int_equal(state_begin(f->db), ERR_OK);
    assert_int_equal(state_number_put(f->db, "n", 2), ERR_OK);
    state_rollback(f->db);
    assert_int_equal(number(f->db, "n"), 1);
    state_rollback(f->db); /* nothing open: harmless */
    assert_int_equal(state_begin(f->db), ERR_OK);
    assert_int_equal(state_number_put(f->db, "n", 3), ERR_OK);
    state_close(f->db);
    f->db = open_mode(f->dir, STATE_WRITE);
    assert_int_equal(number(f->db, "n"), 1);
}

static void deliver_does_not_wait_for_a_lock(void **state)
{
    struct fixture *f = *state;
    struct state_db *deliver = open_mode(f->dir, STATE_DELIVER);

    assert_int_equal(state_begin(f->db), ERR_OK);
    assert_int_equal(state_begin(deliver), ERR_BUSY);
    assert_non_null(strstr(state_error(deliver), "locked"));
    assert_int_equal(number(deliver, "n"), -1); /* reading goes on */
    assert_int_equal(state_commit(f->db), ERR_OK);
    assert_int_equal(state_begin(deliver), ERR_OK);
    assert_int_equal(state_number_put(deliver, "n", 1), ERR_OK);
    assert_int_equal(state_commit(deliver), ERR_OK);
    assert_int_equal(number(f->db, "n"), 1);
    state_close(deliver);
}

/* --- registry, numbers, rules, conditions --- */

static void registry_versions(void **state)
{
    struct fixture *f = *state;
    struct strbuf json = {0};
    int64_t loaded_us = 0;

    assert_int_equal(state_registry_get(f->db, &json, &loaded_us), ERR_NOTFOUND);
    assert_int_equal(state_registry_put(f->db, 10, "{\"a\":1}", 7, UINT64_MAX), ERR_OK);
    assert_int_equal(state_registry_put(f->db, 20, "{\"a\":1}", 7, UINT64_MAX), ERR_OK);
    assert_int_equal(state_registry_get(f->db, &json, &loaded_us), ERR_OK);
    assert_string_equal(strbuf_text(&json), "{\"a\":1}");
    assert_int_equal(loaded_us, 10); /* the same digest: no new version */
    assert_int_equal(state_registry_put(f->db, 30, "{\"b\":2}", 7, 5), ERR_OK);
    assert_int_equal(state_registry_put(f->db, 40, "{\"a\":1}", 7, UINT64_MAX), ERR_OK);
    strbuf_clear(&json);
    assert_int_equal(state_registry_get(f->db, &json, &loaded_us), ERR_OK);
    assert_string_equal(strbuf_text(&json), "{\"a\":1}");
    assert_int_equal(loaded_us, 40);
    strbuf_free(&json);
}

static void numbers(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(number(f->db, "assessed_seq"), -1);
    assert_int_equal(state_number_put(f->db, "assessed_seq", INT64_MIN), ERR_OK);
    assert_true(number(f->db, "assessed_seq") == INT64_MIN);
    assert_int_equal(state_number_put(f->db, "assessed_seq", INT64_MAX), ERR_OK);
    assert_true(number(f->db, "assessed_seq") == INT64_MAX);
    assert_int_equal(number(f->db, "other"), -1);
}

static enum err append_rules(void *context, const char *sensor, const void *bytes, size_t n)
{
    struct strbuf *b = context;

    strbuf_printf(b, "%s=", sensor);
    strbuf_append(b, bytes, n);
    strbuf_putc(b, ';');
    return ERR_OK;
}

static void rules(void **state)
{
    struct fixture *f = *state;
    struct strbuf seen = {0};

    assert_int_equal(state_rules_put(f->db, "s2", "xyz", 3), ERR_OK);
    assert_int_equal(state_rules_put(f->db, "s1", "a\0b", 3), ERR_OK);
    assert_int_equal(state_rules_put(f->db, "s2", "new", 3), ERR_OK);
    assert_int_equal(state_rules_put(f->db, "s3", "", 0), ERR_OK);
    assert_int_equal(state_rules_each(f->db, append_rules, &seen), ERR_OK);
    assert_int_equal(seen.len, strlen("s1=a_b;s2=new;s3=;"));
    assert_memory_equal(seen.data, "s1=a\0b;s2=new;s3=;", seen.len);
    strbuf_free(&seen);
}

static enum err append_condition(void *context, const char *key, const char *sensor, int level,
                                 const void *bytes, size_t n)
{
    strbuf_printf(context, "%s/%s/%d/%.*s;", key, sensor, level, (int)n, (const char *)bytes);
    return ERR_OK;
}

static void conditions(void **state)
{
    struct fixture *f = *state;
    struct strbuf seen = {0};

    assert_int_equal(state_condition_put(f->db, "k", "s1", 2, "two", 3), ERR_OK);
    assert_int_equal(state_condition_put(f->db, "k", "s2", 1, "one", 3), ERR_OK);
    assert_int_equal(state_condition_put(f->db, "j", "s1", 4, "four", 4), ERR_OK);
    assert_int_equal(state_condition_put(f->db, "k", "s1", 3, "three", 5), ERR_OK);
    assert_int_equal(state_condition_put(f->db, "k", "s2", 0, NULL, 0), ERR_OK);
    assert_int_equal(state_condition_put(f->db, "none", "s2", 0, NULL, 0), ERR_OK);
    assert_int_equal(state_condition_each(f->db, append_condition, &seen), ERR_OK);
    assert_string_equal(strbuf_text(&seen), "j/s1/4/four;k/s1/3/three;");
    strbuf_free(&seen);
}

static enum err stop_at_once(void *context, const char *sensor, const void *bytes, size_t n)
{
    (void)sensor;
    (void)bytes;
    (void)n;
    ++*(int *)context;
    return ERR_PARSE;
}

static void callback_error_ends_the_listing(void **state)
{
    struct fixture *f = *state;
    int calls = 0;

    assert_int_equal(state_rules_put(f->db, "s1", "a", 1), ERR_OK);
    assert_int_equal(state_rules_put(f->db, "s2", "b", 1), ERR_OK);
    assert_int_equal(state_rules_each(f->db, stop_at_once, &calls), ERR_PARSE);
    assert_int_equal(calls, 1);
    calls = 0;
    assert_int_equal(state_rules_each(f->db, stop_at_once, &calls), ERR_PARSE);
    assert_int_equal(calls, 1);
}

/* --- episodes and steps --- */

static void episode_comes_back(void **state)
{
    struct fixture *f = *state;
    struct arena arena = {0};
    struct episode e = sample(0), back;

    assert_int_equal(state_episode_by_key(f->db, e.key, &arena, &back), ERR_NOTFOUND);
    put_step(f->db, &e, 2, only_a);
    assert_true(e.row > 0);
    put_step(f->db, &e, 4, only_a);
    assert_int_equal(state_episode_by_key(f->db, e.key, &arena, &back), ERR_OK);
    assert_int_equal(back.row, e.row);
    assert_string_equal(back.id, e.id);
    assert_string_equal(back.key, e.key);
    assert_int_equal(back.category, e.category);
    assert_int_equal(back.kind, e.kind);
    assert_int_equal(back.level, 4);
    assert_int_equal(back.peak_level, 4);
    assert_int_equal(back.step, 2);
    assert_int_equal(back.opened_us, T0);
    assert_int_equal(back.changed_us, T0 + 2 * SECOND);
    assert_int_equal(back.resolved_us, 0);
    assert_string_equal(back.house, e.house);
    assert_string_equal(back.element, e.element);
    arena_free(&arena);
}

static void latest_episode_of_a_key(void **state)
{
    struct fixture *f = *state;
    struct arena arena = {0};
    struct episode first = sample(0), second = sample(3), back;

    assert_string_equal(first.key, second.key);
    put_step(f->db, &first, 1, only_a);
    put_step(f->db, &second, 1, only_a);
    put_step(f->db, &first, 0, only_a);
    assert_int_equal(state_episode_by_key(f->db, first.key, &arena, &back), ERR_OK);
    assert_int_equal(back.row, second.row);
    arena_free(&arena);
}

static enum err append_episode(void *context, const struct episode *e)
{
    strbuf_printf(context, "%d:%d ", atoi(e->id + 24), e->level);
    return ERR_OK;
}

static void assert_listed(struct state_db *db, const struct alert_filter *filter, const char *text)
{
    struct strbuf seen = {0};

    assert_int_equal(state_episode_each(db, filter, append_episode, &seen), ERR_OK);
    assert_string_equal(strbuf_text(&seen), text);
    strbuf_free(&seen);
}

static void episodes_are_listed_and_counted(void **state)
{
    struct fixture *f = *state;
    struct episode e[5];
    int64_t counts[LEVEL_RED + 1][CATEGORY_COUNT];

    for (int i = 0; i < 5; i++) {
        e[i] = sample(i); /* categories 0 1 2 0 1, houses 2 1 2 1 2 */
        put_step(f->db, &e[i], i == 4 ? 4 : 1 + i % 3, only_a); /* levels 1 2 3 1 4 */
    }
    put_step(f->db, &e[2], 0, only_a); /* resolved; changed last */
    assert_listed(f->db, &(struct alert_filter){.since_us = INT64_MIN}, "4:4 1:2 3:1 0:1 2:0 ");
    assert_listed(f->db, &(struct alert_filter){.open_only = true, .since_us = INT64_MIN},
                  "4:4 1:2 3:1 0:1 ");
    assert_listed(f->db, &(struct alert_filter){.house = "H001", .since_us = INT64_MIN},
                  "1:2 3:1 ");
    assert_listed(f->db, &(struct alert_filter){.min_level = 3, .since_us = INT64_MIN}, "4:4 2:0 ");
    assert_listed(f->db, &(struct alert_filter){.since_us = T0 + 2 * SECOND}, "2:0 ");
    assert_int_equal(state_open_counts(f->db, counts), ERR_OK);
    assert_int_equal(counts[1][0], 2);
    assert_int_equal(counts[2][1], 1);
    assert_int_equal(counts[4][1], 1);
    assert_int_equal(counts[3][2], 0);
    assert_int_equal(counts[0][2], 0); /* resolved ones are not open */
}

static enum err append_step(void *context, const struct step_row *s)
{
    strbuf_printf(context, "%d %s %s;", s->step, alert_event_name(s->event), s->body);
    return ERR_OK;
}

static void steps_come_back_in_order_and_once(void **state)
{
    struct fixture *f = *state;
    struct episode e = sample(1);
    struct strbuf seen = {0};

    put_step(f->db, &e, 1, only_a);
    put_step(f->db, &e, 2, only_a);
    assert_int_equal(state_step_each(f->db, e.row, append_step, &seen), ERR_OK);
    assert_string_equal(strbuf_text(&seen),
                        "1 raised {\"id\":\"00000000-0000-4000-8000-000000000001\",\"step\":1};"
                        "2 worsened {\"id\":\"00000000-0000-4000-8000-000000000001\",\"step\":2};");
    assert_int_equal(state_step_put(f->db, &e, EVENT_EASED, T0, "{}", 2), ERR_EXISTS);
    strbuf_free(&seen);
}

static void outbox_row_needs_its_step(void **state)
{
    struct fixture *f = *state;
    struct episode e = sample(1);

    put_step(f->db, &e, 1, only_a);
    e.step = 2;
    assert_int_equal(state_outbox_put(f->db, &e, "a", T0), ERR_RANGE);
    e.step = 1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(rollback_and_close_forget),
        TEST(deliver_does_not_wait_for_a_lock),
        TEST(registry_versions),
        TEST(numbers),
        TEST(rules),
        TEST(conditions),
        TEST(callback_error_ends_the_listing),
        TEST(episode_comes_back),
        TEST(latest_episode_of_a_key),
        TEST(episodes_are_listed_and_counted),
        TEST(steps_come_back_in_order_and_once),
        TEST(outbox_row_needs_its_step),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
