#include "alert_print.h"

#include "print.h"
#include "shikumen/view/alert_story.h"
#include "shikumen/view/when.h"
#include "shikumen/view/words.h"

static void put_field(const struct ctl *c, struct strbuf *out, const char *zh, const char *en,
                      const char *text)
{
    strbuf_printf(out, "%s: %s\n", ctl_word(c, zh, en), *text ? text : "–");
}

static void put_unknown(const struct ctl *c, struct strbuf *out, const struct alert_story *s)
{
    char time[WHEN_TEXT_SIZE];

    if (!s->unknown)
        return;
    strbuf_printf(out, "%s: %s %s\n",
                  ctl_word(c, "情况不明：测点无数据，最后收到", "unknown, no data, last heard"),
                  s->unknown_since_us == INT64_MIN
                      ? "–"
                      : when_local(c->desk.zone, s->unknown_since_us, time),
                  ctl_word(c, "不能视为结束", "this does not say that it is over"));
}

static void put_text(struct ctl *c, struct strbuf *out, const struct alert_story *s)
{
    const struct episode *e = s->episode;
    char time[WHEN_TEXT_SIZE];

    put_field(c, out, "编号", "id", e->id);
    strbuf_printf(out, "%s: ", ctl_word(c, "级别", "level"));
    tint_put(c, out, tint_of_level(e->level),
             e->resolved_us ? ctl_word(c, "已结束", "ended") : word_level(&c->desk, e->level));
    strbuf_putc(out, '\n');
    put_unknown(c, out, s);
    put_field(c, out, "类别", "category", word_category(&c->desk, e->category));
    put_field(c, out, "类型", "kind", word_kind(&c->desk, e->kind));
    put_field(c, out, "房屋", "house", ctl_clean(c, e->house));
    put_field(c, out, "构件", "element", ctl_clean(c, e->element));
    strbuf_printf(out, "%s: %s\n", word_time_heading(&c->desk, "开始", "opened"),
                  when_local(c->desk.zone, e->opened_us, time));
    for (int i = 0; i < STORY_TABLES; i++) {
        if (s->tables[i].rows > 0 || i == STORY_DELIVERIES)
            strbuf_putc(out, '\n');
        if (s->tables[i].rows > 0)
            table_text(c, &s->tables[i], out);
        else if (i == STORY_DELIVERIES)
            strbuf_printf(out, "%s\n", ctl_word(c, "没有投递", "no deliveries"));
    }
}

int alert_print(struct ctl *c, const struct episode *e)
{
    struct alert_story story;
    struct strbuf out = {0};
    int code;

    ctl_try_all(c);
    code = ctl_view_result(c, story_tell(&c->desk, e, &story));
    if (code == EXIT_DONE && option_given(&c->options, OPTION_JSON)) {
        story_json(&story, &out);
        strbuf_putc(&out, '\n');
    } else if (code == EXIT_DONE) {
        put_text(c, &out, &story);
    }
    story_end(&story);
    if (code == EXIT_DONE)
        code = print_text(c, &out);
    strbuf_free(&out);
    return code;
}
