#include "alert_print.h"
#include "episode_find.h"
#include "print.h"
#include "shikumen/view/alerts.h"
#include "shikumenctl.h"

static int list(struct ctl *c)
{
    bool all = option_given(&c->options, OPTION_ALL);
    /* People read what speaks for itself; programs get everything. */
    const struct alerts_query query = {.all = all,
                                       .spoken_for = all ||
                                                     option_given(&c->options, OPTION_JSON) ||
                                                     option_given(&c->options, OPTION_CSV),
                                       .house = c->options.house,
                                       .level = c->options.level,
                                       .category = CATEGORY_COUNT,
                                       .since_us = c->options.since_us};
    struct table t = {0};
    size_t spoken_for;
    int code;

    ctl_try_all(c);
    code = ctl_view_result(c, view_alerts(&c->desk, &query, &t, &spoken_for));
    if (code == EXIT_DONE)
        code = table_print(c, &t, "没有告警", "no alerts");
    if (code == EXIT_DONE && spoken_for > 0)
        ctl_say(c, "另有 %zu 条告警已由上列告警一并说明（--all 全部列出）",
                "%zu further alerts are spoken for by those above (--all lists them)", spoken_for);
    table_end(&t);
    return code;
}

static int show_one(struct ctl *c)
{
    struct episode e;
    int code = episode_find(c, c->options.arguments[0], &e);

    return code == EXIT_DONE ? alert_print(c, &e) : code;
}

int cmd_alerts(struct ctl *c)
{
    bool one = c->options.argument_count == 1;
    int code;

    if (one && (c->options.given &
                (TAKES(ALL) | TAKES(HOUSE) | TAKES(LEVEL) | TAKES(SINCE) | TAKES(CSV)))) {
        options_refuse("ID 只能与 --json 同用 an ID goes with --json only", "");
        return EXIT_USAGE;
    }
    code = ctl_state(c);
    if (code != EXIT_DONE)
        return code;
    return one ? show_one(c) : list(c);
}
