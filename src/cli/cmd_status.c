#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "figures.h"
#include "print.h"
#include "shikumen/view/table.h"
#include "shikumenctl.h"
#include "status_load.h"
#include "status_metrics.h"
#include "status_text.h"

static void put_text(struct strbuf *out, const char *text)
{
    strbuf_json_string(out, text, strlen(text));
}

static void put_count(struct strbuf *out, const char *name, int64_t n)
{
    strbuf_printf(out, ",\n \"%s\":", name);
    if (n < 0)
        strbuf_puts(out, "null");
    else
        strbuf_printf(out, "%" PRId64, n);
}

/* A member of the daemon's answer as it stands; null without it. */
static void put_as_is(struct strbuf *out, const struct figures *f, const char *name)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(f->live, name);
    char *text = member ? cJSON_PrintUnformatted(member) : NULL;

    strbuf_printf(out, ",\n \"%s\":%s", name, text ? text : "null");
    cJSON_free(text);
}

/* What the daemon says, and what was found here. */
static void put_reasons(struct strbuf *out, const struct figures *f, const char *name)
{
    const cJSON *reason;
    size_t n = 0;

    cJSON_ArrayForEach(reason, cJSON_GetObjectItemCaseSensitive(f->live, name))
    {
        strbuf_puts(out, n++ ? "," : "");
        put_text(out, cJSON_IsString(reason) ? reason->valuestring : "");
    }
    for (size_t i = 0; i < f->trouble_count; i++) {
        strbuf_puts(out, n++ ? "," : "");
        put_text(out, f->troubles[i]);
    }
}

static void put_state(struct strbuf *out, const struct figures *f)
{
    strbuf_printf(out, "{\"daemon\":\"%s\",\n \"state\":", f->live ? "running" : "stopped");
    put_text(out, status_state(f));
    strbuf_puts(out, ",\n \"reasons\":[");
    put_reasons(out, f, "reasons");
    strbuf_puts(out, "],\n \"reasons_zh\":[");
    put_reasons(out, f, "reasons_zh");
    strbuf_puts(out, "],\n \"broker\":");
    put_text(out, figures_live_text(f, "broker"));
}

/* Every figure that has a name in metrics comes of their table. */
static void put_json(struct strbuf *out, const struct ctl *c, const struct figures *f,
                     const struct metrics *m)
{
    put_state(out, f);
    metrics_json(m, out);
    strbuf_printf(out, ",\n \"reconciles\":%s", figures_reconcile(f) ? "true" : "false");
    put_count(out, "alerts_open", f->db.open_total);
    load_json(c, &f->db.load, out);
    standing_json(&f->standing, out);
    put_count(out, "houses_unknown", f->houses_unknown);
    put_as_is(out, f, "version");
    put_as_is(out, f, "pid");
    put_as_is(out, f, "started");
    put_as_is(out, f, "loops");
    put_as_is(out, f, "http");
    put_as_is(out, f, "files");
    put_as_is(out, f, "ingested_seq");
    put_as_is(out, f, "assessed_seq");
    strbuf_puts(out, "}\n");
}

static int say(struct ctl *c, const struct figures *f)
{
    struct strbuf out = {0};
    struct metrics m;
    int code;

    if (!option_given(&c->options, OPTION_JSON))
        status_text(c, f, &out);
    else if (status_metrics(c, f, &m) == ERR_OK)
        put_json(&out, c, f, &m);
    else
        return ctl_result(c, ERR_NOMEM);
    code = print_text(c, &out);
    strbuf_free(&out);
    return code;
}

int cmd_status(struct ctl *c)
{
    struct figures f = {0};
    int code = figures_take(c, &f), said;

    if (!c->desk.settings) {
        figures_free(&f);
        return code;
    }
    said = say(c, &f);
    figures_free(&f);
    return said == EXIT_DONE ? code : said;
}
