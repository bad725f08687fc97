#include "alarm_load_parts.h"

#include <stdlib.h>
#include <string.h>

#include "shikumen/base/strbuf.h"

enum err alarm_load_new(int64_t acknowledge_within_us, struct alarm_load **out)
{
    struct alarm_load *l = calloc(1, sizeof *l);

    *out = l;
    if (!l)
        return ERR_NOMEM;
    l->within_us = acknowledge_within_us;
    return ERR_OK;
}

void alarm_load_free(struct alarm_load *l)
{
    if (!l)
        return;
    strmap_free(&l->origin_of);
    arena_free(&l->texts);
    free(l->origins);
    free(l->entries);
    free(l->buckets);
    free(l->answers);
    free(l);
}

int64_t alarm_span(int64_t t_us, int64_t span_us)
{
    return t_us / span_us - (t_us % span_us < 0);
}

/* array with a gap for one more at index at; NULL when memory is out. */
static void *open_gap(void *array, size_t *room, size_t count, size_t at, size_t size)
{
    if (count == *room) {
        size_t bigger = *room * 2 + 32;
        void *moved = reallocarray(array, bigger, size);
        if (!moved)
            return NULL;
        array = moved;
        *room = bigger;
    }
    memmove((char *)array + (at + 1) * size, (char *)array + at * size, (count - at) * size);
    return array;
}

/* --- origins --- */

static void put_key(struct strbuf *key, const struct alarm_step *s)
{
    strbuf_printf(key, "%d %d %d ", (int)s->category, (int)s->kind, *s->limit ? (int)s->of : 0);
    strbuf_append(key, s->house, strlen(s->house) + 1);
    strbuf_append(key, s->sensor, strlen(s->sensor) + 1);
    strbuf_puts(key, s->limit);
}

static enum err add_origin(struct alarm_load *l, const struct alarm_step *s,
                           const struct strbuf *key)
{
    struct alarm_origin o = {.house = arena_strdup(&l->texts, s->house),
                             .sensor = arena_strdup(&l->texts, s->sensor),
                             .limit = arena_strdup(&l->texts, s->limit),
                             .category = s->category,
                             .kind = s->kind,
                             .of = *s->limit ? s->of : LIMIT_VALUE};
    const char *own = arena_strndup(&l->texts, key->data, key->len);
    struct alarm_origin *more =
        open_gap(l->origins, &l->origin_room, l->origin_count, l->origin_count, sizeof *more);

    if (!more)
        return ERR_NOMEM;
    l->origins = more;
    if (!o.house || !o.sensor || !o.limit || !own)
        return ERR_NOMEM;
    l->origins[l->origin_count] = o;
    enum err e = strmap_put(&l->origin_of, own, key->len, (uint32_t)l->origin_count);
    if (e == ERR_OK)
        l->origin_count++;
    return e;
}

static enum err find_origin(struct alarm_load *l, const struct alarm_step *s, uint32_t *origin)
{
    struct strbuf key = {0};
    enum err e = ERR_OK;

    put_key(&key, s);
    if (key.failed)
        return ERR_NOMEM;
    *origin = strmap_get(&l->origin_of, key.data, key.len);
    if (*origin == STRMAP_NONE) {
        e = add_origin(l, s, &key);
        *origin = (uint32_t)l->origin_count - 1;
    }
    strbuf_free(&key);
    return e;
}

/* --- buckets --- */

static int compare(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int bucket_order(const struct alarm_bucket *a, const struct alarm_bucket *b)
{
    int by_hour = compare(a->hour, b->hour), by_origin = compare(a->origin, b->origin);

    return by_hour ? by_hour : by_origin ? by_origin : compare(a->level, b->level);
}

static size_t bucket_at(const struct alarm_load *l, const struct alarm_bucket *b)
{
    size_t low = 0, high = l->bucket_count;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (bucket_order(&l->buckets[mid], b) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

size_t alarm_first_bucket(const struct alarm_load *l, int64_t hour)
{
    return bucket_at(l, &(struct alarm_bucket){.hour = hour});
}

static enum err count_in_week(struct alarm_load *l, const struct alarm_step *s)
{
    struct alarm_bucket b = {.hour = alarm_span(s->at_us, ALARM_HOUR_US), .level = s->level};
    struct alarm_bucket *more;
    enum err e = find_origin(l, s, &b.origin);

    if (e != ERR_OK)
        return e;
    size_t at = bucket_at(l, &b);
    if (at == l->bucket_count || bucket_order(&l->buckets[at], &b) != 0) {
        more = open_gap(l->buckets, &l->bucket_room, l->bucket_count, at, sizeof b);
        if (!more)
            return ERR_NOMEM;
        l->buckets = more;
        l->buckets[at] = b;
        l->bucket_count++;
    }
    l->buckets[at].count++;
    return ERR_OK;
}

/* --- entries --- */

static size_t entry_at(const struct alarm_load *l, int64_t episode)
{
    size_t low = 0, high = l->entry_count;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (l->entries[mid].episode < episode)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static struct alarm_entry *find_entry(struct alarm_load *l, const struct alarm_step *s)
{
    size_t at = entry_at(l, s->episode);

    if (at == l->entry_count || l->entries[at].episode != s->episode) {
        struct alarm_entry *more =
            open_gap(l->entries, &l->entry_room, l->entry_count, at, sizeof *more);
        if (!more)
            return NULL;
        l->entries = more;
        l->entries[at] = (struct alarm_entry){.episode = s->episode,
                                              .last_us = s->at_us,
                                              .told_us = {INT64_MIN, INT64_MIN, INT64_MIN}};
        l->entry_count++;
    }
    l->entries[at].category = s->category;
    return &l->entries[at];
}

/* --- answers --- */

static int answer_order(const struct alarm_answer *a, const struct alarm_answer *b)
{
    int by_day = compare(a->day, b->day);
    int by_category = compare((int64_t)a->category, (int64_t)b->category);

    return by_day ? by_day : by_category ? by_category : compare(a->level, b->level);
}

static enum err keep_answer(struct alarm_load *l, const struct alarm_entry *e, bool in_time)
{
    struct alarm_answer a = {alarm_span(e->asked_us, ALARM_DAY_US), e->category, e->asked_level, 0,
                             0};
    size_t at = l->answer_count;

    while (at > 0 && answer_order(&l->answers[at - 1], &a) >= 0)
        at--;
    if (at == l->answer_count || answer_order(&l->answers[at], &a) != 0) {
        struct alarm_answer *more =
            open_gap(l->answers, &l->answer_room, l->answer_count, at, sizeof a);
        if (!more)
            return ERR_NOMEM;
        l->answers = more;
        l->answers[at] = a;
        l->answer_count++;
    }
    l->answers[at].due++;
    l->answers[at].in_time += in_time;
    return ERR_OK;
}

bool alarm_overdue(const struct alarm_load *l, const struct alarm_entry *e, int64_t now_us)
{
    return e->asked_level > 0 && now_us - e->asked_us > l->within_us;
}

/* A person answers what waits, or nobody need any more. */
static enum err settle(struct alarm_load *l, struct alarm_entry *e, bool by_person, int64_t at_us)
{
    bool late = alarm_overdue(l, e, at_us);
    enum err err = ERR_OK;

    if (by_person && e->level > e->acked_level)
        e->acked_level = e->level;
    if (e->asked_level > 0 && (by_person || late))
        err = keep_answer(l, e, !late);
    e->asked_level = 0;
    return err;
}

static enum err ask(struct alarm_load *l, struct alarm_entry *e, int64_t at_us)
{
    if (e->level < LEVEL_ORANGE)
        return settle(l, e, false, at_us);
    if (e->level <= e->acked_level || e->level <= e->asked_level)
        return ERR_OK;
    enum err err = settle(l, e, false, at_us);
    e->asked_level = e->level;
    e->asked_us = at_us;
    return err;
}

/* --- a step --- */

bool alarm_chatters(const struct alarm_entry *e, int64_t now_us)
{
    return e->told_us[2] != INT64_MIN && e->told_us[0] - e->told_us[2] <= ALARM_CHATTER_US &&
           now_us - e->told_us[0] <= ALARM_CHATTER_US;
}

bool alarm_is_stale(const struct alarm_entry *e, int64_t now_us)
{
    return e->known && now_us - e->last_us > ALARM_STALE_US;
}

static void note_worst(struct alarm_load *l, struct alarm_entry *e)
{
    if (e->level <= e->peak)
        return;
    if (e->peak > 0)
        l->alerts.n[e->category][e->peak]--;
    l->alerts.n[e->category][e->level]++;
    e->peak = e->level;
}

/* People learn of it. */
static enum err announce(struct alarm_load *l, struct alarm_entry *e, const struct alarm_step *s)
{
    e->known = true;
    e->told_us[2] = e->told_us[1];
    e->told_us[1] = e->told_us[0];
    e->told_us[0] = s->at_us;
    l->raised.n[e->category][e->level]++;
    if (!e->chattered && alarm_chatters(e, s->at_us)) {
        e->chattered = true;
        l->chattered.n[e->category][e->level]++;
    }
    return s->own ? ERR_OK : count_in_week(l, s);
}

static enum err ended(struct alarm_load *l, struct alarm_entry *e, const struct alarm_step *s)
{
    enum err err = settle(l, e, s->by_person, s->at_us);

    e->level = LEVEL_NORMAL;
    e->acked_level = 0;
    e->known = false;
    return err;
}

static void note_stale(struct alarm_load *l, struct alarm_entry *e, int64_t at_us)
{
    if (alarm_is_stale(e, at_us) && !e->was_stale) {
        e->was_stale = true;
        l->went_stale.n[e->category][e->level]++;
    }
    if (at_us > e->last_us)
        e->last_us = at_us;
}

static bool is_known(const struct alarm_step *s)
{
    return s->level >= LEVEL_NORMAL && s->level <= LEVEL_RED && s->category < CATEGORY_COUNT &&
           s->kind < KIND_COUNT;
}

enum err alarm_load_step(struct alarm_load *l, const struct alarm_step *s, int *raised)
{
    enum err err = ERR_OK;

    *raised = 0;
    if (!is_known(s))
        return ERR_CORRUPT;
    struct alarm_entry *e = find_entry(l, s);
    if (!e)
        return ERR_NOMEM;
    note_stale(l, e, s->at_us);
    if (s->level == LEVEL_NORMAL)
        return ended(l, e, s);
    e->level = s->level;
    if (s->told && !e->known) {
        *raised = s->level;
        err = announce(l, e, s);
    }
    if (e->known && s->told)
        note_worst(l, e);
    if (err == ERR_OK && s->event == EVENT_ACKNOWLEDGED)
        return settle(l, e, true, s->at_us);
    return err == ERR_OK && e->known ? ask(l, e, s->at_us) : err;
}

/* --- forgetting --- */

static bool is_over(const struct alarm_entry *e, int64_t now_us)
{
    return e->level == LEVEL_NORMAL && now_us - e->last_us > (ALARM_KEPT_D + 1) * ALARM_DAY_US;
}

void alarm_load_forget(struct alarm_load *l, int64_t now_us)
{
    int64_t day = alarm_span(now_us, ALARM_DAY_US) - ALARM_KEPT_D;
    size_t old = alarm_first_bucket(l, alarm_span(now_us, ALARM_HOUR_US) - ALARM_WEEK_H + 1);
    size_t kept = 0, past = 0;

    if (old > 0)
        memmove(l->buckets, l->buckets + old, (l->bucket_count - old) * sizeof *l->buckets);
    l->bucket_count -= old;
    for (size_t i = 0; i < l->entry_count; i++)
        if (!is_over(&l->entries[i], now_us))
            l->entries[kept++] = l->entries[i];
    l->entry_count = kept;
    while (past < l->answer_count && l->answers[past].day <= day)
        past++;
    if (past > 0)
        memmove(l->answers, l->answers + past, (l->answer_count - past) * sizeof *l->answers);
    l->answer_count -= past;
}
