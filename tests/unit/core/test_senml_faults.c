/* SenML: what is refused, whole or a record of it, and what harmless oddities are read. */
#include "senml_fixture.h"

#include <cjson/cJSON.h>
#include <math.h>

#include "shikumen/base/file.h"

static void expect_pack_fault(struct arena *a, const char *text, const char *fault)
{
    struct senml_pack p = parse(a, text);

    if (!p.fault || strcmp(p.fault, fault) != 0)
        fail_msg("%s: %s", text, p.fault ? p.fault : "accepted");
    assert_non_null(p.detail);
    assert_int_equal(p.count, 0);
}

static void packs_that_cannot_be_read_are_refused_whole(void **state)
{
    static const char *const not_json[] = {
        "",
        " ",
        "null",
        "1",
        "'x'",
        "[",
        "]",
        "[{'n':'a','v':1}",
        "[{'n':'a','v':1},]",
        "[NaN]",
        "[{'n':'a','v':NaN}]",
        "[{'n':'a','v':1}] x",
        "[{'n':'a','v':1}][]",
        "[{'n':'a','v':0x10}]",
        "[{'n':'a','v':1}]]",
        "[{n:1}]",
        "[{'n':'a' 'v':1}]",
        "[{'n':'a','v':}]",
        "[{'n':'a','v':-}]",
        "[{'n':'\\ud800','v':1}]",
        "[{'n':'a\\u0000b','v':1}]",
        "[{'n':'a\\\\\\u0000b','v':1}]",
        "[{'n':'a\xff','v':1}]",
        "[{'n':'a\xc0\xaf','v':1}]",
        "[{'n':'\xed\xa0\x80','v':1}]",
        "[{'n':'\xf4\x90\x80\x80','v':1}]",
        "[{'n':'a','v':1}]\xe4\xb8",
        "[{'n':'a','v':Infinity}]",
        "\xef\xbb\xbf",
        "\x01[{'n':'a','v':1}]",
    };
    struct arena a = {0};

    (void)state;
    for (size_t i = 0; i < sizeof not_json / sizeof *not_json; i++)
        expect_pack_fault(&a, not_json[i], "json");
    expect_pack_fault(&a, "[]", "pack");
    expect_pack_fault(&a, " [ ] ", "pack");
    expect_pack_fault(&a, "{}", "pack");
    expect_pack_fault(&a, "{'n':'a','v':1}", "pack");
    arena_free(&a);
}

static void a_nul_byte_is_refused(void **state)
{
    static const char text[] = "[{\"n\":\"a\",\0\"v\":1}]";
    struct arena a = {0};
    struct senml_pack p;

    (void)state;
    assert_int_equal(senml_parse(text, sizeof text - 1, NULL, RX_US, &a, &p), ERR_OK);
    assert_string_equal(p.fault, "json");
    assert_non_null(strstr(p.detail, "byte 11 of 18"));
    arena_free(&a);
}

/* Escaped backslashes before u0000 are six harmless characters, space and BOM are no garbage. */
static void harmless_oddities_are_read(void **state)
{
    static const char *const texts[] = {
        "[{'n':'a','vs':'\\\\u0000'}]",
        "\xef\xbb\xbf [{'n':'a','v':1}]\r\n\t ",
        "[{'n':'a','v':1,'foo':{'bar_':[1,{}]},'':0,'_x':1,'bvx':1,'bnn':2,'vv':3,'utt':4}]",
        "[{'n':'\\u0061','v':1E0}]",
        "[{'n':'a','vs':'石库门 \xf0\x9f\x8f\xa0'}]",
    };
    struct arena a = {0};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct senml_pack p = parse(&a, texts[i]);
        assert_null(p.fault);
        assert_int_equal(p.count, 1);
        assert_null(p.records[0].fault);
        assert_string_equal(p.records[0].name, "a");
    }
    arena_free(&a);
}

static void versions_and_keys_that_must_be_understood(void **state)
{
    struct arena a = {0};
    struct senml_pack p;

    (void)state;
    expect_pack_fault(&a, "[{'bver':11,'n':'a','v':1}]", "senml_version");
    expect_pack_fault(&a, "[{'bver':1e400,'n':'a','v':1}]", "senml_version");
    expect_pack_fault(&a, "[{'bver':0,'n':'a','v':1}]", "senml_version");
    expect_pack_fault(&a, "[{'bver':-1,'n':'a','v':1}]", "senml_version");
    expect_pack_fault(&a, "[{'bver':5.5,'n':'a','v':1}]", "senml_version");
    expect_pack_fault(&a, "[{'bver':'10','n':'a','v':1}]", "senml_version");
    expect_pack_fault(&a, "[{'bver':5,'n':'a','v':1},{'bver':6,'n':'a','v':1}]", "senml_version");
    expect_pack_fault(&a, "[{'n':'a','v':1},{'bver':5,'n':'a','v':1}]", "senml_version");
    expect_pack_fault(&a, "[{'n':'a','v':1},{'n':'b','v':1,'foo_':1}]", "senml_key");
    expect_pack_fault(&a, "[{'n':'a','v':1,'_':1}]", "senml_key");
    p = parse(&a, "[{'bver':5,'n':'a','v':1},{'bver':5,'n':'a','v':1},{'n':'a','v':2}]");
    assert_int_equal(p.count, 3);
    p = parse(&a, "[{'n':'a','v':1},{'bver':10,'n':'a','v':1}]");
    assert_int_equal(p.count, 2);
    arena_free(&a);
}

/* One bad record between two good ones: its fault, its name where it can be told, its text. */
static void a_bad_record_does_not_spoil_the_pack(void **state)
{
    static const struct {
        const char *record, *fault, *name;
    } cases[] = {
        {"7", "senml_record", NULL},
        {"null", "senml_record", NULL},
        {"[1,[2,'],{']]", "senml_record", NULL},
        {"'text,]'", "senml_record", NULL},
        {"{}", "senml_value", "h/"},
        {"{'n':'x'}", "senml_value", "h/x"},
        {"{'other':3}", "senml_value", "h/"},
        {"{'n':'x','v':1,'vs':'b'}", "senml_value", "h/x"},
        {"{'n':'x','vb':true,'v':1,'s':1}", "senml_value", "h/x"},
        {"{'n':'x','v':'1'}", "senml_type", "h/x"},
        {"{'n':'x','v':null}", "senml_type", "h/x"},
        {"{'n':'x','vb':1}", "senml_type", "h/x"},
        {"{'n':'x','vs':1}", "senml_type", "h/x"},
        {"{'n':'x','s':'1'}", "senml_type", "h/x"},
        {"{'n':'x','v':1,'t':'now'}", "senml_type", "h/x"},
        {"{'n':'x','v':1,'u':1}", "senml_type", "h/x"},
        {"{'n':'x','v':1,'ut':[]}", "senml_type", "h/x"},
        {"{'n':5,'v':1}", "senml_type", NULL},
        {"{'n':'x y','v':1}", "senml_name", NULL},
        {"{'n':'石','v':1}", "senml_name", NULL},
        {"{'n':'x\\n','v':1}", "senml_name", NULL},
        {"{'n':'x\\\\\\'{','v':1}", "senml_name", NULL},
        {"{'n':'x','v':1e400}", "value", "h/x"},
        {"{'n':'x','v':-1e999}", "value", "h/x"},
        {"{'n':'x','s':1e309}", "value", "h/x"},
        {"{'n':'x','v':1,'ut':1e309}", "value", "h/x"},
        {"{'n':'x','v':1,'t':1e400}", "senml_time", "h/x"},
        {"{'n':'x','v':1,'t':1e12}", "senml_time", "h/x"},
        {"{'n':'x','v':1,'t':-1e12}", "senml_time", "h/x"},
        {"{'n':'x','vd':'a$b'}", "senml_data", "h/x"},
        {"{'n':'x','vd':'abcde'}", "senml_data", "h/x"},
    };
    struct arena a = {0};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct senml_pack p =
            parse(&a, arena_printf(&a, "[{'bn':'h/'},{'n':'a','v':1} ,\n %s\t,{'n':'b','v':2}]",
                                   cases[i].record));
        assert_null(p.fault);
        assert_int_equal(p.count, 3);
        assert_null(p.records[0].fault);
        assert_null(p.records[2].fault);
        assert_string_equal(p.records[2].name, "h/b");
        if (!p.records[1].fault || strcmp(p.records[1].fault, cases[i].fault) != 0)
            fail_msg("%s: %s", cases[i].record,
                     p.records[1].fault ? p.records[1].fault : "accepted");
        assert_string_equal(p.records[1].raw, json(&a, cases[i].record));
        if (cases[i].name)
            assert_string_equal(p.records[1].name, cases[i].name);
        else
            assert_null(p.records[1].name);
    }
    arena_free(&a);
}

static void names_follow_the_rfc(void **state)
{
    static const char *const good[] = {"a", "0", "Z", "a-:./_9Z", "2001:db8::2/temperature"};
    static const char *const bad[] = {"",    "-a",  ":a",  ".a",  "/a",  "_a",  "a,b", "a;b",
                                      "a@b", "a[b", "a`b", "a{b", "a b", "a+b", "a%b", "\xc3\xa9"};
    struct arena a = {0};

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        for (size_t cut = 0; cut <= strlen(good[i]); cut++) {
            struct senml_pack p = parse(&a, arena_printf(&a, "[{'bn':'%.*s','n':'%s','v':1}]",
                                                         (int)cut, good[i], good[i] + cut));
            assert_null(p.records[0].fault);
            assert_string_equal(p.records[0].name, good[i]);
        }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct senml_pack p =
            parse(&a, arena_printf(&a, "[{'n':'%s','v':1},{'bn':'%s','v':1}]", bad[i], bad[i]));
        assert_string_equal(p.records[0].fault, "senml_name");
        assert_string_equal(p.records[1].fault, "senml_name");
    }
    arena_free(&a);
}

/* A name of 255 is one, a longer one is not, however it is put together. */
static void long_names_and_units_are_refused(void **state)
{
    char text[300];
    struct arena a = {0};
    struct senml_pack p;

    (void)state;
    memset(text, 'x', sizeof text);
    p = parse(&a, arena_printf(&a,
                               "[{'n':'%.255s','v':1},{'n':'%.256s','v':1},"
                               "{'bn':'%.254s','n':'yz','v':1},{'n':'y','v':1},"
                               "{'bn':'%.290s','n':'y','v':1},{'n':'y','v':1},"
                               "{'bn':'ok','bu':'%.64s','v':1},{'v':1},{'v':1,'u':'%.63s'}]",
                               text, text, text, text, text, text));
    assert_null(p.records[0].fault);
    assert_int_equal(strlen(p.records[0].name), 255);
    assert_string_equal(p.records[1].fault, "senml_name");
    assert_string_equal(p.records[2].fault, "senml_name");
    assert_null(p.records[3].fault);
    assert_string_equal(p.records[4].fault, "senml_name");
    assert_string_equal(p.records[5].fault, "senml_name");
    assert_string_equal(p.records[6].fault, "senml_unit");
    assert_string_equal(p.records[7].fault, "senml_base");
    assert_null(p.records[8].fault);
    arena_free(&a);
}

/* After a base field that cannot be understood, what needs it is refused rather than misread. */
static void a_broken_base_field_is_not_guessed(void **state)
{
    struct arena a = {0};
    struct senml_pack p;

    (void)state;
    p = parse(&a, "[{'bn':'a/'},{'bn':5},{'n':'x','v':1},{'bn':'b/','n':'x','v':1},"
                  " {'bt':'x','n':'x','v':1},{'n':'x','v':1},{'bt':1.7e9,'n':'x','v':1},"
                  " {'bv':1e400,'n':'x','v':1},{'n':'x','v':1},{'n':'x','vb':true},"
                  " {'bv':1,'n':'x','v':1},{'bu':[],'n':'x','v':1,'u':'mm'},{'n':'x','v':1},"
                  " {'n':'x','v':1,'u':'mm'},{'bs':true,'n':'x','s':1},{'n':'x','s':1}]");
    static const char *const want[] = {
        "senml_type", "senml_base", NULL,         "senml_type", "senml_base",
        NULL,         "value",      "senml_base", NULL,         NULL,
        "senml_type", "senml_base", NULL,         "senml_type", "senml_base",
    };
    assert_null(p.fault);
    assert_int_equal(p.count, sizeof want / sizeof *want);
    for (size_t i = 0; i < p.count; i++)
        if ((p.records[i].fault == NULL) != (want[i] == NULL) ||
            (want[i] && strcmp(want[i], p.records[i].fault) != 0))
            fail_msg("record %zu: %s", i, p.records[i].fault ? p.records[i].fault : "accepted");
    assert_string_equal(p.records[2].name, "b/x");
    assert_true(p.records[9].value == 2);
    arena_free(&a);
}

static void the_first_of_duplicate_keys_counts(void **state)
{
    struct arena a = {0};
    struct senml_pack p;

    (void)state;
    p = parse(&a, "[{'n':'a','n':'b','v':1,'v':2,'t':1.7e9,'t':0,'v':'x','u':'mm','u':'V'}]");
    assert_int_equal(p.count, 1);
    assert_null(p.records[0].fault);
    assert_string_equal(p.records[0].name, "a");
    assert_string_equal(p.records[0].unit, "mm");
    assert_true(p.records[0].value == 1 && p.records[0].t_us == 1700000000 * SECOND_US);
    arena_free(&a);
}

/* count records of the same text, in brackets. */
static char *repeated(const char *record, size_t count, size_t *len)
{
    size_t n = strlen(record);
    char *text = malloc(count * (n + 1) + 2), *p = text;

    assert_non_null(text);
    *p++ = '[';
    for (size_t i = 0; i < count; i++) {
        memcpy(p, record, n);
        p[n] = ',';
        p += n + 1;
    }
    p[-1] = ']';
    *len = (size_t)(p - text);
    return text;
}

static void a_pack_holds_65536_records(void **state)
{
    struct arena a = {0};
    struct senml_pack p;
    size_t n;
    char *text = repeated("{\"n\":\"a\",\"v\":1}", 65536, &n);

    (void)state;
    assert_int_equal(senml_parse(text, n, NULL, RX_US, &a, &p), ERR_OK);
    assert_null(p.fault);
    assert_int_equal(p.count, 65536);
    free(text);
    arena_reset(&a);
    text = repeated("{\"n\":\"a\",\"v\":1}", 65537, &n);
    assert_int_equal(senml_parse(text, n, NULL, RX_US, &a, &p), ERR_OK);
    assert_string_equal(p.fault, "pack");
    free(text);
    text = repeated("{\"n\":\"a\",\"v\":1,\"x\":[0,0,0,0,0,0,0,0,0,0,0,0,0,0]}", 65536, &n);
    assert_int_equal(senml_parse(text, n, NULL, RX_US, &a, &p), ERR_OK);
    assert_string_equal(p.fault, "json");
    assert_non_null(strstr(p.detail, "too many values"));
    free(text);
    arena_free(&a);
}

static void nesting_is_bounded(void **state)
{
    static const struct {
        size_t depth;
        bool refused;
    } cases[] = {{10, false}, {990, false}, {1001, true}, {100000, true}};
    struct arena a = {0};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t depth = cases[i].depth;
        char *text = malloc(2 * depth + 64), *p = text;
        struct senml_pack pack;
        assert_non_null(text);
        p += sprintf(p, "[{\"n\":\"a\",\"v\":1,\"x\":");
        memset(p, '[', depth);
        memset(p + depth, ']', depth);
        memcpy(p + 2 * depth, "}]", 2);
        assert_int_equal(
            senml_parse(text, (size_t)(p - text) + 2 * depth + 2, NULL, RX_US, &a, &pack), ERR_OK);
        assert_int_equal(pack.fault != NULL, cases[i].refused);
        assert_int_equal(pack.count, cases[i].refused ? 0 : 1);
        free(text);
    }
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packs_that_cannot_be_read_are_refused_whole),
        cmocka_unit_test(a_nul_byte_is_refused),
        cmocka_unit_test(harmless_oddities_are_read),
        cmocka_unit_test(versions_and_keys_that_must_be_understood),
        cmocka_unit_test(a_bad_record_does_not_spoil_the_pack),
        cmocka_unit_test(names_follow_the_rfc),
        cmocka_unit_test(long_names_and_units_are_refused),
        cmocka_unit_test(a_broken_base_field_is_not_guessed),
        cmocka_unit_test(the_first_of_duplicate_keys_counts),
        cmocka_unit_test(a_pack_holds_65536_records),
        cmocka_unit_test(nesting_is_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
