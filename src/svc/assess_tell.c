#include <cjson/cJSON.h>
#include <string.h>

#include "assess_parts.h"
#include "shikumen/base/array.h"

/* --- what keeps a step back --- */

static uint32_t *sensors_in(struct assess *a, const cJSON *list, size_t *count)
{
    const struct registry *r = a->plan->registry;
    uint32_t *sensors =
        arena_array(&a->arena, (size_t)cJSON_GetArraySize(list) + 1, sizeof *sensors);
    const cJSON *item;
    *count = 0;
    if (!sensors)
        return NULL;
    cJSON_ArrayForEach(item, list)
    {
        const char *id = cJSON_GetStringValue(item);
        uint32_t sensor = id ? registry_sensor(r, id, strlen(id)) : REGISTRY_NONE;
        if (sensor != REGISTRY_NONE)
            sensors[(*count)++] = sensor;
    }
    return sensors;
}

/* Whether silences keep an episode with this native JSON back. */
static enum err is_silenced_alone(struct assess *a, struct silencings silences,
                                  const struct episode *e, int level, const char *body,
                                  int64_t now_us, bool *silenced)
{
    struct silencing_subject about = {
        .house = e->house, .element = e->element, .kind = e->kind, .level = level};
    cJSON *root = cJSON_Parse(body);
    about.sensors =
        sensors_in(a, cJSON_GetObjectItemCaseSensitive(root, "sensors"), &about.sensor_count);
    cJSON_Delete(root);
    if (!about.sensors)
        return ERR_NOMEM;
    *silenced = silencing_matches(silences, a->plan->registry, &about, now_us);
    return ERR_OK;
}

/* A group is kept back when all that it speaks for is. */
static bool is_group_silenced(struct assess *a, struct silencings silences,
                              const struct episode_list *members, int level, int64_t now_us)
{
    bool all = members->count > 0;
    for (size_t i = 0; i < members->count && all; i++) {
        const struct episode *m = &members->items[i];
        const struct silencing_subject about = {
            .house = m->house, .element = m->element, .kind = m->kind, .level = level};
        all = silencing_matches(silences, a->plan->registry, &about, now_us);
    }
    return all;
}

static enum err is_silenced(struct assess *a, struct silencings silences, const struct episode *e,
                            int level, const char *body, int64_t now_us, bool *silenced)
{
    struct episode_list members;
    *silenced = false;
    if (silences.count == 0)
        return ERR_OK;
    if (!assess_is_group(e))
        return is_silenced_alone(a, silences, e, level, body, now_us, silenced);
    enum err err = assess_members(a, e->row, &members);
    *silenced = !err && is_group_silenced(a, silences, &members, level, now_us);
    return err;
}

/* --- who gets it --- */

static bool is_of(const struct endpoint *p, const char *house)
{
    bool named = p->house_count == 0;
    for (size_t i = 0; i < p->house_count; i++)
        named = named || strcmp(p->houses[i], house) == 0;
    return named;
}

/* A group concerns whoever any of its houses does. */
enum err assess_concerns(struct assess *a, const struct endpoint *p, const struct episode *e,
                         bool *yes)
{
    struct episode_list members;
    *yes = is_of(p, e->house);
    if (*yes || !assess_is_group(e))
        return ERR_OK;
    enum err err = assess_members(a, e->row, &members);
    for (size_t i = 0; !err && i < members.count; i++)
        *yes = *yes || is_of(p, members.items[i].house);
    return err;
}

static bool wants(const struct endpoint *p, const struct episode *e, int level)
{
    return !p->is_fallback && level >= p->min_level && (p->categories & 1u << e->category);
}

/* Of those who were told: its end, and that it was seen, only to who believes it open. */
static enum err was_told(struct assess *a, const struct endpoint *p, const struct episode *e,
                         enum alert_event event, bool *yes)
{
    if (event == EVENT_COMMENTED || event == EVENT_ASSIGNED)
        return state_outbox_has(a->state, e->row, p->name, yes);
    return state_outbox_believes_open(a->state, e->row, p->name, yes);
}

static enum err is_asked(struct assess *a, const struct endpoint *p, const struct episode *e,
                         enum alert_event event, bool told_only, int64_t now_us, bool *asked)
{
    if (event == EVENT_ESCALATED)
        return assess_escalates_to(a, e, p->name, asked);
    if (assess_is_daily(e))
        return assess_daily_asks(a, p, e, now_us, asked);
    enum err err = ERR_OK;
    *asked = wants(p, e, e->peak_level);
    if (*asked)
        err = assess_concerns(a, p, e, asked);
    if (err || (*asked && !told_only))
        return err;
    return p->is_fallback && event != EVENT_RESOLVED ? ERR_OK : was_told(a, p, e, event, asked);
}

/* Who was told of the worst of an episode, or was it passed on to, is told of all that follows, its
 * end included; told_only: nobody else is. */
static enum err put_outbox(struct assess *a, const struct episode *e, enum alert_event event,
                           bool told_only, int64_t now_us)
{
    const struct settings *s = a->plan->settings;
    enum err err = ERR_OK;
    for (size_t i = 0; i < s->endpoint_count && !err; i++) {
        const struct endpoint *p = &s->endpoints[i];
        bool asked;
        err = is_asked(a, p, e, event, told_only, now_us, &asked);
        if (!err && asked)
            err = state_outbox_put(a->state, e, p->name,
                                   quiet_due_us(p, e->level, a->plan->registry->zone, now_us));
    }
    return err;
}

/* Of a silenced episode its end, and what persons do, is still told to who knows of it. */
static bool is_news(enum alert_event event)
{
    return event != EVENT_RESOLVED && event != EVENT_ACKNOWLEDGED && event != EVENT_COMMENTED &&
           event != EVENT_ASSIGNED;
}

/* What a silence or another episode keeps back is told to who knows of it, once it ends or a person
 * does something about it. */
static enum err tell(struct assess *a, const struct untold *u, const struct episode *e,
                     int64_t now_us)
{
    int level = u->level > u->previous_level ? u->level : u->previous_level;
    bool kept_back;
    enum err err = is_silenced(a, a->standing.silences, e, level, u->body, now_us, &kept_back);
    kept_back = kept_back || e->spoken_by != 0;
    if (!err)
        err = assess_load_step(a, e, u->event, u->body, !kept_back, now_us);
    if (err || (kept_back && is_news(u->event)))
        return err;
    return put_outbox(a, e, u->event, kept_back, now_us);
}

/* The step is that of u, the episode as it stands at the end of the round. */
enum err assess_tell_round(struct assess *a, int64_t now_us)
{
    enum err err = assess_group_round(a, now_us);
    for (size_t i = 0; i < a->untold.count && !err; i++) {
        struct episode e;
        err = state_episode_by_id(a->state, a->untold.items[i].id, &a->arena, &e);
        e.step = a->untold.items[i].step;
        e.peak_level = a->untold.items[i].peak_level;
        if (!err)
            err = tell(a, &a->untold.items[i], &e, now_us);
    }
    a->untold.count = 0;
    arena_reset(&a->untold.arena);
    return err;
}

enum err assess_is_silenced(struct assess *a, const struct episode *e, int64_t now_us,
                            bool *silenced)
{
    struct strbuf body = {0};
    enum err err = assess_latest_body(a, e, false, &body);
    if (!err)
        err =
            is_silenced(a, a->standing.silences, e, e->level, strbuf_text(&body), now_us, silenced);
    strbuf_free(&body);
    return err;
}

enum err assess_speak(struct assess *a, const struct episode *e, int64_t now_us)
{
    struct strbuf body = {0};
    bool silenced = false;
    enum err err = assess_latest_body(a, e, false, &body);
    if (!err)
        err = is_silenced(a, a->standing.silences, e, e->level, strbuf_text(&body), now_us,
                          &silenced);
    if (!err && !silenced)
        err = put_outbox(a, e, EVENT_COUNT, false, now_us);
    if (!err && !silenced)
        err = assess_load_told(a, e, strbuf_text(&body), now_us);
    strbuf_free(&body);
    return err;
}

/* --- proposals --- */

static enum err propose(struct assess *a, const struct episode *e, enum alert_event event,
                        int64_t now_us)
{
    char reason[160];
    enum proposal_kind kind = signoff_of_step(e->category, event, e->level);
    if (kind == PROPOSAL_KINDS)
        return ERR_OK;
    struct proposal p = {.episode_row = e->row,
                         .kind = kind,
                         .made_us = now_us,
                         .made_by = ACTOR_SELF,
                         .reason = signoff_reason(kind, e->level, reason, sizeof reason)};
    enum err err = state_proposal_put(a->state, &p);
    return err == ERR_EXISTS ? ERR_OK : err;
}

/* --- a step --- */

static enum err remember(struct assess *a, const struct episode *e, enum alert_event event,
                         int previous_level, const struct strbuf *body)
{
    struct untold *u =
        array_grow(a->untold.items, &a->untold.capacity, a->untold.count + 1, sizeof *u);
    if (!u)
        return ERR_NOMEM;
    a->untold.items = u;
    u += a->untold.count;
    *u = (struct untold){.step = e->step,
                         .event = event,
                         .level = e->level,
                         .previous_level = previous_level,
                         .peak_level = e->peak_level,
                         .body = arena_strdup(&a->untold.arena, strbuf_text(body))};
    memcpy(u->id, e->id, sizeof u->id);
    if (!u->body)
        return ERR_NOMEM;
    a->untold.count++;
    return ERR_OK;
}

enum err assess_keep_episode(struct assess *a, struct episode *e)
{
    int64_t due_us = assess_episode_due_us(a, e);
    if (due_us < a->alerts_at_us)
        a->alerts_at_us = due_us;
    return state_episode_put(a->state, e);
}

enum err assess_put_step(struct assess *a, struct episode *e, enum alert_event event,
                         int previous_level, const struct strbuf *body, int64_t now_us)
{
    enum err err = assess_keep_episode(a, e);
    if (!err)
        err = state_step_put(a->state, e, event, now_us, body->data, body->len);
    if (!err)
        err = propose(a, e, event, now_us);
    if (!err)
        err = remember(a, e, event, previous_level, body);
    if (!err && a->sink && a->sink->step)
        a->sink->step(a->sink->context, e, event, body->data, body->len);
    if (!err)
        log_event(&a->hub->log, e->level >= LEVEL_ORANGE ? LOG_P_WARNING : LOG_P_NOTICE,
                  "alert id=%s step=%d event=%s level=%d key=%s", e->id, e->step,
                  alert_event_name(event), e->level, e->key);
    return err;
}

/* --- steps that were kept --- */

struct latest {
    struct strbuf *body;
    bool judged;
};

static enum err keep_body(void *context, const struct step_row *s)
{
    const struct latest *l = context;
    if (l->judged && render_is_act(s->body))
        return ERR_OK;
    strbuf_clear(l->body);
    strbuf_puts(l->body, s->body);
    return ERR_OK;
}

enum err assess_latest_body(struct assess *a, const struct episode *e, bool judged,
                            struct strbuf *body)
{
    struct latest l = {body, judged};
    enum err err = state_step_each(a->state, e->row, keep_body, &l);
    return !err && body->failed ? ERR_NOMEM : err;
}

enum err assess_put_act(struct assess *a, struct episode *e, struct act_step *step, int64_t now_us)
{
    struct strbuf judged = {0}, body = {0};
    step->step = e->step;
    step->at_us = now_us;
    step->level = e->level;
    enum err err = assess_latest_body(a, e, true, &judged);
    if (!err)
        err = render_act(strbuf_text(&judged), step, &body);
    if (!err)
        err = assess_put_step(a, e, step->event, step->previous_level, &body, now_us);
    strbuf_free(&judged);
    strbuf_free(&body);
    return err;
}

struct withheld {
    struct assess *a;
    struct silencings before;
    int64_t end_us, now_us;
};

static enum err take_withheld(void *context, const struct episode *e)
{
    struct withheld *w = context;
    struct strbuf body = {0};
    bool was = false, is = false;
    enum err err = assess_latest_body(w->a, e, false, &body);
    if (!err)
        err = is_silenced(w->a, w->before, e, e->level, strbuf_text(&body), w->end_us, &was);
    if (!err)
        err = is_silenced(w->a, w->a->standing.silences, e, e->level, strbuf_text(&body), w->now_us,
                          &is);
    if (!err && was && !is)
        err = put_outbox(w->a, e, EVENT_COUNT, false, w->now_us);
    if (!err && was && !is)
        err = assess_load_told(w->a, e, strbuf_text(&body), w->now_us);
    strbuf_free(&body);
    return err;
}

enum err assess_tell_withheld(struct assess *a, struct silencings before, int64_t end_us,
                              int64_t now_us)
{
    const struct alert_filter open = {.open_only = true, .since_us = INT64_MIN};
    struct withheld w = {a, before, end_us, now_us};
    return state_episode_each(a->state, &open, take_withheld, &w);
}
