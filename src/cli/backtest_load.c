#include "backtest_load.h"

#include <inttypes.h>
#include <math.h>

#include "shikumen/base/clock.h"
#include "shikumen/base/utc.h"

#define US_PER_YEAR (365.25 * (double)US_PER_DAY)
#define US_PER_WEEK (7 * (double)US_PER_DAY)

/* By category and level, each number divided by per; whole numbers when per is 1. */
static void put_counts(struct strbuf *b, const char *name, const struct alarm_counts *counts,
                       double per)
{
    strbuf_printf(b, "\"%s\": {", name);
    for (int c = 0; c < CATEGORY_COUNT; c++) {
        strbuf_printf(b, "%s\"%s\": {", c ? ", " : "", category_name((enum alert_category)c));
        for (int l = LEVEL_BLUE; l <= LEVEL_RED; l++) {
            strbuf_printf(b, "%s\"%s\": ", l > LEVEL_BLUE ? ", " : "", level_colour(l));
            strbuf_number(b, (double)counts->n[c][l] / per);
        }
        strbuf_putc(b, '}');
    }
    strbuf_putc(b, '}');
}

static void put_number(struct strbuf *b, const char *name, double v)
{
    strbuf_printf(b, ",\n    \"%s\": ", name);
    strbuf_number(b, v);
}

static void put_more(struct strbuf *b, const char *name, const struct alarm_counts *counts)
{
    strbuf_puts(b, ",\n    ");
    put_counts(b, name, counts, 1.0);
}

static void put_busiest(struct strbuf *b, const struct alarm_totals *t, double houses)
{
    char text[UTC_TEXT_SIZE];

    strbuf_printf(
        b, ",\n    \"busiest_week\": {\"alerts\": %" PRId64 ", \"per_house\": ", t->busiest_week);
    strbuf_number(b, (double)t->busiest_week / houses);
    strbuf_puts(b, ", \"until\": ");
    if (t->busiest_us == INT64_MIN)
        strbuf_puts(b, "null}");
    else
        strbuf_printf(b, "\"%s\"}", utc_format(t->busiest_us + ALARM_HOUR_US, text));
}

static void put_load(struct strbuf *b, const struct backtest_run *run, const struct alarm_totals *t,
                     double span_us)
{
    double houses = (double)run->registry->house_count;
    struct alarm_figures now;

    alarm_load_figures(run->load, run->replayed.last_us, &now);
    double due = (double)alarm_sum(&now.due), in_time = (double)alarm_sum(&now.in_time);
    strbuf_puts(b, "  \"alarm_load\": {\n    ");
    put_counts(b, "raised", &t->raised, 1.0);
    put_number(b, "per_house_week", (double)t->counted / (span_us / US_PER_WEEK * houses));
    put_number(b, "budget_per_house_week", run->settings->alerts.budget_per_house_week);
    put_busiest(b, t, houses);
    put_more(b, "chattered", &t->chattered);
    put_more(b, "went_stale", &t->went_stale);
    put_more(b, "standing", &now.standing);
    put_more(b, "unacknowledged", &now.unacknowledged);
    put_number(b, "acknowledged_in_time", due > 0 ? in_time / due : (double)NAN);
    strbuf_puts(b, "},\n");
}

void backtest_load_put(struct strbuf *b, const struct backtest_run *run)
{
    double span_us = (double)(run->replayed.last_us - run->replayed.first_us);
    struct alarm_totals t;

    alarm_load_totals(run->load, run->replayed.last_us, &t);
    strbuf_puts(b, "  ");
    put_counts(b, "alerts", &t.alerts, 1.0);
    strbuf_puts(b, ",\n  ");
    put_counts(b, "alerts_per_house_year", &t.alerts,
               span_us / US_PER_YEAR * (double)run->registry->house_count);
    strbuf_puts(b, ",\n");
    put_load(b, run, &t, span_us);
}
