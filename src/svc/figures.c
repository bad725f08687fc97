#include "shikumen/svc/figures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "shikumen/svc/alarm_history.h"

#define QUARANTINED "quarantined."

struct counting {
    struct desk *desk;
    struct stored_figures *f;
};

/* --- readings.db --- */

static enum err take_reason(struct desk *d, struct stored_figures *f, const char *reason, int64_t n)
{
    if (f->reason_count == f->reason_room) {
        size_t room = f->reason_room * 2 + 16;
        struct labelled *bigger = reallocarray(f->reasons, room, sizeof *bigger);
        if (!bigger)
            return ERR_NOMEM;
        f->reasons = bigger;
        f->reason_room = room;
    }
    f->quarantined += n;
    f->reasons[f->reason_count] = (struct labelled){arena_strdup(d->arena, reason), n};
    return f->reasons[f->reason_count++].label ? ERR_OK : ERR_NOMEM;
}

static enum err take_counter(void *context, const char *name, int64_t n)
{
    struct counting *counting = context;
    struct stored_figures *f = counting->f;
    const struct {
        const char *name;
        int64_t *figure;
    } plain[] = {{"messages", &f->messages},
                 {"lost_messages", &f->lost},
                 {"received", &f->received},
                 {"stored", &f->stored},
                 {"duplicate", &f->duplicate},
                 {"conflict", &f->conflict},
                 {"expired", &f->expired},
                 {"files.done", &f->files_done},
                 {"files.refused", &f->files_refused},
                 {"file_readings.stored", &f->file_stored},
                 {"file_readings.duplicate", &f->file_duplicate},
                 {"file_readings.quarantined", &f->file_quarantined}};

    if (strncmp(name, QUARANTINED, strlen(QUARANTINED)) == 0)
        return take_reason(counting->desk, f, name + strlen(QUARANTINED), n);
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        if (strcmp(name, plain[i].name) == 0)
            *plain[i].figure = n;
    return ERR_OK;
}

enum err figures_readings(struct desk *d, struct stored_figures *f)
{
    struct counting counting = {d, f};

    return reader_counters(d->readings, take_counter, &counting);
}

/* --- state.db --- */

static enum err add_endpoint(struct stored_figures *f, const struct endpoint_figures *e)
{
    if (f->endpoint_count == f->endpoint_room) {
        size_t room = f->endpoint_room * 2 + 8;
        struct endpoint_figures *bigger = reallocarray(f->endpoints, room, sizeof *bigger);
        if (!bigger)
            return ERR_NOMEM;
        f->endpoints = bigger;
        f->endpoint_room = room;
    }
    f->endpoints[f->endpoint_count++] = *e;
    return ERR_OK;
}

static enum err take_endpoint(void *context, const struct outbox_counts *o)
{
    struct counting *counting = context;
    const struct endpoint_figures e = {arena_strdup(counting->desk->arena, o->endpoint),
                                       arena_strdup(counting->desk->arena, o->last_error),
                                       o->pending,
                                       o->delivered,
                                       o->failures,
                                       o->parked};

    return e.name && e.last_error ? add_endpoint(counting->f, &e) : ERR_NOMEM;
}

enum err figures_state(struct desk *d, struct stored_figures *f)
{
    struct counting counting = {d, f};
    enum err e = state_open_counts(d->state, f->open);

    for (int level = 0; level <= LEVEL_RED; level++)
        for (int category = 0; category < CATEGORY_COUNT; category++)
            f->open_total += f->open[level][category];
    return e == ERR_OK ? state_outbox_counts_each(d->state, take_endpoint, &counting) : e;
}

enum err figures_idle_endpoints(const struct desk *d, struct stored_figures *f)
{
    const struct settings *s = d->settings;
    size_t known = f->endpoint_count;
    enum err e = ERR_OK;

    for (size_t i = 0; e == ERR_OK && i < s->endpoint_count; i++) {
        size_t at = 0;
        while (at < known && strcmp(f->endpoints[at].name, s->endpoints[i].name) != 0)
            at++;
        if (at == known)
            e = add_endpoint(
                f, &(struct endpoint_figures){.name = s->endpoints[i].name, .last_error = ""});
    }
    return e;
}

/* --- the alarm load --- */

static void set_budget(const struct desk *d, struct load_figures *l)
{
    const struct alert_settings *s = &d->settings->alerts;

    l->houses = l->allowed = (double)NAN;
    if (!d->registry)
        return;
    l->houses = (double)d->registry->house_count;
    l->allowed =
        alarm_allowed(s->budget_per_house_week, d->registry->house_count, s->house_most_week);
}

enum err figures_load(struct desk *d, struct stored_figures *f)
{
    struct load_figures *l = &f->load;
    int64_t within_us = d->settings->alerts.acknowledge_within_h * ALARM_HOUR_US;
    enum err e = alarm_load_new(within_us, &l->load);

    set_budget(d, l);
    if (e == ERR_OK && d->state)
        e = alarm_history_read(d->state, d->now_us, l->load);
    if (e == ERR_OK && d->state)
        e = alarm_history_raised(d->state, &l->raised);
    if (e == ERR_OK)
        e = alarm_load_week(l->load, d->now_us, &(struct alarm_scope){0}, &l->week);
    if (e != ERR_OK)
        return e;
    alarm_load_figures(l->load, d->now_us, &l->figures);
    l->over = l->houses > 0 && alarm_over(l->week.count, l->allowed, false);
    return ERR_OK;
}

void figures_stored_free(struct stored_figures *f)
{
    free(f->reasons);
    free(f->endpoints);
    alarm_load_free(f->load.load);
    *f = (struct stored_figures){0};
}
