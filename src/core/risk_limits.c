#include <math.h>
#include <string.h>

#include "risk_parts.h"
#include "shikumen/model/alert.h"

/* The step of the ladder that a limit of each level is; the levels in between [J]. */
static const double step[RISK_TIERS] = {0, 0.5, 0.6, 0.8, 1};

/* Days before which a limit of each level is not urgent: grades 0, 1, 2 at most. */
static double earliest_d(int level)
{
    static const double days[RISK_TIERS] = {0, (double)INFINITY, 365.25, 30, 0};

    return days[level];
}

double risk_larger(double a, double b)
{
    return fmax(a, b); /* C17 F.10.9.2: of a NaN and a number the number */
}

double risk_ladder(const struct limit *limit, double margin)
{
    if (limit->level >= LEVEL_RED || isnan(margin))
        return margin;
    return step[limit->level > 0 ? limit->level : 0] * fmin(margin, 1);
}

bool risk_unstable(const struct counted *row)
{
    return row->limit.stability && row->limit.limit->level >= LEVEL_RED && row->limit.margin >= 1;
}

static enum err check_p(double p)
{
    if (isinf(p))
        return ERR_NOT_FINITE;
    return p < 0 || p > 1 ? ERR_RANGE : ERR_OK;
}

static enum err check_limit(const struct registry *r, const struct risk_limit *l)
{
    enum err e = ERR_OK;

    if (l->sensor >= r->sensor_count || !l->limit || l->limit->level < LEVEL_BLUE ||
        l->limit->level > LEVEL_RED)
        return ERR_RANGE;
    if (isinf(l->margin))
        return ERR_NOT_FINITE;
    if ((e = check_p(l->p30)) || (e = check_p(l->p180)))
        return e;
    return check_p(l->p365);
}

static void set_p(struct risk_limit *l, double p)
{
    l->p30 = l->p180 = l->p365 = p;
}

/* Longer horizons are at least as probable; reached is certain; without p365 there is none. */
static void clean_p(struct counted *row)
{
    struct risk_limit *l = &row->limit;

    if (l->margin >= 1 && l->limit->of != LIMIT_EVENT) {
        set_p(l, 1);
        l->t05_d = l->t50_d = l->t95_d = 0;
    } else if (isnan(l->p365))
        set_p(l, (double)NAN);
    else {
        l->p180 = isnan(l->p180) ? l->p180 : risk_larger(l->p180, l->p30);
        l->p365 = risk_larger(l->p365, risk_larger(l->p180, l->p30));
    }
    row->answered = row->state && !isnan(l->p365);
    row->asked =
        row->answered || (row->state && l->limit->of != LIMIT_EVENT && l->limit->of != LIMIT_RATE);
}

static bool foresees(const struct registry *r, const struct risk_limit *l)
{
    const struct quantity_info *q = quantity_info(r->sensors[l->sensor].quantity);

    return l->derived || (!q->boolean && !q->instrument);
}

static bool same_quantity(const struct risk_limit *a, const struct risk_limit *b)
{
    if (a->sensor != b->sensor || !a->derived != !b->derived)
        return false;
    return !a->derived || strcmp(a->derived->en, b->derived->en) == 0;
}

/* Of the highest level that its quantity has here. */
static bool is_highest(const struct risk_input *in, size_t i)
{
    for (size_t k = 0; k < in->limit_count; k++)
        if (same_quantity(&in->limits[k], &in->limits[i]) &&
            in->limits[k].limit->level > in->limits[i].limit->level)
            return false;
    return true;
}

enum err risk_count(const struct registry *r, const struct risk_input *in, struct arena *a,
                    struct counted **rows)
{
    struct counted *row = arena_array(a, in->limit_count, sizeof *row);
    enum err e = row ? ERR_OK : ERR_NOMEM;

    for (size_t i = 0; i < in->limit_count && !e; i++)
        e = check_limit(r, &in->limits[i]);
    for (size_t i = 0; i < in->limit_count && !e; i++) {
        row[i].limit = in->limits[i];
        row[i].ladder = risk_ladder(in->limits[i].limit, in->limits[i].margin);
        row[i].state = foresees(r, &in->limits[i]) && is_highest(in, i);
        clean_p(&row[i]);
    }
    *rows = row;
    return e;
}

enum err risk_any(const double *p, size_t n, struct arena *a, double *out)
{
    struct arena_mark mark = arena_mark(a);
    double *known = arena_array(a, n, sizeof *known);
    struct fusion_combination c;
    enum err e = known ? ERR_OK : ERR_NOMEM;
    size_t k = 0;

    *out = (double)NAN;
    for (size_t i = 0; i < n && !e; i++)
        if (!isnan(p[i]))
            known[k++] = p[i];
    if (!e && k > 0 && !(e = fusion_combine(known, k, FUSION_RHO, &c)))
        *out = c.p;
    arena_rewind(a, mark);
    return e;
}

enum err risk_combine(const struct risk_p *parts, size_t n, struct arena *a, struct risk_p *out)
{
    struct arena_mark mark = arena_mark(a);
    double *known = arena_array(a, n, sizeof *known);
    struct fusion_combination point, high;
    enum err e = known ? ERR_OK : ERR_NOMEM;
    size_t k = 0;

    *out = (struct risk_p){(double)NAN, (double)NAN, (double)NAN};
    for (size_t i = 0; i < n && !e; i++)
        if (!isnan(parts[i].p)) {
            known[k++] = parts[i].p;
            out->low = risk_larger(out->low, parts[i].low);
        }
    if (!e && k > 0 && !(e = fusion_combine(known, k, FUSION_RHO, &point))) {
        for (size_t i = k = 0; i < n; i++)
            if (!isnan(parts[i].p))
                known[k++] = parts[i].high;
        if (!(e = fusion_combine(known, k, FUSION_RHO, &high))) {
            out->p = point.p;
            out->high = fmax(point.p, high.p_or);
        }
    }
    arena_rewind(a, mark);
    return e;
}

enum err risk_horizons(const struct risk_p *p, size_t stride, size_t n, struct arena *a,
                       struct risk_p *out)
{
    struct arena_mark mark = arena_mark(a);
    struct risk_p *part = arena_array(a, n, sizeof *part);
    enum err e = part ? ERR_OK : ERR_NOMEM;

    for (int h = 0; h < RISK_HORIZONS && !e; h++) {
        for (size_t i = 0; i < n; i++)
            memcpy(&part[i], (const char *)p + i * stride + (size_t)h * sizeof *p, sizeof *p);
        e = risk_combine(part, n, a, &out[h]);
    }
    arena_rewind(a, mark);
    return e;
}

struct horizons {
    struct risk_p p[RISK_HORIZONS];
};

static struct horizons horizons_of(const struct counted *row)
{
    const struct risk_p unknown = {(double)NAN, (double)NAN, (double)NAN};
    const struct risk_limit *l = &row->limit;

    if (!row->answered)
        return (struct horizons){{unknown, unknown, unknown}};
    return (struct horizons){
        {{l->p30, l->p30, l->p30}, {l->p180, l->p180, l->p180}, {l->p365, l->p365, l->p365}}};
}

static enum err combine_horizons(const struct counted *rows, size_t n, struct arena *a,
                                 struct risk *out)
{
    struct horizons *parts = arena_array(a, n, sizeof *parts);

    if (!parts)
        return ERR_NOMEM;
    for (size_t i = 0; i < n; i++)
        parts[i] = horizons_of(&rows[i]);
    return risk_horizons(parts->p, sizeof *parts, n, a, out->p);
}

static enum err combine_tiers(const struct counted *rows, size_t n, struct arena *a,
                              struct risk *out)
{
    double *p = arena_array(a, n, sizeof *p);
    enum err e = p ? ERR_OK : ERR_NOMEM;

    out->p365_tier[0] = (double)NAN;
    for (int level = LEVEL_BLUE; level < RISK_TIERS && !e; level++) {
        for (size_t i = 0; i < n; i++)
            p[i] = rows[i].limit.limit->level >= level && rows[i].answered ? rows[i].limit.p365
                                                                           : (double)NAN;
        e = risk_any(p, n, a, &out->p365_tier[level]);
    }
    return e;
}

/* The least probability of the hazard that a step of the ladder stands for. */
static double floor_of(double ladder)
{
    static const enum risk_level hazard[MARGIN_LEVELS] = {RISK_LOW, RISK_MEDIUM, RISK_MEDIUM_HIGH,
                                                          RISK_HIGH};
    enum margin_level level = margin_level(ladder);

    return level == MARGIN_UNKNOWN ? 0 : hazard_bounds[hazard[level]];
}

/* What governs is the largest margin, the most probable limit, and what is unstable. */
static bool governs(const struct counted *row, const struct risk *r)
{
    return row->ladder >= r->margin || (row->answered && row->limit.p365 >= r->p[RISK_365_D].low) ||
           risk_unstable(row);
}

static void add_limit(const struct counted *row, struct risk *out)
{
    double t05_d = fmax(row->limit.t05_d, earliest_d(row->limit.limit->level));

    out->margin = risk_larger(out->margin, row->ladder);
    if (row->state && !row->answered)
        out->p365_floor = fmax(out->p365_floor, floor_of(row->ladder));
    if (row->answered && isfinite(row->limit.t05_d))
        out->t05_d = fmin(out->t05_d, t05_d);
    out->asked += row->asked;
    out->abstained += row->asked && !row->answered;
}

enum err risk_of_limits(const struct counted *rows, size_t n, struct arena *a, struct risk *out)
{
    struct arena_mark mark = arena_mark(a);
    enum err e = combine_horizons(rows, n, a, out);

    out->margin = (double)NAN;
    out->t05_d = (double)INFINITY;
    if (!e)
        e = combine_tiers(rows, n, a, out);
    arena_rewind(a, mark);
    for (size_t i = 0; i < n && !e; i++)
        add_limit(&rows[i], out);
    for (size_t i = 0; i < n && !e; i++)
        if (rows[i].limit.limit->mark == 'M' || rows[i].limit.limit->mark == 'J')
            out->provisional |= governs(&rows[i], out);
    return e;
}
