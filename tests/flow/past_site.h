/* Sites whose past was simulated and judged by backtest, left with its store as a daemon leaves
 * one; and shikumenctl run on them. */
#ifndef SHIKUMEN_TESTS_PAST_SITE_H
#define SHIKUMEN_TESTS_PAST_SITE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ndjson.h"
#include "sim_alerts.h"
#include "sim_fixture.h"

#define CTL BIN_DIR "/shikumenctl"

/* A crack jumps while its node is cut off for three weeks; all of it comes afterwards. */
#define CUT_OFF                                                                                    \
    "{\"seed\":31,\"start\":\"2021-01-01T00:00:00Z\",\"days\":440,\"houses\":{\"count\":2},"       \
    "\"sensors\":[\"crack-1\",\"t-wall\"],\"damages\":[{\"kind\":\"stepwise\",\"sensor\":"         \
    "\"H001/n1/crack-1\",\"onset\":\"2021-11-03T00:00:00Z\",\"size\":0.6,\"days\":60}],"           \
    "\"ills\":[{\"kind\":\"replay\",\"node\":\"H001/n1\",\"from\":\"2021-11-01T00:00:00Z\","       \
    "\"days\":21}]}"

/* Piles are driven beside a row, some blows over the limit. */
#define WORKS                                                                                      \
    "{\"seed\":31,\"start\":\"2021-01-01T00:00:00Z\",\"days\":150,\"houses\":{\"count\":2},"       \
    "\"sensors\":[\"ppv\",\"ppv-f\"],\"damages\":[{\"kind\":\"pile_driving\",\"row\":\"L01-R1\","  \
    "\"onset\":\"2021-04-05T00:00:00Z\",\"size\":1.1,\"days\":21}]}"

/* Runs a shell command in the folder with $CTL, $SIM, $LIMITS; what it prints goes to "said". */
static inline int shell(const char *folder, const char *command)
{
    const char *const argv[] = {"sh", "-c", command, NULL};
    const char *const env[] = {"CTL=" CTL, "SIM=" SIM, "LIMITS=" SOURCE_DIR "/config/limits",
                               "LC_ALL=C.UTF-8", NULL};
    char *said = path_in(folder, "said"), *log = path_in(folder, "log");
    struct process_options o = {.env = env, .folder = folder, .output = log, .stdout_to = said};
    int code = process_run(argv, &o, 60);

    free(said);
    free(log);
    return code;
}

/* The registry with the epochs of the history in it, as a daemon has it. */
static inline void write_registry(const char *folder)
{
    char *from = path_in(folder, "h/registry.json"), *epochs = path_in(folder, "h/epochs.json");
    char *to = path_in(folder, "registry.json"), *text;
    cJSON *registry = ndjson_document(from), *list = ndjson_document(epochs);

    assert_non_null(registry);
    assert_non_null(list);
    cJSON_DeleteItemFromObject(registry, "epochs");
    cJSON_AddItemToObject(registry, "epochs", cJSON_DetachItemFromObject(list, "epochs"));
    cJSON_Delete(list);
    text = cJSON_PrintUnformatted(registry);
    write_text(to, text);
    cJSON_free(text);
    cJSON_Delete(registry);
    free(from);
    free(epochs);
    free(to);
}

static inline void write_site(const char *folder, const char *language)
{
    char *conf = path_in(folder, "d.conf"), *text;

    assert_true(asprintf(&text,
                         "district: { language = \"%s\"; };\nstore: { path = \"store\"; };\n"
                         "registry: { file = \"registry.json\"; limits = \"limits\"; };\n",
                         language) > 0);
    write_text(conf, text);
    free(text);
    free(conf);
}

#define BACKTEST                                                                                   \
    "\"$CTL\" backtest --registry registry.json --readings h/readings.ndjson --limits limits "     \
    "--out out --keep-store"

/* Simulates the scenario file, judges it, and leaves its store as a daemon's. */
static inline void make_site(const char *folder, const char *scenario)
{
    char *command;

    assert_true(asprintf(&command,
                         "rm -rf h out store limits && \"$SIM\" --quiet --scenario '%s' --history h"
                         " && cp -r \"$LIMITS\" limits",
                         scenario) > 0);
    assert_int_equal(shell(folder, command), 0);
    free(command);
    write_registry(folder);
    write_site(folder, "en");
    assert_int_equal(shell(folder, BACKTEST " && mv out/store store"), 0);
}

static inline void make_site_of(const char *folder, const char *scenario)
{
    char *file = path_in(folder, "scenario.json");

    write_text(file, scenario);
    make_site(folder, file);
    free(file);
}

static inline cJSON *said_json(const char *folder)
{
    char *path = path_in(folder, "said");
    cJSON *said = ndjson_document(path);

    assert_non_null(said);
    free(path);
    return said;
}

static inline void expect_in(const char *folder, const char *name, const char *words)
{
    char *text = sim_file(folder, name);

    if (!strstr(text, words))
        fail_msg("\"%s\" is not in %s: %s", words, name, text);
    free(text);
}

static inline struct sim_alerts alerts_of(const char *folder)
{
    char *path = path_in(folder, "out/alerts.ndjson");
    struct sim_alerts alerts;

    assert_true(sim_alerts_read(path, &alerts));
    free(path);
    return alerts;
}

static inline const struct sim_step *first_of(const struct sim_alerts *a, const char *kind)
{
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->steps[i].kind, kind) == 0)
            return &a->steps[i];
    fail_msg("no step of kind %s", kind);
    return NULL;
}

/* The store of the same history with one reading changed, under the old conclusions. */
static inline void change_readings(const char *folder, const char *sed)
{
    char *command;

    assert_true(asprintf(&command,
                         "cp h/readings.ndjson before && sed -i '%s' h/readings.ndjson && "
                         "! cmp -s before h/readings.ndjson && rm -rf out2 && "
                         "\"$CTL\" backtest --registry registry.json --readings h/readings.ndjson "
                         "--limits limits --out out2 --keep-store && "
                         "cp out2/store/readings.db* store/",
                         sed) > 0);
    assert_int_equal(shell(folder, command), 0);
    free(command);
}

#endif
