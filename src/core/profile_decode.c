/* Which profile fits, and what it makes of the message. */
#include <stdlib.h>
#include <string.h>

#include "json_input.h"
#include "profile_part.h"
#include "shikumen/base/strmap.h"

/* --- the envelope --- */

static bool topic_fits(struct profile_work *w, const struct profile *p)
{
    for (size_t i = 0; i < p->topic_count; i++)
        if (profile_topic_fits(p->topics[i], w->m->topic, w->captures, &w->capture_count))
            return true;
    w->capture_count = 0;
    return false;
}

/* The document in the profile's format, made once; NULL with *why. CSV is as the profile says. */
static cJSON *document(struct profile_work *w, const struct profile *p, const char **why)
{
    enum profile_format f = p->format;

    if (!w->tried[f] || f == PROFILE_CSV) {
        cJSON_Delete(w->trees[f]);
        w->faults[f] = NULL;
        w->trees[f] = profile_document(w, p, &w->faults[f]);
        w->tried[f] = true;
    }
    *why = w->faults[f];
    return w->trees[f];
}

/* True when p is the envelope of the message; its document in *root. */
static bool envelope_fits(struct profile_work *w, const struct profile *p, cJSON **root)
{
    struct profile_spot spot = {0};
    const char *why = NULL;

    *root = NULL;
    if (!topic_fits(w, p) && !w->c->any_topic) {
        profile_say(w, p, "the topic is not %s", p->topic_count ? p->topics[0] : "");
        return false;
    }
    if (p->ignore && p->match.count == 0)
        return true;
    if (p->format == PROFILE_SENML || p->format == PROFILE_SENML_CBOR)
        return true;
    *root = document(w, p, &why);
    if (!*root) {
        profile_say(w, p, "not %s: %s", profile_format_name(p->format), why ? why : "");
        return false;
    }
    spot.root = spot.at = *root;
    if (profile_holds(w, &spot, &p->match, &why))
        return true;
    profile_say(w, p, "%s", why ? why : "match does not hold");
    return false;
}

/* False for what profile_context.only leaves out. */
static bool may_be_tried(const struct profile_context *c, const struct profile *p)
{
    return p->topic_count > 0 && (!c->only || c->only == p ||
                                  (c->only->inside_count > 0 && profile_goes_inside(c->only, p)));
}

static const struct profile *find_envelope(struct profile_work *w, cJSON **root)
{
    for (size_t i = 0; i < w->c->set->count && !w->out_of_memory; i++) {
        const struct profile *p = &w->c->set->at[i];
        if (may_be_tried(w->c, p) && envelope_fits(w, p, root))
            return p;
    }
    return NULL;
}

/* False for a filter that takes whatever topic. */
static bool names_topic(const struct profile *p)
{
    for (size_t i = 0; i < p->topic_count; i++)
        if (strcmp(p->topics[i], "#") == 0)
            return false;
    return true;
}

/* Why no envelope fits: of those that have the topic, what the first wants that is not there. */
static const char *why_none(struct profile_work *w)
{
    const char *why = NULL;

    if (w->c->any_topic && (!w->c->only || w->c->only->inside_count > 0))
        return "no profile of a network fits";
    w->explain = true;
    for (size_t i = 0; i < w->c->set->count && !why && !w->out_of_memory; i++) {
        const struct profile *p = &w->c->set->at[i];
        struct profile_spot spot = {0};
        if (!may_be_tried(w->c, p) || (!w->c->any_topic && (!names_topic(p) || !topic_fits(w, p))))
            continue;
        spot.root = spot.at = document(w, p, &why);
        if (spot.root)
            profile_holds(w, &spot, &p->match, &why);
        else
            why = arena_printf(w->arena, "not %s: %s", profile_format_name(p->format),
                               why ? why : "");
        if (why)
            why = arena_printf(w->arena, "no profile fits; %s has this topic, but: %s", p->id, why);
    }
    w->explain = false;
    return why ? why : "no profile has this topic";
}

/* --- reading --- */

static bool is_word(const char *text, const char *const *words, size_t count)
{
    for (size_t i = 0; text && i < count; i++)
        if (profile_glob(words[i], text))
            return true;
    return false;
}

static void read_state(struct profile_work *w, const struct profile *p,
                       const struct profile_spot *base)
{
    const cJSON *item = profile_first(base, &p->state_at, NULL);
    const char *text = item ? profile_text_of(w, item) : NULL;
    bool online = is_word(text, p->online, p->online_count);
    struct profile_state *s;

    if (!base->device || (!online && !is_word(text, p->offline, p->offline_count)))
        return;
    s = profile_state_of(w, base->device);
    if (s) {
        s->online = online;
        s->told = true;
    }
}

/* Repeats by the message's identifier, gaps by its number. */
static void remember(struct profile_work *w, const struct profile *p,
                     const struct profile_spot *base)
{
    const cJSON *dedup = profile_first(base, &p->dedup_at, NULL);
    const cJSON *seq = profile_first(base, &p->seq_at, NULL);
    const char *text = dedup ? profile_text_of(w, dedup) : NULL;
    uint64_t source = hash64(0, p->id, strlen(p->id) + 1);

    if (!w->c->memory)
        return;
    if (base->device)
        source = hash64(source, base->device, strlen(base->device) + 1);
    if (text)
        w->out->repeated = profile_memory_seen(w->c->memory, hash64(source, text, strlen(text)),
                                               w->m->rx_us, p->dedup_within_us);
    if (p->seq_at.count > 0 && !w->out->repeated)
        w->out->lost = profile_memory_lost(w->c->memory, source,
                                           seq && json_is(seq, cJSON_Number) ? seq->valuedouble : 0,
                                           p->seq_modulo);
}

static const char *device_of(struct profile_work *w, const struct profile *p,
                             const struct profile_spot *base)
{
    const struct profile_place *place = &p->parts[0].device;
    const cJSON *item = profile_first(base, &place->pointers, NULL);
    const char *text = item ? profile_text_of(w, item) : NULL;
    const char *id;

    for (size_t i = 0; !text && place->topic && i < w->capture_count; i++)
        if (strlen(place->topic) == w->captures[i].name_len &&
            memcmp(place->topic, w->captures[i].name, w->captures[i].name_len) == 0)
            text = profile_name(w, w->captures[i].text, w->captures[i].text_len);
    if (!text)
        return NULL;
    id = profile_device_id(w->arena, profile_name(w, text, strlen(text)));
    w->out_of_memory = w->out_of_memory || !id;
    return id;
}

/* What the envelope carries, and where that tells nothing, what the network made of it. */
static void read_carried(struct profile_work *w, const struct profile *p,
                         const struct profile_spot *base)
{
    w->inside_from = w->out->reading_count;
    profile_read_inside(w, p, base);
    w->inside_to = w->out->reading_count;
    if (w->out->ignored)
        return;
    profile_read_parts(w, p, &p->parts[0].time, base, true);
    if (w->inside_from == w->inside_to && w->out->reading_count > w->inside_to)
        w->out->why = NULL;
}

static void read_message(struct profile_work *w, const struct profile *p, cJSON *root)
{
    struct profile_spot base = {.root = root, .at = root};

    base.outer = &base;
    base.device = device_of(w, p, &base);
    remember(w, p, &base);
    read_state(w, p, &base);
    if (p->bytes.layout != LAYOUT_NONE)
        profile_add_own_bytes(w, p, root, &base);
    profile_read_parts(w, p, &p->parts[0].time, &base, false);
    if (p->object_at.count > 0 || (p->bytes.given && p->bytes.layout == LAYOUT_NONE))
        read_carried(w, p, &base);
    else if (w->touched == 0 && w->out->state_count == 0 && !w->out->why &&
             p->format != PROFILE_SPARKPLUG)
        w->out->why = "nothing that the profile knows is in it";
}

#define TEXT_OF(number)  TEXT_OF_(number)
#define TEXT_OF_(number) #number
static const char too_many[] =
    "more than " TEXT_OF(PROFILE_READINGS_MAX) " readings in one message: the rest is not read";

enum err profile_decode(const struct profile_context *c, const struct message *m,
                        struct arena *arena, struct profile_result *out)
{
    struct profile_work w = {.c = c, .m = m, .arena = arena, .out = out};
    cJSON *root = NULL;

    *out = (struct profile_result){0};
    out->envelope = find_envelope(&w, &root);
    if (!out->envelope)
        out->why = why_none(&w);
    else if (out->envelope->ignore)
        out->ignored = true;
    else if (root)
        read_message(&w, out->envelope, root);
    else
        out->senml = true;
    if (w.full && !out->why)
        out->why = too_many;
    for (size_t i = 0; i < PROFILE_FORMAT_COUNT; i++)
        cJSON_Delete(w.trees[i]);
    cJSON_Delete(w.inner);
    cJSON_Delete(w.decoded);
    return w.out_of_memory ? ERR_NOMEM : ERR_OK;
}
