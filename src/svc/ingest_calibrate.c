/* Raw values on their way through ingest: what they are worth now, and what became of those stored
 * when the registry gets another calibration. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ingest_parts.h"
#include "shikumen/io/readings_query.h"

#define AROUND          16   /* readings of a thermistor looked at */
#define COMMIT_EVERY    4096 /* revisions */
#define BEAT_EVERY      4096 /* readings */
#define CALIBRATED_WITH "calibrations"

/* --- one reading --- */

bool ingest_waits(const struct ingest *in, uint32_t sensor)
{
    const struct sensor *s = &in->plan->registry->sensors[sensor];
    for (size_t i = 0; i < s->calibration_count; i++)
        if (s->calibrations[i].temperature != REGISTRY_NONE)
            return true;
    return false;
}

/* What readings_query's reader will take: the latest at or before t_us that has not failed. NaN
 * when there is none young enough. */
static enum err temperature_at(struct ingest *in, const struct calibration *c, int64_t t_us,
                               double *temperature_c)
{
    const struct sensor *s = &in->plan->registry->sensors[c->temperature];
    struct reading near[AROUND];
    size_t n, at;
    enum err e =
        readings_around(in->db, in->map.ids[c->temperature], t_us + 1, AROUND, 0, near, &n, &at);
    *temperature_c = (double)NAN;
    for (size_t i = e ? 0 : at; i-- > 0 && near[i].t_us >= t_us - c->temperature_age_us;) {
        const struct calibration *own = sensor_calibration(s, near[i].t_us);
        if (near[i].flag == QF_FAIL || near[i].flag == QF_MISSING)
            continue;
        *temperature_c = own ? calibration_apply(own, near[i].value, (double)NAN) : near[i].value;
        break;
    }
    return e;
}

enum err ingest_measured(struct ingest *in, uint32_t sensor, int64_t t_us, double raw,
                         double *value, bool *lacking)
{
    const struct calibration *c = sensor_calibration(&in->plan->registry->sensors[sensor], t_us);
    double temperature_c = (double)NAN;
    enum err e = ERR_OK;
    *lacking = false;
    *value = raw;
    if (!c)
        return ERR_OK;
    if (c->temperature != REGISTRY_NONE) {
        e = temperature_at(in, c, t_us, &temperature_c);
        *lacking = !isfinite(temperature_c);
    }
    *value = calibration_apply(c, raw, temperature_c);
    return e;
}

/* --- the quality of what is stored, judged again --- */

/* A reading judged again that neighbours may still change. */
struct judged {
    int64_t t_us;
    struct quality_verdict stored, verdict;
};

struct rejudging {
    struct ingest *in;
    struct readings_reader *reader;
    uint32_t sensor, id;
    struct quality_state quality;
    struct judged recent[QUALITY_RECENT + 1]; /* ascending */
    size_t count;
    int64_t read, revised;
};

static enum err commit(struct ingest *in)
{
    int64_t seq;
    enum err e = readings_commit(in->db, &seq);
    if (!e)
        atomic_store(&in->hub->ingested_seq, seq);
    return e ? e : ingest_store_care(in);
}

static enum err settle(struct rejudging *j, const struct judged *x)
{
    if (x->stored.flag == x->verdict.flag && x->stored.test == x->verdict.test)
        return ERR_OK;
    enum err e = readings_revise(j->in->db, j->id, x->t_us, x->verdict.flag, x->verdict.test);
    return !e && ++j->revised % COMMIT_EVERY == 0 ? commit(j->in) : e;
}

static enum err settle_first(struct rejudging *j)
{
    struct judged first = j->recent[0];
    j->count--;
    memmove(j->recent, j->recent + 1, j->count * sizeof *j->recent);
    return settle(j, &first);
}

static void revise(struct rejudging *j, const struct quality_revision *r)
{
    for (size_t i = 0; i < j->count; i++)
        if (j->recent[i].t_us == r->t_us)
            j->recent[i].verdict = r->verdict;
}

static enum err judge_again(void *context, const struct reading *r)
{
    struct rejudging *j = context;
    const struct sensor *s = &j->in->plan->registry->sensors[j->sensor];
    struct judged x = {
        .t_us = r->t_us, .stored = {r->flag, r->test}, .verdict = {QF_NOT_EVALUATED, QT_NONE}};
    struct quality_result result;
    if (++j->read % BEAT_EVERY == 0)
        hub_beat(j->in->hub, LOOP_INGEST);
    if (reader_lacks(j->reader))
        return settle(j, &x);
    ingest_start_epoch(&j->quality, j->in->map.baseline_us[j->sensor], r->t_us);
    result = quality_push(&j->quality, &s->quality, r->t_us, r->value);
    x.verdict = result.verdict;
    for (size_t i = 0; i < result.revision_count; i++)
        revise(j, &result.revisions[i]);
    enum err e = j->count > QUALITY_RECENT ? settle_first(j) : ERR_OK;
    j->recent[j->count++] = x;
    return e;
}

static enum err rejudge(struct ingest *in, struct readings_reader *reader, uint32_t sensor)
{
    struct rejudging j = {.in = in, .reader = reader, .sensor = sensor, .id = in->map.ids[sensor]};
    enum err e = reader_window(reader, j.id, INT64_MIN, INT64_MAX, judge_again, &j);
    while (!e && j.count > 0)
        e = settle_first(&j);
    if (e)
        return e;
    in->map.quality[j.id] = j.quality;
    log_event(&in->hub->log, LOG_P_INFO,
              "calibration_changed sensor=%s readings=%" PRId64 " flags_changed=%" PRId64,
              in->plan->registry->sensors[sensor].id, j.read, j.revised);
    return ERR_OK;
}

/* --- which sensors --- */

/* What the calibration of a sensor was when its readings were last judged; 0: none. Lines "ID
 * digest", each after a line end. */
static uint64_t digest_before(const char *before, const char *id)
{
    size_t n = strlen(id);
    for (const char *line = strchr(before, '\n'); line; line = strchr(line + 1, '\n'))
        if (strncmp(line + 1, id, n) == 0 && line[1 + n] == ' ')
            return strtoull(line + 2 + n, NULL, 16);
    return 0;
}

static enum err rejudge_changed(struct ingest *in, const char *before)
{
    const struct registry *r = in->plan->registry;
    struct readings_reader *reader;
    char why[HUB_TEXT_SIZE];
    enum err e = reader_open(in->plan->settings->store.path, why, sizeof why, &reader);
    if (!e)
        e = reader_calibrate(reader, r);
    for (uint32_t i = 0; i < r->sensor_count && !e; i++)
        if (digest_before(before, r->sensors[i].id) != r->sensors[i].calibration_digest)
            e = rejudge(in, reader, i);
    reader_close(reader);
    return e;
}

static void list_digests(const struct registry *r, struct strbuf *out)
{
    strbuf_putc(out, '\n');
    for (size_t i = 0; i < r->sensor_count; i++)
        if (r->sensors[i].calibration_digest)
            strbuf_printf(out, "%s %016" PRIx64 "\n", r->sensors[i].id,
                          r->sensors[i].calibration_digest);
}

/* Readings first, then that they were judged: after a kill in between they are judged again. */
static enum err recalibrate(struct ingest *in, const struct strbuf *now)
{
    struct strbuf before = {0};
    const char *meta = NULL;
    enum err e = readings_meta_get(in->db, CALIBRATED_WITH, &meta);
    strbuf_puts(&before, meta ? meta : "\n");
    if (!e && (before.failed || now->failed))
        e = ERR_NOMEM;
    if (!e && strcmp(strbuf_text(&before), strbuf_text(now)) != 0) {
        e = rejudge_changed(in, strbuf_text(&before));
        if (!e)
            e = commit(in);
        if (!e)
            e = ingest_store_seal(in); /* with the states that belong to these values */
        if (!e)
            e = readings_meta_put(in->db, CALIBRATED_WITH, strbuf_text(now));
        if (!e)
            e = commit(in);
    }
    strbuf_free(&before);
    return e;
}

enum err ingest_recalibrate(struct ingest *in)
{
    struct strbuf now = {0};
    list_digests(in->plan->registry, &now);
    enum err e = in->hub->replay ? ERR_OK : recalibrate(in, &now);
    strbuf_free(&now);
    return e;
}
