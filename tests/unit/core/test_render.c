/* What people and programs read of an alert. */
#include "render_cases.h"

static void test_golden(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(goldens); i++) {
        struct world *w = world_of(&goldens[i]);

        check_golden(goldens[i].name, &w->step);
        world_free(w);
    }
}

static bool single_line(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return false;
    return true;
}

static const char *text_at(const cJSON *json, const char *object, const char *member)
{
    const cJSON *o = cJSON_GetObjectItemCaseSensitive(json, object);

    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, member));
}

static const char *const members[] = {
    "id",       "step",       "event",        "at",      "district", "house",
    "element",  "house_name", "element_name", "sensors", "category", "kind",
    "level",    "colour",     "summary",      "value",   "unit",     "limit",
    "forecast", "evidence",   "advice",       "url",
};

/* Every member of the contract, once, in its order. */
static void check_members(const cJSON *json)
{
    const cJSON *member = json->child;

    for (size_t i = 0; i < ARRAY_LEN(members); i++, member = member->next) {
        assert_non_null(member);
        assert_string_equal(member->string, members[i]);
    }
    assert_null(member);
}

static void check_texts(const cJSON *json, bool braces)
{
    static const char *const objects[] = {"summary", "advice"};
    static const char *const languages[] = {"zh", "en"};

    for (size_t i = 0; i < 4; i++) {
        const char *text = text_at(json, objects[i / 2], languages[i % 2]);
        assert_non_null(text);
        assert_true(strlen(text) > 12);
        assert_true(braces || !strpbrk(text, "{}"));
        assert_true(braces || !strstr(text, "  "));
        assert_true(valid_utf8(text));
        assert_true(single_line(text));
    }
}

static void check_step(const struct alert_step *step, bool hostile)
{
    struct strbuf first = {0}, second = {0};
    cJSON *json;

    render_native(step, &first);
    render_native(step, &second);
    assert_false(first.failed);
    assert_string_equal(strbuf_text(&first), strbuf_text(&second));
    assert_true(valid_utf8(strbuf_text(&first)));
    json = cJSON_ParseWithLengthOpts(strbuf_text(&first), first.len + 1, NULL, 1);
    assert_non_null(json);
    check_members(json);
    check_texts(json, hostile);
    cJSON_Delete(json);
    strbuf_free(&first);
    strbuf_free(&second);
}

/* Every category, event, kind, level and sensor, with and without a limit. */
static void test_every_combination(void **state)
{
    static const struct limit *const limits[SENSORS] = {
        [CRACK] = &crack_red,  [CRACK_2] = &crack_wide, [SETTLE] = &settle_rate,
        [SHAKE] = &din_line_3, [MOIST] = &moist_high,   [LEAK] = &leak_wet,
        [FREQ] = &freq_loss,   [TILT] = &tilt_yellow,   [BATTERY] = &battery_low,
    };
    struct world *w = world_new();
    unsigned n = 0;

    (void)state;
    for (unsigned i = 0; i < CATEGORY_COUNT * KIND_COUNT * EVENT_COUNT * 5; i++)
        for (int sensor = -1; sensor < SENSORS; sensor++, n++) {
            w->episode.category = (enum alert_category)(i % CATEGORY_COUNT);
            w->episode.kind = (enum alert_kind)(i / CATEGORY_COUNT % KIND_COUNT);
            w->step.event = (enum alert_event)(i / CATEGORY_COUNT / KIND_COUNT % EVENT_COUNT);
            w->episode.level = (int)(i / CATEGORY_COUNT / KIND_COUNT / EVENT_COUNT);
            w->step.previous_level = (int)(n % 5);
            w->step.node = n % 2 ? "H012/n1" : "";
            w->step.node_offline = n % 3 == 0;
            w->step.cause = n % 7 ? "" : "nothing_delivered";
            w->episode.element = n % 5 ? "H012/front-wall" : "";
            w->step.sensor_count = sensor >= 0;
            if (sensor >= 0)
                w->shares[0] = (struct step_sensor){(uint32_t)sensor,
                                                    {.kind = w->episode.kind,
                                                     .level = w->episode.level,
                                                     .limit = limits[sensor],
                                                     .value = n % 11,
                                                     .reading = n % 11,
                                                     .t_us = w->step.at_us,
                                                     .since_us = w->step.at_us - n * US_PER_HOUR,
                                                     .baseline = NAN,
                                                     .unconfirmed = n % 13 == 0}};
            check_step(&w->step, false);
        }
    assert_int_equal(n, 3 * 12 * EVENT_COUNT * 5 * 10);
    world_free(w);
}

/* Names, ids and sources that try to break out. */
static void test_hostile_names(void **state)
{
    static const char *const hostile[] = {
        "\"}],\"level\":0,\"x\":[{\"",
        "\\\" \\u0000 \\",
        "line\nbreak\r\ttab\x01\x1f\x7f",
        "\xff\xfe\xc0\x80\xed\xa0\x80\xf5\x80\x80\x80\xe4\xb8",
        "{value}{limit}{where}{",
        "%s%n%d%99999d",
        "</script><script>",
        "\xe2\x80\xae"
        "gpj.exe"
        "\xe2\x80\xa8\xc2\x85",
        "",
        "\xf0\x9f\x8f\x9a",
    };
    char *long_name = malloc(10241);

    (void)state;
    assert_non_null(long_name);
    memset(long_name, 'x', 10240);
    long_name[10240] = '\0';
    for (size_t i = 0; i <= ARRAY_LEN(hostile); i++)
        for (size_t k = 0; k < ARRAY_LEN(goldens); k++) {
            const char *name = i < ARRAY_LEN(hostile) ? hostile[i] : long_name;
            struct world *w = world_of(&goldens[k]);
            struct limit limit = goldens[k].limit ? *goldens[k].limit : (struct limit){0};
            struct strbuf summary = {0};

            w->houses[0].name = (struct bilingual){name, name};
            for (int e = 0; e < 5; e++)
                w->elements[e].name = (struct bilingual){name, name};
            w->registry.district_id = name;
            w->registry.district_name = (struct bilingual){name, name};
            for (int s = 0; s < SENSORS; s++)
                w->sensors[s].id = name;
            w->step.cause = name;
            limit.source = limit.clause = limit.edition = name;
            if (goldens[k].limit)
                w->shares[0].finding.limit = &limit;
            check_step(&w->step, true);
            render_summary_zh(&w->step, &summary);
            assert_true(summary.len < 2000);
            strbuf_free(&summary);
            world_free(w);
        }
    free(long_name);
}

/* Values that are no numbers, times that are no times, indices and ids that lead nowhere. */
static void test_hostile_values(void **state)
{
    static const double values[] = {NAN, INFINITY, -INFINITY, 1e308, -1e308, 1e-300, -0.0};
    static const int64_t times[] = {INT64_MIN, INT64_MAX, 0, -1};

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(goldens); k++)
        for (size_t i = 0; i < ARRAY_LEN(values) * ARRAY_LEN(times); i++) {
            struct world *w = world_of(&goldens[k]);
            struct finding *f = &w->shares[0].finding;

            f->value = f->reading = f->baseline = values[i % ARRAY_LEN(values)];
            f->since_us = times[i / ARRAY_LEN(values)];
            f->t_us = times[i % ARRAY_LEN(times)];
            check_step(&w->step, false);
            w->episode.house = "H999";
            w->episode.element = "H999/none";
            w->shares[0].sensor = REGISTRY_NONE;
            w->step.node = "H999/n9";
            w->registry.zone = &zone_utc;
            w->step.cause = "something:else";
            check_step(&w->step, false);
            world_free(w);
        }
}

static cJSON *native(const struct golden *g)
{
    struct world *w = world_of(g);
    struct strbuf out = {0};
    cJSON *json;

    render_native(&w->step, &out);
    json = cJSON_Parse(strbuf_text(&out));
    assert_non_null(json);
    strbuf_free(&out);
    world_free(w);
    return json;
}

static const struct golden *golden_named(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(goldens); i++)
        if (strcmp(goldens[i].name, name) == 0)
            return &goldens[i];
    fail_msg("no golden %s", name);
    return NULL;
}

/* A result that rests on judgement or memory says so, in the data and in both languages. */
static void test_provisional_is_said(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(goldens); i++) {
        cJSON *json = native(&goldens[i]);
        const cJSON *limit = cJSON_GetObjectItemCaseSensitive(json, "limit");
        bool provisional = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(limit, "provisional"));
        bool zh = strstr(text_at(json, "summary", "zh"), "暂定限值") != NULL;
        bool en = strstr(text_at(json, "summary", "en"), "provisional limit") != NULL;

        if (goldens[i].limit) {
            assert_int_equal(provisional,
                             goldens[i].limit->mark == 'J' || goldens[i].limit->mark == 'M');
            if (goldens[i].kind != KIND_LEAK) {
                assert_int_equal(zh, provisional);
                assert_int_equal(en, provisional);
            }
        } else
            assert_true(cJSON_IsNull(limit) && !zh && !en);
        cJSON_Delete(json);
    }
}

/* Never a word that the building is safe; what eased or ended says what it does not say. */
static void test_never_claims_safety(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(goldens); i++) {
        const struct golden *g = &goldens[i];
        cJSON *json = native(g);
        const char *zh = text_at(json, "summary", "zh"), *en = text_at(json, "summary", "en");
        bool back = g->event == EVENT_RESOLVED || g->event == EVENT_EASED;
        bool expected = back && g->category == CATEGORY_STRUCTURE && g->kind != KIND_LEAK;

        assert_int_equal(strstr(zh, "安全") != NULL, expected);
        assert_int_equal(strstr(zh, "不说明房屋安全") != NULL, expected);
        assert_int_equal(strstr(en, "safe") != NULL, expected);
        assert_int_equal(strstr(en, "does not say that the building is safe") != NULL, expected);
        if (g->kind == KIND_SILENCE && !back) {
            assert_non_null(strstr(zh, "没有数据不等于没有问题"));
            assert_non_null(strstr(en, "No data does not mean that all is well"));
        }
        cJSON_Delete(json);
    }
}

static void assert_summary_has(const struct golden *g, const char *zh, const char *en)
{
    cJSON *json = native(g);

    assert_non_null(strstr(text_at(json, "summary", "zh"), zh));
    assert_non_null(strstr(text_at(json, "summary", "en"), en));
    cJSON_Delete(json);
}

/* What would be untrue if said carelessly. */
static void test_says_what_is(void **state)
{
    struct golden g = *golden_named("crack_reopened");

    (void)state;
    assert_summary_has(&g, "1.002 毫米", "1.002 mm, above"); /* not "1.00 above 1" */
    g.value = g.reading = 1;
    assert_summary_has(&g, "达到", "at the provisional limit");
    g.value = g.reading = 0.95; /* held: not yet clear */
    g.event = EVENT_ACKNOWLEDGED;
    assert_summary_has(&g, "级别暂不取消", "not far or long enough");
    g.value = g.reading = 1.5;
    g.event = EVENT_RESOLVED; /* ended by hand while still over */
    g.level = 0;
    g.previous = 4;
    assert_summary_has(&g, "仍超过", "is still above");
    g = *golden_named("crack_raised");
    g.since = "2025-12-31T15:59:00Z"; /* a year of its own in local time: 2025-12-31 23:59 */
    assert_summary_has(&g, "2025年12月31日 23:59", "31 Dec 2025 23:59");
    g.since = "2025-12-31T16:00:00Z"; /* midnight in Shanghai, this year */
    assert_summary_has(&g, "自 1月1日 00:00", "since 1 Jan 00:00");
    g = *golden_named("crack_raised");
    g.unconfirmed = true;
    assert_summary_has(&g, "仅一次读数，尚未确认", "One reading, not yet confirmed");
    g = *golden_named("tilt_escalated");
    assert_summary_has(&g, "-4.82 毫米/米", "-4.82 mm/m, above the provisional limit of ±4 mm/m");
}

/* A name that has the number already does not get it twice; 112 is not 12. */
static void test_house_number(void **state)
{
    struct world *w = world_of(golden_named("battery_raised"));
    struct strbuf out = {0};

    (void)state;
    w->houses[0].name = (struct bilingual){"步高里12号", "112 Bugao Li"};
    render_summary_zh(&w->step, &out);
    assert_non_null(strstr(strbuf_text(&out), "步高里12号：监测节点"));
    strbuf_clear(&out);
    render_summary_en(&w->step, &out);
    assert_non_null(strstr(strbuf_text(&out), "112 Bugao Li No. 12: battery"));
    strbuf_free(&out);
    world_free(w);
}

static void test_the_address_of_its_page(void **state)
{
    struct world *w = world_of(&goldens[0]);
    struct strbuf out = {0};
    char wanted[128];

    (void)state;
    w->step.site = "https://h:8";
    render_native(&w->step, &out);
    snprintf(wanted, sizeof wanted, ",\"url\":\"https://h:8/alerts/%s\"}", w->step.episode->id);
    assert_non_null(strstr(strbuf_text(&out), wanted));
    strbuf_clear(&out);
    w->step.site = "";
    render_native(&w->step, &out);
    assert_non_null(strstr(strbuf_text(&out), ",\"url\":null}"));
    strbuf_free(&out);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_the_address_of_its_page),
        cmocka_unit_test(test_every_combination),
        cmocka_unit_test(test_hostile_names),
        cmocka_unit_test(test_hostile_values),
        cmocka_unit_test(test_provisional_is_said),
        cmocka_unit_test(test_never_claims_safety),
        cmocka_unit_test(test_says_what_is),
        cmocka_unit_test(test_house_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
