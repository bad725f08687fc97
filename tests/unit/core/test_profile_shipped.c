/* Every shipped profile on messages as devices send them: tests/data/profiles. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <cjson/cJSON.h>

#include "profile_fixture.h"
#include "shikumen/base/utc.h"

#define CASES TEST_DATA "/profiles"

struct fixture {
    struct profile_set *set;
    struct arena arena;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    if (!f)
        return -1;
    f->set = shipped_profiles(SOURCE_DIR "/sensors/profiles");
    *state = f;
    return f->set ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    profile_set_free(f->set);
    arena_free(&f->arena);
    free(f);
    return 0;
}

static struct strbuf read_part(const char *name, const char *part)
{
    struct strbuf text = {0};
    char path[1024];

    snprintf(path, sizeof path, CASES "/%s/%s", name, part);
    if (file_read(path, 1 << 20, &text) != ERR_OK)
        fail_msg("%s cannot be read", path);
    return text;
}

static const char *text_of(const cJSON *json, const char *key)
{
    return cJSON_GetStringValue(cJSON_GetObjectItem(json, key));
}

/* Reads one case and holds it against what is expected; used counts what profiles were for. */
static void check(struct fixture *f, const char *name, unsigned *used)
{
    struct strbuf about = read_part(name, "case.json"), payload = read_part(name, "payload");
    struct strbuf expected = read_part(name, "expected.json"), got = {0};
    cJSON *json = cJSON_Parse(strbuf_text(&about));
    struct profile_context c = {.set = f->set};
    struct message m = {.topic = text_of(json, "topic"),
                        .payload = strbuf_text(&payload),
                        .payload_len = payload.len};
    struct profile_result r;

    assert_non_null(json);
    assert_int_equal(utc_parse(text_of(json, "rx"), &m.rx_us), ERR_OK);
    if (text_of(json, "profile")) {
        c.only = profile_find(f->set, text_of(json, "profile"));
        assert_non_null(c.only);
    }
    arena_reset(&f->arena);
    assert_int_equal(profile_decode(&c, &m, &f->arena, &r), ERR_OK);
    if (r.senml)
        assert_int_equal(profile_read_senml(&m, &f->arena, &r), ERR_OK);
    profile_result_json(&r, &got);
    if (strcmp(strbuf_text(&got), strbuf_text(&expected)) != 0)
        fail_msg("%s: %s\nexpected: %s", name, strbuf_text(&got), strbuf_text(&expected));
    for (size_t i = 0; i < f->set->count; i++)
        used[i] += &f->set->at[i] == r.envelope || &f->set->at[i] == r.device;
    cJSON_Delete(json);
    strbuf_free(&about);
    strbuf_free(&payload);
    strbuf_free(&expected);
    strbuf_free(&got);
}

/* With all profiles there, each message finds its own and no other. */
static void every_message_is_read_as_documented(void **state)
{
    struct fixture *f = *state;
    unsigned used[256] = {0};
    size_t count, cases = 0;
    char **names = names_in(CASES, &count);

    assert_true(f->set->count < 256);
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], "SOURCE.txt") != 0) {
            check(f, names[i], used);
            cases++;
        }
    assert_true(cases >= 100);
    for (size_t i = 0; i < f->set->count; i++)
        if (used[i] == 0 && !f->set->at[i].ignore)
            fail_msg("profile %s has no message that tests it", f->set->at[i].id);
    free_names(names, count);
}

/* Each says who made it up, and devices say by which names networks know them. */
static void profiles_name_their_source(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < f->set->count; i++) {
        const struct profile *p = &f->set->at[i];
        assert_true(*p->source && *p->title);
        if (p->inside_count > 0 && strcmp(p->id, "zz-generic-lorawan") != 0)
            assert_true(p->model_count > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_message_is_read_as_documented, setup, teardown),
        cmocka_unit_test_setup_teardown(profiles_name_their_source, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
