/* Files of loggers put into the daemon's directory: what becomes of each, and of the readings. */
#include "alerts_stage.h"

#include <fcntl.h>
#include <libmseed.h>
#include <math.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#define ZION_ROWS 268 /* of tests/data/usgs_crackmeter/zion.dat */

struct kit {
    struct stage g;
    char *drop, *profiles;
};

static void sensor(struct site *s, const char *id, const char *quantity, const char *unit,
                   const char *more)
{
    site_sensor(s, &(struct site_sensor){.id = id,
                                         .node = "H1/n1",
                                         .house = "H1",
                                         .quantity = quantity,
                                         .unit = unit,
                                         .more = more});
}

static void describe(struct kit *k, const char *name, const char *json)
{
    char *path = path_in(k->profiles, name);

    write_text(path, json);
    free(path);
}

static void write_profiles(struct kit *k)
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
    describe(k, "seismic.json",
             "{\"name\":\"seismic\",\"match\":\"*\",\"format\":\"mseed\",\"record_s\":20,"
             "\"channels\":[{\"source\":\"XX.LANE.*.HNX\",\"sensor\":\"H1/n1/burst\",\"axis\":"
             "\"x\",\"scale\":0.001},{\"source\":\"XX.LANE.*.HNZ\",\"sensor\":\"H1/n1/burst\","
             "\"axis\":\"z\",\"scale\":0.001},{\"source\":\"XX.LANE.*.LKO\",\"sensor\":"
             "\"H1/n1/t\",\"scale\":0.01}]}");
}

static void write_registry(struct kit *k)
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

static int begin_kit(void **state)
{
    struct kit *k = calloc(1, sizeof *k);
    char *files;

    assert_non_null(k);
    site_make(&k->g.site, "files", &(struct broker_options){0});
    k->drop = path_in(k->g.site.folder, "drop");
    k->profiles = path_in(k->g.site.folder, "profiles");
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

static int end_kit(void **state)
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
static void drop_bytes(struct kit *k, const char *name, const char *bytes, size_t n)
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

static void drop_text(struct kit *k, const char *name, const char *text)
{
    drop_bytes(k, name, text, strlen(text));
}

/* What came of a file, once it is aside in that folder. */
static cJSON *result_of(struct kit *k, const char *folder, const char *name)
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

static double figure(const cJSON *result, const char *name)
{
    const cJSON *item = cJSON_GetObjectItem(result, name);

    assert_true(cJSON_IsNumber(item));
    return cJSON_GetNumberValue(item);
}

static void expect_result(struct kit *k, const char *folder, const char *name, int received,
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

static char *zion(size_t *n)
{
    return read_text(TEST_DATA "/usgs_crackmeter/zion.dat", n);
}

static void a_table_is_read_once(void **state)
{
    struct kit *k = *state;
    size_t n;
    char *bytes = zion(&n);
    struct reading got[ZION_ROWS + 1];

    site_start_connected(&k->g.site);
    drop_bytes(k, "zion.dat", bytes, n);
    expect_result(k, "done", "zion.dat", 2 * ZION_ROWS, 2 * ZION_ROWS, 0);
    drop_bytes(k, "zion.dat", bytes, n);
    expect_result(k, "done", "zion.dat-2", 2 * ZION_ROWS, 0, 2 * ZION_ROWS);
    assert_int_equal(site_readings(&k->g.site, "H1/n1/w", got, ZION_ROWS + 1), ZION_ROWS);
    assert_true(got[0].t_us == INT64_C(1573173000) * S); /* 17:30 in Utah */
    assert_true(got[0].value == 5387.271);
    for (size_t i = 0; i < ZION_ROWS; i++)
        assert_int_not_equal(got[i].flag, QF_NOT_EVALUATED); /* each had its temperature */
    site_stop(&k->g.site);
    char *gone = path_in(k->drop, "zion.dat");
    assert_int_not_equal(access(gone, F_OK), 0);
    free(gone);
    free(bytes);
    site_start_connected(&k->g.site);
}

static void files_need_no_broker(void **state)
{
    struct kit *k = *state;
    size_t n;
    char *bytes = zion(&n);

    broker_stop(&k->g.site.broker);
    site_start(&k->g.site);
    drop_bytes(k, "zion.dat", bytes, n);
    expect_result(k, "done", "zion.dat", 2 * ZION_ROWS, 2 * ZION_ROWS, 0);
    free(bytes);
}

static void a_table_in_chinese(void **state)
{
    struct kit *k = *state;
    struct reading got[3];

    site_start_connected(&k->g.site);
    /* 时间;温度 in GB18030 */
    drop_text(k, "vendor 1.csv",
              "\xca\xb1\xbc\xe4;\xce\xc2\xb6\xc8\r\n"
              "01.02.2026 08:00:00;21,5\r\n01.02.2026 08:10:00;\r\n01.02.2026 08:20:00;22\r\n");
    expect_result(k, "done", "vendor 1.csv", 2, 2, 0);
    assert_int_equal(site_readings(&k->g.site, "H1/n1/t", got, 3), 2);
    assert_true(got[0].t_us == INT64_C(1769904000) * S && got[0].value == 21.5);
}

static void readings_and_messages_as_exported(void **state)
{
    struct kit *k = *state;
    struct reading got[8];

    site_start_connected(&k->g.site);
    drop_text(k, "some.ndjson",
              "{\"t\":\"2026-02-01T00:00:00Z\",\"sensor\":\"H1/n1/w\",\"v\":5000,\"u\":\"digits\","
              "\"rx\":\"2026-02-01T00:00:05Z\"}\n"
              "{\"t\":\"2026-02-01T00:00:00Z\",\"sensor\":\"H1/n1/t\",\"v\":20,\"u\":\"Cel\","
              "\"rx\":\"2026-02-01T00:00:05Z\"}\n"
              "{\"t\":\"2026-02-01T00:00:00Z\",\"sensor\":\"H1/n9/t\",\"v\":20,\"u\":\"Cel\"}\n"
              "{\"t\":\"2126-02-01T00:00:00Z\",\"sensor\":\"H1/n1/t\",\"v\":20,\"u\":\"Cel\"}\n"
              "{\"t\":\"2026-02-01T00:00:00Z\",\"sensor\":\"H1/n1/w\",\"v\":1,\"u\":\"mm\"}\n"
              "{\"topic\":\"shikumen/v1/H1/n1/senml\",\"payload\":[{\"n\":\"t\",\"u\":\"Cel\","
              "\"t\":-60,\"v\":21}],\"rx\":\"2026-02-02T00:01:00Z\"}");
    cJSON *result = result_of(k, "done", "some.ndjson");
    assert_int_equal(figure(result, "received"), 6);
    assert_int_equal(figure(result, "stored"), 3);
    const cJSON *refused = cJSON_GetObjectItem(result, "quarantined");
    assert_int_equal(figure(refused, "unknown_sensor"), 1);
    assert_int_equal(figure(refused, "future"), 1);
    assert_int_equal(figure(refused, "unit"), 1);
    cJSON_Delete(result);
    assert_int_equal(site_readings(&k->g.site, "H1/n1/w", got, 8), 1);
    assert_int_not_equal(got[0].flag, QF_NOT_EVALUATED); /* the thermistor's line came after it */
    assert_int_equal(site_readings(&k->g.site, "H1/n1/t", got, 8), 2);
    assert_true(got[1].t_us == INT64_C(1769990400) * S);
    drop_text(k, "more.csv",
              "t,sensor,v,u,rx\n2026-02-01T00:00:00Z,H1/n1/t,20,Cel,\n"
              "2026-02-01T00:10:00Z,H1/n1/t,20.5,Cel,\n");
    expect_result(k, "done", "more.csv", 2, 1, 1);
}

/* The fault that a refused file has, with its place. */
static void expect_fault(struct kit *k, const char *name, int line, int column, const char *words)
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

static void drop_faulty(struct kit *k)
{
    size_t n;
    char *bytes = zion(&n), *at;

    drop_bytes(k, "cut.dat", bytes, n - 150); /* the logger's line is cut short */
    drop_bytes(k, "unended.dat", bytes, n - 2);
    drop_bytes(k, "heading.dat", bytes, (size_t)(strchr(bytes, '\n') + 1 - bytes));
    at = strstr(bytes, "5387.271");
    memcpy(at, "5387,x71", 8);
    drop_bytes(k, "digit.dat", bytes, n);
    memcpy(strstr(bytes, "Digits_Lower"), "Digits_Upper", 12);
    drop_bytes(k, "names.dat", bytes, n);
    memcpy(strstr(bytes, "Zion Pine"), "Lion Pine", 9);
    drop_bytes(k, "station.dat", bytes, n);
    drop_text(k, "empty", "");
    drop_text(k, "prose.txt", "Dear sensor,\nhow are you?\n");
    drop_text(k, "half.ndjson",
              "{\"t\":\"2026-02-01T00:00:00Z\",\"sensor\":\"H1/n1/t\",\"v\":20}\n{\"t\":\"2026");
    drop_bytes(k, "vendor2.csv", "\xca\xb1\xbc\xe4;\xce\xc2\xb6\xc8\n\xff\xff;1\n", 15);
    drop_bytes(k, "gz", "\x1f\x8b\x08\0\0\0\0\0\0\0\0\0", 12);
    drop_bytes(k, "seed", "000001D LANE 00HNXXX.....................................", 56);
    free(bytes);
}

static void a_faulty_file_is_refused_whole(void **state)
{
    struct kit *k = *state;

    drop_faulty(k);
    site_start_connected(&k->g.site);
    expect_fault(k, "cut.dat", 4 + ZION_ROWS, 0, "is cut short");
    expect_fault(k, "unended.dat", 4 + ZION_ROWS, 0, "no end");
    expect_fault(k, "heading.dat", 0, 0, "before its heading");
    expect_fault(k, "digit.dat", 5, 0, "25 columns where 24");
    expect_fault(k, "names.dat", 2, 0, "there is no column \"Digits_Lower\"");
    expect_fault(k, "station.dat", 0, 0, "no description in files.profiles fits this TOA5 file");
    expect_fault(k, "empty", 0, 0, "empty");
    expect_fault(k, "prose.txt", 0, 0, "no description");
    expect_fault(k, "half.ndjson", 2, 0, "");
    expect_fault(k, "vendor2.csv", 2, 0, "encoding");
    expect_fault(k, "gz", 1, 0, "gzip");
    expect_fault(k, "seed", 0, 1, "cannot be decoded");
    assert_int_equal(site_counts(&k->g.site).received, 0);
}

/* --- miniSEED --- */

struct seed {
    char bytes[65536];
    size_t n;
};

static void take_record(char *record, int length, void *context)
{
    struct seed *s = context;

    assert_true(s->n + (size_t)length <= sizeof s->bytes);
    memcpy(s->bytes + s->n, record, (size_t)length);
    s->n += (size_t)length;
}

static void put_channel(struct seed *s, const char *channel, int64_t t_us, double fs_hz, int n,
                        double amplitude)
{
    MSRecord *msr = msr_init(NULL);
    int32_t samples[4000];
    int64_t packed;

    assert_true(n <= 4000);
    for (int i = 0; i < n; i++)
        samples[i] = (int32_t)lround(amplitude * sin(2 * 3.14159265 * 10 * i / fs_hz));
    strcpy(msr->network, "XX");
    strcpy(msr->station, "LANE");
    strcpy(msr->channel, channel);
    msr->dataquality = 'D';
    msr->reclen = 512;
    msr->encoding = DE_STEIM2;
    msr->byteorder = 1;
    msr->starttime = t_us;
    msr->samprate = fs_hz;
    msr->datasamples = samples;
    msr->numsamples = msr->samplecnt = n;
    msr->sampletype = 'i';
    assert_true(msr_pack(msr, take_record, s, &packed, 1, 0) > 0);
    msr->datasamples = NULL;
    msr_free(&msr);
}

struct bursts {
    int count;
    int64_t t_us[8];
    size_t json_len[8];
};

static enum err take_burst(void *context, const struct burst_row *row)
{
    struct bursts *b = context;

    assert_true(b->count < 8);
    b->t_us[b->count] = row->t_us;
    b->json_len[b->count++] = row->json_len;
    assert_non_null(memmem(row->json, row->json_len, "\"axes\":{\"x\":\"", 13));
    assert_non_null(memmem(row->json, row->json_len, "\",\"z\":\"", 7));
    return ERR_OK;
}

static void seismic_records(void **state)
{
    struct kit *k = *state;
    struct seed *s = calloc(1, sizeof *s);
    struct bursts b = {0};
    struct reading got[70];
    const int64_t t_us = INT64_C(1769904000) * S;
    uint32_t id;

    site_start_connected(&k->g.site);
    put_channel(s, "HNX", t_us, 100, 3000, 2000); /* 30 s of 2 mm/s */
    put_channel(s, "HNZ", t_us, 100, 3000, 1000);
    put_channel(s, "LKO", t_us, 1, 60, 0);
    put_channel(s, "HNN", t_us, 100, 100, 1); /* nobody asks for it */
    drop_bytes(k, "event.mseed", s->bytes, s->n);
    expect_result(k, "done", "event.mseed", 62, 62, 0); /* of 20 s and 10 s */
    drop_bytes(k, "again.mseed", s->bytes, s->n);
    expect_result(k, "done", "again.mseed", 62, 0, 62);
    struct readings_reader *r = site_reader(&k->g.site);
    assert_int_equal(reader_sensor_id(r, "H1/n1/burst", &id), ERR_OK);
    assert_int_equal(reader_bursts_of(r, id, 0, INT64_MAX, take_burst, &b), ERR_OK);
    reader_close(r);
    assert_int_equal(b.count, 2);
    assert_true(b.t_us[0] == t_us && b.t_us[1] == t_us + 20 * S);
    assert_true(b.json_len[0] > 2 * b.json_len[1] - 400);
    assert_int_equal(site_readings(&k->g.site, "H1/n1/t", got, 70), 60);
    free(s);
}

/* --- a long one --- */

/* Not so long that it disturbs, but of several slices and commits; messages come in between. */
static void messages_do_not_wait_for_a_long_file(void **state)
{
    struct kit *k = *state;
    struct strbuf b = {0};
    const int rows = 200000;

    for (int i = 0; i < rows; i++)
        strbuf_printf(
            &b, "{\"t\":\"2026-%02d-%02dT%02d:%02d:%02dZ\",\"sensor\":\"H1/n1/t\",\"v\":%d}\n",
            1 + i / 86400, 1 + i / 3600 / 24 % 28, i / 3600 % 24, i / 60 % 60, i % 60, 20 + i % 2);
    site_start_connected(&k->g.site);
    k->g.p = publisher_open(&(struct publisher_options){.port = k->g.site.port});
    drop_bytes(k, "long.ndjson", strbuf_text(&b), b.len);
    while (site_counts(&k->g.site).stored == 0)
        sleep_ms(1);
    send_unit(&k->g, "H2/probe", "d", "mm", wall_us(), 1); /* acknowledged only once it is stored */
    assert_true(site_counts(&k->g.site).stored < rows);
    cJSON *result = result_of(k, "done", "long.ndjson");
    assert_int_equal(figure(result, "received"), rows);
    assert_int_equal(figure(result, "stored") + figure(result, "duplicate"), rows);
    cJSON_Delete(result);
    publisher_close(k->g.p);
    strbuf_free(&b);
}

static void a_reload_reads_by_the_new_description(void **state)
{
    struct kit *k = *state;

    site_start_connected(&k->g.site);
    drop_text(k, "new.txt", "time,temp\n2026-02-01 00:00,21\n");
    expect_fault(k, "new.txt", 0, 0, "no description");
    describe(k, "new.json",
             "{\"name\":\"new\",\"match\":\"*.txt\",\"format\":\"csv\",\"time\":{\"column\":"
             "\"time\",\"zone\":\"UTC\"},\"columns\":[{\"column\":\"temp\",\"sensor\":"
             "\"H1/n1/t\"}]}");
    process_signal(&k->g.site.daemon, SIGHUP);
    site_wait_log(&k->g.site, "reload", 1);
    drop_text(k, "new.txt", "time,temp\n2026-02-01 00:00,21\n");
    expect_result(k, "done", "new.txt", 1, 1, 0);
}

#undef T
#define T(test) cmocka_unit_test_setup_teardown(test, begin_kit, end_kit)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_table_is_read_once),
        T(files_need_no_broker),
        T(a_table_in_chinese),
        T(readings_and_messages_as_exported),
        T(a_faulty_file_is_refused_whole),
        T(seismic_records),
        T(messages_do_not_wait_for_a_long_file),
        T(a_reload_reads_by_the_new_description),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
