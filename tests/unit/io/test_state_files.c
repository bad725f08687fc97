/* state.db as a file: opening, readers beside the writer, what is damaged, copies, a full disk. */
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
        TEST(verify_finds_what_is_wrong),
        TEST(verify_finds_a_damaged_file),
        TEST(backup_is_a_whole_private_copy),
        TEST(backup_from_a_reader),
        TEST(file_that_cannot_grow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
