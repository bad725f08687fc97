#include "act_send.h"

#include <string.h>
#include <unistd.h>

#include "print.h"
#include "shikumen/base/clock.h"
#include "shikumen/io/state_acts.h"
#include "shikumen/io/state_audit.h"
#include "shikumen/view/table.h"

#define PATIENCE_US (10 * US_PER_S)
#define PAUSE_US    (50 * US_PER_MS)

int act_refused(const struct ctl *c, const struct act_refusal *why)
{
    return ctl_fail(c, "%s", "%s", ctl_word(c, why->zh, why->en));
}

/* --- recording --- */

static enum err put(struct state_db *db, struct act_row *row)
{
    enum err e = state_begin(db);

    if (e == ERR_OK)
        e = state_act_put(db, row);
    if (e == ERR_OK)
        return state_commit(db);
    state_rollback(db);
    return e;
}

static int fail_writing(const struct ctl *c, enum err e, const char *why)
{
    return ctl_fail(c, "无法写入 %s/state.db，未作记录（%s）：%s",
                    "%s/state.db cannot be written, nothing was recorded (%s): %s",
                    c->desk.settings->store.path, err_name(e), why);
}

static int record(struct ctl *c, const struct act *act, int64_t *row)
{
    struct strbuf body = {0};
    struct act_row r = {.at_us = c->desk.now_us,
                        .by = act->by,
                        .verb = act_verb_name(act->verb),
                        .subject = act->subject};
    struct state_db *db = NULL;
    char why[512] = "";
    enum err e;
    int code = EXIT_DONE;

    act_write(act, &body);
    r.body = strbuf_text(&body);
    e = body.failed ? ERR_NOMEM
                    : state_open(c->desk.settings->store.path, STATE_ACT, why, sizeof why, &db);
    if (e == ERR_OK)
        e = put(db, &r);
    if (e != ERR_OK)
        code = fail_writing(c, e, db ? state_error(db) : why);
    *row = r.row;
    state_close(db);
    strbuf_free(&body);
    return code;
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

static void put_json(struct strbuf *out, const struct act_row *r)
{
    char id[SIGNED_ID_SIZE];

    strbuf_printf(out,
                  "{\"act\":\"%s\",\"outcome\":\"%s\",\"made\":", signed_id(SIGNED_ACT, r->row, id),
                  act_outcome_name(r->outcome));
    if (*r->made)
        strbuf_json_string(out, r->made, strlen(r->made));
    else
        strbuf_puts(out, "null");
    strbuf_puts(out, ",\"why\":");
    if (r->outcome == OUTCOME_REFUSED) {
        strbuf_puts(out, "{\"zh\":");
        strbuf_json_string(out, r->why_zh, strlen(r->why_zh));
        strbuf_puts(out, ",\"en\":");
        strbuf_json_string(out, r->why_en, strlen(r->why_en));
        strbuf_putc(out, '}');
    } else
        strbuf_puts(out, "null");
    strbuf_puts(out, "}\n");
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
        put_json(&out, r);
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
