#include "told.h"

#include <math.h>
#include <string.h>

#include "episode_find.h"
#include "shikumen/base/utc.h"
#include "shikumen/core/derived.h"
#include "shikumen/core/render.h"
#include "shikumen/view/risk_words.h"

static int64_t time_of(const cJSON *object, const char *name)
{
    int64_t t_us;

    return utc_parse(text_of(object, name), &t_us) == ERR_OK ? t_us : INT64_MIN;
}

static const cJSON *evidence_of(const cJSON *body)
{
    return cJSON_GetObjectItemCaseSensitive(body, "evidence");
}

static const cJSON *reasons_of(const cJSON *body)
{
    return cJSON_GetObjectItemCaseSensitive(evidence_of(body), "reasons");
}

/* What a reason is of. Steps of earlier versions were of one matter alone, and said so once. */
static const char *derived_of(const cJSON *body, const cJSON *reason)
{
    const cJSON *whole = evidence_of(body), *first = cJSON_GetArrayItem(reasons_of(body), 0);
    bool once = cJSON_HasObjectItem(whole, "derived") && !cJSON_HasObjectItem(first, "derived");
    struct derived d;

    return derived_find(text_of(once ? whole : reason, "derived"), &d) ? d.name : NULL;
}

static void take_share(struct ctl *c, struct told *t, const cJSON *reason)
{
    const char *id = text_of(reason, "sensor");
    uint32_t sensor = registry_sensor(c->plan->registry, id, strlen(id));
    enum alert_kind kind = t->episode.kind == KIND_SILENCE
                               ? KIND_SILENCE
                               : alert_kind_by_name(text_of(reason, "kind"));

    if (sensor == REGISTRY_NONE) {
        t->missing = ctl_clean(c, id);
        return;
    }
    t->since_us[t->count] = time_of(reason, "since");
    t->shares[t->count++] = (struct recompute_share){.sensor = sensor,
                                                     .kind = kind,
                                                     .derived = derived_of(t->body, reason),
                                                     .t_us = time_of(reason, "t"),
                                                     .level = (int)number_of(reason, "level")};
}

static enum err take_shares(struct ctl *c, struct told *t)
{
    const cJSON *reasons = reasons_of(t->body), *reason;
    size_t n = (size_t)cJSON_GetArraySize(reasons);

    t->shares = arena_array(&c->arena, n + 1, sizeof *t->shares);
    t->since_us = arena_array(&c->arena, n + 1, sizeof *t->since_us);
    if (!t->shares || !t->since_us)
        return ERR_NOMEM;
    cJSON_ArrayForEach(reason, reasons)
    {
        take_share(c, t, reason);
    }
    return ERR_OK;
}

enum err told_take(struct ctl *c, const struct episode *e, int step, int64_t at_us,
                   const char *body, struct told *out)
{
    *out = (struct told){.episode = *e, .at_us = at_us, .body = cJSON_Parse(body)};
    if (!reasons_of(out->body))
        return ERR_CORRUPT;
    out->event = alert_event_by_name(text_of(out->body, "event"));
    out->episode.step = step;
    out->episode.kind = alert_kind_by_name(text_of(out->body, "kind"));
    out->episode.category = category_by_name(text_of(out->body, "category"));
    out->episode.house = text_of(out->body, "house");
    out->episode.element = text_of(out->body, "element");
    if (out->event == EVENT_COUNT || out->episode.kind == KIND_COUNT ||
        out->episode.category == CATEGORY_COUNT)
        return ERR_CORRUPT;
    return take_shares(c, out);
}

/* --- the step that is asked for --- */

struct step_search {
    struct ctl *c;
    int wanted; /* 0: the last that rests on readings of its own */
    int step;
    int64_t at_us;
    const char *body; /* NULL: there is none */
};

/* What a person does, and what time alone does, is told with the evidence of the step before. */
static bool carries_over(const char *body, const char *before)
{
    cJSON *now = cJSON_Parse(body), *then = cJSON_Parse(before);
    bool same = cJSON_Compare(cJSON_GetObjectItemCaseSensitive(now, "evidence"),
                              cJSON_GetObjectItemCaseSensitive(then, "evidence"), true);

    cJSON_Delete(now);
    cJSON_Delete(then);
    return same;
}

static enum err take_step(void *context, const struct step_row *s)
{
    struct step_search *search = context;

    if (search->wanted ? s->step != search->wanted
                       : search->body && carries_over(s->body, search->body))
        return ERR_OK;
    search->step = s->step;
    search->at_us = s->at_us;
    search->body = arena_strdup(&search->c->arena, s->body);
    return search->body ? ERR_OK : ERR_NOMEM;
}

int told_find(struct ctl *c, struct episode *e, struct told *out)
{
    struct step_search search = {.c = c, .wanted = c->options.step_number};
    int code = episode_find(c, c->options.arguments[0], e);

    if (code == EXIT_DONE)
        code = ctl_state_result(c, state_step_each(c->desk.state, e->row, take_step, &search));
    if (code != EXIT_DONE)
        return code;
    if (!search.body)
        return ctl_fail(c, "告警 %s 没有第 %d 步", "alert %s has no step %d", e->id, search.wanted);
    if (told_take(c, e, search.step, search.at_us, search.body, out) == ERR_OK)
        return EXIT_DONE;
    return ctl_fail(c, "告警 %s 第 %d 步的内容无法读懂", "alert %s, step %d: it cannot be read",
                    e->id, search.step);
}

void told_free(struct told *t)
{
    cJSON_Delete(t->body);
    t->body = NULL;
}

/* --- again --- */

static bool is_of_row(const struct told *t)
{
    return strstr(t->episode.key, "|row:") != NULL;
}

/* What its row holds together, a sensor does not hold alone, and the other way round. */
static struct finding finding_of(const struct told *t, const struct recompute_share *x)
{
    struct finding f = x->found ? x->finding
                                : (struct finding){.kind = x->kind,
                                                   .value = (double)NAN,
                                                   .baseline = (double)NAN,
                                                   .reading = (double)NAN,
                                                   .t_us = INT64_MIN,
                                                   .since_us = INT64_MIN};

    if (f.together != is_of_row(t))
        f.level = LEVEL_NORMAL;
    return f;
}

/* Silence is judged by the clock, not by readings: its level is as told. */
static int level_of(const struct told *t, const struct step_sensor *sensors)
{
    int level = LEVEL_NORMAL;

    if (t->episode.kind == KIND_SILENCE)
        return (int)number_of(t->body, "level");
    for (size_t i = 0; i < t->count; i++)
        if (sensors[i].finding.level > level)
            level = sensors[i].finding.level;
    return level;
}

static cJSON *render(const struct alert_step *step)
{
    struct strbuf body = {0};
    cJSON *again;

    render_native(step, &body);
    again = body.failed ? NULL : cJSON_Parse(strbuf_text(&body));
    strbuf_free(&body);
    return again;
}

cJSON *told_again(const struct ctl *c, const struct told *t)
{
    struct arena arena = {0};
    struct step_sensor *sensors = arena_array(&arena, t->count + 1, sizeof *sensors);
    struct episode e = t->episode;
    struct alert_step step = {.registry = c->plan->registry,
                              .episode = &e,
                              .event = t->event,
                              .at_us = t->at_us,
                              .sensors = sensors,
                              .sensor_count = t->count,
                              .node = "",
                              .cause = "",
                              .coverage = t->count > 0 ? t->shares[0].coverage : 0};
    cJSON *again = NULL;

    for (size_t i = 0; sensors && i < t->count; i++)
        sensors[i] = (struct step_sensor){t->shares[i].sensor, finding_of(t, &t->shares[i])};
    if (sensors) {
        e.level = level_of(t, sensors);
        again = render(&step);
    }
    arena_free(&arena);
    return again;
}
