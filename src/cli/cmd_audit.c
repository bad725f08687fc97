#include <stdio.h>
#include <string.h>

#include "audit_words.h"
#include "print.h"
#include "shikumen/io/state_audit.h"
#include "shikumen/view/table.h"
#include "shikumen/view/words.h"
#include "shikumenctl.h"

enum {
    COL_SEQ,
    COL_AT,
    COL_ACTOR,
    COL_ACT,
    COL_SUBJECT,
    COL_BEFORE,
    COL_AFTER,
    COL_HASH,
    COL_COUNT
};

static const struct column column_table[COL_COUNT] = {
    [COL_SEQ] = {"seq", "行", "ROW", true, 0},
    [COL_AT] = {"at", "时间", "TIME", false, 0},
    [COL_ACTOR] = {"actor", "何人", "WHO", false, 24},
    [COL_ACT] = {"act", "做了什么", "DID", false, 0},
    [COL_SUBJECT] = {"subject", "对象", "TO", false, 48},
    [COL_BEFORE] = {"before", NULL, NULL, false, 0},
    [COL_AFTER] = {"after", "结果", "AFTER", false, 80},
    [COL_HASH] = {"hash", NULL, NULL, false, 0},
};

static enum err take(void *context, const struct audit_row *a)
{
    struct table *t = context;
    struct cell *row = table_row(t);
    char hex[AUDIT_HASH_HEX_SIZE];

    if (!row)
        return ERR_NOMEM;
    row[COL_SEQ] = cell_int(a->seq);
    row[COL_AT] = cell_time(a->at_us);
    row[COL_ACTOR] = cell_text(t, a->actor);
    row[COL_ACT] = audit_act_cell(t, a);
    row[COL_SUBJECT] = audit_subject_cell(t, a);
    row[COL_BEFORE] = *a->before ? cell_json(t, a->before) : (struct cell){0};
    row[COL_AFTER] = audit_after_cell(t, a);
    row[COL_HASH] = cell_text(t, audit_hash_hex(a->hash, hex));
    return ERR_OK;
}

static int print_head(struct ctl *c)
{
    char head[AUDIT_HEAD_SIZE];
    struct strbuf out = {0};
    enum err e = state_audit_head(c->desk.state, head);
    int code;

    if (e == ERR_NOTFOUND)
        return ctl_fail(c, "审计链还是空的", "the audit chain is still empty");
    code = ctl_state_result(c, e);
    if (code != EXIT_DONE)
        return code;
    strbuf_printf(&out, option_given(&c->options, OPTION_JSON) ? "{\"head\":\"%s\"}\n" : "%s\n",
                  head);
    code = print_text(c, &out);
    strbuf_free(&out);
    return code;
}

int cmd_audit(struct ctl *c)
{
    struct column columns[COL_COUNT];
    struct table t;
    int code = ctl_state(c);

    if (code != EXIT_DONE)
        return code;
    if (option_given(&c->options, OPTION_HEAD))
        return print_head(c);
    memcpy(columns, column_table, sizeof columns);
    columns[COL_AT].zh = columns[COL_AT].en = word_time_heading(&c->desk, "时间", "TIME");
    table_begin(&t, &c->desk, columns, COL_COUNT);
    code = ctl_state_result(c, state_audit_each(c->desk.state, c->options.since_us, take, &t));
    if (code == EXIT_DONE)
        code = table_print(c, &t, "审计链是空的", "the audit chain is empty");
    table_end(&t);
    return code;
}
