/* Tables as programs read them: JSON that parses back to what was put in, CSV of RFC 4180, whatever
 * the texts are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

#include "shikumen/view/listing.h"
#include "shikumen/view/table.h"

enum { COL_TEXT, COL_PEOPLE, COL_NUMBER, COL_REAL, COL_TIME, COL_BOOL, COL_JSON, COL_COUNT };

static const struct column columns[COL_COUNT] = {
    [COL_TEXT] = {"text", "文", "TEXT", false, 0}, [COL_PEOPLE] = {NULL, "人", "PEOPLE", false, 0},
    [COL_NUMBER] = {"n", NULL, NULL, true, 0},     [COL_REAL] = {"x", NULL, NULL, true, 0},
    [COL_TIME] = {"t", NULL, NULL, false, 0},      [COL_BOOL] = {"b", NULL, NULL, false, 0},
    [COL_JSON] = {"list", "表", "LIST", false, 0},
};

struct fixture {
    struct arena arena;
    struct desk desk;
    struct table table;
    struct strbuf out;
};

static int begin(void **state)
{
    static const struct fixture empty;
    struct fixture *f = test_malloc(sizeof *f);

    *f = empty;
    f->desk.arena = &f->arena;
    table_begin(&f->table, &f->desk, columns, COL_COUNT);
    *state = f;
    return 0;
}

static int end(void **state)
{
    struct fixture *f = *state;

    table_end(&f->table);
    strbuf_free(&f->out);
    arena_free(&f->arena);
    test_free(f);
    return 0;
}

static struct cell *add_row(struct fixture *f)
{
    struct cell *row = table_row(&f->table);

    assert_non_null(row);
    return row;
}

static void no_rows_are_an_empty_list(void **state)
{
    struct fixture *f = *state;

    table_json(&f->table, &f->out);
    assert_string_equal(strbuf_text(&f->out), "[]");
    strbuf_clear(&f->out);
    table_csv(&f->table, &f->out);
    assert_string_equal(strbuf_text(&f->out), "text,n,x,t,b,list\n");
}

static void every_kind_of_cell(void **state)
{
    struct fixture *f = *state;
    struct cell *row = add_row(f);

    row[COL_TEXT] = cell_shown(&f->table, cell_text(&f->table, "a\"b,c"), TINT_RED, "for people");
    row[COL_PEOPLE] = cell_text(&f->table, "unseen");
    row[COL_NUMBER] = cell_int(INT64_MIN);
    row[COL_REAL] = cell_real(0.1);
    row[COL_TIME] = cell_time(1767225600000000);
    row[COL_BOOL] = cell_bool(true);
    row[COL_JSON] = cell_json(&f->table, "[1,\"2\"]");
    table_json(&f->table, &f->out);
    assert_string_equal(strbuf_text(&f->out),
                        "[{\"text\":\"a\\\"b,c\",\"n\":-9223372036854775808,\"x\":0.1,"
                        "\"t\":\"2026-01-01T00:00:00Z\",\"b\":true,\"list\":[1,\"2\"]}]");
    strbuf_clear(&f->out);
    table_csv(&f->table, &f->out);
    assert_string_equal(strbuf_text(&f->out),
                        "text,n,x,t,b,list\n\"a\"\"b,c\",-9223372036854775808,0.1,"
                        "2026-01-01T00:00:00Z,true,\"[1,\"\"2\"\"]\"\n");
}

/* What people wrote is never a formula; numbers are left as they are. */
static void texts_are_no_formulas(void **state)
{
    static const char *const texts[] = {"=1+1", "+1",  "-1",  "@A1",  "\t=1",     "\r=1",
                                        "＝1",  "＋1", "－1", "＠A1", "=\"a\",b", "a=1"};
    static const char csv[] = "text,n,x,t,b,list\n'=1+1,-1,-0.5,,,-1\n'+1,-1,-0.5,,,-1\n"
                              "'-1,-1,-0.5,,,-1\n'@A1,-1,-0.5,,,-1\n'\t=1,-1,-0.5,,,-1\n"
                              "\"'\r=1\",-1,-0.5,,,-1\n'＝1,-1,-0.5,,,-1\n'＋1,-1,-0.5,,,-1\n"
                              "'－1,-1,-0.5,,,-1\n'＠A1,-1,-0.5,,,-1\n"
                              "\"'=\"\"a\"\",b\",-1,-0.5,,,-1\na=1,-1,-0.5,,,-1\n";
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct cell *row = add_row(f);
        row[COL_TEXT] = cell_text(&f->table, texts[i]);
        row[COL_NUMBER] = cell_int(-1);
        row[COL_REAL] = cell_real(-0.5);
        row[COL_JSON] = cell_json(&f->table, "-1");
    }
    table_csv(&f->table, &f->out);
    assert_string_equal(strbuf_text(&f->out), csv);
    strbuf_clear(&f->out);
    table_json_part(&f->table, 0, 1, &f->out);
    assert_non_null(strstr(strbuf_text(&f->out), "{\"text\":\"=1+1\","));
}

/* What is not known is null, and empty in CSV: never 0. */
static void unknown_is_null(void **state)
{
    struct fixture *f = *state;
    struct cell *row = add_row(f);

    row[COL_TEXT] = cell_text(&f->table, "");
    row[COL_REAL] = cell_real((double)NAN);
    row[COL_TIME] = cell_time(INT64_MAX);
    row = add_row(f);
    row[COL_REAL] = cell_real(-(double)INFINITY);
    row[COL_TIME] = cell_time(INT64_MIN);
    table_json(&f->table, &f->out);
    assert_string_equal(
        strbuf_text(&f->out),
        "[{\"text\":null,\"n\":null,\"x\":null,\"t\":null,\"b\":null,\"list\":null},\n "
        "{\"text\":null,\"n\":null,\"x\":null,\"t\":null,\"b\":null,\"list\":null}]");
    strbuf_clear(&f->out);
    table_csv(&f->table, &f->out);
    assert_string_equal(strbuf_text(&f->out), "text,n,x,t,b,list\n,,,,,\n,,,,,\n");
}

static void a_part_is_the_rows_asked_for(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < 200; i++)
        add_row(f)[COL_NUMBER] = cell_int(i);
    for (size_t first = 0; first <= 201; first += 67) {
        cJSON *list, *item;
        size_t n = 0;
        strbuf_clear(&f->out);
        table_json_part(&f->table, first, 70, &f->out);
        list = cJSON_Parse(strbuf_text(&f->out));
        assert_true(cJSON_IsArray(list));
        cJSON_ArrayForEach(item, list)
        {
            assert_int_equal(cJSON_GetObjectItem(item, "n")->valueint, (int)(first + n));
            n++;
        }
        assert_int_equal(n, first >= 200 ? 0 : first + 70 > 200 ? 200 - first : 70);
        cJSON_Delete(list);
    }
    strbuf_clear(&f->out);
    table_json_part(&f->table, SIZE_MAX, SIZE_MAX, &f->out);
    assert_string_equal(strbuf_text(&f->out), "[]");
}

/* Any bytes are a JSON string again, and one field of one CSV line. */
static void hostile_texts_stay_one_cell(void **state)
{
    struct fixture *f = *state;
    uint64_t random = 77;

    for (int i = 0; i < 2000; i++) {
        char text[20] = "";
        cJSON *list;
        for (int k = 0; k < 19; k++) {
            random = random * 6364136223846793005ULL + 1442695040888963407ULL;
            text[k] = (char)(1 + (random >> 33) % 255);
        }
        table_end(&f->table);
        table_begin(&f->table, &f->desk, columns, COL_COUNT);
        add_row(f)[COL_TEXT] = cell_text(&f->table, text);
        strbuf_clear(&f->out);
        table_json(&f->table, &f->out);
        list = cJSON_Parse(strbuf_text(&f->out));
        assert_non_null(list);
        assert_int_equal(cJSON_GetArraySize(list), 1);
        assert_true(cJSON_IsString(cJSON_GetObjectItem(list->child, "text")));
        assert_int_equal(cJSON_GetArraySize(list->child), COL_COUNT - 1);
        cJSON_Delete(list);
    }
}

/* A heading changed in one table is not changed in the next. */
static void own_columns_are_its_own(void **state)
{
    struct fixture *f = *state;
    struct table other;
    struct column *own = table_begin_own(&other, &f->desk, columns, COL_COUNT);

    assert_non_null(own);
    own[COL_TEXT].key = "else";
    table_csv(&other, &f->out);
    table_csv(&f->table, &f->out);
    assert_string_equal(strbuf_text(&f->out), "else,n,x,t,b,list\ntext,n,x,t,b,list\n");
    table_end(&other);
}

/* A reading says what is in doubt about its time, and no more than that. */
static void readings_say_what_their_clock_is(void **state)
{
    struct table *t = *state;
    struct reading r = {.t_us = 1772712000123456, .rx_us = 1772712000123000, .flag = QF_PASS};
    struct strbuf out = {0};

    assert_non_null(t);
    assert_null(reading_clock(&r));
    reading_json(&out, "s", "mm", &r);
    assert_null(strstr(strbuf_text(&out), "clock"));
    r.clock_doubt = true;
    assert_string_equal(reading_clock(&r), "arrival");
    r.t_us = r.rx_us + 1000;
    assert_string_equal(reading_clock(&r), "suspect");
    r.t_us = r.rx_us - 1;
    assert_string_equal(reading_clock(&r), "suspect");
    r.historical = true;
    strbuf_clear(&out);
    reading_json(&out, "s", "mm", &r);
    cJSON *json = cJSON_Parse(strbuf_text(&out));
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(json, "clock")), "suspect");
    assert_true(cJSON_IsTrue(cJSON_GetObjectItem(json, "historical")));
    cJSON_Delete(json);
    strbuf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(no_rows_are_an_empty_list, begin, end),
        cmocka_unit_test_setup_teardown(every_kind_of_cell, begin, end),
        cmocka_unit_test_setup_teardown(texts_are_no_formulas, begin, end),
        cmocka_unit_test_setup_teardown(unknown_is_null, begin, end),
        cmocka_unit_test_setup_teardown(a_part_is_the_rows_asked_for, begin, end),
        cmocka_unit_test_setup_teardown(hostile_texts_stay_one_cell, begin, end),
        cmocka_unit_test_setup_teardown(own_columns_are_its_own, begin, end),
        cmocka_unit_test_setup_teardown(readings_say_what_their_clock_is, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
