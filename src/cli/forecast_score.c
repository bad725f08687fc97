#include "forecast_score.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "forecast_words.h"
#include "shikumen/core/ledger.h"

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

/* The record so far, with the errors of t50 one by one for their median. */
struct record {
    struct ledger_summary sum;
    double *error_d;
    size_t errors, room;
};

static enum err keep_error(struct record *r, double error_d)
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
    struct record *r = context;
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
                      enough ? text : ctl_word(t->ctl, "样本太少", "too few to say"));
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

/* Medians; NaN when there is no error. */
struct date_error {
    double signed_d, absolute_d;
};

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
static struct date_error date_error(struct record *r)
{
    struct date_error e = {(double)NAN, (double)NAN};

    if (r->errors == 0)
        return e;
    e.signed_d = median_of(r->error_d, r->errors);
    for (size_t i = 0; i < r->errors; i++)
        r->error_d[i] = fabs(r->error_d[i]);
    e.absolute_d = median_of(r->error_d, r->errors);
    return e;
}

static void put_json(struct strbuf *out, const struct table *t, struct record *r)
{
    struct score_proportion inside = {(double)NAN, (double)NAN, (double)NAN};
    struct date_error error = date_error(r);

    if (ledger_coverage(&r->sum, &inside) != ERR_OK)
        inside = (struct score_proportion){(double)NAN, (double)NAN, (double)NAN};
    strbuf_puts(out, "{\"horizons\":");
    table_json(t, out);
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
    strbuf_number(out, error.signed_d);
    strbuf_puts(out, ",\"median_absolute\":");
    strbuf_number(out, error.absolute_d);
    strbuf_puts(out, "}}\n");
}

static void put_dates(struct ctl *c, struct strbuf *out, struct record *r)
{
    struct score_proportion inside;
    struct date_error error = date_error(r);

    if (ledger_coverage(&r->sum, &inside) == ERR_OK)
        ctl_put(c, out,
                "\n日期：应有 90%% 落在 [t05, t95] 内；实际 %.0f%%（95%% 区间 %.0f%%～%.0f%%），"
                "早 %" PRIu64 "，晚 %" PRIu64 "\n",
                "\ndates: 90 %% should fall within [t05, t95]; %.0f %% did (95 %% interval %.0f to "
                "%.0f %%), %" PRIu64 " early, %" PRIu64 " late\n",
                100 * inside.rate, 100 * inside.lower, 100 * inside.upper, r->sum.early,
                r->sum.late);
    else
        ctl_put(c, out, "\n日期：样本太少，无法评价\n", "\ndates: too few to say\n");
    if (r->errors > 0)
        ctl_put(c, out, "t50 误差（实际减预测，%zu 次）：中位数 %+.0f 天，绝对值中位数 %.0f 天\n",
                "error of t50 (actual minus forecast, %zu times): median %+.0f d, median size %.0f "
                "d\n",
                r->errors, error.signed_d, error.absolute_d);
    ctl_put(c, out, "同一限值前后各周的预测并不独立；报中、误报按概率不低于 50%% 计\n",
            "forecasts of one limit week after week are not independent; a probability of 50 %% or "
            "more counts as forecast\n");
}

/* --- printing --- */

static int print(struct table *t, struct record *r)
{
    struct ctl *c = t->ctl;
    struct strbuf out = {0};
    int code;

    if (option_given(&c->options, OPTION_CSV))
        return table_print(t, "", "");
    if (option_given(&c->options, OPTION_JSON)) {
        put_json(&out, t, r);
    } else {
        table_text(t, &out);
        put_dates(c, &out, r);
    }
    code = print_text(c, &out);
    strbuf_free(&out);
    return code;
}

int forecast_score_print(struct ctl *c, const struct forecast_filter *filter)
{
    struct record record = {0};
    struct table t;
    int code = ctl_state_result(c, state_forecast_each(c->state, filter, take, &record));

    table_begin(&t, c, columns, COL_COUNT);
    if (code == EXIT_DONE)
        code = ctl_result(c, fill(&t, &record.sum));
    if (code == EXIT_DONE)
        code = print(&t, &record);
    table_end(&t);
    free(record.error_d);
    return code;
}
