/* Whether the houses that are in danger stand in front.
 *
 * For each house with a harmful damage whose alarm limit falls into the run (the first of several)
 * and lies 30 days or more after its onset, at that time and 90 and 365 days before (only when the
 * damage had begun by then): the share of the district's sound houses whose score is lower, half
 * for equal ones; the same by p365. The mean over those houses is the area under the ROC curve
 * (AUC): 1 all in front, 0.5 chance. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "judgement.h"
#include "ndjson.h"
#include "process.h"
#include "shikumen/base/clock.h"
#include "shikumen/base/strmap.h"

const int rank_before_d[RANK_TIMES] = {365, 90, 0};

struct standing {
    int64_t at_us;
    double score, p365;
};

/* Of one house, in order of time. */
struct course {
    struct standing *v;
    size_t count, room;
};

struct ranks {
    struct rank_figures *sum;
    struct strmap houses;
    struct course *courses; /* by house */
};

static bool take(void *context, size_t number, cJSON *object, bool *keep)
{
    struct ranks *r = context;
    const char *house = ndjson_text(object, "house");
    uint32_t i = house ? strmap_get(&r->houses, house, strlen(house)) : STRMAP_NONE;
    struct course *c = i == STRMAP_NONE ? NULL : &r->courses[i];

    (void)number, (void)keep;
    if (!c)
        return true;
    if (c->count == c->room) {
        c->room = c->room ? 2 * c->room : 64;
        c->v = realloc(c->v, c->room * sizeof *c->v);
        if (!c->v)
            abort();
    }
    c->v[c->count++] =
        (struct standing){ndjson_time(object, "at", 0), ndjson_number(object, "score"),
                          ndjson_number(object, "p365")};
    r->sum->lines++;
    r->sum->grey += ndjson_true(object, "grey");
    return true;
}

/* The last at or before t_us; NULL: none. */
static const struct standing *standing_at(const struct course *c, int64_t t_us)
{
    const struct standing *last = NULL;

    for (size_t i = 0; i < c->count && c->v[i].at_us <= t_us; i++)
        last = &c->v[i];
    return last;
}

/* What is not known counts as 0. */
static double before(double a, double b)
{
    a = isnan(a) ? 0 : a;
    b = isnan(b) ? 0 : b;
    return a > b ? 1 : a < b ? 0 : 0.5;
}

static void rank_house(const struct judged_run *run, const struct ranks *r, const char *house,
                       int64_t t_us, size_t time)
{
    const struct standing *own =
        standing_at(&r->courses[strmap_get(&r->houses, house, strlen(house))], t_us);
    double score = 0, p365 = 0;
    size_t others = 0;

    for (size_t i = 0; own && i < sim_truth_houses(&run->truth); i++) {
        const struct standing *s = standing_at(&r->courses[i], t_us);
        if (!s || !sim_truth_healthy(&run->truth, sim_truth_house(&run->truth, i)))
            continue;
        score += before(own->score, s->score);
        p365 += before(own->p365, s->p365);
        others++;
    }
    if (others == 0)
        return;
    r->sum->at[time].n++;
    r->sum->at[time].score += score / (double)others;
    r->sum->at[time].p365 += p365 / (double)others;
}

/* Whether another damage of the same house reaches its limit earlier. */
static bool not_the_first(const struct judged_run *run, const struct judged_damage *j)
{
    for (const struct judged_damage *o = run->damages; o < run->damages + run->damage_count; o++)
        if (o != j && strcmp(o->d->house, j->d->house) == 0 &&
            (o->limit_us < j->limit_us || (o->limit_us == j->limit_us && o < j)))
            return true;
    return false;
}

static void rank_all(const struct judged_run *run, const struct ranks *r)
{
    for (size_t i = 0; i < run->damage_count; i++) {
        const struct judged_damage *j = &run->damages[i];
        if (j->limit_us >= run->truth.end_us || !judged_lasting(j) || not_the_first(run, j))
            continue;
        for (size_t k = 0; k < RANK_TIMES; k++) {
            int64_t t_us = j->limit_us - rank_before_d[k] * US_PER_DAY;
            if (t_us >= j->d->onset_us)
                rank_house(run, r, j->d->house, t_us, k);
        }
    }
}

bool judge_ranks(const struct judged_run *run, struct rank_figures *sum)
{
    struct ranks r = {.sum = sum};
    size_t houses = sim_truth_houses(&run->truth);
    char *path = path_in(run->out, "risk.ndjson");
    bool done;

    r.courses = calloc(houses + 1, sizeof *r.courses);
    for (uint32_t i = 0; i < houses; i++) {
        const char *house = sim_truth_house(&run->truth, i);
        if (strmap_put(&r.houses, house, strlen(house), i))
            abort();
    }
    done = ndjson_each(path, take, &r) >= 0;
    rank_all(run, &r);
    for (size_t i = 0; i < houses; i++)
        free(r.courses[i].v);
    free(r.courses);
    strmap_free(&r.houses);
    free(path);
    return done;
}
