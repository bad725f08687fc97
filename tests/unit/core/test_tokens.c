/* The file of tokens: every line is read or is a fault with its number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "shikumen/core/tokens.h"

#define A "sha256:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define B "sha256:ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

struct read {
    struct arena arena;
    struct fault_list faults;
    struct token_list list;
    enum err e;
};

static struct read read_text(const char *text)
{
    struct read r = {0};

    r.e = tokens_parse("tokens", text, strlen(text), &r.arena, &r.faults, &r.list);
    return r;
}

static void done(struct read *r)
{
    fault_list_free(&r->faults);
    arena_free(&r->arena);
}

static void test_lines_comments_and_blanks(void **state)
{
    struct read r = read_text("# who\n\n  desk\toperator  " A "\r\n王工 admin " B);
    uint8_t hash[TOKEN_HASH_BYTES] = {0xff};

    (void)state;
    assert_int_equal(r.e, ERR_OK);
    assert_int_equal(r.list.count, 2);
    assert_string_equal(r.list.tokens[0].name, "desk");
    assert_int_equal(r.list.tokens[0].role, ROLE_OPERATOR);
    assert_int_equal(r.list.tokens[0].hash[31], 0x1f);
    for (uint8_t i = 1; i < TOKEN_HASH_BYTES; i++)
        hash[i] = i;
    assert_string_equal(tokens_find(&r.list, hash)->name, "王工");
    hash[31] ^= 1;
    assert_null(tokens_find(&r.list, hash));
    done(&r);
}

static void expect_fault(const char *text, int line, const char *part)
{
    struct read r = read_text(text);

    assert_int_equal(r.e, ERR_CONFIG);
    assert_int_equal(r.faults.count, 1);
    assert_int_equal(r.faults.first->line, line);
    if (!strstr(r.faults.first->text, part))
        fail_msg("\"%s\" does not say \"%s\"", r.faults.first->text, part);
    done(&r);
}

static void test_every_fault_has_its_line(void **state)
{
    (void)state;
    expect_fault("a viewer\n", 1, "NAME ROLE");
    expect_fault("a viewer " A " x\n", 1, "NAME ROLE");
    expect_fault("\na boss " A "\n", 2, "viewer, operator, planner, admin");
    expect_fault("a none " A "\n", 1, "viewer, operator, planner, admin");
    expect_fault("a viewer sha256:00\n", 1, "64 digits");
    expect_fault(
        "a viewer sha1:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f1\n", 1,
        "64 digits");
    expect_fault("a viewer " A "0\n", 1, "64 digits");
    expect_fault(
        "a viewer sha256:G00102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n", 1,
        "64 digits");
    expect_fault("a viewer " A "\na admin " B "\n", 2, "is there already");
    expect_fault("a viewer " A "\nb admin " A "\n", 2, "the same token");
    expect_fault("\xff viewer " A "\n", 1, "1 to 64");
    expect_fault("0123456789012345678901234567890123456789012345678901234567890123x viewer " A "\n",
                 1, "1 to 64");
}

static void test_as_many_as_are_allowed(void **state)
{
    struct strbuf text = {0};
    struct token t = {.role = ROLE_VIEWER};
    char name[16];
    struct read r;

    (void)state;
    t.name = name;
    for (int i = 0; i <= TOKENS_MOST; i++) {
        snprintf(name, sizeof name, "n%d", i);
        t.hash[0] = (uint8_t)(i & 0xff);
        t.hash[1] = (uint8_t)(i >> 8);
        token_line(&t, &text);
        if (i == TOKENS_MOST - 1) {
            r = read_text(strbuf_text(&text));
            assert_int_equal(r.e, ERR_OK);
            assert_int_equal(r.list.count, TOKENS_MOST);
            done(&r);
        }
    }
    r = read_text(strbuf_text(&text));
    assert_int_equal(r.e, ERR_CONFIG);
    assert_int_equal(r.faults.first->line, TOKENS_MOST + 1);
    done(&r);
    strbuf_free(&text);
}

static void test_names_of_roles_read_back(void **state)
{
    (void)state;
    for (enum role r = ROLE_VIEWER; r < ROLE_COUNT; r++)
        assert_int_equal(role_by_name(role_name(r)), r);
    assert_int_equal(role_by_name(""), ROLE_COUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_comments_and_blanks),
        cmocka_unit_test(test_every_fault_has_its_line),
        cmocka_unit_test(test_as_many_as_are_allowed),
        cmocka_unit_test(test_names_of_roles_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
