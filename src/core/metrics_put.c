#include "shikumen/core/metrics.h"

#include <math.h>
#include <string.h>

/* --- JSON --- */

struct json {
    struct strbuf *out;
    const char *group; /* the first of two labels, whose object is open; NULL: none */
    size_t count;
};

static void put_name(struct strbuf *out, const char *name)
{
    strbuf_json_string(out, name, strlen(name));
    strbuf_putc(out, ':');
}

static void json_number(void *context, const struct metric_sample *s)
{
    struct json *j = context;

    strbuf_number(j->out, s->value);
}

static void json_member(void *context, const struct metric_sample *s)
{
    struct json *j = context;

    strbuf_puts(j->out, j->count++ ? "," : "{");
    put_name(j->out, s->labels[0]);
    strbuf_number(j->out, s->value);
}

static void json_nested(void *context, const struct metric_sample *s)
{
    struct json *j = context;
    bool same = j->group && strcmp(j->group, s->labels[0]) == 0;

    if (!same) {
        strbuf_puts(j->out, j->group ? "}," : "{");
        put_name(j->out, s->labels[0]);
        j->group = s->labels[0];
    }
    strbuf_puts(j->out, same ? "," : "{");
    put_name(j->out, s->labels[1]);
    strbuf_number(j->out, s->value);
}

static void json_labelled(const struct metric *m, const struct metrics *values, struct strbuf *out)
{
    struct json j = {out, NULL, 0};

    if (!m->each(m, values, m->labels[1] ? json_nested : json_member, &j))
        strbuf_puts(out, "null");
    else if (j.group)
        strbuf_puts(out, "}}");
    else
        strbuf_puts(out, j.count ? "}" : "{}");
}

/* Its two sums, as it was before there were more such figures. */
static void json_open(const struct metrics *values, struct strbuf *out)
{
    strbuf_puts(out, "{\"level\":{");
    for (int level = LEVEL_BLUE; level <= LEVEL_RED; level++) {
        int64_t n = 0;
        for (int c = 0; c < CATEGORY_COUNT; c++)
            n += values->open.n[c][level];
        strbuf_printf(out, "%s\"%d\":%lld", level > LEVEL_BLUE ? "," : "", level, (long long)n);
    }
    strbuf_puts(out, "},\"category\":{");
    for (int c = 0; c < CATEGORY_COUNT; c++) {
        int64_t n = 0;
        for (int level = LEVEL_BLUE; level <= LEVEL_RED; level++)
            n += values->open.n[c][level];
        strbuf_printf(out, "%s\"%s\":%lld", c ? "," : "", category_name((enum alert_category)c),
                      (long long)n);
    }
    strbuf_puts(out, "}}");
}

static void put_bound(struct strbuf *out, double bound)
{
    if (isinf(bound))
        strbuf_puts(out, "+Inf");
    else
        strbuf_number(out, bound);
}

static void json_histogram(const struct metric_histogram *h, struct strbuf *out)
{
    if (h->count == 0) {
        strbuf_puts(out, "null");
        return;
    }
    strbuf_puts(out, "{\"buckets\":{");
    for (size_t i = 0; i < h->count; i++) {
        strbuf_puts(out, i ? ",\"" : "\"");
        put_bound(out, h->bounds[i]);
        strbuf_puts(out, "\":");
        strbuf_number(out, h->values[i]);
    }
    strbuf_puts(out, "},\"sum\":");
    strbuf_number(out, h->sum);
    strbuf_puts(out, ",\"count\":");
    strbuf_number(out, h->total);
    strbuf_putc(out, '}');
}

static void json_value(const struct metric *m, const struct metrics *values, struct strbuf *out)
{
    struct json j = {out, NULL, 0};

    if (m->type == METRIC_HISTOGRAM)
        json_histogram(&values->commit_s, out);
    else if (m->offset == offsetof(struct metrics, open) && m->labels[0])
        json_open(values, out);
    else if (m->labels[0])
        json_labelled(m, values, out);
    else if (!m->each(m, values, json_number, &j))
        strbuf_puts(out, "null");
}

void metrics_json(const struct metrics *values, struct strbuf *out)
{
    for (size_t i = 0; i < metric_count; i++) {
        strbuf_puts(out, ",\n ");
        put_name(out, metric_table[i].name);
        json_value(&metric_table[i], values, out);
    }
}

/* --- OpenMetrics 1.0, and the text format 0.0.4 that was before it --- */

struct text {
    struct strbuf *out;
    const struct metric *metric;
};

static const char *const type_name[] = {"counter", "gauge", "histogram"};

/* A value of a label: backslash, quote and line feed are escaped. */
static void put_label(struct strbuf *out, const char *name, const char *value)
{
    strbuf_printf(out, "%s=\"", name);
    for (; *value; value++) {
        if (*value == '\\' || *value == '"')
            strbuf_putc(out, '\\');
        if (*value == '\n')
            strbuf_puts(out, "\\n");
        else
            strbuf_putc(out, *value);
    }
    strbuf_putc(out, '"');
}

static void text_sample(void *context, const struct metric_sample *s)
{
    const struct text *t = context;

    if (isnan(s->value))
        return;
    strbuf_puts(t->out, t->metric->name);
    for (size_t i = 0; i < METRIC_LABELS && s->labels[i]; i++) {
        strbuf_puts(t->out, i ? "," : "{");
        put_label(t->out, t->metric->labels[i], s->labels[i]);
    }
    strbuf_puts(t->out, s->labels[0] ? "} " : " ");
    strbuf_number(t->out, s->value);
    strbuf_putc(t->out, '\n');
}

static void text_histogram(const struct metric *m, const struct metric_histogram *h,
                           struct strbuf *out)
{
    for (size_t i = 0; i < h->count; i++) {
        strbuf_printf(out, "%s_bucket{le=\"", m->name);
        put_bound(out, h->bounds[i]);
        strbuf_puts(out, "\"} ");
        strbuf_number(out, h->values[i]);
        strbuf_putc(out, '\n');
    }
    if (h->count == 0)
        return;
    strbuf_printf(out, "%s_sum ", m->name);
    strbuf_number(out, h->sum);
    strbuf_printf(out, "\n%s_count ", m->name);
    strbuf_number(out, h->total);
    strbuf_putc(out, '\n');
}

/* In OpenMetrics the family of a counter is its name without "_total". */
static void text_head(const struct metric *m, enum metrics_format format, struct strbuf *out)
{
    bool open = format == METRICS_OPEN;
    int cut = open && m->type == METRIC_COUNTER ? (int)strlen("_total") : 0;
    int n = (int)strlen(m->name) - cut;
    bool unit = n >= 8 && strncmp(m->name + n - 8, "_seconds", 8) == 0;

    strbuf_printf(out, "# TYPE %.*s %s\n", n, m->name, type_name[m->type]);
    if (unit && open)
        strbuf_printf(out, "# UNIT %.*s seconds\n", n, m->name);
    strbuf_printf(out, "# HELP %.*s %s (%s)\n", n, m->name, m->help_en, m->help_zh);
}

void metrics_text(const struct metrics *values, enum metrics_format format, struct strbuf *out)
{
    for (size_t i = 0; i < metric_count; i++) {
        struct text t = {out, &metric_table[i]};
        text_head(t.metric, format, out);
        if (t.metric->type == METRIC_HISTOGRAM)
            text_histogram(t.metric, &values->commit_s, out);
        else
            t.metric->each(t.metric, values, text_sample, &t);
    }
    if (format == METRICS_OPEN)
        strbuf_puts(out, "# EOF\n");
}
