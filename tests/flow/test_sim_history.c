/* A scenario's history: the same bytes for the same seed, in order of arrival, with a truth that
 * its readings bear out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <math.h>

#include "shikumen/base/clock.h"
#include "shikumen/core/registry_json.h"
#include "sim_fixture.h"
#include "tmpdir.h"

#define SOUND                                                                                      \
    "{\"seed\":7,\"start\":\"2021-03-01T00:00:00Z\",\"days\":60,"                                  \
    "\"houses\":{\"count\":4,\"per_row\":2},"                                                      \
    "\"sensors\":[\"crack-1\",\"tilt-x\",\"settle-1\",\"t-wall\",\"rh-in\",\"bat\",\"water-1\"]"
#define DRAWN(seed)                                                                                \
    "{\"seed\":" seed ",\"start\":\"2021-03-01T00:00:00Z\",\"period_s\":14400,\"district\":"       \
    "{\"houses\":6,\"years\":2,\"damaged_share\":0.3,\"ills_per_sensor_year\":0.5}}"
#define LIMITS   SOURCE_DIR "/config/limits"
#define SETS_MAX 64
#define START_US sim_time("2021-03-01T00:00:00Z")

static void same_seed_same_bytes(void **state)
{
    static const char *const files[] = {"registry.json", "readings.ndjson", "epochs.json",
                                        "truth.json"};
    struct sim_history a, b, c;

    a = sim_run(*state, "a", DRAWN("5"));
    b = sim_run(*state, "b", DRAWN("5"));
    c = sim_run(*state, "c", DRAWN("6"));
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char *one = sim_file(a.folder, files[i]), *two = sim_file(b.folder, files[i]);
        char *three = sim_file(c.folder, files[i]);
        assert_true(strlen(one) > 10);
        assert_string_equal(one, two);
        assert_string_not_equal(one, three);
        free(one);
        free(two);
        free(three);
    }
    sim_free(&a);
    sim_free(&b);
    sim_free(&c);
}

static size_t read_limits(struct source_text sets[SETS_MAX])
{
    DIR *d = opendir(LIMITS);
    size_t n = 0;

    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d)) != NULL && n < SETS_MAX;)
        if (strstr(e->d_name, ".json")) {
            sets[n].file = strdup(e->d_name);
            sets[n].text = sim_file(LIMITS, e->d_name);
            sets[n].len = strlen(sets[n].text);
            n++;
        }
    closedir(d);
    return n;
}

/* The registry beside the history, with its epochs put in, as the daemon reads it. */
static struct registry *registry_of(const struct sim_history *h)
{
    struct source_text sets[SETS_MAX], source = {.file = "registry.json"};
    size_t n = read_limits(sets);
    char *text = sim_file(h->folder, "registry.json"), *epochs = sim_file(h->folder, "epochs.json");
    cJSON *document = cJSON_Parse(text), *list = cJSON_Parse(epochs);
    struct fault_list faults = {0};
    struct registry *r = NULL;
    char *whole;

    cJSON_ReplaceItemInObject(document, "epochs", cJSON_DetachItemFromObject(list, "epochs"));
    whole = cJSON_PrintUnformatted(document);
    source.text = whole;
    source.len = strlen(whole);
    if (registry_parse(&source, sets, n, &faults, &r) != ERR_OK)
        fault_print(&faults, 2);
    assert_non_null(r);
    for (size_t i = 0; i < n; i++) {
        free((void *)(uintptr_t)sets[i].file);
        free((void *)(uintptr_t)sets[i].text);
    }
    fault_list_free(&faults);
    cJSON_Delete(document);
    cJSON_Delete(list);
    free(whole);
    free(text);
    free(epochs);
    return r;
}

static void arrives_in_order_and_whole(void **state)
{
    struct sim_history h = sim_run(*state, "sound", SOUND "}");
    struct registry *r = registry_of(&h);
    size_t expected = 4 * (5 * 60 * 24 + 3 * 60 * 4) + 2 * 60 * 24; /* bat: 6 h; a well per row */

    assert_int_equal(r->sensor_count, 4 * 8 + 2);
    for (size_t i = 0; i < h.count; i++) {
        const struct sim_line *l = &h.lines[i];
        uint32_t sensor = registry_sensor(r, l->sensor, strlen(l->sensor));
        assert_true(sensor != REGISTRY_NONE);
        assert_string_equal(l->unit, r->sensors[sensor].unit_text);
        assert_true(l->rx_us > l->t_us && l->rx_us <= l->t_us + 10 * US_PER_S);
        assert_true(i == 0 || l->rx_us >= h.lines[i - 1].rx_us);
        assert_true(l->t_us >= START_US && l->t_us < START_US + 60 * US_PER_DAY);
    }
    /* the radio loses two reports in a thousand */
    assert_in_range(h.count, expected * 99 / 100, expected);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(h.truth, "damages")), 0);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(h.truth, "healthy_houses")), 4);
    registry_free(r);
    sim_free(&h);
}

static const struct limit *limit_of(const struct registry *r, const cJSON *crossing)
{
    const char *id = cJSON_GetObjectItem(crossing, "sensor")->valuestring;
    const struct sensor *s = &r->sensors[registry_sensor(r, id, strlen(id))];
    const char *of = cJSON_GetObjectItem(crossing, "of")->valuestring;

    for (size_t i = 0; s->limits && i < s->limits->count; i++)
        if (s->limits->limits[i].level == cJSON_GetObjectItem(crossing, "level")->valueint &&
            strcmp(limit_of_name(s->limits->limits[i].of), of) == 0 &&
            s->limits->limits[i].shown_value == cJSON_GetObjectItem(crossing, "limit")->valuedouble)
            return &s->limits->limits[i];
    return NULL;
}

/* Every limit that the truth speaks of is one that the sensor is judged by, and none is left out.
 */
static void truth_knows_the_limits(void **state)
{
    struct sim_history h = sim_run(
        *state, "all",
        "{\"seed\":3,\"start\":\"2021-03-01T00:00:00Z\",\"days\":40,\"houses\":{\"count\":1},"
        "\"sensors\":[\"crack-1\",\"tilt-x\",\"settle-1\",\"strain-1\",\"moist-2\",\"leak-1\","
        "\"freq-1\",\"ppv\"],\"damages\":["
        "{\"kind\":\"house_settlement\",\"house\":\"H001\",\"onset\":\"2021-03-10T00:00:00Z\","
        "\"size\":40,\"days\":9},"
        "{\"kind\":\"linear\",\"sensor\":\"H001/n2/strain-1\",\"onset\":\"2021-03-05T00:00:00Z\","
        "\"size\":900,\"days\":9},"
        "{\"kind\":\"roof_leak\",\"house\":\"H001\",\"onset\":\"2021-03-02T00:00:00Z\",\"size\":20,"
        "\"days\":5},"
        "{\"kind\":\"frequency_drop\",\"house\":\"H001\",\"onset\":\"2021-03-10T00:00:00Z\","
        "\"size\":9,\"days\":3},"
        "{\"kind\":\"pile_driving\",\"row\":\"L01-R1\",\"onset\":\"2021-03-10T00:00:00Z\","
        "\"size\":3,\"days\":9}]}");
    struct registry *r = registry_of(&h);
    size_t named = 0, wanted = 0;

    for (size_t i = 0; i < r->sensor_count; i++)
        wanted += r->sensors[i].limits ? r->sensors[i].limits->count : 0;
    for (cJSON *d = cJSON_GetObjectItem(h.truth, "damages")->child; d; d = d->next)
        for (cJSON *x = cJSON_GetObjectItem(d, "crossings")->child; x; x = x->next) {
            const struct limit *limit = limit_of(r, x);
            const cJSON *window = cJSON_GetObjectItem(x, "window_s");
            assert_non_null(limit);
            assert_true(limit->of != LIMIT_RATE ||
                        (window && limit->window_us == (int64_t)window->valuedouble * US_PER_S));
            named++;
        }
    assert_int_equal(named, wanted);
    registry_free(r);
    sim_free(&h);
}

static int64_t crossing_us(const struct sim_history *h, const char *sensor, int level,
                           const char *which)
{
    for (cJSON *d = cJSON_GetObjectItem(h->truth, "damages")->child; d; d = d->next)
        for (cJSON *x = cJSON_GetObjectItem(d, "crossings")->child; x; x = x->next)
            if (cJSON_GetObjectItem(x, "level")->valueint == level &&
                strcmp(cJSON_GetObjectItem(x, "sensor")->valuestring, sensor) == 0)
                return sim_time(cJSON_GetObjectItem(x, which)->valuestring);
    fail_msg("no crossing of level %d at %s", level, sensor);
    return 0;
}

/* When the same sensor with and without the damage differ by limit for the first time. */
static int64_t differs_us(const struct sim_history *with, const struct sim_history *without,
                          const char *sensor, double limit)
{
    size_t i = 0, k = 0;

    for (const struct sim_line *a, *b; (a = sim_next(with, &i, sensor)) != NULL;) {
        b = sim_next(without, &k, sensor);
        assert_true(b && a->t_us == b->t_us);
        if (fabs(a->value - b->value) >= limit)
            return a->t_us;
    }
    fail_msg("%s never differs by %g", sensor, limit);
    return 0;
}

/* The damaged house and its healthy twin differ by the damage and by nothing else: fast damages, so
 * that the resolution is less than what an hour brings. */
static void truth_is_what_the_twin_shows(void **state)
{
    struct sim_history sound = sim_run(*state, "twin", SOUND "}"), hurt;
    const char *const damages[] = {
        ",\"damages\":[{\"kind\":\"linear\",\"sensor\":\"H003/n1/tilt-x\",\"onset\":"
        "\"2021-04-01T00:00:00Z\",\"size\":3,\"days\":3}]}",
        ",\"damages\":[{\"kind\":\"accelerating\",\"sensor\":\"H003/n1/tilt-x\",\"onset\":"
        "\"2021-04-01T00:00:00Z\",\"size\":4,\"days\":5}]}",
        ",\"damages\":[{\"kind\":\"stepwise\",\"sensor\":\"H003/n1/tilt-x\",\"onset\":"
        "\"2021-04-01T00:00:00Z\",\"size\":0.9,\"days\":3}]}",
        ",\"damages\":[{\"kind\":\"row_excavation\",\"row\":\"L01-R2\",\"onset\":"
        "\"2021-04-01T00:00:00Z\",\"size\":4,\"days\":4}]}",
    };
    const double limits[] = {0.5, 1, 2};

    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        char scenario[1000];
        snprintf(scenario, sizeof scenario, "%s%s", SOUND, damages[i]);
        hurt = sim_run(*state, "hurt", scenario);
        for (int level = 2; level <= 4; level++) {
            int64_t seen_us = differs_us(&hurt, &sound, "H003/n1/tilt-x", limits[level - 2]);
            int64_t truth_us = crossing_us(&hurt, "H003/n1/tilt-x", level, "t");
            assert_true(llabs(seen_us - truth_us) <= US_PER_HOUR);
            assert_true(llabs(crossing_us(&hurt, "H003/n1/tilt-x", level, "compensated_t") -
                              truth_us) <= 2 * US_PER_HOUR);
        }
        assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(hurt.truth, "healthy_houses")),
                         i < 3 ? 3 : 2);
        sim_free(&hurt);
    }
    sim_free(&sound);
}

/* 4 mm in 30 days, from the twins' difference now and 30 days before. */
static void truth_of_a_rate(void **state)
{
    struct sim_history sound = sim_run(*state, "twin", SOUND "}");
    struct sim_history hurt =
        sim_run(*state, "row",
                SOUND ",\"damages\":[{\"kind\":\"row_dewatering\",\"row\":\"L01-R1\",\"onset\":"
                      "\"2021-03-10T00:00:00Z\",\"size\":40,\"days\":20}]}");
    const char *id = "H001/n1/settle-1";
    int64_t truth_us = crossing_us(&hurt, id, 4, "t");

    /* before the onset there is no damage, so within the first 30 days the rate is the damage */
    assert_true(truth_us < sim_time("2021-04-09T00:00:00Z"));
    assert_true(llabs(differs_us(&hurt, &sound, id, 4) - truth_us) <= US_PER_HOUR);
    /* and the water of that row falls, by 30 cm within a month and a half */
    assert_true(differs_us(&hurt, &sound, "H001/n3/water-1", 0.3) <
                sim_time("2021-04-25T00:00:00Z"));
    sim_free(&hurt);
    sim_free(&sound);
}

int main(void)
{
    char *folder = tmpdir_make("sim-history");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(same_seed_same_bytes, folder),
        cmocka_unit_test_prestate(arrives_in_order_and_whole, folder),
        cmocka_unit_test_prestate(truth_knows_the_limits, folder),
        cmocka_unit_test_prestate(truth_is_what_the_twin_shows, folder),
        cmocka_unit_test_prestate(truth_of_a_rate, folder),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    tmpdir_remove(folder);
    return failed;
}
