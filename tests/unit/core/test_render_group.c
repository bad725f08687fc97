/* What people read of the alert of many houses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <cjson/cJSON.h>

#include "shikumen/core/render_group.h"

#define MOST 500
#define WORST                                                                                           \
    "{\"id\":\"x\",\"event\":\"raised\",\"step\":1,\"at\":\"\",\"level\":2,\"house\":\"H0\","           \
    "\"summary\":{\"zh\":\"【黄色】前墙裂缝 6 mm\",\"en\":\"[yellow] Front wall crack 6 mm\"}," \
    "\"by\":\"王工\",\"note\":\"n\"}"

struct world {
    struct registry registry;
    struct house houses[MOST];
    struct episode members[MOST], group;
    char ids[MOST][24];
    struct group_step step;
    struct strbuf out;
};

static struct world *world_new(size_t count, const char *key, const char *lane, const char *row)
{
    struct world *w = calloc(1, sizeof *w);

    assert_non_null(w);
    for (size_t i = 0; i < count; i++) {
        snprintf(w->ids[i], sizeof w->ids[i], "H%zu", i);
        w->houses[i] =
            (struct house){.id = w->ids[i], .name = {"房", "House"}, .lane = lane, .row = row};
        w->members[i] = (struct episode){.level = 2, .house = w->ids[i], .element = ""};
        assert_int_equal(
            strmap_put(&w->registry.house_by_id, w->ids[i], strlen(w->ids[i]), (uint32_t)i),
            ERR_OK);
    }
    w->registry.houses = w->houses;
    w->registry.house_count = (uint32_t)count;
    w->group = (struct episode){.id = "g", .key = key, .level = 2, .step = 3};
    w->step = (struct group_step){.registry = &w->registry,
                                  .group = &w->group,
                                  .members = w->members,
                                  .count = count,
                                  .event = EVENT_RAISED};
    return w;
}

static void world_free(struct world *w)
{
    strmap_free(&w->registry.house_by_id);
    strbuf_free(&w->out);
    free(w);
}

static cJSON *render(struct world *w)
{
    strbuf_clear(&w->out);
    assert_int_equal(render_group(WORST, &w->step, &w->out), ERR_OK);
    cJSON *o = cJSON_ParseWithOpts(strbuf_text(&w->out), NULL, 1);
    assert_non_null(o);
    return o;
}

static void expect_text(const cJSON *o, const char *language, const char *wanted)
{
    const cJSON *both = cJSON_GetObjectItem(o, "summary");

    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(both, language)), wanted);
}

static void test_words_of_each_scope(void **state)
{
    static const struct {
        const char *key, *lane, *row, *zh, *en;
    } of[] = {
        {"group|structure|limit|row:L1/R2", "L1", "R2", "里弄 L1 R2 排", "Lane L1, row R2"},
        {"group|structure|limit|lane:L1", "L1", "R2", "里弄 L1", "Lane L1"},
        {"group|structure|limit|district:d1", "", "", "片区 d1", "District d1"},
        {"group|structure|limit|row:A|B:C/D/R/1", "A|B:C/D", "R/1", "里弄 A|B:C/D R/1 排",
         "Lane A|B:C/D, row R/1"},
        {"group|structure|limit|lane:\"\\{kind}", "", "", "里弄 \"\\{kind}", "Lane \"\\{kind}"},
    };
    char wanted[300];

    (void)state;
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        struct world *w = world_new(3, of[i].key, of[i].lane, of[i].row);
        cJSON *o = render(w);
        const char *zh =
            cJSON_GetStringValue(cJSON_GetObjectItem(cJSON_GetObjectItem(o, "summary"), "zh"));
        snprintf(wanted, sizeof wanted, "】%s：3 户先后出现同类情况（", of[i].zh);
        assert_non_null(strstr(zh, wanted));
        assert_non_null(strstr(zh, "最严重的一处：前墙裂缝 6 mm"));
        const char *en =
            cJSON_GetStringValue(cJSON_GetObjectItem(cJSON_GetObjectItem(o, "summary"), "en"));
        snprintf(wanted, sizeof wanted, "] %s: 3 houses", of[i].en);
        assert_non_null(strstr(en, wanted));
        assert_true(cJSON_IsNull(cJSON_GetObjectItem(o, "house")));
        assert_null(cJSON_GetObjectItem(o, "by"));
        cJSON_Delete(o);
        world_free(w);
    }
}

static void test_counts_and_members(void **state)
{
    static const size_t counts[] = {1, 3, 60, 500};

    (void)state;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        size_t n = counts[i], listed = n > GROUP_MEMBERS_LISTED ? GROUP_MEMBERS_LISTED : n;
        struct world *w = world_new(n, "group|structure|limit|lane:L1", "L1", "R1");
        w->members[n - 1].level = n > 1 ? 0 : 2; /* one is over */
        cJSON *o = render(w);
        assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(o, "members")), (int)listed);
        assert_int_equal(cJSON_GetObjectItem(o, "member_count")->valueint,
                         (int)(n > 1 ? n - 1 : 1));
        assert_int_equal(cJSON_GetObjectItem(o, "step")->valueint, 3);
        cJSON_Delete(o);
        world_free(w);
    }
}

static void test_the_end(void **state)
{
    struct world *w = world_new(3, "group|structure|limit|lane:L1", "L1", "R1");

    (void)state;
    for (int i = 0; i < 3; i++)
        w->members[i].level = 0;
    w->group.level = 0;
    w->step.event = EVENT_RESOLVED;
    w->step.previous_level = 2;
    cJSON *o = render(w);
    assert_int_equal(cJSON_GetObjectItem(o, "member_count")->valueint, 0);
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(o, "event")), "resolved");
    expect_text(o, "zh", "【黄色注意已结束】里弄 L1：3 户的同类情况（超限）都已结束。");
    cJSON_Delete(o);
    world_free(w);
}

static void test_what_is_no_object(void **state)
{
    static const char *const bad[] = {"", "[]", "1", "{", "null", "\"x\""};
    struct world *w = world_new(1, "group|structure|limit|lane:L1", "L1", "R1");

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(render_group(bad[i], &w->step, &w->out), ERR_CORRUPT);
        assert_int_equal(w->out.len, 0);
    }
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_of_each_scope),
        cmocka_unit_test(test_counts_and_members),
        cmocka_unit_test(test_the_end),
        cmocka_unit_test(test_what_is_no_object),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
