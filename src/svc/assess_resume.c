#include <stdlib.h>

#include "assess_parts.h"
#include "shikumen/base/clock.h"

/* The slow analysis in state.db. It is written together with the journal row that it is as of, so
 * that the entries after that row, in their order, are all it lacks; and with every stop, reload
 * and (once a day in the usual course) day concluded, so that none was concluded since. When any
 * was, as in a backlog that was cut short, or when it is of another registry or program, it is of
 * no use, and the analysis is made anew from the readings. */

#define KEEP_LEAST_US (600 * US_PER_S) /* between two days kept, in a backlog */
#define KEEP_READINGS 10000000         /* that the journal keeps for it at most */

static uint64_t key_of(const struct assess *a)
{
    return slow_key(a->plan->registry_digest);
}

static const char *modal_name(struct assess *a, size_t house)
{
    return arena_printf(&a->slow.arena, "modal|%s", a->plan->registry->houses[house].id);
}

/* --- out --- */

struct keeping {
    size_t bytes, written;
};

static enum err keep_bytes(struct assess *a, const char *name, const void *bytes, size_t n,
                           struct keeping *k)
{
    hub_beat(a->hub, LOOP_ASSESS);
    k->bytes += n;
    a->error = state_error(a->state);
    return state_slow_put(a->state, name, bytes, n, &k->written);
}

static enum err keep_piece(struct assess *a, size_t piece, struct keeping *k)
{
    struct arena_mark mark = arena_mark(&a->slow.arena);
    const char *name = slow_piece_name(a->slow.analysis, piece, &a->slow.arena);
    const void *bytes;
    size_t n;
    enum err e = name ? slow_pack(a->slow.analysis, piece, key_of(a), &a->slow.arena, &bytes, &n)
                      : ERR_NOMEM;
    if (!e)
        e = keep_bytes(a, name, bytes, n, k);
    arena_rewind(&a->slow.arena, mark);
    return e;
}

static enum err keep_modal(struct assess *a, size_t house, struct keeping *k)
{
    struct arena_mark mark = arena_mark(&a->slow.arena);
    const char *name = modal_name(a, house);
    const void *bytes = "";
    size_t n = 0;
    enum err e = name ? ERR_OK : ERR_NOMEM;
    if (!e && a->slow.modal[house].records > 0)
        e = modal_watch_pack(&a->slow.modal[house], &a->slow.arena, &bytes, &n);
    if (!e)
        e = keep_bytes(a, name, bytes, n, k);
    arena_rewind(&a->slow.arena, mark);
    return e;
}

static enum err keep_cursors(struct assess *a)
{
    enum err e = state_number_put(a->state, "slow_seq", a->cursor);
    if (!e)
        e = state_number_put(a->state, "slow_kept_day", a->slow.day);
    return e ? e : state_number_put(a->state, "slow_burst", a->slow.burst_id);
}

enum err assess_slow_keep(struct assess *a)
{
    struct keeping k = {0};
    enum err e = assess_begin(a);
    if (!e && !a->slow.kept) /* names of another registry */
        e = state_slow_clear(a->state);
    for (size_t i = 0; i < slow_pieces(a->slow.analysis) && !e; i++)
        e = keep_piece(a, i, &k);
    for (size_t h = 0; h < a->plan->registry->house_count && !e; h++)
        e = keep_modal(a, h, &k);
    if (!e)
        e = keep_cursors(a);
    if (e)
        return e;
    a->slow.kept = true;
    a->slow.concluded = false;
    a->slow.taken = 0;
    a->slow.kept_seq = a->cursor;
    a->slow.keep_us = hub_monotonic_us(a->hub) + KEEP_LEAST_US;
    log_event(&a->hub->log, LOG_P_INFO, "slow_state kept bytes=%zu written=%zu", k.bytes,
              k.written);
    return ERR_OK;
}

/* Whether days go on being concluded one after the other. */
static bool is_behind(const struct assess *a)
{
    return slow_due(a->slow.analysis, hub_utc_us(a->hub));
}

bool assess_slow_keep_due(const struct assess *a)
{
    return !a->hub->replay && (a->slow.concluded || a->slow.taken >= KEEP_READINGS) &&
           (hub_monotonic_us(a->hub) >= a->slow.keep_us || !is_behind(a)) && !assess_slow_waits(a);
}

void assess_tell_needed(struct assess *a)
{
    bool needed = a->slow.kept && !a->slow.concluded && a->slow.kept_seq < a->snapshot_seq;
    atomic_store(&a->hub->snapshot_seq, needed ? a->slow.kept_seq : a->snapshot_seq);
}

/* --- in --- */

struct resuming {
    struct assess *a;
    struct strbuf bytes;
    const char *refused; /* why it is of no use; NULL: nothing says so yet */
};

/* What was kept under a name, in r->bytes. */
static enum err fetch(struct resuming *r, const char *name)
{
    hub_beat(r->a->hub, LOOP_ASSESS);
    r->a->error = state_error(r->a->state);
    return name ? state_slow_get(r->a->state, name, &r->bytes) : ERR_NOMEM;
}

/* Bytes that are none are no error of the store's. */
static enum err judge(struct resuming *r, enum err unpacked)
{
    if (unpacked != ERR_CORRUPT && unpacked != ERR_RANGE)
        return unpacked;
    r->refused = unpacked == ERR_CORRUPT ? "damaged" : "of another registry or program";
    return ERR_OK;
}

static enum err fetch_piece(struct resuming *r, size_t piece)
{
    struct assess *a = r->a;
    struct arena_mark mark = arena_mark(&a->slow.arena);
    const char *name = slow_piece_name(a->slow.analysis, piece, &a->slow.arena);
    enum err e = fetch(r, name);
    if (!e)
        e = judge(r, slow_unpack(a->slow.analysis, piece, key_of(a), &a->slow.arena, r->bytes.data,
                                 r->bytes.len));
    if (e == ERR_NOTFOUND) {
        r->refused = "of another registry or program";
        e = ERR_OK;
    }
    arena_rewind(&a->slow.arena, mark);
    return e;
}

static enum err fetch_modal(struct resuming *r, size_t house)
{
    struct assess *a = r->a;
    struct arena_mark mark = arena_mark(&a->slow.arena);
    enum err e = fetch(r, modal_name(a, house));
    if (!e)
        e = judge(r, modal_watch_unpack(&a->slow.modal[house], r->bytes.data, r->bytes.len));
    arena_rewind(&a->slow.arena, mark);
    return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err fetch_all(struct resuming *r)
{
    struct assess *a = r->a;
    enum err e = state_number_get(a->state, "slow_burst", 0, &a->slow.burst_id);
    for (size_t i = 0; i < slow_pieces(a->slow.analysis) && !e && !r->refused; i++)
        e = fetch_piece(r, i);
    for (size_t h = 0; h < a->plan->registry->house_count && !e && !r->refused; h++)
        e = fetch_modal(r, h);
    return e;
}

/* The entries that the rules in state.db have, and what was kept has not. */
static enum err follow_to_snapshot(struct resuming *r, int64_t seq)
{
    struct assess *a = r->a;
    int64_t snapshot_seq;
    bool gap = false;
    a->error = state_error(a->state);
    enum err e = state_number_get(a->state, "snapshot_seq", 0, &snapshot_seq);
    if (!e)
        e = assess_follow_slowly(a, seq, snapshot_seq, &gap);
    if (gap)
        r->refused = "journal rows are missing";
    a->slow.seq = seq > snapshot_seq ? seq : snapshot_seq;
    return e;
}

static enum err resume(struct resuming *r, int64_t seq)
{
    struct assess *a = r->a;
    int64_t day;
    enum err e = state_number_get(a->state, "slow_kept_day", INT64_MIN, &day);
    if (!e && day != a->slow.day)
        r->refused = "days were concluded since";
    else if (seq > atomic_load(&a->hub->ingested_seq))
        r->refused = "ahead of the journal";
    if (!e && !r->refused)
        e = fetch_all(r);
    return e || r->refused ? e : follow_to_snapshot(r, seq);
}

/* What was filled in part. */
static enum err begin_again(struct assess *a)
{
    slow_free(a->slow.analysis);
    free(a->slow.modal);
    a->slow.analysis = NULL;
    a->slow.modal = NULL;
    a->slow.taken = 0;
    return assess_slow_new(a);
}

enum err assess_slow_resume(struct assess *a, bool *resumed)
{
    struct resuming r = {.a = a};
    int64_t seq;
    *resumed = false;
    a->error = state_error(a->state);
    enum err e = state_number_get(a->state, "slow_seq", INT64_MIN, &seq);
    if (e || seq == INT64_MIN)
        return e;
    e = resume(&r, seq);
    strbuf_free(&r.bytes);
    if (!e && r.refused) {
        log_event(&a->hub->log, LOG_P_NOTICE, "slow_state refused=\"%s\": made anew from readings",
                  r.refused);
        return begin_again(a);
    }
    if (e)
        return e;
    *resumed = a->slow.kept = true;
    a->slow.kept_seq = seq;
    log_event(&a->hub->log, LOG_P_INFO, "slow_state resumed seq=%lld", (long long)seq);
    return ERR_OK;
}
