#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ingest_parts.h"
#include "shikumen/base/clock.h"
#include "shikumen/core/burst.h"

#define PROBE_BYTES     262144 /* room that must be there before messages are taken again */
#define EXPIRE_EVERY_US US_PER_HOUR
#define THIN_EVERY_US   (10 * US_PER_S) /* while there are months to decide over */

/* --- the registry mapped onto the store --- */

static enum err reserve_ids(struct ingest *in, uint32_t id)
{
    if (id < in->map.capacity)
        return ERR_OK;
    size_t capacity = (size_t)id + 1024;
    struct quality_state *quality = realloc(in->map.quality, capacity * sizeof *quality);
    if (!quality)
        return ERR_NOMEM;
    in->map.quality = quality;
    uint32_t *index = realloc(in->map.index, capacity * sizeof *index);
    if (!index)
        return ERR_NOMEM;
    in->map.index = index;
    int64_t *heard = realloc(in->map.heard_us, capacity * sizeof *heard);
    if (!heard)
        return ERR_NOMEM;
    in->map.heard_us = heard;
    memset(heard + in->map.capacity, 0, (capacity - in->map.capacity) * sizeof *heard);
    memset(quality + in->map.capacity, 0, (capacity - in->map.capacity) * sizeof *quality);
    in->map.capacity = capacity;
    return ERR_OK;
}

/* Value, rate or event without persistence; permanent change is judged by the day. */
static bool has_prompt_limit(const struct sensor *s)
{
    for (size_t i = 0; s->limits && i < s->limits->count; i++) {
        const struct limit *l = &s->limits->limits[i];
        bool by_the_day =
            l->of == LIMIT_CHANGE || l->of == LIMIT_PERCENT_CHANGE || l->of == LIMIT_DIFFERENTIAL;
        if (l->persist_us == 0 && !by_the_day)
            return true;
    }
    return false;
}

static enum err map_sensor(struct ingest *in, uint32_t index)
{
    const struct sensor *s = &in->plan->registry->sensors[index];
    uint32_t id;
    enum err e =
        readings_sensor(in->db, s->id, quantity_info(s->quantity)->name, s->canonical_unit, &id);
    if (!e)
        e = reserve_ids(in, id);
    if (e)
        return e;
    in->map.ids[index] = id;
    in->map.prompt[index] = has_prompt_limit(s);
    return ERR_OK;
}

void ingest_take_epochs(struct ingest *in, int64_t now_us)
{
    const struct registry *r = in->plan->registry;
    for (uint32_t i = 0; i < r->sensor_count; i++)
        in->map.baseline_us[i] = registry_baseline_start_us(r, i, now_us);
    in->map.epoch_at_us = registry_next_baseline_us(r, now_us);
}

enum err ingest_store_adopt(struct ingest *in)
{
    size_t count = in->plan->registry->sensor_count;
    int64_t seq;
    free(in->map.ids);
    free(in->map.baseline_us);
    free(in->map.prompt);
    in->map.ids = calloc(count + 1, sizeof *in->map.ids);
    in->map.baseline_us = calloc(count + 1, sizeof *in->map.baseline_us);
    in->map.prompt = calloc(count + 1, sizeof *in->map.prompt);
    enum err e = in->map.ids && in->map.baseline_us && in->map.prompt ? ERR_OK : ERR_NOMEM;
    for (uint32_t i = 0; i < count && !e; i++)
        e = map_sensor(in, i);
    if (!e)
        ingest_take_epochs(in, hub_utc_us(in->hub));
    if (!e)
        e = readings_commit(in->db, &seq);
    for (size_t id = 0; id < in->map.capacity; id++)
        in->map.index[id] = REGISTRY_NONE;
    for (uint32_t i = 0; i < count && !e; i++)
        in->map.index[in->map.ids[i]] = i;
    return e;
}

/* --- quality states --- */

static enum err take_state(void *context, uint32_t sensor, const uint8_t *bytes, size_t n)
{
    struct ingest *in = context;
    if (sensor < in->map.capacity && quality_unpack(bytes, n, &in->map.quality[sensor]))
        in->map.quality[sensor] = (struct quality_state){0};
    return ERR_OK;
}

static void replay(void *context, const struct reading *r)
{
    struct ingest *in = context;
    uint32_t index = r->sensor < in->map.capacity ? in->map.index[r->sensor] : REGISTRY_NONE;
    if (index == REGISTRY_NONE)
        return;
    struct quality_state *q = &in->map.quality[r->sensor];
    double value;
    bool lacking;
    if (ingest_measured(in, index, r->t_us, r->value, &value, &lacking) || lacking)
        return;
    ingest_start_epoch(q, in->map.baseline_us[index], r->t_us);
    quality_push(q, &in->plan->registry->sensors[index].quality, r->t_us, value);
}

static size_t pack_state(void *context, uint32_t sensor, uint8_t *bytes, size_t max)
{
    struct ingest *in = context;
    if (max < QUALITY_PACKED_MAX || sensor >= in->map.capacity ||
        in->map.index[sensor] == REGISTRY_NONE)
        return 0;
    return quality_pack(&in->map.quality[sensor], bytes);
}

/* --- opening --- */

/* A store that has just been full must show that it takes a batch again. */
static enum err probe(struct readings_db *db)
{
    char *filler = malloc(PROBE_BYTES + 1);
    if (!filler)
        return ERR_NOMEM;
    memset(filler, '.', PROBE_BYTES);
    filler[PROBE_BYTES] = '\0';
    int64_t seq;
    enum err e = readings_meta_put(db, "probe", filler);
    if (!e)
        e = readings_commit(db, &seq);
    if (!e)
        e = readings_meta_put(db, "probe", "");
    if (!e)
        e = readings_commit(db, &seq);
    free(filler);
    return e;
}

static enum err restore(struct ingest *in)
{
    for (size_t id = 0; id < in->map.capacity; id++)
        in->map.quality[id] = (struct quality_state){0};
    enum err e = readings_states_each(in->db, take_state, in);
    if (!e)
        readings_replay(in->db, replay, in);
    return e;
}

static enum err prepare(struct ingest *in)
{
    char fault[HUB_TEXT_SIZE];
    int64_t since_us, seq;
    bool was_faulty = hub_fault_get(in->hub, LOOP_INGEST, fault, &since_us);
    enum err e = was_faulty ? probe(in->db) : ERR_OK;
    if (!e)
        e = ingest_store_adopt(in);
    if (!e)
        e = restore(in);
    if (!e)
        e = ingest_recalibrate(in);
    if (!e)
        e = ingest_drop_recall(in);
    if (!e)
        e = readings_commit(in->db, &seq);
    if (e)
        return e;
    atomic_store(&in->hub->ingested_plan, in->plan->registry_digest);
    atomic_store(&in->hub->ingested_seq, seq);
    atomic_store(&in->hub->ingested_known, true);
    return ERR_OK;
}

enum err ingest_store_open(struct ingest *in)
{
    char why[HUB_TEXT_SIZE];
    enum err e = readings_open_as(in->hub->replay ? READINGS_SCRATCH : READINGS_DURABLE,
                                  in->plan->settings->store.path, why, sizeof why, &in->db);
    if (e) { /* without the path: the same trouble has the same text wherever it is met */
        const char *what = strstr(why, ".db: ");
        hub_fault(in->hub, LOOP_INGEST, "store: %s", what ? what + 5 : why);
        return e;
    }
    e = prepare(in);
    if (e) {
        hub_fault(in->hub, LOOP_INGEST, "store: %s",
                  *readings_error(in->db) ? readings_error(in->db) : err_name(e));
        ingest_store_close(in);
        return e;
    }
    if (!in->memory)
        in->memory = profile_memory_new();
    if (!in->memory) {
        ingest_store_close(in);
        return ERR_NOMEM;
    }
    hub_fault(in->hub, LOOP_INGEST, "%s", "");
    in->batch = (struct ingest_batch){0};
    return ERR_OK;
}

void ingest_store_close(struct ingest *in)
{
    readings_close(in->db);
    in->db = NULL;
    if (in->memory) /* what was not committed comes again, and is no repeat */
        profile_memory_forget(in->memory);
}

void ingest_store_free(struct ingest *in)
{
    ingest_store_close(in);
    plan_release(in->plan);
    arena_free(&in->arena);
    free(in->map.ids);
    free(in->map.baseline_us);
    free(in->map.prompt);
    free(in->map.heard_us);
    free(in->map.index);
    free(in->map.quality);
    profile_memory_free(in->memory);
}

/* --- committing and care --- */

static enum err count(struct ingest *in, const char *name, int64_t add)
{
    return add ? readings_count(in->db, name, add) : ERR_OK;
}

static enum err count_files(struct ingest *in)
{
    const struct tally *t = &in->batch.tally;
    enum err e = count(in, "files.done", t->files_done);

    if (!e)
        e = count(in, "files.refused", t->files_refused);
    if (!e)
        e = count(in, "file_readings.stored", t->file_stored);
    if (!e)
        e = count(in, "file_readings.duplicate", t->file_duplicate);
    return e ? e : count(in, "file_readings.quarantined", t->file_quarantined);
}

static enum err count_all(struct ingest *in)
{
    const struct tally *t = &in->batch.tally;
    enum err e = count(in, "messages", t->messages);
    if (!e)
        e = count(in, "received", t->received);
    if (!e)
        e = count(in, "stored", t->stored);
    if (!e)
        e = count(in, "duplicate", t->duplicate);
    if (!e)
        e = count(in, "conflict", t->conflict);
    if (!e)
        e = count(in, "lost_messages", t->lost);
    for (enum refusal r = 0; r < REFUSE_COUNT && !e; r++) {
        char name[48];
        snprintf(name, sizeof name, "quarantined.%s", refusal_name(r));
        e = count(in, name, t->quarantined[r]);
    }
    return e ? e : count_files(in);
}

enum err ingest_store_commit(struct ingest *in)
{
    int64_t seq, began_us = hub_monotonic_us(in->hub);
    enum err e = in->batch.failed ? in->batch.failed : count_all(in);
    if (!e)
        e = readings_commit(in->db, &seq);
    if (e)
        return e;
    struct hub *hub = in->hub;
    atomic_fetch_add(&hub->messages_received, in->batch.tally.messages);
    hub_committed(hub, hub_monotonic_us(in->hub) - began_us);
    atomic_store(&hub->ingested_us, hub_utc_us(in->hub));
    atomic_store(&hub->ingested_seq, seq);
    in->batch = (struct ingest_batch){0};
    hub_wake(hub, LOOP_ASSESS);
    return ERR_OK;
}

/* Decides over one sensor's vibration records of one month, then forgets what is too old. */
static enum err expire(struct ingest *in, int days)
{
    int64_t now_us = hub_utc_us(in->hub);
    bool more = false;
    enum err e = readings_thin(in->db, now_us - BURST_DROP_DAYS * US_PER_DAY, burst_fates, &more);
    if (!e)
        e = readings_expire(in->db, now_us - days * US_PER_DAY);
    in->expire_at_us = hub_monotonic_us(in->hub) + (more ? THIN_EVERY_US : EXPIRE_EVERY_US);
    return e;
}

enum err ingest_store_seal(struct ingest *in)
{
    enum err e = readings_seal(in->db, pack_state, in);
    return e ? e : readings_trim(in->db, atomic_load(&in->hub->snapshot_seq));
}

/* What no profile fitted is kept for a day. */
static enum err forget_unmatched(struct ingest *in)
{
    int64_t seq, before_us = hub_utc_us(in->hub) - US_PER_DAY;
    enum err e = readings_quarantine_expire(in->db, refusal_name(REFUSE_UNMATCHED), before_us);
    in->unmatched_at_us = hub_monotonic_us(in->hub) + EXPIRE_EVERY_US;
    in->unmatched_kept = 0;
    return e ? e : readings_commit(in->db, &seq);
}

enum err ingest_store_care(struct ingest *in)
{
    enum err e = readings_seal_due(in->db) ? ingest_store_seal(in) : ERR_OK;
    int days = in->plan->settings->store.retention_days;
    if (!e && days > 0 && hub_monotonic_us(in->hub) >= in->expire_at_us)
        e = expire(in, days);
    if (!e && !in->hub->replay && in->plan->profiles.set &&
        hub_monotonic_us(in->hub) >= in->unmatched_at_us)
        e = forget_unmatched(in);
    return e;
}
