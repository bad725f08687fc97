#include "evidence_rows.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shikumen/base/utc.h"
#include "shikumen/view/risk_words.h"
#include "shikumen/view/when.h"

#define TOLERANCE       1e-6
#define TOLERANCE_SHARE 2e-6 /* probabilities are told to six places */

enum { COL_SENSOR, COL_FIELD, COL_TOLD, COL_AGAIN, COL_MATCHES };

const struct column evidence_columns[EVIDENCE_COLUMNS] = {
    [COL_SENSOR] = {"sensor", "测点", "SENSOR", false, 0},
    [COL_FIELD] = {"field", "项目", "FIELD", false, 0},
    [COL_TOLD] = {"told", "当时所报", "AS TOLD", true, 0},
    [COL_AGAIN] = {"recomputed", "重算结果", "RECOMPUTED", true, 0},
    [COL_MATCHES] = {"matches", "核对", "CHECK", false, 0},
};

/* A field: where it stands ("object.member" or "member"), and its name for people. */
struct field {
    const char *path, *zh, *en;
    double slack; /* what it may differ by, whatever its size */
};

static const struct field whole[] = {
    {"level", "级别", "level", 0},
    {"evidence.value", "数值", "value", 0},
    {"evidence.sigma", "标准误差", "standard error", 0},
    {"evidence.baseline", "基线", "baseline", 0},
    {"evidence.reading", "读数", "reading", 0},
    {"evidence.residual", "扣除天气后的变化", "beyond the weather", 0},
    {"limit.value", "限值", "limit", 0},
    {"limit.of", "限值对象", "limit of", 0},
    {"evidence.model_version", "模型版本", "model version", 0},
    {"evidence.cause", "仪器疑点", "doubt", 0},
    {"evidence.derived", "导出量", "derived quantity", 0},
    {"evidence.together", "整排同动", "together", 0},
    {"evidence.unconfirmed", "未确认", "unconfirmed", 0},
    {"evidence.coverage", "覆盖率", "coverage", 0},
    {"forecast.limit", "预测的限值", "limit foreseen", 0},
    {"forecast.t05", "t05", "t05", 0},
    {"forecast.t50", "t50", "t50", 0},
    {"forecast.t95", "t95", "t95", 0},
    {"forecast.p30", "p30", "p30", TOLERANCE_SHARE},
    {"forecast.p180", "p180", "p180", TOLERANCE_SHARE},
    {"forecast.p365", "p365", "p365", TOLERANCE_SHARE},
};

/* Of each share; of the first, which governs, only SHARE_TIMES are not said above. */
#define SHARE_TIMES 2
static const struct field shares[] = {
    {"since", "起始", "since", 0}, {"t", "判定时刻", "decided", 0}, {"kind", "类型", "kind", 0},
    {"level", "级别", "level", 0}, {"value", "数值", "value", 0},   {"limit", "限值", "limit", 0},
};

static const struct field heard[] = {{"t", "最后收到", "last heard", 0}};

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static const cJSON *member(const cJSON *object, const char *path)
{
    const char *dot = strchr(path, '.');
    char name[32];

    if (!dot)
        return cJSON_GetObjectItemCaseSensitive(object, path);
    snprintf(name, sizeof name, "%.*s", (int)(dot - path), path);
    return cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(object, name),
                                            dot + 1);
}

static bool is_absent(const cJSON *item)
{
    return !item || cJSON_IsNull(item);
}

/* --- match --- */

static bool is_time(const cJSON *item, int64_t *t_us)
{
    return cJSON_IsString(item) && utc_parse(item->valuestring, t_us) == ERR_OK;
}

static bool numbers_match(double a, double b, double slack)
{
    return fabs(a - b) <= fmax(slack, TOLERANCE * fmax(fabs(a), fabs(b)));
}

static bool times_match(int64_t a_us, int64_t b_us, int64_t at_us)
{
    double far_us = fmax(fabs((double)(a_us - at_us)), fabs((double)(b_us - at_us)));

    return fabs((double)(a_us - b_us)) <= TOLERANCE * far_us;
}

static bool items_match(const cJSON *a, const cJSON *b, double slack, int64_t at_us)
{
    int64_t a_us, b_us;

    if (is_absent(a) || is_absent(b))
        return is_absent(a) && is_absent(b);
    if (cJSON_IsNumber(a) && cJSON_IsNumber(b))
        return numbers_match(a->valuedouble, b->valuedouble, slack);
    if (is_time(a, &a_us) && is_time(b, &b_us))
        return times_match(a_us, b_us, at_us);
    return cJSON_Compare(a, b, true);
}

/* --- rows --- */

static struct cell cell_item(struct table *t, const cJSON *item)
{
    char *text = is_absent(item) ? NULL : cJSON_PrintUnformatted(item);
    struct cell cell = text ? cell_json(t, text) : (struct cell){0};
    char local[WHEN_TEXT_SIZE];
    int64_t t_us;

    if (is_time(item, &t_us))
        cell = cell_shown(t, cell, TINT_NONE, when_local(t->desk->zone, t_us, local));
    else if (cJSON_IsString(item))
        cell = cell_shown(t, cell, TINT_NONE, item->valuestring);
    free(text);
    return cell;
}

static struct cell cell_matches(struct table *t, bool matches)
{
    return cell_shown(t, cell_bool(matches), matches ? TINT_GREEN : TINT_RED,
                      matches ? desk_word(t->desk, "一致", "matches")
                              : desk_word(t->desk, "不一致", "differs"));
}

struct pair {
    const cJSON *told, *again;
    int64_t at_us;
};

static enum err add_row(struct table *t, const char *sensor, const struct field *f,
                        const struct pair *p, size_t *differ)
{
    const cJSON *told = member(p->told, f->path), *again = member(p->again, f->path);
    bool matches = items_match(told, again, f->slack, p->at_us);
    struct cell *row;

    if (is_absent(told) && is_absent(again))
        return ERR_OK;
    row = table_row(t);
    if (!row)
        return ERR_NOMEM;
    row[COL_SENSOR] = cell_text(t, sensor);
    row[COL_FIELD] =
        cell_shown(t, cell_text(t, f->path), TINT_NONE, desk_word(t->desk, f->zh, f->en));
    row[COL_TOLD] = cell_item(t, told);
    row[COL_AGAIN] = cell_item(t, again);
    row[COL_MATCHES] = cell_matches(t, matches);
    *differ += !matches;
    return ERR_OK;
}

static enum err add_rows(struct table *t, const char *sensor, const struct field *fields, size_t n,
                         const struct pair *p, size_t *differ)
{
    enum err e = ERR_OK;

    for (size_t i = 0; i < n && e == ERR_OK; i++)
        e = add_row(t, sensor, &fields[i], p, differ);
    return e;
}

enum err evidence_rows(struct table *t, const cJSON *told, const cJSON *again, int64_t at_us,
                       size_t *differ)
{
    const cJSON *of_told = member(told, "evidence.reasons"), *reason;
    const cJSON *of_again = member(again, "evidence.reasons");
    bool silence = strcmp(text_of(told, "kind"), "silence") == 0;
    const struct pair all = {told, again, at_us};
    const struct field *fields = silence ? heard : shares;
    size_t n = silence ? COUNT(heard) : COUNT(shares);
    enum err e = ERR_OK;
    int i = 0;

    if (!silence && cJSON_GetArraySize(of_told) > 0)
        e = add_rows(t, text_of(cJSON_GetArrayItem(of_told, 0), "sensor"), whole, COUNT(whole),
                     &all, differ);
    cJSON_ArrayForEach(reason, of_told)
    {
        const struct pair one = {reason, cJSON_GetArrayItem(of_again, i), at_us};
        size_t said = i++ == 0 && !silence ? SHARE_TIMES : n;
        if (e == ERR_OK)
            e = add_rows(t, text_of(reason, "sensor"), fields, said, &one, differ);
    }
    return e;
}

void evidence_json(struct strbuf *out, const struct told *t, const struct table *rows,
                   size_t differ)
{
    strbuf_printf(out, "{\"id\":\"%s\",\n \"step\":%d,\n \"event\":\"%s\",\n \"matches\":%s",
                  t->episode.id, t->episode.step, alert_event_name(t->event),
                  differ == 0 ? "true" : "false");
    strbuf_printf(out, ",\n \"differ\":%zu,\n \"fields\":", differ);
    table_json(rows, out);
    strbuf_puts(out, "}\n");
}
