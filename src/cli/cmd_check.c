#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "check_tables.h"
#include "print.h"
#include "shikumen/svc/faults.h"
#include "shikumenctl.h"

/* Whether the daemon will be able to work on the store. */
struct store_check {
    const char *directory, *readings, *state; /* "ok", "absent", or what is wrong */
    bool good;
};

/* --- the store --- */

static const char *absent_or(struct ctl *c, enum err e, const char *why)
{
    const char *text;

    if (e == ERR_OK || e == ERR_NOTFOUND)
        return e == ERR_OK ? "ok" : "absent";
    text = arena_printf(&c->arena, "%s: %s", err_name(e), why);
    return text ? text : err_name(e);
}

static const char *check_directory(struct ctl *c, const char *path)
{
    const char *text;

    if (access(path, R_OK | W_OK | X_OK) == 0)
        return "ok";
    if (errno == ENOENT)
        return "absent";
    text = arena_printf(&c->arena, "%s", strerror(errno));
    return text ? text : "error";
}

static bool is_fine(const char *verdict)
{
    return strcmp(verdict, "ok") == 0 || strcmp(verdict, "absent") == 0;
}

static struct store_check check_store(struct ctl *c)
{
    const char *path = c->desk.settings->store.path;
    struct store_check s = {.directory = check_directory(c, path)};
    char why[512] = "";
    enum err e = reader_open(path, why, sizeof why, &c->desk.readings);

    s.readings = absent_or(c, e, why);
    e = state_open(path, STATE_READ_ONLY, why, sizeof why, &c->desk.state);
    s.state = absent_or(c, e, why);
    s.good = is_fine(s.directory) && is_fine(s.readings) && is_fine(s.state);
    return s;
}

/* --- the report --- */

struct report {
    struct ctl *c;
    struct store_check store;
    struct check_tables tables;
};

static size_t count_unlimited(const struct registry *r)
{
    size_t count = 0;

    for (size_t i = 0; i < r->sensor_count; i++)
        count += !r->sensors[i].limits;
    return count;
}

static size_t count_profiles(const struct plan *p)
{
    return p->profiles.set ? p->profiles.set->count : 0;
}

static void put_store_json(struct strbuf *out, const struct report *r)
{
    const struct store_check *s = &r->store;
    const char *const members[][2] = {{"path", r->c->desk.settings->store.path},
                                      {"directory", s->directory},
                                      {"readings_db", s->readings},
                                      {"state_db", s->state}};

    strbuf_puts(out, ",\n \"store\":{");
    for (size_t i = 0; i < 4; i++) {
        strbuf_printf(out, "%s\"%s\":", i ? "," : "", members[i][0]);
        strbuf_json_string(out, members[i][1], strlen(members[i][1]));
    }
    strbuf_putc(out, '}');
}

static void put_json(struct strbuf *out, const struct report *r)
{
    const struct registry *g = r->c->plan->registry;

    strbuf_printf(out,
                  "{\"ok\":%s,\n \"faults\":[],\n \"houses\":%zu,\n \"elements\":%zu,\n"
                  " \"nodes\":%zu,\n \"sensors\":%zu,\n \"sensors_without_limits\":%zu,\n"
                  " \"epochs\":%zu,\n \"profiles\":%zu,\n \"quantities\":",
                  r->store.good ? "true" : "false", g->house_count, g->element_count, g->node_count,
                  g->sensor_count, count_unlimited(g), g->epoch_count, count_profiles(r->c->plan));
    table_json(&r->tables.quantities, out);
    strbuf_puts(out, ",\n \"limit_sets\":");
    table_json(&r->tables.sets, out);
    strbuf_puts(out, ",\n \"endpoints\":");
    table_json(&r->tables.endpoints, out);
    put_store_json(out, r);
    strbuf_puts(out, "}\n");
}

static void put_section(struct ctl *c, struct strbuf *out, const struct table *t, const char *none)
{
    strbuf_putc(out, '\n');
    if (t->rows > 0)
        table_text(c, t, out);
    else
        strbuf_printf(out, "%s\n", none);
}

static const char *verdict_word(const struct ctl *c, const char *verdict)
{
    if (strcmp(verdict, "ok") == 0)
        return ctl_word(c, "正常", "ok");
    return strcmp(verdict, "absent") == 0 ? ctl_word(c, "尚不存在", "not there yet") : verdict;
}

static void put_text(struct strbuf *out, const struct report *r)
{
    struct ctl *c = r->c;
    const struct registry *g = c->plan->registry;

    desk_put(&c->desk, out, "%s：房屋 %zu，构件 %zu，节点 %zu，测点 %zu\n",
             "%s: %zu houses, %zu elements, %zu nodes, %zu sensors\n", c->desk.settings->file,
             g->house_count, g->element_count, g->node_count, g->sensor_count);
    put_section(c, out, &r->tables.quantities,
                ctl_word(c, "没有登记测点", "no sensors are registered"));
    put_section(c, out, &r->tables.sets, ctl_word(c, "没有限值组", "no limit sets"));
    put_section(c, out, &r->tables.endpoints,
                ctl_word(c, "没有接收方：告警不会发出", "no endpoints: alerts go nowhere"));
    strbuf_printf(out, "\n%s: %s\nreadings.db: %s\nstate.db: %s\n", c->desk.settings->store.path,
                  verdict_word(c, r->store.directory), verdict_word(c, r->store.readings),
                  verdict_word(c, r->store.state));
}

static int print_report(struct report *r)
{
    struct strbuf out = {0};
    int code = ctl_result(r->c, check_tables_fill(&r->tables, r->c->plan));

    if (code != EXIT_DONE)
        return code;
    if (option_given(&r->c->options, OPTION_JSON))
        put_json(&out, r);
    else
        put_text(&out, r);
    code = print_text(r->c, &out);
    strbuf_free(&out);
    if (code == EXIT_DONE && !r->store.good)
        code = ctl_fail(r->c, "存储 %s 不可用", "the store %s cannot be used",
                        r->c->desk.settings->store.path);
    return code;
}

static void put_faults(struct strbuf *out, const struct fault_list *faults)
{
    struct strbuf zh = {0};

    strbuf_puts(out, "{\"ok\":false,\n \"faults\":[");
    for (const struct fault *f = faults->first; f; f = f->next) {
        strbuf_puts(out, f == faults->first ? "{\"file\":" : ",\n  {\"file\":");
        strbuf_json_string(out, f->file, strlen(f->file));
        strbuf_printf(out, ",\"line\":%d,\"text\":", f->line);
        strbuf_json_string(out, f->text, strlen(f->text));
        strbuf_clear(&zh);
        strbuf_puts(out, ",\"text_zh\":");
        if (fault_put_zh(f, &zh))
            strbuf_json_string(out, strbuf_text(&zh), zh.len);
        else
            strbuf_json_string(out, f->text, strlen(f->text));
        strbuf_putc(out, '}');
    }
    strbuf_puts(out, "]}\n");
    strbuf_free(&zh);
}

/* Faults go to stderr, a line each; with --json to stdout as well. */
static int refuse(struct ctl *c, enum err e, const struct fault_list *faults)
{
    struct strbuf out = {0};
    int code = EXIT_DONE;

    if (e != ERR_CONFIG)
        return ctl_result(c, e);
    faults_tell(faults, STDERR_FILENO);
    put_faults(&out, faults);
    if (option_given(&c->options, OPTION_JSON))
        code = print_text(c, &out);
    strbuf_free(&out);
    return code == EXIT_DONE ? EXIT_BAD_CONFIG : code;
}

int cmd_check(struct ctl *c)
{
    struct fault_list faults = {0};
    struct report report = {.c = c};
    enum err e = ctl_plan_load(c, &faults);
    int code;

    if (e != ERR_OK) {
        code = refuse(c, e, &faults);
    } else {
        report.store = check_store(c);
        check_tables_begin(&report.tables, &c->desk);
        code = print_report(&report);
        check_tables_end(&report.tables);
    }
    fault_list_free(&faults);
    return code;
}
