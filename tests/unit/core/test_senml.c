/* SenML: the examples of RFC 8428, base fields, times. */
#include "senml_fixture.h"

#include <cjson/cJSON.h>
#include <math.h>

#include "shikumen/base/file.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples_of_the_rfc_resolve),
        cmocka_unit_test(base_fields_hold_until_replaced),
        cmocka_unit_test(default_base_name_holds_until_bn),
        cmocka_unit_test(times_below_2_28_are_relative),
        cmocka_unit_test(microseconds_survive),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
