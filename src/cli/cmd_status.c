#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "figures.h"
#include "shikumenctl.h"
#include "status_text.h"
#include "table.h"

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

/* What only the daemon knows; null while it is stopped. */
static void put_live(struct strbuf *out, const struct figures *f, const char *name)
{
    strbuf_printf(out, ",\n \"%s\":", name);
    strbuf_number(out, figures_live_number(f, name));
}

/* A member of the daemon's answer as it stands; null without it. */
static void put_as_is(struct strbuf *out, const struct figures *f, const char *name)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(f->live, name);
    char *text = member ? cJSON_PrintUnformatted(member) : NULL;

    strbuf_printf(out, ",\n \"%s\":%s", name, text ? text : "null");
    cJSON_free(text);
}

static void put_state(struct strbuf *out, const struct figures *f)
{
    const cJSON *reason;
    size_t n = 0;

    strbuf_printf(out, "{\"daemon\":\"%s\",\n \"state\":", f->live ? "running" : "stopped");
    put_text(out, status_state(f));
    strbuf_puts(out, ",\n \"reasons\":[");
    cJSON_ArrayForEach(reason, cJSON_GetObjectItemCaseSensitive(f->live, "reasons"))
    {
        strbuf_puts(out, n++ ? "," : "");
        put_text(out, cJSON_IsString(reason) ? reason->valuestring : "");
    }
    for (size_t i = 0; i < f->trouble_count; i++) {
        strbuf_puts(out, n++ ? "," : "");
        put_text(out, f->troubles[i]);
    }
    strbuf_puts(out, "],\n \"broker\":");
    put_text(out, figures_live_text(f, "broker"));
}

static void put_readings(struct strbuf *out, const struct figures *f)
{
    put_count(out, "shikumen_messages_received_total", f->messages);
    put_count(out, "shikumen_readings_received_total", f->received);
    put_count(out, "shikumen_readings_stored_total", f->stored);
    put_count(out, "shikumen_readings_duplicate_total", f->duplicate);
    put_count(out, "shikumen_readings_conflict_total", f->conflict);
    put_count(out, "shikumen_readings_expired_total", f->expired);
    strbuf_puts(out, ",\n \"shikumen_readings_quarantined_total\":{");
    for (size_t i = 0; i < f->reason_count; i++) {
        strbuf_puts(out, i ? "," : "");
        put_text(out, f->reasons[i].label);
        strbuf_printf(out, ":%" PRId64, f->reasons[i].n);
    }
    strbuf_printf(out, "},\n \"reconciles\":%s", figures_reconcile(f) ? "true" : "false");
}

static void put_deliveries(struct strbuf *out, const struct figures *f)
{
    strbuf_puts(out, ",\n \"shikumen_outbox_pending\":{");
    for (size_t i = 0; i < f->endpoint_count; i++) {
        strbuf_puts(out, i ? "," : "");
        put_text(out, f->endpoints[i].name);
        strbuf_printf(out, ":%" PRId64, f->endpoints[i].pending);
    }
    strbuf_puts(out, "},\n \"shikumen_deliveries_total\":{");
    for (size_t i = 0; i < f->endpoint_count; i++) {
        const struct endpoint_figures *e = &f->endpoints[i];
        strbuf_puts(out, i ? "," : "");
        put_text(out, e->name);
        strbuf_printf(out,
                      ":{\"delivered\":%" PRId64 ",\"failed\":%" PRId64 ",\"parked\":%" PRId64 "}",
                      e->delivered, e->failed, e->parked);
    }
    strbuf_putc(out, '}');
}

static void put_alerts(struct strbuf *out, const struct figures *f)
{
    put_count(out, "alerts_open", f->open_total);
    strbuf_puts(out, ",\n \"shikumen_alerts_open\":{\"level\":{");
    for (int level = LEVEL_BLUE; level <= LEVEL_RED; level++)
        strbuf_printf(out, "%s\"%d\":%" PRId64, level > LEVEL_BLUE ? "," : "", level,
                      status_open_of_level(f, level));
    strbuf_puts(out, "},\"category\":{");
    for (enum alert_category k = 0; k < CATEGORY_COUNT; k++)
        strbuf_printf(out, "%s\"%s\":%" PRId64, k ? "," : "", category_name(k),
                      status_open_of_category(f, k));
    strbuf_puts(out, "}}");
}

static void put_coverage(struct strbuf *out, const struct ctl *c, const struct figures *f)
{
    strbuf_puts(out, ",\n \"shikumen_coverage_ratio\":");
    if (!f->coverage) {
        strbuf_puts(out, "null");
        return;
    }
    strbuf_putc(out, '{');
    for (size_t i = 0; i < c->plan->registry->house_count; i++) {
        strbuf_puts(out, i ? "," : "");
        put_text(out, c->plan->registry->houses[i].id);
        strbuf_putc(out, ':');
        strbuf_number(out, f->coverage[i]);
    }
    strbuf_putc(out, '}');
}

static void put_json(struct strbuf *out, const struct ctl *c, const struct figures *f)
{
    put_state(out, f);
    put_readings(out, f);
    put_live(out, f, "shikumen_commits_total");
    put_as_is(out, f, "shikumen_commit_seconds");
    put_live(out, f, "shikumen_ingest_lag_seconds");
    put_live(out, f, "shikumen_assess_lag_seconds");
    put_deliveries(out, f);
    put_alerts(out, f);
    standing_json(&f->standing, out);
    put_count(out, "shikumen_sensors_silent", f->sensors_silent);
    put_count(out, "houses_unknown", f->houses_unknown);
    put_coverage(out, c, f);
    put_as_is(out, f, "version");
    put_as_is(out, f, "pid");
    put_as_is(out, f, "started");
    put_as_is(out, f, "loops");
    put_as_is(out, f, "ingested_seq");
    put_as_is(out, f, "assessed_seq");
    strbuf_puts(out, "}\n");
}

int cmd_status(struct ctl *c)
{
    struct figures f = {0};
    struct strbuf out = {0};
    int code = figures_take(c, &f), printed;

    if (!c->settings) {
        figures_free(&f);
        return code;
    }
    if (option_given(&c->options, OPTION_JSON))
        put_json(&out, c, &f);
    else
        status_text(c, &f, &out);
    printed = print_text(c, &out);
    strbuf_free(&out);
    figures_free(&f);
    return printed == EXIT_DONE ? code : printed;
}
