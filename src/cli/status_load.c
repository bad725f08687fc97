#include "status_load.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "print.h"
#include "shikumen/view/words.h"

/* --- for programs --- */

static void put_text_or_null(struct strbuf *out, const char *name, const char *text)
{
    strbuf_printf(out, ",\"%s\":", name);
    if (*text)
        strbuf_json_string(out, text, strlen(text));
    else
        strbuf_puts(out, "null");
}

static void put_cause(const struct alarm_cause *cause, struct strbuf *out)
{
    if (cause->count == 0) {
        strbuf_puts(out, "null");
        return;
    }
    strbuf_printf(out, "{\"alerts\":%" PRId64, cause->count);
    put_text_or_null(out, "sensor", cause->sensor);
    put_text_or_null(out, "house", cause->house);
    put_text_or_null(out, "category", cause->by_sensor ? "" : category_name(cause->category));
    put_text_or_null(out, "kind", cause->by_sensor ? "" : alert_kind_name(cause->kind));
    put_text_or_null(out, "of", *cause->limit ? limit_of_name(cause->of) : "");
    put_text_or_null(out, "limit", cause->limit);
    strbuf_putc(out, '}');
}

void load_json(const struct ctl *c, const struct load_figures *l, struct strbuf *out)
{
    strbuf_printf(
        out, ",\n \"alarm_load\":{\"alerts_7d\":%" PRId64 ",\"per_house_week\":", l->week.count);
    strbuf_number(out, l->houses > 0 ? (double)l->week.count / l->houses : (double)NAN);
    strbuf_puts(out, ",\"budget_per_house_week\":");
    strbuf_number(out, c->desk.settings->alerts.budget_per_house_week);
    strbuf_puts(out, ",\"allowed_7d\":");
    strbuf_number(out, l->allowed);
    strbuf_printf(out, ",\"over_budget\":%s,\"acknowledge_within_h\":%d,\"cause\":",
                  l->over ? "true" : "false", c->desk.settings->alerts.acknowledge_within_h);
    put_cause(&l->week.cause, out);
    strbuf_putc(out, '}');
}

/* --- for people --- */

/* "structure 2, system 1"; nothing when there are none. */
static void say_categories(const struct ctl *c, struct strbuf *out,
                           const struct alarm_counts *counts)
{
    const char *between = " (";

    for (enum alert_category k = 0; k < CATEGORY_COUNT; k++) {
        int64_t n = 0;
        for (int level = LEVEL_BLUE; level <= LEVEL_RED; level++)
            n += counts->n[k][level];
        if (n == 0)
            continue;
        strbuf_printf(out, "%s%s %" PRId64, between, word_category(&c->desk, k), n);
        between = ", ";
    }
    strbuf_puts(out, *between == ',' ? ")" : "");
}

static void say_week(struct ctl *c, const struct load_figures *l, struct strbuf *out)
{
    desk_put(&c->desk, out, "近 7 天 %" PRId64 " 条", "%" PRId64 " alerts in 7 days",
             l->week.count);
    say_categories(c, out, &l->figures.week);
    if (l->houses > 0)
        desk_put(&c->desk, out, "，每户 %.3g（预算 %.3g，近 7 天不超过 %.3g 条）",
                 ", %.3g per house (budget %.3g; at most %.3g in 7 days)",
                 (double)l->week.count / l->houses, c->desk.settings->alerts.budget_per_house_week,
                 l->allowed);
    if (l->over) {
        strbuf_puts(out, ctl_word(c, "：", ": "));
        tint_put(c, out, TINT_YELLOW, ctl_word(c, "超出预算", "over budget"));
    }
    strbuf_putc(out, '\n');
}

static void say_cause(struct ctl *c, const struct load_figures *l, struct strbuf *out)
{
    const struct alarm_cause *cause = &l->week.cause;
    double share = 100.0 * (double)cause->count / (double)l->week.count;

    if (cause->by_sensor)
        desk_put(&c->desk, out, "主要来自 %s：%" PRId64 " 条，%.0f%%\n",
                 "mostly from %s: %" PRId64 ", %.0f %%\n", ctl_clean(c, cause->sensor),
                 cause->count, share);
    else
        desk_put(&c->desk, out, "最多的是 %s“%s”%s%s：%" PRId64 " 条，%.0f%%\n",
                 "most of %s \"%s\"%s%s: %" PRId64 ", %.0f %%\n",
                 word_category(&c->desk, cause->category), word_kind(&c->desk, cause->kind),
                 *cause->limit ? " " : "", ctl_clean(c, cause->limit), cause->count, share);
}

static void say_states(struct ctl *c, const struct load_figures *l, struct strbuf *out)
{
    const struct alarm_figures *f = &l->figures;

    desk_put(&c->desk, out, "已通知未结 %" PRId64, "%" PRId64 " open and told",
             alarm_sum(&f->standing));
    say_categories(c, out, &f->standing);
    desk_put(&c->desk, out, "，反复 %" PRId64, ", %" PRId64 " chattering",
             alarm_sum(&f->chattering));
    desk_put(&c->desk, out, "，30 天无变化 %" PRId64, ", %" PRId64 " unchanged for 30 days",
             alarm_sum(&f->stale));
    desk_put(&c->desk, out, "，待确认 %" PRId64 "\n", ", %" PRId64 " to be acknowledged\n",
             alarm_sum(&f->unacknowledged));
}

static void say_answers(struct ctl *c, const struct load_figures *l, struct strbuf *out)
{
    int64_t due = alarm_sum(&l->figures.due), in_time = alarm_sum(&l->figures.in_time);

    desk_put(&c->desk, out,
             "近 28 天橙色、红色：%" PRId64 " 条中 %" PRId64 " 条在 %d 小时内确认（%.0f%%）\n",
             "orange and red of 28 days: of %" PRId64 ", %" PRId64
             " acknowledged within %d h (%.0f %%)\n",
             due, in_time, c->desk.settings->alerts.acknowledge_within_h,
             100.0 * (double)in_time / (double)due);
}

void load_text(struct ctl *c, const struct load_figures *l, standing_label_fn *label,
               struct strbuf *out)
{
    label(c, out, "告警负荷", "alarm load");
    say_week(c, l, out);
    if (l->week.count > 0) {
        label(c, out, "", "");
        say_cause(c, l, out);
    }
    label(c, out, "", "");
    say_states(c, l, out);
    if (alarm_sum(&l->figures.due) == 0)
        return;
    label(c, out, "", "");
    say_answers(c, l, out);
}
