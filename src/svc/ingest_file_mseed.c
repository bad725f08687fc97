/* miniSEED as vibration records, cut to a length, or as readings. */
#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "ingest_file.h"
#include "shikumen/base/clock.h"
#include "shikumen/core/burst.h"
#include "shikumen/core/burst_write.h"

#define READINGS_A_STEP 5000

static enum err read_whole(struct ingest_file *f)
{
    char block[65536];
    ssize_t n;

    if (lseek(f->fd, 0, SEEK_SET) != 0)
        return ERR_IO;
    while ((n = read(f->fd, block, sizeof block)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return ERR_IO;
        if (f->bytes.len + (size_t)n > MSEED_BYTES_MAX)
            return ERR_RANGE;
        strbuf_append(&f->bytes, block, (size_t)n);
    }
    return f->bytes.failed ? ERR_NOMEM : ERR_OK;
}

static const struct file_series *series_of(const struct ingest_file *f, const char *source)
{
    for (size_t i = 0; i < f->profile->series_count; i++)
        if (file_name_fits(f->profile->series[i].source, source))
            return &f->profile->series[i];
    return NULL;
}

enum err ingest_file_read_mseed(struct ingest_file *f)
{
    size_t offset = 0;
    enum err e = read_whole(f);

    if (!e)
        e = mseed_read(f->bytes.data, f->bytes.len, &f->seed, &offset);
    strbuf_free(&f->bytes);
    if (e == ERR_RANGE)
        ingest_file_fault(f, 0, 0, "miniSEED 文件超过 16 MiB 或 800 万个采样",
                          "more than 16 MiB of miniSEED, or 8 million samples: cut it");
    else if (e == ERR_PARSE)
        ingest_file_fault(f, 0, (int)(offset + 1), "该字节处的 miniSEED 记录无法解码",
                          "the miniSEED record at this byte (column) cannot be decoded");
    f->storing = f->ended = true;
    return e == ERR_RANGE || e == ERR_PARSE ? ERR_OK : e;
}

/* --- records --- */

/* The pieces of one sensor that begin together with a piece of it; NULL: no such axis. */
struct together {
    const struct file_series *series[3];
    const double *from[3];
    size_t count; /* samples that all of them have */
};

/* The samples of piece other from t_us on, when it has the same rate and one within half a sample
 * of that time. */
static const double *samples_from(const struct mseed_piece *other, const struct mseed_piece *lead,
                                  int64_t t_us, size_t *count)
{
    double at = (double)(t_us - other->t_us) * 1e-6 * other->fs_hz;

    if (fabs(other->fs_hz - lead->fs_hz) > 1e-6 * lead->fs_hz || at < -0.5 ||
        at > (double)other->count - 1)
        return NULL;
    size_t i = at < 0 ? 0 : (size_t)llround(at);
    *count = other->count - i;
    return other->samples + i;
}

static bool same_record(const struct file_series *a, const struct file_series *b)
{
    return b && b->axis && a->sensor == b->sensor;
}

/* Whether another axis of the sensor leads: the first of the profile that has a piece then. */
static bool is_led(const struct ingest_file *f, const struct file_series *s,
                   const struct mseed_piece *piece, int64_t t_us)
{
    for (size_t i = 0; i < f->seed.count; i++) {
        const struct mseed_piece *other = &f->seed.pieces[i];
        const struct file_series *o = series_of(f, other->source);
        size_t n;
        if (same_record(s, o) && o < s && samples_from(other, piece, t_us, &n))
            return true;
    }
    return false;
}

static void gather(const struct ingest_file *f, const struct file_series *s,
                   const struct mseed_piece *piece, int64_t t_us, struct together *out)
{
    for (size_t i = 0; i < f->seed.count; i++) {
        const struct mseed_piece *other = &f->seed.pieces[i];
        const struct file_series *o = series_of(f, other->source);
        size_t n, axis;
        const double *from = same_record(s, o) ? samples_from(other, piece, t_us, &n) : NULL;
        if (!from)
            continue;
        axis = (size_t)(o->axis - 'x');
        out->series[axis] = o;
        out->from[axis] = from;
        out->count = n < out->count ? n : out->count;
    }
}

static enum err take_record(struct ingest_file *f, const struct file_series *s,
                            const struct together *t, double fs_hz, int64_t t_us)
{
    const struct sensor *sensor = &f->in->plan->registry->sensors[s->sensor];
    struct burst_text text = {.sensor = sensor->id,
                              .unit = s->unit ? s->unit : sensor->unit_text,
                              .kind = sensor->quantity,
                              .t_us = t_us,
                              .fs_hz = fs_hz,
                              .count = t->count};
    struct file_result *r = &f->result;
    struct strbuf json = {0};
    enum err e;

    for (size_t i = 0; i < 3; i++) {
        text.axis[i] = t->from[i];
        text.scale[i] = t->series[i] ? t->series[i]->scale : 1;
        text.offset[i] = t->series[i] ? t->series[i]->offset : 0;
    }
    burst_write(&json, &text);
    r->first_us = t_us < r->first_us ? t_us : r->first_us;
    r->last_us = t_us > r->last_us ? t_us : r->last_us;
    arena_reset(&f->in->arena);
    const struct message m = {.topic = "file/burst",
                              .payload = json.data,
                              .payload_len = json.len,
                              .rx_us = hub_utc_us(f->in->hub)};
    e = json.failed ? ERR_NOMEM : ingest_payload(f->in, &m, NULL);
    strbuf_free(&json);
    return e;
}

/* Records begin at the beginning of a piece of the leading axis, one after the other. */
static enum err step_records(struct ingest_file *f, const struct file_series *s,
                             const struct mseed_piece *piece)
{
    double whole = floor((double)f->profile->record_us * 1e-6 * piece->fs_hz + 0.5);
    size_t most = whole < 2                           ? 2
                  : whole < (double)BURST_SAMPLES_MAX ? (size_t)whole
                                                      : BURST_SAMPLES_MAX;
    struct together t = {.count = piece->count - f->sample};
    int64_t t_us = piece->t_us + llround((double)f->sample / piece->fs_hz * 1e6);

    t.count = t.count < most ? t.count : most;
    if (is_led(f, s, piece, t_us)) {
        f->sample += t.count;
        return ERR_OK;
    }
    gather(f, s, piece, t_us, &t);
    f->sample += t.count;
    return take_record(f, s, &t, piece->fs_hz, t_us);
}

static enum err step_readings(struct ingest_file *f, const struct file_series *s,
                              const struct mseed_piece *piece)
{
    enum err e = ERR_OK;

    for (int i = 0; i < READINGS_A_STEP && f->sample < piece->count && !e; i++, f->sample++) {
        int64_t t_us = piece->t_us + llround((double)f->sample / piece->fs_hz * 1e6);
        double v = piece->samples[f->sample] * s->scale + s->offset;
        e = ingest_file_reading(f, s->sensor, s->unit, s->unit ? strlen(s->unit) : 0, v, t_us,
                                piece->source, strlen(piece->source));
    }
    return e ? e : ingest_file_flush(f);
}

enum err ingest_file_step_mseed(struct ingest_file *f, bool *more)
{
    const struct mseed_piece *piece = &f->seed.pieces[f->piece];
    const struct file_series *s = f->piece < f->seed.count ? series_of(f, piece->source) : NULL;
    enum err e = ERR_OK;

    if (s && f->sample < piece->count)
        e = s->axis ? step_records(f, s, piece) : step_readings(f, s, piece);
    if (f->piece < f->seed.count && (!s || f->sample >= piece->count)) {
        f->piece++;
        f->sample = 0;
    }
    *more = !e && f->piece < f->seed.count;
    if (!e && !*more && f->result.first_us == INT64_MAX)
        ingest_file_fault(f, 0, 0, "没有一个通道在描述中",
                          "no channel of it is in the description");
    return e;
}
