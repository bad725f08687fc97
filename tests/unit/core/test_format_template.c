/* Templates: what they make of a step, and what they say when they are wrong. */
#include "format_fixture.h"

#include "../../../src/core/json_check.h"

static struct format_template *parse(const char *text)
{
    struct fault_list faults = {0};
    struct format_template *t = NULL;

    if (format_template_parse("t", text, strlen(text), &faults, &t) != ERR_OK)
        fail_msg("%s", faults.first ? faults.first->text : "?");
    assert_int_equal(faults.count, 0);
    fault_list_free(&faults);
    return t;
}

static struct format_template *read_template(const char *name)
{
    struct strbuf text = {0};
    struct format_template *t;
    char path[512];

    snprintf(path, sizeof path, "%s/formats/%s.template", TEST_DATA, name);
    assert_int_equal(file_read(path, 1 << 20, &text), ERR_OK);
    t = parse(strbuf_text(&text));
    strbuf_free(&text);
    return t;
}

static void shipped_kinds(void **state)
{
    static const char *const names[] = {"duty", "register", "form"};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct format_template *t = read_template(names[i]);
        struct told told;
        told_begin(&told);
        told_read(&told, "vibration_raised");
        told.m.template = t;
        check_told(names[i], FORMAT_TEMPLATE, &told);
        told_end(&told);
        format_template_free(t);
    }
}

static void filled(const char *body, const struct step_view *v, const char *expected)
{
    struct strbuf text = {0}, out = {0};
    struct format_item item = {.step = v};
    struct format_message m = {.items = &item, .count = 1, .languages = FORMAT_EN, .keyword = ""};
    struct format_template *t;

    strbuf_printf(&text, "Content-Type: %s\n\n%s", *body == '<' ? "text/xml" : "application/json",
                  body);
    t = parse(strbuf_text(&text));
    format_template_render(t, &m, &out);
    assert_string_equal(strbuf_text(&out), expected);
    strbuf_free(&out);
    strbuf_free(&text);
    format_template_free(t);
}

static void values(void **state)
{
    static const char json[] =
        "{\"id\":\"x\",\"step\":3,\"event\":\"raised\",\"at\":\"2026-11-22T08:00:00Z\",\"house\":"
        "null,"
        "\"value\":1.25,\"sensors\":[\"a\",\"b\"],\"level\":2,"
        "\"limit\":{\"value\":1,\"provisional\":true,\"a/b\":7,\"c~d\":8},"
        "\"summary\":{\"zh\":\"裂缝\",\"en\":\"a \\\"quoted\\\" <b> & \\n line\"}}";
    struct step_view v;

    (void)state;
    assert_int_equal(step_view_parse(json, strlen(json), &v), ERR_OK);
    filled("{\"a\":{{/step}}}", &v, "{\"a\":3}");
    filled("{\"a\":\"{{/step}}\"}", &v, "{\"a\":\"3\"}");
    filled("{\"a\":{{/value}},\"b\":{{/house}},\"c\":\"{{/house}}\"}", &v,
           "{\"a\":1.25,\"b\":null,\"c\":\"\"}");
    filled("{\"a\":{{/sensors}},\"b\":\"{{/sensors}}\",\"c\":{{/sensors/1}},\"d\":{{/sensors/9}}}",
           &v, "{\"a\":[\"a\",\"b\"],\"b\":\"[\\\"a\\\",\\\"b\\\"]\",\"c\":\"b\",\"d\":null}");
    filled("{\"a\":{{/limit/provisional}},\"b\":{{/limit/a~1b}},\"c\":{{/limit/c~0d}}}", &v,
           "{\"a\":true,\"b\":7,\"c\":8}");
    filled("{\"\\\"{{/summary/en}}\\\"\":{{/summary/en}}}", &v,
           "{\"\\\"a \\\"quoted\\\" <b> & \\n line\\\"\":\"a \\\"quoted\\\" <b> & \\n line\"}");
    filled("<a b='{{/summary/en}}'>{{/level}}{{/house}}</a>", &v,
           "<a b='a &quot;quoted&quot; &lt;b&gt; &amp; \n line'>2</a>");
    filled("[\"{{/summary/zh|bytes:5}}\",\"{{/summary/zh|chars:1}}\"]", &v, "[\"裂\",\"裂\"]");
    filled("[{{/summary/en|chars:3}}]", &v, "[\"a \\\"\"]");
    filled("[\"{{/title}}\"]", &v, "[\"🟡 YELLOW attention: \"]");
    step_view_free(&v);
}

/* Whatever is filled in, JSON stays JSON. */
static void hostile_values(void **state)
{
    static const char *const texts[] = {"\\\"", "\\\\", "\\n\\u0001", "}}{{/id}}", "裂🏚"};
    static const char body[] = "Content-Type: application/json\n\n"
                               "{\"{{/summary/zh}}\":\"{{/text}}\",\"b\":{{/summary/en}},"
                               "\"c\":{{/title}},\"d\":{{/summary}},\"e\":\"{{/summary}}\"}";
    struct format_template *t = parse(body);

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct strbuf json = {0}, out = {0};
        struct told told;
        struct step_view v;
        strbuf_printf(&json,
                      "{\"id\":\"x\",\"step\":1,\"event\":\"e\",\"at\":\"2026-11-22T08:00:00Z\","
                      "\"summary\":{\"zh\":\"%s\",\"en\":\"%s\"}}",
                      texts[i], texts[i]);
        assert_int_equal(step_view_parse(json.data, json.len, &v), ERR_OK);
        told_begin(&told);
        told_add(&told, &v);
        told.m.template = t;
        render_as(FORMAT_TEMPLATE, &told, &out);
        if (json_check(out.data, out.len).words)
            fail_msg("%s", out.data);
        told_end(&told);
        strbuf_free(&json);
        strbuf_free(&out);
    }
    format_template_free(t);
}

static void success(void **state)
{
    struct format_template *t =
        parse("Content-Type: text/plain\nSuccess: /result/code = 0\n\n{{/text}}");
    struct format_template *any = parse("Content-Type: text/plain\n\n{{/text}}");

    (void)state;
    assert_true(format_template_success(t, "{\"result\":{\"code\":0}}", 21));
    assert_false(format_template_success(t, "{\"result\":{\"code\":1}}", 21));
    assert_false(format_template_success(t, "{}", 2));
    assert_false(format_template_success(t, "<html>", 6));
    assert_false(format_template_success(t, "", 0));
    assert_true(format_template_success(any, "", 0));
    assert_true(format_template_success(any, "<html>", 6));
    format_template_free(t);
    format_template_free(any);
}

/* --- faults --- */

static const struct {
    const char *text;
    int line;
    const char *words;
} faulty[] = {
    {"", 1, "Content-Type is missing; allowed: application/json"},
    {"\n{}", 1, "Content-Type is missing"},
    {"Content-Type: image/png\n\nx", 1, "\"image/png\" is not known; allowed: application/json"},
    {"Content-Type: text/plain\n", 2, "no body after an empty line"},
    {"# hello\nContent-Typ: text/plain\n\nx", 2,
     "\"Content-Typ\" is not known before the first empty"},
    {"Content-Type: text/plain\nSuccess: 0\n\nx", 2, "JSON Pointer into the answer"},
    {"Content-Type: text/plain\nSuccess: /a =\n\nx", 2, "JSON Pointer into the answer"},
    {"Content-Type: text/plain\n\na\n{{/summry/zh}}", 4,
     "{{/summry/zh}}: there is no such thing in a step; allowed: /title, /text, /id"},
    {"Content-Type: text/plain\n\n{{summary}}", 3, "no such thing in a step"},
    {"Content-Type: text/plain\n\n{{/id", 3, "{{ without }}"},
    {"Content-Type: text/plain\n\n{{/id\n}}", 3, "{{ without }}"},
    {"Content-Type: text/plain\n\n{{/id|upper}}", 3, "allowed after | are bytes:N and chars:N"},
    {"Content-Type: text/plain\n\n{{/id|bytes:0}}", 3, "N 1..1000000"},
    {"Content-Type: text/plain\n\n{{/id|chars:3x}}", 3, "N 1..1000000"},
    {"Content-Type: application/json\n\n{\n\"a\": {{/id}}\n\"b\": 1\n}", 5,
     "no JSON when it is filled in"},
    {"Content-Type: application/json\n\n{{/id}}}", 3, "no JSON when it is filled in"},
    {"Content-Type: application/json\n\n{\"a\":\"\xff\"}", 3, "no JSON when it is filled in"},
};

static void faults_are_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof faulty / sizeof *faulty; i++) {
        struct fault_list faults = {0};
        struct format_template *t;
        assert_int_equal(
            format_template_parse("f", faulty[i].text, strlen(faulty[i].text), &faults, &t),
            ERR_CONFIG);
        assert_null(t);
        assert_true(faults.count > 0);
        assert_string_equal(faults.first->file, "f");
        if (faults.first->line != faulty[i].line || !strstr(faults.first->text, faulty[i].words))
            fail_msg("%zu: %d: %s", i, faults.first->line, faults.first->text);
        fault_list_free(&faults);
    }
}

static void zero_bytes_are_refused(void **state)
{
    struct fault_list faults = {0};
    struct format_template *t;

    (void)state;
    assert_int_equal(
        format_template_parse("f", "Content-Type: text/plain\n\na\0b", 29, &faults, &t),
        ERR_CONFIG);
    fault_list_free(&faults);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shipped_kinds),    cmocka_unit_test(values),
        cmocka_unit_test(hostile_values),   cmocka_unit_test(success),
        cmocka_unit_test(faults_are_named), cmocka_unit_test(zero_bytes_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
