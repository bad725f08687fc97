#include "shikumen/core/render_act.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "json_put.h"

static const char *const colour_zh[] = {"正常", "蓝色", "黄色", "橙色", "红色"};

static int known(int level)
{
    return level >= LEVEL_NORMAL && level <= LEVEL_RED ? level : LEVEL_NORMAL;
}

/* --- summaries --- */

static long long hours(const struct act_step *a)
{
    return (long long)(a->waited_us / 3600000000);
}

/* What nobody did. */
static void head_of_time_zh(const struct act_step *a, struct strbuf *out)
{
    const char *level = colour_zh[known(a->level)], *before = colour_zh[known(a->previous_level)];

    if (a->event == EVENT_ESCALATED)
        strbuf_printf(out, "【%s，%lld小时无人确认，上报】", level, hours(a));
    else if (a->event == EVENT_REOPENED)
        strbuf_printf(out, "【%s，人工结束后情况仍在，重新打开】", level);
    else if (a->event == EVENT_EASED)
        strbuf_printf(out, "【由%s缓和为%s】", before, level);
    else
        strbuf_printf(out, "【%s已解除】", before);
}

static void head_of_time_en(const struct act_step *a, struct strbuf *out)
{
    const char *level = level_colour(known(a->level));
    const char *before = level_colour(known(a->previous_level));

    if (a->event == EVENT_ESCALATED)
        strbuf_printf(out, "[%s, nobody has acknowledged it for %lld h: escalated] ", level,
                      hours(a));
    else if (a->event == EVENT_REOPENED)
        strbuf_printf(out, "[%s, opened again: it was ended by hand and lasts] ", level);
    else if (a->event == EVENT_EASED)
        strbuf_printf(out, "[eased from %s to %s] ", before, level);
    else
        strbuf_printf(out, "[%s, over] ", before);
}

static void head_zh(const struct act_step *a, struct strbuf *out)
{
    const char *level = colour_zh[known(a->level)];

    if (!a->by) {
        head_of_time_zh(a, out);
        return;
    }
    switch (a->event) {
    case EVENT_ASSIGNED:
        strbuf_printf(out, "【%s，%s指派%s处理】", level, a->by, a->to);
        break;
    case EVENT_RESOLVED:
        strbuf_printf(out, "【%s已由%s结束】", colour_zh[known(a->previous_level)], a->by);
        break;
    case EVENT_COMMENTED:
        strbuf_printf(out, "【%s，%s补充说明】", level, a->by);
        break;
    default:
        strbuf_printf(out, "【%s，%s已确认】", level, a->by);
    }
}

static void head_en(const struct act_step *a, struct strbuf *out)
{
    const char *level = level_colour(known(a->level));

    if (!a->by) {
        head_of_time_en(a, out);
        return;
    }
    switch (a->event) {
    case EVENT_ASSIGNED:
        strbuf_printf(out, "[%s, assigned to %s by %s] ", level, a->to, a->by);
        break;
    case EVENT_RESOLVED:
        strbuf_printf(out, "[%s, ended by %s] ", level_colour(known(a->previous_level)), a->by);
        break;
    case EVENT_COMMENTED:
        strbuf_printf(out, "[%s, comment by %s] ", level, a->by);
        break;
    default:
        strbuf_printf(out, "[%s, acknowledged by %s] ", level, a->by);
    }
}

/* What follows the head of a summary. */
static const char *after_head(const char *text, const char *end)
{
    const char *found = strstr(text, end);

    return found ? found + strlen(end) : text;
}

static void put_summary(struct strbuf *out, const cJSON *summary, const struct act_step *a)
{
    const char *zh = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(summary, "zh"));
    const char *en = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(summary, "en"));
    struct strbuf text[2] = {{0}, {0}};

    head_zh(a, &text[0]);
    strbuf_puts(&text[0], after_head(zh ? zh : "", "】"));
    head_en(a, &text[1]);
    strbuf_puts(&text[1], after_head(en ? en : "", "] "));
    if (a->by) {
        strbuf_printf(&text[0], "（%s：%s）", a->by, a->note);
        strbuf_printf(&text[1], " (%s: %s)", a->by, a->note);
    }
    json_put_bilingual(out, "summary",
                       (struct bilingual){strbuf_text(&text[0]), strbuf_text(&text[1])});
    out->failed = out->failed || text[0].failed || text[1].failed;
    strbuf_free(&text[0]);
    strbuf_free(&text[1]);
}

/* --- the object --- */

static bool is_of_acts(const char *name)
{
    return strcmp(name, "by") == 0 || strcmp(name, "note") == 0 || strcmp(name, "assigned_to") == 0;
}

static void put_member(struct strbuf *out, const cJSON *item, const struct act_step *a)
{
    const char *name = item->string;

    if (strcmp(name, "event") == 0)
        json_put_text(out, name, alert_event_name(a->event));
    else if (strcmp(name, "step") == 0)
        json_put_integer(out, name, a->step);
    else if (strcmp(name, "at") == 0)
        json_put_time(out, name, a->at_us);
    else if (strcmp(name, "level") == 0)
        json_put_integer(out, name, a->level);
    else if (strcmp(name, "colour") == 0)
        json_put_text(out, name, level_colour(a->level));
    else if (strcmp(name, "summary") == 0)
        put_summary(out, item, a);
    else if (!is_of_acts(name))
        json_put_item(out, item);
}

enum err render_act(const char *body, const struct act_step *act, struct strbuf *out)
{
    cJSON *root = cJSON_Parse(body);
    const cJSON *item;
    enum err e = cJSON_IsObject(root) ? ERR_OK : ERR_CORRUPT;

    if (e == ERR_OK) {
        strbuf_putc(out, '{');
        cJSON_ArrayForEach(item, root)
        {
            put_member(out, item, act);
        }
        if (act->by) {
            json_put_text(out, "by", act->by);
            json_put_text(out, "note", act->note);
        }
        if (act->event == EVENT_ASSIGNED)
            json_put_text(out, "assigned_to", act->to);
        strbuf_putc(out, '}');
    }
    cJSON_Delete(root);
    return e == ERR_OK && out->failed ? ERR_NOMEM : e;
}

bool render_is_act(const char *body)
{
    cJSON *root = cJSON_Parse(body);
    bool is_act = cJSON_IsString(cJSON_GetObjectItemCaseSensitive(root, "by"));

    cJSON_Delete(root);
    return is_act;
}
