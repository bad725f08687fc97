/* A profile made of text, and what it makes of messages. */
#ifndef SHIKUMEN_TESTS_PROFILE_RULES_H
#define SHIKUMEN_TESTS_PROFILE_RULES_H

#include "profile_fixture.h"
#include "shikumen/base/utc.h"

#define RX_US 1795305600000000LL /* 2026-11-22T00:00:00Z */

struct fixture {
    struct arena texts, arena;
    struct profile_set *set;
    struct profile_memory *memory;
    struct profile_result r;
};

static inline int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    *state = f;
    return f ? 0 : -1;
}

static inline int teardown(void **state)
{
    struct fixture *f = *state;

    profile_set_free(f->set);
    profile_memory_free(f->memory);
    arena_free(&f->texts);
    arena_free(&f->arena);
    free(f);
    return 0;
}

/* --- helpers --- */

#define HEAD "'version':1,'title':'t',"

static inline void load_many(struct fixture *f, const char *const *texts, size_t count)
{
    struct fault_list faults = {0};

    profile_set_free(f->set);
    f->set = profiles_of(&f->texts, texts, count, &faults);
    if (!f->set)
        fail_msg("%s", faults.first ? faults.first->text : "no memory");
    fault_list_free(&faults);
}

/* A profile on topic x/{device} with these members. */
static inline void load(struct fixture *f, const char *members)
{
    const char *text = arena_printf(&f->texts,
                                    "{'id':'p'," HEAD "'topic':'x/{device}',"
                                    "'device':{'topic':'device'},%s}",
                                    members);

    load_many(f, &text, 1);
}

/* Two hours ahead of UTC, from 2026-06-01T00:00:00Z three, from 2026-11-21T23:30:00Z two. */
static inline struct zone_node zone_of_test(void)
{
    static const int64_t at_s[] = {1780272000, 1795303800};
    static const int32_t offset_s[] = {10800, 7200};

    return (struct zone_node){.zone = {"Test/Zone", at_s, offset_s, 2, 7200, {0}}};
}

static const struct profile_result *publish_bytes(struct fixture *f, const char *topic,
                                                  const void *payload, size_t n)
{
    static const struct time_zone district = {.name = "+08:00", .first_s = 28800};
    struct zone_node node = zone_of_test();
    const struct zone_list zones = {.first = &node};
    struct profile_context c = {
        .set = f->set, .memory = f->memory, .zones = &zones, .district_zone = &district};
    struct message m = {topic, payload, n, RX_US};

    arena_reset(&f->arena);
    assert_int_equal(profile_decode(&c, &m, &f->arena, &f->r), ERR_OK);
    return &f->r;
}

static const struct profile_result *publish(struct fixture *f, const char *topic,
                                            const char *payload)
{
    char *text = quoted(&f->texts, payload);

    return publish_bytes(f, topic, text, strlen(text));
}

static inline void expect_number(struct fixture *f, size_t i, const char *channel, double v)
{
    const struct profile_reading *r = &f->r.readings[i];

    assert_true(i < f->r.reading_count);
    assert_string_equal(r->channel, channel);
    if (r->fault || r->value != v)
        fail_msg("%s is %.17g (%s), not %.17g", channel, r->value, r->fault ? r->fault : "", v);
}

static inline int64_t us(const char *text)
{
    int64_t t_us;

    assert_int_equal(utc_parse(text, &t_us), ERR_OK);
    return t_us;
}

#endif
