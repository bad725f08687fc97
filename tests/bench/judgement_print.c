/* The figures as tables in Markdown. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "judgement.h"
#include "shikumen/num/order.h"

void numbers_add(struct numbers *n, double v)
{
    if (n->count == n->room) {
        n->room = n->room ? 2 * n->room : 16;
        n->v = realloc(n->v, n->room * sizeof *n->v);
        if (!n->v)
            abort();
    }
    n->v[n->count++] = v;
}

double numbers_quantile(struct numbers *n, double share)
{
    double place = share * (double)(n->count - 1), low = floor(place);

    if (n->count == 0)
        return (double)NAN;
    order_sort(n->v, n->count);
    return n->v[(size_t)low] + (place - low) * (n->v[(size_t)ceil(place)] - n->v[(size_t)low]);
}

/* "12 of 15 (80 %)", "-" for none. */
static void put_share(size_t part, size_t whole)
{
    if (whole == 0)
        printf(" - |");
    else
        printf(" %zu/%zu (%.0f %%) |", part, whole, 100.0 * (double)part / (double)whole);
}

static void put_damage(const char *name, struct damage_figures *f)
{
    printf("| %s |", name);
    put_share(f->found, f->judged);
    if (f->lead_d.count > 0)
        printf(" %.0f d |", numbers_quantile(&f->lead_d, 0.5));
    else
        printf(" - |");
    put_share(f->early, f->lasting);
    put_share(f->early, f->judged);
    put_share(f->open_told, f->open);
    printf("\n");
}

static void add_damage(struct damage_figures *sum, const struct damage_figures *f)
{
    sum->judged += f->judged;
    sum->found += f->found;
    sum->lasting += f->lasting;
    sum->early += f->early;
    sum->open += f->open;
    sum->open_told += f->open_told;
    for (size_t i = 0; i < f->lead_d.count; i++)
        numbers_add(&sum->lead_d, f->lead_d.v[i]);
}

static void print_damages(struct find_figures *f)
{
    struct damage_figures all = {0};

    printf("| damage 损伤 | found before its alarm limit | median lead | 30 d lead, of those that "
           "last 30 d | 30 d lead, of all | limit after the run: told |\n"
           "|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < f->damage_kinds; i++) {
        put_damage(f->damage[i].kind, &f->damage[i]);
        add_damage(&all, &f->damage[i]);
    }
    put_damage("**all**", &all);
    free(all.lead_d.v);
}

static void print_alarms(const struct find_figures *f)
{
    size_t instrument = f->instrument[1] + f->instrument[2] + f->instrument[3] + f->instrument[4];

    printf("\n| alarms 告警 | number | per house and year |\n|---|---|---|\n");
    printf("| false structural, level >= 2 | %zu | **%.4f** (of %.0f sound house-years) |\n",
           f->false_structure, (double)f->false_structure / f->sound_house_years,
           f->sound_house_years);
    printf("| structural, at a damaged house and not about its damage | %zu | %.4f |\n",
           f->unrelated, (double)f->unrelated / f->house_years);
    printf("| instrument, all (level 1: %zu, 2: %zu, 3: %zu, 4: %zu) | %zu | %.3f |\n",
           f->instrument[1], f->instrument[2], f->instrument[3], f->instrument[4], instrument,
           (double)instrument / f->house_years);
    printf("| instrument, level >= 2, nothing ails | %zu | %.4f |\n", f->false_instrument,
           (double)f->false_instrument / f->house_years);
}

static void print_ills(const struct find_figures *f)
{
    printf("\n| ill 仪器故障 | told by an instrument alert |\n|---|---|\n");
    for (size_t i = 0; i < f->ill_kinds; i++) {
        printf("| %s |", f->ill[i].kind);
        put_share(f->ill[i].found, f->ill[i].count);
        printf("\n");
    }
}

static void print_coverage(const char *name, const struct ledger_summary *s)
{
    struct score_proportion share;

    printf("| %s |", name);
    if (ledger_coverage(s, &share))
        printf(" - |");
    else
        printf(" %.3f (%.3f..%.3f) |", share.rate, share.lower, share.upper);
    printf(" %llu | %llu | %llu | %llu |", (unsigned long long)s->dated,
           (unsigned long long)s->early, (unsigned long long)s->within,
           (unsigned long long)s->late);
    if (s->errors > 0)
        printf(" %+.0f d / %.0f d |\n", s->error_d / (double)s->errors,
               s->absolute_error_d / (double)s->errors);
    else
        printf(" - |\n");
}

static void put_probabilities(const struct ledger_summary *s, const char *name)
{
    for (size_t i = 0; i < LEDGER_HORIZONS; i++) {
        struct ledger_figures f = ledger_figures(s, i);
        const uint64_t *fate = s->horizon[i].fate;
        printf("| p%d, %s | %llu | %llu | %.5f | %.3f | %.5f | %llu | %llu | %llu | %llu |\n",
               ledger_horizon_d[i], name, (unsigned long long)f.scored,
               (unsigned long long)f.events, f.brier, f.skill, f.calibration_error,
               (unsigned long long)fate[LEDGER_HIT], (unsigned long long)fate[LEDGER_MISS],
               (unsigned long long)fate[LEDGER_FALSE], (unsigned long long)fate[LEDGER_QUIET]);
    }
}

static void print_probabilities(const struct forecast_figures *f)
{
    printf(
        "\n| horizon | forecasts | came | Brier | skill | calibration error | hit | miss | false "
        "| quiet |\n|---|---|---|---|---|---|---|---|---|---|\n");
    put_probabilities(&f->of[FORECAST_ALL], "all");
    put_probabilities(&f->of[FORECAST_KNOWABLE], "knowable");
}

static void print_bins(const struct ledger_summary *s)
{
    printf("\n| forecast p, knowable | p180: n | mean p | came | p365: n | mean p | came |\n"
           "|---|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < LEDGER_BINS; i++) {
        printf("| %.1f..%.1f |", (double)i / LEDGER_BINS, (double)(i + 1) / LEDGER_BINS);
        for (size_t k = 1; k < LEDGER_HORIZONS; k++) {
            double n = (double)s->horizon[k].bin[i].n;
            if (n > 0)
                printf(" %.0f | %.3f | %.3f |", n, s->horizon[k].bin[i].p / n,
                       (double)s->horizon[k].bin[i].events / n);
            else
                printf(" 0 | - | - |");
        }
        printf("\n");
    }
}

static void print_forecasts(const struct forecast_figures *f)
{
    printf(
        "\n%zu forecasts: %zu abstained, %zu of derived quantities (no truth), %zu of limits held "
        "to be exceeded (%zu are, %zu will be within 180 d).\n\n",
        f->lines, f->abstained, f->derived, f->exceeded, f->rightly, f->soon);
    printf("| dated forecasts 预测 | crossing within t05..t95 (nominal 0.90) | dated | early | "
           "within | late | t50: mean error (crossing - t50) / absolute |\n"
           "|---|---|---|---|---|---|---|\n");
    print_coverage("all, weekly", &f->of[FORECAST_ALL]);
    print_coverage("of limits that are crossed", &f->of[FORECAST_CROSSED]);
    print_coverage("first after the onset", &f->of[FORECAST_FIRST]);
    print_probabilities(f);
    print_bins(&f->of[FORECAST_KNOWABLE]);
}

static void print_ranks(const struct rank_figures *r)
{
    printf("\n| ranking 排序 | houses | AUC of score | AUC of p365 |\n|---|---|---|---|\n");
    for (size_t i = 0; i < RANK_TIMES; i++) {
        double n = (double)r->at[i].n;
        printf("| %d d before the alarm limit | %.0f |", rank_before_d[i], n);
        if (n > 0)
            printf(" %.3f | %.3f |\n", r->at[i].score / n, r->at[i].p365 / n);
        else
            printf(" - | - |\n");
    }
    printf("\nGrey: %.1f %% of %zu house-weeks.\n",
           r->lines ? 100.0 * (double)r->grey / (double)r->lines : 0.0, r->lines);
}

static void put_saving(double all, struct numbers *each)
{
    if (each->count > 1)
        printf(" %.0f %% (%.0f..%.0f) |", all, numbers_quantile(each, 0.05),
               numbers_quantile(each, 0.95));
    else
        printf(" %.0f %% |", all);
}

static void print_cost(struct cost_figures *f)
{
    printf("\n| cost factor per category | at failure | of it within 30 d | inspection every 5 a | "
           "on alerts | saving to "
           "failure | saving to inspection | break-even to inspection | for 38 %% |\n"
           "|---|---|---|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < COST_FACTORS; i++) {
        double reactive = cost_of(f, i, COST_REACTIVE), periodic = cost_of(f, i, COST_PERIODIC);
        double alerts = cost_of(f, i, COST_ALERTS);
        printf("| %.0f | %.1f | %.1f | %.1f | %.1f |", cost_factor[i], reactive, f->by[i].sudden,
               periodic, alerts);
        put_saving(100 * (1 - alerts / reactive), &f->by[i].saving_reactive);
        put_saving(100 * (1 - alerts / periodic), &f->by[i].saving_periodic);
        printf(" %.4f | %.4f |\n", cost_break_even(f, i, COST_PERIODIC, 0),
               cost_break_even(f, i, COST_PERIODIC, 0.38));
    }
    printf("\nOf the cost on alerts: sensors %.1f (0.02 an element and year), false alarms %.1f. "
           "Inspections %.1f. In brackets: 5 %% and 95 %% over the districts. Break-even: what the "
           "sensors of an element may cost a year.\n"
           "A simulation under stated cost assumptions (model D2, all [J]); no published heritage "
           "study shows a given saving.\n"
           "这是在所列成本假设下的模拟结果；尚无已发表的文物建筑研究证明某一节省比例。\n",
           f->sensors, f->false_alarms, f->inspections);
}

void judgement_print(struct judgement *j)
{
    print_damages(&j->find);
    print_alarms(&j->find);
    print_ills(&j->find);
    print_forecasts(&j->forecast);
    print_ranks(&j->rank);
    print_cost(&j->cost);
}

void judgement_free(struct judgement *j)
{
    for (size_t i = 0; i < j->find.damage_kinds; i++)
        free(j->find.damage[i].lead_d.v);
    for (size_t i = 0; i < COST_FACTORS; i++) {
        free(j->cost.by[i].saving_reactive.v);
        free(j->cost.by[i].saving_periodic.v);
    }
}
