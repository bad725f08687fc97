/* A document as HTML and as JSON: what it says is all there, hostile texts stay texts, and reading
 * the JSON gives the document back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "shikumen/core/document_html.h"
#include "shikumen/core/document_json.h"

#define EVIL "<script>alert(1)</script>\"'&\x01\x1b[31m\n\xe2\x80\xae\xff"

static void fill(struct document *d, struct arena *arena)
{
    const struct doc_column columns[] = {{"名称 name", false}, {"n", true}};

    document_begin(d, arena, "zh-CN");
    d->title = "报告 <1>";
    d->subtitle = "sub";
    d->subject = "subject";
    d->author = "shikumend";
    d->date = "2026-11-30T00:00:00Z";
    d->running = "above";
    d->foot = "SHA-256 abc";
    document_heading(d, 1, "1 Identification");
    document_heading(d, 3, "small");
    document_paragraph(d, EVIL);
    document_note(d, "provisional");
    document_keys(d);
    document_key_tinted(d, "class", EVIL, DOC_RED);
    document_table(d, "caption", columns, 2);
    document_row(d, (struct doc_cell[]){{"墙", DOC_PLAIN}, {"12", DOC_ORANGE}});
    document_row(d, (struct doc_cell[]){{EVIL, DOC_PLAIN}, {"", DOC_PLAIN}});
    document_figure(d, "<?xml version=\"1.0\"?>\n<svg xmlns=\"x\"><g/></svg>\n", "figure", "words");
}

static char *html_of(const struct document *d)
{
    struct strbuf out = {0};

    document_html(d, &out);
    assert_false(out.failed);
    return out.data;
}

static size_t count(const char *text, const char *what)
{
    size_t n = 0;

    for (const char *at = text; (at = strstr(at, what)); at += strlen(what))
        n++;
    return n;
}

static void test_html_has_every_block(void **state)
{
    struct arena arena = {0};
    struct document d;
    char *html;

    (void)state;
    fill(&d, &arena);
    html = html_of(&d);
    assert_non_null(strstr(html, "<html lang=\"zh-CN\">"));
    assert_non_null(strstr(html, "<title>报告 &lt;1&gt;</title>"));
    assert_non_null(strstr(html, "<h2>1 Identification</h2>"));
    assert_non_null(strstr(html, "<h4>small</h4>"));
    assert_non_null(strstr(html, "<p class=\"note\">provisional</p>"));
    assert_non_null(strstr(html, "<caption>caption</caption>"));
    assert_non_null(strstr(html, "<th scope=\"col\" class=\"r\">n</th>"));
    assert_non_null(strstr(html, "<td>墙</td><td class=\"r orange\">12</td>"));
    assert_non_null(strstr(html, "<figure>\n<svg xmlns=\"x\"><g/></svg>\n<figcaption>figure"));
    assert_non_null(strstr(html, "SHA-256 abc"));
    assert_int_equal(count(html, "<tr>"), count(html, "</tr>"));
    assert_int_equal(count(html, "<table"), count(html, "</table>"));
    free(html);
    arena_free(&arena);
}

/* No tag, no attribute and no character of a text gets out of its place; nothing is fetched. */
static void test_hostile_texts_stay_texts(void **state)
{
    struct arena arena = {0};
    struct document d;
    char *html;

    (void)state;
    fill(&d, &arena);
    html = html_of(&d);
    assert_null(strstr(html, "<script"));
    assert_int_equal(count(html, "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&apos;&amp;[31m "), 3);
    assert_null(strchr(html, '\x01'));
    assert_null(strchr(html, '\x1b'));
    assert_null(strstr(html, "\xe2\x80\xae"));
    assert_null(strchr(html, 0xff));
    assert_null(strstr(html, "http:"));
    assert_null(strstr(html, "https:"));
    assert_null(strstr(html, "url("));
    free(html);
    arena_free(&arena);
}

static void test_an_xml_declaration_does_not_get_into_html(void **state)
{
    struct arena arena = {0};
    struct document d;
    char *html;

    (void)state;
    fill(&d, &arena);
    html = html_of(&d);
    assert_null(strstr(html, "<?xml"));
    free(html);
    arena_free(&arena);
}

static void test_the_foot_of_pages_stays_a_text_of_the_style(void **state)
{
    struct arena arena = {0};
    struct document d;
    char *html, *at;

    (void)state;
    fill(&d, &arena);
    d.foot = "a\"}body{display:none}</style>\\b\n<c>";
    html = html_of(&d);
    at = strstr(html, "@bottom-left");
    assert_non_null(at);
    assert_non_null(strstr(at, "content:\"a}body{display:none}/styleb c\"}"));
    assert_int_equal(count(html, "</style>"), 1);
    assert_null(strstr(html, "position:fixed")); /* it would lie on the text of the next page */
    free(html);
    arena_free(&arena);
}

static void test_an_empty_document_is_a_whole_file(void **state)
{
    struct arena arena = {0};
    struct document d;
    char *html;

    (void)state;
    document_begin(&d, &arena, "en");
    html = html_of(&d);
    assert_non_null(strstr(html, "<!DOCTYPE html>"));
    assert_non_null(strstr(html, "</html>"));
    free(html);
    arena_free(&arena);
}

static void expect_same(const struct document *a, const struct document *b)
{
    assert_string_equal(a->title, b->title);
    assert_string_equal(a->date, b->date);
    assert_string_equal(a->foot, b->foot);
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        const struct doc_block *x = &a->blocks[i], *y = &b->blocks[i];
        assert_int_equal(x->kind, y->kind);
        assert_int_equal(x->level, y->level);
        assert_int_equal(x->rows, y->rows);
        assert_int_equal(x->column_count, y->column_count);
        for (size_t j = 0; j < x->rows * x->column_count; j++)
            assert_int_equal(x->cells[j].tint, y->cells[j].tint);
    }
}

static void test_json_gives_the_document_back(void **state)
{
    struct arena arena = {0}, other = {0};
    struct strbuf json = {0}, again = {0};
    struct document d, back;

    (void)state;
    fill(&d, &arena);
    document_json(&d, &json);
    assert_int_equal(document_read(json.data, json.len, &other, &back), ERR_OK);
    expect_same(&d, &back);
    document_json(&back, &again);
    assert_string_equal(json.data, again.data);
    assert_null(strchr(json.data, '\x01'));
    strbuf_free(&json);
    strbuf_free(&again);
    arena_free(&arena);
    arena_free(&other);
}

static void expect_refused(const char *json)
{
    struct arena arena = {0};
    struct document d;

    assert_int_equal(document_read(json, strlen(json), &arena, &d), ERR_PARSE);
    arena_free(&arena);
}

static void test_what_is_no_document_is_refused(void **state)
{
    (void)state;
    expect_refused("");
    expect_refused("[]");
    expect_refused("{\"title\":\"x\"}");
    expect_refused("{\"blocks\":[{\"kind\":\"chart\"}]}");
    expect_refused("{\"blocks\":[{\"kind\":\"table\",\"columns\":[]}]}");
    expect_refused("{\"blocks\":[{\"kind\":\"heading\",\"text\":\"x\"}]");
}

static void test_odd_members_are_read_as_nothing(void **state)
{
    static const char json[] =
        "{\"title\":7,\"blocks\":[{\"kind\":\"heading\",\"level\":1e9,\"text\":null},"
        "{\"kind\":\"table\",\"text\":\"t\",\"columns\":[{},{\"heading\":\"b\"}],"
        "\"cells\":[{\"text\":\"1\"},{\"text\":\"2\",\"tint\":\"pink\"},{\"text\":\"3\"}]}]}";
    struct arena arena = {0};
    struct document d;

    (void)state;
    assert_int_equal(document_read(json, strlen(json), &arena, &d), ERR_OK);
    assert_string_equal(d.title, "");
    assert_int_equal(d.blocks[0].level, 1);
    assert_int_equal(d.blocks[1].rows, 1); /* the third cell is no row */
    assert_int_equal(d.blocks[1].cells[1].tint, DOC_PLAIN);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_html_has_every_block),
        cmocka_unit_test(test_hostile_texts_stay_texts),
        cmocka_unit_test(test_an_xml_declaration_does_not_get_into_html),
        cmocka_unit_test(test_the_foot_of_pages_stays_a_text_of_the_style),
        cmocka_unit_test(test_an_empty_document_is_a_whole_file),
        cmocka_unit_test(test_json_gives_the_document_back),
        cmocka_unit_test(test_what_is_no_document_is_refused),
        cmocka_unit_test(test_odd_members_are_read_as_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
