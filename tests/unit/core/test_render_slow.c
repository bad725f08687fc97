/* What people read of the slow analysis: trends, steps, forecasts, rows of houses, doubtful
 * sensors. */
#include "render_golden.h"
#include "render_slow_cases.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>

#include "shikumen/base/file.h"

static void test_golden(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(goldens); i++) {
        struct world *w = world_of(&goldens[i]);

        check_golden(goldens[i].name, &w->step);
        world_free(w);
    }
}

static cJSON *native(const struct alert_step *step)
{
    struct strbuf out = {0};
    cJSON *json;

    render_native(step, &out);
    assert_false(out.failed);
    json = cJSON_ParseWithLengthOpts(strbuf_text(&out), out.len + 1, NULL, 1);
    assert_non_null(json);
    strbuf_free(&out);
    return json;
}

static cJSON *native_of(const struct golden *g)
{
    struct world *w = world_of(g);
    cJSON *json = native(&w->step);

    world_free(w);
    return json;
}

static const char *text_at(const cJSON *json, const char *object, const char *member)
{
    const cJSON *o = cJSON_GetObjectItemCaseSensitive(json, object);

    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, member));
}

static const cJSON *member(const cJSON *json, const char *object, const char *name)
{
    const cJSON *m =
        cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(json, object), name);

    assert_non_null(m);
    return m;
}

static struct golden golden_named(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(goldens); i++)
        if (strcmp(goldens[i].name, name) == 0)
            return goldens[i];
    fail_msg("no golden %s", name);
    return goldens[0];
}

static void assert_has(const struct golden *g, const char *object, const char *zh, const char *en)
{
    cJSON *json = native_of(g);

    if (!strstr(text_at(json, object, "zh"), zh))
        fail_msg("%s: no %s in %s", g->name, zh, text_at(json, object, "zh"));
    if (!strstr(text_at(json, object, "en"), en))
        fail_msg("%s: no %s in %s", g->name, en, text_at(json, object, "en"));
    cJSON_Delete(json);
}

static void assert_has_not(const struct golden *g, const char *object, const char *zh,
                           const char *en)
{
    cJSON *json = native_of(g);

    assert_null(strstr(text_at(json, object, "zh"), zh));
    assert_null(strstr(text_at(json, object, "en"), en));
    cJSON_Delete(json);
}

/* The forecast in the data: whole or null, dates null when not within ten years. */
static void test_forecast_data(void **state)
{
    struct golden g = golden_named("trend_ahead_late");
    cJSON *json = native_of(&g);

    (void)state;
    assert_string_equal(member(json, "forecast", "t05")->valuestring, "2031-05-01T00:00:00Z");
    assert_true(cJSON_IsNull(member(json, "forecast", "t50")));
    assert_true(cJSON_IsNull(member(json, "forecast", "t95")));
    assert_true(member(json, "forecast", "limit")->valuedouble == 1);
    assert_true(member(json, "forecast", "p365")->valuedouble == 0.002);
    assert_string_equal(member(json, "forecast", "unit")->valuestring, "mm");
    assert_string_equal(member(json, "forecast", "of")->valuestring, "change");
    assert_string_equal(member(json, "forecast", "mark")->valuestring, "V");
    assert_non_null(strstr(member(json, "forecast", "source")->valuestring, "BRE Digest 251"));
    cJSON_Delete(json);
    g.ahead = (struct ahead){0};
    json = native_of(&g);
    assert_true(cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(json, "forecast")));
    cJSON_Delete(json);
}

static void test_evidence_data(void **state)
{
    struct golden g = golden_named("row_raised");
    cJSON *json = native_of(&g);

    (void)state;
    assert_true(member(json, "evidence", "residual")->valuedouble == 12.34);
    assert_true(member(json, "evidence", "sigma")->valuedouble == 0.41);
    assert_true(member(json, "evidence", "model_version")->valuedouble == 1);
    assert_true(cJSON_IsNull(member(json, "evidence", "cause")));
    assert_true(cJSON_IsTrue(member(json, "evidence", "together")));
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(json, "sensors")), 3);
    assert_true(cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(json, "element")));
    cJSON_Delete(json);
    g = golden_named("fault_unit");
    json = native_of(&g);
    assert_true(cJSON_IsNull(member(json, "evidence", "residual")));
    assert_true(cJSON_IsNull(member(json, "evidence", "sigma")));
    assert_true(cJSON_IsNull(member(json, "evidence", "model_version")));
    assert_string_equal(member(json, "evidence", "cause")->valuestring, "unit");
    assert_true(cJSON_IsFalse(member(json, "evidence", "together")));
    cJSON_Delete(json);
}

/* A doubtful sensor leaves the state unknown, never fine; a register entry for what was meant. */
static void test_doubt_is_unknown(void **state)
{
    struct golden g = golden_named("fault_other");

    (void)state;
    for (g.cause = 0; g.cause <= DOUBT_COUNT; g.cause++) {
        assert_has(&g, "summary", "状况不明，不等于正常",
                   "unknown, which does not mean that all is well");
        assert_has(&g, "summary", "H012/n1/crack-1", "H012/n1/crack-1");
        assert_has(&g, "advice", "不要依赖它的读数", "do not rely on its readings");
        if (g.cause != DOUBT_NOTHING_VALID)
            assert_has(&g, "advice", "shikumenctl epoch add", "shikumenctl epoch add");
    }
}

/* No building is called safe, and what ends without an end of the change says so. */
static void test_never_claims_safety(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(goldens); i++) {
        const struct golden *g = &goldens[i];
        bool back = g->event == EVENT_RESOLVED || g->event == EVENT_EASED || g->withdrawn;

        if (back && g->kind != KIND_FAULT)
            assert_has(g, "summary", "不说明房屋安全", "does not say that the building is safe");
        else
            assert_has_not(g, "summary", "安全", "safe");
        if (g->handed || g->cause == DOUBT_SWAPPED)
            assert_has_not(g, "summary", "不再符合报警条件", "no longer cause");
    }
}

/* Limits that rest on judgement or memory say so, that of the forecast as well. */
static void test_provisional_is_said(void **state)
{
    struct golden g = golden_named("trend_ahead_other_limit");
    struct limit later = crack_red;

    (void)state;
    assert_has(&g, "summary", "暂定限值 0.5", "provisional limit of 0.5");
    assert_has_not(&g, "summary", "暂定限值 1", "provisional limit of 1");
    later.mark = 'M';
    g.ahead.limit = &later;
    assert_has(&g, "summary", "达到累计变化的暂定限值 1 毫米",
               "reach the provisional limit of 1 mm (BRE Digest 251 (Burland categories), still to "
               "be verified) for the change");
}

/* People are kept away by what was measured, never by a forecast or a doubt. */
static void test_keep_away(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(goldens); i++) {
        if (goldens[i].level == 4 && goldens[i].kind != KIND_FAULT)
            assert_has(&goldens[i], "advice", "先让人员远离该处", "Keep people away");
        else
            assert_has_not(&goldens[i], "advice", "远离", "Keep people away");
    }
}

static void test_chance_in_words(void **state)
{
    static const struct {
        double p;
        const char *zh, *en;
    } rows[] = {
        {0, "可能性不到 5%。", "year: under 5 %."},
        {0.049, "不到 5%。", "under 5 %."},
        {0.05, "约 1 成。", "about 10 %."},
        {0.14, "约 1 成。", "about 10 %."},
        {0.5, "约 5 成。", "about 50 %."},
        {0.83, "约 8 成。", "about 80 %."},
        {0.949, "约 9 成。", "about 90 %."},
        {0.95, "不低于 95%。", "95 % or more."},
        {1, "不低于 95%。", "95 % or more."},
        {(double)NAN, "不明。", "unknown."},
        {1.5, "不明。", "unknown."},
    };
    struct golden g = golden_named("trend_ahead");

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        g.ahead.p365 = rows[i].p;
        assert_has(&g, "summary", rows[i].zh, rows[i].en);
    }
}

/* What would be untrue if said carelessly. */
static void test_says_what_is(void **state)
{
    struct golden g = golden_named("trend_pace");

    (void)state;
    g.value = -3.99; /* heave: a pace has its sign, and is not past the limit */
    assert_has(&g, "summary", "变化 -3.99 毫米", "by -3.99 mm in 30 days");
    assert_has(&g, "summary", "的 99%", "99 % of"); /* not 100 */
    g.sensor = TILT;                                /* that has two sides */
    g.value = -4.2;
    assert_has(&g, "summary", "超过限值", "above the limit");
    g = golden_named("trend_over");
    g.error = 0.0004; /* an error that is not nothing */
    assert_has(&g, "summary", "标准误差 0.0004 毫米", "standard error 0.0004 mm");
    g.error = (double)INFINITY;
    assert_has(&g, "summary", "（已扣除", "(effects");
    g = golden_named("trend_ahead");
    g.model = 0;
    assert_has(&g, "summary", "尚未扣除天气影响", "effects of weather not yet taken off");
    g = golden_named("row_raised");
    assert_has(&g, "summary", "L01 R2 整排：3 栋房屋", "Row L01 R2, 3 houses move alike, most at");
    g.also = 0; /* one so far: the row is said, not a number */
    assert_has(&g, "summary", "多栋房屋同向变化", "several houses move alike");
    g.kind = KIND_FAULT; /* a sensor is at fault alone */
    g.limit = NULL;
    assert_has_not(&g, "summary", "整排", "Row L01");
}

/* Every event and level, values that are no numbers, times that are no times, empty names. */
static void test_hostile(void **state)
{
    static const double values[] = {(double)NAN, (double)INFINITY, 0, -1e308, 1e-300};
    static const int64_t times[] = {INT64_MIN, INT64_MAX, 0, -1};

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(goldens); k++) {
        struct world *w = world_of(&goldens[k]);
        struct finding *f = &w->shares[0].finding;

        w->registry->houses[0].row = k % 2 ? "" : "L01-R2\n{where}";
        for (size_t i = 0; i < ARRAY_LEN(values) * ARRAY_LEN(times) * EVENT_COUNT; i++) {
            double v = values[i % ARRAY_LEN(values)];
            int64_t t_us = times[i % ARRAY_LEN(times)];

            f->value = f->error = f->reading = f->baseline = f->forecast.p365 = v;
            f->since_us = f->t_us = f->forecast.t05_us = f->forecast.t50_us = t_us;
            f->forecast.t95_us = times[(i + 1) % ARRAY_LEN(times)];
            f->cause = i % 3 ? f->cause : UINT32_MAX;
            w->step.event = (enum alert_event)(i % EVENT_COUNT);
            w->episode.level = (int)(i % 5);
            w->step.handed_over = i % 11 == 0;
            w->shares[0].sensor = i % 13 ? (uint32_t)goldens[k].sensor : REGISTRY_NONE;
            cJSON *json = native(&w->step);
            assert_null(strpbrk(text_at(json, "summary", "en"), "\n\t"));
            assert_null(strstr(text_at(json, "summary", "en"), "  "));
            assert_true(strlen(text_at(json, "summary", "zh")) > 12);
            cJSON_Delete(json);
        }
        world_free(w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_forecast_data),
        cmocka_unit_test(test_evidence_data),
        cmocka_unit_test(test_doubt_is_unknown),
        cmocka_unit_test(test_never_claims_safety),
        cmocka_unit_test(test_provisional_is_said),
        cmocka_unit_test(test_keep_away),
        cmocka_unit_test(test_chance_in_words),
        cmocka_unit_test(test_says_what_is),
        cmocka_unit_test(test_hostile),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
