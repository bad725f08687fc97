/* state.db: what is put comes back, and survives what a file system does to it. */
#include "state_fixture.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- opening --- */

static void file_is_private_wal_and_ours(void **state)
{
    struct fixture *f = *state;
    struct stat st;
    char path[256], header[100];
    int fd;

    path_of(f, "state.db", path);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    path_of(f, "state.db-wal", path);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    state_close(f->db); /* puts everything into the file */
    f->db = NULL;
    path_of(f, "state.db", path);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_int_equal(read(fd, header, sizeof header), sizeof header);
    close(fd);
    assert_int_equal(header[18], 2);             /* WAL: SQLite file format section 1.3.3 */
    assert_memory_equal(header + 68, "SHKS", 4); /* application id: section 1.3.16 */
}

static void reader_of_nothing(void **state)
{
    char *dir = tmpdir_make("state-db-none"), path[256];
    struct state_db *db = NULL;
    char why[100] = "";

    (void)state;
    assert_int_equal(state_open(dir, STATE_READ_ONLY, why, sizeof why, &db), ERR_NOTFOUND);
    assert_null(db);
    assert_string_not_equal(why, "");
    snprintf(path, sizeof path, "%s/state.db", dir);
    close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600)); /* as after a kill while starting */
    assert_int_equal(state_open(dir, STATE_READ_ONLY, why, sizeof why, &db), ERR_NOTFOUND);
    assert_int_equal(state_open(dir, STATE_WRITE, NULL, 0, &db), ERR_OK);
    state_close(db);
    tmpdir_remove(dir);
}

static void no_such_directory(void **state)
{
    struct state_db *db;

    (void)state;
    assert_int_equal(state_open("/nonexistent/x", STATE_WRITE, NULL, 0, &db), ERR_IO);
    assert_int_equal(state_open("/nonexistent/x", STATE_READ_ONLY, NULL, 0, &db), ERR_NOTFOUND);
}

static void foreign_files_are_left_alone(void **state)
{
    struct fixture *f = *state;
    struct state_db *db;
    sqlite3 *raw = raw_open(f);
    char why[100];

    raw_exec(raw, "PRAGMA user_version = 1000");
    assert_int_equal(state_open(f->dir, STATE_WRITE, why, sizeof why, &db), ERR_CONFIG);
    assert_non_null(strstr(why, "newer"));
    assert_int_equal(state_open(f->dir, STATE_READ_ONLY, why, sizeof why, &db), ERR_CONFIG);
    raw_exec(raw, "PRAGMA user_version = 1; PRAGMA application_id = 12345");
    assert_int_equal(state_open(f->dir, STATE_WRITE, why, sizeof why, &db), ERR_CONFIG);
    raw_exec(raw, "PRAGMA application_id = 0");
    assert_int_equal(state_open(f->dir, STATE_WRITE, why, sizeof why, &db), ERR_CONFIG);
    sqlite3_close(raw);
}

static void not_a_database(void **state)
{
    struct fixture *f = *state;
    struct state_db *db;
    char path[256];
    FILE *file;

    state_close(f->db);
    f->db = NULL;
    path_of(f, "state.db", path);
    file = fopen(path, "w");
    for (int i = 0; i < 1000; i++)
        fputs("this is no database ", file);
    fclose(file);
    assert_int_equal(state_open(f->dir, STATE_WRITE, NULL, 0, &db), ERR_CORRUPT);
    assert_int_equal(state_open(f->dir, STATE_READ_ONLY, NULL, 0, &db), ERR_CORRUPT);
}

static void *open_and_close(void *context)
{
    struct state_db *db;
    enum err e = state_open(context, STATE_WRITE, NULL, 0, &db);

    if (e == ERR_OK)
        e = state_number_put(db, "opened", 1);
    state_close(db);
    return e == ERR_OK ? NULL : context;
}

static void many_may_create_at_once(void **state)
{
    (void)state;
    for (int round = 0; round < 10; round++) {
        char *dir = tmpdir_make("state-db-race");
        pthread_t threads[8];
        for (int i = 0; i < 8; i++)
            assert_int_equal(pthread_create(&threads[i], NULL, open_and_close, dir), 0);
        for (int i = 0; i < 8; i++) {
            void *failed;
            pthread_join(threads[i], &failed);
            assert_null(failed);
        }
        tmpdir_remove(dir);
    }
}

static int64_t number(struct state_db *db, const char *name)
{
    int64_t value = -2;

    assert_int_equal(state_number_get(db, name, -1, &value), ERR_OK);
    return value;
}

static void reader_sees_commits_while_writer_works(void **state)
{
    struct fixture *f = *state;
    struct state_db *reader;

    assert_int_equal(state_number_put(f->db, "n", 1), ERR_OK);
    reader = open_mode(f->dir, STATE_READ_ONLY);
    assert_int_equal(state_begin(f->db), ERR_OK);
    assert_int_equal(state_number_put(f->db, "n", 2), ERR_OK);
    assert_int_equal(number(reader, "n"), 1);
    assert_int_equal(state_commit(f->db), ERR_OK);
    assert_int_equal(number(reader, "n"), 2);
    assert_int_not_equal(state_number_put(reader, "n", 3), ERR_OK);
    assert_string_not_equal(state_error(reader), "");
    state_close(reader);
}

/* In a child, as nobody, so that the modes count also when the tests run as root. */
static int read_as_nobody(const char *dir, int64_t expected)
{
    pid_t pid = fork();
    int status = 0;

    if (pid == 0) {
        struct state_db *db;
        int64_t value = 0;
        if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
            _exit(10);
        if (state_open(dir, STATE_READ_ONLY, NULL, 0, &db) != ERR_OK)
            _exit(11);
        if (state_number_get(db, "n", -1, &value) != ERR_OK)
            _exit(12);
        state_close(db);
        _exit(value == expected ? 0 : 13);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 100;
}

static void reader_works_when_stopped_in_a_read_only_directory(void **state)
{
    struct fixture *f = *state;
    char path[256], special[256];

    assert_int_equal(state_number_put(f->db, "n", 7), ERR_OK);
    state_close(f->db);
    f->db = NULL;
    path_of(f, "a%20 b?c#d", special); /* must be escaped in a URI */
    assert_int_equal(mkdir(special, 0755), 0);
    path_of(f, "state.db", path);
    strcat(special, "/state.db");
    assert_int_equal(rename(path, special), 0);
    assert_int_equal(chmod(special, 0444), 0);
    *strrchr(special, '/') = '\0';
    assert_int_equal(chmod(special, 0555), 0);
    assert_int_equal(chmod(f->dir, 0755), 0);
    assert_int_equal(read_as_nobody(special, 7), 0);
    assert_int_equal(chmod(special, 0755), 0);
}

static void reader_works_when_stopped_and_leaves_the_data(void **state)
{
    struct fixture *f = *state;
    struct state_db *reader;

    assert_int_equal(state_number_put(f->db, "n", 8), ERR_OK);
    state_close(f->db);
    reader = open_mode(f->dir, STATE_READ_ONLY);
    assert_int_equal(number(reader, "n"), 8);
    state_close(reader);
    f->db = open_mode(f->dir, STATE_WRITE);
    assert_int_equal(number(f->db, "n"), 8);
}

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

/* --- care --- */

static void assert_fault(const struct fixture *f, const char *part)
{
    struct strbuf faults = {0};

    assert_int_equal(state_verify(f->db, &faults), ERR_CORRUPT);
    if (!strstr(strbuf_text(&faults), part))
        fail_msg("no \"%s\" in: %s", part, strbuf_text(&faults));
    strbuf_free(&faults);
}

static void verify_finds_what_is_wrong(void **state)
{
    struct fixture *f = *state;
    struct episode e = sample(1);
    sqlite3 *raw = raw_open(f);

    put_step(f->db, &e, 1, only_a);
    put_step(f->db, &e, 2, only_a);
    raw_exec(raw, "UPDATE episode SET step = 3");
    assert_fault(f, "not exactly the steps 1 to 3");
    raw_exec(raw, "UPDATE episode SET step = 2; UPDATE outbox SET blocked = 0");
    assert_fault(f, "out of order");
    raw_exec(raw, "CREATE TEMP TABLE kept AS SELECT * FROM step WHERE step = 2;"
                  "UPDATE outbox SET blocked = (step = 2); DELETE FROM step WHERE step = 2");
    assert_fault(f, "has no step");
    assert_fault(f, "parent");
    raw_exec(raw, "INSERT INTO step SELECT * FROM kept");
    sqlite3_close(raw);
}

/* Where in the file a table begins. */
static off_t root_of(const struct fixture *f, const char *table)
{
    sqlite3 *raw = raw_open(f);
    sqlite3_stmt *statement;
    off_t page;

    assert_int_equal(sqlite3_prepare_v2(raw, "SELECT rootpage FROM sqlite_schema WHERE name = ?1",
                                        -1, &statement, NULL),
                     SQLITE_OK);
    sqlite3_bind_text(statement, 1, table, -1, SQLITE_STATIC);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    page = (off_t)sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(raw);
    return (page - 1) * 4096;
}

static void verify_finds_a_damaged_file(void **state)
{
    struct fixture *f = *state;
    struct episode e = sample(1);
    struct strbuf faults = {0};
    char path[256], junk[4096];
    off_t damage;
    int fd;

    for (int i = 0; i < 60; i++)
        put_step(f->db, &e, 1, only_a);
    damage = root_of(f, "step");
    state_close(f->db);
    path_of(f, "state.db", path);
    fd = open(path, O_WRONLY | O_CLOEXEC);
    memset(junk, 0x5a, sizeof junk);
    assert_int_equal(pwrite(fd, junk, sizeof junk, damage), sizeof junk);
    close(fd);
    f->db = open_mode(f->dir, STATE_WRITE);
    assert_int_equal(state_verify(f->db, &faults), ERR_CORRUPT);
    state_close(f->db);
    f->db = NULL;
    strbuf_free(&faults);
}

static void backup_is_a_whole_private_copy(void **state)
{
    struct fixture *f = *state;
    struct episode e = sample(1);
    struct episode back;
    struct arena arena = {0};
    struct state_db *copy;
    struct strbuf faults = {0};
    struct stat st;
    char dir[256], path[300];

    put_step(f->db, &e, 3, only_a);
    path_of(f, "copy", dir);
    assert_int_equal(mkdir(dir, 0755), 0);
    snprintf(path, sizeof path, "%s/state.db", dir);
    assert_int_equal(state_backup(f->db, path), ERR_OK);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(state_backup(f->db, path), ERR_EXISTS);
    copy = open_mode(dir, STATE_READ_ONLY);
    assert_int_equal(state_episode_by_key(copy, e.key, &arena, &back), ERR_OK);
    assert_int_equal(back.row, e.row);
    arena_free(&arena);
    assert_int_equal(state_verify(copy, &faults), ERR_OK);
    state_close(copy);
    copy = open_mode(dir, STATE_WRITE); /* and can be put in the place of the original */
    put_step(copy, &e, 4, only_a);
    state_close(copy);
    assert_int_equal(state_backup(f->db, "/nonexistent/x.db"), ERR_IO);
    strbuf_free(&faults);
}

static void backup_from_a_reader(void **state)
{
    struct fixture *f = *state;
    struct state_db *reader;
    char path[256];
    struct stat st;

    assert_int_equal(state_number_put(f->db, "n", 1), ERR_OK);
    reader = open_mode(f->dir, STATE_READ_ONLY);
    path_of(f, "file:odd?name.db", path); /* a name, not a URI */
    assert_int_equal(state_backup(reader, path), ERR_OK);
    assert_int_equal(stat(path, &st), 0);
    state_close(reader);
}

/* In a child whose files may not grow beyond limit bytes: writes steps until that fails. Exit code
 * 0 when it failed with a storage error, what failed was rolled back, and the handle still reads.
 */
static int write_against_a_limit(const struct fixture *f, rlim_t limit)
{
    pid_t pid = fork();
    int status = 0;

    if (pid == 0) {
        struct rlimit rl = {limit, limit};
        struct state_db *db;
        enum err e = state_open(f->dir, STATE_WRITE, NULL, 0, &db);
        int64_t value = 0;
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &rl);
        for (int64_t i = 1; e == ERR_OK; i++) {
            e = state_begin(db);
            if (e == ERR_OK)
                e = state_number_put(db, "n", i);
            for (int k = 0; k < 20 && e == ERR_OK; k++)
                e = state_registry_put(db, i, "{}", 2, (uint64_t)(20 * i + k));
            if (e == ERR_OK)
                e = state_commit(db);
            if (e == ERR_OK)
                value = i;
        }
        state_rollback(db);
        _exit(e != ERR_IO && e != ERR_FULL                                   ? 1
              : !*state_error(db)                                            ? 2
              : value == 0                                                   ? 3
              : state_number_get(db, "n", -1, &value) != ERR_OK || value < 1 ? 4
                                                                             : 0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 100;
}

/* What a full device does to it: an error with a text, nothing half-done, and afterwards it opens.
 */
static void file_that_cannot_grow(void **state)
{
    struct fixture *f = *state;
    struct strbuf faults = {0};

    state_close(f->db);
    assert_int_equal(write_against_a_limit(f, 400000), 0);
    f->db = open_mode(f->dir, STATE_WRITE);
    assert_true(number(f->db, "n") >= 1);
    assert_int_equal(state_verify(f->db, &faults), ERR_OK);
    assert_int_equal(state_number_put(f->db, "n", 0), ERR_OK);
    strbuf_free(&faults);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(file_is_private_wal_and_ours),
        cmocka_unit_test(reader_of_nothing),
        cmocka_unit_test(no_such_directory),
        TEST(foreign_files_are_left_alone),
        TEST(not_a_database),
        cmocka_unit_test(many_may_create_at_once),
        TEST(reader_sees_commits_while_writer_works),
        TEST(reader_works_when_stopped_in_a_read_only_directory),
        TEST(reader_works_when_stopped_and_leaves_the_data),
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
        TEST(verify_finds_what_is_wrong),
        TEST(verify_finds_a_damaged_file),
        TEST(backup_is_a_whole_private_copy),
        TEST(backup_from_a_reader),
        TEST(file_that_cannot_grow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
