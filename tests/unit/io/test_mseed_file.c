/* miniSEED made by libmseed itself, whole and broken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <libmseed.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "chance.h"
#include "shikumen/base/strbuf.h"
#include "shikumen/io/mseed_file.h"

#define T0 INT64_C(1573147800000000)
#define N  3000

static void take_record(char *record, int length, void *out)
{
    strbuf_append(out, record, (size_t)length);
}

/* N samples of a channel from t_us on, the i-th of them offset + i. */
static void put_channel(struct strbuf *out, const char *channel, int64_t t_us, double fs_hz,
                        int offset)
{
    MSRecord *msr = msr_init(NULL);
    int32_t *samples = malloc(N * sizeof *samples);
    int64_t packed;

    for (int i = 0; i < N; i++)
        samples[i] = offset + i;
    strcpy(msr->network, "XX");
    strcpy(msr->station, "LANE");
    strcpy(msr->location, "00");
    strcpy(msr->channel, channel);
    msr->dataquality = 'D';
    msr->reclen = 512;
    msr->encoding = DE_STEIM2;
    msr->byteorder = 1;
    msr->starttime = t_us;
    msr->samprate = fs_hz;
    msr->datasamples = samples;
    msr->numsamples = msr->samplecnt = N;
    msr->sampletype = 'i';
    assert_true(msr_pack(msr, take_record, out, &packed, 1, 0) > 0);
    assert_int_equal(packed, N);
    msr->datasamples = NULL;
    free(samples);
    msr_free(&msr);
}

static void pieces_are_what_was_recorded(void **state)
{
    struct strbuf bytes = {0};
    struct mseed_file f;
    size_t offset;

    (void)state;
    put_channel(&bytes, "HNX", T0, 100, 0);
    put_channel(&bytes, "HNX", T0 + 30000000, 100, N);       /* goes on without a gap */
    put_channel(&bytes, "HNX", T0 + 90000000, 100, 5000000); /* after one */
    put_channel(&bytes, "HNZ", T0 + 5000, 100, -7);
    assert_true(mseed_begins(bytes.data, bytes.len));
    assert_int_equal(mseed_read(bytes.data, bytes.len, &f, &offset), ERR_OK);
    assert_int_equal(f.count, 3);
    assert_string_equal(f.pieces[0].source, "XX.LANE.00.HNX");
    assert_true(f.pieces[0].t_us == T0 && f.pieces[0].fs_hz == 100);
    assert_int_equal(f.pieces[0].count, 2 * N);
    for (int i = 0; i < 2 * N; i++)
        assert_true(f.pieces[0].samples[i] == i);
    assert_true(f.pieces[1].t_us == T0 + 90000000 && f.pieces[1].samples[1] == 5000001);
    assert_string_equal(f.pieces[2].source, "XX.LANE.00.HNZ");
    assert_true(f.pieces[2].t_us == T0 + 5000 && f.pieces[2].samples[0] == -7);
    mseed_free(&f);
    strbuf_free(&bytes);
}

static void what_is_cut_or_none_is_refused(void **state)
{
    struct strbuf bytes = {0};
    struct mseed_file f;
    size_t offset;

    (void)state;
    put_channel(&bytes, "HNX", T0, 100, 0);
    assert_false(mseed_begins(bytes.data, 47));
    assert_false(mseed_begins("{\"t\":\"2026-01-01T00:00:00Z\",\"sensor\":\"H/n/t\",\"v\":1}", 54));
    assert_int_equal(mseed_read(bytes.data, 0, &f, &offset), ERR_PARSE);
    assert_int_equal(mseed_read(bytes.data, bytes.len - 1, &f, &offset), ERR_PARSE);
    assert_int_equal(offset, bytes.len - 512);
    assert_int_equal(mseed_read(bytes.data, 100, &f, &offset), ERR_PARSE);
    memset(bytes.data + 512, 'x', 48);
    assert_int_equal(mseed_read(bytes.data, bytes.len, &f, &offset), ERR_PARSE);
    assert_int_equal(offset, 512);
    assert_int_equal(f.count, 0);
    strbuf_free(&bytes);
}

/* Any damage is found or gives some pieces; it never reaches beyond them. */
static void damage_is_survived(void **state)
{
    struct strbuf bytes = {0};
    struct chance c = {5};
    int whole = 0, refused = 0;

    (void)state;
    put_channel(&bytes, "HNX", T0, 100, 0);
    char *copy = malloc(bytes.len);
    for (int i = 0; i < 3000; i++) {
        struct mseed_file f;
        size_t offset, n = chance_one_in(&c, 4) ? chance_below(&c, bytes.len) : bytes.len;
        double sum = 0;
        memcpy(copy, bytes.data, bytes.len);
        for (size_t k = 1 + chance_below(&c, 4); k > 0; k--)
            copy[chance_below(&c, chance_one_in(&c, 2) ? 64 : bytes.len)] = (char)chance_bits(&c);
        enum err e = mseed_read(copy, n, &f, &offset);
        assert_true(e == ERR_OK || e == ERR_PARSE || e == ERR_RANGE);
        for (size_t p = 0; p < f.count; p++)
            for (size_t k = 0; k < f.pieces[p].count; k++)
                sum += f.pieces[p].samples[k];
        whole += e == ERR_OK && isfinite(sum);
        refused += e != ERR_OK;
        mseed_free(&f);
    }
    assert_true(whole > 0 && refused > 0);
    free(copy);
    strbuf_free(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_what_was_recorded),
        cmocka_unit_test(what_is_cut_or_none_is_refused),
        cmocka_unit_test(damage_is_survived),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
