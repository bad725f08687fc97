/* By which profiles readings were decoded: noted rarely, kept over reopening, absent in older
 * stores. */
#include "readings_fixture.h"

#define T0_US (1772712000 * US_PER_S)

static const struct reading_origin tilt = {"tilt", 1, 0xfedcba9876543210u, "tts-v3", 2, 77};
static const struct reading_origin tilt_2 = {"tilt", 2, 12345, "tts-v3", 2, 77};
static const struct reading_origin alone = {"shelly", 3, 99, "", 0, 0};

struct seen {
    struct row {
        uint32_t sensor;
        char profile[20], envelope[20];
        int version, envelope_version;
        uint64_t digest, envelope_digest;
        int64_t first_us, last_us;
    } at[20];
    size_t n;
};

static enum err see(void *context, const struct origin_row *o)
{
    struct seen *s = context;
    struct row *row = &s->at[s->n++];

    *row = (struct row){.sensor = o->sensor,
                        .version = o->origin.version,
                        .envelope_version = o->origin.envelope_version,
                        .digest = o->origin.digest,
                        .envelope_digest = o->origin.envelope_digest,
                        .first_us = o->first_rx_us,
                        .last_us = o->last_rx_us};
    snprintf(row->profile, sizeof row->profile, "%s", o->origin.profile);
    snprintf(row->envelope, sizeof row->envelope, "%s", o->origin.envelope);
    return s->n < 20 ? ERR_OK : ERR_RANGE;
}

static struct seen all(struct fixture *f, uint32_t sensor)
{
    struct seen s = {.n = 0};

    assert_int_equal(reader_origins(f->reader, sensor, see, &s), ERR_OK);
    return s;
}

static void note(struct fixture *f, uint32_t sensor, const struct reading_origin *o, int64_t after)
{
    assert_int_equal(readings_origin(f->db, sensor, o, T0_US + after), ERR_OK);
}

static void reopen(struct fixture *f)
{
    readings_close(f->db);
    reader_close(f->reader);
    open_writer(f);
    open_reader(f);
}

static void it_is_written_when_it_is_new_and_once_a_day(void **state)
{
    struct fixture *f = *state;
    uint32_t a = make_sensor(f, "a");
    struct seen s;

    commit(f);
    note(f, a, &tilt, 0);
    assert_true(readings_pending(f->db));
    commit(f);
    for (int64_t t = 1; t < US_PER_DAY; t += US_PER_HOUR)
        note(f, a, &tilt, t);
    assert_false(readings_pending(f->db));
    s = all(f, 0);
    assert_int_equal(s.n, 1);
    assert_string_equal(s.at[0].profile, "tilt");
    assert_string_equal(s.at[0].envelope, "tts-v3");
    assert_true(s.at[0].version == 1 && s.at[0].envelope_version == 2);
    assert_true(s.at[0].digest == tilt.digest && s.at[0].envelope_digest == 77);
    assert_true(s.at[0].first_us == T0_US && s.at[0].last_us == T0_US);
    note(f, a, &tilt, US_PER_DAY);
    assert_true(readings_pending(f->db));
    commit(f);
    s = all(f, a);
    assert_true(s.n == 1 && s.at[0].first_us == T0_US && s.at[0].last_us == T0_US + US_PER_DAY);
    note(f, a, &tilt, 5); /* a clock that went back */
    assert_false(readings_pending(f->db));
}

static void the_one_before_ends_to_the_moment(void **state)
{
    struct fixture *f = *state;
    uint32_t a = make_sensor(f, "a"), b = make_sensor(f, "b");
    struct seen s;

    note(f, a, &tilt, 0);
    note(f, b, &alone, 1);
    note(f, a, &tilt, 700);
    note(f, a, &tilt_2, 900);
    commit(f);
    s = all(f, a);
    assert_int_equal(s.n, 2);
    assert_true(s.at[0].version == 1 && s.at[0].last_us == T0_US + 700);
    assert_true(s.at[1].version == 2 && s.at[1].first_us == T0_US + 900);
    s = all(f, b);
    assert_int_equal(s.n, 1);
    assert_string_equal(s.at[0].envelope, "");
    assert_int_equal(all(f, 0).n, 3);
}

/* Two networks that forward the same device take turns: that makes no row a message. */
static void taking_turns_writes_nothing(void **state)
{
    struct fixture *f = *state;
    uint32_t a = make_sensor(f, "a");

    note(f, a, &tilt, 0);
    note(f, a, &alone, 1);
    commit(f);
    for (int i = 0; i < 1000; i++) {
        note(f, a, i % 2 ? &tilt : &alone, 2 + i);
        assert_false(readings_pending(f->db));
    }
    assert_int_equal(all(f, 0).n, 2);
}

static void it_is_known_again_after_reopening(void **state)
{
    struct fixture *f = *state;
    uint32_t a = make_sensor(f, "a");

    note(f, a, &tilt, 0);
    note(f, a, &tilt_2, 1);
    commit(f);
    reopen(f);
    note(f, a, &tilt, 2);
    note(f, a, &tilt_2, 3);
    assert_false(readings_pending(f->db));
    assert_int_equal(all(f, 0).n, 2);
}

static void sealing_writes_the_last_arrivals(void **state)
{
    struct fixture *f = *state;
    uint32_t a = make_sensor(f, "a");

    note(f, a, &tilt, 0);
    commit(f);
    note(f, a, &tilt, 4242);
    assert_int_equal(readings_seal(f->db, NULL, NULL), ERR_OK);
    assert_true(all(f, 0).at[0].last_us == T0_US + 4242);
}

static void what_is_not_committed_is_not_there(void **state)
{
    struct fixture *f = *state;
    uint32_t a = make_sensor(f, "a");

    commit(f);
    note(f, a, &tilt, 0);
    reopen(f); /* as after a kill */
    assert_int_equal(all(f, 0).n, 0);
    note(f, a, &tilt, 1);
    commit(f);
    assert_int_equal(all(f, 0).n, 1);
}

static enum err count(void *context, const struct reading *r)
{
    (void)r;
    ++*(int *)context;
    return ERR_OK;
}

/* A store of the version before: readers do without, and a writer adds it and loses nothing. */
static void older_stores_are_read_and_brought_up(void **state)
{
    struct fixture *f = *state;
    uint32_t a = make_sensor(f, "a");
    struct reading r = {.t_us = T0_US, .rx_us = T0_US, .value = 1.5, .sensor = a, .flag = QF_PASS};
    int n = 0;

    assert_int_equal(readings_append(f->db, &r), ERR_OK);
    assert_int_equal(readings_count(f->db, "stored", 1), ERR_OK);
    assert_int_equal(readings_count(f->db, "received", 1), ERR_OK);
    commit(f);
    readings_close(f->db);
    reader_close(f->reader);
    raw_exec(f, "ALTER TABLE node DROP COLUMN battery_pct; DROP TABLE origin;"
                " PRAGMA user_version = 2");
    open_reader(f);
    assert_int_equal(all(f, 0).n, 0);
    assert_int_equal(reader_window(f->reader, a, T0_US, T0_US + 1, count, &n), ERR_OK);
    assert_int_equal(n, 1);
    open_writer(f);
    note(f, a, &tilt, 0);
    commit(f);
    assert_int_equal(all(f, 0).n, 1); /* by the reader that was open before */
    assert_int_equal(reader_window(f->reader, a, T0_US, T0_US + 1, count, &n), ERR_OK);
    assert_int_equal(n, 2);
    assert_verifies(f);
    readings_close(f->db);
    reader_close(f->reader);
    raw_exec(f, "PRAGMA user_version = 1");
    assert_int_equal(reader_open(f->dir, NULL, 0, &f->reader), ERR_CONFIG);
    raw_exec(f, "PRAGMA user_version = 4");
    open_writer(f);
    open_reader(f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_is_written_when_it_is_new_and_once_a_day),
        TEST(the_one_before_ends_to_the_moment),
        TEST(taking_turns_writes_nothing),
        TEST(it_is_known_again_after_reopening),
        TEST(sealing_writes_the_last_arrivals),
        TEST(what_is_not_committed_is_not_there),
        TEST(older_stores_are_read_and_brought_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
