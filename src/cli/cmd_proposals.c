#include "shikumenctl.h"
#include "signoff_rows.h"

int cmd_proposals(struct ctl *c)
{
    struct table t;
    int code = ctl_state(c);

    if (code != EXIT_DONE)
        return code;
    code = ctl_state_result(c, proposal_rows(c, &t, 0, option_given(&c->options, OPTION_ALL)));
    if (code == EXIT_DONE)
        code = table_print(&t, "没有建议", "no proposals");
    table_end(&t);
    return code;
}
