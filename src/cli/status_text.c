#include "status_text.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "display.h"
#include "print.h"
#include "shikumen/base/utc.h"
#include "shikumen/view/table.h"
#include "shikumen/view/when.h"
#include "shikumen/view/words.h"
#include "status_files.h"
#include "status_load.h"

#define LABEL_COLUMNS 12

const char *status_state(const struct figures *f)
{
    const char *state = figures_live_text(f, "state");

    if (!f->live)
        return "stopped";
    return f->trouble_count > 0 || !*state ? "degraded" : state;
}

int64_t status_open_of_level(const struct figures *f, int level)
{
    int64_t n = 0;

    for (int k = 0; k < CATEGORY_COUNT; k++)
        n += f->db.open[level][k];
    return n;
}

int64_t status_open_of_category(const struct figures *f, enum alert_category category)
{
    int64_t n = 0;

    for (int level = 0; level <= LEVEL_RED; level++)
        n += f->db.open[level][category];
    return n;
}

static void put_label(const struct ctl *c, struct strbuf *out, const char *zh, const char *en)
{
    struct strbuf padded = {0};

    display_pad(&padded, ctl_word(c, zh, en), LABEL_COLUMNS, false);
    tint_put(c, out, TINT_GREY, strbuf_text(&padded));
    strbuf_free(&padded);
}

/* --- the daemon --- */

static void put_daemon(struct ctl *c, struct strbuf *out, const struct figures *f)
{
    char time[WHEN_TEXT_SIZE];
    int64_t started_us;

    put_label(c, out, "守护进程", "daemon");
    if (!f->live) {
        tint_put(c, out, TINT_YELLOW, ctl_word(c, "已停止", "stopped"));
        strbuf_putc(out, '\n');
        return;
    }
    tint_put(c, out, TINT_GREEN, ctl_word(c, "运行中", "running"));
    strbuf_printf(out, ", pid %.0f", figures_live_number(f, "pid"));
    if (utc_parse(figures_live_text(f, "started"), &started_us) == ERR_OK)
        strbuf_printf(out, ", %s %s (%s)", ctl_word(c, "启动于", "since"),
                      when_local(c->desk.zone, started_us, time), c->desk.zone->name);
    strbuf_putc(out, '\n');
    put_label(c, out, "消息代理", "broker");
    strbuf_printf(out, "%s\n",
                  ctl_clean(c, word_wording(&c->desk, figures_live_text(f, "broker"))));
}

static void put_state(struct ctl *c, struct strbuf *out, const struct figures *f)
{
    const char *state = status_state(f);
    bool ok = strcmp(state, "ok") == 0;
    const cJSON *reason;

    if (f->live) {
        put_label(c, out, "状态", "state");
        tint_put(c, out, ok ? TINT_GREEN : TINT_RED,
                 ok ? ctl_word(c, "正常", "ok") : ctl_word(c, "降级", "degraded"));
        strbuf_putc(out, '\n');
    }
    cJSON_ArrayForEach(reason, cJSON_GetObjectItemCaseSensitive(f->live, "reasons"))
    {
        put_label(c, out, "", "");
        strbuf_printf(out, "%s\n",
                      ctl_clean(c, cJSON_IsString(reason)
                                       ? word_wording(&c->desk, reason->valuestring)
                                       : ""));
    }
}

/* --- readings --- */

static void put_readings(const struct ctl *c, struct strbuf *out, const struct figures *f)
{
    put_label(c, out, "读数", "readings");
    desk_put(
        &c->desk, out, "收到 %" PRId64 " %s 已存 %" PRId64 " + 重复 %" PRId64 " + 隔离 %" PRId64,
        "received %" PRId64 " %s stored %" PRId64 " + duplicate %" PRId64 " + quarantined %" PRId64,
        f->db.received, figures_reconcile(f) ? "=" : "≠", f->db.stored, f->db.duplicate,
        f->db.quarantined);
    if (f->db.conflict > 0)
        strbuf_printf(out, " (%s %" PRId64 ")", ctl_word(c, "重复中数值不同", "conflicting"),
                      f->db.conflict);
    strbuf_putc(out, '\n');
    put_label(c, out, "消息", "messages");
    strbuf_printf(out, "%" PRId64 "\n", f->db.messages);
    for (size_t i = 0; i < f->db.reason_count; i++) {
        if (i == 0)
            put_label(c, out, "隔离", "quarantine");
        strbuf_printf(out, "%s%s %" PRId64 "%s", i ? ", " : "",
                      word_refusal(&c->desk, f->db.reasons[i].label), f->db.reasons[i].n,
                      i + 1 == f->db.reason_count ? "\n" : "");
    }
}

static void put_lags(const struct ctl *c, struct strbuf *out, const struct figures *f)
{
    double ingest_s = figures_live_number(f, "shikumen_ingest_lag_seconds");
    double assess_s = figures_live_number(f, "shikumen_assess_lag_seconds");

    if (isnan(ingest_s) || isnan(assess_s))
        return;
    put_label(c, out, "滞后", "lag");
    desk_put(&c->desk, out, "接收 %.1f s, 评估 %.1f s\n", "ingest %.1f s, assess %.1f s\n",
             ingest_s, assess_s);
}

/* --- conclusions --- */

static void put_alerts(const struct ctl *c, struct strbuf *out, const struct figures *f)
{
    put_label(c, out, "未结告警", "alerts open");
    strbuf_printf(out, "%" PRId64, f->db.open_total);
    for (int level = LEVEL_RED; level >= LEVEL_BLUE; level--) {
        int64_t n = status_open_of_level(f, level);
        if (n == 0)
            continue;
        strbuf_puts(out, "  ");
        tint_put(c, out, tint_of_level(level), word_level(&c->desk, level));
        strbuf_printf(out, ": %" PRId64, n);
    }
    strbuf_putc(out, '\n');
}

static void put_silence(const struct ctl *c, struct strbuf *out, const struct figures *f)
{
    if (f->sensors_silent < 0)
        return;
    put_label(c, out, "静默测点", "silent");
    desk_put(&c->desk, out, "%" PRId64 "；现状未知的房屋 %" PRId64 "\n",
             "%" PRId64 " sensors; %" PRId64 " houses unknown\n", f->sensors_silent,
             f->houses_unknown);
}

static bool is_configured(const struct ctl *c, const char *endpoint)
{
    const struct settings *s = c->desk.settings;
    size_t i = 0;

    while (i < s->endpoint_count && strcmp(s->endpoints[i].name, endpoint) != 0)
        i++;
    return i < s->endpoint_count;
}

static void put_deliveries(struct ctl *c, struct strbuf *out, const struct figures *f)
{
    for (size_t i = 0; i < f->db.endpoint_count; i++) {
        const struct endpoint_figures *e = &f->db.endpoints[i];
        put_label(c, out, i ? "" : "投递", i ? "" : "deliveries");
        desk_put(&c->desk, out,
                 "%s：待发 %" PRId64 "，已送达 %" PRId64 "，失败 %" PRId64 "，搁置 %" PRId64,
                 "%s: %" PRId64 " pending, %" PRId64 " delivered, %" PRId64 " failed, %" PRId64
                 " parked",
                 ctl_clean(c, e->name), e->pending, e->delivered, e->failed, e->parked);
        if (*e->last_error)
            strbuf_printf(out, " (%s)", ctl_clean(c, e->last_error));
        if (e->pending > 0 && !is_configured(c, e->name))
            strbuf_puts(out, ctl_word(c, "；配置中已没有此接收方，待发的留存",
                                      "; no longer configured: what is pending is kept"));
        strbuf_putc(out, '\n');
    }
}

static void put_coverage(const struct ctl *c, struct strbuf *out, const struct figures *f)
{
    for (size_t i = 0; f->coverage && i < c->plan->registry->house_count; i++) {
        const struct house *h = &c->plan->registry->houses[i];
        put_label(c, out, i ? "" : "覆盖率", i ? "" : "coverage");
        if (isnan(f->coverage[i]))
            strbuf_printf(out, "%s –\n", h->id);
        else
            strbuf_printf(out, "%s %.0f %%\n", h->id, 100 * f->coverage[i]);
    }
}

void status_text(struct ctl *c, const struct figures *f, struct strbuf *out)
{
    put_daemon(c, out, f);
    put_state(c, out, f);
    put_readings(c, out, f);
    files_text(c, f, put_label, out);
    put_lags(c, out, f);
    put_alerts(c, out, f);
    load_text(c, &f->db.load, put_label, out);
    standing_text(c, &f->standing, put_label, out);
    put_silence(c, out, f);
    put_deliveries(c, out, f);
    put_coverage(c, out, f);
}
