#include "settings_check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "settings_syntax.h"
#include "shikumen/base/strbuf.h"
#include "shikumen/io/settings_file.h"
#include "shikumen/model/alert_format.h"

#define PORT_PLAIN 1883 /* IANA: mqtt */
#define PORT_TLS   8883 /* IANA: secure-mqtt */

struct check {
    const struct settings *s;
    const struct places *places;
    struct fault_list *faults;
};

static struct endpoint *endpoint_named(const struct settings *s, const char *name)
{
    for (size_t i = 0; i < s->endpoint_count; i++)
        if (strcmp(s->endpoints[i].name, name) == 0)
            return &s->endpoints[i];
    return NULL;
}

void settings_complete(struct settings *s)
{
    if (s->mqtt.port == 0)
        s->mqtt.port = *s->mqtt.tls_ca || *s->mqtt.tls_cert ? PORT_TLS : PORT_PLAIN;
    if (!*s->mqtt.client_id && *s->district.id) {
        const char *id = arena_printf(&s->arena, "shikumend-%s", s->district.id);
        s->mqtt.client_id = id ? id : "";
    }
    for (size_t i = 0; i < s->endpoint_count; i++) {
        struct endpoint *other = endpoint_named(s, s->endpoints[i].fallback);
        if (other && *s->endpoints[i].fallback)
            other->is_fallback = true;
    }
}

static struct place place_of_row(const struct check *c, const char *group, const char *name)
{
    struct place place = c->places->rows[setting_row_find(group, name) - settings_rows];

    if (!place.file)
        place.file = c->places->file;
    return place;
}

/* Place of a row of endpoint e, or of the endpoint when the row is not given (name NULL). */
static struct place place_in_endpoint(const struct check *c, size_t e, const char *name)
{
    const struct place *own = &c->places->endpoints[e * (endpoint_row_count + 1)];
    const struct setting_row *row = name ? setting_row_find("", name) : NULL;

    return row && own[1 + (row - endpoint_rows)].file ? own[1 + (row - endpoint_rows)] : own[0];
}

static void check_file(const struct check *c, struct place at, const char *label, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat st;

    if (fd < 0 && errno == ENOENT)
        fault_add(c->faults, at.file, at.line, "%s: %s does not exist", label, path);
    else if (fd < 0)
        fault_add(c->faults, at.file, at.line, "%s: %s cannot be read: %s", label, path,
                  strerror(errno));
    else if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
        fault_add(c->faults, at.file, at.line, "%s: %s is a directory, not a file", label, path);
    if (fd >= 0)
        close(fd);
}

static void check_secret(const struct check *c, struct place at, const char *label,
                         const char *path)
{
    struct strbuf secret = {0};
    enum err e = secret_read(path, &secret);

    if (e == ERR_NOTFOUND)
        fault_add(c->faults, at.file, at.line,
                  "%s: %s does not exist, and $CREDENTIALS_DIRECTORY has no such file", label,
                  path);
    else if (e != ERR_OK)
        fault_add(c->faults, at.file, at.line, "%s: %s cannot be read as a secret: %s", label, path,
                  e == ERR_IO ? strerror(errno) : err_name(e));
    else if (secret.len == 0)
        fault_add(c->faults, at.file, at.line, "%s: %s is empty", label, path);
    if (secret.data)
        explicit_bzero(secret.data, secret.capacity);
    strbuf_free(&secret);
}

static void check_need(const struct check *c, const struct setting_row *row, const void *base,
                       struct place at, const char *label)
{
    const char *path = row->need == NEED_NOTHING ? "" : setting_text(row, base);

    if (!*path)
        return;
    if (row->need == NEED_SECRET)
        check_secret(c, at, label, path);
    else
        check_file(c, at, label, path);
}

/* given needs other: "tls_cert needs tls_key". */
static void check_pair(const struct check *c, const char *group, const char *given,
                       const char *other)
{
    const struct setting_row *row = setting_row_find(group, given);
    const struct setting_row *needed = setting_row_find(group, other);
    struct place at = place_of_row(c, group, given);

    if (*setting_text(row, c->s) && !*setting_text(needed, c->s))
        fault_add(c->faults, at.file, at.line, "%s.%s: needs %s.%s too", group, given, group,
                  other);
}

/* Whoever reaches another address than this machine's own must say who he is. */
static void check_listen(const struct check *c)
{
    struct place at = place_of_row(c, "http", "listen");

    if (*c->s->http.listen && !*c->s->http.tokens_file && !syntax_loopback(c->s->http.listen))
        fault_add(c->faults, at.file, at.line,
                  "http.listen: %s is reached from other machines, which needs http.tokens_file; "
                  "without it only 127.0.0.1, [::1] and localhost are allowed",
                  c->s->http.listen);
}

static void check_groups(const struct check *c)
{
    for (size_t i = 0; i < settings_row_count; i++) {
        const struct setting_row *row = &settings_rows[i];
        check_need(c, row, c->s, place_of_row(c, row->group, row->name), row->path);
    }
    check_pair(c, "mqtt", "tls_cert", "tls_key");
    check_pair(c, "mqtt", "tls_key", "tls_cert");
    check_pair(c, "mqtt", "password_file", "username");
    check_pair(c, "http", "tls_cert", "tls_key");
    check_pair(c, "http", "tls_key", "tls_cert");
    check_listen(c);
}

static void check_required(const struct check *c, size_t e, const char *name)
{
    const struct setting_row *row = setting_row_find("", name);
    const struct place *named =
        &c->places->endpoints[e * (endpoint_row_count + 1) + 1 + (size_t)(row - endpoint_rows)];
    struct place at = place_in_endpoint(c, e, NULL);

    if (!named->file)
        fault_add(c->faults, at.file, at.line, "endpoints[%zu]: %s is missing", e, name);
}

static void check_name_is_unique(const struct check *c, size_t e)
{
    const char *name = c->s->endpoints[e].name;
    struct place at = place_in_endpoint(c, e, "name");

    for (size_t i = 0; *name && i < e; i++) {
        if (strcmp(c->s->endpoints[i].name, name) == 0) {
            fault_add(c->faults, at.file, at.line,
                      "endpoints[%zu].name: \"%s\" is the name of endpoints[%zu] too", e, name, i);
            return;
        }
    }
}

static void check_reference(const struct check *c, size_t e, const char *field, const char *name)
{
    struct place at = place_in_endpoint(c, e, field);

    if (!*name)
        return;
    if (strcmp(name, c->s->endpoints[e].name) == 0)
        fault_add(c->faults, at.file, at.line,
                  "endpoints[%zu].%s: must name another endpoint, not itself", e, field);
    else if (!endpoint_named(c->s, name))
        fault_add(c->faults, at.file, at.line,
                  "endpoints[%zu].%s: there is no endpoint called \"%s\"", e, field, name);
}

/* Endpoints that are each other's fallback would get nothing at all. */
static void check_fallback_ends(const struct check *c, size_t e)
{
    const struct endpoint *start = &c->s->endpoints[e], *at = start;
    struct place place = place_in_endpoint(c, e, "fallback");

    for (size_t i = 0; at && *at->fallback && i < c->s->endpoint_count; i++) {
        at = endpoint_named(c->s, at->fallback);
        if (at == start && i > 0) {
            fault_add(c->faults, place.file, place.line,
                      "endpoints[%zu].fallback: leads back to \"%s\"; nothing would be sent first",
                      e, start->name);
            return;
        }
    }
}

/* What only one format has, and what stands for it. */
static void check_format(const struct check *c, size_t e)
{
    const struct endpoint *p = &c->s->endpoints[e];
    enum alert_format format = alert_format_by_name(p->format);
    bool marked = strstr(p->url, "{secret}") != NULL;
    struct place at = place_in_endpoint(c, e, "format");

    if (format == FORMAT_TEMPLATE && !*p->template)
        fault_add(c->faults, at.file, at.line,
                  "endpoints[%zu].format: \"template\" needs template, the file, too", e);
    at = place_in_endpoint(c, e, "template");
    if (format != FORMAT_TEMPLATE && *p->template)
        fault_add(c->faults, at.file, at.line,
                  "endpoints[%zu].template: only with format = \"template\"", e);
    at = place_in_endpoint(c, e, "secret_file");
    if (format < FORMAT_COUNT && alert_format_secret(format) == SECRET_NONE && *p->secret_file)
        fault_add(c->faults, at.file, at.line,
                  "endpoints[%zu].secret_file: %s knows no signature; its key goes into "
                  "url_secret_file, with {secret} in url",
                  e, p->format);
    at = place_in_endpoint(c, e, "url_secret_file");
    if (*p->url_secret_file && *p->url && !marked)
        fault_add(c->faults, at.file, at.line,
                  "endpoints[%zu].url_secret_file: needs {secret} in url", e);
    at = place_in_endpoint(c, e, "url");
    if (marked && !*p->url_secret_file)
        fault_add(c->faults, at.file, at.line,
                  "endpoints[%zu].url: {secret} needs url_secret_file too", e);
}

static void check_files(const struct check *c, size_t e)
{
    static const char *const names[] = {"secret_file", "url_secret_file", "template"};
    char label[64];

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(label, sizeof label, "endpoints[%zu].%s", e, names[i]);
        check_need(c, setting_row_find("", names[i]), &c->s->endpoints[e],
                   place_in_endpoint(c, e, names[i]), label);
    }
}

static void check_endpoint(const struct check *c, size_t e)
{
    const struct endpoint *endpoint = &c->s->endpoints[e];
    struct place at;

    check_required(c, e, "name");
    check_required(c, e, "url");
    check_name_is_unique(c, e);
    check_reference(c, e, "fallback", endpoint->fallback);
    check_reference(c, e, "escalate_to", endpoint->escalate_to);
    check_fallback_ends(c, e);
    check_files(c, e);
    check_format(c, e);
    at = place_in_endpoint(c, e, "escalate_after_s");
    if (endpoint->escalate_after_s > 0 && !*endpoint->escalate_to)
        fault_add(c->faults, at.file, at.line,
                  "endpoints[%zu].escalate_after_s: needs escalate_to too", e);
}

void settings_check(const struct settings *s, const struct places *places,
                    struct fault_list *faults)
{
    const struct check c = {s, places, faults};

    check_groups(&c);
    for (size_t e = 0; e < s->endpoint_count; e++)
        check_endpoint(&c, e);
}
