#include "shikumen/io/mseed_file.h"

#include <libmseed.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define HEADER_BYTES 48 /* of a record's fixed header */

bool mseed_begins(const void *bytes, size_t n)
{
    const char *at = bytes;

    if (n < HEADER_BYTES)
        return false;
    for (size_t i = 0; i < 6; i++)
        if (!(at[i] >= '0' && at[i] <= '9') && at[i] != ' ' && at[i] != '\0')
            return false;
    return (at[6] == 'D' || at[6] == 'R' || at[6] == 'Q' || at[6] == 'M') &&
           (at[7] == ' ' || at[7] == '\0') && at[0] != '\0';
}

/* libmseed prints what it does not like; what we make of it is said elsewhere. */
static void say_nothing(char *message)
{
    (void)message;
}

/* One record into the group; *length is its length. */
static enum err take_record(MSTraceGroup *group, char *record, size_t n, size_t *length,
                            size_t *samples)
{
    MSRecord *msr = NULL;
    int code;
    enum err e = ERR_OK;

    *length = 0;
    if (!mseed_begins(record, n))
        return ERR_PARSE;
    code = msr_parse(record, (int)n, &msr, 0, 1, 0);
    if (code != MS_NOERROR || !msr || msr->reclen <= 0 || (size_t)msr->reclen > n ||
        msr->numsamples < 0 || msr->numsamples != msr->samplecnt)
        e = ERR_PARSE;
    if (e == ERR_OK) {
        *length = (size_t)msr->reclen;
        *samples += (size_t)msr->numsamples;
    }
    if (e == ERR_OK && *samples > MSEED_SAMPLES_MAX)
        e = ERR_RANGE;
    if (e == ERR_OK && msr->numsamples > 0 && msr->sampletype != 'a' && msr->samprate > 0 &&
        !mst_addmsrtogroup(group, msr, 0, -1.0, -1.0))
        e = ERR_NOMEM;
    msr_free(&msr);
    return e;
}

static double sample_at(const MSTrace *t, int64_t i)
{
    switch (t->sampletype) {
    case 'i':
        return ((const int32_t *)t->datasamples)[i];
    case 'f':
        return (double)((const float *)t->datasamples)[i];
    default:
        return ((const double *)t->datasamples)[i];
    }
}

static void take_piece(const MSTrace *t, double *samples, struct mseed_piece *out)
{
    snprintf(out->source, sizeof out->source, "%.10s.%.10s.%.10s.%.10s", t->network, t->station,
             t->location, t->channel);
    out->t_us = t->starttime; /* libmseed counts microseconds since 1970 */
    out->fs_hz = t->samprate;
    out->samples = samples;
    out->count = (size_t)t->numsamples;
    for (int64_t i = 0; i < t->numsamples; i++)
        samples[i] = sample_at(t, i);
}

static enum err take_group(const MSTraceGroup *group, size_t samples, struct mseed_file *out)
{
    size_t at = 0;

    out->pieces = calloc((size_t)group->numtraces + 1, sizeof *out->pieces);
    out->samples = calloc(samples + 1, sizeof *out->samples);
    if (!out->pieces || !out->samples)
        return ERR_NOMEM;
    for (const MSTrace *t = group->traces; t; t = t->next) {
        if (t->numsamples <= 0 || at + (size_t)t->numsamples > samples)
            continue;
        take_piece(t, out->samples + at, &out->pieces[out->count++]);
        at += (size_t)t->numsamples;
    }
    return ERR_OK;
}

enum err mseed_read(const void *bytes, size_t n, struct mseed_file *out, size_t *offset)
{
    size_t samples = 0, length = 0;
    char *copy = malloc(n + 1); /* libmseed may change a record's byte order in place */
    MSTraceGroup *group;
    enum err e = ERR_OK;

    *out = (struct mseed_file){0};
    *offset = 0;
    if (n == 0 || n > MSEED_BYTES_MAX || !copy) {
        free(copy);
        return n == 0 ? ERR_PARSE : copy ? ERR_RANGE : ERR_NOMEM;
    }
    memcpy(copy, bytes, n);
    ms_loginit(say_nothing, NULL, say_nothing, NULL);
    group = mst_initgroup(NULL);
    for (; group && e == ERR_OK && *offset < n; *offset += length)
        e = take_record(group, copy + *offset, n - *offset, &length, &samples);
    if (!group)
        e = ERR_NOMEM;
    if (e == ERR_OK)
        e = take_group(group, samples, out);
    mst_freegroup(&group);
    free(copy);
    if (e != ERR_OK)
        mseed_free(out);
    return e;
}

void mseed_free(struct mseed_file *f)
{
    free(f->pieces);
    free(f->samples);
    *f = (struct mseed_file){0};
}
