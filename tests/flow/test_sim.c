/* What the simulator says is what the daemon's own core understands: registry, packs, topics. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <math.h>
#include <mosquitto.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker.h"
#include "process.h"
#include "shikumen/base/clock.h"
#include "shikumen/base/utc.h"
#include "shikumen/core/burst.h"
#include "shikumen/core/payload.h"
#include "shikumen/core/registry_json.h"
#include "tmpdir.h"

#define SIM      BIN_DIR "/shikumen-sim"
#define LIMITS   SOURCE_DIR "/config/limits"
#define SETS_MAX 64
#define PAYLOAD  "\"payload\":"
#define ENOUGH   2000 /* readings over a broker */

static char *run_sim(const char *folder, const char *name, const char *const extra[])
{
    const char *argv[24] = {SIM, "--quiet"};
    char *path = path_in(folder, name);
    struct process_options o = {.stdout_to = path};
    char *text;
    size_t n = 2;

    for (; extra[n - 2]; n++)
        argv[n] = extra[n - 2];
    assert_int_equal(process_run(argv, &o, 120), 0);
    text = read_text(path, NULL);
    free(path);
    return text;
}

static size_t read_limits(struct source_text sets[SETS_MAX])
{
    DIR *d = opendir(LIMITS);
    size_t n = 0;

    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d)) != NULL && n < SETS_MAX;) {
        char *path;
        if (!strstr(e->d_name, ".json"))
            continue;
        path = path_in(LIMITS, e->d_name);
        sets[n].file = strdup(e->d_name);
        sets[n].text = read_text(path, &sets[n].len);
        free(path);
        n++;
    }
    closedir(d);
    return n;
}

/* The registry of the simulator with these arguments, as the daemon reads it. */
static struct registry *sim_registry(const char *folder, const char *houses, const char *seed)
{
    const char *const extra[] = {"--registry-out", "-", "--houses", houses, "--seed", seed, NULL};
    char *text = run_sim(folder, "registry.json", extra);
    struct source_text source = {"registry.json", text, strlen(text)}, sets[SETS_MAX];
    size_t n = read_limits(sets);
    struct fault_list faults = {0};
    struct registry *r = NULL;
    enum err e = registry_parse(&source, sets, n, &faults, &r);

    if (e != ERR_OK)
        fault_print(&faults, 2);
    assert_int_equal(e, ERR_OK);
    for (size_t i = 0; i < n; i++) {
        free((void *)(uintptr_t)sets[i].file);
        free((void *)(uintptr_t)sets[i].text);
    }
    fault_list_free(&faults);
    free(text);
    return r;
}

static void registry_is_sound(void **state)
{
    struct registry *r = sim_registry(*state, "40", "7");
    size_t with_limits = 0, *of_house = calloc(r->house_count, sizeof *of_house);
    bool seen[Q_COUNT] = {false};

    assert_int_equal(r->house_count, 40);
    for (size_t i = 0; i < r->sensor_count; i++) {
        with_limits += r->sensors[i].limits != NULL;
        of_house[r->sensors[i].house]++;
        seen[r->sensors[i].quantity] = true;
    }
    for (size_t i = 0; i < r->house_count; i++) {
        assert_in_range(of_house[i], 10, 20);
        assert_in_range(r->houses[i].adjoining_count, 1, 2);
    }
    assert_true(with_limits > r->sensor_count / 4);
    for (enum quantity q = 0; q < Q_COUNT; q++)
        assert_int_equal(seen[q], q != Q_DISPLACEMENT && q != Q_DEFLECTION && q != Q_ACCELERATION &&
                                      q != Q_RAIN && q != Q_LEAK && q != Q_DOOR);
    assert_string_equal(registry_sensor(r, "H003/n1/crack-1", 15) == REGISTRY_NONE
                            ? ""
                            : r->sensors[registry_sensor(r, "H003/n1/crack-1", 15)].limits->name,
                        "crack-default");
    free(of_house);
    registry_free(r);
}

static void limits_can_be_left_out(void **state)
{
    const char *const extra[] = {"--registry-out", "-", "--limits", "tilt-change", NULL};
    char *text = run_sim(*state, "few.json", extra);

    assert_non_null(strstr(text, "\"limits\":\"tilt-change\""));
    assert_null(strstr(text, "crack-default"));
    free(text);
}

/* Counts over many messages. */
struct tally {
    const struct registry *registry;
    struct arena arena;
    size_t messages, readings, refused, statuses;
    int64_t latest_us;
    double first_crack, last_crack; /* H003/n1/crack-1 */
};

static void tally_message(struct tally *t, const char *topic, const char *payload, size_t n,
                          int64_t rx_us)
{
    struct message m = {topic, payload, n, rx_us};
    uint32_t crack = registry_sensor(t->registry, "H003/n1/crack-1", 15);
    struct decoded d;

    arena_reset(&t->arena);
    if (payload_decode(&m, t->registry, &t->arena, &d) != ERR_OK)
        abort();
    t->messages++;
    t->readings += d.reading_count;
    t->refused += d.refused_count;
    t->statuses += d.status != NULL && d.status->online;
    if (d.refused_count > 0)
        fprintf(stderr, "refused: %s %.*s\n", d.refused[0].detail, (int)n, payload);
    for (size_t i = 0; i < d.reading_count; i++) {
        t->latest_us = d.readings[i].t_us > t->latest_us ? d.readings[i].t_us : t->latest_us;
        if (d.readings[i].sensor != crack)
            continue;
        t->first_crack = t->first_crack == 0 ? d.readings[i].value : t->first_crack;
        t->last_crack = d.readings[i].value;
    }
}

/* Messages of --out: {"topic":"...","payload":...,"rx":"..."} a line. */
static void tally_recording(struct tally *t, char *text)
{
    char *rest, topic[128];

    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        char *payload = strstr(line, PAYLOAD), *rx = strstr(line, ",\"rx\":\"");
        int64_t rx_us;

        assert_true(payload && rx && rx > payload);
        assert_int_equal(sscanf(line, "{\"topic\":\"%127[^\"]", topic), 1);
        rx[0] = '\0';
        rx += strlen(",\"rx\":\"");
        rx[strcspn(rx, "\"")] = '\0';
        assert_int_equal(utc_parse(rx, &rx_us), ERR_OK);
        payload += strlen(PAYLOAD);
        tally_message(t, topic, payload, strlen(payload), rx_us);
    }
}

static char *record(const char *folder, const char *seed, const char *start, const char *fault_rate)
{
    const char *const extra[] = {"--out",    "-",       "--for",        "20",       "--speed",
                                 "86400",    "--start", start,          "--seed",   seed,
                                 "--houses", "6",       "--fault-rate", fault_rate, NULL};

    return run_sim(folder, "recorded.ndjson", extra);
}

static void recording_decodes_and_the_crack_grows(void **state)
{
    struct tally t = {.registry = sim_registry(*state, "6", "1")};
    char *text = record(*state, "1", "2026-03-01T00:00:00Z", "0");

    tally_recording(&t, text);
    assert_int_equal(t.refused, 0);
    assert_int_equal(t.statuses, t.registry->node_count);
    /* 20 days at a reading per 600 to 21600 s of every sensor, none of which drops out */
    assert_true(t.readings > t.registry->sensor_count * 20 * 4);
    /* 1.25 mm per 40 % of the run, from 20 % on; the weather moves it by less than 0.1 mm */
    assert_true(t.last_crack - t.first_crack > 2.4 && t.last_crack - t.first_crack < 2.6);
    free(text);
    arena_free(&t.arena);
    registry_free((struct registry *)(uintptr_t)t.registry);
}

/* The payload of a line of a recording, cut off behind it; NULL: another leaf. */
static char *payload_of(char *line, const char *leaf)
{
    char *payload = strstr(line, PAYLOAD), *rx = strstr(line, ",\"rx\":\"");

    if (!strstr(line, leaf) || !payload || !rx)
        return NULL;
    *rx = '\0';
    return payload + strlen(PAYLOAD);
}

/* Largest velocity of a record on its first axis. */
static double peak_of(const char *payload, const struct registry *r, struct arena *arena)
{
    struct burst_record b;
    double most = 0;

    assert_int_equal(burst_read(payload, strlen(payload), BURST_SAMPLES, arena, &b), ERR_OK);
    assert_null(b.fault);
    assert_int_equal(b.axes, 3);
    assert_true(b.sensor && registry_sensor(r, b.sensor, strlen(b.sensor)) != REGISTRY_NONE);
    for (size_t i = 0; i < b.samples; i++)
        most = fmax(most, fabs(b.axis[0][i]));
    return most;
}

/* Records come right after their reading, and are as large. */
static void records_are_those_of_their_readings(void **state)
{
    const char *const extra[] = {"--out",    "-",     "--for",    "20",
                                 "--speed",  "86400", "--start",  "2026-03-01T00:00:00Z",
                                 "--houses", "6",     "--bursts", NULL};
    struct registry *r = sim_registry(*state, "6", "1");
    char *text = run_sim(*state, "bursts.ndjson", extra), *rest;
    struct arena arena = {0};
    double reading = 0;
    size_t records = 0;

    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        char *pack = payload_of(line, "/senml\""), *record = payload_of(line, "/burst\"");
        char *ppv = pack ? strstr(pack, "\"n\":\"ppv\"") : NULL;
        if (ppv)
            reading = strtod(strstr(ppv, "\"v\":") + 4, NULL);
        if (!record)
            continue;
        records++;
        assert_true(reading >= 0.35);
        assert_true(fabs(peak_of(record, r, &arena) / reading - 1) < 0.3);
        arena_reset(&arena);
    }
    assert_in_range(records, 5, 200);
    free(text);
    arena_free(&arena);
    registry_free(r);
}

static void same_seed_same_bytes(void **state)
{
    char *a = record(*state, "5", "2025-06-20T00:00:00Z", "0.01");
    char *b = record(*state, "5", "2025-06-20T00:00:00Z", "0.01");
    char *other = record(*state, "6", "2025-06-20T00:00:00Z", "0.01");

    assert_true(strlen(a) > 100000);
    assert_true(strcmp(a, b) == 0);
    assert_true(strcmp(a, other) != 0);
    free(a);
    free(b);
    free(other);
}

/* --- over a real broker --- */

struct listener {
    struct tally tally;
    pthread_mutex_t mutex;
    bool subscribed, will_seen;
};

static void on_subscribe(struct mosquitto *m, void *context, int mid, int count, const int *granted)
{
    struct listener *l = context;

    (void)m;
    (void)mid;
    (void)count;
    (void)granted;
    pthread_mutex_lock(&l->mutex);
    l->subscribed = true;
    pthread_mutex_unlock(&l->mutex);
}

static void on_message(struct mosquitto *m, void *context, const struct mosquitto_message *message)
{
    struct listener *l = context;

    (void)m;
    pthread_mutex_lock(&l->mutex);
    l->will_seen |= strstr(message->payload, "offline") != NULL;
    if (!l->will_seen)
        tally_message(&l->tally, message->topic, message->payload, (size_t)message->payloadlen,
                      clock_utc_us());
    pthread_mutex_unlock(&l->mutex);
}

static bool has_subscribed(void *context)
{
    struct listener *l = context;
    bool yes;

    pthread_mutex_lock(&l->mutex);
    yes = l->subscribed;
    pthread_mutex_unlock(&l->mutex);
    return yes;
}

static bool has_heard_enough(void *context)
{
    struct listener *l = context;
    bool yes;

    pthread_mutex_lock(&l->mutex);
    yes = l->tally.readings >= ENOUGH && l->will_seen;
    pthread_mutex_unlock(&l->mutex);
    return yes;
}

static struct mosquitto *listen_at(int port, struct listener *l)
{
    struct mosquitto *m = mosquitto_new(NULL, true, l);

    assert_non_null(m);
    mosquitto_subscribe_callback_set(m, on_subscribe);
    mosquitto_message_callback_set(m, on_message);
    assert_int_equal(mosquitto_connect(m, "127.0.0.1", port, 60), 0);
    assert_int_equal(mosquitto_loop_start(m), 0);
    assert_int_equal(mosquitto_subscribe(m, NULL, "shikumen/v1/#", 1), 0);
    assert_true(wait_until(has_subscribed, l, 20));
    return m;
}

/* Live: nothing from the future, nothing refused, and the node that falls silent leaves its will.
 */
static void publishes_over_a_broker(void **state)
{
    struct broker b = broker_start(*state, &(struct broker_options){0});
    struct listener l = {.tally.registry = sim_registry(*state, "4", "3"),
                         .mutex = PTHREAD_MUTEX_INITIALIZER};
    char port[16];
    const char *const argv[] = {
        SIM,       "--port", port,    "--houses", "4",       "--seed",         "3",
        "--speed", "43200",  "--for", "4",        "--quiet", "--with-silence", NULL};
    struct mosquitto *m;
    struct process sim;

    snprintf(port, sizeof port, "%d", b.port);
    mosquitto_lib_init();
    m = listen_at(b.port, &l);
    sim = process_start(argv, NULL);
    assert_true(wait_until(has_heard_enough, &l, 60));
    assert_true(process_wait(&sim, 60));
    assert_int_equal(sim.exit_code, 0);
    mosquitto_disconnect(m);
    mosquitto_loop_stop(m, false);
    assert_int_equal(l.tally.refused, 0);
    assert_int_equal(l.tally.statuses, l.tally.registry->node_count);
    assert_true(l.tally.latest_us <= clock_utc_us());
    mosquitto_destroy(m);
    mosquitto_lib_cleanup();
    broker_finish(&b);
    arena_free(&l.tally.arena);
    registry_free((struct registry *)(uintptr_t)l.tally.registry);
}

static void wrong_usage_is_told(void **state)
{
    static const char *const wrong[][4] = {
        {"--speed", "0"}, {"--houses", "x"}, {"--start", "now"}, {"--damage", "H999"},
        {"--bogus"},      {"--out", "-"},    {"surplus"}};

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const char *const argv[] = {SIM, wrong[i][0], wrong[i][1], NULL};
        char *path = path_in(*state, "usage.log");
        struct process_options o = {.output = path};
        assert_int_equal(process_run(argv, &o, 20), 2);
        free(path);
    }
}

static int set_up(void **state)
{
    *state = tmpdir_make("sim");
    return 0;
}

static int tear_down(void **state)
{
    tmpdir_remove(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(registry_is_sound, set_up, tear_down),
        cmocka_unit_test_setup_teardown(limits_can_be_left_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(recording_decodes_and_the_crack_grows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(records_are_those_of_their_readings, set_up, tear_down),
        cmocka_unit_test_setup_teardown(same_seed_same_bytes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(publishes_over_a_broker, set_up, tear_down),
        cmocka_unit_test_setup_teardown(wrong_usage_is_told, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
