/* Alerts of the span, as they stood at its end, and how they were answered. */
#include <stdlib.h>
#include <string.h>

#include "report_parts.h"
#include "shikumen/base/clock.h"
#include "shikumen/view/member.h"

struct taking {
    struct report *r;
    struct report_alert a;
    struct alarm_load *load;
    struct alarm_load *all; /* with what came before the span: answers may be due since then */
    bool seen;              /* a step in the span */
    enum err error;
};

/* --- steps --- */

static bool needs_answer(enum alert_event e)
{
    return e == EVENT_RAISED || e == EVENT_REOPENED || e == EVENT_WORSENED;
}

static void note_step(struct taking *t, const struct report_step *s)
{
    struct report_alert *a = &t->a;

    if (s->event == EVENT_RAISED || s->event == EVENT_REOPENED) {
        a->raised_us = s->at_us;
        a->answered_us = 0;
    }
    if (needs_answer(s->event) && s->level >= LEVEL_ORANGE && s->level > a->peak)
        a->answered_us = 0; /* a higher level waits for a person anew */
    if (s->event == EVENT_ACKNOWLEDGED && a->answered_us == 0) {
        a->answered_us = s->at_us;
        a->answered_by = s->by;
        a->note = s->note;
    }
    a->level = s->level;
    a->open = s->event != EVENT_RESOLVED;
    a->ended_us = a->open ? 0 : s->at_us;
}

static void take_summary(struct taking *t, const cJSON *body, int level)
{
    const cJSON *summary = cJSON_GetObjectItemCaseSensitive(body, "summary");

    if (t->a.list.count > 1 && level <= t->a.peak)
        return;
    t->a.summary.zh = report_keep(t->r, text_of(summary, "zh"));
    t->a.summary.en = report_keep(t->r, text_of(summary, "en"));
}

static enum err count_load(struct taking *t, const struct step_row *row)
{
    bool told = row->told_us == row->at_us;
    int raised = 0;
    enum err e;

    if (row->at_us < t->r->from_us)
        return ERR_OK;
    e = alarm_load_take(t->load, &t->a.e, row->event, row->at_us, told, row->body, &raised);
    if (e == ERR_OK && !told && row->told_us != 0 && row->told_us < t->r->to_us) {
        int later = 0;
        e = alarm_load_take(t->load, &t->a.e, row->event, row->told_us, true, row->body, &later);
        raised = raised ? raised : later;
    }
    t->a.told += raised > 0;
    return e == ERR_CORRUPT ? ERR_OK : e;
}

static enum err take_body(struct taking *t, const struct step_row *row, const cJSON *body)
{
    struct report_step *s = report_grow(t->r, &t->a.list, (void **)&t->a.steps, sizeof *t->a.steps);
    double level = number_of(body, "level");

    if (!s)
        return ERR_NOMEM;
    *s = (struct report_step){.step = row->step,
                              .event = row->event,
                              .at_us = row->at_us,
                              .level = level >= LEVEL_NORMAL && level <= LEVEL_RED ? (int)level
                                                                                   : LEVEL_NORMAL,
                              .by = report_keep(t->r, text_of(body, "by")),
                              .note = report_keep(t->r, text_of(body, "note")),
                              .to = report_keep(t->r, text_of(body, "assigned_to"))};
    note_step(t, s);
    take_summary(t, body, s->level);
    if (s->level > t->a.peak)
        t->a.peak = s->level;
    t->seen = t->seen || s->at_us >= t->r->from_us;
    return count_load(t, row);
}

static enum err take_step(void *context, const struct step_row *row)
{
    struct taking *t = context;
    cJSON *body;
    enum err e;

    if (row->at_us > t->r->to_us)
        return ERR_OK;
    body = cJSON_Parse(row->body);
    if (!body)
        return ERR_OK;
    e = take_body(t, row, body);
    cJSON_Delete(body);
    return e;
}

/* --- episodes --- */

static void keep_episode(struct report *r, struct episode *e)
{
    e->key = report_keep(r, e->key);
    e->house = report_keep(r, e->house);
    e->element = report_keep(r, e->element);
}

static void count_house(struct report *r, const struct report_alert *a)
{
    struct report_house *h = report_house_at(r, a->house);

    if (!h)
        return;
    if (a->e.category == CATEGORY_STRUCTURE && !a->spoken_for) {
        h->raised[a->peak] += a->told > 0;
        h->open[a->level] += a->open && a->level > LEVEL_NORMAL;
    }
    h->instrument_open += a->e.category == CATEGORY_INSTRUMENT && a->open;
}

static enum err take_episode(void *context, const struct episode *e)
{
    struct taking *t = context;
    struct report_alert *kept;
    uint32_t house = *e->house ? registry_house(t->r->registry, e->house) : REGISTRY_NONE;
    enum err error;

    if (e->opened_us > t->r->to_us || e->kind == KIND_HEARTBEAT || !report_about(t->r, house))
        return ERR_OK;
    t->a = (struct report_alert){.e = *e,
                                 .house = house,
                                 .spoken_for = e->spoken_by != 0,
                                 .answered_by = "",
                                 .note = "",
                                 .summary = {"", ""}};
    keep_episode(t->r, &t->a.e);
    t->seen = false;
    error = state_step_each(t->r->d->state, e->row, take_step, t);
    if (error != ERR_OK || t->a.list.count == 0 || !(t->seen || t->a.open))
        return error;
    kept = REPORT_ADD(t->r, alert_list, alerts);
    if (!kept)
        return ERR_NOMEM;
    *kept = t->a;
    count_house(t->r, kept);
    return ERR_OK;
}

static enum err take_ended(void *context, const struct episode *e)
{
    return e->resolved_us == 0 ? ERR_OK : take_episode(context, e);
}

static int by_weight(const void *a, const void *b)
{
    const struct report_alert *x = a, *y = b;

    if (x->e.category != y->e.category)
        return x->e.category < y->e.category ? -1 : 1;
    if (x->peak != y->peak)
        return x->peak > y->peak ? -1 : 1;
    if (x->raised_us != y->raised_us)
        return x->raised_us > y->raised_us ? -1 : 1;
    return strcmp(x->e.id, y->e.id);
}

static void take_figures(struct taking *t)
{
    struct alarm_figures f;

    alarm_load_totals(t->load, t->r->to_us, &t->r->load);
    alarm_load_figures(t->load, t->r->to_us, &f);
    t->r->due_acks = alarm_sum(&f.due);
    t->r->acks_in_time = alarm_sum(&f.in_time);
}

static int64_t acknowledge_us(const struct desk *d)
{
    int hours =
        d->settings ? d->settings->alerts.acknowledge_within_h : ALERTS_ACKNOWLEDGE_WITHIN_H;

    return hours * US_PER_HOUR;
}

enum err report_take_alerts(struct report *r)
{
    const char *house = r->house == REGISTRY_NONE ? NULL : r->registry->houses[r->house].id;
    const struct alert_filter open = {.open_only = true, .house = house, .since_us = INT64_MIN};
    const struct alert_filter late = {.house = house, .since_us = r->from_us};
    struct taking t = {.r = r};
    enum err e;

    if (!r->d->state)
        return ERR_OK;
    e = alarm_load_new(acknowledge_us(r->d), &t.load);
    if (e == ERR_OK)
        e = state_episode_each(r->d->state, &open, take_episode, &t);
    if (e == ERR_OK)
        e = state_episode_each(r->d->state, &late, take_ended, &t);
    if (e == ERR_OK)
        take_figures(&t);
    alarm_load_free(t.load);
    if (r->alert_list.count > 1)
        qsort(r->alerts, r->alert_list.count, sizeof *r->alerts, by_weight);
    return desk_state(r->d, e);
}
