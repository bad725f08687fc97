#include "reload.h"

#include <string.h>
#include <sys/stat.h>

#include "shikumen/io/settings_file.h"
#include "shikumen/model/alert_format.h"

#define CHANGES_MAX 64

static void log_faults(const struct log *log, const struct fault_list *faults)
{
    for (const struct fault *f = faults->first; f; f = f->next)
        log_event(log, LOG_P_ERR, "reload fault file=\"%s\" line=%d text=\"%s\"", f->file, f->line,
                  f->text);
}

static bool needs_restart(const char *path)
{
    return strcmp(path, "store.path") == 0 || strncmp(path, "mqtt.", 5) == 0;
}

/* Puts the values of now back for what needs a restart. */
static enum err keep_running(const struct settings *now, struct settings *next,
                             const struct log *log)
{
    const char *changes[CHANGES_MAX];
    size_t count = settings_changed(now, next, changes, CHANGES_MAX);
    enum err e = ERR_OK;

    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        if (!needs_restart(changes[i]))
            continue;
        log_event(log, LOG_P_WARNING, "reload key=%s needs a restart to change", changes[i]);
        e = settings_keep(next, now, changes[i]);
    }
    return e;
}

static enum err put_in_force(struct hub *h, struct plan *next)
{
    struct plan *now = hub_plan(h);
    enum err e = keep_running(now->settings, next->settings, &h->log);

    plan_release(now);
    if (e != ERR_OK) {
        plan_release(next);
        return e;
    }
    plan_warn(next, &h->log);
    hub_set_plan(h, plan_retain(next));
    log_event(&h->log, LOG_P_NOTICE, "reload done houses=%zu sensors=%zu limit_sets=%zu",
              next->registry->house_count, next->registry->sensor_count,
              next->registry->limit_set_count);
    plan_release(next);
    return ERR_OK;
}

bool reload_plan(struct hub *h, const char *config_file)
{
    struct fault_list faults = {0};
    struct plan *next;
    enum err e = plan_load(config_file, &faults, &next);

    if (e == ERR_OK)
        e = put_in_force(h, next);
    log_faults(&h->log, &faults);
    if (e != ERR_OK)
        log_event(&h->log, LOG_P_ERR,
                  "reload refused error=%s faults=%zu; the former configuration stays in force",
                  err_name(e), faults.count);
    fault_list_free(&faults);
    return e == ERR_OK;
}

static void warn_if_open(const struct log *log, const char *key, const char *path)
{
    struct stat st;

    if (*path && stat(path, &st) == 0 && (st.st_mode & S_IRWXO) != 0)
        log_event(log, LOG_P_WARNING, "secret key=%s file=\"%s\" mode=%04o is open to others", key,
                  path, (unsigned)st.st_mode & 07777u);
}

/* Whether there is a signature that its receiver could check. */
static bool signs(const struct endpoint *e)
{
    enum format_secret use = alert_format_secret(alert_format_by_name(e->format));

    return use == SECRET_WEBHOOK || use == SECRET_DINGTALK || use == SECRET_FEISHU;
}

/* What the configuration may say before the daemon acts on it; nobody should rely on it meanwhile.
 */
static void warn_endpoint(const struct log *log, const struct endpoint *e)
{
    warn_if_open(log, "endpoints.secret_file", e->secret_file);
    warn_if_open(log, "endpoints.url_secret_file", e->url_secret_file);
    if (!*e->secret_file && signs(e))
        log_event(log, LOG_P_WARNING,
                  "endpoint name=\"%s\" has no secret_file: its POSTs are not signed", e->name);
}

void plan_warn(const struct plan *p, const struct log *log)
{
    const struct settings *s = p->settings;
    const char *in_registry = p->registry->district_id ? p->registry->district_id : "";

    warn_if_open(log, "mqtt.password_file", s->mqtt.password_file);
    warn_if_open(log, "mqtt.tls_key", s->mqtt.tls_key);
    warn_if_open(log, "http.tls_key", s->http.tls_key);
    warn_if_open(log, "http.tokens_file", s->http.tokens_file);
    for (size_t i = 0; i < s->endpoint_count; i++)
        warn_endpoint(log, &s->endpoints[i]);
    if (*in_registry && strcmp(in_registry, s->district.id) != 0)
        log_event(log, LOG_P_WARNING, "district id=\"%s\" but the registry says id=\"%s\"",
                  s->district.id, in_registry);
}
