/* What acting on the alerts costs, beside inspecting every five years and beside repairing what has
 * failed. A simulation under the cost assumptions of the reference's model D2, all of them [J]; no
 * published study of heritage buildings shows a given saving.
 *
 * Category of a damage: 1 from its onset, 2, 3, 4 from the crossing of its limits of level 2, 3, 4
 *   (of the crack ladder 0.1, 0.5, 1 mm, which are D2's bounds as shares of its limit); a level
 * that has no limit of its own lies at 10 % and 50 % of the way from onset to level 4. Repair: 0.2
 * q^(category - 1) at the time of repair, which ends the damage; discount 3 % a year. At failure:
 * half a year after level 4. Periodic: every element is inspected every 5 years at 0.02, found with
 * probability 0, .3, .7, .95, 1 by category 0..4, repaired from category 2 on half a year later;
 * the mean over 60 phases. On alerts: repaired a quarter of a year after it was told of
 * (judgement_find.c); sensors at 0.02 an element and year; every false structural alarm costs 0.03.
 * Whatever is not repaired before is repaired at failure. Of damages that reach level 4 within 30
 * days (blows, fast settlement) no policy can prevent that; what they cost is shown. The run's
 * years are paid for; of damages that have begun in them the three years after count as well, which
 * is as far as the truth looks. Elements: those with a sensor that has limits. Courses are those of
 * the simulator, not D2's gamma process. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "judgement.h"
#include "ndjson.h"
#include "shikumen/base/clock.h"

#define YEAR_D       365.25
#define RATE         0.03
#define FIRST_REPAIR 0.2
#define INSPECTION   0.02
#define SENSORS      0.02
#define FALSE_ALARM  0.03
#define INTERVAL_D   (5 * YEAR_D)
#define PHASES       60
#define FAILED_D     (0.5 * YEAR_D)
#define INSPECTED_D  (0.5 * YEAR_D)
#define TOLD_D       (0.25 * YEAR_D)

const double cost_factor[COST_FACTORS] = {2, 3, 4, 5};

static const double detection[] = {0, 0.3, 0.7, 0.95, 1};

/* A damage in days from the start of the run; category i begins at begin_d[i], HUGE_VAL: never. */
struct progress {
    double begin_d[5];
    double told_d;
};

static double day_of(const struct judged_run *run, int64_t t_us)
{
    return t_us == SIM_TRUTH_NEVER ? HUGE_VAL
                                   : (double)(t_us - run->truth.start_us) / (double)US_PER_DAY;
}

static struct progress progress_of(const struct judged_run *run, const struct judged_damage *j)
{
    static const double way[] = {0, 0, 0.1, 0.5};
    struct progress p = {.told_d = day_of(run, j->told_us)};

    p.begin_d[1] = day_of(run, j->d->onset_us);
    p.begin_d[4] = day_of(run, j->limit_us);
    for (int i = 3; i >= 2; i--) {
        double own_d = day_of(run, sim_damage_crossed_us(j->d, i));
        if (!isfinite(own_d) && isfinite(p.begin_d[4]))
            own_d = p.begin_d[1] + way[i] * (p.begin_d[4] - p.begin_d[1]);
        p.begin_d[i] = fmin(own_d, p.begin_d[i + 1]);
    }
    return p;
}

static int category_at(const struct progress *p, double t_d)
{
    int c = 0;

    while (c < 4 && t_d >= p->begin_d[c + 1])
        c++;
    return c;
}

static double discount(double t_d)
{
    return pow(1 + RATE, -t_d / YEAR_D);
}

static double repair(const struct progress *p, double t_d, double q)
{
    int category = category_at(p, t_d);

    return category == 0 ? 0 : FIRST_REPAIR * pow(q, category - 1) * discount(t_d);
}

static double at_failure(const struct progress *p, double q)
{
    double t_d = p->begin_d[4] + FAILED_D;

    return isfinite(t_d) ? repair(p, t_d, q) : 0;
}

static double on_alert(const struct progress *p, double q)
{
    double t_d = p->told_d + TOLD_D;

    return t_d < p->begin_d[4] + FAILED_D ? repair(p, t_d, q) : at_failure(p, q);
}

/* Of one phase: the chance that it has not been found yet, times what finding it then costs. */
static double inspected(const struct progress *p, double first_d, double until_d, double q)
{
    double unfound = 1, cost = 0;

    for (double t_d = first_d; t_d < until_d && t_d < p->begin_d[4] + FAILED_D; t_d += INTERVAL_D) {
        int category = category_at(p, t_d);
        double found = category >= 2 ? unfound * detection[category] : 0;
        cost += found * repair(p, fmin(t_d + INSPECTED_D, p->begin_d[4] + FAILED_D), q);
        unfound -= found;
    }
    return cost + unfound * at_failure(p, q);
}

static double periodic(const struct progress *p, double until_d, double q)
{
    double sum = 0;

    for (int i = 0; i < PHASES; i++)
        sum += inspected(p, (i + 0.5) * INTERVAL_D / PHASES, until_d, q);
    return sum / PHASES;
}

static bool is_new(const cJSON *list, const cJSON *before, const char *element)
{
    for (const cJSON *s = list->child; s != before; s = s->next) {
        const char *other = ndjson_text(s, "element");
        if (other && ndjson_text(s, "limits") && strcmp(other, element) == 0)
            return false;
    }
    return true;
}

/* Elements with a sensor that has limits. */
static size_t watched_elements(const struct sim_truth *t)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(t->registry, "sensors"), *s;
    size_t n = 0;

    cJSON_ArrayForEach(s, list)
    {
        const char *element = ndjson_text(s, "element");
        n += element && ndjson_text(s, "limits") && is_new(list, s, element);
    }
    return n;
}

/* Sum of the discounted days of the run, in years. */
static double discounted_years(double run_d)
{
    return (1 - discount(run_d)) / log1p(RATE);
}

static double saving(double cost, double beside)
{
    return beside > 0 ? 100 * (1 - cost / beside) : (double)NAN;
}

static void add(struct cost_figures *sum, const struct cost_figures *one)
{
    sum->inspections += one->inspections;
    sum->sensors += one->sensors;
    sum->false_alarms += one->false_alarms;
    sum->element_years += one->element_years;
    for (size_t i = 0; i < COST_FACTORS; i++) {
        double alerts = cost_of(one, i, COST_ALERTS);
        sum->by[i].sudden += one->by[i].sudden;
        for (size_t k = 0; k < COST_POLICIES; k++)
            sum->by[i].repair[k] += one->by[i].repair[k];
        numbers_add(&sum->by[i].saving_reactive, saving(alerts, cost_of(one, i, COST_REACTIVE)));
        numbers_add(&sum->by[i].saving_periodic, saving(alerts, cost_of(one, i, COST_PERIODIC)));
    }
}

void judge_cost(const struct judged_run *run, struct cost_figures *sum)
{
    struct cost_figures one = {0};
    double run_d = day_of(run, run->truth.end_us), until_d = run_d + 3 * YEAR_D;

    one.element_years = (double)watched_elements(&run->truth) * discounted_years(run_d);
    one.sensors = SENSORS * one.element_years;
    one.inspections = INSPECTION * one.element_years * YEAR_D / INTERVAL_D;
    one.false_alarms =
        FALSE_ALARM * (double)run->false_alarms * discounted_years(run_d) * YEAR_D / run_d;
    for (size_t i = 0; i < run->damage_count; i++) {
        struct progress p = progress_of(run, &run->damages[i]);
        for (size_t k = 0; k < COST_FACTORS; k++) {
            double failed = at_failure(&p, cost_factor[k]);
            one.by[k].repair[COST_REACTIVE] += failed;
            one.by[k].sudden += judged_lasting(&run->damages[i]) ? 0 : failed;
            one.by[k].repair[COST_PERIODIC] += periodic(&p, until_d, cost_factor[k]);
            one.by[k].repair[COST_ALERTS] += on_alert(&p, cost_factor[k]);
        }
    }
    add(sum, &one);
}

double cost_of(const struct cost_figures *f, size_t factor, enum cost_policy policy)
{
    double cost = f->by[factor].repair[policy];

    if (policy == COST_PERIODIC)
        cost += f->inspections;
    if (policy == COST_ALERTS)
        cost += f->sensors + f->false_alarms;
    return cost;
}

double cost_break_even(const struct cost_figures *f, size_t factor, enum cost_policy policy,
                       double share)
{
    double rest = cost_of(f, factor, COST_ALERTS) - f->sensors;

    return ((1 - share) * cost_of(f, factor, policy) - rest) / f->element_years;
}
