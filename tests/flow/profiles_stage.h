/* A site whose registry has foreign sensors, messages of the profiles' tests, and what commands
 * print about it. For one program of tests. */
#ifndef SHIKUMEN_TESTS_PROFILES_STAGE_H
#define SHIKUMEN_TESTS_PROFILES_STAGE_H

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon.h"
#include "ndjson.h"
#include "publisher.h"
#include "shikumen/base/file.h"
#include "shikumen/base/utc.h"

#define FILTERS                                                                                    \
    "subscribe = [\"shikumen/v1/#\", \"application/#\", \"tele/#\", \"spBv1.0/#\", \"other/#\"];"

#define CRACK "[{\"n\":\"crack-1\",\"u\":\"mm\",\"v\":0.5}]"

static inline void add(struct site *s, const char *id, const char *quantity, const char *unit,
                       const char *more)
{
    site_sensor(s, &(struct site_sensor){
                       .id = id, .house = "H1", .quantity = quantity, .unit = unit, .more = more});
}

/* The sensors; edge_s: period of H1/edge-t, 0 the usual one. */
static inline void make_sensors(struct site *s, double edge_s)
{
    char link[1024];

    site_make(s, "profiles", &(struct broker_options){0});
    snprintf(link, sizeof link, "%s/profiles", s->folder);
    assert_int_equal(symlink(SOURCE_DIR "/sensors/profiles", link), 0);
    add(s, "H1/tilt-x", "tilt", "deg",
        "\"source\":{\"profile\":\"milesight-em310-tilt\",\"device\":\"10-00-00-00-00-00-00-01\","
        "\"channel\":\"angle_x\"}");
    add(s, "H1/strain", "strain", "um/m",
        "\"source\":{\"profile\":\"decentlab-kl66\",\"device\":\"70B3D57BA0003BB8\","
        "\"channel\":\"strain\"}");
    add(s, "H1/strain-battery", "battery", "V",
        "\"source\":{\"profile\":\"decentlab-kl66\",\"device\":\"70B3D57BA0003BB8\","
        "\"channel\":\"battery\"}");
    site_sensor(s, &(struct site_sensor){.id = "H1/edge-t",
                                         .house = "H1",
                                         .quantity = "temperature",
                                         .unit = "Cel",
                                         .period_s = edge_s,
                                         .more = "\"source\":{\"profile\":\"sparkplug-b\","
                                                 "\"device\":\"Lane1/EdgeA\","
                                                 "\"channel\":\"Temperature\"}"});
}

static inline void make_rest(struct site *s)
{
    site_registry(s, "[{\"id\":\"H1\",\"elements\":[{\"id\":\"H1/wall\",\"kind\":\"wall\"}]}]");
    site_config(s, FILTERS, NULL, NULL);
    site_start_connected(s);
}

static inline void make(struct site *s)
{
    make_sensors(s, 0);
    make_rest(s);
}

static inline struct strbuf payload_of(const char *name)
{
    struct strbuf text = {0};
    char path[1024];

    snprintf(path, sizeof path, TEST_DATA "/profiles/%s/payload", name);
    assert_int_equal(file_read(path, 1 << 20, &text), ERR_OK);
    return text;
}

static inline void send(struct publisher *p, const char *topic, const void *payload, size_t n)
{
    assert_true(publisher_send(p, topic, payload, n));
    assert_true(publisher_flush(p, PATIENCE_S));
}

static inline void send_case(struct publisher *p, const char *topic, const char *name)
{
    struct strbuf text = payload_of(name);

    send(p, topic, text.data, text.len);
    strbuf_free(&text);
}

static inline int64_t us(const char *text)
{
    int64_t t_us;

    assert_int_equal(utc_parse(text, &t_us), ERR_OK);
    return t_us;
}

static inline void expect_reading(struct site *s, const char *sensor, size_t count, int64_t t_us,
                                  double v)
{
    struct reading r[8];
    size_t n = site_readings(s, sensor, r, 8);

    assert_int_equal(n, count);
    assert_true(r[n - 1].t_us == t_us);
    if (!(fabs(r[n - 1].value - v) < 1e-9 * fmax(1, fabs(v))))
        fail_msg("%s: %.12g, not %.12g", sensor, r[n - 1].value, v);
}

/* What a command prints; it must end with this code. */
static inline void run(int code, struct strbuf *out, const char *program, const char *conf,
                       const char *arguments)
{
    char command[2048], chunk[4096];
    size_t n;

    snprintf(command, sizeof command, "exec 2>&1; " BIN_DIR "/%s -c %s %s", program, conf,
             arguments);
    FILE *f = popen(command, "r");
    assert_non_null(f);
    while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
        strbuf_append(out, chunk, n);
    int status = pclose(f);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != code)
        fail_msg("%s: %s", command, strbuf_text(out));
}

static inline void run_ctl(struct site *s, const char *arguments, struct strbuf *out)
{
    run(0, out, "shikumenctl", s->conf, arguments);
}

/* The row of a sensor in sensors --json. */
static inline cJSON *row_of(struct site *s, const char *id)
{
    struct strbuf out = {0};
    cJSON *all, *row = NULL;
    const cJSON *one;

    run_ctl(s, "sensors --json", &out);
    all = cJSON_Parse(strbuf_text(&out));
    cJSON_ArrayForEach(one, all)
    {
        if (strcmp(ndjson_text(one, "id"), id) == 0)
            row = cJSON_Duplicate(one, true);
    }
    assert_non_null(row);
    cJSON_Delete(all);
    strbuf_free(&out);
    return row;
}

#endif
