/* CBOR as RFC 8949 writes it down, and SenML packs in it (RFC 8428 section 6). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../src/core/cbor.h"
#include "shikumen/base/file.h"
#include "shikumen/core/senml.h"

#define RX_US 1795305600000000LL

static struct arena arena;

static int give_back(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static size_t from_hex(const char *hex, uint8_t *out)
{
    size_t n = strlen(hex) / 2;

    for (size_t i = 0; i < n; i++) {
        const char digits[] = {hex[2 * i], hex[2 * i + 1], '\0'};
        out[i] = (uint8_t)strtol(digits, NULL, 16);
    }
    return n;
}

/* The item as JSON, or "!" and the fault. */
static const char *as_json(const char *hex)
{
    uint8_t bytes[512];
    size_t n = from_hex(hex, bytes);
    struct cbor_input in;
    char *printed;
    const char *text;

    assert_int_equal(cbor_read(bytes, n, 1000, NULL, &arena, &in), ERR_OK);
    if (!in.root)
        return arena_printf(&arena, "!%s", in.fault);
    printed = cJSON_PrintUnformatted(in.root);
    text = arena_strdup(&arena, printed);
    free(printed);
    cJSON_Delete(in.root);
    return text;
}

/* RFC 8949 appendix A, those that JSON can show. */
static void the_examples_of_the_standard(void **state)
{
    static const struct {
        const char *hex, *json;
    } cases[] = {
        {"00", "0"},
        {"1818", "24"},
        {"1903e8", "1000"},
        {"1a000f4240", "1000000"},
        {"1b000000e8d4a51000", "1000000000000"},
        {"20", "-1"},
        {"3903e7", "-1000"},
        {"f90000", "0"},
        {"f93c00", "1"},
        {"fb3ff199999999999a", "1.1"},
        {"f93e00", "1.5"},
        {"f97bff", "65504"},
        {"fa47c35000", "100000"},
        {"f90400", "6.103515625e-05"},
        {"f9c400", "-4"},
        {"fbc010666666666666", "-4.1"},
        {"f4", "false"},
        {"f5", "true"},
        {"f6", "null"},
        {"f7", "null"},
        {"c11a514b67b0", "1363896240"},
        {"c48221196ab3", "273.15"},
        {"4401020304", "\"AQIDBA\""},
        {"40", "\"\""},
        {"6449455446", "\"IETF\""},
        {"62c3bc", "\"ü\""},
        {"83010203", "[1,2,3]"},
        {"8301820203820405", "[1,[2,3],[4,5]]"},
        {"a0", "{}"},
        {"a201020304", "{\"1\":2,\"3\":4}"},
        {"a26161016162820203", "{\"a\":1,\"b\":[2,3]}"},
        {"5f42010243030405ff", "\"AQIDBAU\""},
        {"7f657374726561646d696e67ff", "\"streaming\""},
        {"9fff", "[]"},
        {"9f018202039f0405ffff", "[1,[2,3],[4,5]]"},
        {"bf61610161629f0203ffff", "{\"a\":1,\"b\":[2,3]}"},
        {"a120f5", "{\"-1\":true}"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(as_json(cases[i].hex), cases[i].json);
}

static void what_is_broken_is_refused(void **state)
{
    static const char *const broken[] = {
        "",
        "18",
        "19 01",
        "1c",
        "61",
        "62ff",
        "62c3",
        "81",
        "a101",
        "a1f501",
        "9f01",
        "bf01",
        "5f6100ff",
        "7f4100ff",
        "ff",
        "f8ff",
        "00 00",
        "5bffffffffffffffff",
        "9bffffffffffffffff",
        "bbffffffffffffffff",
        "c4820161 61",
        "c481 01",
        "c482f97e0001", /* the exponent is no number, infinite, half */
        "c482f97c0001",
        "c482f9380001",
        "c48201f97e00",
        "fe",
        "1f",
        "3f",
        "df",
        "610 0",
    };

    (void)state;
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        char hex[64];
        size_t n = 0;
        for (const char *c = broken[i]; *c; c++)
            if (*c != ' ')
                hex[n++] = *c;
        hex[n] = '\0';
        if (as_json(hex)[0] != '!')
            fail_msg("%s is %s", hex, as_json(hex));
    }
    assert_string_equal(as_json("6100")[0] == '!' ? "!" : "", "!"); /* U+0000 */
}

static void depth_and_number_are_bounded(void **state)
{
    char deep[513];
    uint8_t many[4096];
    struct cbor_input in;

    (void)state;
    memset(deep, 0, sizeof deep);
    for (size_t i = 0; i < 100; i++)
        memcpy(deep + 2 * i, "81", 2);
    strcat(deep, "00");
    assert_non_null(strstr(as_json(deep), "deep"));
    memset(many, 0, sizeof many);
    many[0] = 0x9f;
    many[sizeof many - 1] = 0xff;
    assert_int_equal(cbor_read(many, sizeof many, 1000, NULL, &arena, &in), ERR_OK);
    assert_null(in.root);
    assert_non_null(strstr(in.fault, "too many"));
}

/* --- SenML --- */

static struct strbuf read_example(const char *name)
{
    struct strbuf text = {0};
    char path[512];

    snprintf(path, sizeof path, TEST_DATA "/senml_rfc8428/%s", name);
    assert_int_equal(file_read(path, 1 << 16, &text), ERR_OK);
    return text;
}

static void put_head(struct strbuf *out, unsigned major, uint64_t n)
{
    if (n < 24) {
        strbuf_putc(out, (char)(major << 5 | n));
        return;
    }
    strbuf_putc(out, (char)(major << 5 | 27));
    for (int shift = 56; shift >= 0; shift -= 8)
        strbuf_putc(out, (char)(n >> shift));
}

static void put_number(struct strbuf *out, double v)
{
    uint64_t bits;

    if (v == floor(v) && fabs(v) < 9e15) {
        put_head(out, v < 0, v < 0 ? (uint64_t)(-v) - 1 : (uint64_t)v);
        return;
    }
    memcpy(&bits, &v, sizeof bits);
    strbuf_putc(out, (char)0xfb);
    for (int shift = 56; shift >= 0; shift -= 8)
        strbuf_putc(out, (char)(bits >> shift));
}

/* The integer label of RFC 8428 table 4. */
static double label_of(const char *name)
{
    static const char *const names[] = {"bs", "bv", "bu", "bt", "bn", "bver", "n", "u",
                                        "v",  "vs", "vb", "s",  "t",  "ut",   "vd"};

    for (int i = 0; i < 15; i++)
        if (strcmp(names[i], name) == 0)
            return i - 6;
    fail_msg("%s has no label", name);
    return 0;
}

static void put_value(struct strbuf *out, const cJSON *item)
{
    if (strcmp(item->string, "vd") == 0) { /* "aGkgCg" */
        put_head(out, 2, 4);
        strbuf_append(out, "hi \n", 4);
    } else if (cJSON_IsString(item)) {
        put_head(out, 3, strlen(item->valuestring));
        strbuf_puts(out, item->valuestring);
    } else if (cJSON_IsBool(item)) {
        strbuf_putc(out, (char)(cJSON_IsTrue(item) ? 0xf5 : 0xf4));
    } else {
        put_number(out, item->valuedouble);
    }
}

static struct strbuf to_cbor(const cJSON *pack)
{
    struct strbuf out = {0};

    put_head(&out, 4, (uint64_t)cJSON_GetArraySize(pack));
    for (const cJSON *record = pack->child; record; record = record->next) {
        put_head(&out, 5, (uint64_t)cJSON_GetArraySize(record));
        for (const cJSON *item = record->child; item; item = item->next) {
            put_number(&out, label_of(item->string));
            put_value(&out, item);
        }
    }
    return out;
}

static void expect_same(const struct senml_pack *a, const struct senml_pack *b)
{
    assert_null(a->fault);
    assert_null(b->fault);
    assert_int_equal(a->count, b->count);
    assert_true(a->count > 0);
    for (size_t i = 0; i < a->count; i++) {
        const struct senml_record *x = &a->records[i], *y = &b->records[i];
        assert_string_equal(x->name, y->name);
        assert_string_equal(x->unit ? x->unit : "", y->unit ? y->unit : "");
        assert_true(x->t_us == y->t_us && x->kind == y->kind && !x->fault && !y->fault);
        assert_true(x->value == y->value);
        assert_string_equal(x->text ? x->text : "", y->text ? y->text : "");
    }
}

/* Each example says the same in CBOR: as the RFC encodes it where it does, else encoded here. */
static void packs_say_the_same_as_in_json(void **state)
{
    (void)state;
    for (int i = 1; i <= 7; i++) {
        char name[32];
        struct senml_pack from_json, from_cbor;
        snprintf(name, sizeof name, "ex%d.gen.json", i);
        struct strbuf json = read_example(name);
        cJSON *tree = cJSON_ParseWithLength(json.data, json.len);
        struct strbuf cbor = to_cbor(tree);
        assert_int_equal(senml_parse(json.data, json.len, NULL, RX_US, &arena, &from_json), ERR_OK);
        assert_int_equal(senml_parse_cbor(cbor.data, cbor.len, NULL, RX_US, &arena, &from_cbor),
                         ERR_OK);
        expect_same(&from_json, &from_cbor);
        strbuf_free(&cbor);
        if (i == 3 || i == 5) {
            snprintf(name, sizeof name, "ex%d.gen.cbor", i);
            cbor = read_example(name);
            assert_int_equal(senml_parse_cbor(cbor.data, cbor.len, NULL, RX_US, &arena, &from_cbor),
                             ERR_OK);
            expect_same(&from_json, &from_cbor);
            strbuf_free(&cbor);
        }
        cJSON_Delete(tree);
        strbuf_free(&json);
    }
}

static void faults_of_packs_are_told(void **state)
{
    uint8_t bytes[64];
    struct senml_pack pack;
    size_t n = from_hex("82a2006161020183", bytes); /* the second record is cut off */

    (void)state;
    assert_int_equal(senml_parse_cbor(bytes, n, NULL, RX_US, &arena, &pack), ERR_OK);
    assert_string_equal(pack.fault, "cbor");
    n = from_hex("81a2006161026162", bytes); /* v is a text */
    assert_int_equal(senml_parse_cbor(bytes, n, NULL, RX_US, &arena, &pack), ERR_OK);
    assert_null(pack.fault);
    assert_string_equal(pack.records[0].fault, "senml_type");
    assert_string_equal(pack.records[0].raw, "{\"n\":\"a\",\"v\":\"b\"}");
    n = from_hex("81a3006161020161785f01", bytes); /* "x_" must be understood */
    n = from_hex("81a30061610201625f5f01", bytes);
    assert_int_equal(senml_parse_cbor(bytes, n, NULL, RX_US, &arena, &pack), ERR_OK);
    assert_string_equal(pack.fault, "senml_key");
    n = from_hex("81a3006161020118630a", bytes); /* an unknown label is passed over */
    assert_int_equal(senml_parse_cbor(bytes, n, NULL, RX_US, &arena, &pack), ERR_OK);
    assert_null(pack.fault);
    assert_true(pack.count == 1 && pack.records[0].value == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_examples_of_the_standard, give_back),
        cmocka_unit_test_teardown(what_is_broken_is_refused, give_back),
        cmocka_unit_test_teardown(depth_and_number_are_bounded, give_back),
        cmocka_unit_test_teardown(packs_say_the_same_as_in_json, give_back),
        cmocka_unit_test_teardown(faults_of_packs_are_told, give_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
