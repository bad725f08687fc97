#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include "epoch_words.h"
#include "print.h"
#include "registry_edit.h"
#include "shikumen/base/clock.h"
#include "shikumen/base/file.h"
#include "shikumen/base/utc.h"
#include "shikumen/core/act.h"
#include "shikumen/io/state_audit.h"
#include "shikumen/svc/acting.h"
#include "shikumen/svc/faults.h"
#include "shikumen/view/table.h"
#include "shikumenctl.h"

#define REGISTRY_MAX_BYTES (64u << 20)

/* An entry on its way into the registry file. */
struct addition {
    struct ctl *ctl;
    struct epoch epoch;
    char *path;  /* of the file itself, links followed */
    int lock_fd; /* its folder, locked while we work; -1: not */
    struct strbuf entry, after;
};

/* --- what is asked for --- */

static int refuse_scope(struct ctl *c, const char *scope)
{
    const char *near = acting_scope_near(&c->desk, scope);

    return ctl_fail(c, "没有编号为 %s 的测点、构件、房屋、联排、里弄或片区%s%s",
                    "%s is the id of no sensor, element, house, row, lane or district%s%s",
                    ctl_clean(c, scope), near ? "; 是否指 did you mean " : "", near ? near : "");
}

static int take_epoch(struct ctl *c, struct epoch *e)
{
    const struct options *o = &c->options;

    *e = (struct epoch){.scope = o->scope,
                        .kind = epoch_kind_by_name(o->kind),
                        .until_us = o->until_us,
                        .note = ""};
    e->t_us =
        option_given(o, OPTION_FROM) ? o->from_us : c->desk.now_us - c->desk.now_us % US_PER_S;
    if (e->kind == EPOCH_KIND_COUNT)
        return ctl_fail(c, "没有类型 %s；允许：%s", "no kind %s; allowed: %s",
                        ctl_clean(c, o->kind), epoch_kinds_text(c));
    if (!epoch_scope_known(c->plan->registry, o->scope))
        return refuse_scope(c, o->scope);
    if (e->until_us <= e->t_us)
        return ctl_fail(c, "--until 不晚于开始", "--until is not after the beginning");
    e->note = o->note ? arena_printf(&c->arena, "%s — %s", o->note, o->by)
                      : arena_printf(&c->arena, "— %s", o->by);
    return e->note ? EXIT_DONE : ctl_result(c, ERR_NOMEM);
}

/* What is there already is not added again. */
static int refuse_repetition(struct ctl *c, const struct epoch *e)
{
    const struct registry *r = c->plan->registry;

    for (size_t i = 0; i < r->epoch_count; i++)
        if (r->epochs[i].t_us == e->t_us && r->epochs[i].kind == e->kind &&
            strcmp(r->epochs[i].scope, e->scope) == 0)
            return ctl_fail(c, "这个时段已登记", "this epoch is registered already");
    return EXIT_DONE;
}

static void write_entry(const struct epoch *e, struct strbuf *out)
{
    char t[UTC_TEXT_SIZE];

    strbuf_printf(out, "{ \"t\": \"%s\", \"scope\": ", utc_format(e->t_us, t));
    strbuf_json_string(out, e->scope, strlen(e->scope));
    strbuf_printf(out, ", \"kind\": \"%s\", \"until\": ", epoch_kind_name(e->kind));
    if (e->until_us == INT64_MAX)
        strbuf_puts(out, "null");
    else
        strbuf_printf(out, "\"%s\"", utc_format(e->until_us, t));
    strbuf_puts(out, ", \"note\": ");
    strbuf_json_string(out, e->note, strlen(e->note));
    strbuf_puts(out, " }");
}

/* --- the file --- */

static int fail_file(const struct addition *a, const char *what)
{
    return ctl_fail(a->ctl, "%s：%s：%s", "%s: %s: %s", a->path, what, strerror(errno));
}

/* Links are followed, so that what they point to is replaced; who else adds something waits. */
static int hold_file(struct addition *a)
{
    struct ctl *c = a->ctl;
    char *folder;

    a->path = realpath(c->desk.settings->registry.file, NULL);
    if (!a->path)
        return EXIT_DONE; /* loading it will say what is wrong */
    folder = strndup(a->path, (size_t)(strrchr(a->path, '/') - a->path) + 1);
    a->lock_fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    free(folder);
    if (a->lock_fd < 0 || flock(a->lock_fd, LOCK_EX) != 0)
        return fail_file(a, ctl_word(c, "无法锁定", "cannot be locked"));
    return EXIT_DONE;
}

/* Loads what would be written, as the daemon will; it must be the same and one epoch more. */
static int check_loaded(struct addition *a, const char *path)
{
    struct ctl *c = a->ctl;
    const struct plan_files files = {.registry = path,
                                     .limits = c->desk.settings->registry.limits,
                                     .store = c->desk.settings->store.path};
    struct fault_list faults = {0};
    struct plan *plan = NULL;
    enum err e = plan_load_files(&files, &faults, &plan);
    int code = EXIT_DONE;

    if (e == ERR_OK && plan->registry->epoch_count != c->plan->registry->epoch_count + 1)
        code = ctl_fail(c, "%s 的 epochs 无法补写", "the epochs of %s cannot be added to", a->path);
    for (struct fault *f = faults.first; f; f = f->next)
        if (strcmp(f->file, path) == 0)
            f->file = a->path;
    faults_tell(&faults, STDERR_FILENO);
    if (e != ERR_OK)
        code = e == ERR_CONFIG ? EXIT_BAD_CONFIG : ctl_result(c, e);
    fault_list_free(&faults);
    plan_release(plan);
    return code;
}

static int check_whole(struct addition *a)
{
    struct ctl *c = a->ctl;
    char path[64];
    int fd = memfd_create("registry.json", MFD_CLOEXEC), code;

    if (fd < 0)
        return fail_file(a, "memfd_create");
    if (write(fd, strbuf_text(&a->after), a->after.len) != (ssize_t)a->after.len)
        code = fail_file(a, "write");
    else {
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        code = check_loaded(a, path);
    }
    close(fd);
    if (code == EXIT_BAD_CONFIG)
        ctl_say(c, "未作改动", "nothing was changed");
    return code;
}

/* Editors do not ask for the lock. */
static bool is_unchanged(const struct addition *a)
{
    const struct strbuf *before = &a->ctl->plan->registry_text;
    struct strbuf now = {0};
    bool same = file_read(a->path, REGISTRY_MAX_BYTES, &now) == ERR_OK && now.len == before->len &&
                memcmp(strbuf_text(&now), strbuf_text(before), now.len) == 0;

    strbuf_free(&now);
    return same;
}

static int write_file(struct addition *a)
{
    struct ctl *c = a->ctl;
    enum err e;

    if (!is_unchanged(a))
        return ctl_fail(c, "%s 同时被改动，请重试", "%s was changed meanwhile; try again", a->path);
    e = file_replace(a->path, strbuf_text(&a->after), a->after.len);
    if (e == ERR_NOMEM)
        return ctl_result(c, e);
    return e == ERR_OK ? EXIT_DONE : fail_file(a, ctl_word(c, "无法写入", "cannot be written"));
}

/* Beside the file: who added what. A store that is not there yet has no audit. */
static enum err enter(struct addition *a, struct state_db *db)
{
    const struct audit_row row = {.at_us = a->ctl->desk.now_us,
                                  .act = "epoch.added",
                                  .subject = a->epoch.scope,
                                  .before = "",
                                  .after = strbuf_text(&a->entry)};
    enum err e = state_begin(db);

    state_actor(db, a->ctl->options.by);
    return e == ERR_OK ? state_audit_put(db, &row) : e;
}

static int fail_audit(struct ctl *c, enum err e, const char *why)
{
    return ctl_fail(c, "无法写入 %s/state.db 的审计链，未作改动（%s）：%s",
                    "the audit chain in %s/state.db cannot be written, nothing was changed (%s): "
                    "%s",
                    c->desk.settings->store.path, err_name(e), why);
}

/* The file is replaced within the transaction of its entry, so that neither is without the other
 * unless the machine stops between the two. */
static int write_both(struct addition *a)
{
    struct ctl *c = a->ctl;
    struct state_db *db = NULL;
    char why[512] = "";
    enum err e = state_open(c->desk.settings->store.path, STATE_ACT, why, sizeof why, &db);
    int code;

    if (e == ERR_NOTFOUND)
        return write_file(a);
    if (e == ERR_OK)
        e = enter(a, db);
    if (e != ERR_OK)
        code = fail_audit(c, e, db ? state_error(db) : why);
    else
        code = write_file(a);
    if (code == EXIT_DONE && state_commit(db) != ERR_OK)
        ctl_say(c, "文件已改，但审计链未能写入：%s",
                "the file was changed, but the audit chain could not be written: %s",
                state_error(db));
    state_close(db);
    return code;
}

static int add(struct addition *a)
{
    struct ctl *c = a->ctl;
    const struct strbuf *before = &c->plan->registry_text;
    enum err e;
    int code;

    write_entry(&a->epoch, &a->entry);
    e = registry_edit_epoch(strbuf_text(before), before->len, strbuf_text(&a->entry), &a->after);
    if (e == ERR_PARSE)
        return ctl_fail(c, "%s 的 epochs 无法补写", "the epochs of %s cannot be added to", a->path);
    code = ctl_result(c, a->entry.failed ? ERR_NOMEM : e);
    if (code == EXIT_DONE)
        code = check_whole(a);
    return code == EXIT_DONE ? write_both(a) : code;
}

/* --- what comes next --- */

static int report(const struct addition *a)
{
    struct ctl *c = a->ctl;
    struct strbuf out = {0};
    int code;

    if (option_given(&c->options, OPTION_JSON))
        strbuf_printf(&out, "%s\n", strbuf_text(&a->entry));
    else
        desk_put(&c->desk, &out, "已写入 %s：%s\n", "written to %s: %s\n", a->path,
                 ctl_clean(c, strbuf_text(&a->entry)));
    code = print_text(c, &out);
    strbuf_free(&out);
    if (ctl_daemon_runs(c))
        ctl_say(c, "守护进程在运行，请令其重新载入：systemctl reload shikumend",
                "the daemon runs; have it reload: systemctl reload shikumend");
    else
        ctl_say(c, "守护进程下次启动时生效", "it counts from the next start of the daemon");
    return code;
}

static bool is_complete(const struct options *o)
{
    if (strcmp(o->arguments[0], "add") != 0)
        return options_refuse("未知 unknown: epoch ", o->arguments[0]);
    if (!o->scope)
        return options_refuse("缺少 missing: --scope ID", "");
    if (!o->kind)
        return options_refuse("缺少 missing: --kind K", "");
    return o->by || options_refuse("缺少 missing: --by NAME", "");
}

static int check_name(struct ctl *c)
{
    struct act_refusal why;

    if (act_check_name(c->options.by, &why))
        return EXIT_DONE;
    return ctl_fail(c, "%s", "%s", ctl_word(c, why.zh, why.en));
}

int cmd_epoch(struct ctl *c)
{
    struct addition a = {.ctl = c, .lock_fd = -1};
    int code;

    if (!is_complete(&c->options))
        return EXIT_USAGE;
    code = ctl_settings(c);
    if (code == EXIT_DONE)
        code = check_name(c);
    if (code == EXIT_DONE)
        code = hold_file(&a);
    if (code == EXIT_DONE)
        code = ctl_plan(c);
    if (code == EXIT_DONE)
        code = take_epoch(c, &a.epoch);
    if (code == EXIT_DONE)
        code = refuse_repetition(c, &a.epoch);
    if (code == EXIT_DONE)
        code = add(&a);
    if (code == EXIT_DONE)
        code = report(&a);
    if (a.lock_fd >= 0)
        close(a.lock_fd);
    free(a.path);
    strbuf_free(&a.entry);
    strbuf_free(&a.after);
    return code;
}
