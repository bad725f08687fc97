#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "import_drop.h"
#include "print.h"
#include "shikumen/io/store_lock.h"
#include "shikumen/svc/import.h"
#include "shikumen/view/words.h"
#include "shikumenctl.h"

/* What is told of all files. */
struct telling {
    struct ctl *c;
    struct strbuf out;
    size_t told;
    bool refused; /* any of them */
};

static long long whole(const cJSON *o, const char *name)
{
    const cJSON *item = cJSON_GetObjectItem(o, name);

    return cJSON_IsNumber(item) ? (long long)cJSON_GetNumberValue(item) : 0;
}

static const char *word(const cJSON *o, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(o, name));

    return text ? text : "";
}

static void put_quarantined(struct telling *t, const cJSON *report)
{
    const cJSON *of;

    cJSON_ArrayForEach(of, cJSON_GetObjectItem(report, "quarantined"))
    {
        desk_put(&t->c->desk, &t->out, "，隔离 %lld（%s）", ", %lld quarantined (%s)",
                 (long long)of->valuedouble, word_refusal(&t->c->desk, of->string));
    }
}

/* "FILE:LINE:COLUMN: what" for each fault, as compilers say it. */
static void put_faults(struct telling *t, const char *path, const cJSON *report)
{
    const cJSON *f;

    cJSON_ArrayForEach(f, cJSON_GetObjectItem(report, "faults"))
    {
        strbuf_puts(&t->out, ctl_clean(t->c, path));
        if (whole(f, "line") > 0)
            strbuf_printf(&t->out, ":%lld", whole(f, "line"));
        if (whole(f, "column") > 0)
            strbuf_printf(&t->out, ":%lld", whole(f, "column"));
        strbuf_printf(&t->out, ": %s\n",
                      ctl_clean(t->c, desk_word(&t->c->desk, word(f, "zh"), word(f, "en"))));
    }
    if (whole(report, "fault_count") > 20)
        desk_put(&t->c->desk, &t->out, "… 共 %lld 处\n", "... %lld of them in all\n",
                 whole(report, "fault_count"));
}

/* "FILE: 3 rows: local time that there was twice ..." */
static void put_notes(struct telling *t, const char *path, const cJSON *report)
{
    const cJSON *n;

    cJSON_ArrayForEach(n, cJSON_GetObjectItem(report, "notes"))
    {
        strbuf_printf(&t->out, "%s: ", ctl_clean(t->c, path));
        desk_put(&t->c->desk, &t->out, "%lld 行：%s\n", "%lld rows: %s\n", whole(n, "rows"),
                 ctl_clean(t->c, desk_word(&t->c->desk, word(n, "zh"), word(n, "en"))));
    }
}

static void put_people(struct telling *t, const char *path, const char *json)
{
    cJSON *report = cJSON_Parse(json);
    bool refused = strcmp(word(report, "result"), "done") != 0;

    strbuf_printf(&t->out, "%s: ", ctl_clean(t->c, path));
    desk_put(&t->c->desk, &t->out,
             refused ? "拒收；%lld 行，存入 %lld，重复 %lld"
                     : "完成；%lld 行，存入 %lld，重复 %lld",
             refused ? "refused; %lld lines, %lld stored, %lld duplicates"
                     : "done; %lld lines, %lld stored, %lld duplicates",
             whole(report, "lines"), whole(report, "stored"), whole(report, "duplicate"));
    put_quarantined(t, report);
    strbuf_puts(&t->out, *word(report, "why_zh") ? desk_word(&t->c->desk, "：", ": ") : "");
    strbuf_puts(&t->out, ctl_clean(t->c, desk_word(&t->c->desk, word(report, "why_zh"),
                                                   word(report, "why_en"))));
    strbuf_putc(&t->out, '\n');
    put_notes(t, path, report);
    put_faults(t, path, report);
    cJSON_Delete(report);
}

static void tell(void *context, const char *path, bool refused, const char *json, size_t n)
{
    struct telling *t = context;

    t->refused = t->refused || refused;
    if (!json) {
        ctl_say(t->c, "%s 无法读取：%s", "%s cannot be read: %s", path, strerror(errno));
        return;
    }
    if (!option_given(&t->c->options, OPTION_JSON)) {
        put_people(t, path, json);
        return;
    }
    strbuf_puts(&t->out, t->told++ ? ",\n" : "");
    strbuf_append(&t->out, json, n > 0 && json[n - 1] == '\n' ? n - 1 : n);
}

/* --- the two ways --- */

static int by_daemon(struct ctl *c, struct telling *t)
{
    int code = EXIT_DONE;

    if (!*c->desk.settings->files.drop)
        return ctl_fail(c, "守护进程正在运行，而配置中没有 files.drop：请设置它，或先停止守护进程",
                        "the daemon runs, and there is no files.drop in the configuration: set it, "
                        "or stop the daemon first");
    for (size_t i = 0; i < c->options.argument_count; i++) {
        int one = import_drop(c, c->options.arguments[i], tell, t);
        code = one == EXIT_DONE ? code : one;
    }
    return code;
}

static int by_hand(struct ctl *c, struct telling *t)
{
    const struct log log = {STDERR_FILENO, LOG_P_ERR};
    struct store_lock lock;
    char why[HUB_TEXT_SIZE];
    enum err e;

    if (store_lock_open(c->desk.settings->store.path, &log, &lock) != ERR_OK)
        return ctl_fail(c, "无法独占存储", "the store cannot be had for this alone");
    e = import_files(c->plan, c->options.arguments, c->options.argument_count, tell, t, why);
    store_lock_close(&lock);
    return e == ERR_OK ? EXIT_DONE : ctl_fail(c, "存储出错：%s", "the store failed: %s", why);
}

int cmd_import(struct ctl *c)
{
    struct telling t = {.c = c};
    bool json = option_given(&c->options, OPTION_JSON);
    int code = ctl_plan(c), printed;

    if (code != EXIT_DONE)
        return code;
    strbuf_puts(&t.out, json ? "[" : "");
    code = ctl_daemon_runs(c) ? by_daemon(c, &t) : by_hand(c, &t);
    strbuf_puts(&t.out, json ? "]\n" : "");
    printed = print_text(c, &t.out);
    strbuf_free(&t.out);
    code = code == EXIT_DONE ? printed : code;
    return code == EXIT_DONE && t.refused ? EXIT_FAILED : code;
}
