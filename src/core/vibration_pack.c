/* Bytes of a vibration watch: version, digest of the limits' table, state, check. */
#include <float.h>
#include <string.h>

#include "pack_bytes.h"
#include "shikumen/base/strmap.h"
#include "vibration_day.h"

#define VERSION      2
#define LATEST_US    253402300799999999 /* 9999-12-31 */
#define NO_LIMIT     0xff
#define DAY_MAX      2932896 /* 9999-12-31 */
#define HOURS_BITS   0xffffff
#define SOURCES_LAST SOURCE_KNOCK

enum { WATCH_PERMANENT = 1, WATCH_CONSTRUCTION = 2, WATCH_FOREGROUND = 4 };

/* Rows are packed by number: any change of the table is another table. */
static uint64_t table_digest(void)
{
    size_t rows;
    const struct vibration_limit *l = vibration_limits(&rows);
    uint64_t hash = 0;

    for (size_t i = 0; i < rows; i++) {
        hash = hash64(hash, l[i].standard, strlen(l[i].standard) + 1);
        hash = hash64(hash, l[i].edition, strlen(l[i].edition) + 1);
        hash = hash64(hash, l[i].clause, strlen(l[i].clause) + 1);
        hash = hash64(hash, &l[i].factor, sizeof l[i].factor);
        for (size_t j = 0; j < l[i].points; j++) {
            hash = hash64(hash, &l[i].curve[j].frequency_hz, sizeof l[i].curve[j].frequency_hz);
            hash = hash64(hash, &l[i].curve[j].value, sizeof l[i].curve[j].value);
        }
    }
    return hash;
}

/* --- out --- */

static void put_worst(struct pack_writer *w, const struct burst_worst *b)
{
    size_t rows;
    const struct vibration_limit *table = vibration_limits(&rows);

    pack_put(w, b->limit ? (uint64_t)(b->limit - table) : NO_LIMIT, 1);
    if (!b->limit)
        return;
    pack_put_double(w, b->value_mm_s);
    pack_put_double(w, b->limit_mm_s);
    pack_put_double(w, b->ratio);
    pack_put_double(w, b->frequency_hz);
}

static void put_day(struct pack_writer *w, const struct vibration_day *d)
{
    pack_put(w, (uint64_t)d->day, 4);
    pack_put(w, d->hours, 3);
    for (size_t i = 0; i < 3; i++)
        pack_put(w, d->quarters[i], 4);
    pack_put(w, d->work, 4);
    pack_put(w, d->off, 4);
    pack_put(w, d->back, 4);
    pack_put(w, d->off_all, 4);
    for (size_t i = 0; i < VIBRATION_NIGHT_SLOTS; i++)
        pack_put(w, d->night[i], 2);
    pack_put(w, d->blasts, 3);
    pack_put_i64(w, d->first_us);
    pack_put_i64(w, d->last_us);
    pack_put_i64(w, d->back_first_us);
    pack_put_i64(w, d->back_last_us);
    pack_put_double(w, d->off_peak_mm_s);
    pack_put_double(w, d->work_peak_mm_s);
    pack_put_i64(w, d->work_peak_us);
    pack_put_double(w, d->back_peak_mm_s);
    pack_put_i64(w, d->back_peak_us);
    put_worst(w, &d->work_worst);
    put_worst(w, &d->back_worst);
}

static void put_finding(struct pack_writer *w, const struct vibration_finding *f)
{
    pack_put(w, f->active, 1);
    pack_put_i64(w, f->since_us);
    pack_put_i64(w, f->last_us);
    pack_put(w, f->count, 4);
    pack_put(w, f->night, 4);
    pack_put(w, f->sunday, 4);
    pack_put(w, f->blasting, 1);
    pack_put_double(w, f->peak_mm_s);
    pack_put_i64(w, f->peak_us);
    put_worst(w, &f->worst);
}

static void put_ring(struct pack_writer *w, const struct vibration_watch *v)
{
    size_t days = 0;

    for (size_t i = 0; i < VIBRATION_DAYS; i++)
        days += v->ring[i].day != VIBRATION_NO_DAY;
    pack_put(w, days, 1);
    for (size_t i = 0; i < VIBRATION_DAYS; i++) {
        if (v->ring[i].day == VIBRATION_NO_DAY)
            continue;
        pack_put(w, i, 1);
        put_day(w, &v->ring[i]);
    }
}

static void put_state(struct pack_writer *w, const void *state)
{
    const struct vibration_watch *v = state;

    pack_put(w, VERSION, 1);
    pack_put(w, table_digest(), 8);
    pack_put_i64(w, zone_offset_us(v->zone, v->start_us));
    pack_put_i64(w, v->start_us);
    pack_put_i64(w, v->now_us);
    pack_put(w, v->events, 8);
    pack_put(w, v->knocks, 8);
    pack_put(w,
             (v->permanent ? WATCH_PERMANENT : 0U) | (v->construction ? WATCH_CONSTRUCTION : 0U) |
                 (v->current.foreground ? WATCH_FOREGROUND : 0U),
             1);
    pack_put_i64(w, v->current.t_us);
    pack_put(w, (uint64_t)v->current.source, 1);
    pack_put_double(w, v->current.ratio);
    pack_put_double(w, v->knock_run);
    pack_put_i64(w, v->knock_us);
    put_ring(w, v);
    for (size_t i = 0; i < VIBRATION_FINDINGS; i++)
        put_finding(w, &v->finding[i]);
    pack_put(w, v->peak_count, 1);
    for (size_t i = 0; i < v->peak_count; i++) {
        pack_put_i64(w, v->peak[i].t_us);
        pack_put_double(w, v->peak[i].ratio);
        pack_put(w, v->peak[i].source, 1);
    }
    pack_put_double(w, v->dropped_ratio);
    pack_put_i64(w, v->dropped_us);
}

enum err vibration_watch_pack(const struct vibration_watch *v, struct arena *arena,
                              const void **bytes, size_t *n)
{
    return pack_write(put_state, v, arena, bytes, n);
}

/* --- in --- */

/* A time that is possible, or none. */
static int64_t get_time(struct pack_reader *r)
{
    return pack_get_i64(r, 0, LATEST_US, VIBRATION_NEVER);
}

static double get_positive(struct pack_reader *r)
{
    return pack_get_within(r, 0, DBL_MAX);
}

static void get_worst(struct pack_reader *r, struct burst_worst *b)
{
    size_t rows;
    const struct vibration_limit *table = vibration_limits(&rows);
    uint64_t row = pack_get(r, 1);

    *b = (struct burst_worst){0};
    pack_require(r, row < rows || row == NO_LIMIT);
    if (r->bad || row == NO_LIMIT)
        return;
    b->limit = &table[row];
    b->value_mm_s = get_positive(r);
    b->limit_mm_s = get_positive(r);
    b->ratio = get_positive(r);
    b->frequency_hz = get_positive(r);
}

static void get_day(struct pack_reader *r, struct vibration_day *d)
{
    d->day = (int32_t)pack_get_upto(r, 4, DAY_MAX);
    d->hours = (uint32_t)pack_get_upto(r, 3, HOURS_BITS);
    for (size_t i = 0; i < 3; i++)
        d->quarters[i] = (uint32_t)pack_get(r, 4);
    d->work = (uint32_t)pack_get(r, 4);
    d->off = (uint32_t)pack_get(r, 4);
    d->back = (uint32_t)pack_get(r, 4);
    d->off_all = (uint32_t)pack_get(r, 4);
    for (size_t i = 0; i < VIBRATION_NIGHT_SLOTS; i++)
        d->night[i] = (uint16_t)pack_get(r, 2);
    d->blasts = (uint32_t)pack_get_upto(r, 3, HOURS_BITS);
    d->first_us = get_time(r);
    d->last_us = get_time(r);
    d->back_first_us = get_time(r);
    d->back_last_us = get_time(r);
    d->off_peak_mm_s = get_positive(r);
    d->work_peak_mm_s = get_positive(r);
    d->work_peak_us = get_time(r);
    d->back_peak_mm_s = get_positive(r);
    d->back_peak_us = get_time(r);
    get_worst(r, &d->work_worst);
    get_worst(r, &d->back_worst);
}

static void get_ring(struct pack_reader *r, struct vibration_watch *v)
{
    uint64_t days = pack_get_upto(r, 1, VIBRATION_DAYS);
    int64_t before = -1;

    for (uint64_t i = 0; i < days && !r->bad; i++) {
        uint64_t at = pack_get_upto(r, 1, VIBRATION_DAYS - 1);

        pack_require(r, (int64_t)at > before);
        before = (int64_t)at;
        get_day(r, &v->ring[at]);
        pack_require(r, (uint64_t)v->ring[at].day % VIBRATION_DAYS == at);
    }
}

static void get_finding(struct pack_reader *r, struct vibration_finding *f)
{
    f->active = pack_get_upto(r, 1, 1) != 0;
    f->since_us = get_time(r);
    f->last_us = get_time(r);
    f->count = (uint32_t)pack_get(r, 4);
    f->night = (uint32_t)pack_get(r, 4);
    f->sunday = (uint32_t)pack_get(r, 4);
    f->blasting = pack_get_upto(r, 1, 1) != 0;
    f->peak_mm_s = get_positive(r);
    f->peak_us = get_time(r);
    get_worst(r, &f->worst);
    pack_require(r, !f->active || f->since_us <= f->last_us);
}

static void get_peaks(struct pack_reader *r, struct vibration_watch *v)
{
    v->peak_count = (uint32_t)pack_get_upto(r, 1, VIBRATION_PEAKS);
    for (size_t i = 0; i < v->peak_count && !r->bad; i++) {
        v->peak[i].t_us = get_time(r);
        v->peak[i].ratio = get_positive(r);
        v->peak[i].source = (uint8_t)pack_get_upto(r, 1, SOURCES_LAST);
    }
    v->dropped_ratio = get_positive(r);
    v->dropped_us = get_time(r);
}

static void get_state(struct pack_reader *r, const struct time_zone *zone,
                      struct vibration_watch *v)
{
    int64_t offset_us = pack_get_i64(r, INT64_MIN, INT64_MAX, 0), start_us = get_time(r);
    uint64_t flags;

    vibration_watch_init(v, start_us, zone);
    pack_require(r, zone_offset_us(zone, v->start_us) == offset_us);
    v->now_us = get_time(r);
    pack_require(r, v->now_us >= start_us && start_us >= 0);
    v->events = pack_get(r, 8);
    v->knocks = pack_get(r, 8);
    flags = pack_get_upto(r, 1, WATCH_PERMANENT | WATCH_CONSTRUCTION | WATCH_FOREGROUND);
    v->permanent = flags & WATCH_PERMANENT;
    v->construction = flags & WATCH_CONSTRUCTION;
    v->current.foreground = flags & WATCH_FOREGROUND;
    v->current.t_us = get_time(r);
    v->current.source = (enum vibration_source)pack_get_upto(r, 1, SOURCES_LAST);
    v->current.ratio = get_positive(r);
    v->knock_run = get_positive(r);
    v->knock_us = get_time(r);
    get_ring(r, v);
    for (size_t i = 0; i < VIBRATION_FINDINGS; i++)
        get_finding(r, &v->finding[i]);
    get_peaks(r, v);
    pack_require(r, v->permanent == v->finding[VIBRATION_PERMANENT].active);
    pack_require(r, v->construction == v->finding[VIBRATION_CONSTRUCTION].active);
}

enum err vibration_watch_unpack(struct vibration_watch *w, const struct time_zone *zone,
                                const void *bytes, size_t n)
{
    struct pack_reader r = pack_reader(bytes, n);
    struct vibration_watch v;

    if (!r.bad && (pack_get(&r, 1) != VERSION || pack_get(&r, 8) != table_digest()))
        return r.bad ? ERR_CORRUPT : ERR_RANGE;
    get_state(&r, zone, &v);
    if (r.bad || r.at != r.n)
        return ERR_CORRUPT;
    *w = v;
    return ERR_OK;
}
