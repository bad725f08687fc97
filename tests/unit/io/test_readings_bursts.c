/* readings.db: vibration records, what they are worth, which stay. */
#include "readings_fixture.h"

#define JANUARY (20454 * US_PER_DAY) /* 2026-01-01 */
#define MARCH   (JANUARY + 59 * US_PER_DAY)

/* From 0.3 on they stay, from 0.6 on for good, and the largest. */
static void fates(const double *ratio, size_t n, enum burst_fate *fate)
{
    size_t largest = 0;

    for (size_t i = 0; i < n; i++) {
        fate[i] = ratio[i] >= 0.6 ? BURST_KEEP : ratio[i] < 0.3 ? BURST_DROP : BURST_STAY;
        if (ratio[i] > ratio[largest])
            largest = i;
    }
    fate[largest] = BURST_KEEP;
}

static void put(struct fixture *f, uint32_t sensor, int64_t t_us, double ratio)
{
    bool is_new = false;

    assert_int_equal(readings_burst(f->db, sensor, t_us, t_us, "[1]", 3, &is_new), ERR_OK);
    assert_true(is_new);
    assert_int_equal(readings_count(f->db, "received", 1), ERR_OK);
    assert_int_equal(readings_count(f->db, "stored", 1), ERR_OK);
    if (!isnan(ratio))
        assert_int_equal(readings_burst_rate(f->db, sensor, t_us, ratio), ERR_OK);
}

static bool is_there(struct fixture *f, uint32_t sensor, int64_t t_us)
{
    bool is_new = false;
    int64_t seq;

    assert_int_equal(readings_burst(f->db, sensor, t_us, 0, "[1]", 3, &is_new), ERR_OK);
    readings_close(f->db); /* without a commit: nothing has changed */
    open_writer(f);
    assert_int_equal(readings_commit(f->db, &seq), ERR_OK);
    return !is_new;
}

static int thin(struct fixture *f, int64_t t_us)
{
    int months = 0;
    bool more = true;

    while (more) {
        assert_int_equal(readings_thin(f->db, t_us, fates, &more), ERR_OK);
        months += more;
    }
    return months;
}

static void worthless_records_go_when_their_month_is_over(void **state)
{
    struct fixture *f = *state;
    uint32_t a = make_sensor(f, "a"), b = make_sensor(f, "b");
    int64_t last = JANUARY + 31 * US_PER_DAY - 1;

    put(f, a, JANUARY, 0.1);
    put(f, a, JANUARY + 1, 0.25);
    put(f, a, JANUARY + 2, 0.2);
    put(f, a, JANUARY + 3, (double)NAN);
    put(f, b, JANUARY, 0.1);
    put(f, b, last, 0.7);
    put(f, b, last + 1, 0.1); /* of February */
    commit(f);
    assert_int_equal(thin(f, last), 0);
    assert_int_equal(thin(f, last + 1), 2);
    assert_false(is_there(f, a, JANUARY));
    assert_true(is_there(f, a, JANUARY + 1)); /* the largest of its month */
    assert_false(is_there(f, a, JANUARY + 2));
    assert_true(is_there(f, a, JANUARY + 3)); /* never rated */
    assert_false(is_there(f, b, JANUARY));
    assert_true(is_there(f, b, last));
    assert_true(is_there(f, b, last + 1));
    assert_verifies(f);                     /* what went is counted */
    assert_int_equal(thin(f, last + 1), 0); /* and all is decided */
    assert_int_equal(thin(f, MARCH), 1);
    assert_true(is_there(f, b, last + 1)); /* alone in its month, so its largest */
}

static void late_records_are_decided_with_their_month(void **state)
{
    struct fixture *f = *state;
    uint32_t a = make_sensor(f, "a");

    put(f, a, JANUARY + 5, 0.2);
    commit(f);
    assert_int_equal(thin(f, MARCH), 1);
    assert_true(is_there(f, a, JANUARY + 5));
    put(f, a, JANUARY + 4, 0.25);
    commit(f);
    assert_int_equal(thin(f, MARCH), 1);
    assert_false(is_there(f, a, JANUARY + 5)); /* no more the largest */
    assert_true(is_there(f, a, JANUARY + 4));
    assert_verifies(f);
}

static void what_matters_outlives_the_retention(void **state)
{
    struct fixture *f = *state;
    uint32_t a = make_sensor(f, "a");

    put(f, a, JANUARY, 0.4);
    put(f, a, JANUARY + 1, 0.9);
    put(f, a, JANUARY + 2, (double)NAN);
    commit(f);
    assert_int_equal(readings_expire(f->db, MARCH), ERR_OK);
    assert_true(is_there(f, a, JANUARY)); /* not decided yet */
    assert_false(is_there(f, a, JANUARY + 2));
    assert_int_equal(thin(f, MARCH), 1);
    assert_true(is_there(f, a, JANUARY));
    assert_int_equal(readings_expire(f->db, MARCH), ERR_OK);
    assert_false(is_there(f, a, JANUARY));
    assert_true(is_there(f, a, JANUARY + 1));
    assert_verifies(f);
}

static void months_end_where_the_calendar_says(void **state)
{
    struct fixture *f = *state;
    uint32_t a = make_sensor(f, "a");
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t t_us = JANUARY;

    for (int m = 0; m < 12; m++) { /* two in each: its first and its last moment */
        put(f, a, t_us, 0.1);
        t_us += days[m] * US_PER_DAY;
        put(f, a, t_us - 1, 0.2);
    }
    commit(f);
    assert_int_equal(thin(f, t_us), 12);
    t_us = JANUARY;
    for (int m = 0; m < 12; m++) {
        assert_false(is_there(f, a, t_us));
        t_us += days[m] * US_PER_DAY;
        assert_true(is_there(f, a, t_us - 1));
    }
}

/* --- reading them back --- */

struct seen {
    int n;
    int64_t id[16], t_us[16];
};

static enum err see(void *context, const struct burst_row *b)
{
    struct seen *s = context;

    assert_true(s->n < 16 && b->json_len == 3 && memcmp(b->json, "[1]", 3) == 0);
    assert_true(b->rx_us == b->t_us);
    s->id[s->n] = b->id;
    s->t_us[s->n++] = b->t_us;
    return ERR_OK;
}

static void readers_follow_in_order_of_arrival(void **state)
{
    struct fixture *f = *state;
    uint32_t a = make_sensor(f, "a"), b = make_sensor(f, "b");
    struct seen s = {0};

    put(f, a, JANUARY + 9, (double)NAN);
    put(f, b, JANUARY + 3, (double)NAN);
    put(f, a, JANUARY + 5, (double)NAN);
    commit(f);
    assert_int_equal(reader_bursts_since(f->reader, 0, 2, see, &s), ERR_OK);
    assert_true(s.n == 2 && s.t_us[0] == JANUARY + 9 && s.t_us[1] == JANUARY + 3);
    assert_int_equal(reader_bursts_since(f->reader, s.id[1], 9, see, &s), ERR_OK);
    assert_true(s.n == 3 && s.t_us[2] == JANUARY + 5 && s.id[2] > s.id[1]);
    int64_t last = s.id[2];
    assert_int_equal(readings_expire(f->db, MARCH), ERR_OK); /* all are gone */
    put(f, a, MARCH, (double)NAN);
    commit(f);
    s.n = 0;
    assert_int_equal(reader_bursts_since(f->reader, last, 9, see, &s), ERR_OK);
    assert_true(s.n == 1 && s.t_us[0] == MARCH && s.id[0] > last);
    put(f, a, MARCH - 7, (double)NAN);
    put(f, b, MARCH - 6, (double)NAN);
    commit(f);
    s.n = 0;
    assert_int_equal(reader_bursts_of(f->reader, a, MARCH - 7, MARCH, see, &s), ERR_OK);
    assert_true(s.n == 1 && s.t_us[0] == MARCH - 7);
    assert_int_equal(reader_bursts_of(f->reader, a, MARCH - 7, MARCH + 1, see, &s), ERR_OK);
    assert_true(s.n == 3 && s.t_us[1] == MARCH - 7 && s.t_us[2] == MARCH);
}

/* A store of version 1 keeps its bursts; unrated, they go with the retention. */
static void stores_of_the_first_version_are_migrated(void **state)
{
    struct fixture *f = *state;
    uint32_t a = make_sensor(f, "a");

    put(f, a, JANUARY, (double)NAN);
    put(f, a, MARCH, (double)NAN);
    commit(f);
    readings_close(f->db);
    reader_close(f->reader);
    raw_exec(f, "ALTER TABLE node DROP COLUMN battery_pct; DROP TABLE origin; DROP TABLE "
                "burst_ratio; CREATE TABLE old(sensor INTEGER NOT NULL"
                " REFERENCES sensor(id), t INTEGER NOT NULL, rx INTEGER NOT NULL, json BLOB NOT"
                " NULL, UNIQUE(sensor, t)) STRICT; INSERT INTO old SELECT sensor, t, rx, json FROM"
                " burst; DROP TABLE burst; ALTER TABLE old RENAME TO burst;"
                " PRAGMA user_version = 1");
    open_writer(f);
    open_reader(f);
    assert_true(is_there(f, a, JANUARY));
    assert_int_equal(thin(f, MARCH), 0);
    put(f, a, MARCH + 1, 0.9);
    commit(f);
    assert_int_equal(readings_expire(f->db, MARCH), ERR_OK);
    assert_false(is_there(f, a, JANUARY));
    assert_true(is_there(f, a, MARCH));
    assert_true(is_there(f, a, MARCH + 1));
    assert_verifies(f);
}

static void a_rating_needs_its_burst(void **state)
{
    struct fixture *f = *state;
    uint32_t a = make_sensor(f, "a");

    put(f, a, JANUARY, 0.1);
    assert_int_equal(readings_burst_rate(f->db, a, JANUARY, 0.8), ERR_OK); /* rated again */
    commit(f);
    assert_int_equal(thin(f, MARCH), 1);
    put(f, a, JANUARY + 1, 0.9);
    commit(f);
    assert_int_equal(thin(f, MARCH), 1);
    assert_true(is_there(f, a, JANUARY));
    int64_t seq;
    enum err e = readings_burst_rate(f->db, a, JANUARY + 7, 0.8);
    if (!e)
        e = readings_commit(f->db, &seq);
    assert_true(e != ERR_OK);
    readings_close(f->db);
    open_writer(f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

struct entries {
    struct burst_entry at[8];
    size_t n;
};

static enum err take_entry(void *context, const struct burst_entry *b)
{
    struct entries *x = context;

    assert_true(x->n < 8);
    x->at[x->n++] = *b;
    return ERR_OK;
}

static enum err take_record(void *context, const struct burst_row *b)
{
    *(struct burst_row *)context = *b;
    assert_memory_equal(b->json, "[1]", 3);
    return ERR_OK;
}

/* Latest first, without their samples; and one by its id. */
static void records_are_listed_without_their_samples(void **state)
{
    struct fixture *f = *state;
    uint32_t a = make_sensor(f, "a"), b = make_sensor(f, "b");
    struct entries x = {0};
    struct burst_row row = {0};

    put(f, a, JANUARY + 1, 0.7);
    put(f, a, JANUARY, (double)NAN);
    put(f, b, JANUARY, 0.1);
    put(f, a, JANUARY + 2, 0.2);
    commit(f);
    assert_int_equal(thin(f, JANUARY + 31 * US_PER_DAY), 2);
    assert_int_equal(reader_burst_entries(f->reader, a, JANUARY, JANUARY + 2, 8, take_entry, &x),
                     ERR_OK);
    assert_int_equal(x.n, 2);
    assert_true(x.at[0].t_us == JANUARY + 1 && x.at[1].t_us == JANUARY);
    assert_true(x.at[0].ratio > 0.69 && x.at[0].kept && isnan(x.at[1].ratio) && !x.at[1].kept);
    assert_int_equal(x.at[0].json_len, 3);
    x.n = 0;
    assert_int_equal(reader_burst_entries(f->reader, a, 0, INT64_MAX, 1, take_entry, &x), ERR_OK);
    assert_int_equal(x.n, 1);
    assert_int_equal(reader_burst_one(f->reader, x.at[0].id, take_record, &row), ERR_OK);
    assert_true(row.sensor == a && row.t_us == x.at[0].t_us);
    assert_int_equal(reader_burst_one(f->reader, 99, take_record, &row), ERR_NOTFOUND);
    assert_int_equal(reader_burst_one(f->reader, INT64_MIN, take_record, &row), ERR_NOTFOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(worthless_records_go_when_their_month_is_over),
        TEST(late_records_are_decided_with_their_month),
        TEST(what_matters_outlives_the_retention),
        TEST(months_end_where_the_calendar_says),
        TEST(readers_follow_in_order_of_arrival),
        TEST(stores_of_the_first_version_are_migrated),
        TEST(a_rating_needs_its_burst),
        TEST(records_are_listed_without_their_samples),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
