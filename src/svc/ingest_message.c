#include <stdio.h>
#include <string.h>

#include "ingest_parts.h"
#include "shikumen/base/clock.h"
#include "shikumen/core/burst.h"

#define MID_SECTOR_BITS  12
#define MID_SECTORS      (1 << (16 - MID_SECTOR_BITS))
#define MID_SECTORS_KEPT 6   /* on either side */
#define UNMATCHED_KEEP   500 /* messages that no profile fits, kept an hour */

/* --- one reading --- */

/* value: what r is worth, which its raw value need not be. */
static enum err append(struct ingest *in, const struct reading *r, double value)
{
    const struct ingest_follower *f = in->follower;
    enum err e = readings_append(in->db, r);
    struct reading measured = *r;
    measured.value = value;
    return e || !f ? e : f->appended(f->context, &measured, false);
}

static enum err revise(struct ingest *in, uint32_t id, int64_t t_us, struct quality_verdict v)
{
    const struct ingest_follower *f = in->follower;
    enum err e = readings_revise(in->db, id, t_us, v.flag, v.test);
    struct reading r = {.sensor = id, .t_us = t_us, .flag = v.flag, .test = v.test};
    return e || !f ? e : f->appended(f->context, &r, true);
}

/* Judges a reading that is older than its sensor's state remembers by its stored neighbours. */
static enum err judge_late(struct ingest *in, uint32_t sensor, struct reading *r)
{
    const struct sensor *s = &in->plan->registry->sensors[sensor];
    struct reading near[QUALITY_RECENT];
    struct quality_sample samples[QUALITY_RECENT + 1], before[QUALITY_RECENT + 1];
    size_t n, at;
    enum err e = readings_around(in->db, r->sensor, r->t_us, QUALITY_RECENT - 2, 2, near, &n, &at);
    if (e)
        return e;
    for (size_t i = 0; i <= n && !e; i++) {
        const struct reading *x = i == at ? r : &near[i < at ? i : i - 1];
        bool lacking;
        samples[i] =
            (struct quality_sample){.t_us = x->t_us, .verdict = {.flag = x->flag, .test = x->test}};
        e = ingest_measured(in, sensor, x->t_us, x->value, &samples[i].value, &lacking);
    }
    if (e)
        return e;
    memcpy(before, samples, sizeof before);
    quality_judge_window(samples, n + 1, at, &s->quality);
    r->flag = samples[at].verdict.flag;
    r->test = samples[at].verdict.test;
    for (size_t i = 0; i <= n && !e; i++)
        if (i != at && (samples[i].verdict.flag != before[i].verdict.flag ||
                        samples[i].verdict.test != before[i].verdict.test))
            e = revise(in, r->sensor, samples[i].t_us, samples[i].verdict);
    return e;
}

void ingest_start_epoch(struct quality_state *q, int64_t epoch_us, int64_t t_us)
{
    if (q->count > 0 && q->recent[q->count - 1].t_us < epoch_us && t_us >= epoch_us)
        *q = (struct quality_state){0};
}

/* A reading that lacks its thermal correction is kept, but is no neighbour of others. */
static enum err store_lacking(struct ingest *in, struct reading *r, double value)
{
    r->flag = QF_NOT_EVALUATED;
    r->test = QT_NONE;
    enum err e = append(in, r, value);
    in->batch.tally.stored += !e;
    return e;
}

static enum err store_new(struct ingest *in, uint32_t sensor, struct reading *r)
{
    const struct sensor *s = &in->plan->registry->sensors[sensor];
    struct quality_state *q = &in->map.quality[r->sensor];
    double value;
    bool lacking;
    if (!in->from_file && !r->historical) {
        in->map.heard_us[r->sensor] = in->link.last_message_us;
        in->any_heard = true;
    }
    enum err e = ingest_measured(in, sensor, r->t_us, r->value, &value, &lacking);
    if (e || lacking)
        return e ? e : store_lacking(in, r, value);
    ingest_start_epoch(q, in->map.baseline_us[sensor], r->t_us);
    struct quality_result result = quality_push(q, &s->quality, r->t_us, value);
    r->flag = result.verdict.flag;
    r->test = result.verdict.test;
    e = result.too_old ? judge_late(in, sensor, r) : ERR_OK;
    if (!e)
        e = append(in, r, value);
    for (size_t i = 0; i < result.revision_count && !e; i++)
        e = revise(in, r->sensor, result.revisions[i].t_us, result.revisions[i].verdict);
    in->batch.tally.stored += !e;
    in->batch.urgent = in->batch.urgent || in->map.prompt[sensor];
    return e;
}

/* Which profile the reading came by. */
static enum err note_origin(struct ingest *in, const struct decoded_reading *d, int64_t rx_us)
{
    const struct profile *by = d->by, *envelope = d->envelope;
    if (!by)
        return ERR_OK;
    return readings_origin(in->db, in->map.ids[d->sensor],
                           &(struct reading_origin){
                               .profile = by->id,
                               .version = by->version,
                               .digest = by->digest,
                               .envelope = envelope ? envelope->id : "",
                               .envelope_version = envelope ? envelope->version : 0,
                               .envelope_digest = envelope ? envelope->digest : 0,
                           },
                           rx_us);
}

enum err ingest_reading(struct ingest *in, const struct decoded_reading *d, int64_t rx_us)
{
    struct reading stored, r = {.t_us = d->t_us,
                                .rx_us = rx_us / US_PER_MS * US_PER_MS, /* finer costs bytes */
                                .value = d->value,
                                .sensor = in->map.ids[d->sensor],
                                .historical = d->historical,
                                .clock_doubt = d->clock_doubt};
    bool found;
    enum err e = readings_find(in->db, r.sensor, r.t_us, &found, &stored);
    in->batch.tally.received++;
    if (rx_us >= in->map.epoch_at_us)
        ingest_take_epochs(in, rx_us);
    if (!e && !found)
        e = store_new(in, d->sensor, &r);
    if (e || !found)
        return e ? e : note_origin(in, d, r.rx_us);
    in->batch.tally.duplicate++;
    in->batch.tally.conflict += stored.value != r.value;
    return ERR_OK;
}

/* --- one message --- */

/* What cannot be assessed (too short a record) is not rated and stays as long as readings do. */
static enum err rate_burst(struct ingest *in, const struct decoded_burst *b)
{
    double ratio;
    enum err e =
        burst_rate(in->plan->registry, b->sensor, b->json, b->json_len, &in->arena, &ratio);
    if (e)
        return e == ERR_NOMEM ? e : ERR_OK;
    return readings_burst_rate(in->db, in->map.ids[b->sensor], b->t_us, ratio);
}

static enum err store_burst(struct ingest *in, const struct decoded_burst *b, int64_t rx_us)
{
    bool is_new = false;
    enum err e = readings_burst(in->db, in->map.ids[b->sensor], b->t_us, rx_us, b->json,
                                b->json_len, &is_new);
    if (!e && is_new)
        e = rate_burst(in, b);
    in->batch.urgent = true;
    in->batch.tally.stored += !e && is_new;
    in->batch.tally.duplicate += !e && !is_new;
    return e;
}

static enum err store_refused(struct ingest *in, const struct refused *f, const struct message *m,
                              bool repeated)
{
    if (repeated) { /* it lies in quarantine since it came first */
        in->batch.tally.duplicate++;
        return ERR_OK;
    }
    in->batch.tally.quarantined[f->reason]++;
    if (f->reason == REFUSE_UNMATCHED && in->unmatched_kept++ >= UNMATCHED_KEEP)
        return ERR_OK; /* counted; what is kept is enough to write a profile by */
    return readings_quarantine(in->db, &(struct quarantine_entry){
                                           .rx_us = m->rx_us,
                                           .topic = m->topic,
                                           .reason = refusal_name(f->reason),
                                           .sensor = f->sensor,
                                           .detail = f->detail,
                                           .payload = f->text,
                                           .payload_len = f->text_len,
                                       });
}

static enum err store_status(struct ingest *in, const struct node_status *s, int64_t rx_us)
{
    in->batch.urgent = in->batch.urgent || !s->quiet;
    in->batch.status = true;
    return readings_node(in->db, &(struct node_row){
                                     .node = s->node,
                                     .online = s->online,
                                     .battery_v = s->battery_v,
                                     .battery_pct = s->battery_pct,
                                     .rssi_dbm = s->rssi_dbm,
                                     .firmware = s->firmware,
                                     .rx_us = rx_us,
                                 });
}

static enum err store_decoded(struct ingest *in, const struct decoded *d, const struct message *m,
                              bool repeated)
{
    enum err e = ERR_OK;
    in->batch.tally.received += (int64_t)d->refused_count + (d->burst ? 1 : 0);
    if (d->repeated) { /* by an identifier of its own: the same message once more */
        in->batch.tally.received += (int64_t)d->reading_count;
        in->batch.tally.duplicate += (int64_t)(d->reading_count + d->refused_count);
        return ERR_OK;
    }
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < d->reading_count && !e; i++)
            if (ingest_waits(in, d->readings[i].sensor) == (pass == 1))
                e = ingest_reading(in, &d->readings[i], m->rx_us);
    for (size_t i = 0; i < d->refused_count && !e; i++)
        e = store_refused(in, &d->refused[i], m, repeated);
    if (!e && d->burst)
        e = store_burst(in, d->burst, m->rx_us);
    for (size_t i = 0; i < d->status_count && !e; i++)
        e = store_status(in, &d->status[i], m->rx_us);
    in->batch.tally.lost += d->lost;
    return e;
}

enum err ingest_payload(struct ingest *in, const struct message *m, struct profile_memory *memory)
{
    struct profile_context context = profile_shelf_context(&in->plan->profiles, in->plan->registry);
    struct message now = *m;
    struct decoded decoded;
    context.memory = memory;
    enum err e = profile_payload(&context, m, in->plan->registry, &in->arena, &decoded);
    now.rx_us = hub_utc_us(in->hub);
    return e ? e : store_decoded(in, &decoded, &now, false);
}

static uint64_t digest_of(const struct mqtt_message *m)
{
    return hash64(hash64(0, m->topic, strlen(m->topic) + 1), m->payload, m->payload_len);
}

static bool may_repeat(const struct ingest *in)
{
    return in->link.redeliveries_left > 0 && mqtt_resumed(in->mqtt);
}

/* Message ids come round again after 65535 messages, and start anew with a session: another message
 * of the same words must not be taken for a repeat then. So the ids are 16 sectors, of which six on
 * either side of the present one may be in flight; the others are forgotten. */
static enum err forget_old_ids(struct ingest *in, uint16_t mid)
{
    int sector = mid >> MID_SECTOR_BITS, before = in->link.mid_sector;
    enum err e = ERR_OK;
    if (mid == 0 || sector == before)
        return ERR_OK;
    in->link.mid_sector = sector;
    if (before == MID_SECTOR_NONE && !mqtt_resumed(in->mqtt))
        return readings_delivery_forget(in->db, 0, UINT16_MAX);
    for (int i = MID_SECTORS_KEPT + 1; i < MID_SECTORS - MID_SECTORS_KEPT && !e; i++) {
        int first = (sector + i) % MID_SECTORS << MID_SECTOR_BITS;
        int last = first + (1 << MID_SECTOR_BITS) - 1;
        e = readings_delivery_forget(in->db, (uint16_t)first, (uint16_t)last);
    }
    return e;
}

/* Now, but later than the message before: readings without a time get that of their arrival, and
 * two messages must not make the same reading of it. */
static int64_t arrival_now(struct ingest *in)
{
    int64_t now_us = hub_utc_us(in->hub), last_us = in->last_arrival_us;
    if (now_us <= last_us && last_us - now_us < US_PER_S)
        now_us = last_us + 1;
    in->last_arrival_us = now_us;
    return now_us;
}

/* The arrival time of a message: now, or, when the broker repeats one whose acknowledgement got
 * lost, the time it came first, so that it decodes to the same readings. */
static enum err arrival(struct ingest *in, const struct mqtt_message *m, uint64_t digest,
                        int64_t *rx_us, bool *repeated)
{
    *repeated = false;
    *rx_us = arrival_now(in);
    if (!may_repeat(in) || m->mid == 0)
        return ERR_OK;
    in->link.redeliveries_left--;
    return readings_delivery_get(in->db, m->mid, digest, repeated, rx_us);
}

/* What a message calls for (a Sparkplug node's rebirth) is asked once; when it cannot be sent, the
 * next message asks again. */
static enum err send_command(struct ingest *in, const struct decoded *d)
{
    enum err e = mqtt_publish(in->mqtt, d->command_topic, d->command, d->command_len);
    return e == ERR_NOMEM ? e : ERR_OK;
}

static enum err take_message(struct ingest *in, const struct mqtt_message *m)
{
    struct message message = {
        .topic = m->topic, .payload = m->payload, .payload_len = m->payload_len};
    struct profile_context context = profile_shelf_context(&in->plan->profiles, in->plan->registry);
    struct decoded decoded;
    bool repeated, compared = may_repeat(in);
    uint64_t digest = compared ? digest_of(m) : 0;
    int64_t duplicate = in->batch.tally.duplicate;
    arena_reset(&in->arena);
    context.memory = in->memory;
    context.retained = m->retained;
    enum err e = forget_old_ids(in, m->mid);
    if (!e)
        e = arrival(in, m, digest, &message.rx_us, &repeated);
    if (!e)
        e = profile_payload(&context, &message, in->plan->registry, &in->arena, &decoded);
    if (!e)
        e = store_decoded(in, &decoded, &message, repeated);
    if (!e && m->mid && (decoded.uses_arrival_time || decoded.refused_count > 0) && !repeated)
        e = readings_delivery_put(in->db, m->mid, compared ? digest : digest_of(m), message.rx_us);
    if (!e && decoded.command_topic && in->mqtt)
        e = send_command(in, &decoded);
    if (compared && in->batch.tally.duplicate > duplicate)
        in->link.redeliveries_left = in->link.redelivery_window;
    return e;
}

void ingest_message(struct ingest *in, const struct mqtt_message *m)
{
    if (in->batch.failed)
        return; /* the connection is given up; the broker sends it again */
    in->batch.tally.messages++;
    in->batch.bytes += m->payload_len;
    in->link.last_message_us = hub_monotonic_us(in->hub);
    if (in->batch.tally.messages == 1)
        atomic_store(&in->hub->last_message_us, hub_utc_us(in->hub));
    if (in->batch.since_us == 0)
        in->batch.since_us = in->link.last_message_us;
    in->batch.failed = take_message(in, m);
}
