/* Frequencies of a house from records: the shear frame of koma (simulated; see SOURCE.txt), cut,
 * slowed down, drowned; a house of three modes under white noise. The exact frequencies of the
 * frame are those of its time integration; its first, 0.18 Hz, lies below the high-pass at 0.5 Hz.
 */
#include "burst_fixture.h"
#include "chance.h"
#include "shikumen/core/modal_watch.h"

enum { ROWS = 14400, CHANNELS = 5 };
static const double FS_HZ = 12;

static struct arena arena; /* of the frame */
static double *frame[CHANNELS];
static double exact_hz[CHANNELS - 1]; /* of modes 2 to 5 */

static FILE *data_file(const char *name)
{
    char path[512];
    FILE *f;

    snprintf(path, sizeof path, "%s/koma_shearframe/%s", TEST_DATA, name);
    f = fopen(path, "r");
    assert_non_null(f);
    return f;
}

static int load(void **state)
{
    FILE *f = data_file("data_shearframe.csv");

    (void)state;
    for (size_t c = 0; c < CHANNELS; c++)
        frame[c] = arena_array(&arena, ROWS, sizeof *frame[c]);
    for (size_t i = 0; i < ROWS * CHANNELS; i++) {
        assert_int_equal(fscanf(f, "%lf", &frame[i % CHANNELS][i / CHANNELS]), 1);
        (void)fgetc(f);
    }
    fclose(f);
    f = data_file("omega_n.csv");
    for (size_t j = 0; j < CHANNELS; j++) {
        double omega;

        assert_int_equal(fscanf(f, "%lf", &omega), 1);
        if (j > 0)
            exact_hz[j - 1] = 2 * FS_HZ * atan(omega / FS_HZ / 2) / (2 * M_PI);
    }
    fclose(f);
    return 0;
}

static int release(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

/* Rows from .. from + rows - 1 of the frame as one piece at a rate. */
static void add_piece(struct modal_record *r, size_t from, size_t rows)
{
    struct modal_segment *s = &r->segment[r->segments++];

    s->t_us = T0_US + (int64_t)((double)from / r->fs_hz * 1e6);
    s->rows = rows;
    for (size_t c = 0; c < r->channels; c++)
        s->channel[c] = frame[c] + from;
}

static struct modal_record record_of(double fs_hz, size_t from, size_t rows)
{
    struct modal_record r = {.fs_hz = fs_hz, .channels = CHANNELS, .layout = 7};

    add_piece(&r, from, rows);
    return r;
}

static struct modal_result take(struct modal_watch *w, const struct modal_record *r)
{
    struct arena scratch = {0};
    struct modal_result out;

    assert_int_equal(modal_watch_record(w, r, &scratch, &out), ERR_OK);
    assert_true(scratch.used_bytes == 0);
    arena_free(&scratch);
    assert_true(*modal_outcome_name(out.outcome));
    assert_true(*modal_outcome_text(out.outcome).zh && *modal_outcome_text(out.outcome).en);
    return out;
}

static void modes_of_the_frame(void **state)
{
    const struct modal_record r = record_of(FS_HZ, 0, ROWS);
    struct modal_watch w = {0};
    struct modal_result out = take(&w, &r);

    (void)state;
    assert_int_equal(out.outcome, MODAL_EVALUATED);
    assert_true(out.commissioned && out.record_s == 1200 && out.rate_hz == 12);
    assert_true(out.t_us == T0_US + 600 * 1000000LL);
    assert_int_equal(out.count, 4);
    for (size_t j = 0; j < out.count; j++) {
        print_message("mode %u %.5f Hz (exact %.5f, se %.5f) zeta %.4f, %.1f dB\n",
                      out.reading[j].mode, out.reading[j].f_hz, exact_hz[j], out.reading[j].se_hz,
                      out.reading[j].zeta, out.reading[j].height_db);
        assert_int_equal(out.reading[j].mode, j + 1);
        assert_true(out.reading[j].se_hz > 0 && out.reading[j].se_hz < 0.02 * exact_hz[j]);
        assert_near(out.reading[j].f_hz, exact_hz[j], 3.5 * out.reading[j].se_hz);
        assert_true(out.reading[j].shift == 0 && out.reading[j].height_db >= 10);
    }
}

/* The two halves are two records of one building: the same modes within their errors. */
static void halves_agree(void **state)
{
    const struct modal_record first = record_of(FS_HZ, 0, ROWS / 2);
    const struct modal_record second = record_of(FS_HZ, ROWS / 2, ROWS / 2);
    struct modal_watch w = {0};
    struct modal_result a = take(&w, &first), b = take(&w, &second);

    (void)state;
    assert_int_equal(b.outcome, MODAL_EVALUATED);
    assert_true(a.count >= 3 && b.count >= 3 && !b.commissioned);
    for (size_t j = 0; j < 3; j++) {
        assert_int_equal(b.reading[j].mode, j + 1);
        assert_near(b.reading[j].f_hz, a.reading[j].f_hz,
                    4 * hypot(a.reading[j].se_hz, b.reading[j].se_hz));
        assert_near(b.reading[j].shift, b.reading[j].f_hz / a.reading[j].f_hz - 1, 1e-12);
        assert_true(b.reading[j].mac > 0.95);
    }
}

/* Slowed down by 7 %, as if the stiffness were 13.5 % less: the same modes, lower by that. */
static void a_drop_is_followed(void **state)
{
    const struct modal_record before = record_of(FS_HZ, 0, ROWS);
    const struct modal_record after = record_of(0.93 * FS_HZ, 0, ROWS);
    struct modal_watch w = {0};
    struct modal_result a = take(&w, &before), b = take(&w, &after);

    (void)state;
    assert_true(b.count >= 3 && b.missing == a.count - b.count);
    for (size_t j = 0; j < 3; j++)
        assert_near(b.reading[j].shift, -0.07, 0.004);
    /* the commissioned frequency stays, the slow one moves by a fiftieth; the first mode is below
     * the high-pass now */
    assert_int_equal(b.reading[0].mode, 2);
    assert_near(w.reference[1].commissioned_f_hz, a.reading[1].f_hz, 1e-12);
    assert_near(w.reference[1].f_hz, a.reading[1].f_hz * (1 + 0.02 * b.reading[0].shift), 1e-9);
    assert_int_equal(w.reference[0].missed, 1);
}

static void pieces_count_together(void **state)
{
    struct modal_record r = {.fs_hz = FS_HZ, .channels = CHANNELS, .layout = 7};
    struct modal_watch w = {0};

    (void)state;
    for (size_t i = 0; i < 4; i++)
        add_piece(&r, i * 3600, 2400); /* 200 s each */
    struct modal_result out = take(&w, &r);
    assert_int_equal(out.outcome, MODAL_EVALUATED);
    assert_near(out.record_s, 800, 1e-9);
    assert_true(out.count >= 3);
    for (size_t j = 0; j < 3; j++)
        assert_near(out.reading[j].f_hz, exact_hz[j], 0.01 * exact_hz[j]);
    r.segments = 2; /* not enough */
    assert_int_equal(take(&w, &r).outcome, MODAL_SHORT);
}

static void what_is_not_evaluated(void **state)
{
    struct modal_watch w = {0}, untouched = {0};
    struct modal_record r = record_of(FS_HZ, 0, ROWS);
    double *x = arena_array(&arena, ROWS, sizeof *x);

    (void)state;
    r.channels = 1;
    assert_int_equal(take(&w, &r).outcome, MODAL_FEW_CHANNELS);
    r = record_of(FS_HZ, 0, 599 * 12);
    assert_int_equal(take(&w, &r).outcome, MODAL_SHORT);
    r = record_of(FS_HZ, 0, 0);
    assert_int_equal(take(&w, &r).outcome, MODAL_SHORT);
    r = record_of(9, 0, ROWS);
    assert_int_equal(take(&w, &r).outcome, MODAL_RATE);
    r = record_of((double)NAN, 0, ROWS);
    assert_int_equal(take(&w, &r).outcome, MODAL_RATE);
    r = record_of(FS_HZ, 0, ROWS);
    r.segment[0].channel[2] = x; /* dead */
    assert_int_equal(take(&w, &r).outcome, MODAL_DEAD);
    x[5] = (double)NAN;
    assert_int_equal(take(&w, &r).outcome, MODAL_DEAD);
    r = (struct modal_record){.fs_hz = FS_HZ, .channels = CHANNELS};
    assert_int_equal(take(&w, &r).outcome, MODAL_SHORT);
    assert_memory_equal(&w, &untouched, sizeof w);
    r.channels = MODAL_CHANNELS + 1;
    struct modal_result out;
    assert_int_equal(modal_watch_record(&w, &r, &arena, &out), ERR_RANGE);
}

static void noise_has_no_modes(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct modal_watch w = {0};
        struct modal_record r = record_of(FS_HZ, 0, ROWS);
        struct chance c = {seed};

        for (size_t k = 0; k < CHANNELS; k++) {
            double *x = arena_array(&arena, ROWS, sizeof *x);

            r.segment[0].channel[k] = x;
            for (size_t i = 0; i < ROWS; i++)
                x[i] = (double)chance_below(&c, 1000) + (double)chance_below(&c, 1000);
        }
        assert_int_equal(take(&w, &r).outcome, MODAL_NOISY);
        assert_int_equal(w.count, 0);
    }
}

/* --- a house --- */

enum { HOUSE_ROWS = 120000, HOUSE_CHANNELS = 6, HOUSE_MODES = 3 };
static const double HOUSE_FS_HZ = 200, HOUSE_HZ[HOUSE_MODES] = {4.6, 6.3, 9.8};

/* Ten minutes at 200 Hz: modes of 2 % damping as exact recursions of the second order, each under
 * its own white noise, seen by six channels with a little noise of their own. Frequencies times
 * scale. */
static struct modal_record house_record(double scale, uint64_t seed)
{
    static const double shape[HOUSE_MODES][HOUSE_CHANNELS] = {
        {1, 0.1, 0.9, -0.1, 0.5, 0.05}, {-0.1, 1, 0.1, 0.9, 0, 0.5}, {1, 0.2, -0.9, 0.3, 0.1, -1}};
    struct modal_record r = {
        .fs_hz = HOUSE_FS_HZ, .channels = HOUSE_CHANNELS, .segments = 1, .layout = 3};
    struct chance c = {seed};
    double y[HOUSE_MODES][2] = {{0}}, *x[HOUSE_CHANNELS];

    r.segment[0].rows = HOUSE_ROWS;
    for (size_t k = 0; k < HOUSE_CHANNELS; k++)
        r.segment[0].channel[k] = x[k] = arena_array(&arena, HOUSE_ROWS, sizeof **x);
    for (size_t i = 0; i < HOUSE_ROWS; i++) {
        for (size_t j = 0; j < HOUSE_MODES; j++) {
            double w = 2 * M_PI * HOUSE_HZ[j] * scale / HOUSE_FS_HZ, e = exp(-0.02 * w);
            double next = 2 * e * cos(w * sqrt(1 - 0.02 * 0.02)) * y[j][0] - e * e * y[j][1] +
                          (double)chance_below(&c, 2001) - 1000;

            y[j][1] = y[j][0];
            y[j][0] = next;
            for (size_t k = 0; k < HOUSE_CHANNELS; k++)
                x[k][i] += 1e-6 * shape[j][k] * next * (double)(j + 1);
        }
        for (size_t k = 0; k < HOUSE_CHANNELS; k++)
            x[k][i] += 2e-6 * ((double)chance_below(&c, 2001) - 1000) + 0.1; /* and an offset */
    }
    return r;
}

static void a_house_is_followed(void **state)
{
    static const double scale[] = {1, 1.02, 0.99, 0.94};
    struct modal_watch w = {0};

    (void)state;
    for (size_t i = 0; i < sizeof scale / sizeof *scale; i++) {
        const struct modal_record r = house_record(scale[i], i + 1);
        struct modal_result out = take(&w, &r);

        assert_int_equal(out.outcome, MODAL_EVALUATED);
        assert_true(out.rate_hz == 40 && out.record_s > 590 && out.record_s < 600);
        assert_true(out.count == HOUSE_MODES && out.missing == 0);
        for (size_t j = 0; j < HOUSE_MODES; j++) {
            const struct modal_reading *m = &out.reading[j];

            print_message("house %.2f mode %u: %.4f Hz (%.4f, se %.4f), zeta %.4f, %.1f dB\n",
                          scale[i], m->mode, m->f_hz, HOUSE_HZ[j] * scale[i], m->se_hz, m->zeta,
                          m->height_db);
            assert_int_equal(m->mode, j + 1);
            assert_true(m->se_hz > 0.0005 * HOUSE_HZ[j] && m->se_hz < 0.005 * HOUSE_HZ[j]);
            assert_near(m->f_hz, HOUSE_HZ[j] * scale[i], 3.5 * m->se_hz);
            assert_near(m->shift, scale[i] - 1, 0.01);
            assert_near(m->zeta, 0.02, 0.008);
        }
    }
}

/* The same ten minutes as twenty bursts of half a minute. */
static void half_minutes_count_together(void **state)
{
    struct modal_record r = house_record(1, 9);
    const struct modal_segment whole = r.segment[0];
    struct modal_watch w = {0};

    (void)state;
    r.segments = 20;
    for (size_t i = 0; i < r.segments; i++) {
        r.segment[i].t_us = T0_US + (int64_t)i * 3600000000;
        r.segment[i].rows = 6000;
        for (size_t c = 0; c < HOUSE_CHANNELS; c++)
            r.segment[i].channel[c] = whole.channel[c] + i * 6000;
    }
    struct modal_result out = take(&w, &r);
    assert_int_equal(out.outcome, MODAL_EVALUATED);
    assert_int_equal(out.count, HOUSE_MODES);
    for (size_t j = 0; j < HOUSE_MODES; j++)
        assert_near(out.reading[j].f_hz, HOUSE_HZ[j], 0.005 * HOUSE_HZ[j]);
}

static void other_channels_start_anew(void **state)
{
    struct modal_record r = record_of(FS_HZ, 0, ROWS);
    struct modal_watch w = {0};
    size_t before = take(&w, &r).count;

    (void)state;
    r.layout = 8;
    struct modal_result out = take(&w, &r);
    assert_true(out.commissioned && out.count == before);
    assert_int_equal(out.reading[0].mode, before + 1); /* numbers are not used again */
    assert_true(w.records == 2);
}

/* A reference nobody ever sees again goes; a mode without one comes in after three records. */
static void references_come_and_go(void **state)
{
    const struct modal_record r = record_of(FS_HZ, 0, ROWS);
    struct modal_watch w = {0};
    size_t all = take(&w, &r).count;

    (void)state;
    w.reference[1].f_hz *= 1.3;
    for (int i = 0; i < 3; i++) {
        struct modal_result out = take(&w, &r);
        assert_int_equal(out.count, all - 1);
        assert_int_equal(out.missing, 1);
    }
    assert_int_equal(w.count, all + 1);
    assert_int_equal(w.reference[all].mode, all + 1);
    for (int i = 0; i < 7; i++)
        assert_int_equal(take(&w, &r).count, all);
    assert_int_equal(w.count, all);
    assert_int_equal(w.reference[1].mode, 3);
}

static void a_restart_changes_nothing(void **state)
{
    struct arena scratch = {0};
    struct modal_watch whole = {0}, again = {0};

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        const struct modal_record r = record_of(FS_HZ, i * 1500, 7500);
        struct modal_watch restored = {0};
        const void *x, *y;
        size_t nx, ny;

        (void)take(&whole, &r);
        (void)take(&again, &r);
        assert_int_equal(modal_watch_pack(&again, &scratch, &x, &nx), ERR_OK);
        assert_int_equal(modal_watch_unpack(&restored, x, nx), ERR_OK);
        again = restored;
        assert_int_equal(modal_watch_pack(&whole, &scratch, &y, &ny), ERR_OK);
        assert_true(nx == ny);
        assert_memory_equal(x, y, nx);
        uint8_t *broken = arena_alloc(&scratch, nx);
        for (size_t k = 0; k < nx; k++) {
            memcpy(broken, x, nx);
            broken[k] ^= 1;
            assert_int_equal(modal_watch_unpack(&restored, broken, nx), ERR_CORRUPT);
            assert_int_equal(modal_watch_unpack(&restored, x, k), ERR_CORRUPT);
        }
    }
    arena_free(&scratch);
}

/* --- gathering --- */

static struct burst_record burst_of(int64_t t_us, double fs_hz, size_t n, unsigned axes, double *x)
{
    struct burst_record b = {.t_us = t_us,
                             .fs_hz = fs_hz,
                             .kind = Q_ACCELERATION,
                             .conv = unit_find(Q_ACCELERATION, "m/s2"),
                             .samples = n};

    for (size_t a = 0; a < 3; a++)
        if (axes >> a & 1)
            b.axis[a] = x + a;
    return b;
}

static void synchronous_bursts_become_channels(void **state)
{
    double x[8] = {0};
    const struct burst_record low = burst_of(T0_US + 400, 100, 900, 7, x),
                              high = burst_of(T0_US, 100, 1000, 3, x + 3),
                              later_low = burst_of(T0_US + 60000000, 100, 500, 7, x),
                              later_high = burst_of(T0_US + 60000900, 100, 500, 3, x + 3),
                              alone = burst_of(T0_US + 90000000, 100, 3000, 1, x),
                              late = burst_of(T0_US + 120000000, 100, 9000, 7, x),
                              off = burst_of(T0_US + 120001500, 100, 9000, 7, x),
                              slow = burst_of(T0_US, 50, 100, 7, x);
    struct burst_record broken = slow;
    const struct modal_burst all[] = {{9, &later_high}, {9, &high},   {9, &slow},     {4, &low},
                                      {9, &alone},      {4, &broken}, {4, &later_low}};
    const struct modal_burst unsynchronised[] = {{4, &late}, {9, &off}};
    struct modal_record r, one;

    (void)state;
    broken.fault = "broken";
    assert_int_equal(modal_gather(all, 7, &arena, &r), ERR_OK);
    assert_true(r.channels == 5 && r.segments == 2 && r.fs_hz == 100);
    assert_true(r.segment[0].rows == 900 && r.segment[0].t_us == T0_US + 400);
    assert_true(r.segment[1].rows == 500 && r.segment[1].t_us == T0_US + 60000000);
    assert_ptr_equal(r.segment[0].channel[0], low.axis[0]); /* by sensor, not by time */
    assert_ptr_equal(r.segment[0].channel[4], high.axis[1]);
    assert_ptr_equal(r.segment[1].channel[3], later_high.axis[0]);
    assert_int_equal(modal_gather(all + 1, 1, &arena, &one), ERR_OK);
    assert_true(one.layout != r.layout && one.channels == 2);
    assert_int_equal(modal_gather(unsynchronised, 2, &arena, &r), ERR_OK);
    assert_true(r.channels == 3 && r.segments == 1 && r.segment[0].t_us == late.t_us);
    assert_int_equal(modal_gather(NULL, 0, &arena, &r), ERR_OK);
    assert_true(r.segments == 0 && r.channels == 0);
    assert_int_equal(modal_gather(all, 5000, &arena, &r), ERR_RANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(modes_of_the_frame),
        cmocka_unit_test(halves_agree),
        cmocka_unit_test(a_drop_is_followed),
        cmocka_unit_test(pieces_count_together),
        cmocka_unit_test(what_is_not_evaluated),
        cmocka_unit_test(noise_has_no_modes),
        cmocka_unit_test(a_house_is_followed),
        cmocka_unit_test(half_minutes_count_together),
        cmocka_unit_test(other_channels_start_anew),
        cmocka_unit_test(references_come_and_go),
        cmocka_unit_test(a_restart_changes_nothing),
        cmocka_unit_test(synchronous_bursts_become_channels),
    };

    return cmocka_run_group_tests(tests, load, release);
}
