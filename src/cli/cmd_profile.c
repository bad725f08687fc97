#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "print.h"
#include "profile_text.h"
#include "shikumen/base/fault.h"
#include "shikumen/base/file.h"
#include "shikumen/io/zone_file.h"
#include "shikumen/svc/faults.h"
#include "shikumen/svc/profile_shelf.h"
#include "shikumen/view/words.h"
#include "shikumenctl.h"

#define PROFILE_MAX_BYTES (4u << 20)
#define PAYLOAD_MAX_BYTES (8u << 20)

/* --- loading --- */

static bool is_file(const char *name)
{
    size_t n = strlen(name);

    return strchr(name, '/') || (n > 5 && strcmp(name + n - 5, ".json") == 0);
}

static int cannot_read(const struct ctl *c, const char *file, enum err e)
{
    return ctl_fail(c, "无法读取 %s：%s", "cannot read %s: %s", file,
                    e == ERR_IO ? strerror(errno) : err_name(e));
}

/* The shipped profiles beside the program: PREFIX/share/shikumend/profiles, or those of the sources
 * that it was built from. */
static const char *shipped_folder(struct ctl *c)
{
    static const char *const places[] = {"../share/shikumend/profiles", "../../sensors/profiles",
                                         "../../../sensors/profiles"};
    char program[1024];
    ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
    char *slash = NULL;

    if (n > 0) {
        program[n] = '\0';
        slash = strrchr(program, '/');
    }
    for (size_t i = 0; slash && i < sizeof places / sizeof *places; i++) {
        const char *path =
            arena_printf(&c->arena, "%.*s/%s", (int)(slash - program), program, places[i]);
        if (path && access(path, R_OK | X_OK) == 0)
            return path;
    }
    return NULL;
}

/* The folder of profiles: as given, else that of the configuration, else the shipped one; "" when
 * there is none. */
static const char *folder_of(struct ctl *c)
{
    const char *folder;

    if (c->options.profiles)
        return c->options.profiles;
    if (access(c->options.config_file, R_OK) == 0) {
        ctl_try_settings(c);
        if (c->settings && access(c->settings->registry.profiles, R_OK | X_OK) == 0)
            return c->settings->registry.profiles;
    }
    folder = shipped_folder(c);
    return folder ? folder : "";
}

/* All profiles, and the one of the file where it is one. */
static int load(struct ctl *c, const char *profile, struct profile_shelf *shelf)
{
    struct fault_list faults = {0};
    struct strbuf text = {0};
    struct source_text extra = {.file = profile};
    bool file = profile && is_file(profile);
    enum err e = file ? file_read(profile, PROFILE_MAX_BYTES, &text) : ERR_OK;
    int code = e == ERR_OK ? EXIT_DONE : cannot_read(c, profile, e);

    extra.text = strbuf_text(&text);
    extra.len = text.len;
    if (code == EXIT_DONE) {
        e = profile_shelf_load(folder_of(c), file ? &extra : NULL, &faults, shelf);
        faults_tell(&faults, STDERR_FILENO);
        if (e != ERR_OK)
            code = e == ERR_CONFIG ? EXIT_BAD_CONFIG : ctl_result(c, e);
    }
    if (code == EXIT_DONE && !shelf->set)
        code = ctl_fail(c, "没有配置目录：请用 --profiles DIR 指明",
                        "there is no folder of profiles: name it with --profiles DIR");
    fault_list_free(&faults);
    strbuf_free(&text);
    return code;
}

static const struct profile *find(const struct profile_shelf *shelf, const char *name)
{
    const struct profile *p = profile_find(shelf->set, name);

    for (size_t i = 0; !p && is_file(name) && i < shelf->set->count; i++)
        if (strcmp(shelf->set->at[i].file, name) == 0)
            p = &shelf->set->at[i];
    return p;
}

/* --- list --- */

enum { COL_ID, COL_KIND, COL_FORMAT, COL_TITLE, COL_TOPIC, COL_VERSION, COL_FILE, COL_COUNT };

static const struct column column_table[COL_COUNT] = {
    [COL_ID] = {"id", "编号", "ID", false, 0},
    [COL_KIND] = {"inside", "位于", "INSIDE", false, 30},
    [COL_FORMAT] = {"format", "格式", "FORMAT", false, 0},
    [COL_TITLE] = {"title", "名称", "TITLE", false, 60},
    [COL_TOPIC] = {"topic", "主题", "TOPIC", false, 50},
    [COL_VERSION] = {"version", NULL, NULL, true, 0},
    [COL_FILE] = {"file", NULL, NULL, false, 0},
};

static enum err add_row(struct table *t, const struct profile *p)
{
    struct cell *row = table_row(t);

    if (!row)
        return ERR_NOMEM;
    row[COL_ID] = cell_text(t, p->id);
    row[COL_KIND] = cell_text(t, p->inside_count ? p->inside[0] : "");
    row[COL_FORMAT] = cell_text(t, p->inside_count ? "" : profile_format_name(p->format));
    row[COL_TITLE] = cell_text(t, p->title);
    row[COL_TOPIC] = cell_text(t, p->topic_count ? p->topics[0] : "");
    row[COL_VERSION] = cell_int(p->version);
    row[COL_FILE] = cell_text(t, p->file);
    return ERR_OK;
}

static int list(struct ctl *c, const struct profile_shelf *shelf)
{
    struct table t;
    enum err e = ERR_OK;
    int code;

    table_begin(&t, &c->desk, column_table, COL_COUNT);
    for (size_t i = 0; i < shelf->set->count && e == ERR_OK; i++)
        e = add_row(&t, &shelf->set->at[i]);
    code = ctl_result(c, e);
    if (code == EXIT_DONE)
        code = table_print(c, &t, "没有配置", "there are no profiles");
    table_end(&t);
    return code;
}

/* --- test --- */

/* What was said of the rules, for people. */
struct sayings {
    struct ctl *c;
    struct strbuf text;
};

static void say(void *context, const char *profile, const char *words)
{
    struct sayings *s = context;

    strbuf_printf(&s->text, "  %s: %s\n", profile,
                  ctl_clean(s->c, word_wording(&s->c->desk, words)));
}

static int print_result(struct ctl *c, const struct profile_shelf *shelf,
                        const struct profile_result *r, const struct strbuf *said)
{
    struct strbuf out = {0};
    int code;

    if (option_given(&c->options, OPTION_JSON))
        profile_result_json(r, &out);
    else
        profile_text(c, shelf->set, r, strbuf_text(said), &out);
    code = print_text(c, &out);
    strbuf_free(&out);
    if (code == EXIT_DONE && !r->ignored && r->reading_count + r->state_count == 0)
        code = EXIT_FAILED;
    return code;
}

static int read_payload(struct ctl *c, const char *file, struct strbuf *out)
{
    enum err e = ERR_OK;
    char chunk[4096];
    size_t n;

    if (strcmp(file, "-") != 0) {
        e = file_read(file, PAYLOAD_MAX_BYTES, out);
        return e == ERR_OK ? EXIT_DONE : cannot_read(c, file, e);
    }
    while ((n = fread(chunk, 1, sizeof chunk, stdin)) > 0 && out->len < PAYLOAD_MAX_BYTES)
        strbuf_append(out, chunk, n);
    return out->failed ? ctl_result(c, ERR_NOMEM) : EXIT_DONE;
}

/* The plainest envelope for bytes or an object alone: that of LORIOT, all in one level. */
static void wrap(struct ctl *c, const struct profile *p, struct strbuf *payload)
{
    const char *port = c->options.port ? c->options.port : p->port_count ? p->ports[0] : "1";
    struct strbuf whole = {0};
    bool object = option_given(&c->options, OPTION_OBJECT);

    strbuf_printf(&whole,
                  "{\"cmd\":\"rx\",\"EUI\":\"0000000000000001\",\"port\":%d,\"%s\":", atoi(port),
                  object ? "decoded" : "data");
    if (object) {
        strbuf_append(&whole, strbuf_text(payload), payload->len);
    } else {
        strbuf_putc(&whole, '"');
        for (const char *h = c->options.hex; *h; h++)
            if (*h != ' ' && *h != ':' && *h != '"' && *h != '\\')
                strbuf_putc(&whole, *h);
        strbuf_putc(&whole, '"');
    }
    strbuf_putc(&whole, '}');
    strbuf_free(payload);
    *payload = whole;
}

/* The zone of local times: as given, else the configuration's; *known false: there is none. */
static int take_zone(struct ctl *c, bool *known)
{
    *known = true;
    if (c->options.timezone) {
        if (zone_list_add(&c->zones, c->options.timezone, &c->desk.zone) == ERR_OK)
            return EXIT_DONE;
        return ctl_fail(c, "--timezone：没有时区 %s（例如 Asia/Shanghai、UTC、+08:00）",
                        "--timezone: there is no time zone %s (as Asia/Shanghai, UTC, +08:00)",
                        c->options.timezone);
    }
    if (access(c->options.config_file, R_OK) == 0)
        ctl_try_settings(c);
    *known = c->settings != NULL;
    return EXIT_DONE;
}

static void say_zone(struct ctl *c, const struct profile_result *r, bool known)
{
    if (r->uses_district_zone && !known)
        ctl_say(c,
                "报文中的当地时间未写明时区，也没有可读的配置：按 UTC 读取（用 --timezone 指明）",
                "a local time of the message names no zone, and there is no configuration to read: "
                "taken as "
                "UTC (name it with --timezone)");
}

static int decode(struct ctl *c, const struct profile_shelf *shelf, const struct profile *only,
                  const struct strbuf *payload)
{
    struct sayings said = {.c = c};
    struct profile_context context = profile_shelf_context(shelf, NULL);
    struct profile_result result;
    struct message m = {.topic = c->options.topic ? c->options.topic : "",
                        .payload = strbuf_text(payload),
                        .payload_len = payload->len};
    bool zone_known;
    int code = take_zone(c, &zone_known);

    if (code != EXIT_DONE)
        return code;
    context.only = only;
    context.any_topic = !c->options.topic;
    context.say = say;
    context.say_context = &said;
    context.district_zone = c->desk.zone;
    m.rx_us = option_given(&c->options, OPTION_RX) ? c->options.rx_us : c->desk.now_us;
    code = ctl_result(c, profile_decode(&context, &m, &c->arena, &result));
    if (code == EXIT_DONE && result.senml)
        code = ctl_result(c, profile_read_senml(&m, &c->arena, &result));
    if (code == EXIT_DONE)
        say_zone(c, &result, zone_known);
    if (code == EXIT_DONE)
        code = print_result(c, shelf, &result, &said.text);
    strbuf_free(&said.text);
    return code;
}

/* "any" in the place of a profile: all of them, as the daemon tries them. */
static bool is_any(const char *name)
{
    return strcmp(name, "any") == 0;
}

static int test(struct ctl *c, const struct profile_shelf *shelf)
{
    struct strbuf payload = {0};
    const struct profile *only = find(shelf, c->options.arguments[1]);
    bool any = !only && is_any(c->options.arguments[1]);
    int code = c->options.hex ? EXIT_DONE : read_payload(c, c->options.arguments[2], &payload);

    if (code == EXIT_DONE && any && (!c->options.topic || c->options.hex))
        code = ctl_fail(c, "any 需要完整的报文及其 --topic",
                        "any needs a whole message and its --topic");
    if (code == EXIT_DONE && !only && !any)
        code = ctl_fail(c, "没有名为 %s 的配置（见 profile list）",
                        "there is no profile %s (see profile list)", c->options.arguments[1]);
    if (code == EXIT_DONE && (c->options.hex || option_given(&c->options, OPTION_OBJECT)))
        wrap(c, only, &payload);
    if (code == EXIT_DONE)
        code = decode(c, shelf, only, &payload);
    strbuf_free(&payload);
    return code;
}

int cmd_profile(struct ctl *c)
{
    const char *verb = c->options.arguments[0];
    bool is_list = strcmp(verb, "list") == 0 && c->options.argument_count == 1;
    bool is_test =
        strcmp(verb, "test") == 0 && c->options.argument_count == (c->options.hex ? 2 : 3);
    struct profile_shelf shelf = {0};
    int code;

    if (!is_list && !is_test) {
        options_refuse("用法 usage: profile list | profile test PROFILE FILE, 不是 not: ", verb);
        return EXIT_USAGE;
    }
    code = load(c, is_test ? c->options.arguments[1] : NULL, &shelf);
    if (code == EXIT_DONE)
        code = is_list ? list(c, &shelf) : test(c, &shelf);
    profile_shelf_free(&shelf);
    return code;
}
