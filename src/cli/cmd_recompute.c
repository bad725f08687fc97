#include <stdlib.h>
#include <string.h>

#include "evidence_rows.h"
#include "print.h"
#include "shikumen/view/when.h"
#include "shikumen/view/words.h"
#include "shikumenctl.h"
#include "told.h"

/* --- what cannot match any more --- */

static void say_gone(struct ctl *c, const struct told *t)
{
    char time[WHEN_TEXT_SIZE];

    for (size_t i = 0; i < t->count; i++) {
        const struct recompute_share *x = &t->shares[i];
        const char *id = ctl_clean(c, c->plan->registry->sensors[x->sensor].id);
        if (x->first_us == INT64_MAX)
            ctl_say(c, "%s 的读数已不在库中", "no readings of %s are stored any more", id);
        else if (x->first_us > t->since_us[i])
            ctl_say(c, "%s 在 %s 之前的读数已不在库中（保存期已过），不能重算",
                    "readings of %s before %s are no longer stored (retention): "
                    "they cannot be judged again",
                    id, when_local(c->desk.zone, x->first_us, time));
    }
    if (c->desk.settings->store.retention_days > 0)
        ctl_say(c, "读数只保存 %d 天：由更早读数得出的结果可能不同",
                "readings are kept for %d days: what was made of earlier ones may differ",
                c->desk.settings->store.retention_days);
}

/* --- printing --- */

static void put_text(struct ctl *c, struct strbuf *out, const struct told *t,
                     const struct table *rows, size_t differ)
{
    char time[WHEN_TEXT_SIZE];

    strbuf_printf(out, "%s  %d  %s  %s (%s)\n\n", t->episode.id, t->episode.step,
                  word_event(&c->desk, t->event), when_local(c->desk.zone, t->at_us, time),
                  c->desk.zone->name);
    if (rows->rows == 0) {
        strbuf_printf(out, "%s\n",
                      ctl_word(c, "此步不由读数得出", "this step does not come of readings"));
        return;
    }
    table_text(c, rows, out);
    strbuf_putc(out, '\n');
    if (differ == 0)
        strbuf_printf(
            out, "%s\n",
            ctl_word(c, "全部一致：重算结果与当时所报相同", "all of it matches what was told"));
    else
        desk_put(&c->desk, out, "%zu 项不一致\n", "%zu of them differ\n", differ);
}

static int print(struct ctl *c, const struct told *t, const struct table *rows, size_t differ)
{
    struct strbuf out = {0};
    int code;

    if (option_given(&c->options, OPTION_JSON))
        evidence_json(&out, t, rows, differ);
    else
        put_text(c, &out, t, rows, differ);
    code = print_text(c, &out);
    strbuf_free(&out);
    return code;
}

/* --- both beside each other --- */

static int compare(struct ctl *c, const struct told *t, const cJSON *again)
{
    struct table rows;
    size_t differ = 0;
    int code;

    table_begin(&rows, &c->desk, evidence_columns, EVIDENCE_COLUMNS);
    code = ctl_result(c, evidence_rows(&rows, t->body, again, t->at_us, &differ));
    if (code == EXIT_DONE)
        code = print(c, t, &rows, differ);
    table_end(&rows);
    if (code == EXIT_DONE && differ > 0) {
        say_gone(c, t);
        return EXIT_FAILED;
    }
    return code;
}

static int recompute(struct ctl *c, const struct told *t)
{
    char why[256] = "";
    enum err e = ERR_OK;
    cJSON *again;
    int code;

    if (t->missing)
        return ctl_fail(c, "测点 %s 已不在登记中，不能重算",
                        "sensor %s is no longer registered: this cannot be recomputed", t->missing);
    if (t->count > 0)
        e = recompute_shares(c->plan, t->at_us, t->shares, t->count, why, sizeof why);
    if (e != ERR_OK)
        return ctl_fail(c, "数据库：%s", "store: %s", *why ? why : err_name(e));
    again = told_again(c, t);
    code = again ? compare(c, t, again) : ctl_result(c, ERR_NOMEM);
    cJSON_Delete(again);
    return code;
}

int cmd_recompute(struct ctl *c)
{
    struct told t = {0};
    struct episode e;
    int code = ctl_plan(c);

    if (code == EXIT_DONE)
        code = ctl_state(c);
    if (code == EXIT_DONE)
        code = ctl_readings(c);
    if (code == EXIT_DONE)
        code = told_find(c, &e, &t);
    if (code == EXIT_DONE)
        code = recompute(c, &t);
    told_free(&t);
    return code;
}
