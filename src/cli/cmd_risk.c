#include "print.h"
#include "risk_story.h"
#include "shikumen/view/ranking.h"
#include "shikumen/view/risk_words.h"
#include "shikumen/view/when.h"
#include "shikumenctl.h"

static int print_list(struct ctl *c, const struct table *t, size_t grey)
{
    struct strbuf out = {0};
    int code;

    if (grey > 0)
        ctl_say(c, "%zu 栋数据不足，未列出", "%zu houses without enough data are not listed", grey);
    if (t->rows == 0 || option_given(&c->options, OPTION_JSON) ||
        option_given(&c->options, OPTION_CSV))
        return table_print(c, t, "没有符合条件的房屋", "no house to list");
    table_text(c, t, &out);
    strbuf_printf(&out, "\n%s\n", word_scheme(&c->desk));
    code = print_text(c, &out);
    strbuf_free(&out);
    return code;
}

static int list(struct ctl *c)
{
    struct ranking_query query = {c->options.order, c->options.min_class, c->options.horizon,
                                  INT64_MAX, false};
    struct table t;
    size_t grey;
    int code;

    if (c->options.at &&
        !when_parse_as_of(c->options.at, c->desk.now_us, c->desk.zone, &query.at_us))
        query.at_us = INT64_MAX;
    code = ctl_view_result(c, view_ranking(&c->desk, &query, &t, &grey));

    if (code == EXIT_DONE)
        code = print_list(c, &t, grey);
    table_end(&t);
    return code;
}

int cmd_risk(struct ctl *c)
{
    bool one = c->options.argument_count == 1;
    int code;

    if (one && (c->options.given &
                (TAKES(SORT) | TAKES(MIN_CLASS) | TAKES(HORIZON) | TAKES(AT) | TAKES(CSV)))) {
        options_refuse("HOUSE 只能与 --json 同用 a HOUSE goes with --json only", "");
        return EXIT_USAGE;
    }
    code = ctl_plan(c);
    if (code == EXIT_DONE)
        code = ctl_state(c);
    if (code != EXIT_DONE)
        return code;
    return one ? risk_story(c, c->options.arguments[0]) : list(c);
}
