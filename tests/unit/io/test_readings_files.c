/* readings.db: files that are not what they should be, others who hold the lock, and readers beside
 * the writer. */
#include "readings_fixture.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

#define T0_US (20000 * US_PER_DAY)

static struct reading reading_at(uint32_t sensor, int64_t t_us)
{
    return (struct reading){t_us, T0_US, 1.5, sensor, QF_PASS, QT_NONE, false, false};
}

/* Sealed and unsealed readings of two sensors. */
static void fill(struct fixture *f)
{
    uint32_t a = make_sensor(f, "a"), b = make_sensor(f, "b");
    for (int i = 0; i < 200; i++) {
        append(f, reading_at(i % 2 ? a : b, T0_US + i * US_PER_HOUR));
        if (i == 150) {
            commit(f);
            assert_int_equal(readings_seal(f->db, NULL, NULL), ERR_OK);
        }
    }
    commit(f);
    assert_verifies(f);
}

static void path_of(struct fixture *f, char path[300])
{
    snprintf(path, 300, "%s/readings.db", f->dir);
}

static void close_both(struct fixture *f)
{
    reader_close(f->reader);
    readings_close(f->db);
    f->reader = NULL;
    f->db = NULL;
}

static void assert_opening(struct fixture *f, enum err want_writer, enum err want_reader)
{
    char why[300] = "";
    assert_int_equal(readings_open(f->dir, why, sizeof why, &f->db), want_writer);
    assert_null(f->db);
    assert_non_null(strstr(why, "readings.db"));
    why[0] = '\0';
    assert_int_equal(reader_open(f->dir, why, sizeof why, &f->reader), want_reader);
    assert_null(f->reader);
    assert_non_null(strstr(why, "readings.db"));
}

static enum err count_reading(void *context, const struct reading *r)
{
    (void)r;
    ++*(int *)context;
    return ERR_OK;
}

/* --- absent, foreign, newer --- */

static void a_reader_of_nothing(void **state)
{
    struct fixture *f = *state;
    char path[300];

    close_both(f);
    path_of(f, path);
    unlink(path);
    assert_int_equal(reader_open(f->dir, NULL, 0, &f->reader), ERR_NOTFOUND);
    assert_null(f->reader);
    assert_int_equal(access(path, F_OK), -1); /* asking makes nothing */
    assert_int_equal(readings_open("/nonexistent/x", NULL, 0, &f->db), ERR_IO);
    assert_null(f->db);
}

static void an_empty_store_answers(void **state)
{
    struct fixture *f = *state;
    int64_t first, last, seq;
    bool gap = true;
    int n = 0;

    assert_int_equal(reader_days(f->reader, &first, &last), ERR_NOTFOUND);
    assert_int_equal(reader_window(f->reader, 1, INT64_MIN, INT64_MAX, count_reading, &n), ERR_OK);
    assert_int_equal(reader_day(f->reader, 20000, count_reading, &n), ERR_OK);
    assert_int_equal(n, 0);
    assert_int_equal(reader_since(f->reader, 0, 10, NULL, NULL, &seq, &gap), ERR_OK);
    assert_int_equal(seq, 0);
    assert_false(gap);
    assert_verifies(f);
}

static void foreign_and_newer_files_are_left_alone(void **state)
{
    struct fixture *f = *state;

    fill(f);
    raw_exec(f, "PRAGMA user_version = 999");
    close_both(f);
    assert_opening(f, ERR_CONFIG, ERR_CONFIG);
    raw_exec(f, "PRAGMA user_version = 4; PRAGMA application_id = 77");
    assert_opening(f, ERR_CONFIG, ERR_CONFIG);
    raw_exec(f, "PRAGMA application_id = 1399343954"); /* "ShKR" */
    open_writer(f);
    open_reader(f);
    assert_verifies(f); /* nothing was changed meanwhile */
}

static void other_files_are_refused(void **state)
{
    struct fixture *f = *state;
    char path[300], text[5000];

    close_both(f);
    path_of(f, path);
    memset(text, 'x', sizeof text);
    int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
    assert_int_equal(write(fd, text, sizeof text), sizeof text);
    close(fd);
    assert_opening(f, ERR_CORRUPT, ERR_CORRUPT);
}

/* --- damaged --- */

/* All that a reader can be asked; whatever comes, it must come back. */
static enum err ask_all(struct fixture *f)
{
    struct strbuf out = {0};
    int n = 0;
    enum err e = reader_open(f->dir, NULL, 0, &f->reader), worst = e;
    if (e)
        return e;
    for (uint32_t s = 1; s <= 2; s++)
        if ((e = reader_window(f->reader, s, T0_US, T0_US + 9 * US_PER_DAY, count_reading, &n)))
            worst = e;
    if ((e = reader_day(f->reader, 20001, count_reading, &n)))
        worst = e;
    if ((e = reader_verify(f->reader, &out)))
        worst = e;
    if (e == ERR_CORRUPT)
        assert_string_not_equal(strbuf_text(&out), "");
    strbuf_free(&out);
    reader_close(f->reader);
    f->reader = NULL;
    return worst;
}

static void damaged_blocks_are_reported(void **state)
{
    struct fixture *f = *state;
    int n = 0;

    fill(f);
    raw_exec(f, "UPDATE block SET data = substr(data, 1, 10) WHERE k ="
                " (SELECT k FROM block ORDER BY k LIMIT 1 OFFSET 2)");
    assert_int_equal(reader_window(f->reader, 1, INT64_MIN, INT64_MAX, count_reading, &n),
                     ERR_CORRUPT);
    assert_non_null(strstr(reader_error(f->reader), "block"));
    assert_int_equal(reader_window(f->reader, 1, T0_US + 4 * US_PER_DAY, T0_US + 5 * US_PER_DAY,
                                   count_reading, &n),
                     ERR_OK); /* the others can be read */
    reader_close(f->reader);
    assert_int_equal(ask_all(f), ERR_CORRUPT);
    raw_exec(f, "UPDATE block SET data = x'', n = 0");
    assert_int_equal(ask_all(f), ERR_CORRUPT);
}

static void damaged_journals_are_reported(void **state)
{
    struct fixture *f = *state;
    char why[300] = "";

    fill(f);
    close_both(f);
    raw_exec(f, "UPDATE journal SET data = CAST(x'7f' || data AS BLOB) WHERE seq ="
                " (SELECT max(seq) FROM journal)");
    assert_int_equal(readings_open(f->dir, why, sizeof why, &f->db), ERR_CORRUPT);
    assert_non_null(strstr(why, "journal row 2"));
    assert_int_equal(ask_all(f), ERR_CORRUPT);
}

/* A sensor number that would need gigabytes to be remembered. */
static void absurd_sensors_are_refused(void **state)
{
    struct fixture *f = *state;

    close_both(f);
    raw_exec(f, "INSERT INTO journal(seq, n, data) VALUES(1, 1, x'00feffffff1f000000')");
    assert_int_equal(readings_open(f->dir, NULL, 0, &f->db), ERR_CORRUPT);
    assert_int_equal(ask_all(f), ERR_CORRUPT);
}

static void copy_damaged(const char *from, const char *to, struct chance *c, bool truncate_it)
{
    static unsigned char bytes[4 << 20];
    int in = open(from, O_RDONLY | O_CLOEXEC), out;
    ssize_t n = read(in, bytes, sizeof bytes);
    assert_true(n > 0);
    for (size_t i = 1 + chance_below(c, 40); i > 0; i--)
        bytes[chance_below(c, (size_t)n)] = (unsigned char)chance_bits(c);
    if (truncate_it)
        n = (ssize_t)chance_below(c, (size_t)n);
    out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_int_equal(write(out, bytes, (size_t)n), n);
    close(in);
    close(out);
}

static void damaged_files_never_crash(void **state)
{
    struct fixture *f = *state, hurt = {.dir = tmpdir_make("readings-hurt")};
    struct chance c = {5};
    char from[300], to[300];
    int refused = 0;

    fill(f);
    close_both(f);
    path_of(f, from);
    path_of(&hurt, to);
    for (int i = 0; i < 150; i++) {
        copy_damaged(from, to, &c, i % 5 == 0);
        refused += ask_all(&hurt) != ERR_OK;
        int64_t seq;
        if (readings_open(hurt.dir, NULL, 0, &hurt.db) == ERR_OK) {
            struct reading r = reading_at(1, T0_US + 1), stored;
            bool found;
            if (!readings_find(hurt.db, 1, T0_US, &found, &stored) &&
                !readings_append(hurt.db, &r) && !readings_commit(hurt.db, &seq))
                refused += readings_seal(hurt.db, NULL, NULL) != ERR_OK;
        }
        readings_close(hurt.db);
        tmpdir_remove(hurt.dir); /* with its log */
        hurt.dir = tmpdir_make("readings-hurt");
        path_of(&hurt, to);
    }
    tmpdir_remove(hurt.dir);
    assert_true(refused > 20);
}

/* --- a lock held by someone else --- */

static void a_lock_is_waited_for_and_then_reported(void **state)
{
    struct fixture *f = *state;
    uint32_t s = make_sensor(f, "s");
    struct reading r = reading_at(s, T0_US);
    char path[300];
    sqlite3 *other;
    int n = 0;

    append(f, r);
    commit(f);
    path_of(f, path);
    assert_int_equal(sqlite3_open_v2(path, &other, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    r.t_us++;
    int64_t began_us = clock_monotonic_us();
    assert_int_equal(readings_append(f->db, &r), ERR_BUSY);
    assert_true(clock_monotonic_us() - began_us >= 4 * US_PER_S); /* it has been patient */
    assert_string_not_equal(readings_error(f->db), "");
    assert_int_equal(reader_window(f->reader, s, T0_US, T0_US + 9, count_reading, &n), ERR_OK);
    assert_int_equal(n, 1); /* readers are not held up */
    readings_close(f->db);
    sqlite3_close(other);
    open_writer(f);
    append(f, r);
    commit(f);
    assert_verifies(f);
}

/* --- readers beside the writer --- */

enum { BATCHES = 300, BATCH = 10 };

struct race {
    struct fixture *f;
    uint32_t sensor;
    atomic_bool done;
    atomic_int failures, rounds;
};

struct view {
    int n;
    bool in_order;
};

static enum err view_reading(void *context, const struct reading *r)
{
    struct view *v = context;
    v->in_order = v->in_order && r->t_us == T0_US + v->n * 40 * US_PER_S;
    v->n++;
    return ERR_OK;
}

static enum err view_entry(void *context, const struct journal_entry *e)
{
    return view_reading(context, &e->reading);
}

/* A reader of its own: always a number of whole batches, never fewer than before, and the followed
 * journal gives each reading once. (CMocka's assertions belong to the main thread.) */
static void *watch(void *context)
{
    struct race *race = context;
    struct readings_reader *r;
    struct view followed = {0, true};
    int64_t seq = 0;
    int before = 0;
    bool last_round = false, gap;

    if (reader_open(race->f->dir, NULL, 0, &r)) {
        atomic_fetch_add(&race->failures, 1);
        return NULL;
    }
    while (!last_round) {
        struct view v = {0, true};
        struct strbuf out = {0};
        last_round = atomic_load(&race->done);
        bool good = !reader_window(r, race->sensor, INT64_MIN, INT64_MAX, view_reading, &v) &&
                    v.in_order && v.n % BATCH == 0 && v.n >= before &&
                    !reader_since(r, seq, 3, view_entry, &followed, &seq, &gap) && !gap &&
                    followed.in_order && !reader_verify(r, &out);
        strbuf_free(&out);
        before = v.n;
        atomic_fetch_add(&race->failures, !good);
        atomic_fetch_add(&race->rounds, 1);
    }
    while (followed.n < before && !atomic_load(&race->failures))
        if (reader_since(r, seq, 100, view_entry, &followed, &seq, &gap) || gap ||
            !followed.in_order)
            atomic_fetch_add(&race->failures, 1);
    atomic_fetch_add(&race->failures, before != BATCHES * BATCH);
    reader_close(r);
    return NULL;
}

static void readers_see_whole_batches(void **state)
{
    struct race race = {.f = *state};
    pthread_t threads[2];

    race.sensor = make_sensor(race.f, "s");
    commit(race.f);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, watch, &race), 0);
    for (int b = 0; b < BATCHES; b++) {
        for (int i = 0; i < BATCH; i++)
            append(race.f, reading_at(race.sensor, T0_US + (b * BATCH + i) * 40 * US_PER_S));
        commit(race.f);
        if (b % 20 == 19)
            assert_int_equal(readings_seal(race.f->db, NULL, NULL), ERR_OK);
    }
    atomic_store(&race.done, true);
    for (size_t i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(atomic_load(&race.failures), 0);
    assert_true(atomic_load(&race.rounds) >= 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_reader_of_nothing),
        TEST(an_empty_store_answers),
        TEST(foreign_and_newer_files_are_left_alone),
        TEST(other_files_are_refused),
        TEST(damaged_blocks_are_reported),
        TEST(damaged_journals_are_reported),
        TEST(absurd_sensors_are_refused),
        TEST(damaged_files_never_crash),
        TEST(a_lock_is_waited_for_and_then_reported),
        TEST(readers_see_whole_batches),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
