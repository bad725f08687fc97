/* Formats for people: WeCom, DingTalk, Feishu, Slack and what understands it, ntfy. */
#include <string.h>

#include "format_bodies.h"
#include "format_text.h"
#include "json_put.h"
#include "shikumen/base/clock.h"

#define TITLE_BYTES 240

static const struct step_view *worst(const struct format_message *m)
{
    return m->items[0].step;
}

static void put_title_member(const struct format_message *m, const char *name, enum markup markup,
                             struct strbuf *out)
{
    struct strbuf title = {0};

    text_title(m, &(struct text_style){markup, TITLE_BYTES, "\n"}, &title);
    json_put_text(out, name, strbuf_text(&title));
    strbuf_free(&title);
}

/* Title and body as one text, the title marked up by head ("### "). */
static void put_text_member(const struct format_message *m, const char *name, const char *head,
                            const struct text_style *s, struct strbuf *out)
{
    struct text_style title = {s->markup, TITLE_BYTES, s->line}, body = *s;
    struct strbuf text = {0};

    strbuf_puts(&text, head);
    text_title(m, &title, &text);
    strbuf_puts(&text, s->line);
    body.max_bytes = s->max_bytes - text.len;
    text_body(m, &body, &text);
    json_put_text(out, name, strbuf_text(&text));
    strbuf_free(&text);
}

static void put_body_member(const struct format_message *m, const char *name,
                            const struct text_style *s, struct strbuf *out)
{
    struct strbuf text = {0};

    text_body(m, s, &text);
    json_put_text(out, name, strbuf_text(&text));
    strbuf_free(&text);
}

/* {"msgtype":"markdown","markdown":{"content":...}} */
void put_wecom(const struct format_message *m, struct strbuf *out)
{
    strbuf_putc(out, '{');
    json_put_text(out, "msgtype", "markdown");
    json_put_key(out, "markdown");
    strbuf_putc(out, '{');
    put_text_member(m, "content", "### ",
                    &(struct text_style){MARKUP_MARKDOWN, WECOM_TEXT_BYTES, "\n"}, out);
    strbuf_puts(out, "}}");
}

/* {"msgtype":"markdown","markdown":{"title":...,"text":...}} */
void put_dingtalk(const struct format_message *m, struct strbuf *out)
{
    strbuf_putc(out, '{');
    json_put_text(out, "msgtype", "markdown");
    json_put_key(out, "markdown");
    strbuf_putc(out, '{');
    put_title_member(m, "title", MARKUP_MARKDOWN, out);
    put_text_member(m, "text", "### ",
                    &(struct text_style){MARKUP_MARKDOWN, DINGTALK_TEXT_BYTES, "\n\n"}, out);
    strbuf_puts(out, "}}");
}

/* A card: headers of cards come in colours. All its texts are plain, so nothing marks up. */
static void put_card(const struct format_message *m, struct strbuf *out)
{
    static const char *const colours[] = {"grey", "blue", "yellow", "orange", "red"};

    json_put_key(out, "header");
    strbuf_puts(out, "{\"title\":{");
    json_put_text(out, "tag", "plain_text");
    put_title_member(m, "content", MARKUP_NONE, out);
    strbuf_putc(out, '}');
    json_put_text(out, "template", colours[worst(m)->level]);
    strbuf_puts(out, "},\"elements\":[{\"tag\":\"div\",\"text\":{");
    json_put_text(out, "tag", "plain_text");
    put_body_member(m, "content", &(struct text_style){MARKUP_NONE, FEISHU_TEXT_BYTES, "\n"}, out);
    strbuf_puts(out, "}}]");
}

/* {"timestamp","sign" (when signed),"msg_type":"interactive","card":{...}} */
void put_feishu(const struct format_message *m, struct strbuf *out)
{
    struct strbuf stamp = {0};

    strbuf_putc(out, '{');
    if (m->signature && *m->signature) {
        strbuf_printf(&stamp, "%lld", (long long)(m->now_us / US_PER_S));
        json_put_text(out, "timestamp", strbuf_text(&stamp));
        json_put_text(out, "sign", m->signature);
        strbuf_free(&stamp);
    }
    json_put_text(out, "msg_type", "interactive");
    json_put_key(out, "card");
    strbuf_putc(out, '{');
    put_card(m, out);
    strbuf_puts(out, "}}");
}

/* Text, and the rest as an attachment with a coloured edge: Slack, Mattermost, Rocket.Chat. */
void put_slack(const struct format_message *m, struct strbuf *out)
{
    static const char *const colours[] = {"#9e9e9e", "#1e88e5", "#fdd835", "#fb8c00", "#e53935"};

    strbuf_putc(out, '{');
    put_title_member(m, "text", MARKUP_SLACK, out);
    json_put_key(out, "attachments");
    strbuf_puts(out, "[{");
    json_put_text(out, "color", colours[worst(m)->level]);
    put_title_member(m, "fallback", MARKUP_SLACK, out);
    put_body_member(m, "text", &(struct text_style){MARKUP_SLACK, SLACK_TEXT_BYTES, "\n"}, out);
    strbuf_puts(out, "}]}");
}

/* 1 (least) to 5. What ends, eases or is seen to does not ring. */
static int priority(const struct step_view *v)
{
    static const int by_level[] = {2, 2, 3, 4, 5};
    bool rings = v->event == EVENT_RAISED || v->event == EVENT_WORSENED ||
                 v->event == EVENT_REOPENED || v->event == EVENT_ESCALATED;

    return rings ? by_level[v->level] : 2;
}

static int highest_priority(const struct format_message *m)
{
    int highest = 1;

    for (size_t i = 0; i < m->count; i++)
        if (priority(m->items[i].step) > highest)
            highest = priority(m->items[i].step);
    return highest;
}

/* Published as JSON to the root of the server. */
void put_ntfy(const struct format_message *m, struct strbuf *out)
{
    strbuf_putc(out, '{');
    json_put_text(out, "topic", m->topic ? m->topic : "");
    put_title_member(m, "title", MARKUP_NONE, out);
    put_body_member(m, "message", &(struct text_style){MARKUP_NONE, NTFY_TEXT_BYTES, "\n"}, out);
    json_put_integer(out, "priority", highest_priority(m));
    json_put_key(out, "tags");
    strbuf_putc(out, '[');
    strbuf_json_string(out, level_colour(worst(m)->level), strlen(level_colour(worst(m)->level)));
    if (m->count == 1 && *worst(m)->kind) {
        strbuf_putc(out, ',');
        strbuf_json_string(out, worst(m)->kind, strlen(worst(m)->kind));
    }
    strbuf_putc(out, ']');
    if (m->count == 1 && *worst(m)->url)
        json_put_text(out, "click", worst(m)->url);
    strbuf_putc(out, '}');
}
