#include "act_send.h"

#include <string.h>
#include <unistd.h>

#include "print.h"
#include "shikumen/base/clock.h"
#include "shikumen/io/state_acts.h"
#include "shikumen/svc/acting.h"
#include "shikumen/view/table.h"

#define PATIENCE_US (10 * US_PER_S)
#define PAUSE_US    (50 * US_PER_MS)

int act_refused(struct ctl *c, const struct act_refusal *why)
{
    return ctl_fail(c, "%s", "%s", ctl_clean(c, ctl_word(c, why->zh, why->en)));
}

/* --- recording --- */

static int fail_writing(const struct ctl *c, enum err e, const char *why)
{
    return ctl_fail(c, "无法写入 %s/state.db，未作记录（%s）：%s",
                    "%s/state.db cannot be written, nothing was recorded (%s): %s",
                    c->desk.settings->store.path, err_name(e), why);
}

static int record(struct ctl *c, const struct act *act, int64_t *row)
{
    char why[512] = "";
    enum err e = acting_record(c->desk.settings, act, c->desk.now_us, row, why, sizeof why);

    return e == ERR_OK ? EXIT_DONE : fail_writing(c, e, why);
}

/* --- what comes of it --- */

/* Up to PATIENCE_US while a daemon runs, which applies acts within a second. */
static int wait_for(struct ctl *c, int64_t row, struct act_row *out)
{
    int64_t end_us = clock_monotonic_us() + PATIENCE_US;
    bool runs = ctl_daemon_runs(c);
    int code;

    for (;;) {
        code = ctl_state(c);
        if (code == EXIT_DONE)
            code = ctl_state_result(c, state_act_get(c->desk.state, row, &c->arena, out));
        if (code != EXIT_DONE || out->outcome != OUTCOME_WAITING || !runs ||
            clock_monotonic_us() >= end_us)
            break;
        usleep(PAUSE_US);
    }
    if (code == EXIT_DONE && out->outcome == OUTCOME_WAITING)
        ctl_say(c, runs ? "守护进程尚未处理，稍后见 status" : "守护进程未运行，下次启动时生效",
                runs ? "the daemon has not applied it yet; see status later"
                     : "the daemon does not run; it takes effect at its next start");
    return code;
}

static void put_text(struct ctl *c, struct strbuf *out, const struct act_row *r)
{
    char id[SIGNED_ID_SIZE];
    bool done = r->outcome == OUTCOME_DONE;

    signed_id(SIGNED_ACT, r->row, id);
    desk_put(&c->desk, out, "%s：%s", "%s: %s", id,
             done ? ctl_word(c, "已生效", "done") : ctl_word(c, "已记录", "recorded"));
    if (*r->made)
        strbuf_printf(out, " (%s)", ctl_clean(c, r->made));
    strbuf_putc(out, '\n');
}

static int report(struct ctl *c, const struct act_row *r)
{
    bool json = option_given(&c->options, OPTION_JSON);
    struct strbuf out = {0};
    int code = EXIT_DONE;

    if (json)
        acting_json(r, &out);
    else if (r->outcome != OUTCOME_REFUSED)
        put_text(c, &out, r);
    if (out.len > 0)
        code = print_text(c, &out);
    strbuf_free(&out);
    if (code != EXIT_DONE || r->outcome != OUTCOME_REFUSED)
        return code;
    return ctl_fail(c, "被拒绝：%s", "refused: %s", ctl_word(c, r->why_zh, r->why_en));
}

int act_send(struct ctl *c, const struct act *act)
{
    struct act_refusal why;
    struct act_row r = {0};
    int64_t row = 0;
    int code;

    if (!act_check(act, c->desk.now_us, &why))
        return act_refused(c, &why);
    code = record(c, act, &row);
    if (code == EXIT_DONE)
        code = wait_for(c, row, &r);
    return code == EXIT_DONE ? report(c, &r) : code;
}
