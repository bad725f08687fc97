/* readings.db: the sizes at which it does things differently, counters, copies. */
#include "readings_fixture.h"

#define T0_US (20000 * US_PER_DAY)

static struct reading reading_at(uint32_t sensor, int64_t t_us)
{
    return (struct reading){t_us,  T0_US, (double)(t_us % 1000), sensor, QF_PASS, QT_NONE,
                            false, false};
}

struct ascending {
    int64_t last_us;
    int n, failed;
};

static enum err count_ascending(void *context, const struct reading *r)
{
    struct ascending *seen = context;
    assert_true(r->t_us > seen->last_us);
    assert_true(r->value == (double)(r->t_us % 1000));
    seen->last_us = r->t_us;
    seen->n++;
    seen->failed += r->flag == QF_FAIL;
    return ERR_OK;
}

/* A block is not rewritten for ever: a sensor's busy day has several. */
static void busy_days_have_several_blocks(void **state)
{
    struct fixture *f = *state;
    uint32_t s = make_sensor(f, "busy");
    struct reading stored, near[4];
    bool found;
    size_t n, at;

    for (int part = 0; part < 4; part++) { /* every fourth millisecond from another offset */
        for (int i = 0; i < 9000; i++)
            append(f, reading_at(s, T0_US + (i * 4 + part) * US_PER_MS));
        commit(f);
        assert_int_equal(readings_seal(f->db, NULL, NULL), ERR_OK);
    }
    assert_int_equal(readings_revise(f->db, s, T0_US + 5002 * US_PER_MS, QF_FAIL, QT_SPIKE),
                     ERR_OK);
    assert_int_equal(readings_revise(f->db, s, T0_US + 35999 * US_PER_MS, QF_FAIL, QT_GAP), ERR_OK);
    commit(f);
    for (int sealed = 0; sealed < 2; sealed++) {
        struct ascending seen = {0};
        assert_int_equal(
            reader_window(f->reader, s, T0_US, T0_US + US_PER_DAY, count_ascending, &seen), ERR_OK);
        assert_int_equal(seen.n, 36000);
        assert_int_equal(seen.failed, 2);
        assert_int_equal(readings_find(f->db, s, T0_US + 35999 * US_PER_MS, &found, &stored),
                         ERR_OK);
        assert_true(found);
        assert_int_equal(stored.test, QT_GAP);
        assert_int_equal(readings_find(f->db, s, T0_US + 100, &found, &stored), ERR_OK);
        assert_false(found);
        assert_int_equal(readings_around(f->db, s, T0_US + 20000 * US_PER_MS, 2, 2, near, &n, &at),
                         ERR_OK);
        assert_int_equal(n, 4);
        assert_int_equal(at, 2);
        for (size_t i = 0; i < 4; i++)
            assert_int_equal(near[i].t_us, T0_US + (19998 + (int64_t)i + (i > 1)) * US_PER_MS);
        assert_int_equal(readings_seal(f->db, NULL, NULL), ERR_OK);
    }
    assert_verifies(f);
}

static enum err next_in_order(void *context, const struct journal_entry *e)
{
    int64_t *next = context;
    assert_int_equal(e->reading.t_us, *next);
    *next += 1;
    return ERR_OK;
}

static void large_batches_keep_their_order(void **state)
{
    struct fixture *f = *state;
    uint32_t s = make_sensor(f, "s");
    int64_t next = T0_US, seq, last;
    bool gap;

    assert_false(readings_seal_due(f->db));
    for (int i = 0; i < 140000; i++) {
        struct reading r = reading_at(s, T0_US + i);
        assert_int_equal(readings_append(f->db, &r), ERR_OK);
    }
    assert_true(readings_pending(f->db));
    assert_in_range(readings_pending_count(f->db), 140000, 140010);
    assert_int_equal(readings_count(f->db, "received", 140000), ERR_OK);
    assert_int_equal(readings_count(f->db, "stored", 140000), ERR_OK);
    seq = commit(f);
    assert_true(readings_seal_due(f->db));
    assert_int_equal(reader_since(f->reader, 0, -1, next_in_order, &next, &last, &gap), ERR_OK);
    assert_int_equal(next, T0_US + 140000);
    assert_int_equal(last, seq);
    assert_int_equal(readings_seal(f->db, NULL, NULL), ERR_OK);
    assert_false(readings_seal_due(f->db));
    assert_verifies(f);
}

static void far_apart_times_do_no_harm(void **state)
{
    struct fixture *f = *state;
    uint32_t s = make_sensor(f, "s");
    const int64_t times[] = {INT64_MIN + US_PER_DAY, -1, 0, 1, INT64_MAX - US_PER_DAY};
    struct reading stored;
    bool found;

    for (size_t i = 0; i < 5; i++) {
        struct reading r = {times[i], T0_US, 1.5, s, QF_PASS, QT_NONE, false, false};
        append(f, r);
    }
    commit(f);
    for (int sealed = 0; sealed < 2; sealed++) {
        for (size_t i = 0; i < 10; i++) {
            assert_int_equal(readings_find(f->db, s, times[i * 2 % 5], &found, &stored), ERR_OK);
            assert_true(found);
            assert_int_equal(stored.t_us, times[i * 2 % 5]);
        }
        assert_int_equal(readings_seal(f->db, NULL, NULL), ERR_OK);
    }
    assert_verifies(f);
}

/* --- counters --- */

static enum err take_counter(void *context, const char *name, int64_t n)
{
    struct strbuf *out = context;
    strbuf_printf(out, "%s=%lld ", name, (long long)n);
    return ERR_OK;
}

static void counters_add_up_and_are_verified(void **state)
{
    struct fixture *f = *state;
    struct strbuf out = {0};

    for (int i = 0; i < 3; i++) {
        assert_int_equal(readings_count(f->db, "received", 2), ERR_OK);
        assert_int_equal(readings_count(f->db, "duplicate", 1), ERR_OK);
        assert_int_equal(readings_count(f->db, "quarantined.late", 1), ERR_OK);
        assert_int_equal(readings_count(f->db, "zero", 0), ERR_OK);
        commit(f);
        readings_close(f->db);
        open_writer(f);
    }
    assert_int_equal(readings_count(f->db, "received", 100), ERR_OK);
    readings_close(f->db); /* not committed */
    open_writer(f);
    assert_int_equal(reader_counters(f->reader, take_counter, &out), ERR_OK);
    assert_string_equal(out.data, "duplicate=3 quarantined.late=3 received=6 ");
    assert_verifies(f);
    assert_int_equal(readings_count(f->db, "received", 1), ERR_OK);
    commit(f);
    strbuf_clear(&out);
    assert_int_equal(reader_verify(f->reader, &out), ERR_CORRUPT);
    assert_non_null(strstr(out.data, "received 7"));
    assert_int_equal(readings_count(f->db, "stored", 1), ERR_OK);
    commit(f);
    strbuf_clear(&out);
    assert_int_equal(reader_verify(f->reader, &out), ERR_CORRUPT);
    assert_non_null(strstr(out.data, "stored 1, but 0"));
    strbuf_free(&out);
}

static enum err count_reading(void *context, const struct reading *r)
{
    (void)r;
    ++*(int *)context;
    return ERR_OK;
}

static void backups_are_whole_stores(void **state)
{
    struct fixture *f = *state, copy = {.dir = tmpdir_make("readings-copy")};
    char path[300];
    int n = 0;
    uint32_t s = make_sensor(f, "s");

    append(f, reading_at(s, T0_US));
    commit(f);
    assert_int_equal(readings_seal(f->db, NULL, NULL), ERR_OK);
    append(f, reading_at(s, T0_US + 1));
    commit(f);
    snprintf(path, sizeof path, "%s/readings.db", copy.dir);
    assert_int_equal(reader_backup(f->reader, path), ERR_OK);
    assert_int_equal(reader_backup(f->reader, path), ERR_EXISTS);
    open_reader(&copy);
    assert_int_equal(reader_window(copy.reader, s, 0, INT64_MAX, count_reading, &n), ERR_OK);
    assert_int_equal(n, 2);
    assert_verifies(&copy);
    reader_close(copy.reader);
    tmpdir_remove(copy.dir);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(busy_days_have_several_blocks), TEST(large_batches_keep_their_order),
        TEST(far_apart_times_do_no_harm),    TEST(counters_add_up_and_are_verified),
        TEST(backups_are_whole_stores),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
