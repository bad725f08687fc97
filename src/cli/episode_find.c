#include "episode_find.h"

#include "act_send.h"
#include "shikumen/svc/acting.h"

int episode_find(struct ctl *c, const char *id, struct episode *out)
{
    struct act_refusal why;
    enum err e = acting_episode(&c->desk, id, out, &why);

    if (e == ERR_NOTFOUND || e == ERR_RANGE)
        return act_refused(c, &why);
    return e == ERR_OK ? EXIT_DONE : ctl_view_result(c, e);
}
