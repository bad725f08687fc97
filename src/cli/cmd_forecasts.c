#include <inttypes.h>

#include "print.h"
#include "shikumen/view/forecast_record.h"
#include "shikumen/view/forecasts.h"
#include "shikumenctl.h"

static int list(struct ctl *c, const struct forecast_filter *filter)
{
    struct table t;
    int code = ctl_view_result(c, view_forecasts(&c->desk, filter, &t));

    if (code == EXIT_DONE)
        code = table_print(c, &t, "还没有预测", "no forecasts yet");
    table_end(&t);
    return code;
}

/* --- how they did --- */

static void put_dates(struct ctl *c, struct strbuf *out, const struct forecast_record *r)
{
    struct score_proportion inside;

    if (ledger_coverage(&r->sum, &inside) == ERR_OK)
        desk_put(
            &c->desk, out,
            "\n日期：应有 90%% 落在 [t05, t95] 内；实际 %.0f%%（95%% 区间 %.0f%%～%.0f%%），"
            "早 %" PRIu64 "，晚 %" PRIu64 "\n",
            "\ndates: 90 %% should fall within [t05, t95]; %.0f %% did (95 %% interval %.0f to "
            "%.0f %%), %" PRIu64 " early, %" PRIu64 " late\n",
            100 * inside.rate, 100 * inside.lower, 100 * inside.upper, r->sum.early, r->sum.late);
    else
        desk_put(&c->desk, out, "\n日期：样本太少，无法评价\n", "\ndates: too few to say\n");
    if (r->errors > 0)
        desk_put(
            &c->desk, out,
            "t50 误差（实际减预测，%zu 次）：中位数 %+.0f 天，绝对值中位数 %.0f 天\n",
            "error of t50 (actual minus forecast, %zu times): median %+.0f d, median size %.0f "
            "d\n",
            r->errors, r->error_d, r->error_size_d);
    desk_put(
        &c->desk, out, "同一限值前后各周的预测并不独立；报中、误报按概率不低于 50%% 计\n",
        "forecasts of one limit week after week are not independent; a probability of 50 %% or "
        "more counts as forecast\n");
}

static int print_record(struct ctl *c, const struct forecast_record *r)
{
    struct strbuf out = {0};
    int code;

    if (option_given(&c->options, OPTION_CSV))
        return table_print(c, &r->horizons, "", "");
    if (option_given(&c->options, OPTION_JSON)) {
        forecast_record_json(r, &out);
        strbuf_putc(&out, '\n');
    } else {
        table_text(c, &r->horizons, &out);
        put_dates(c, &out, r);
    }
    code = print_text(c, &out);
    strbuf_free(&out);
    return code;
}

static int score(struct ctl *c, const struct forecast_filter *filter)
{
    struct forecast_record record;
    int code = ctl_view_result(c, forecast_record_take(&c->desk, filter, &record));

    if (code == EXIT_DONE)
        code = print_record(c, &record);
    forecast_record_end(&record);
    return code;
}

int cmd_forecasts(struct ctl *c)
{
    bool scored = option_given(&c->options, OPTION_SCORE);
    const struct forecast_filter filter = {.element = c->options.element,
                                           .sensor = c->options.sensor,
                                           .since_us = INT64_MIN,
                                           .latest_only = !scored};
    int code = ctl_plan(c);

    if (code == EXIT_DONE)
        code = ctl_state(c);
    if (code != EXIT_DONE)
        return code;
    return scored ? score(c, &filter) : list(c, &filter);
}
