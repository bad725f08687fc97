#include "shikumen/svc/acting.h"

#include <stdio.h>
#include <string.h>

#include "shikumen/io/state_audit.h"

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

enum err acting_record(const struct settings *s, const struct act *act, int64_t at_us, int64_t *row,
                       char *why, size_t why_size)
{
    struct strbuf body = {0};
    struct act_row r = {
        .at_us = at_us, .by = act->by, .verb = act_verb_name(act->verb), .subject = act->subject};
    struct state_db *db = NULL;
    enum err e;

    act_write(act, &body);
    r.body = strbuf_text(&body);
    e = body.failed ? ERR_NOMEM : state_open(s->store.path, STATE_ACT, why, why_size, &db);
    if (e == ERR_OK) {
        e = put(db, &r);
        if (e != ERR_OK)
            snprintf(why, why_size, "%s", state_error(db));
    }
    *row = r.row;
    state_close(db);
    strbuf_free(&body);
    return e;
}

void acting_json(const struct act_row *r, struct strbuf *out)
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
    } else {
        strbuf_puts(out, "null");
    }
    strbuf_puts(out, "}\n");
}
