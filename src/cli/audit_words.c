#include "audit_words.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#include "shikumen/model/act.h"
#include "shikumen/view/when.h"
#include "shikumen/view/words.h"

#define SHORT_ID 8 /* characters of an alert's id that people are shown */

struct phrase {
    const char *name, *zh, *en;
};

static const struct phrase acts[] = {
    {"act.recorded", "提交：", "asked: "},
    {"act.done", "已生效：", "in force: "},
    {"act.refused", "被拒绝：", "refused: "},
    {"silence.begun", "静默开始", "silence begun"},
    {"silence.reminded", "提醒：静默将满", "reminded that a silence ends"},
    {"silence.ended", "静默结束", "silence ended"},
    {"proposal.proposed", "建议提出", "proposal made"},
    {"proposal.approved", "建议获批准", "proposal approved"},
    {"proposal.rejected", "建议被驳回", "proposal rejected"},
    {"proposal.done", "建议办结", "proposal done"},
    {"override.begun", "人工改判", "class overridden"},
    {"override.ended", "改判结束", "override ended"},
    {"record.added", "登记检查或修缮", "inspection or repair recorded"},
    {"registry.loaded", "载入登记文件", "registry loaded"},
    {"configuration.loaded", "载入配置", "configuration loaded"},
    {"epoch.added", "登记时段", "epoch added"},
};

static const struct phrase verbs[] = {
    {"ack", "确认告警", "acknowledge"},     {"comment", "补充说明", "comment"},
    {"assign", "指派", "assign"},           {"resolve", "人工结束", "resolve"},
    {"silence", "静默", "silence"},         {"unsilence", "提前结束静默", "end a silence"},
    {"propose", "提出建议", "propose"},     {"approve", "批准建议", "approve"},
    {"reject", "驳回建议", "reject"},       {"done", "办结建议", "done"},
    {"override", "改判", "override"},       {"end_override", "结束改判", "end an override"},
    {"record", "登记检查或修缮", "record"},
};

/* Members of a row that say something to people; times are microseconds. */
static const struct phrase members[] = {
    {"class", "类别 ", "class "},  {"scope", "范围 ", "scope "}, {"subject", NULL, NULL},
    {"until_us", "至 ", "until "}, {"reason", NULL, NULL},       {"decision", NULL, NULL},
    {"done_note", NULL, NULL},     {"finding", NULL, NULL},      {"note", NULL, NULL},
    {"why_zh", NULL, NULL},        {"why_en", NULL, NULL},       {"ended_by", "由 ", "by "},
    {"decided_by", "由 ", "by "},
};

#define COUNT(table) (sizeof(table) / sizeof *(table))

static const struct phrase *find(const struct phrase *table, size_t n, const char *name)
{
    for (size_t i = 0; name && i < n; i++)
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
    return NULL;
}

static const char *text_member(const cJSON *object, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));

    return text && *text ? text : NULL;
}

static void put_verb(const struct desk *d, const cJSON *after, struct strbuf *out)
{
    const char *verb = text_member(after, "verb");
    const struct phrase *p = find(verbs, COUNT(verbs), verb);

    strbuf_puts(out, p ? desk_word(d, p->zh, p->en) : verb ? verb : "");
}

static void put_act(const struct desk *d, const struct audit_row *row, struct strbuf *out)
{
    const struct phrase *p = find(acts, COUNT(acts), row->act);
    enum alert_event event = EVENT_COUNT;
    cJSON *after;

    if (strncmp(row->act, "step.", 5) == 0)
        event = alert_event_by_name(row->act + 5);
    if (event != EVENT_COUNT) {
        desk_put(d, out, "告警：%s", "alert: %s", word_event(d, event));
        return;
    }
    strbuf_puts(out, p ? desk_word(d, p->zh, p->en) : row->act);
    if (!p || strncmp(row->act, "act.", 4) != 0)
        return;
    after = cJSON_Parse(row->after);
    put_verb(d, after, out);
    cJSON_Delete(after);
}

static struct cell shown(struct table *t, struct cell cell, struct strbuf *text)
{
    struct cell done = cell_shown(t, cell, TINT_NONE, strbuf_text(text));

    strbuf_free(text);
    return done;
}

struct cell audit_act_cell(struct table *t, const struct audit_row *row)
{
    struct strbuf text = {0};

    put_act(t->desk, row, &text);
    return shown(t, cell_text(t, row->act), &text);
}

struct cell audit_subject_cell(struct table *t, const struct audit_row *row)
{
    const char *dot = strrchr(row->subject, '.');
    struct strbuf text = {0};

    if (strncmp(row->act, "step.", 5) == 0 && dot)
        desk_put(t->desk, &text, "告警 %.*s 第 %s 步", "alert %.*s step %s", SHORT_ID, row->subject,
                 dot + 1);
    else
        strbuf_puts(&text, row->subject);
    return shown(t, cell_text(t, row->subject), &text);
}

static void put_member(const struct desk *d, const cJSON *value, const struct phrase *p,
                       struct strbuf *out)
{
    char time[WHEN_TEXT_SIZE];
    const char *text = cJSON_GetStringValue(value);

    if ((!text || !*text) && !(cJSON_IsNumber(value) && strcmp(p->name, "until_us") == 0))
        return;
    strbuf_puts(out, out->len > 0 ? desk_word(d, "；", "; ") : "");
    strbuf_puts(out, p->zh ? desk_word(d, p->zh, p->en) : "");
    strbuf_puts(out, text ? text : when_local(d->zone, (int64_t)value->valuedouble, time));
}

/* What matters of an object, and of an act's body inside it. */
static void put_members(const struct desk *d, const cJSON *object, struct strbuf *out)
{
    const char *other = desk_word(d, "why_en", "why_zh");
    const cJSON *value;

    cJSON_ArrayForEach(value, object)
    {
        const struct phrase *p = find(members, COUNT(members), value->string);
        cJSON *body = strcmp(value->string, "body") == 0 && value->valuestring
                          ? cJSON_Parse(value->valuestring)
                          : NULL;
        if (p && strcmp(p->name, other) != 0)
            put_member(d, value, p, out);
        put_members(d, body, out);
        cJSON_Delete(body);
    }
}

struct cell audit_after_cell(struct table *t, const struct audit_row *row)
{
    struct strbuf text = {0};
    cJSON *after;

    if (!*row->after)
        return (struct cell){0};
    after = cJSON_Parse(row->after);
    put_members(t->desk, after, &text);
    cJSON_Delete(after);
    return shown(t, cell_json(t, row->after), &text);
}
