#include <string.h>
#include <unistd.h>

#include "findings.h"
#include "print.h"
#include "shikumen/base/file.h"
#include "shikumen/base/utc.h"
#include "shikumen/io/state_audit.h"
#include "shikumen/view/table.h"
#include "shikumen/view/when.h"
#include "shikumenctl.h"

#define REGISTRY_MAX_BYTES (64u << 20)

struct verdict {
    const char *what;       /* the store's path, or the backup's */
    struct strbuf findings; /* lines */
    bool good;
    int64_t registry_loaded_us; /* INT64_MIN: not known */
    bool registry_changed;      /* the file is not what is in force */
};

static void put_json(struct strbuf *out, const struct verdict *v)
{
    const char *line = strbuf_text(&v->findings);
    char time[UTC_TEXT_SIZE];

    strbuf_printf(out, "{\"ok\":%s,\"verified\":", v->good ? "true" : "false");
    strbuf_json_string(out, v->what, strlen(v->what));
    strbuf_puts(out, ",\"registry_loaded\":");
    if (v->registry_loaded_us == INT64_MIN)
        strbuf_puts(out, "null");
    else
        strbuf_printf(out, "\"%s\",\"registry_changed\":%s",
                      utc_format(v->registry_loaded_us, time),
                      v->registry_changed ? "true" : "false");
    strbuf_puts(out, ",\"findings\":[");
    for (bool first = true; *line; first = false) {
        size_t n = strcspn(line, "\n");
        strbuf_puts(out, first ? "" : ",");
        strbuf_json_string(out, line, n);
        line += n + (line[n] == '\n');
    }
    strbuf_puts(out, "]}\n");
}

static void put_text(struct ctl *c, struct strbuf *out, const struct verdict *v)
{
    const char *line = strbuf_text(&v->findings);
    char time[WHEN_TEXT_SIZE];

    while (*line) {
        size_t n = strcspn(line, "\n");
        char *copy = arena_strndup(&c->arena, line, n);
        strbuf_printf(out, "%s\n", copy ? ctl_clean(c, copy) : "");
        line += n + (line[n] == '\n');
    }
    if (v->registry_loaded_us != INT64_MIN)
        strbuf_printf(out, "%s: %s (%s)%s\n", ctl_word(c, "生效的登记", "registry in force since"),
                      when_local(c->desk.zone, v->registry_loaded_us, time), c->desk.zone->name,
                      v->registry_changed ? ctl_word(c, "；文件此后有改动（SIGHUP 后生效）",
                                                     "; its file has changed since (SIGHUP)")
                                          : "");
    if (v->good) {
        strbuf_printf(out, "%s: ", v->what);
        tint_put(c, out, TINT_GREEN, ctl_word(c, "完好", "sound"));
        strbuf_putc(out, '\n');
    }
}

static int report(struct ctl *c, const struct verdict *v)
{
    struct strbuf out = {0};
    int code;

    if (option_given(&c->options, OPTION_JSON))
        put_json(&out, v);
    else
        put_text(c, &out, v);
    code = print_text(c, &out);
    strbuf_free(&out);
    if (!v->good)
        ctl_say(c, "%s 核验发现问题", "verification of %s found faults", v->what);
    return code == EXIT_DONE && !v->good ? EXIT_FAILED : code;
}

/* Which registry is in force, and whether its file still says the same. */
static void look_at_registry(struct ctl *c, struct verdict *v)
{
    struct strbuf in_force = {0}, file = {0};
    int64_t loaded_us;

    if (state_open(c->desk.settings->store.path, STATE_READ_ONLY, NULL, 0, &c->desk.state) ==
            ERR_OK &&
        state_registry_get(c->desk.state, &in_force, &loaded_us) == ERR_OK) {
        v->registry_loaded_us = loaded_us;
        v->registry_changed =
            file_read(c->desk.settings->registry.file, REGISTRY_MAX_BYTES, &file) != ERR_OK ||
            strcmp(strbuf_text(&file), strbuf_text(&in_force)) != 0;
    }
    strbuf_free(&in_force);
    strbuf_free(&file);
}

/* There is something to verify; a database that is there but cannot be opened is a finding. */
static int look_for_store(struct ctl *c)
{
    char *path = arena_printf(&c->arena, "%s/readings.db", c->desk.settings->store.path);

    return path && access(path, F_OK) == 0 ? EXIT_DONE : ctl_readings(c);
}

/* Whether the chain still holds the head that somebody kept. */
static bool look_for_head(struct ctl *c, struct verdict *v)
{
    const char *head = c->options.known_head;
    enum err e = c->desk.state ? state_audit_has(c->desk.state, head) : ERR_NOTFOUND;

    if (e == ERR_OK)
        return true;
    strbuf_printf(&v->findings,
                  e == ERR_CORRUPT
                      ? "审计链的这一行已不同于记下的 / audit: that row is another one now: %s\n"
                  : e == ERR_NOTFOUND ? "审计链中没有这一行 / audit: there is no such row: %s\n"
                                      : "不是审计链的末行 / no head of an audit chain: %s\n",
                  head);
    return false;
}

static int verify_store(struct ctl *c, struct verdict *v)
{
    int code = ctl_settings(c);

    if (code == EXIT_DONE)
        code = look_for_store(c);
    if (code != EXIT_DONE)
        return code;
    v->what = c->desk.settings->store.path;
    look_at_registry(c, v);
    v->good = findings_of_store(v->what, &v->findings);
    if (c->options.known_head)
        v->good = look_for_head(c, v) && v->good;
    return report(c, v);
}

static int verify_backup(struct ctl *c, struct verdict *v)
{
    ctl_try_settings(c);
    v->what = c->options.arguments[0];
    v->good = findings_of_backup(v->what, &v->findings);
    return report(c, v);
}

int cmd_verify(struct ctl *c)
{
    struct verdict v = {.registry_loaded_us = INT64_MIN};
    int code;

    if (c->options.argument_count && c->options.known_head) {
        options_refuse("--known-head 不能与 FILE 同用 does not go with a FILE", "");
        return EXIT_USAGE;
    }
    code = c->options.argument_count ? verify_backup(c, &v) : verify_store(c, &v);

    strbuf_free(&v.findings);
    return code;
}
