#include "shikumen/view/forecast_record.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "shikumen/view/forecast_words.h"

enum {
    COL_DAYS,
    COL_SCORED,
    COL_EVENTS,
    COL_HITS,
    COL_MISSES,
    COL_FALSE,
    COL_QUIET,
    COL_OPEN,
    COL_UNSCORED,
    COL_BRIER,
    COL_LOG_LOSS,
    COL_SKILL,
    COL_CALIBRATION,
    COL_ENOUGH,
    COL_COUNT
};

static const struct column columns[COL_COUNT] = {
    [COL_DAYS] = {"days", "天", "DAYS", true, 0},
    [COL_SCORED] = {"scored", "已核对", "SCORED", true, 0},
    [COL_EVENTS] = {"events", "实际超限", "EVENTS", true, 0},
    [COL_HITS] = {"hits", "报中", "HITS", true, 0},
    [COL_MISSES] = {"misses", "漏报", "MISSES", true, 0},
    [COL_FALSE] = {"false", "误报", "FALSE", true, 0},
    [COL_QUIET] = {"quiet", NULL, NULL, false, 0},
    [COL_OPEN] = {"open", "未到期", "OPEN", true, 0},
    [COL_UNSCORED] = {"unscored", "不计", "UNSCORED", true, 0},
    [COL_BRIER] = {"brier", "布里尔分", "BRIER", true, 0},
    [COL_LOG_LOSS] = {"log_loss", NULL, NULL, false, 0},
    [COL_SKILL] = {"skill", "技巧分", "SKILL", true, 0},
    [COL_CALIBRATION] = {"calibration_error", "校准误差", "CALIBRATION ERROR", true, 0},
    [COL_ENOUGH] = {"enough", NULL, NULL, false, 0},
};

/* The errors of t50 one by one, for their median. */
struct taking {
    struct ledger_summary sum;
    double *error_d;
    size_t errors, room;
};

static enum err keep_error(struct taking *r, double error_d)
{
    if (r->errors == r->room) {
        size_t room = 2 * r->room + 256;
        double *bigger = reallocarray(r->error_d, room, sizeof *bigger);
        if (!bigger)
            return ERR_NOMEM;
        r->error_d = bigger;
        r->room = room;
    }
    r->error_d[r->errors++] = error_d;
    return ERR_OK;
}

/* What nobody watched stays open. */
static enum err take(void *context, const struct state_forecast *f,
                     const struct state_crossing *came)
{
    struct taking *r = context;
    struct ledger_entry entry = forecast_entry(f);
    struct ledger_score score = ledger_score(
        &entry, came && came->reached_us != STATE_UNKNOWN_US ? came->reached_us : LEDGER_NEVER,
        came ? came->observed_until_us : f->at_us);

    ledger_add(&r->sum, &score);
    return isnan(score.t50_error_d) ? ERR_OK : keep_error(r, score.t50_error_d);
}

/* --- the horizons --- */

static bool is_enough(const struct ledger_figures *f)
{
    return f->scored >= LEDGER_LEAST && f->events >= LEDGER_LEAST_OF_KIND &&
           f->scored - f->events >= LEDGER_LEAST_OF_KIND;
}

/* Programs get the number there is. */
static struct cell figure_cell(struct table *t, double x, bool enough)
{
    char text[32];

    snprintf(text, sizeof text, "%.3f", x);
    return cell_shown(t, cell_real(x), enough ? TINT_NONE : TINT_GREY,
                      enough ? text : desk_word(t->desk, "样本太少", "too few to say"));
}

static enum err put_horizon(struct table *t, const struct ledger_summary *sum, size_t i)
{
    const struct ledger_horizon_sum *h = &sum->horizon[i];
    struct ledger_figures f = ledger_figures(sum, i);
    bool enough = is_enough(&f);
    struct cell *row = table_row(t);

    if (!row)
        return ERR_NOMEM;
    row[COL_DAYS] = cell_int(ledger_horizon_d[i]);
    row[COL_SCORED] = cell_int((int64_t)f.scored);
    row[COL_EVENTS] = cell_int((int64_t)f.events);
    row[COL_HITS] = cell_int((int64_t)h->fate[LEDGER_HIT]);
    row[COL_MISSES] = cell_int((int64_t)h->fate[LEDGER_MISS]);
    row[COL_FALSE] = cell_int((int64_t)h->fate[LEDGER_FALSE]);
    row[COL_QUIET] = cell_int((int64_t)h->fate[LEDGER_QUIET]);
    row[COL_OPEN] = cell_int((int64_t)h->fate[LEDGER_OPEN]);
    row[COL_UNSCORED] = cell_int((int64_t)h->fate[LEDGER_UNSCORED]);
    row[COL_BRIER] = figure_cell(t, f.brier, enough);
    row[COL_LOG_LOSS] = cell_real(f.log_loss);
    row[COL_SKILL] = figure_cell(t, f.skill, enough);
    row[COL_CALIBRATION] = figure_cell(t, f.calibration_error, enough);
    row[COL_ENOUGH] = cell_bool(enough);
    return ERR_OK;
}

static enum err fill(struct table *t, const struct ledger_summary *sum)
{
    enum err e = ERR_OK;

    for (size_t i = 0; i < LEDGER_HORIZONS && e == ERR_OK; i++)
        e = put_horizon(t, sum, i);
    return e;
}

/* --- dates --- */

static int by_size(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

static double median_of(double *x, size_t n)
{
    qsort(x, n, sizeof *x, by_size);
    return (x[(n - 1) / 2] + x[n / 2]) / 2;
}

/* Leaves the errors sorted and without their signs. */
static void put_errors(struct taking *t, struct forecast_record *out)
{
    out->errors = t->errors;
    out->error_d = out->error_size_d = (double)NAN;
    if (t->errors == 0)
        return;
    out->error_d = median_of(t->error_d, t->errors);
    for (size_t i = 0; i < t->errors; i++)
        t->error_d[i] = fabs(t->error_d[i]);
    out->error_size_d = median_of(t->error_d, t->errors);
}

/* --- the record --- */

enum err forecast_record_take(struct desk *d, const struct forecast_filter *filter,
                              struct forecast_record *out)
{
    struct taking taking = {0};
    enum err e;

    table_begin(&out->horizons, d, columns, COL_COUNT);
    e = desk_state(d, state_forecast_each(d->state, filter, take, &taking));
    if (e == ERR_OK)
        e = fill(&out->horizons, &taking.sum);
    out->sum = taking.sum;
    put_errors(&taking, out);
    free(taking.error_d);
    return e;
}

void forecast_record_end(struct forecast_record *r)
{
    table_end(&r->horizons);
}

void forecast_record_json(const struct forecast_record *r, struct strbuf *out)
{
    struct score_proportion inside = {(double)NAN, (double)NAN, (double)NAN};

    if (ledger_coverage(&r->sum, &inside) != ERR_OK)
        inside = (struct score_proportion){(double)NAN, (double)NAN, (double)NAN};
    strbuf_puts(out, "{\"horizons\":");
    table_json(&r->horizons, out);
    strbuf_printf(out,
                  ",\n \"dated\":%" PRIu64 ",\"early\":%" PRIu64 ",\"within\":%" PRIu64
                  ",\"late\":%" PRIu64 ",\n \"coverage\":{\"share\":",
                  r->sum.dated, r->sum.early, r->sum.within, r->sum.late);
    strbuf_number(out, inside.rate);
    strbuf_puts(out, ",\"low\":");
    strbuf_number(out, inside.lower);
    strbuf_puts(out, ",\"high\":");
    strbuf_number(out, inside.upper);
    strbuf_printf(out, "},\n \"t50_error_d\":{\"n\":%zu,\"median\":", r->errors);
    strbuf_number(out, r->error_d);
    strbuf_puts(out, ",\"median_absolute\":");
    strbuf_number(out, r->error_size_d);
    strbuf_puts(out, "}}");
}
