#include "sentence.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ndjson.h"
#include "shikumen/base/clock.h"
#include "shikumen/base/utc.h"

/* What fits, and when. */
struct asked {
    const struct sentence_view *v;
    const cJSON *what;
    int64_t from_us, until_us;
    int min_level;
};

static int whole(const cJSON *what, const char *name, int otherwise)
{
    double value = ndjson_number(what, name);

    return isfinite(value) ? (int)value : otherwise;
}

static int64_t days_us(double days)
{
    return (int64_t)llround(days * (double)US_PER_DAY);
}

/* --- when --- */

static int64_t onset_us(const struct asked *a)
{
    const struct sim_truth *t = a->v->truth;
    int64_t first_us = SIM_TRUTH_NEVER;

    for (size_t i = 0; i < t->damage_count; i++)
        if (t->damages[i].damage == whole(a->what, "damage", -1) &&
            t->damages[i].onset_us < first_us)
            first_us = t->damages[i].onset_us;
    return first_us;
}

/* Of all the sensors that an ill strikes: its begin, or its end. */
static int64_t ill_us(const struct asked *a, bool end)
{
    const struct sim_truth *t = a->v->truth;
    int64_t found_us = SIM_TRUTH_NEVER;

    for (size_t i = 0; i < t->ill_count; i++) {
        int64_t us = end ? t->ills[i].until_us : t->ills[i].from_us;
        if (t->ills[i].ill != whole(a->what, "ill", -1))
            continue;
        if (found_us == SIM_TRUTH_NEVER || (end ? us > found_us : us < found_us))
            found_us = us;
    }
    return found_us;
}

static int64_t moment_us(const struct asked *a, const char *name, int64_t otherwise_us)
{
    const char *text = ndjson_text(a->what, name);

    if (!text)
        return otherwise_us;
    if (strcmp(text, "onset") == 0)
        return onset_us(a);
    if (strcmp(text, "ill") == 0 || strcmp(text, "ill_end") == 0)
        return ill_us(a, strcmp(text, "ill_end") == 0);
    return ndjson_time(a->what, name, SIM_TRUTH_NEVER);
}

/* First crossing of the limits of the level by the damage, at the house that is asked for. */
static int64_t limit_us(const struct asked *a)
{
    const struct sim_truth *t = a->v->truth;
    const char *house = ndjson_text(a->what, "house");
    int64_t first_us = SIM_TRUTH_NEVER;

    for (size_t i = 0; i < t->damage_count; i++) {
        const struct sim_damage *d = &t->damages[i];
        int64_t us = sim_damage_crossed_us(d, whole(a->what, "level", 0));
        if (d->damage == whole(a->what, "damage", -1) && us < first_us &&
            (!house || strcmp(house, d->house) == 0))
            first_us = us;
    }
    return first_us;
}

/* SIM_TRUTH_NEVER also where the limit is never crossed: such a sentence asks for nothing. */
static int64_t deadline_us(const struct asked *a)
{
    double within = ndjson_number(a->what, "within_days");
    double before = ndjson_number(a->what, "before_limit_days");
    int64_t us = a->v->truth->end_us;

    if (isfinite(before)) {
        us = limit_us(a);
        if (us == SIM_TRUTH_NEVER)
            return us;
        us -= days_us(before);
    }
    if (isfinite(within) && a->from_us + days_us(within) < us)
        us = a->from_us + days_us(within);
    return us;
}

/* --- what --- */

static bool same(const cJSON *what, const char *name, const char *value)
{
    const char *text = ndjson_text(what, name);

    return !text || (value && strcmp(text, value) == 0);
}

static bool house_fits(const struct asked *a, const struct sim_step *s)
{
    const cJSON *houses = cJSON_GetObjectItemCaseSensitive(a->what, "houses");
    const char *house = ndjson_text(a->what, "house");
    const char *row = ndjson_text(a->what, "row");

    if (house && !(s->house && strcmp(s->house, house) == 0) && !sim_step_below(s, house))
        return false;
    if (row && !(s->house && sim_truth_row_of(a->v->truth, s->house) &&
                 strcmp(sim_truth_row_of(a->v->truth, s->house), row) == 0))
        return false;
    if (cJSON_IsArray(houses))
        return s->house && ndjson_has(houses, s->house);
    return !houses || (s->house && sim_truth_healthy(a->v->truth, s->house));
}

static int highest_level(const struct sim_alerts *alerts, size_t episode)
{
    int level = 0;

    for (size_t i = 0; i < alerts->count; i++)
        if (alerts->steps[i].episode == episode && alerts->steps[i].level > level)
            level = alerts->steps[i].level;
    return level;
}

static bool fits(const struct asked *a, const struct sim_step *s)
{
    const char *sensor = ndjson_text(a->what, "sensor"), *node = ndjson_text(a->what, "node");
    int max_level = whole(a->what, "max_level", 4);

    return same(a->what, "category", s->category) && same(a->what, "kind", s->kind) &&
           same(a->what, "element", s->element) && house_fits(a, s) &&
           (!sensor || sim_step_names(s, sensor)) && (!node || sim_step_below(s, node)) &&
           (max_level == 4 || highest_level(a->v->alerts, s->episode) <= max_level);
}

static bool counts(const struct asked *a, const struct sim_step *s)
{
    return s->at_us >= a->from_us && s->at_us <= a->until_us && s->level >= a->min_level &&
           fits(a, s);
}

/* --- what was seen --- */

static void say_step(struct strbuf *seen, const struct sim_step *s)
{
    char text[UTC_TEXT_SIZE];

    strbuf_printf(seen, "%.10s %s %s level %d at %s", utc_format(s->at_us, text), s->event, s->kind,
                  s->level,
                  s->element ? s->element
                  : s->house ? s->house
                             : "-");
}

static void say_deadline(struct strbuf *seen, const struct asked *a)
{
    char text[2][UTC_TEXT_SIZE];

    strbuf_printf(seen, "; wanted %.10s..%.10s", utc_format(a->from_us, text[0]),
                  utc_format(a->until_us, text[1]));
}

/* The first that would do if it were in time, and the highest level of what fits at all. */
static void say_missed(struct strbuf *seen, struct asked a, const char *event)
{
    const struct sim_alerts *alerts = a.v->alerts;
    const struct sim_step *late = NULL;
    int level = -1;

    for (size_t i = 0; i < alerts->count; i++) {
        const struct sim_step *s = &alerts->steps[i];
        if (s->at_us < a.from_us || !fits(&a, s))
            continue;
        level = s->level > level ? s->level : level;
        if (!late && s->level >= a.min_level && (!event || strcmp(s->event, event) == 0))
            late = s;
    }
    if (late)
        say_step(seen, late);
    else if (level >= 0)
        strbuf_printf(seen, "nothing in time, level %d at most", level);
    else
        strbuf_puts(seen, "nothing that fits");
    say_deadline(seen, &a);
}

static bool never_asked(const struct asked *a, struct strbuf *seen)
{
    if (a->from_us != SIM_TRUTH_NEVER && a->until_us != SIM_TRUTH_NEVER)
        return false;
    strbuf_puts(seen, "the sentence names a moment that never comes");
    return true;
}

/* --- the verbs --- */

static bool find(struct asked *a, const char *event, struct strbuf *seen)
{
    const struct sim_alerts *alerts = a->v->alerts;

    a->until_us = deadline_us(a);
    if (never_asked(a, seen))
        return false;
    for (size_t i = 0; i < alerts->count; i++) {
        const struct sim_step *s = &alerts->steps[i];
        if (!counts(a, s) || (event && strcmp(s->event, event) != 0))
            continue;
        say_step(seen, s);
        strbuf_printf(seen, ", %.0f days before the deadline",
                      (double)(a->until_us - s->at_us) / (double)US_PER_DAY);
        return true;
    }
    say_missed(seen, *a, event);
    return false;
}

static bool raised(struct asked *a, struct strbuf *seen)
{
    return find(a, NULL, seen);
}

static bool resolved(struct asked *a, struct strbuf *seen)
{
    a->min_level = 0;
    return find(a, "resolved", seen);
}

/* Episodes that count; the first step of each of the first three is told. */
static int episodes(const struct asked *a, struct strbuf *seen)
{
    const struct sim_alerts *alerts = a->v->alerts;
    bool *known = calloc(alerts->episodes + 1, sizeof *known);
    int n = 0;

    for (size_t i = 0; i < alerts->count; i++) {
        const struct sim_step *s = &alerts->steps[i];
        if (!counts(a, s) || known[s->episode])
            continue;
        known[s->episode] = true;
        if (n++ < 3) {
            strbuf_puts(seen, n > 1 ? "; " : "");
            say_step(seen, s);
        }
    }
    free(known);
    strbuf_printf(seen, n > 0 ? " (%d episodes)" : "%d episodes", n);
    return n;
}

static bool silent(struct asked *a, struct strbuf *seen)
{
    return !never_asked(a, seen) && episodes(a, seen) == 0;
}

static bool at_most(struct asked *a, struct strbuf *seen)
{
    return !never_asked(a, seen) && episodes(a, seen) <= whole(a->what, "episodes", -1);
}

/* A reason of refusal, or another count of the summary (duplicate, conflict). */
static bool counted(struct asked *a, struct strbuf *seen)
{
    const cJSON *refused = cJSON_GetObjectItemCaseSensitive(a->v->summary, "refused");
    const char *reason = ndjson_text(a->what, "reason");
    double n = reason ? ndjson_number(refused, reason) : (double)NAN;

    if (reason && isnan(n))
        n = ndjson_number(a->v->summary, reason);
    strbuf_printf(seen, "%.0f of %s", n, reason ? reason : "nothing");
    return n >= ndjson_number(a->what, "count");
}

static const struct {
    const char *name;
    bool (*holds)(struct asked *, struct strbuf *);
} verbs[] = {{"raised", raised},
             {"resolved", resolved},
             {"silent", silent},
             {"at_most", at_most},
             {"counted", counted}};

bool sentence_holds(const struct sentence_view *v, const cJSON *expect, struct strbuf *seen)
{
    const cJSON *what = expect ? expect->child : NULL;
    struct asked a = {.v = v, .what = what, .min_level = whole(what, "min_level", 1)};

    for (size_t i = 0; what && i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(what->string, verbs[i].name) == 0) {
            a.from_us = moment_us(&a, "after", v->truth->start_us);
            a.until_us = moment_us(&a, "until", v->truth->end_us);
            return verbs[i].holds(&a, seen);
        }
    strbuf_puts(seen, "no verb that is known");
    return false;
}
