#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <cjson/cJSON.h>
#include <math.h>

#include "payload_samples.h"
#include "shikumen/base/file.h"
#include "shikumen/core/senml.h"

static struct senml_pack parse(struct arena *a, const char *text)
{
    struct senml_pack p;
    const char *payload = json(a, text);

    assert_int_equal(senml_parse(payload, strlen(payload), NULL, RX_US, a, &p), ERR_OK);
    return p;
}

static char *read_example(const char *name)
{
    struct strbuf b = {0};
    char path[512];

    snprintf(path, sizeof path, "%s/senml_rfc8428/%s", TEST_DATA, name);
    assert_int_equal(file_read(path, 1 << 20, &b), ERR_OK);
    assert_non_null(b.data);
    return b.data;
}

static void expect_resolved(const struct senml_record *r, const cJSON *want)
{
    const cJSON *u = cJSON_GetObjectItem(want, "u"), *v = cJSON_GetObjectItem(want, "v");
    const cJSON *vs = cJSON_GetObjectItem(want, "vs"), *vb = cJSON_GetObjectItem(want, "vb");

    assert_null(r->fault);
    assert_null(r->raw);
    assert_string_equal(r->name, cJSON_GetObjectItem(want, "n")->valuestring);
    assert_true(r->t_us == llround(cJSON_GetObjectItem(want, "t")->valuedouble * 1e6));
    assert_true((r->unit != NULL) == (u != NULL));
    if (u)
        assert_string_equal(r->unit, u->valuestring);
    if (v) {
        assert_int_equal(r->kind, SENML_NUMBER);
        assert_true(r->value == v->valuedouble);
    } else if (vs) {
        assert_int_equal(r->kind, SENML_STRING);
        assert_string_equal(r->text, vs->valuestring);
    } else {
        assert_non_null(vb);
        assert_int_equal(r->kind, SENML_BOOLEAN);
        assert_true(r->value == (cJSON_IsTrue(vb) ? 1.0 : 0.0));
    }
    assert_false(r->has_sum);
    assert_true(isnan(r->update_s));
}

/* The packs of RFC 8428 section 5, as printed and as generated, against their resolved forms. */
static void example(int number, const char *suffix, int64_t rx_s)
{
    char name[64];
    bool absolute = strstr(suffix, "resolved") != NULL;
    struct arena a = {0};
    struct senml_pack p;
    char *text, *resolved;
    cJSON *want;
    size_t n;

    snprintf(name, sizeof name, "ex%d%s", number, suffix);
    text = read_example(name);
    snprintf(name, sizeof name, "ex%d.gen.resolved.json", number);
    resolved = read_example(name);
    want = cJSON_Parse(resolved);
    n = (size_t)cJSON_GetArraySize(want);
    assert_int_equal(senml_parse(text, strlen(text), NULL, rx_s * SECOND_US, &a, &p), ERR_OK);
    assert_null(p.fault);
    assert_int_equal(p.count, number == 7 && !absolute ? n + 1 : n);
    for (size_t i = 0; i < n; i++) {
        expect_resolved(&p.records[i], cJSON_GetArrayItem(want, (int)i));
        assert_int_equal(p.records[i].relative_time, !absolute && (number <= 2 || number == 7));
    }
    if (p.count > n) {
        assert_string_equal(p.records[3].name, "urn:dev:ow:10e2073a01080063:nfv-reader");
        assert_int_equal(p.records[3].kind, SENML_DATA);
        assert_string_equal(p.records[3].text, "aGkgCg");
    }
    cJSON_Delete(want);
    free(text);
    free(resolved);
    arena_free(&a);
}

static void examples_of_the_rfc_resolve(void **state)
{
    static const int64_t rx_s[] = {1498780179, 1498780179, 0, 0, 0, 0, 1499109309};

    (void)state;
    for (int i = 1; i <= 7; i++) {
        example(i, ".json", rx_s[i - 1]);
        example(i, ".gen.json", rx_s[i - 1]);
        example(i, ".gen.resolved.json", rx_s[i - 1]);
    }
}

static void base_fields_hold_until_replaced(void **state)
{
    struct arena a = {0};
    struct senml_pack p;

    (void)state;
    p = parse(&a, "[{'bn':'a/','bu':'mm','bt':1.7e9,'bv':10,'bs':100},"
                  " {'n':'x','v':1,'s':2},"
                  " {'bv':20,'bu':'V','n':'y','v':1},"
                  " {'bn':'b','v':-1,'u':'Cel','t':1},"
                  " {'bn':'','n':'z','s':0.5,'bs':1,'bt':1.8e9,'ut':600}]");
    assert_null(p.fault);
    assert_int_equal(p.count, 4);
    assert_string_equal(p.records[0].name, "a/x");
    assert_string_equal(p.records[0].unit, "mm");
    assert_true(p.records[0].value == 11 && p.records[0].sum == 102 && p.records[0].has_sum);
    assert_true(p.records[0].t_us == 1700000000 * SECOND_US && !p.records[0].relative_time);
    assert_string_equal(p.records[1].name, "a/y");
    assert_string_equal(p.records[1].unit, "V");
    assert_true(p.records[1].value == 21 && !p.records[1].has_sum);
    assert_string_equal(p.records[2].name, "b");
    assert_string_equal(p.records[2].unit, "Cel");
    assert_true(p.records[2].value == 19 && p.records[2].t_us == 1700000001 * SECOND_US);
    assert_string_equal(p.records[3].name, "z");
    assert_int_equal(p.records[3].kind, SENML_SUM_ONLY);
    assert_true(p.records[3].sum == 1.5 && p.records[3].update_s == 600);
    assert_true(p.records[3].t_us == 1800000000 * SECOND_US);
    arena_free(&a);
}

static void default_base_name_holds_until_bn(void **state)
{
    const char *text = "[{\"n\":\"x\",\"v\":1},{\"bn\":\"B/\",\"n\":\"x\",\"v\":1},{\"v\":2}]";
    struct arena a = {0};
    struct senml_pack p;

    (void)state;
    assert_int_equal(senml_parse(text, strlen(text), "H001/n1/", RX_US, &a, &p), ERR_OK);
    assert_int_equal(p.count, 3);
    assert_string_equal(p.records[0].name, "H001/n1/x");
    assert_string_equal(p.records[1].name, "B/x");
    assert_string_equal(p.records[2].name, "B/");
    arena_free(&a);
}

static int64_t time_of(struct arena *a, const char *record, bool *relative)
{
    const char *text = arena_printf(a, "[%s]", record);
    struct senml_pack p = parse(a, text);

    assert_null(p.fault);
    assert_int_equal(p.count, 1);
    assert_null(p.records[0].fault);
    *relative = p.records[0].relative_time;
    return p.records[0].t_us;
}

/* RFC 8428 section 4.5.3; the addition comes before the test. */
static void times_below_2_28_are_relative(void **state)
{
    static const struct {
        const char *record;
        bool relative;
        int64_t t_us; /* less RX_US when relative */
    } cases[] = {
        {"{'n':'a','v':1}", true, 0},
        {"{'n':'a','v':1,'t':0}", true, 0},
        {"{'n':'a','v':1,'t':-5}", true, -5 * SECOND_US},
        {"{'n':'a','v':1,'t':2.5}", true, 2500000},
        {"{'n':'a','v':1,'t':-0.000001}", true, -1},
        {"{'n':'a','v':1,'bt':-600,'t':60}", true, -540 * SECOND_US},
        {"{'n':'a','v':1,'t':268435455.75}", true, 268435455750000},
        {"{'n':'a','v':1,'t':268435456}", false, 268435456 * SECOND_US},
        {"{'n':'a','v':1,'bt':268435455,'t':1}", false, 268435456 * SECOND_US},
        {"{'n':'a','v':1,'bt':268435457,'t':-2}", true, 268435455 * SECOND_US},
        {"{'n':'a','v':1,'t':1763798400.125}", false, 1763798400125000},
        {"{'n':'a','v':1,'t':1763798400.123456}", false, 1763798400123456},
        {"{'n':'a','v':1,'bt':1763798400.123456,'t':-0.000456}", false, 1763798400123000},
        {"{'n':'a','v':1,'t':1.763798400999999e9}", false, 1763798400999999},
    };
    struct arena a = {0};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool relative;
        int64_t t_us = time_of(&a, cases[i].record, &relative);
        if (relative != cases[i].relative || t_us - (relative ? RX_US : 0) != cases[i].t_us)
            fail_msg("%s: %lld", cases[i].record, (long long)t_us);
    }
    arena_free(&a);
}

/* Microseconds survive the way through a double, whatever bt and t share between them. */
static void microseconds_survive(void **state)
{
    struct arena a = {0};
    uint64_t seed = 8428;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        int64_t base_us = 1600000000 * SECOND_US + (int64_t)below(&seed, 500000000000000);
        int64_t step_us = (int64_t)below(&seed, 7200000000) - 3600000000;
        const char *sign = step_us < 0 ? "-" : "";
        char text[128];
        struct senml_pack p;
        int64_t magnitude = step_us < 0 ? -step_us : step_us;
        int n = snprintf(text, sizeof text,
                         "[{\"n\":\"a\",\"v\":1,\"bt\":%lld.%06lld,\"t\":%s%lld.%06lld}]",
                         (long long)(base_us / SECOND_US), (long long)(base_us % SECOND_US), sign,
                         (long long)(magnitude / SECOND_US), (long long)(magnitude % SECOND_US));
        assert_int_equal(senml_parse(text, (size_t)n, NULL, RX_US, &a, &p), ERR_OK);
        assert_true(p.records[0].t_us == base_us + step_us);
        arena_reset(&a);
    }
    arena_free(&a);
}

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

/* What a random record is meant to say. */
struct meant {
    char name[64];
    const char *unit; /* NULL: none */
    int64_t t_us;
    enum senml_value kind;
    double value, sum;
    bool has_sum, relative;
};

#define MEMBERS_MAX 12

/* Members of one record in the making, shuffled before they are written. */
struct members {
    char text[MEMBERS_MAX][96];
    size_t count;
};

static void add(struct members *m, const char *format, ...) PRINTF_LIKE(2, 3);
static void add(struct members *m, const char *format, ...)
{
    va_list args;

    assert_true(m->count < MEMBERS_MAX);
    va_start(args, format);
    vsnprintf(m->text[m->count++], sizeof m->text[0], format, args);
    va_end(args);
}

static void write_members(struct strbuf *b, struct members *m, uint64_t *seed)
{
    strbuf_puts(b, b->len > 1 ? ",{" : "{");
    for (size_t left = m->count; left > 0; left--) {
        size_t pick = below(seed, left);
        strbuf_puts(b, m->text[pick]);
        memmove(m->text[pick], m->text[left - 1], sizeof m->text[0]);
        if (left > 1)
            strbuf_putc(b, ',');
    }
    strbuf_putc(b, '}');
}

/* The base fields a generator has set. */
struct written_base {
    char name[32];
    const char *unit;
    int64_t t_s;
    int value, sum;
};

static const char *const units[] = {"mm", "Cel", "%RH", "V"};

static void change_base(struct members *m, struct written_base *base, uint64_t *seed)
{
    if (below(seed, 4) == 0) {
        snprintf(base->name, sizeof base->name, "h%zu/n%zu/", below(seed, 100), below(seed, 9));
        add(m, "\"bn\":\"%s\"", base->name);
    }
    if (below(seed, 4) == 0) {
        base->unit = units[below(seed, 4)];
        add(m, "\"bu\":\"%s\"", base->unit);
    }
    if (below(seed, 4) == 0) {
        base->t_s = below(seed, 2) ? 1700000000 + (int64_t)below(seed, 100000000)
                                   : -(int64_t)below(seed, 1000);
        add(m, "\"bt\":%lld", (long long)base->t_s);
    }
    if (below(seed, 4) == 0)
        add(m, "\"bv\":%d", base->value = (int)below(seed, 1000) - 500);
    if (below(seed, 8) == 0)
        add(m, "\"bs\":%d", base->sum = (int)below(seed, 1000));
}

static void mean_value(struct members *m, const struct written_base *base, struct meant *want,
                       uint64_t *seed)
{
    want->kind = (enum senml_value)below(seed, 5);
    if (want->kind == SENML_NUMBER) {
        double own = (double)below(seed, 100000) / 1000.0;
        add(m, "\"v\":%.3f", own);
        want->value = own + base->value;
    } else if (want->kind == SENML_BOOLEAN) {
        want->value = (double)below(seed, 2);
        add(m, "\"vb\":%s", want->value > 0 ? "true" : "false");
    } else if (want->kind == SENML_STRING) {
        add(m, "\"vs\":\"\\u77f3,{]\\\"\"");
    } else if (want->kind == SENML_DATA) {
        add(m, "\"vd\":\"aGkgCg\"");
    }
    want->has_sum = want->kind == SENML_SUM_ONLY || below(seed, 3) == 0;
    if (want->has_sum) {
        int own = (int)below(seed, 1000);
        add(m, "\"s\":%d", own);
        want->sum = own + base->sum;
    }
}

static void mean_record(struct members *m, struct written_base *base, struct meant *want,
                        uint64_t *seed)
{
    int64_t own_s = 0;

    snprintf(want->name, sizeof want->name, "%s", base->name);
    if (base->name[0] == '\0' || below(seed, 3) > 0) {
        snprintf(want->name, sizeof want->name, "%ss-%zu", base->name, below(seed, 50));
        add(m, "\"n\":\"%s\"", want->name + strlen(base->name));
    }
    want->unit = base->unit;
    if (below(seed, 2) == 0) {
        want->unit = units[below(seed, 4)];
        add(m, "\"u\":\"%s\"", want->unit);
    }
    if (below(seed, 2) == 0) {
        own_s = (int64_t)below(seed, 5000) - 2500;
        add(m, "\"t\":%lld", (long long)own_s);
    }
    want->relative = base->t_s + own_s < 268435456;
    want->t_us = (base->t_s + own_s) * SECOND_US + (want->relative ? RX_US : 0);
    mean_value(m, base, want, seed);
    if (below(seed, 4) == 0)
        add(m, "\"unknown\":[{\"n\":\"]\"},\"}\"]");
}

static void expect_meant(const struct senml_record *r, const struct meant *want)
{
    assert_null(r->fault);
    assert_string_equal(r->name, want->name);
    assert_int_equal(r->unit != NULL, want->unit != NULL);
    if (want->unit)
        assert_string_equal(r->unit, want->unit);
    assert_true(r->t_us == want->t_us);
    assert_int_equal(r->relative_time, want->relative);
    assert_int_equal(r->kind, want->kind);
    if (r->kind == SENML_NUMBER || r->kind == SENML_BOOLEAN)
        assert_true(r->value == want->value);
    if (r->kind == SENML_STRING)
        assert_string_equal(r->text, "石,{]\"");
    assert_int_equal(r->has_sum, want->has_sum);
    if (want->has_sum)
        assert_true(r->sum == want->sum);
}

/* Whatever is meant, however it is spread over base fields and in whatever order the members stand,
 * that is what is read. */
static void random_packs_round_trip(void **state)
{
    struct strbuf b = {0};
    struct arena a = {0};
    uint64_t seed = 20261122;

    (void)state;
    for (int i = 0; i < 5000; i++) {
        struct meant want[20];
        struct written_base base = {0};
        size_t count = 1 + below(&seed, 20), meant = 0;
        struct senml_pack p;
        strbuf_clear(&b);
        strbuf_putc(&b, '[');
        for (size_t k = 0; k < count; k++) {
            struct members m = {.count = 0};
            change_base(&m, &base, &seed);
            if (m.count == 0 || below(&seed, 3) > 0)
                mean_record(&m, &base, &want[meant++], &seed);
            write_members(&b, &m, &seed);
        }
        strbuf_putc(&b, ']');
        assert_int_equal(senml_parse(b.data, b.len, NULL, RX_US, &a, &p), ERR_OK);
        assert_null(p.fault);
        assert_int_equal(p.count, meant);
        for (size_t k = 0; k < meant; k++)
            expect_meant(&p.records[k], &want[k]);
        arena_reset(&a);
    }
    strbuf_free(&b);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples_of_the_rfc_resolve),
        cmocka_unit_test(base_fields_hold_until_replaced),
        cmocka_unit_test(default_base_name_holds_until_bn),
        cmocka_unit_test(times_below_2_28_are_relative),
        cmocka_unit_test(microseconds_survive),
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
        cmocka_unit_test(random_packs_round_trip),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
