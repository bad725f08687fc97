#include "shikumen/core/metrics.h"

#include <math.h>
#include <stdio.h>

static const void *field(const struct metric *m, const struct metrics *values)
{
    return (const char *)values + m->offset;
}

static bool one(const struct metric *m, const struct metrics *values, metric_sample_fn *fn,
                void *context)
{
    double v = *(const double *)field(m, values);

    if (isnan(v))
        return false;
    fn(context, &(struct metric_sample){{NULL}, v});
    return true;
}

static bool listed(const struct metric_value *list, size_t n, metric_sample_fn *fn, void *context)
{
    for (size_t i = 0; list && i < n; i++)
        fn(context, &(struct metric_sample){{list[i].label}, list[i].value});
    return list != NULL;
}

static bool quarantined(const struct metric *m, const struct metrics *values, metric_sample_fn *fn,
                        void *context)
{
    (void)m;
    return listed(values->quarantined, values->quarantined_count, fn, context);
}

static bool coverage(const struct metric *m, const struct metrics *values, metric_sample_fn *fn,
                     void *context)
{
    (void)m;
    return listed(values->coverage, values->coverage_count, fn, context);
}

static bool files(const struct metric *m, const struct metrics *values, metric_sample_fn *fn,
                  void *context)
{
    (void)m;
    fn(context, &(struct metric_sample){{"done"}, values->files_done});
    fn(context, &(struct metric_sample){{"refused"}, values->files_refused});
    return true;
}

static bool file_readings(const struct metric *m, const struct metrics *values,
                          metric_sample_fn *fn, void *context)
{
    (void)m;
    fn(context, &(struct metric_sample){{"stored"}, values->file_stored});
    fn(context, &(struct metric_sample){{"duplicate"}, values->file_duplicate});
    fn(context, &(struct metric_sample){{"quarantined"}, values->file_quarantined});
    return true;
}

static bool pending(const struct metric *m, const struct metrics *values, metric_sample_fn *fn,
                    void *context)
{
    (void)m;
    for (size_t i = 0; i < values->endpoint_count; i++)
        fn(context,
           &(struct metric_sample){{values->endpoints[i].name}, values->endpoints[i].pending});
    return values->endpoints != NULL;
}

static bool deliveries(const struct metric *m, const struct metrics *values, metric_sample_fn *fn,
                       void *context)
{
    (void)m;
    for (size_t i = 0; i < values->endpoint_count; i++) {
        const struct metric_endpoint *e = &values->endpoints[i];
        fn(context, &(struct metric_sample){{e->name, "delivered"}, e->delivered});
        fn(context, &(struct metric_sample){{e->name, "failed"}, e->failed});
        fn(context, &(struct metric_sample){{e->name, "parked"}, e->parked});
    }
    return values->endpoints != NULL;
}

static void counts_from(const struct alarm_counts *counts, int first, double per,
                        metric_sample_fn *fn, void *context)
{
    char level[LEVEL_RED + 1][12];

    for (int l = first; l <= LEVEL_RED; l++)
        snprintf(level[l], sizeof level[l], "%d", l);
    for (int c = 0; c < CATEGORY_COUNT; c++)
        for (int l = first; l <= LEVEL_RED; l++)
            fn(context, &(struct metric_sample){{category_name((enum alert_category)c), level[l]},
                                                (double)counts->n[c][l] / per});
}

static bool counts(const struct metric *m, const struct metrics *values, metric_sample_fn *fn,
                   void *context)
{
    counts_from(field(m, values), LEVEL_BLUE, 1, fn, context);
    return true;
}

/* Of what has to be acknowledged. */
static bool answers(const struct metric *m, const struct metrics *values, metric_sample_fn *fn,
                    void *context)
{
    counts_from(field(m, values), LEVEL_ORANGE, 1, fn, context);
    return true;
}

static bool per_house(const struct metric *m, const struct metrics *values, metric_sample_fn *fn,
                      void *context)
{
    if (!(values->houses > 0))
        return false;
    counts_from(field(m, values), LEVEL_BLUE, values->houses, fn, context);
    return true;
}

static bool in_time(const struct metric *m, const struct metrics *values, metric_sample_fn *fn,
                    void *context)
{
    double due = (double)alarm_sum(&values->load.due);

    (void)m;
    if (!(due > 0))
        return false;
    fn(context, &(struct metric_sample){{NULL}, (double)alarm_sum(&values->load.in_time) / due});
    return true;
}

static bool histogram(const struct metric *m, const struct metrics *values, metric_sample_fn *fn,
                      void *context)
{
    const struct metric_histogram *h = field(m, values);

    if (h->count > 0)
        fn(context, &(struct metric_sample){{NULL}, h->total});
    return h->count > 0;
}

#define AT(member) .offset = offsetof(struct metrics, member)
#define LEVELS     .labels = {"category", "level"}

const struct metric metric_table[] = {
    {"shikumen_messages_received_total", METRIC_COUNTER, "收到的消息", "messages received",
     AT(messages_received), .each = one},
    {"shikumen_messages_lost_total", METRIC_COUNTER, "序号缺失的报文",
     "messages missing by their sequence numbers", AT(messages_lost), .each = one},
    {"shikumen_readings_received_total", METRIC_COUNTER, "收到的读数", "readings received",
     AT(readings_received), .each = one},
    {"shikumen_readings_stored_total", METRIC_COUNTER, "已存的读数", "readings stored",
     AT(readings_stored), .each = one},
    {"shikumen_readings_duplicate_total", METRIC_COUNTER, "重复的读数", "readings that came again",
     AT(readings_duplicate), .each = one},
    {"shikumen_readings_conflict_total", METRIC_COUNTER, "重复而数值不同的读数",
     "of these, with another value", AT(readings_conflict), .each = one},
    {"shikumen_readings_expired_total", METRIC_COUNTER, "按保存期限删除的读数",
     "readings deleted by age", AT(readings_expired), .each = one},
    {"shikumen_readings_quarantined_total", METRIC_COUNTER, "隔离的读数，按原因",
     "readings set aside, by reason", .labels = {"reason"}, .each = quarantined},
    {"shikumen_files_read_total", METRIC_COUNTER, "读完的文件，按结果",
     "files read to their end, by result", .labels = {"result"}, .each = files},
    {"shikumen_file_readings_total", METRIC_COUNTER, "其中的读数，按去向",
     "readings of files, by what came of them", .labels = {"outcome"}, .each = file_readings},
    {"shikumen_files_waiting", METRIC_GAUGE, "等待读取的文件", "files that wait to be read",
     AT(files_waiting), .each = one},
    {"shikumen_files_oldest_waiting_seconds", METRIC_GAUGE, "其中最早的已等待多久",
     "how long the oldest of them has been there", AT(files_oldest_s), .each = one},
    {"shikumen_files_left", METRIC_GAUGE, "无法读取或移走的文件",
     "of these, files that cannot be read or moved", AT(files_left), .each = one},
    {"shikumen_files_ignored", METRIC_GAUGE, "不是文件而未读的（链接、文件夹、管道）",
     "links, folders and pipes among them, which are not followed", AT(files_ignored), .each = one},
    {"shikumen_files_last_read_timestamp_seconds", METRIC_GAUGE, "最近一个文件读完的时间",
     "when the latest file was read to its end, Unix time", AT(files_last_s), .each = one},
    {"shikumen_commits_total", METRIC_COUNTER, "启动以来的提交", "commits since the start",
     AT(commits), .each = one},
    {"shikumen_commit_seconds", METRIC_HISTOGRAM, "提交所用时间", "duration of commits",
     AT(commit_s), .each = histogram},
    {"shikumen_ingest_lag_seconds", METRIC_GAUGE, "接收滞后", "how far storing lags behind",
     AT(ingest_lag_s), .each = one},
    {"shikumen_assess_lag_seconds", METRIC_GAUGE, "评估滞后", "how far judging lags behind",
     AT(assess_lag_s), .each = one},
    {"shikumen_outbox_pending", METRIC_GAUGE, "待发的告警，按接收方",
     "alert steps that wait for a receiver", .labels = {"endpoint"}, .each = pending},
    {"shikumen_deliveries_total", METRIC_COUNTER, "投递，按接收方和结果",
     "deliveries by receiver and outcome; failed counts attempts",
     .labels = {"endpoint", "outcome"}, .each = deliveries},
    {"shikumen_alerts_open", METRIC_GAUGE, "未结告警", "alerts that are open", LEVELS, AT(open),
     .each = counts},
    {"shikumen_alerts_raised_total", METRIC_COUNTER, "发出过的告警",
     "alerts that people were told of, re-opened ones again", LEVELS, AT(raised), .each = counts},
    {"shikumen_alarm_load_alerts_per_house_week", METRIC_GAUGE, "近 7 天每户告警数",
     "alerts of the last 7 days per house", LEVELS, AT(load.week), .each = per_house},
    {"shikumen_alarm_load_budget_per_house_week", METRIC_GAUGE, "每户每周告警预算",
     "alerts per house and week that were promised", AT(load_budget), .each = one},
    {"shikumen_alarm_load_over_budget", METRIC_GAUGE, "近 7 天告警是否超出预算",
     "1: the alerts of the last 7 days are over the budget", AT(load_over), .each = one},
    {"shikumen_alerts_standing", METRIC_GAUGE, "已告知而未结的告警",
     "alerts that are open and people know", LEVELS, AT(load.standing), .each = counts},
    {"shikumen_alerts_stale", METRIC_GAUGE, "30 天以上没有变化的未结告警",
     "of these, without a step for 30 days", LEVELS, AT(load.stale), .each = counts},
    {"shikumen_alerts_chattering", METRIC_GAUGE, "一天内反复三次的告警",
     "alerts that came three times within a day", LEVELS, AT(load.chattering), .each = counts},
    {"shikumen_alerts_unacknowledged", METRIC_GAUGE, "等待确认的橙色、红色告警",
     "orange and red alerts that wait for a person", LEVELS, AT(load.unacknowledged),
     .each = answers},
    {"shikumen_acknowledgements_due", METRIC_GAUGE, "近 28 天应确认的橙色、红色告警",
     "orange and red alerts of 28 days, answered or out of time", LEVELS, AT(load.due),
     .each = answers},
    {"shikumen_acknowledgements_in_time", METRIC_GAUGE, "其中按时确认的",
     "of these, acknowledged in time", LEVELS, AT(load.in_time), .each = answers},
    {"shikumen_acknowledged_in_time_ratio", METRIC_GAUGE, "近 28 天按时确认的比例",
     "share of them acknowledged in time", .each = in_time},
    {"shikumen_sensors_silent", METRIC_GAUGE, "无数据的传感器", "sensors without data",
     AT(sensors_silent), .each = one},
    {"shikumen_coverage_ratio", METRIC_GAUGE, "24 小时内应有读数的比例，按房屋",
     "share of the readings expected in 24 h, by house", .labels = {"house"}, .each = coverage},
};
const size_t metric_count = sizeof metric_table / sizeof metric_table[0];
