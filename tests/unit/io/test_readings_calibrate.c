/* Stored raw values, given as the registry's calibrations make them, whichever way they are asked
 * for. */
#include "readings_fixture.h"

#define T0 (1767225600 * US_PER_S) /* 2026-01-01 */

/* Wires W (with thermistor T) and V (with none), and T; W is worth raw + 10 (T - 20), V twice raw
 * from T0 + 1 day on. */
struct wires {
    struct fixture *f;
    uint32_t w, v, t, other;
    struct calibration of_w, of_v;
    struct sensor sensors[3];
    struct registry registry;
};

static size_t pack_nothing(void *context, uint32_t sensor, uint8_t *bytes, size_t max)
{
    (void)context, (void)sensor, (void)bytes, (void)max;
    return 0;
}

static void seal(struct wires *s)
{
    commit(s->f);
    assert_int_equal(readings_seal(s->f->db, pack_nothing, NULL), ERR_OK);
}

static void make_registry(struct wires *s)
{
    static const char *const ids[] = {"W", "V", "T"};

    s->of_w = (struct calibration){.from_us = INT64_MIN,
                                   .raw = unit_raw_find("digits"),
                                   .terms = {0, 1},
                                   .term_count = 2,
                                   .thermal = {10, 0},
                                   .zero_temperature_c = 20,
                                   .temperature = 2,
                                   .temperature_age_us = US_PER_HOUR,
                                   .unit = unit_find(Q_CRACK_WIDTH, "mm"),
                                   .scale = 1};
    s->of_v = s->of_w;
    s->of_v.from_us = T0 + US_PER_DAY;
    s->of_v.terms[1] = 2;
    s->of_v.temperature = REGISTRY_NONE;
    s->sensors[0] = (struct sensor){.calibrations = &s->of_w, .calibration_count = 1};
    s->sensors[1] = (struct sensor){.calibrations = &s->of_v, .calibration_count = 1};
    s->registry = (struct registry){.sensors = s->sensors, .sensor_count = 3};
    for (uint32_t i = 0; i < 3; i++) {
        s->sensors[i].id = ids[i];
        assert_int_equal(strmap_put(&s->registry.sensor_by_id, ids[i], 1, i), ERR_OK);
    }
}

static struct wires *begin(void **state)
{
    struct wires *s = calloc(1, sizeof *s);

    assert_non_null(s);
    s->f = *state;
    make_registry(s);
    s->other = make_sensor(s->f, "X");
    s->t = make_sensor(s->f, "T");
    s->w = make_sensor(s->f, "W");
    s->v = make_sensor(s->f, "V");
    assert_int_equal(reader_calibrate(s->f->reader, &s->registry), ERR_OK);
    return s;
}

static void end(struct wires *s)
{
    assert_int_equal(reader_calibrate(s->f->reader, NULL), ERR_OK);
    strmap_free(&s->registry.sensor_by_id);
    free(s);
}

static void put(struct wires *s, uint32_t sensor, int64_t t_us, double value, uint8_t flag)
{
    append(s->f, (struct reading){.sensor = sensor,
                                  .t_us = t_us,
                                  .rx_us = t_us / 1000 * 1000,
                                  .value = value,
                                  .flag = flag});
}

struct seen {
    struct readings_reader *reader;
    double value[64];
    bool lacks[64];
    size_t n;
    uint32_t only; /* 0: all sensors */
};

static enum err see(void *context, const struct reading *r)
{
    struct seen *seen = context;

    if (seen->only && r->sensor != seen->only)
        return ERR_OK;
    assert_true(seen->n < 64);
    seen->lacks[seen->n] = reader_lacks(seen->reader);
    seen->value[seen->n++] = r->value;
    return ERR_OK;
}

static enum err see_entry(void *context, const struct journal_entry *e)
{
    return e->revision ? ERR_OK : see(context, &e->reading);
}

static enum err see_row(void *context, const struct sensor_row *row)
{
    struct seen *seen = context;

    if (row->id == seen->only)
        seen->value[seen->n++] = row->last_value;
    return ERR_OK;
}

static struct seen window(struct wires *s, uint32_t sensor)
{
    struct seen seen = {.reader = s->f->reader};

    assert_int_equal(reader_window(s->f->reader, sensor, INT64_MIN, INT64_MAX, see, &seen), ERR_OK);
    return seen;
}

static void check_one_reading(struct wires *s, double want)
{
    struct seen seen = window(s, s->w), by_day = {.reader = s->f->reader, .only = s->w},
                last = {.only = s->w};

    assert_int_equal(seen.n, 1);
    assert_true(seen.value[0] == want);
    assert_int_equal(reader_day(s->f->reader, T0 / US_PER_DAY, see, &by_day), ERR_OK);
    assert_int_equal(by_day.n, 1);
    assert_true(by_day.value[0] == want);
    assert_int_equal(reader_sensors(s->f->reader, see_row, &last), ERR_OK);
    assert_int_equal(last.n, 1);
    assert_true(last.value[0] == want);
}

static void every_way_to_a_reading_gives_its_value(void **state)
{
    struct wires *s = begin(state);
    struct seen since = {.reader = s->f->reader, .only = s->w};
    int64_t last;
    bool gap;

    put(s, s->w, T0 + US_PER_HOUR, 100, QF_PASS); /* arrives before its temperature */
    put(s, s->t, T0 + US_PER_HOUR, 22, QF_PASS);
    put(s, s->other, T0 + US_PER_HOUR, 7, QF_PASS);
    commit(s->f);
    check_one_reading(s, 120);
    assert_int_equal(reader_since(s->f->reader, 0, -1, see_entry, &since, &last, &gap), ERR_OK);
    assert_int_equal(since.n, 1);
    assert_true(since.value[0] == 120);
    seal(s);
    check_one_reading(s, 120);
    assert_true(window(s, s->t).value[0] == 22);
    assert_true(window(s, s->other).value[0] == 7);
    assert_int_equal(reader_calibrate(s->f->reader, NULL), ERR_OK);
    check_one_reading(s, 100);
    end(s);
}

static void a_corrected_calibration_changes_history(void **state)
{
    struct wires *s = begin(state);

    put(s, s->t, T0, 20, QF_PASS);
    put(s, s->w, T0, 100, QF_PASS);
    seal(s);
    check_one_reading(s, 100);
    s->of_w.terms[1] = 0.5;
    check_one_reading(s, 50);
    end(s);
}

/* Sealed and unsealed temperatures in any mixture: the latest at or before, that has not failed. */
static void the_latest_temperature_counts(void **state)
{
    struct wires *s = begin(state);
    const int64_t t = T0 + US_PER_DAY; /* a midnight: temperatures lie in two days */

    put(s, s->w, t, 0, QF_PASS);
    put(s, s->t, t - US_PER_HOUR - 1, 30, QF_PASS); /* too old */
    put(s, s->t, t + 1, 40, QF_PASS);               /* later */
    put(s, s->t, t - 5, 50, QF_FAIL);
    seal(s);
    assert_true(window(s, s->w).lacks[0]);
    assert_true(window(s, s->w).value[0] == 0); /* not corrected */
    put(s, s->t, t - US_PER_HOUR, 21, QF_PASS);
    commit(s->f);
    assert_false(window(s, s->w).lacks[0]);
    assert_true(window(s, s->w).value[0] == 10);
    put(s, s->t, t - 10, 22, QF_SUSPECT);
    seal(s);
    assert_true(window(s, s->w).value[0] == 20);
    put(s, s->t, t - 20, 23, QF_PASS); /* late, and older than one that is sealed */
    commit(s->f);
    assert_true(window(s, s->w).value[0] == 20);
    put(s, s->t, t, 24, QF_PASS);
    commit(s->f);
    assert_true(window(s, s->w).value[0] == 40);
    assert_int_equal(readings_revise(s->f->db, s->t, t, QF_FAIL, QT_SPIKE), ERR_OK);
    commit(s->f);
    assert_true(window(s, s->w).value[0] == 20);
    assert_int_equal(readings_revise(s->f->db, s->t, t - 10, QF_FAIL, QT_SPIKE), ERR_OK);
    commit(s->f);
    assert_true(window(s, s->w).value[0] == 30); /* a sealed one, revised since */
    seal(s);
    assert_true(window(s, s->w).value[0] == 30);
    assert_verifies(s->f);
    end(s);
}

static void a_calibration_begins_at_its_time(void **state)
{
    struct wires *s = begin(state);
    struct seen seen;

    put(s, s->v, T0 + US_PER_DAY - 1, 5, QF_PASS);
    put(s, s->v, T0 + US_PER_DAY, 5, QF_PASS);
    commit(s->f);
    seen = window(s, s->v);
    assert_int_equal(seen.n, 2);
    assert_true(seen.value[0] == 5 && seen.value[1] == 10);
    end(s);
}

static void sensors_may_be_added_later(void **state)
{
    struct fixture *f = *state;
    struct wires *s = calloc(1, sizeof *s);

    s->f = f;
    make_registry(s);
    assert_int_equal(reader_calibrate(f->reader, &s->registry), ERR_OK);
    s->v = make_sensor(f, "V");
    put(s, s->v, T0 + US_PER_DAY, 5, QF_PASS);
    commit(f);
    assert_true(window(s, s->v).value[0] == 10);
    s->t = make_sensor(f, "T");
    s->w = make_sensor(f, "W");
    put(s, s->t, T0, 21, QF_PASS);
    put(s, s->w, T0, 0, QF_PASS);
    commit(f);
    assert_true(window(s, s->w).value[0] == 10);
    end(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_way_to_a_reading_gives_its_value, setup, teardown),
        cmocka_unit_test_setup_teardown(a_corrected_calibration_changes_history, setup, teardown),
        cmocka_unit_test_setup_teardown(the_latest_temperature_counts, setup, teardown),
        cmocka_unit_test_setup_teardown(a_calibration_begins_at_its_time, setup, teardown),
        cmocka_unit_test_setup_teardown(sensors_may_be_added_later, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
