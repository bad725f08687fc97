#include "ingest_file.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shikumen/base/array.h"
#include "shikumen/base/clock.h"
#include "shikumen/base/utc.h"
#include "shikumen/core/wording.h"

#define LINES_A_STEP     2000
#define ROWS_QUARANTINED 100 /* of one file; what is refused beyond them is counted */
#define WAITING_MAX      65536

/* --- one reading --- */

static enum err refuse(struct ingest_file *f, enum refusal reason, const char *sensor,
                       const char *detail, const char *text, size_t n)
{
    struct ingest *in = f->in;

    in->batch.tally.received++;
    in->batch.tally.quarantined[reason]++;
    if (f->refused_rows++ >= ROWS_QUARANTINED)
        return ERR_OK;
    return readings_quarantine(in->db, &(struct quarantine_entry){
                                           .rx_us = hub_utc_us(in->hub),
                                           .topic = strbuf_text(&f->topic),
                                           .reason = refusal_name(reason),
                                           .sensor = sensor,
                                           .detail = detail ? detail : "of a file",
                                           .payload = text,
                                           .payload_len = n,
                                       });
}

static enum err store(struct ingest_file *f, uint32_t sensor, int64_t t_us, double value)
{
    struct file_result *r = &f->result;

    r->first_us = t_us < r->first_us ? t_us : r->first_us;
    r->last_us = t_us > r->last_us ? t_us : r->last_us;
    return ingest_reading(f->in,
                          &(struct decoded_reading){.sensor = sensor, .t_us = t_us, .value = value},
                          hub_utc_us(f->in->hub));
}

enum err ingest_file_flush(struct ingest_file *f)
{
    enum err e = ERR_OK;

    for (size_t i = 0; i < f->waiting_count && !e; i++)
        e = store(f, f->waiting[i].sensor, f->waiting[i].t_us, f->waiting[i].value);
    f->waiting_count = 0;
    return e;
}

/* What a message brings in one may stand in any order in a file; thermistors come first. */
static enum err wait_for_thermistor(struct ingest_file *f, const struct file_waiting *w)
{
    enum err e = f->waiting_count == WAITING_MAX ? ingest_file_flush(f) : ERR_OK;

    if (e)
        return e;
    struct file_waiting *bigger =
        array_grow(f->waiting, &f->waiting_capacity, f->waiting_count + 1, sizeof *bigger);
    if (!bigger)
        return ERR_NOMEM;
    f->waiting = bigger;
    f->waiting[f->waiting_count++] = *w;
    return ERR_OK;
}

enum err ingest_file_reading(struct ingest_file *f, uint32_t sensor, const char *unit, size_t n,
                             double value, int64_t t_us, const char *text, size_t text_len)
{
    const struct sensor *s = &f->in->plan->registry->sensors[sensor];
    int64_t rx_us = hub_utc_us(f->in->hub);
    enum refusal fault =
        payload_judge(s, payload_unit_at(s, unit, n, t_us), value, t_us, rx_us, &value);

    if (fault != REFUSE_COUNT) {
        const char *words = NULL;
        if (f->refused_rows < ROWS_QUARANTINED) /* one of millions of samples needs none */
            words = payload_fault_words(&f->in->arena, s, fault, unit, n, t_us, rx_us);
        return refuse(f, fault, s->id, words, text, text_len);
    }
    if (ingest_waits(f->in, sensor))
        return wait_for_thermistor(f, &(struct file_waiting){sensor, t_us, value});
    return store(f, sensor, t_us, value);
}

/* --- lines --- */

/* What arrived together is over when something of another time comes. */
static enum err key(struct ingest_file *f, int64_t key_us)
{
    enum err e = key_us == f->waiting_key_us ? ERR_OK : ingest_file_flush(f);

    f->waiting_key_us = key_us;
    return e;
}

static enum err take_row(struct ingest_file *f, const char *line, size_t n)
{
    const struct table_reading *readings;
    struct table_fault fault;
    size_t count;
    enum err e = file_table_line(f->table, line, n, &f->in->arena, &readings, &count, &fault);

    if (e == ERR_PARSE && !f->storing)
        ingest_file_fault(f, f->result.lines, fault.column, fault.zh, fault.en);
    if (e == ERR_PARSE) {
        f->ended = f->ended || !file_table_begun(f->table); /* no heading: no rows */
        return ERR_OK;
    }
    if (!e && count > 0 && f->storing)
        e = key(f, readings[0].t_us);
    for (size_t i = 0; i < count && !e && f->storing; i++) {
        const struct file_series *s = readings[i].series;
        e = ingest_file_reading(f, s->sensor, s->unit, s->unit ? strlen(s->unit) : 0,
                                readings[i].value, readings[i].t_us, line, n);
    }
    return e;
}

static enum err take_reading(struct ingest_file *f, const struct reading_line *l, const char *line,
                             size_t n)
{
    uint32_t sensor = registry_sensor(f->in->plan->registry, l->sensor, l->sensor_len);
    char name[256];
    enum err e = key(f, l->rx_us != INT64_MIN ? l->rx_us : l->t_us);

    if (e)
        return e;
    if (sensor != REGISTRY_NONE)
        return ingest_file_reading(f, sensor, l->unit, l->unit_len, l->value, l->t_us, line, n);
    size_t len = l->sensor_len < sizeof name - 1 ? l->sensor_len : sizeof name - 1;
    memcpy(name, l->sensor, len);
    name[len] = '\0';
    return refuse(f, REFUSE_UNKNOWN_SENSOR, name, "not in the registry", line, n);
}

/* A recorded message: its relative times count from when it was recorded. */
static enum err take_message(struct ingest_file *f, const struct reading_line *l)
{
    const struct message m = {.topic = l->topic,
                              .payload = l->payload,
                              .payload_len = l->payload_len,
                              .rx_us = l->rx_us != INT64_MIN ? l->rx_us : hub_utc_us(f->in->hub)};
    enum err e = ingest_file_flush(f);

    return e ? e : ingest_payload(f->in, &m, f->memory);
}

static enum err take_line(struct ingest_file *f, const char *line, size_t n)
{
    struct reading_line l;
    const char *fault = "";
    enum err e;

    if (f->kind == FILE_KIND_TABLE)
        return take_row(f, line, n);
    if (n == 0 || (f->csv && f->result.lines == 1))
        return ERR_OK;
    e = f->csv ? reading_line_csv(line, n, &f->in->arena, &l, &fault)
               : reading_line_json(line, n, &f->in->arena, &l, &fault);
    if (e == ERR_PARSE && !f->storing)
        ingest_file_fault(f, f->result.lines, 0, wording_zh_or(&f->in->arena, fault), fault);
    if (e == ERR_PARSE || !f->storing)
        return e == ERR_PARSE ? ERR_OK : e;
    return e ? e : l.topic ? take_message(f, &l) : take_reading(f, &l, line, n);
}

/* A line that cannot be had is a fault of the file. */
static enum err bad_line(struct ingest_file *f, enum err e)
{
    switch (e) {
    case ERR_RANGE:
        ingest_file_fault(f, ++f->result.lines, 0, "行超过 1 MiB", "a line longer than 1 MiB");
        return ERR_OK;
    case ERR_PARSE:
        ingest_file_fault(f, f->result.lines + 1, 0, "字节不合文件的编码",
                          "bytes that the encoding of the file does not have");
        f->ended = true;
        return ERR_OK;
    case ERR_CORRUPT:
        ingest_file_fault(f, f->result.lines + 1, 0, "gzip 损坏或不完整",
                          "gzip that is damaged or cut short");
        f->ended = true;
        return ERR_OK;
    default:
        return e;
    }
}

static enum err step_lines(struct ingest_file *f)
{
    struct ingest *in = f->in;
    const char *line;
    size_t n;
    enum err e = ERR_OK;

    for (int i = 0; i < LINES_A_STEP && !e && !f->ended; i++) {
        if (f->storing &&
            readings_pending_count(in->db) >= (size_t)in->plan->settings->store.commit_readings)
            break;
        e = history_line(f->lines, &line, &n);
        if (e == ERR_NOTFOUND) {
            f->ended = true;
            return f->storing ? ingest_file_flush(f) : ERR_OK;
        }
        if (e) {
            e = bad_line(f, e);
            continue;
        }
        f->result.lines++;
        arena_reset(&in->arena);
        e = take_line(f, line, n);
        if (!e && !f->storing && f->profile && f->profile->format == FILE_TOA5 &&
            history_unended(f->lines))
            ingest_file_fault(f, f->result.lines, 0, "最后一行没有结束",
                              "the last line has no end: it is cut short");
        f->ended = f->ended || (!f->storing && f->result.fault_count >= FILE_FAULTS_MAX);
    }
    return e;
}

/* --- from beginning to end --- */

static enum err rewind_lines(struct ingest_file *f)
{
    enum err e;

    history_close(f->lines);
    file_table_close(f->table);
    f->lines = NULL;
    f->table = NULL;
    f->ended = false;
    f->result.lines = 0;
    if (lseek(f->fd, 0, SEEK_SET) != 0)
        return ERR_IO;
    e = history_open_fd(f->fd, f->profile ? f->profile->encoding : NULL, &f->lines);
    if (e == ERR_CORRUPT)
        return bad_line(f, e);
    if (!e && f->kind == FILE_KIND_TABLE)
        e = file_table_open(f->profile, &f->table);
    return e;
}

enum err ingest_file_begin(struct ingest *in, const char *name, int fd, struct ingest_file **out)
{
    struct ingest_file *f = calloc(1, sizeof *f);
    struct stat st;
    enum err e;

    *out = NULL;
    if (!f)
        return ERR_NOMEM;
    f->in = in;
    f->name = name;
    f->fd = fd;
    f->size = fstat(fd, &st) == 0 ? st.st_size : 0;
    f->result.first_us = INT64_MAX;
    f->result.last_us = INT64_MIN;
    f->waiting_key_us = INT64_MIN;
    strbuf_printf(&f->topic, "file/%s", name);
    e = ingest_file_recognise(f);
    if (!e && f->kind == FILE_KIND_MSEED)
        e = ingest_file_read_mseed(f);
    else if (!e && f->kind != FILE_KIND_NONE)
        e = rewind_lines(f);
    if (e)
        ingest_file_end(f);
    else
        *out = f;
    return e;
}

void ingest_file_end(struct ingest_file *f)
{
    if (!f)
        return;
    history_close(f->lines);
    file_table_close(f->table);
    profile_memory_free(f->memory);
    mseed_free(&f->seed);
    strbuf_free(&f->bytes);
    strbuf_free(&f->topic);
    strbuf_free(&f->result.faults);
    free(f->waiting);
    free(f);
}

/* What a step brought, to what came of the file. */
static void add_tally(struct tally *to, const struct tally *before, const struct tally *now)
{
    to->received += now->received - before->received;
    to->stored += now->stored - before->stored;
    to->duplicate += now->duplicate - before->duplicate;
    to->conflict += now->conflict - before->conflict;
    for (int i = 0; i < REFUSE_COUNT; i++)
        to->quarantined[i] += now->quarantined[i] - before->quarantined[i];
}

static int64_t refused_of(const struct tally *t)
{
    int64_t n = 0;

    for (int i = 0; i < REFUSE_COUNT; i++)
        n += t->quarantined[i];
    return n;
}

/* The same to the figures of all files. */
static void count_readings(struct tally *now, const struct tally *before)
{
    now->file_stored += now->stored - before->stored;
    now->file_duplicate += now->duplicate - before->duplicate;
    now->file_quarantined += refused_of(now) - refused_of(before);
}

/* In the transaction of its last readings. */
static enum err count_file(struct ingest_file *f)
{
    struct ingest *in = f->in;
    bool refused = ingest_file_refused(f);
    struct strbuf text = {0};
    char time[UTC_TEXT_SIZE];
    enum err e;

    in->batch.tally.files_done += !refused;
    in->batch.tally.files_refused += refused;
    strbuf_printf(&text, "%s %s %s", utc_format(hub_utc_us(in->hub), time),
                  refused ? "refused" : "done", f->name);
    e = text.failed ? ERR_NOMEM : readings_meta_put(in->db, "last_file", strbuf_text(&text));
    strbuf_free(&text);
    return e;
}

/* Checked without a fault: from the beginning again, this time to keep it. */
static enum err begin_storing(struct ingest_file *f, bool *more)
{
    if (!f->storing && f->result.fault_count == 0 && f->table && !file_table_begun(f->table))
        ingest_file_fault(f, 0, 0, "文件在表头之前结束", "the file ends before its heading does");
    *more = !f->storing && f->result.fault_count == 0;
    if (!*more)
        return ERR_OK;
    f->storing = true;
    f->memory = profile_memory_new();
    return f->memory ? rewind_lines(f) : ERR_NOMEM;
}

enum err ingest_file_step(struct ingest_file *f, bool *more)
{
    struct ingest *in = f->in;
    struct tally before = in->batch.tally;
    enum err e = ERR_OK;

    *more = false;
    if (f->kind == FILE_KIND_NONE || (f->result.fault_count > 0 && f->ended))
        return count_file(f);
    in->from_file = true;
    if (f->kind == FILE_KIND_MSEED) {
        e = f->result.fault_count > 0 ? ERR_OK : ingest_file_step_mseed(f, more);
    } else {
        e = step_lines(f);
        if (!e && f->ended)
            e = begin_storing(f, more);
        else
            *more = !e;
    }
    in->from_file = false;
    add_tally(&f->result.tally, &before, &in->batch.tally);
    count_readings(&in->batch.tally, &before);
    return e || *more ? e : count_file(f);
}
