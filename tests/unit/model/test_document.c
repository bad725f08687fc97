/* Documents: blocks in order, texts copied, tables that grow, and memory that runs out nowhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "shikumen/model/document.h"

static void test_blocks_come_in_order_with_copied_texts(void **state)
{
    struct arena arena = {0};
    struct document d;
    char text[] = "first";

    (void)state;
    document_begin(&d, &arena, "en");
    document_heading(&d, 1, text);
    memcpy(text, "other", 5);
    document_paragraph(&d, text);
    document_note(&d, NULL);
    assert_int_equal(d.count, 3);
    assert_int_equal(d.blocks[0].kind, DOC_HEADING);
    assert_string_equal(d.blocks[0].text, "first");
    assert_string_equal(d.blocks[1].text, "other");
    assert_int_equal(d.blocks[2].kind, DOC_NOTE);
    assert_string_equal(d.blocks[2].text, "");
    assert_false(d.failed);
    arena_free(&arena);
}

static void test_levels_of_headings_are_one_to_three(void **state)
{
    struct arena arena = {0};
    struct document d;

    (void)state;
    document_begin(&d, &arena, "en");
    document_heading(&d, -4, "a");
    document_heading(&d, 2, "b");
    document_heading(&d, 99, "c");
    assert_int_equal(d.blocks[0].level, 1);
    assert_int_equal(d.blocks[1].level, 2);
    assert_int_equal(d.blocks[2].level, 3);
    arena_free(&arena);
}

static void test_a_table_grows_and_keeps_its_rows(void **state)
{
    const struct doc_column columns[] = {{"n", true}, {"square", true}};
    struct arena arena = {0};
    struct document d;
    char a[16], b[16];

    (void)state;
    document_begin(&d, &arena, "en");
    document_table(&d, "squares", columns, 2);
    for (int i = 0; i < 300; i++) {
        snprintf(a, sizeof a, "%d", i);
        snprintf(b, sizeof b, "%d", i * i);
        document_row(&d, (struct doc_cell[]){{a, DOC_PLAIN}, {b, i % 2 ? DOC_RED : DOC_PLAIN}});
    }
    assert_int_equal(document_rows(&d), 300);
    assert_string_equal(d.blocks[0].cells[2 * 299 + 1].text, "89401");
    assert_int_equal(d.blocks[0].cells[2 * 299 + 1].tint, DOC_RED);
    assert_string_equal(d.blocks[0].cells[0].text, "0");
    assert_string_equal(d.blocks[0].columns[1].heading, "square");
    arena_free(&arena);
}

static void test_a_cell_without_text_is_a_dash(void **state)
{
    struct arena arena = {0};
    struct document d;

    (void)state;
    document_begin(&d, &arena, "en");
    document_keys(&d);
    document_key(&d, "built", NULL);
    assert_string_equal(d.blocks[0].cells[1].text, "–");
    arena_free(&arena);
}

static void test_rows_without_a_table_are_nothing(void **state)
{
    struct arena arena = {0};
    struct document d;

    (void)state;
    document_begin(&d, &arena, "en");
    document_row(&d, (struct doc_cell[]){{"x", DOC_PLAIN}});
    document_paragraph(&d, "text");
    document_row(&d, (struct doc_cell[]){{"x", DOC_PLAIN}});
    assert_int_equal(d.count, 1);
    assert_int_equal(document_rows(&d), 0);
    arena_free(&arena);
}

static void test_no_more_columns_than_there_is_room_for(void **state)
{
    struct doc_column columns[DOC_COLUMNS_MAX + 5];
    struct doc_cell cells[DOC_COLUMNS_MAX + 5];
    struct arena arena = {0};
    struct document d;

    (void)state;
    for (size_t i = 0; i < DOC_COLUMNS_MAX + 5; i++) {
        columns[i] = (struct doc_column){"h", false};
        cells[i] = (struct doc_cell){"c", DOC_PLAIN};
    }
    document_begin(&d, &arena, "en");
    document_table(&d, "", columns, DOC_COLUMNS_MAX + 5);
    document_row(&d, cells);
    assert_int_equal(d.blocks[0].column_count, DOC_COLUMNS_MAX);
    assert_int_equal(d.blocks[0].rows, 1);
    arena_free(&arena);
}

static void test_names_lead_back(void **state)
{
    (void)state;
    for (int i = 0; i < DOC_KINDS; i++)
        assert_int_equal(doc_kind_by_name(doc_kind_name((enum doc_kind)i)), i);
    for (int i = 0; i < DOC_TINTS; i++)
        assert_int_equal(doc_tint_by_name(doc_tint_name((enum doc_tint)i)), i);
    assert_int_equal(doc_kind_by_name("chart"), DOC_KINDS);
    assert_int_equal(doc_tint_by_name("pink"), DOC_PLAIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks_come_in_order_with_copied_texts),
        cmocka_unit_test(test_levels_of_headings_are_one_to_three),
        cmocka_unit_test(test_a_table_grows_and_keeps_its_rows),
        cmocka_unit_test(test_a_cell_without_text_is_a_dash),
        cmocka_unit_test(test_rows_without_a_table_are_nothing),
        cmocka_unit_test(test_no_more_columns_than_there_is_room_for),
        cmocka_unit_test(test_names_lead_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
