#include "ctl.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "display.h"
#include "shikumen/io/control_client.h"
#include "shikumen/io/settings_file.h"
#include "when.h"

void ctl_finish(struct ctl *c)
{
    reader_close(c->readings);
    state_close(c->state);
    if (!c->plan)
        settings_free(c->settings);
    plan_release(c->plan);
    arena_free(&c->arena);
}

/* --- words --- */

const char *ctl_word(const struct ctl *c, const char *zh, const char *en)
{
    return c->language == CTL_ZH ? zh : en;
}

const char *ctl_name(const struct ctl *c, struct bilingual name)
{
    return ctl_word(c, name.zh, name.en);
}

const char *ctl_clean(struct ctl *c, const char *text)
{
    struct strbuf b = {0};
    char *copy;

    display_clean(&b, text, strlen(text), 0);
    copy = arena_strdup(&c->arena, strbuf_text(&b));
    strbuf_free(&b);
    return copy ? copy : "";
}

static void say_v(const struct ctl *c, const char *zh, const char *en, va_list args)
{
    va_list again;

    va_copy(again, args);
    fputs("shikumenctl: ", stderr);
    if (c->language != CTL_EN)
        vfprintf(stderr, zh, args);
    if (c->language == CTL_BOTH)
        fputs(" / ", stderr);
    if (c->language != CTL_ZH)
        vfprintf(stderr, en, again);
    fputc('\n', stderr);
    va_end(again);
}

void ctl_say(const struct ctl *c, const char *zh, const char *en, ...)
{
    va_list args;

    va_start(args, en);
    say_v(c, zh, en, args);
    va_end(args);
}

void ctl_put(const struct ctl *c, struct strbuf *out, const char *zh, const char *en, ...)
{
    char *text = NULL;
    va_list args;

    va_start(args, en);
    if (vasprintf(&text, ctl_word(c, zh, en), args) < 0)
        text = NULL;
    va_end(args);
    strbuf_puts(out, text ? text : "");
    out->failed = out->failed || !text;
    free(text);
}

int ctl_fail(const struct ctl *c, const char *zh, const char *en, ...)
{
    va_list args;

    va_start(args, en);
    say_v(c, zh, en, args);
    va_end(args);
    return EXIT_FAILED;
}

int ctl_result(const struct ctl *c, enum err e)
{
    return e == ERR_OK ? EXIT_DONE : ctl_fail(c, "失败：%s", "failed: %s", err_name(e));
}

int ctl_readings_result(const struct ctl *c, enum err e)
{
    if (e == ERR_OK)
        return EXIT_DONE;
    if (e == ERR_NOMEM)
        return ctl_result(c, e);
    return ctl_fail(c, "%s/readings.db 无法读取（%s）：%s",
                    "%s/readings.db cannot be read (%s): %s", c->settings->store.path, err_name(e),
                    reader_error(c->readings));
}

int ctl_state_result(const struct ctl *c, enum err e)
{
    if (e == ERR_OK)
        return EXIT_DONE;
    if (e == ERR_NOMEM)
        return ctl_result(c, e);
    return ctl_fail(c, "%s/state.db 无法读取（%s）：%s", "%s/state.db cannot be read (%s): %s",
                    c->settings->store.path, err_name(e), state_error(c->state));
}

int ctl_flush(const struct ctl *c)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return EXIT_DONE;
    return ctl_fail(c, "无法写到标准输出：%s", "cannot write to standard output: %s",
                    strerror(errno));
}

/* --- configuration --- */

static void adopt(struct ctl *c, struct settings *settings)
{
    c->settings = settings;
    c->language = strcmp(settings->district.language, "zh") == 0 ? CTL_ZH : CTL_EN;
    c->zone = when_zone(settings->district.timezone);
}

static int refuse_config(struct ctl *c, enum err e, struct fault_list *faults)
{
    fault_print(faults, STDERR_FILENO);
    fault_list_free(faults);
    return e == ERR_CONFIG ? EXIT_BAD_CONFIG : ctl_result(c, e);
}

int ctl_settings(struct ctl *c)
{
    struct fault_list faults = {0};
    struct settings *settings = NULL;
    enum err e;

    if (c->settings)
        return EXIT_DONE;
    e = settings_read(c->options.config_file, &faults, &settings);
    if (e != ERR_OK)
        return refuse_config(c, e, &faults);
    fault_list_free(&faults);
    adopt(c, settings);
    return EXIT_DONE;
}

void ctl_try_settings(struct ctl *c)
{
    struct fault_list faults = {0};
    struct settings *settings = NULL;

    if (settings_read(c->options.config_file, &faults, &settings) == ERR_OK)
        adopt(c, settings);
    fault_list_free(&faults);
}

enum err ctl_plan_load(struct ctl *c, struct fault_list *faults)
{
    enum err e = plan_load(c->options.config_file, faults, &c->plan);

    if (e != ERR_OK)
        return e;
    settings_free(c->settings);
    adopt(c, c->plan->settings);
    return ERR_OK;
}

int ctl_plan(struct ctl *c)
{
    struct fault_list faults = {0};
    enum err e = c->plan ? ERR_OK : ctl_plan_load(c, &faults);

    if (e != ERR_OK)
        return refuse_config(c, e, &faults);
    fault_list_free(&faults);
    return EXIT_DONE;
}

/* --- the store --- */

/* Why a database of the store cannot be opened, in words that say what to do. */
static int refuse_store(const struct ctl *c, const char *name, enum err e, const char *why)
{
    const char *path = c->settings->store.path;

    if (access(path, R_OK | X_OK) != 0 && errno == EACCES)
        return ctl_fail(c, "无权读取 %s：请以 root 或守护进程的用户运行",
                        "no permission to read %s: run as root or as the daemon's user", path);
    if (e == ERR_NOTFOUND)
        return ctl_fail(c, "%s 中还没有 %s：守护进程尚未在此存过数据",
                        "%s holds no %s yet: the daemon has not stored anything there", path, name);
    return ctl_fail(c, "%s/%s 无法打开（%s）：%s", "%s/%s cannot be opened (%s): %s", path, name,
                    err_name(e), why);
}

int ctl_readings(struct ctl *c)
{
    char why[512] = "";
    int code = ctl_settings(c);
    enum err e;

    if (code != EXIT_DONE || c->readings)
        return code;
    e = reader_open(c->settings->store.path, why, sizeof why, &c->readings);
    return e == ERR_OK ? EXIT_DONE : refuse_store(c, "readings.db", e, why);
}

int ctl_state(struct ctl *c)
{
    char why[512] = "";
    int code = ctl_settings(c);
    enum err e;

    if (code != EXIT_DONE || c->state)
        return code;
    e = state_open(c->settings->store.path, STATE_READ_ONLY, why, sizeof why, &c->state);
    return e == ERR_OK ? EXIT_DONE : refuse_store(c, "state.db", e, why);
}

bool ctl_daemon_runs(const struct ctl *c)
{
    struct strbuf json = {0};
    enum err e = control_fetch(c->settings->store.path, &json);

    strbuf_free(&json);
    return e == ERR_OK || e == ERR_REFUSED;
}
