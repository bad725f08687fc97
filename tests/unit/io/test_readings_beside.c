/* readings.db: what lies beside the readings. */
#include "readings_fixture.h"

#define T0_US (20000 * US_PER_DAY)

static struct reading reading_at(uint32_t sensor, int64_t t_us)
{
    return (struct reading){t_us,  T0_US, (double)(t_us % 1000), sensor, QF_PASS, QT_NONE,
                            false, false};
}

static enum err next_in_order(void *context, const struct journal_entry *e)
{
    int64_t *next = context;
    assert_int_equal(e->reading.t_us, *next);
    *next += 1;
    return ERR_OK;
}

/* --- quarantine --- */

struct seen {
    int n;
    int64_t newest, oldest, bytes;
    size_t first_len, first_full;
    char text[200];
};

static enum err see_quarantine(void *context, const struct quarantine_row *q)
{
    struct seen *s = context;
    if (s->n++ == 0) {
        s->newest = q->rx_us;
        s->first_len = q->payload_len;
        s->first_full = q->full_len;
        snprintf(s->text, sizeof s->text, "%s|%s|%s|%s", q->topic, q->reason, q->sensor, q->detail);
    }
    s->oldest = q->rx_us;
    s->bytes += (int64_t)q->payload_len;
    return ERR_OK;
}

static void quarantine_is_listed_latest_first(void **state)
{
    struct fixture *f = *state;
    struct seen s = {0};

    for (int i = 0; i < 20; i++) {
        struct quarantine_entry q = {
            i, "t", i % 2 ? "late" : "json", i % 4 ? NULL : "H1/x", "d", "pay", 3};
        assert_int_equal(readings_quarantine(f->db, &q), ERR_OK);
    }
    commit(f);
    assert_int_equal(reader_quarantine(f->reader, NULL, NULL, 7, see_quarantine, &s), ERR_OK);
    assert_int_equal(s.n, 7);
    assert_int_equal(s.newest, 19);
    assert_int_equal(s.oldest, 13);
    assert_string_equal(s.text, "t|late||d");
    s = (struct seen){0};
    assert_int_equal(reader_quarantine(f->reader, "json", "H1/x", 99, see_quarantine, &s), ERR_OK);
    assert_int_equal(s.n, 5);
    assert_int_equal(s.newest, 16);
    assert_string_equal(s.text, "t|json|H1/x|d");
}

static void quarantine_is_bounded(void **state)
{
    struct fixture *f = *state;
    struct seen s = {0};
    size_t large = QUARANTINE_PAYLOAD_MAX + 1000;
    char *payload = calloc(1, large);

    assert_non_null(payload);
    for (int i = 0; i < 1500; i++) {
        struct quarantine_entry q = {i, "topic", "json", NULL, "", payload, large};
        assert_int_equal(readings_quarantine(f->db, &q), ERR_OK);
        if (i % 100 == 0)
            commit(f);
        if (i == 700) { /* the bound holds over a restart as well */
            commit(f);
            readings_close(f->db);
            open_writer(f);
        }
    }
    commit(f);
    free(payload);
    assert_int_equal(reader_quarantine(f->reader, NULL, NULL, 9999, see_quarantine, &s), ERR_OK);
    assert_int_equal(s.newest, 1499);
    assert_int_equal(s.first_len, QUARANTINE_PAYLOAD_MAX);
    assert_int_equal(s.first_full, large);
    assert_int_equal(s.oldest, 1500 - s.n); /* the oldest went, and only they */
    assert_in_range(s.bytes, QUARANTINE_KEEP_BYTES / 2,
                    QUARANTINE_KEEP_BYTES + QUARANTINE_PAYLOAD_MAX);
}

static enum err take_unknown(void *context, const struct unknown_sensor *u)
{
    struct strbuf *out = context;
    strbuf_printf(out, "%s %s %s %lld %lld..%lld;", u->name, u->topic, u->payload,
                  (long long)u->count, (long long)u->first_rx_us, (long long)u->last_rx_us);
    return ERR_OK;
}

/* The latest refusal is the one that arrived last, even when the clock had been set back. */
static void unknown_sensors_are_gathered(void **state)
{
    struct fixture *f = *state;
    struct strbuf out = {0};
    static const struct quarantine_entry rows[] = {
        {50, "t1", "unknown_sensor", "B", "", "p1", 2},
        {10, "t2", "unknown_sensor", "A", "", "p2", 2},
        {90, "t3", "unknown_sensor", "A", "", "p3", 2},
        {70, "t4", "unknown_sensor", "A", "", "p4", 2},
        {99, "t5", "json", "A", "", "p5", 2},
        {99, "t6", "unknown_sensor", NULL, "", "p6", 2},
        {20, "t7", "unknown_sensor", "C", "", NULL, 0},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(readings_quarantine(f->db, &rows[i]), ERR_OK);
    commit(f);
    assert_int_equal(reader_unknown_sensors(f->reader, take_unknown, &out), ERR_OK);
    assert_string_equal(out.data, "A t4 p4 3 10..90;B t1 p1 1 50..50;C t7  1 20..20;");
    strbuf_free(&out);
}

/* --- nodes, deliveries, texts, bursts --- */

static enum err take_node(void *context, const struct reader_node *n)
{
    struct strbuf *out = context;
    strbuf_printf(out, "%s %d %.1f V %.0f %% %.0f %s %lld seq %lld;", n->node, n->online,
                  n->battery_v, n->battery_pct, n->rssi_dbm, n->firmware, (long long)n->rx_us,
                  (long long)n->seq);
    return ERR_OK;
}

static void put_node(struct fixture *f, const char *name, bool online, double battery_v,
                     const char *firmware, int64_t rx_us)
{
    struct node_row n = {name, online, battery_v, battery_v * 20, (double)NAN, firmware, rx_us};
    assert_int_equal(readings_node(f->db, &n), ERR_OK);
}

static void assert_nodes(struct fixture *f, int64_t after, const char *want)
{
    struct strbuf out = {0};
    assert_int_equal(reader_nodes(f->reader, after, take_node, &out), ERR_OK);
    assert_string_equal(strbuf_text(&out), want);
    strbuf_free(&out);
}

static void nodes_change_in_their_place(void **state)
{
    struct fixture *f = *state;
    uint32_t s = make_sensor(f, "s");
    int64_t next = T0_US, last;
    bool gap;

    append(f, reading_at(s, T0_US));
    put_node(f, "n1", true, 3.5, "v1", 10); /* rows: reading 1, change 2 */
    append(f, reading_at(s, T0_US + 1));
    put_node(f, "n1", true, (double)NAN, "", 20);    /* row 3, nothing new but the time */
    put_node(f, "n2", false, (double)NAN, "v9", 30); /* row 4 */
    assert_int_equal(commit(f), 4);
    assert_nodes(f, 0, "n1 1 3.5 V 70 % nan v1 20 seq 2;n2 0 nan V nan % nan v9 30 seq 4;");
    put_node(f, "n1", false, 3.1, "", 40);
    assert_int_equal(commit(f), 5);
    assert_nodes(f, 4, "n1 0 3.1 V 62 % nan v1 40 seq 5;");
    assert_int_equal(reader_since(f->reader, 0, -1, next_in_order, &next, &last, &gap), ERR_OK);
    assert_int_equal(next, T0_US + 2);
    assert_int_equal(last, 5);
    assert_verifies(f);
}

/* Nodes of a store whose daemon has not started since are told all the same. */
static void nodes_of_older_stores(void **state)
{
    struct fixture *f = *state;

    put_node(f, "n1", true, 3.5, "v1", 10);
    commit(f);
    readings_close(f->db);
    reader_close(f->reader);
    raw_exec(f, "ALTER TABLE node DROP COLUMN battery_pct; PRAGMA user_version = 3");
    open_reader(f);
    assert_nodes(f, -1, "n1 1 3.5 V nan % nan v1 10 seq 1;");
    open_writer(f);
    put_node(f, "n1", true, 3.4, "", 20);
    commit(f);
    assert_nodes(f, -1, "n1 1 3.4 V 68 % nan v1 20 seq 1;"); /* by the reader of before */
    assert_verifies(f);
}

static void deliveries_are_recognised(void **state)
{
    struct fixture *f = *state;
    int64_t rx_us = 0;
    bool found;

    assert_int_equal(readings_delivery_get(f->db, 7, UINT64_MAX, &found, &rx_us), ERR_OK);
    assert_false(found);
    assert_int_equal(readings_delivery_put(f->db, 7, UINT64_MAX, 123), ERR_OK);
    assert_int_equal(readings_delivery_put(f->db, UINT16_MAX, 5, 456), ERR_OK);
    commit(f);
    readings_close(f->db);
    open_writer(f);
    assert_int_equal(readings_delivery_get(f->db, 7, UINT64_MAX, &found, &rx_us), ERR_OK);
    assert_true(found);
    assert_int_equal(rx_us, 123);
    assert_int_equal(readings_delivery_get(f->db, 7, 5, &found, &rx_us), ERR_OK);
    assert_false(found);
    assert_int_equal(readings_delivery_put(f->db, 7, 5, 789), ERR_OK); /* ids come round again */
    assert_int_equal(readings_delivery_get(f->db, 7, UINT64_MAX, &found, &rx_us), ERR_OK);
    assert_false(found);
    assert_int_equal(readings_delivery_get(f->db, UINT16_MAX, 5, &found, &rx_us), ERR_OK);
    assert_true(found);
    assert_int_equal(readings_delivery_forget(f->db, 8, UINT16_MAX), ERR_OK);
    commit(f);
    assert_int_equal(readings_delivery_get(f->db, UINT16_MAX, 5, &found, &rx_us), ERR_OK);
    assert_false(found);
    assert_int_equal(readings_delivery_get(f->db, 7, 5, &found, &rx_us), ERR_OK);
    assert_true(found);
    assert_int_equal(readings_delivery_forget(f->db, 0, 7), ERR_OK);
    readings_close(f->db); /* not committed */
    open_writer(f);
    assert_int_equal(readings_delivery_get(f->db, 7, 5, &found, &rx_us), ERR_OK);
    assert_true(found);
}

static void texts_are_kept(void **state)
{
    struct fixture *f = *state;
    const char *value = "x";

    assert_int_equal(readings_meta_get(f->db, "a", &value), ERR_OK);
    assert_null(value);
    assert_int_equal(readings_meta_put(f->db, "a", "one"), ERR_OK);
    assert_int_equal(readings_meta_put(f->db, "a", "two"), ERR_OK);
    assert_int_equal(readings_meta_put(f->db, "b", ""), ERR_OK);
    commit(f);
    readings_close(f->db);
    open_writer(f);
    assert_int_equal(readings_meta_get(f->db, "a", &value), ERR_OK);
    assert_string_equal(value, "two");
    assert_int_equal(readings_meta_get(f->db, "b", &value), ERR_OK);
    assert_string_equal(value, "");
}

static void bursts_are_stored_once_and_expire(void **state)
{
    struct fixture *f = *state;
    uint32_t s = make_sensor(f, "s");
    bool is_new = false;

    for (int day = 0; day < 3; day++) {
        int64_t t_us = T0_US + day * US_PER_DAY;
        assert_int_equal(readings_burst(f->db, s, t_us, t_us, "[1]", 3, &is_new), ERR_OK);
        assert_true(is_new);
        assert_int_equal(readings_burst(f->db, s, t_us, t_us + 1, "[1]", 3, &is_new), ERR_OK);
        assert_false(is_new);
    }
    assert_int_equal(readings_count(f->db, "received", 6), ERR_OK);
    assert_int_equal(readings_count(f->db, "stored", 3), ERR_OK);
    assert_int_equal(readings_count(f->db, "duplicate", 3), ERR_OK);
    commit(f);
    assert_verifies(f);
    assert_int_equal(readings_expire(f->db, T0_US + 2 * US_PER_DAY + 5), ERR_OK);
    assert_verifies(f); /* two of them are counted as expired now */
    assert_int_equal(readings_burst(f->db, s, T0_US + 2 * US_PER_DAY, 0, "[1]", 3, &is_new),
                     ERR_OK);
    assert_false(is_new);
    assert_int_equal(readings_burst(f->db, s, T0_US, 0, "[1]", 3, &is_new), ERR_OK);
    assert_true(is_new);
}

/* --- quality states --- */

static size_t pack(void *context, uint32_t sensor, uint8_t *bytes, size_t max)
{
    const char *text = context;
    return sensor == 2 ? 0 : (size_t)snprintf((char *)bytes, max, "%s%u", text, sensor);
}

static enum err take_state(void *context, uint32_t sensor, const uint8_t *bytes, size_t n)
{
    struct strbuf *out = context;
    strbuf_printf(out, "%u:%.*s ", sensor, (int)n, (const char *)bytes);
    return ERR_OK;
}

static void take_replayed(void *context, const struct reading *r)
{
    struct strbuf *out = context;
    strbuf_printf(out, "%u@%lld/%d ", r->sensor, (long long)(r->t_us - T0_US), r->flag);
}

static void assert_states(struct fixture *f, const char *want)
{
    struct strbuf out = {0};
    assert_int_equal(readings_states_each(f->db, take_state, &out), ERR_OK);
    readings_replay(f->db, take_replayed, &out);
    assert_string_equal(strbuf_text(&out), want);
    strbuf_free(&out);
}

static void states_and_what_came_after_them(void **state)
{
    struct fixture *f = *state;
    char first[] = "a", second[] = "b";
    uint32_t s1 = make_sensor(f, "1"), s2 = make_sensor(f, "2"), s3 = make_sensor(f, "3");

    append(f, reading_at(s1, T0_US));
    append(f, reading_at(s2, T0_US));
    append(f, reading_at(s3, T0_US));
    commit(f);
    assert_int_equal(readings_seal(f->db, pack, first), ERR_OK);
    assert_states(f, "1:a1 3:a3 ");
    append(f, reading_at(s3, T0_US + 2));
    append(f, reading_at(s1, T0_US + 1));
    assert_int_equal(readings_revise(f->db, s3, T0_US + 2, QF_FAIL, QT_SPIKE), ERR_OK);
    commit(f);
    readings_close(f->db);
    open_writer(f);
    assert_states(f, "1:a1 3:a3 3@2/4 1@1/1 ");
    assert_int_equal(readings_trim(f->db, INT64_MAX), ERR_OK); /* only what is sealed goes */
    assert_states(f, "1:a1 3:a3 3@2/4 1@1/1 ");
    append(f, reading_at(s2, T0_US + 9));
    commit(f);
    assert_int_equal(readings_seal(f->db, pack, second), ERR_OK);
    assert_int_equal(readings_trim(f->db, INT64_MAX), ERR_OK);
    readings_close(f->db);
    open_writer(f);
    assert_states(f, "1:b1 3:b3 ");
    assert_verifies(f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(quarantine_is_listed_latest_first),
        TEST(quarantine_is_bounded),
        TEST(unknown_sensors_are_gathered),
        TEST(nodes_change_in_their_place),
        TEST(nodes_of_older_stores),
        TEST(deliveries_are_recognised),
        TEST(texts_are_kept),
        TEST(bursts_are_stored_once_and_expire),
        TEST(states_and_what_came_after_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
