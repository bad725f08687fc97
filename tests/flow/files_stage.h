/* A daemon with a directory of files, and descriptions of a few kinds of them. */
#ifndef SHIKUMEN_TESTS_FILES_STAGE_H
#define SHIKUMEN_TESTS_FILES_STAGE_H

#include "alerts_stage.h"

#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#define ZION_ROWS 268 /* of tests/data/usgs_crackmeter/zion.dat */

struct kit {
    struct stage g;
    char *drop, *profiles;
};

static inline void sensor(struct site *s, const char *id, const char *quantity, const char *unit,
                          const char *more)
{
    site_sensor(s, &(struct site_sensor){.id = id,
                                         .node = "H1/n1",
                                         .house = "H1",
                                         .quantity = quantity,
                                         .unit = unit,
                                         .more = more});
}

static inline void describe(struct kit *k, const char *name, const char *json)
{
    char *path = path_in(k->profiles, name);

    write_text(path, json);
    free(path);
}

static inline void write_profiles(struct kit *k)
{
    describe(k, "zion.json",
             "{\"name\":\"zion\",\"match\":\"*.dat\",\"format\":\"toa5\",\"station\":\"Zion Pine "
             "Creek\",\"time\":{\"zone\":\"-07:00\"},\"columns\":[{\"column\":\"Digits_Lower\","
             "\"sensor\":\"H1/n1/w\",\"unit\":\"digits\"},{\"column\":\"TT_Lower\",\"sensor\":"
             "\"H1/n1/t\"}]}");
    describe(k, "vendor.json",
             "{\"name\":\"vendor\",\"match\":[\"vendor*.csv\"],\"format\":\"csv\",\"encoding\":"
             "\"GB18030\",\"separator\":\";\",\"decimal\":\",\",\"time\":{\"column\":\"时间\","
             "\"order\":\"dmy\",\"zone\":\"+08:00\"},\"columns\":[{\"column\":\"温度\",\"sensor\":"
             "\"H1/n1/t\"}]}");
    describe(k, "summer.json",
             "{\"name\":\"summer\",\"match\":\"summer*.csv\",\"format\":\"csv\",\"time\":{"
             "\"column\":\"t\",\"zone\":\"Europe/Madrid\"},\"columns\":[{\"column\":\"T\","
             "\"sensor\":\"H1/n1/t\"}]}");
    describe(k, "seismic.json",
             "{\"name\":\"seismic\",\"match\":\"*\",\"format\":\"mseed\",\"record_s\":20,"
             "\"channels\":[{\"source\":\"XX.LANE.*.HNX\",\"sensor\":\"H1/n1/burst\",\"axis\":"
             "\"x\",\"scale\":0.001},{\"source\":\"XX.LANE.*.HNZ\",\"sensor\":\"H1/n1/burst\","
             "\"axis\":\"z\",\"scale\":0.001},{\"source\":\"XX.LANE.*.LKO\",\"sensor\":"
             "\"H1/n1/t\",\"scale\":0.01}]}");
}

static inline void write_registry(struct kit *k)
{
    struct site *s = &k->g.site;

    sensor(s, "H1/n1/w", "displacement", "mm",
           "\"calibration\":{\"kind\":\"vibrating_wire\",\"polynomial\":[7.74e-8,0.02746],"
           "\"zero_reading\":2631,\"gauge_factor\":0.02828,\"thermal\":{\"multiplier\":0.000384,"
           "\"constant\":-0.3482},\"zero_temperature\":22.8,\"temperature\":\"H1/n1/t\"}");
    sensor(s, "H1/n1/t", "temperature", "Cel", NULL);
    sensor(s, "H1/n1/burst", "velocity", "mm/s", NULL);
    add_probe(&k->g);
    site_registry(s, HOUSES);
}

static inline int begin_kit(void **state)
{
    struct kit *k = calloc(1, sizeof *k);
    char *files;

    assert_non_null(k);
    site_make(&k->g.site, "files", &(struct broker_options){0});
    k->drop = path_in(k->g.site.folder, "drop");
    k->profiles = path_in(k->g.site.folder, "descriptions");
    assert_int_equal(mkdir(k->drop, 0700), 0);
    assert_int_equal(mkdir(k->profiles, 0700), 0);
    assert_true(asprintf(&files, "files: { drop = \"%s\"; profiles = \"%s\"; settle_s = 1; };",
                         k->drop, k->profiles) > 0);
    site_config(&k->g.site, NULL, NULL, files);
    free(files);
    write_profiles(k);
    write_registry(k);
    *state = k;
    return 0;
}

static inline int end_kit(void **state)
{
    struct kit *k = *state;

    if (k->g.site.daemon.pid) {
        site_stop(&k->g.site);
        site_reconcile(&k->g.site);
    }
    site_free(&k->g.site);
    free(k->drop);
    free(k->profiles);
    free(k);
    return 0;
}

/* n bytes under that name, complete at once: written under another name, and some time ago. */
static inline void drop_bytes(struct kit *k, const char *name, const char *bytes, size_t n)
{
    char *making = path_in(k->drop, ".making"), *path = path_in(k->drop, name);
    const struct timespec at = {.tv_sec = wall_us() / S - 3600};
    FILE *f = fopen(making, "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(utimensat(AT_FDCWD, making, (const struct timespec[]){at, at}, 0), 0);
    assert_int_equal(rename(making, path), 0);
    free(making);
    free(path);
}

static inline void drop_text(struct kit *k, const char *name, const char *text)
{
    drop_bytes(k, name, text, strlen(text));
}

/* What came of a file, once it is aside in that folder. */
static inline cJSON *result_of(struct kit *k, const char *folder, const char *name)
{
    double end = now_s() + PATIENCE_S;
    cJSON *result = NULL;
    char *path;

    assert_true(asprintf(&path, "%s/%s/%s.result.json", k->drop, folder, name) > 0);
    while (!result) {
        char *text = read_text(path, NULL);
        result = cJSON_Parse(text);
        free(text);
        site_check_alive(&k->g.site);
        if (now_s() > end)
            site_fail(&k->g.site, path);
        sleep_ms(5);
    }
    free(path);
    return result;
}

static inline double figure(const cJSON *result, const char *name)
{
    const cJSON *item = cJSON_GetObjectItem(result, name);

    assert_true(cJSON_IsNumber(item));
    return cJSON_GetNumberValue(item);
}

static inline void expect_result(struct kit *k, const char *folder, const char *name, int received,
                                 int stored, int duplicate)
{
    cJSON *result = result_of(k, folder, name);
    bool same = figure(result, "received") == received && figure(result, "stored") == stored &&
                figure(result, "duplicate") == duplicate;
    char *text = cJSON_Print(result);

    if (!same)
        fail_msg("%s", text);
    free(text);
    cJSON_Delete(result);
}

static inline char *zion(size_t *n)
{
    return read_text(TEST_DATA "/usgs_crackmeter/zion.dat", n);
}

/* The fault that a refused file has, with its place. */
static inline void expect_fault(struct kit *k, const char *name, int line, int column,
                                const char *words)
{
    cJSON *result = result_of(k, "refused", name);
    const cJSON *fault = cJSON_GetArrayItem(cJSON_GetObjectItem(result, "faults"), 0);
    const cJSON *at = cJSON_GetObjectItem(fault, "line"),
                *col = cJSON_GetObjectItem(fault, "column");
    const char *en = fault ? text(fault, "en") : "no fault";

    if (!strstr(en, words) || (at ? at->valueint : 0) != line ||
        (col ? col->valueint : 0) != column)
        fail_msg("%s: line %d column %d: %s", name, at ? at->valueint : 0, col ? col->valueint : 0,
                 en);
    assert_true(strlen(text(fault, "zh")) > 0);
    assert_int_equal(figure(result, "received"), 0);
    cJSON_Delete(result);
}

#undef T
#define T(test) cmocka_unit_test_setup_teardown(test, begin_kit, end_kit)

#endif
