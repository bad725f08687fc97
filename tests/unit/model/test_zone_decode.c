/* Compiled zones: those of the IANA database against zdump, their rules, and hostile ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "shikumen/base/file.h"
#include "shikumen/base/utc.h"
#include "shikumen/model/zone.h"

#define S INT64_C(1000000)

static int64_t at(const char *text)
{
    int64_t t_us;

    assert_int_equal(utc_parse(text, &t_us), ERR_OK);
    return t_us;
}

/* --- the database --- */

struct compiled {
    struct strbuf bytes;
    struct arena arena;
    struct time_zone zone;
};

static void open_zone(const char *name, struct compiled *c)
{
    char path[512];

    *c = (struct compiled){.zone.name = name};
    snprintf(path, sizeof path, "%s/%s", TEST_DATA, name);
    assert_int_equal(file_read(path, 1 << 16, &c->bytes), ERR_OK);
    if (zone_decode((const uint8_t *)c->bytes.data, c->bytes.len, &c->arena, &c->zone) != ERR_OK)
        fail_msg("%s", name);
}

static void close_zone(struct compiled *c)
{
    strbuf_free(&c->bytes);
    arena_free(&c->arena);
}

/* What clocks show about a change, minute by minute, and back. */
static void look_about(const struct time_zone *z, int64_t t_us, int32_t before, int32_t after)
{
    int64_t longest = (before > after ? before - after : after - before) * S, first_us, last_us;

    if (zone_offset_us(z, t_us - 1) != before * S || zone_offset_us(z, t_us) != after * S)
        fail_msg("%s %lld", z->name, (long long)t_us);
    for (int64_t by_us = 0; by_us < longest; by_us += 60 * S) {
        int64_t wall_us = t_us + (before > after ? after : before) * S + by_us;
        enum zone_fit fit = zone_to_utc(z, wall_us, &first_us, &last_us);
        if (fit != (before > after ? ZONE_TWICE : ZONE_NEVER) ||
            first_us != wall_us - (before > after ? before : after) * S ||
            last_us != wall_us - (before > after ? after : before) * S)
            fail_msg("%s %lld", z->name, (long long)wall_us);
    }
    assert_int_equal(zone_to_utc(z, t_us + longest + after * S, &first_us, &last_us), ZONE_ONCE);
    assert_true(first_us == t_us + longest);
}

/* Returns how many changes there are. */
static size_t compare(const char *name)
{
    struct compiled c;
    char path[512], line[256];
    size_t count = 0;
    int32_t offset_now_s = INT32_MIN;
    int64_t last_us = INT64_MIN;
    FILE *f;

    snprintf(path, sizeof path, "zones/%s.tzif", name);
    open_zone(path, &c);
    snprintf(path, sizeof path, "%s/zones/%s.txt", TEST_DATA, name);
    f = fopen(path, "r");
    assert_non_null(f);
    while (fgets(line, sizeof line, f)) {
        char when[32];
        int before, after;
        if (sscanf(line, "%31s %d %d", when, &before, &after) != 3 || *line == '#')
            continue;
        look_about(&c.zone, at(when), before, after);
        if (count > 0 && at(when) < at("2042-01-01"))
            for (int64_t t_us = last_us; t_us < at(when); t_us += (at(when) - last_us) / 16 + 1)
                assert_int_equal(zone_offset_s(&c.zone, t_us / S), offset_now_s);
        last_us = at(when);
        offset_now_s = after;
        count++;
    }
    fclose(f);
    close_zone(&c);
    return count;
}

static void changes_are_those_of_zdump(void **state)
{
    (void)state;
    assert_int_equal(compare("Asia-Shanghai"), 29); /* 1919, 1940 to 1949, 1986 to 1991 */
    assert_int_equal(compare("Europe-London"), 259);
    assert_int_equal(compare("America-New_York"), 253);
    assert_int_equal(compare("Australia-Lord_Howe"), 133); /* half an hour */
    assert_int_equal(compare("America-St_Johns"), 255);
    assert_int_equal(compare("Africa-Casablanca"), 102); /* winter time in Ramadan */
    assert_int_equal(compare("Pacific-Apia"), 26);
    assert_int_equal(compare("Europe-Dublin"), 244); /* winter time by the rule */
}

/* Samoa went from the 29th to the 31st of December 2011. */
static void a_day_left_out(void **state)
{
    struct compiled c;
    int64_t first_us, last_us;

    (void)state;
    open_zone("zones/Pacific-Apia.tzif", &c);
    assert_int_equal(zone_to_utc(&c.zone, at("2011-12-30T12:00:00Z"), &first_us, &last_us),
                     ZONE_NEVER);
    assert_true(last_us - first_us == 86400 * S);
    assert_int_equal(zone_to_utc(&c.zone, at("2011-12-29T23:59:59Z"), &first_us, &last_us),
                     ZONE_ONCE);
    assert_true(first_us == at("2011-12-30T09:59:59Z"));
    assert_int_equal(zone_to_utc(&c.zone, at("2011-12-31T00:00:00Z"), &first_us, &last_us),
                     ZONE_ONCE);
    assert_true(first_us == at("2011-12-30T10:00:00Z"));
    close_zone(&c);
}

static void the_rule_holds_for_ever(void **state)
{
    struct compiled c;

    (void)state;
    open_zone("zones/America-New_York.tzif", &c);
    assert_int_equal(zone_offset_us(&c.zone, at("9999-07-01T00:00:00Z")) / S, -14400);
    assert_int_equal(zone_offset_us(&c.zone, at("9999-12-31T23:59:59Z")) / S, -18000);
    assert_true(zone_to_utc_us(&c.zone, INT64_MAX) == INT64_MAX);
    close_zone(&c);
}

/* --- the rule --- */

static int32_t by_rule(const char *rule, const char *when)
{
    struct time_zone z = {.name = rule};

    if (zone_rule_parse(rule, strlen(rule), &z.rule) != ERR_OK)
        fail_msg("%s", rule);
    return zone_offset_s(&z, at(when) / S);
}

static void rules_say_when(void **state)
{
    (void)state;
    assert_int_equal(by_rule("<+08>-8", "2026-07-01"), 28800);
    assert_int_equal(by_rule("CET-1CEST,M3.5.0,M10.5.0/3", "2026-03-29T00:59:59Z"), 3600);
    assert_int_equal(by_rule("CET-1CEST,M3.5.0,M10.5.0/3", "2026-03-29T01:00:00Z"), 7200);
    assert_int_equal(by_rule("CET-1CEST,M3.5.0,M10.5.0/3", "2026-10-25T00:59:59Z"), 7200);
    assert_int_equal(by_rule("CET-1CEST,M3.5.0,M10.5.0/3", "2026-10-25T01:00:00Z"), 3600);
    /* the southern half: over the new year */
    assert_int_equal(by_rule("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2026-01-01"), 39600);
    assert_int_equal(by_rule("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2026-07-01"), 37800);
    /* the day before, and a week later (RFC 8536, 3.3.1): Greenland, Gaza */
    assert_int_equal(by_rule("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2024-03-31T00:59:59Z"), -7200);
    assert_int_equal(by_rule("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2024-03-31T01:00:00Z"), -3600);
    assert_int_equal(by_rule("EET-2EEST,M3.4.4/50,M10.4.4/50", "2023-03-25T00:00:00Z"), 10800);
    assert_int_equal(by_rule("EET-2EEST,M3.4.4/50,M10.4.4/50", "2023-03-24T23:59:59Z"), 7200);
    /* days by number: with and without 29 February */
    assert_int_equal(by_rule("AAA0BBB,J60/0,J300/0", "2024-02-29T12:00:00Z"), 0);
    assert_int_equal(by_rule("AAA0BBB,J60/0,J300/0", "2024-03-01T00:00:00Z"), 3600);
    assert_int_equal(by_rule("AAA0BBB,59/0,J300/0", "2024-02-29T00:00:00Z"), 3600);
    assert_int_equal(by_rule("AAA0BBB,59/0,J300/0", "2023-02-28T23:59:59Z"), 0);
    /* the whole year (RFC 8536, 3.3.1) */
    for (int month = 1; month <= 12; month++) {
        char day[32];
        snprintf(day, sizeof day, "2025-%02d-01T03:00:00Z", month);
        assert_int_equal(by_rule("XXX3EDT4,0/0,J365/23", day), -14400);
    }
}

static void what_is_no_rule_is_refused(void **state)
{
    static const char *const bad[] = {"CET",
                                      "C-1",
                                      "CET-25",
                                      "CET-1 ",
                                      "<+08-8",
                                      "CET-1CEST",
                                      "CET-1CEST,M3.5.0",
                                      "CET-1CEST,M3.5.0,M10.5.0/168",
                                      "CET-1CEST,M13.5.0,M10.5.0",
                                      "CET-1CEST,M3.6.0,M10.5.0",
                                      "CET-1CEST,M3.0.0,M10.5.0",
                                      "CET-1CEST,M3.5.7,M10.5.0",
                                      "CET-1CEST,J0,J10",
                                      "CET-1CEST,J366,J10",
                                      "CET-1CEST,366,10",
                                      "CET-1CEST,M3.5.0,M10.5.0/3x",
                                      "CET-1:60CEST,M3.5.0,M10.5.0"};
    struct zone_rule r;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (zone_rule_parse(bad[i], strlen(bad[i]), &r) != ERR_PARSE || r.given)
            fail_msg("%s", bad[i]);
    assert_int_equal(zone_rule_parse("", 0, &r), ERR_OK);
    assert_false(r.given);
}

/* --- hostile files --- */

static enum err decode(const uint8_t *bytes, size_t n)
{
    struct arena arena = {0};
    struct time_zone z = {.name = "x"};
    enum err e = zone_decode(bytes, n, &arena, &z);

    arena_free(&arena);
    assert_true(e == ERR_OK || (z.count == 0 && z.first_s == 0 && !z.rule.given));
    return e;
}

/* Cut short anywhere it is none, but behind its rule. */
static void cut_short(void **state)
{
    struct compiled c;

    (void)state;
    open_zone("zones/Europe-Dublin.tzif", &c);
    for (size_t n = 0; n < c.bytes.len; n++) {
        uint8_t *exact = test_malloc(n + 1);
        memcpy(exact, c.bytes.data, n);
        assert_int_equal(decode(exact, n), ERR_PARSE);
        test_free(exact);
    }
    close_zone(&c);
}

/* Where the second header of a file begins. */
static size_t second_header(const struct compiled *c)
{
    const char *from = c->bytes.data + 4;

    while (memcmp(from, "TZif", 4) != 0)
        from++;
    return (size_t)(from - c->bytes.data);
}

static void expect_spoilt(struct compiled *c, size_t where, const char *by, size_t n)
{
    char kept[16];

    memcpy(kept, c->bytes.data + where, n);
    memcpy(c->bytes.data + where, by, n);
    assert_int_equal(decode((const uint8_t *)c->bytes.data, c->bytes.len), ERR_PARSE);
    memcpy(c->bytes.data + where, kept, n);
}

static void lies_are_noticed(void **state)
{
    struct compiled c;
    size_t second, times;

    (void)state;
    open_zone("zones/Asia-Shanghai.tzif", &c);
    second = second_header(&c);
    times = second + 44;
    expect_spoilt(&c, 0, "TZiF", 4);
    expect_spoilt(&c, 4, "1", 1);
    for (size_t i = 0; i < 6; i++) { /* counts */
        expect_spoilt(&c, second + 20 + 4 * i, "\xff\xff\xff\xff", 4);
        expect_spoilt(&c, 20 + 4 * i, "\x7f\xff\xff\xff", 4);
    }
    expect_spoilt(&c, second + 36, "\0\0\0\0", 4);            /* no type */
    expect_spoilt(&c, times + 8, c.bytes.data + times, 8);    /* the same time twice */
    expect_spoilt(&c, times, "\x80\0\0\0\0\0\0\0", 8);        /* before the Big Bang */
    expect_spoilt(&c, times + 8 * 29, "\x09", 1);             /* a type that is not there */
    expect_spoilt(&c, times + 9 * 29, "\x7f\xff\xff\xff", 4); /* 68 years ahead of UTC */
    expect_spoilt(&c, c.bytes.len - 2, "x", 1);               /* CST- */
    assert_int_equal(decode((const uint8_t *)c.bytes.data, c.bytes.len), ERR_OK);
    close_zone(&c);
}

/* The longest that can be written: a change every second. */
static void very_many_changes(void **state)
{
    enum { CHANGES = 10000 };
    static uint8_t bytes[44 + 5 * CHANGES + 12 + 8];
    uint8_t *p = bytes + 44;
    struct arena arena = {0};
    struct time_zone z = {.name = "x"};
    int64_t first_us, last_us;

    (void)state;
    memcpy(bytes, "TZif", 4);
    memcpy(bytes + 32, "\0\0\x27\x10\0\0\0\2\0\0\0\x8", 12);
    for (int i = 0; i < CHANGES; i++, p += 4)
        memcpy(p, (uint8_t[]){0, 0, (uint8_t)(i >> 8), (uint8_t)i}, 4);
    for (int i = 0; i < CHANGES; i++)
        *p++ = (uint8_t)(i % 2);
    memcpy(p, "\0\0\x0e\x10\0\0\0\0\x1c\x20\1\4", 12);
    assert_int_equal(zone_decode(bytes, sizeof bytes, &arena, &z), ERR_OK);
    assert_int_equal(zone_offset_s(&z, 4000), 3600);
    assert_int_equal(zone_offset_s(&z, 4001), 7200);
    assert_int_equal(zone_to_utc(&z, 9000 * S, &first_us, &last_us), ZONE_ONCE);
    assert_true(first_us == 5400 * S);
    arena_free(&arena);
}

static void version_1_alone(void **state)
{
    struct compiled c;

    (void)state;
    open_zone("fuzz/zone/version-1", &c);
    assert_int_equal(c.zone.count, 2);
    assert_int_equal(zone_offset_s(&c.zone, 0), 3600);
    assert_int_equal(zone_offset_s(&c.zone, 1500000), 7200);
    assert_int_equal(zone_offset_s(&c.zone, 2000000), 3600);
    close_zone(&c);
    open_zone("fuzz/zone/summer-all-year", &c);
    assert_int_equal(zone_offset_s(&c.zone, 0), -14400);
    assert_int_equal(zone_offset_us(&c.zone, at("2031-01-01T03:00:00Z")) / S, -14400);
    close_zone(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes_are_those_of_zdump),
        cmocka_unit_test(a_day_left_out),
        cmocka_unit_test(the_rule_holds_for_ever),
        cmocka_unit_test(rules_say_when),
        cmocka_unit_test(what_is_no_rule_is_refused),
        cmocka_unit_test(cut_short),
        cmocka_unit_test(lies_are_noticed),
        cmocka_unit_test(very_many_changes),
        cmocka_unit_test(version_1_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
