#include "print.h"
#include "shikumen/view/houses.h"
#include "shikumenctl.h"

int cmd_houses(struct ctl *c)
{
    struct table t = {0};
    int code = ctl_plan(c);

    if (code == EXIT_DONE)
        code = ctl_readings(c);
    if (code == EXIT_DONE)
        code = ctl_state(c);
    if (code == EXIT_DONE)
        code = ctl_view_result(c, view_houses(&c->desk, &t));
    page_sort(&t, &houses_pages);
    if (code == EXIT_DONE)
        code = table_print(c, &t, "没有登记房屋", "no houses are registered");
    table_end(&t);
    return code;
}
