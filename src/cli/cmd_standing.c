#include "print.h"
#include "shikumen/view/signoff_rows.h"
#include "shikumen/view/standing.h"
#include "shikumenctl.h"

typedef enum err view_fn(struct desk *d, bool all, struct table *t);

static int list(struct ctl *c, view_fn *view, const char *zh, const char *en)
{
    struct table t = {0};
    int code = ctl_state(c);

    if (code == EXIT_DONE)
        code = ctl_view_result(c, view(&c->desk, option_given(&c->options, OPTION_ALL), &t));
    if (code == EXIT_DONE)
        code = table_print(c, &t, zh, en);
    table_end(&t);
    return code;
}

int cmd_silences(struct ctl *c)
{
    return list(c, view_silences, "没有生效中或未开始的静默", "no silences stand or are planned");
}

int cmd_overrides(struct ctl *c)
{
    return list(c, view_overrides, "没有生效中的改判", "no overrides stand");
}

int cmd_proposals(struct ctl *c)
{
    return list(c, view_proposals, "没有建议", "no proposals");
}
