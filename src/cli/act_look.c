#include "act_send.h"
#include "shikumen/svc/acting.h"

int act_look(struct ctl *c, const char *name, struct act *act)
{
    bool scope = act_target_of(act->verb) == TARGET_SCOPE;
    int code = scope ? ctl_plan(c) : ctl_state(c);
    struct act_refusal why;
    enum err e;

    if (code != EXIT_DONE)
        return code;
    e = acting_look(&c->desk, name, act, &why);
    if (e == ERR_NOTFOUND || e == ERR_RANGE || e == ERR_REFUSED)
        return act_refused(c, &why);
    return e == ERR_OK ? EXIT_DONE : ctl_view_result(c, e);
}
