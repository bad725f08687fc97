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
#include "shikumen/io/zone_file.h"
#include "shikumen/svc/faults.h"

void ctl_finish(struct ctl *c)
{
    reader_close(c->desk.readings);
    state_close(c->desk.state);
    settings_free(c->settings);
    plan_release(c->plan);
    arena_free(&c->arena);
    zone_list_free(&c->zones);
}

/* --- words --- */

const char *ctl_word(const struct ctl *c, const char *zh, const char *en)
{
    return desk_word(&c->desk, zh, en);
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
    if (c->desk.language != DESK_EN)
        vfprintf(stderr, zh, args);
    if (c->desk.language == DESK_BOTH)
        fputs(" / ", stderr);
    if (c->desk.language != DESK_ZH)
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
                    "%s/readings.db cannot be read (%s): %s", c->desk.settings->store.path,
                    err_name(e), reader_error(c->desk.readings));
}

int ctl_state_result(const struct ctl *c, enum err e)
{
    if (e == ERR_OK)
        return EXIT_DONE;
    if (e == ERR_NOMEM)
        return ctl_result(c, e);
    return ctl_fail(c, "%s/state.db 无法读取（%s）：%s", "%s/state.db cannot be read (%s): %s",
                    c->desk.settings->store.path, err_name(e), state_error(c->desk.state));
}

int ctl_view_result(const struct ctl *c, enum err e)
{
    switch (c->desk.failed) {
    case DESK_READINGS:
        return ctl_readings_result(c, e);
    case DESK_STATE:
        return ctl_state_result(c, e);
    default:
        return ctl_result(c, e);
    }
}

int ctl_flush(const struct ctl *c)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return EXIT_DONE;
    return ctl_fail(c, "无法写到标准输出：%s", "cannot write to standard output: %s",
                    strerror(errno));
}

/* --- configuration --- */

static void adopt(struct ctl *c, const struct settings *settings)
{
    c->desk.settings = settings;
    c->desk.language = strcmp(settings->district.language, "zh") == 0 ? DESK_ZH : DESK_EN;
}

/* A zone that cannot be had is UTC, and called so. */
static void adopt_zone(struct ctl *c, const char *name)
{
    if (zone_list_add(&c->zones, name, &c->desk.zone) != ERR_OK)
        c->desk.zone = &zone_utc;
}

/* That of the settings, or the registry's, which is read for it. */
static void take_zone(struct ctl *c)
{
    struct fault_list faults = {0};
    struct plan *plan = NULL;

    if (*c->settings->district.timezone) {
        adopt_zone(c, c->settings->district.timezone);
        return;
    }
    if (plan_load(c->options.config_file, &faults, &plan) == ERR_OK)
        adopt_zone(c, plan->registry->zone->name);
    plan_release(plan);
    fault_list_free(&faults);
}

static int refuse_config(struct ctl *c, enum err e, struct fault_list *faults)
{
    faults_tell(faults, STDERR_FILENO);
    fault_list_free(faults);
    return e == ERR_CONFIG ? EXIT_BAD_CONFIG : ctl_result(c, e);
}

int ctl_settings(struct ctl *c)
{
    struct fault_list faults = {0};
    struct settings *settings = NULL;
    enum err e;

    if (c->desk.settings)
        return EXIT_DONE;
    e = settings_read(c->options.config_file, &faults, &settings);
    if (e != ERR_OK)
        return refuse_config(c, e, &faults);
    fault_list_free(&faults);
    c->settings = settings;
    adopt(c, settings);
    take_zone(c);
    return EXIT_DONE;
}

void ctl_try_settings(struct ctl *c)
{
    struct fault_list faults = {0};
    struct settings *settings = NULL;

    if (settings_read(c->options.config_file, &faults, &settings) == ERR_OK) {
        c->settings = settings;
        adopt(c, settings);
        take_zone(c);
    }
    fault_list_free(&faults);
}

enum err ctl_plan_load(struct ctl *c, struct fault_list *faults)
{
    enum err e = plan_load(c->options.config_file, faults, &c->plan);

    if (e != ERR_OK)
        return e;
    settings_free(c->settings);
    c->settings = NULL;
    adopt(c, c->plan->settings);
    c->desk.registry = c->plan->registry;
    c->desk.zone = c->plan->registry->zone;
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
    const char *path = c->desk.settings->store.path;

    if (access(path, R_OK | X_OK) != 0 && errno == EACCES)
        return ctl_fail(c, "无权读取 %s：请以 root 或守护进程的用户运行",
                        "no permission to read %s: run as root or as the daemon's user", path);
    if (e == ERR_NOTFOUND)
        return ctl_fail(c, "%s 中还没有 %s：守护进程尚未在此存过数据",
                        "%s holds no %s yet: the daemon has not stored anything there", path, name);
    return ctl_fail(c, "%s/%s 无法打开（%s）：%s", "%s/%s cannot be opened (%s): %s", path, name,
                    err_name(e), why);
}

/* Values as measured need the registry; a faulty one is no reason not to look at readings. */
static int calibrate(struct ctl *c)
{
    struct fault_list faults = {0};
    bool raw = option_given(&c->options, OPTION_RAW);
    enum err e = c->plan ? ERR_OK : ctl_plan_load(c, &faults);

    fault_list_free(&faults);
    if (e == ERR_NOMEM)
        return ctl_result(c, e);
    if (e != ERR_OK) {
        ctl_say(c, "登记文件有误（见 check）：显示原始值",
                "the registry is faulty (see check): values are raw");
        return EXIT_DONE;
    }
    return raw ? EXIT_DONE
               : ctl_readings_result(c, reader_calibrate(c->desk.readings, c->plan->registry));
}

const char *ctl_unit(const struct ctl *c, const char *sensor, const char *unit, int64_t t_us)
{
    const struct registry *r = c->plan ? c->plan->registry : NULL;
    uint32_t i = r ? registry_sensor(r, sensor, strlen(sensor)) : REGISTRY_NONE;
    const struct calibration *by =
        i == REGISTRY_NONE ? NULL : sensor_calibration(&r->sensors[i], t_us);

    return by && option_given(&c->options, OPTION_RAW) ? unit_name(by->raw) : unit;
}

int ctl_readings(struct ctl *c)
{
    char why[512] = "";
    int code = ctl_settings(c);
    enum err e;

    if (code != EXIT_DONE || c->desk.readings)
        return code;
    e = reader_open(c->desk.settings->store.path, why, sizeof why, &c->desk.readings);
    return e == ERR_OK ? calibrate(c) : refuse_store(c, "readings.db", e, why);
}

int ctl_state(struct ctl *c)
{
    char why[512] = "";
    int code = ctl_settings(c);
    enum err e;

    if (code != EXIT_DONE || c->desk.state)
        return code;
    e = state_open(c->desk.settings->store.path, STATE_READ_ONLY, why, sizeof why, &c->desk.state);
    return e == ERR_OK ? EXIT_DONE : refuse_store(c, "state.db", e, why);
}

void ctl_try_all(struct ctl *c)
{
    struct fault_list faults = {0};
    char why[512];

    if (!c->plan && ctl_plan_load(c, &faults) != ERR_OK)
        c->plan = NULL;
    fault_list_free(&faults);
    if (!c->desk.readings &&
        reader_open(c->desk.settings->store.path, why, sizeof why, &c->desk.readings) != ERR_OK)
        c->desk.readings = NULL;
    if (c->plan && c->desk.readings &&
        reader_calibrate(c->desk.readings, c->plan->registry) != ERR_OK) {
        reader_close(c->desk.readings); /* better none than raw ones */
        c->desk.readings = NULL;
    }
}

bool ctl_daemon_runs(const struct ctl *c)
{
    struct strbuf json = {0};
    enum err e = control_fetch(c->desk.settings->store.path, &json);

    strbuf_free(&json);
    return e == ERR_OK || e == ERR_REFUSED;
}
