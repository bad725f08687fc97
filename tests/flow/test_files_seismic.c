/* Files of waveforms, long ones, and of a kind described only later. */
#include "files_stage.h"

#include <libmseed.h>

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
/* Told for what it is, not for a table without a description. */
static void packed_records_are_refused(void **state)
{
    struct kit *k = *state;
    struct seed *s = calloc(1, sizeof *s);
    char *plain = path_in(k->g.site.folder, "s.mseed"), *packed = path_in(k->drop, "s.mseed.gz");
    const char *const argv[] = {"gzip", "-nc", plain, NULL};
    FILE *f = fopen(plain, "wb");

    put_channel(s, "HNX", INT64_C(1769904000) * S, 100, 3000, 2000);
    assert_non_null(f);
    assert_int_equal(fwrite(s->bytes, 1, s->n, f), s->n);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(process_run(argv, &(struct process_options){.stdout_to = packed}, 30), 0);
    site_start_connected(&k->g.site);
    expect_fault(k, "s.mseed.gz", 0, 0, "miniSEED within gzip is not read");
    free(plain);
    free(packed);
    free(s);
}

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(seismic_records),
        T(packed_records_are_refused),
        T(messages_do_not_wait_for_a_long_file),
        T(a_reload_reads_by_the_new_description),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
