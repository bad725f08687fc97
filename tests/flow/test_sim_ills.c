/* What ails the instruments of a scenario, seen beside the same history without it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "shikumen/base/clock.h"
#include "sim_fixture.h"
#include "tmpdir.h"

#define SOUND                                                                                      \
    "{\"seed\":11,\"start\":\"2021-03-01T00:00:00Z\",\"days\":60,\"houses\":{\"count\":2},"        \
    "\"sensors\":[\"crack-1\",\"tilt-x\",\"t-wall\",\"t-in\",\"rh-in\",\"bat\"]"
#define ILL(kind, place, from, rest)                                                               \
    SOUND ",\"ills\":[{\"kind\":\"" kind "\"," place ",\"from\":\"" from "\"" rest "}]}"
#define CRACK    "\"sensor\":\"H001/n1/crack-1\""
#define NODE     "\"node\":\"H001/n1\""
#define FROM     "2021-03-20T00:00:00Z"
#define UNTIL    "2021-03-30T00:00:00Z"
#define FROM_US  sim_time(FROM)
#define UNTIL_US sim_time(UNTIL)

struct pair {
    struct sim_history ill, sound;
};

static struct pair run(void **state, const char *scenario)
{
    return (struct pair){sim_run(*state, "ill", scenario), sim_run(*state, "sound", SOUND "}")};
}

static void done(struct pair *p)
{
    sim_free(&p->ill);
    sim_free(&p->sound);
}

static bool inside(int64_t t_us)
{
    return t_us >= FROM_US && t_us < UNTIL_US;
}

static size_t count_inside(const struct sim_history *h, const char *sensor)
{
    size_t n = 0, i = 0;

    for (const struct sim_line *l; (l = sim_next(h, &i, sensor)) != NULL;)
        n += inside(l->t_us);
    return n;
}

/* Sensors that do not have the ill send what they would have sent. */
static void others_are_unmoved(const struct pair *p, const char *sensor)
{
    size_t i = 0, k = 0;

    for (const struct sim_line *a; (a = sim_next(&p->ill, &i, sensor)) != NULL;) {
        const struct sim_line *b = sim_next(&p->sound, &k, sensor);
        assert_true(b && a->t_us == b->t_us && a->value == b->value && a->rx_us == b->rx_us);
    }
    assert_null(sim_next(&p->sound, &k, sensor));
}

/* Calls check for every pair of readings of the same moment. */
static void compare(const struct pair *p, const char *sensor,
                    void (*check)(const struct sim_line *ill, const struct sim_line *sound))
{
    size_t i = 0, k = 0, n = 0;
    const struct sim_line *b = NULL;

    for (const struct sim_line *a; (a = sim_next(&p->ill, &i, sensor)) != NULL; n++) {
        do
            b = sim_next(&p->sound, &k, sensor);
        while (b && b->t_us < a->t_us);
        assert_true(b && b->t_us == a->t_us);
        check(a, b);
    }
    assert_true(n > 1000);
}

static void gap(void **state)
{
    struct pair p = run(state, ILL("gap", CRACK, FROM, ",\"days\":10"));

    assert_int_equal(count_inside(&p.ill, "H001/n1/crack-1"), 0);
    assert_in_range(count_inside(&p.sound, "H001/n1/crack-1"), 235, 240);
    others_are_unmoved(&p, "H001/n1/tilt-x");
    others_are_unmoved(&p, "H002/n1/crack-1");
    done(&p);
}

static void replay(void **state)
{
    struct pair p = run(state, ILL("replay", NODE, FROM, ",\"days\":10"));
    size_t i = 0, late = 0;

    for (const struct sim_line *l; (l = sim_next(&p.ill, &i, "H001/n1/tilt-x")) != NULL;) {
        assert_true(!inside(l->rx_us));
        late += inside(l->t_us) && l->rx_us >= UNTIL_US && l->rx_us < UNTIL_US + US_PER_HOUR;
    }
    assert_int_equal(late, count_inside(&p.sound, "H001/n1/tilt-x"));
    assert_int_equal(p.ill.count, p.sound.count);
    for (i = 1; i < p.ill.count; i++)
        assert_true(p.ill.lines[i].rx_us >= p.ill.lines[i - 1].rx_us);
    others_are_unmoved(&p, "H001/n2/t-in");
    done(&p);
}

static void clock_error(void **state)
{
    struct pair p = run(state, ILL("clock", NODE, FROM, ",\"days\":10,\"size\":8"));
    size_t i = 0, ahead = 0;

    for (const struct sim_line *l; (l = sim_next(&p.ill, &i, "H001/n1/tilt-x")) != NULL;)
        ahead += l->t_us > l->rx_us + 7 * US_PER_HOUR;
    assert_int_equal(ahead, count_inside(&p.sound, "H001/n1/tilt-x"));
    assert_int_equal(p.ill.count, p.sound.count);
    done(&p);
}

static void check_unit(const struct sim_line *ill, const struct sim_line *sound)
{
    double factor = inside(ill->t_us) ? 1000 : 1;

    assert_true(fabs(ill->value - factor * sound->value) <= 0.0006 * factor);
}

static void unit_mistake(void **state)
{
    struct pair p = run(state, ILL("unit", CRACK, FROM, ",\"days\":10,\"size\":1000"));

    compare(&p, "H001/n1/crack-1", check_unit);
    done(&p);
}

static void check_swap(const struct sim_line *ill, const struct sim_line *sound)
{
    double step = ill->t_us >= FROM_US ? 0.3 : 0;

    assert_true(fabs(ill->value - sound->value - step) < 0.0011);
}

/* An exchanged sensor stays as it is; noted, it is an epoch. */
static void swap(void **state)
{
    struct pair p = run(state, ILL("swap", CRACK, FROM, ",\"size\":0.3,\"epoch\":true"));
    char *epochs = sim_file(p.ill.folder, "epochs.json");
    char *none = sim_file(p.sound.folder, "epochs.json");

    compare(&p, "H001/n1/crack-1", check_swap);
    assert_non_null(strstr(epochs, "\"t\":\"" FROM "\",\"scope\":\"H001/n1/crack-1\",\"kind\":"
                                   "\"sensor_swap\",\"until\":null"));
    assert_string_equal(none, "{\"epochs\":[]}\n");
    free(epochs);
    free(none);
    done(&p);
}

static void check_drift(const struct sim_line *ill, const struct sim_line *sound)
{
    double years = (double)(ill->t_us - FROM_US) / (365.2425 * (double)US_PER_DAY);
    double drift = inside(ill->t_us) ? 7 * years : 0;

    assert_true(fabs(ill->value - sound->value - drift) < 0.0011);
}

static void drift(void **state)
{
    struct pair p = run(state, ILL("drift", CRACK, FROM, ",\"days\":10,\"size\":7"));

    compare(&p, "H001/n1/crack-1", check_drift);
    done(&p);
}

static void stuck(void **state)
{
    struct pair p = run(state, ILL("stuck", CRACK, FROM, ",\"days\":10"));
    double held = NAN;
    size_t i = 0;

    for (const struct sim_line *l; (l = sim_next(&p.ill, &i, "H001/n1/crack-1")) != NULL;)
        if (inside(l->t_us)) {
            assert_true(isnan(held) || l->value == held);
            held = l->value;
        }
    assert_true(held == held);
    done(&p);
}

static void rezero(void **state)
{
    struct pair p = run(state, ILL("rezero", "\"sensor\":\"H001/n1/tilt-x\"", FROM, ""));
    size_t i = 0;

    for (const struct sim_line *l; (l = sim_next(&p.ill, &i, "H001/n1/tilt-x")) != NULL;)
        if (l->t_us >= FROM_US) {
            assert_true(l->value == 0);
            break;
        }
    assert_true(i < p.ill.count);
    done(&p);
}

static void spikes(void **state)
{
    struct pair p = run(state, ILL("spikes", CRACK, FROM, ",\"days\":10,\"size\":2"));
    size_t i = 0, k = 0, n = 0;

    for (const struct sim_line *a; (a = sim_next(&p.ill, &i, "H001/n1/crack-1")) != NULL;) {
        double off = fabs(a->value - sim_next(&p.sound, &k, "H001/n1/crack-1")->value);
        assert_true(off == 0 || (inside(a->t_us) && fabs(off - 2) < 0.0011));
        n += off > 0;
    }
    assert_in_range(n, 1, 15); /* 240 readings, one in fifty */
    done(&p);
}

static void duplicates_and_disorder(void **state)
{
    struct pair p = run(state, ILL("duplicates", CRACK, FROM, ",\"days\":10"));
    size_t twice = p.ill.count - p.sound.count, i = 0;

    assert_in_range(twice, 20, 80); /* of 240, one in five */
    done(&p);
    p = run(state, ILL("disorder", CRACK, FROM, ",\"days\":10,\"size\":10"));
    assert_int_equal(p.ill.count, p.sound.count);
    twice = 0;
    for (const struct sim_line *l, *before = NULL;
         (l = sim_next(&p.ill, &i, "H001/n1/crack-1")) != NULL; before = l)
        twice += before && l->t_us < before->t_us;
    assert_true(twice > 20);
    done(&p);
}

/* The voltage falls past what raises an alert, then nothing comes until the cell is replaced. */
static void battery(void **state)
{
    struct pair p = run(state, ILL("battery", NODE, FROM, ",\"days\":20"));
    int64_t last_us = FROM_US + 15 * US_PER_DAY, until_us = FROM_US + 20 * US_PER_DAY;
    double least = 9;
    size_t i = 0;

    for (const struct sim_line *l; (l = sim_next(&p.ill, &i, "H001/n1/bat")) != NULL;)
        least = l->value < least ? l->value : least;
    assert_true(least > 2.4 && least < 2.8);
    for (i = 0; i < p.ill.count; i++)
        assert_true(strncmp(p.ill.lines[i].sensor, "H001/n1/", 8) != 0 ||
                    p.ill.lines[i].t_us < last_us || p.ill.lines[i].t_us >= until_us);
    others_are_unmoved(&p, "H001/n2/t-in");
    done(&p);
}

/* Of a whole house: works shake its gauges and leave a step, an empty house is colder. */
static void renovation_and_vacancy(void **state)
{
    struct pair p =
        run(state, ILL("renovation", "\"house\":\"H001\"", FROM, ",\"days\":10,\"size\":50"));
    char *epochs = sim_file(p.ill.folder, "epochs.json");
    size_t i = 0, k = 0;
    double last = 0;

    for (const struct sim_line *l; (l = sim_next(&p.ill, &i, "H001/n1/crack-1")) != NULL;)
        last = l->value - sim_next(&p.sound, &k, "H001/n1/crack-1")->value;
    assert_true(fabs(fabs(last) - 50 * 0.004) < 0.0011);
    assert_non_null(
        strstr(epochs, "\"scope\":\"H001\",\"kind\":\"renovation\",\"until\":\"" UNTIL));
    free(epochs);
    others_are_unmoved(&p, "H001/n2/t-in");
    others_are_unmoved(&p, "H002/n1/crack-1");
    done(&p);
    p = run(state, ILL("vacancy", "\"house\":\"H001\"", FROM, ",\"days\":10"));
    others_are_unmoved(&p, "H001/n1/crack-1");
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(p.ill.truth, "ills")), 2);
    done(&p);
}

int main(void)
{
    char *folder = tmpdir_make("sim-ills");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(gap, folder),
        cmocka_unit_test_prestate(replay, folder),
        cmocka_unit_test_prestate(clock_error, folder),
        cmocka_unit_test_prestate(unit_mistake, folder),
        cmocka_unit_test_prestate(swap, folder),
        cmocka_unit_test_prestate(drift, folder),
        cmocka_unit_test_prestate(stuck, folder),
        cmocka_unit_test_prestate(rezero, folder),
        cmocka_unit_test_prestate(spikes, folder),
        cmocka_unit_test_prestate(duplicates_and_disorder, folder),
        cmocka_unit_test_prestate(battery, folder),
        cmocka_unit_test_prestate(renovation_and_vacancy, folder),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    tmpdir_remove(folder);
    return failed;
}
