/* Damages found in time, false alarms, ills found.
 *
 * Damage: one harmful damage at one house that feels it. Its limit: the first crossing of an alarm
 *   limit (level 4) by the damage with its ageing, without weather and noise. It is judged when
 * that lies within the run, otherwise open. Told: the first step of a structural alert at level 2
 * or more, from the onset on, that names one of its sensors or the element of one, or, of a damage
 * to a row, the row as a whole. Found: told before its limit. Lead: from told to the limit. Early:
 * 30 days of lead. False structural alarm: an episode that reaches level 2 at a house (of a row's
 * alert: at a row) that no harmful damage has reached by then, over the years of houses before any.
 * Unrelated: one at a house with a harmful damage, of which it does not tell.
 * Ill found: a step of an instrument alert that names a sensor it strikes, from a day before its
 *   begin until 15 days after its end. What happens at once and stays (swap, rezero) ails for a
 * day. "noted": an epoch was written down, nobody needs to be told. False instrument alarm: an
 * episode that reaches level 2 and whose sensors nothing ails, or has ailed for 60 days. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judgement.h"
#include "ndjson.h"
#include "shikumen/base/clock.h"
#include "shikumen/base/utc.h"

#define YEAR_US    (365.25 * (double)US_PER_DAY)
#define AFTER_ILL  (15 * US_PER_DAY)
#define AFTERWARDS (60 * US_PER_DAY)

static bool is(const char *text, const char *other)
{
    return text && strcmp(text, other) == 0;
}

static bool of_row(const struct judged_run *r, const struct sim_step *s, const char *row)
{
    const char *own = !s->element && s->house ? sim_truth_row_of(&r->truth, s->house) : NULL;

    return row && own && strcmp(own, row) == 0;
}

static const char *element_of(const struct sim_truth *t, const char *sensor)
{
    const cJSON *s;

    cJSON_ArrayForEach(s, cJSON_GetObjectItemCaseSensitive(t->registry, "sensors"))
    {
        if (is(ndjson_text(s, "id"), sensor))
            return ndjson_text(s, "element");
    }
    return NULL;
}

static bool tells_of(const struct judged_run *r, const struct sim_step *s,
                     const struct judged_damage *j)
{
    const cJSON *sensor;

    if (strcmp(s->category, "structure") != 0)
        return false;
    if (of_row(r, s, j->d->row))
        return true;
    for (size_t i = 0; s->element && i < j->element_count; i++)
        if (is(j->elements[i], s->element))
            return true;
    cJSON_ArrayForEach(sensor, j->d->sensors)
    {
        if (sim_step_names(s, sensor->valuestring))
            return true;
    }
    return false;
}

static void know_elements(const struct sim_truth *t, struct judged_damage *j)
{
    const cJSON *sensor;

    cJSON_ArrayForEach(sensor, j->d->sensors)
    {
        if (j->element_count < JUDGEMENT_ELEMENTS)
            j->elements[j->element_count++] = element_of(t, sensor->valuestring);
    }
}

static int64_t told_us(const struct judged_run *r, const struct judged_damage *j)
{
    for (size_t i = 0; i < r->alerts.count; i++) {
        const struct sim_step *s = &r->alerts.steps[i];
        if (s->level >= JUDGEMENT_NOTICE && s->at_us >= j->d->onset_us && tells_of(r, s, j))
            return s->at_us;
    }
    return SIM_TRUTH_NEVER;
}

static void find_damages(struct judged_run *r)
{
    const struct sim_truth *t = &r->truth;

    r->damages = calloc(t->damage_count + 1, sizeof *r->damages);
    for (size_t i = 0; i < t->damage_count; i++) {
        struct judged_damage *j = &r->damages[r->damage_count];
        if (!t->damages[i].harmful)
            continue;
        j->d = &t->damages[i];
        j->limit_us = sim_damage_crossed_us(j->d, JUDGEMENT_ALARM);
        know_elements(t, j);
        j->told_us = told_us(r, j);
        r->damage_count++;
    }
}

static struct damage_figures *damage_of(struct find_figures *sum, const char *kind)
{
    size_t i = 0;

    while (i < sum->damage_kinds && strcmp(sum->damage[i].kind, kind) != 0)
        i++;
    if (i == sum->damage_kinds) {
        snprintf(sum->damage[i].kind, sizeof sum->damage[i].kind, "%s", kind);
        sum->damage_kinds++;
    }
    return &sum->damage[i];
}

static double days(int64_t us)
{
    return (double)us / (double)US_PER_DAY;
}

bool judged_lasting(const struct judged_damage *j)
{
    return j->limit_us - j->d->onset_us >= (int64_t)(JUDGEMENT_LEAD_D * US_PER_DAY);
}

static void tell_of_damage(const struct judged_damage *j, const char *what)
{
    char onset[UTC_TEXT_SIZE], limit[UTC_TEXT_SIZE], told[UTC_TEXT_SIZE];
    bool never = j->told_us == SIM_TRUTH_NEVER;

    printf("%s %s at %s: onset %.10s, limit %.10s, %s%.10s\n", what, j->d->kind, j->d->element,
           utc_format(j->d->onset_us, onset), utc_format(j->limit_us, limit),
           never ? "not told" : "told ", never ? "" : utc_format(j->told_us, told));
}

static void count_damage(const struct judged_run *r, const struct judged_damage *j, bool list,
                         struct find_figures *sum)
{
    struct damage_figures *f = damage_of(sum, j->d->kind);
    bool lasting = judged_lasting(j);

    if (j->limit_us >= r->truth.end_us) {
        f->open++;
        f->open_told += j->told_us != SIM_TRUTH_NEVER;
        return;
    }
    f->judged++;
    f->lasting += lasting;
    if (j->told_us >= j->limit_us) {
        if (list)
            tell_of_damage(j, "missed");
        return;
    }
    bool early = lasting && days(j->limit_us - j->told_us) >= JUDGEMENT_LEAD_D;
    f->found++;
    f->early += early;
    if (list && lasting && !early)
        tell_of_damage(j, "late");
    numbers_add(&f->lead_d, days(j->limit_us - j->told_us));
}

/* --- false alarms --- */

/* The harmful damage that has begun at that house, or anywhere in the row that a step is about. */
static bool damaged(const struct judged_run *r, const struct sim_step *s)
{
    for (size_t i = 0; i < r->damage_count; i++) {
        const struct sim_damage *d = r->damages[i].d;
        if (d->onset_us > s->at_us)
            continue;
        if (is(s->house, d->house) || sim_step_below(s, d->house) ||
            of_row(r, s, sim_truth_row_of(&r->truth, d->house)))
            return true;
    }
    return false;
}

static bool told_of_any(const struct judged_run *r, const struct sim_step *s)
{
    for (size_t i = 0; i < r->damage_count; i++)
        if (r->damages[i].d->onset_us <= s->at_us && tells_of(r, s, &r->damages[i]))
            return true;
    return false;
}

static int64_t ails_until(const struct sim_ill *ill)
{
    bool at_once = strcmp(ill->kind, "swap") == 0 || strcmp(ill->kind, "rezero") == 0;

    return at_once ? ill->from_us + US_PER_DAY : ill->until_us;
}

/* The ill at one of its sensors, now or up to that long ago; NULL: none. */
static const struct sim_ill *ailing(const struct judged_run *r, const struct sim_step *s,
                                    int64_t after_us)
{
    for (size_t i = 0; i < r->truth.ill_count; i++) {
        const struct sim_ill *ill = &r->truth.ills[i];
        if (s->at_us >= ill->from_us - US_PER_DAY && s->at_us <= ails_until(ill) + after_us &&
            sim_step_names(s, ill->sensor))
            return ill;
    }
    return NULL;
}

static void tell_false(const struct judged_run *r, const struct sim_step *s, const char *what)
{
    const struct sim_ill *ill = ailing(r, s, AFTERWARDS);
    char at[UTC_TEXT_SIZE], *sensors = cJSON_PrintUnformatted(s->sensors);

    printf("%s %.10s %s level %d at %s %s, ill: %s\n", what, utc_format(s->at_us, at), s->kind,
           s->level,
           s->element ? s->element
           : s->house ? s->house
                      : "-",
           sensors, ill ? ill->kind : "none");
    cJSON_free(sensors);
}

static void count_alarm(struct judged_run *r, const struct sim_step *s, bool list,
                        struct find_figures *sum)
{
    if (strcmp(s->category, "instrument") == 0) {
        bool none = !ailing(r, s, AFTERWARDS);
        sum->false_instrument += none;
        if (none && list)
            tell_false(r, s, "instrument");
    } else if (strcmp(s->category, "structure") == 0 && !damaged(r, s)) {
        sum->false_structure++;
        r->false_alarms++;
        if (list)
            tell_false(r, s, "false");
    } else if (strcmp(s->category, "structure") == 0 && !told_of_any(r, s)) {
        sum->unrelated++;
    }
}

/* Each episode when it first reaches level 2; instrument alerts by their highest level too. After
 * the run readings that were delayed still come, and everything else falls silent: that is not
 * counted.
 */
static void count_alarms(struct judged_run *r, bool list, struct find_figures *sum)
{
    int *highest = calloc(r->alerts.episodes + 1, sizeof *highest);
    bool *instrument = calloc(r->alerts.episodes + 1, sizeof *instrument);

    for (size_t i = 0; i < r->alerts.count; i++) {
        const struct sim_step *s = &r->alerts.steps[i];
        int before = highest[s->episode];
        instrument[s->episode] = strcmp(s->category, "instrument") == 0;
        if (s->level <= before || s->at_us >= r->truth.end_us)
            continue;
        highest[s->episode] = s->level;
        if (before < JUDGEMENT_NOTICE && s->level >= JUDGEMENT_NOTICE)
            count_alarm(r, s, list, sum);
    }
    for (size_t i = 0; i < r->alerts.episodes; i++)
        if (instrument[i] && highest[i] >= 0 && highest[i] <= 4)
            sum->instrument[highest[i]]++;
    free(highest);
    free(instrument);
}

static void count_years(const struct judged_run *r, struct find_figures *sum)
{
    const struct sim_truth *t = &r->truth;

    for (size_t i = 0; i < sim_truth_houses(t); i++) {
        int64_t sound_us = t->end_us;
        for (size_t k = 0; k < r->damage_count; k++)
            if (is(sim_truth_house(t, i), r->damages[k].d->house) &&
                r->damages[k].d->onset_us < sound_us)
                sound_us = r->damages[k].d->onset_us;
        sum->house_years += (double)(t->end_us - t->start_us) / YEAR_US;
        sum->sound_house_years += (double)(sound_us - t->start_us) / YEAR_US;
    }
}

/* --- ills --- */

static struct ill_figures *ill_of(struct find_figures *sum, const struct sim_ill *ill)
{
    char kind[sizeof sum->ill[0].kind];
    size_t i = 0;

    snprintf(kind, sizeof kind, "%s%s", ill->kind, ill->epoch ? ", noted" : "");

    while (i < sum->ill_kinds && strcmp(sum->ill[i].kind, kind) != 0)
        i++;
    if (i == sum->ill_kinds) {
        snprintf(sum->ill[i].kind, sizeof sum->ill[i].kind, "%s", kind);
        sum->ill_kinds++;
    }
    return &sum->ill[i];
}

static bool ill_found(const struct judged_run *r, const struct sim_ill *ill)
{
    for (size_t i = 0; i < r->alerts.count; i++) {
        const struct sim_step *s = &r->alerts.steps[i];
        if (s->level > 0 && strcmp(s->category, "instrument") == 0 &&
            s->at_us >= ill->from_us - US_PER_DAY && s->at_us <= ails_until(ill) + AFTER_ILL &&
            sim_step_names(s, ill->sensor))
            return true;
    }
    return false;
}

/* The entries of an ill follow one another, one for each sensor it strikes. */
static void count_ills(const struct judged_run *r, struct find_figures *sum)
{
    const struct sim_ill *ills = r->truth.ills;

    for (size_t i = 0, next; i < r->truth.ill_count; i = next) {
        struct ill_figures *f = ill_of(sum, &ills[i]);
        bool found = false;
        for (next = i; next < r->truth.ill_count && ills[next].ill == ills[i].ill; next++)
            found = found || ill_found(r, &ills[next]);
        f->count++;
        f->found += found;
    }
}

void judge_finds(struct judged_run *run, bool list, struct find_figures *sum)
{
    find_damages(run);
    for (size_t i = 0; i < run->damage_count; i++)
        count_damage(run, &run->damages[i], list, sum);
    count_alarms(run, list, sum);
    count_years(run, sum);
    count_ills(run, sum);
}

void judge_free(struct judged_run *run)
{
    free(run->damages);
    sim_alerts_free(&run->alerts);
    sim_truth_free(&run->truth);
}
