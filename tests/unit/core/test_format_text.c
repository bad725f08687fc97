/* Whatever people write into a note: every body stays what its receiver takes, within its limits.
 */
#include "format_fixture.h"

#include <cjson/cJSON.h>

#include "../../../src/core/format_text.h"

/* Valid UTF-8 as json_check reads it, by way of cJSON for the rest. */
#include "../../../src/core/json_check.h"

static char *long_text(const char *piece, size_t bytes)
{
    size_t n = strlen(piece);
    char *text = calloc(1, bytes + n + 1);

    assert_non_null(text);
    for (size_t at = 0; at < bytes; at += n)
        memcpy(text + at, piece, n);
    return text;
}

static const char *const pieces[] = {
    "\"",
    "\\",
    "\n",
    "\r\n\t",
    "\x01\x1f\x7f",
    "裂缝",
    "🏚️",
    "\xff\xfe",
    "\xe8\xa3",
    "\xed\xa0\x80",
    "\xf4\x90\x80\x80",
    "<script>&amp;]]>",
    "](http://evil/)",
    "<!channel> <@U1>",
    "**bold** `code`",
    "# heading\n## another\n",
    "\xe2\x80\xae",
    "%s%n%d",
    "{{/id}} {secret}",
    " ",
    "a",
};
#define PIECES (sizeof pieces / sizeof *pieces)

/* The text that the limit is on. */
static const char *text_of(const cJSON *root, enum alert_format format)
{
    const cJSON *at = root;

    switch (format) {
    case FORMAT_WECOM:
        at = cJSON_GetObjectItem(cJSON_GetObjectItem(at, "markdown"), "content");
        break;
    case FORMAT_DINGTALK:
        at = cJSON_GetObjectItem(cJSON_GetObjectItem(at, "markdown"), "text");
        break;
    case FORMAT_FEISHU:
        at = cJSON_GetObjectItem(cJSON_GetObjectItem(at, "card"), "elements");
        at = cJSON_GetObjectItem(cJSON_GetObjectItem(cJSON_GetArrayItem(at, 0), "text"), "content");
        break;
    case FORMAT_SLACK:
        at = cJSON_GetArrayItem(cJSON_GetObjectItem(at, "attachments"), 0);
        at = cJSON_GetObjectItem(at, "text");
        break;
    default:
        at = cJSON_GetObjectItem(at, "message");
    }
    assert_non_null(cJSON_GetStringValue(at));
    return at->valuestring;
}

static const struct {
    enum alert_format format;
    size_t text, body; /* bytes at most, as the receivers' documents have it */
} chats[] = {
    {FORMAT_WECOM, 4096, 1 << 20},  {FORMAT_DINGTALK, 20000, 20000}, {FORMAT_FEISHU, 20000, 20480},
    {FORMAT_SLACK, 40000, 1 << 20}, {FORMAT_NTFY, 4096, 1 << 20},
};

static void check_chat(size_t chat, const struct told *t)
{
    struct strbuf body = {0};
    struct json_flaw flaw;
    cJSON *root;

    render_as(chats[chat].format, t, &body);
    flaw = json_check(body.data, body.len);
    if (flaw.words)
        fail_msg("%s at %zu: %s", alert_format_name(chats[chat].format), flaw.at, flaw.words);
    assert_true(body.len <= chats[chat].body);
    root = cJSON_ParseWithLength(body.data, body.len);
    assert_non_null(root);
    if (strlen(text_of(root, chats[chat].format)) > chats[chat].text)
        fail_msg("%s: %zu bytes", alert_format_name(chats[chat].format),
                 strlen(text_of(root, chats[chat].format)));
    cJSON_Delete(root);
    strbuf_free(&body);
}

static void hostile_texts_of_any_length(void **state)
{
    static const size_t lengths[] = {0, 1, 100, 4096, 10000};

    (void)state;
    for (size_t p = 0; p < PIECES; p++)
        for (size_t n = 0; n < sizeof lengths / sizeof *lengths; n++) {
            char *text = long_text(pieces[p], lengths[n]);
            struct step_view v = hostile_view(text);
            for (size_t c = 0; c < sizeof chats / sizeof *chats; c++)
                for (size_t count = 1; count <= 19; count += 18) {
                    struct told t;
                    told_begin(&t);
                    for (size_t i = 0; i < count; i++)
                        told_add(&t, &v);
                    t.m.languages = c % 2 ? FORMAT_ZH : FORMAT_BOTH;
                    check_chat(c, &t);
                }
            free(text);
        }
}

/* Programs get what was written, as JSON and XML can hold it. */
static void hostile_texts_for_programs(void **state)
{
    (void)state;
    for (size_t p = 0; p < PIECES; p++) {
        char *text = long_text(pieces[p], 10000);
        struct step_view v = hostile_view(text);
        struct told t;
        struct strbuf body = {0};
        told_begin(&t);
        told_add(&t, &v);
        render_as(FORMAT_ALERTMANAGER, &t, &body);
        assert_null(json_check(body.data, body.len).words);
        strbuf_clear(&body);
        render_as(FORMAT_CLOUDEVENTS, &t, &body);
        assert_null(json_check(body.data, body.len).words);
        strbuf_free(&body);
        free(text);
    }
}

static void as_put(const char *text, enum markup markup, size_t max, const char *expected)
{
    struct strbuf out = {0};

    text_put(&out, text, markup, max);
    assert_string_equal(strbuf_text(&out), expected);
    strbuf_free(&out);
}

static void cut_at_characters(void **state)
{
    (void)state;
    as_put("裂缝", MARKUP_NONE, 6, "裂缝");
    as_put("裂缝宽", MARKUP_NONE, 8, "裂…");
    as_put("裂缝宽", MARKUP_NONE, 5, "…");
    as_put("裂缝宽", MARKUP_NONE, 2, "");
    as_put("裂缝宽", MARKUP_NONE, 0, "");
    as_put("abcdef", MARKUP_NONE, 5, "ab…");
    as_put("🏚🏚", MARKUP_NONE, 7, "🏚…");
    as_put("a&b&c", MARKUP_SLACK, 8, "a…"); /* never half an entity */
    as_put("a&b", MARKUP_SLACK, 7, "a&amp;b");
    assert_int_equal(text_fit("裂缝", 5), 3);
    assert_int_equal(text_fit("裂缝", 6), 6);
    assert_int_equal(text_fit("裂缝", 2), 0);
    assert_int_equal(text_fit_characters("裂缝x", 2), 6);
    assert_int_equal(text_fit_characters("裂缝x", 0), 0);
    assert_int_equal(text_fit_characters("裂缝x", 9), 7);
}

static void markup_is_harmless(void **state)
{
    (void)state;
    as_put("a\nb\tc", MARKUP_NONE, 100, "a b c");
    as_put("a\x01\xe2\x80\xae"
           "b\xff",
           MARKUP_NONE, 100, "ab");
    as_put("<font>*x* `y` [z](u) [k]", MARKUP_MARKDOWN, 200, "＜font＞＊x＊ ｀y｀ [z］(u) [k]");
    as_put("# no heading", MARKUP_MARKDOWN, 100, "＃ no heading");
    as_put("No. #3", MARKUP_MARKDOWN, 100, "No. #3");
    as_put("<!channel> & <@U1>", MARKUP_SLACK, 100, "&lt;!channel&gt; &amp; &lt;@U1&gt;");
    as_put("<b>", MARKUP_NONE, 100, "<b>");
}

/* Each of as many steps as fit into one message is still named in it, in each language. */
static void every_one_is_named(void **state)
{
    static char names[STEPS_MAX][100];
    static const enum alert_format formats[] = {FORMAT_WECOM, FORMAT_DINGTALK, FORMAT_FEISHU,
                                                FORMAT_SLACK, FORMAT_NTFY};

    (void)state;
    for (size_t f = 0; f < 5; f++)
        for (unsigned languages = FORMAT_ZH; languages <= FORMAT_BOTH; languages++) {
            size_t count = format_batch(format_of(formats[f]), languages);
            struct told t;
            struct strbuf body = {0};
            char *padding = long_text("裂缝很宽", 2000), title[64];
            told_begin(&t);
            t.m.languages = languages;
            assert_true(count >= 17 && count <= STEPS_MAX);
            for (size_t i = 0; i < count; i++) {
                struct step_view v = hostile_view("x");
                char *text = NULL;
                snprintf(names[i], sizeof names[i], "【升为橙色警告，原为黄色】建业里%zu号 前墙",
                         i);
                assert_true(asprintf(&text, "%s：%s", names[i], padding) > 0);
                v.summary = (struct bilingual){text, text};
                told_add(&t, &v);
            }
            render_as(formats[f], &t, &body);
            for (size_t i = 0; i < count; i++) {
                if (!strstr(body.data, names[i]))
                    fail_msg("%s: %zu of %zu is not named", alert_format_name(formats[f]), i,
                             count);
                free((void *)(uintptr_t)t.views[i].summary.zh);
            }
            snprintf(title, sizeof title, languages & FORMAT_ZH ? "%zu 条" : "%zu alert", count);
            assert_non_null(strstr(body.data, title));
            free(padding);
            strbuf_free(&body);
        }
}

static void keywords(void **state)
{
    struct step_view v = hostile_view("x");
    struct told t;
    struct strbuf title = {0};

    (void)state;
    told_begin(&t);
    told_add(&t, &v);
    t.m.keyword = "橙色"; /* is in it already */
    format_title(&t.m, &title);
    assert_string_equal(strbuf_text(&title), "🟠 橙色警告，有新情况：x x x");
    strbuf_clear(&title);
    t.m.keyword = "监测";
    format_title(&t.m, &title);
    assert_string_equal(strbuf_text(&title), "🟠 监测，橙色警告，有新情况：x x x");
    strbuf_free(&title);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile_texts_of_any_length), cmocka_unit_test(hostile_texts_for_programs),
        cmocka_unit_test(cut_at_characters),           cmocka_unit_test(markup_is_harmless),
        cmocka_unit_test(every_one_is_named),          cmocka_unit_test(keywords),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
