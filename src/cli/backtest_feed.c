#include "backtest_feed.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shikumen/base/clock.h"
#include "shikumen/core/reading_line.h"

#define REPORTED_LINES 10
#define PROGRESS_LINES (1 << 18)
/* An arrival that is further ahead of the clock than this is believed when the next far one agrees:
 * one broken time must not make all that follows late. */
#define LEAP_US (366 * US_PER_DAY)

struct feed {
    const struct registry *registry;
    struct replay *replay;
    struct feed_report report;
    struct feed_counts counts;
    struct arena arena;   /* of one line */
    bool csv, started;    /* the file has the CSV header; a reading or message has been taken */
    int64_t clock_us;     /* latest arrival */
    int64_t leap_us;      /* the far arrival last seen; INT64_MIN: none */
    uint32_t previous;    /* sensor of the line before */
    uint32_t *next_after; /* by sensor: which one followed it last time */
    size_t *id_len;       /* by sensor */
};

enum err feed_new(const struct registry *registry, struct replay *replay,
                  const struct feed_report *report, struct feed **out)
{
    struct feed *f = calloc(1, sizeof *f);

    *out = f;
    if (!f)
        return ERR_NOMEM;
    *f = (struct feed){.registry = registry,
                       .replay = replay,
                       .report = *report,
                       .clock_us = INT64_MIN,
                       .leap_us = INT64_MIN};
    f->next_after = calloc(registry->sensor_count + 1, sizeof *f->next_after);
    f->id_len = calloc(registry->sensor_count + 1, sizeof *f->id_len);
    if (!f->next_after || !f->id_len) {
        feed_free(f);
        *out = NULL;
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < registry->sensor_count; i++)
        f->id_len[i] = strlen(registry->sensors[i].id);
    return ERR_OK;
}

void feed_free(struct feed *f)
{
    if (!f)
        return;
    free(f->next_after);
    free(f->id_len);
    arena_free(&f->arena);
    free(f);
}

const struct feed_counts *feed_counts(const struct feed *f)
{
    return &f->counts;
}

/* --- what is in the way --- */

static enum err hostile(struct feed *f, const char *words)
{
    if (f->counts.hostile++ < REPORTED_LINES)
        f->report.hostile(f->report.context, f->counts.lines, words);
    return ERR_OK;
}

static enum err refuse(struct feed *f, enum refusal reason)
{
    f->counts.refused[reason]++;
    return ERR_OK;
}

/* --- readings --- */

/* Histories tell of the same sensors in the same order again and again. */
static uint32_t find_sensor(struct feed *f, const char *name, size_t n)
{
    const struct registry *r = f->registry;
    uint32_t guess = f->next_after[f->previous], found;

    if (guess < r->sensor_count && f->id_len[guess] == n &&
        memcmp(r->sensors[guess].id, name, n) == 0)
        return f->previous = guess;
    found = registry_sensor(r, name, n);
    if (found != REGISTRY_NONE)
        f->previous = f->next_after[f->previous] = found;
    return found;
}

/* False when the clock should not follow: see LEAP_US. */
static bool believable(struct feed *f, int64_t arrival_us)
{
    bool agrees;

    if (!f->started || arrival_us - f->clock_us <= LEAP_US)
        return true;
    agrees = f->leap_us != INT64_MIN && arrival_us >= f->leap_us - US_PER_DAY &&
             arrival_us - f->leap_us <= LEAP_US;
    f->leap_us = arrival_us;
    return agrees;
}

/* The arrival as the replay will take it; later than the line says when that runs backwards. */
static int64_t arrive(struct feed *f, int64_t arrival_us)
{
    if (f->started && arrival_us < f->clock_us) {
        f->counts.out_of_order++;
        return f->clock_us;
    }
    return arrival_us;
}

static void advance(struct feed *f, int64_t arrival_us)
{
    f->clock_us = arrival_us;
    f->leap_us = INT64_MIN;
    f->started = true;
}

static enum err take_reading(struct feed *f, const struct reading_line *l)
{
    int64_t rx_us = l->rx_us != INT64_MIN ? l->rx_us : l->t_us;
    uint32_t sensor = find_sensor(f, l->sensor, l->sensor_len);
    const struct sensor *s;
    enum refusal fault;
    double value;

    f->counts.readings++;
    if (sensor == REGISTRY_NONE)
        return refuse(f, REFUSE_UNKNOWN_SENSOR);
    s = &f->registry->sensors[sensor];
    fault = payload_judge(s, payload_unit_at(s, l->unit, l->unit_len, l->t_us), l->value, l->t_us,
                          rx_us, &value);
    if (fault == REFUSE_COUNT && !believable(f, rx_us))
        fault = REFUSE_FUTURE;
    if (fault != REFUSE_COUNT)
        return refuse(f, fault);
    rx_us = arrive(f, rx_us);
    advance(f, rx_us);
    return replay_take(f->replay, sensor, l->t_us, value, rx_us);
}

static enum err take_message(struct feed *f, const struct reading_line *l)
{
    int64_t rx_us = l->rx_us;

    if (rx_us == INT64_MIN && !f->started)
        return hostile(f, "rx is missing");
    if (rx_us == INT64_MIN)
        rx_us = f->clock_us;
    if (rx_us < PAYLOAD_EARLIEST_US || !believable(f, rx_us))
        return refuse(f, REFUSE_FUTURE);
    f->counts.messages++;
    rx_us = arrive(f, rx_us);
    advance(f, rx_us);
    return replay_message(f->replay, l->topic, l->payload, l->payload_len, rx_us);
}

/* --- lines --- */

static bool is_blank(const char *line, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (line[i] != ' ' && line[i] != '\t')
            return false;
    return true;
}

static enum err take_line(struct feed *f, const char *line, size_t n)
{
    struct reading_line l;
    const char *fault;
    enum err e;

    f->counts.lines++;
    if (f->report.progress && f->counts.lines % PROGRESS_LINES == 0)
        f->report.progress(f->report.context, f->counts.lines);
    if (f->counts.lines == 1 && reading_line_is_header(line, n)) {
        f->csv = true;
        return ERR_OK;
    }
    if (is_blank(line, n))
        return ERR_OK;
    e = f->csv ? reading_line_csv(line, n, &f->arena, &l, &fault)
               : reading_line_json(line, n, &f->arena, &l, &fault);
    if (e == ERR_OK)
        e = l.topic ? take_message(f, &l) : take_reading(f, &l);
    else if (e == ERR_PARSE)
        e = hostile(f, fault);
    if (f->arena.used_bytes > 0)
        arena_reset(&f->arena);
    return e;
}

enum err feed_run(struct feed *f, struct history *h, bool *from_store)
{
    enum err e = ERR_OK;

    *from_store = false;
    while (e == ERR_OK) {
        const char *line;
        size_t n;

        e = history_line(h, &line, &n);
        if (e == ERR_RANGE) {
            f->counts.lines++;
            e = hostile(f, "the line is too long");
            continue;
        }
        if (e != ERR_OK)
            break;
        e = take_line(f, line, n);
        *from_store = e != ERR_OK;
    }
    return e == ERR_NOTFOUND && !*from_store ? ERR_OK : e;
}
