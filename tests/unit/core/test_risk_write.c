#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#include "risk_fixture.h"
#include "shikumen/base/file.h"
#include "shikumen/base/utc.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof *(a))

static int64_t at(const char *text)
{
    int64_t t_us = 0;

    assert_int_equal(utc_parse(text, &t_us), ERR_OK);
    return t_us;
}

/* A house with a crack that grows, a joist end that is wet, and a gate nobody watches well. */
struct scene {
    struct lane *lane;
    struct risk_limit limits[3];
    struct risk_evidence evidence[3];
    struct risk elements[3], house;
};

static void scene_limits(struct scene *s)
{
    int64_t from_us = at("2025-11-22T00:00:00Z"), to_us = at("2026-11-22T00:00:00Z");

    s->limits[0] = compared(CRACK, &crack_4, 0.414, 0.0012344, 0.1, 0.37);
    s->limits[0].value_se = 0.03;
    s->limits[0].t05_d = 200.5;
    s->limits[0].t50_d = 480;
    s->limits[1] = compared(CRACK_2, &crack_3, 0.2, NO, NO, NO);
    s->limits[2] = compared(FREQ, &freq_4, 0.3, 0, 0, 0);
    for (size_t i = 0; i < 3; i++) {
        s->limits[i].from_us = from_us;
        s->limits[i].to_us = to_us;
        s->limits[i].model_version = 4;
    }
    s->evidence[0] = (struct risk_evidence){.kind = EVIDENCE_TREND,
                                            .sensor = CRACK,
                                            .quality = 0.9,
                                            .value = 0.38,
                                            .from_us = from_us,
                                            .to_us = to_us};
    s->evidence[1] =
        (struct risk_evidence){.kind = EVIDENCE_WORKS, .sensor = REGISTRY_NONE, .quality = 1};
    s->evidence[2] = (struct risk_evidence){
        .kind = EVIDENCE_WET_TIMBER, .sensor = MOIST, .quality = 0.8, .value = 22.4};
}

static struct scene *scene_new(void)
{
    struct scene *s = calloc(1, sizeof *s);
    struct risk_input in;

    assert_non_null(s);
    s->lane = lane_new();
    scene_limits(s);
    in = input_of(FRONT, s->limits, 2);
    in.evidence = s->evidence;
    in.evidence_count = 2;
    s->elements[0] = judged(s->lane, &in);
    in = input_of(GATE, NULL, 0);
    in.quality.history_d = 20;
    s->elements[1] = judged(s->lane, &in);
    in = input_of(BEAM, &s->limits[2], 1);
    in.evidence = &s->evidence[2];
    in.evidence_count = 1;
    s->elements[2] = judged(s->lane, &in);
    s->house = house_of(s->lane, 0, s->elements, 3);
    return s;
}

static void scene_free(struct scene *s)
{
    lane_free(s->lane);
    free(s);
}

static char *line_of(const struct scene *s)
{
    struct strbuf out = {0};

    risk_write(&s->lane->registry, &s->house, s->elements, 3, at("2026-11-22T00:00:00Z"), &out);
    assert_false(out.failed);
    return out.data;
}

/* The whole line, as it was read and found right. */
static void exact_golden(void **state)
{
    static const char path[] = TEST_DATA "/risk/house.ndjson";
    struct scene *s = scene_new();
    struct strbuf golden = {0};
    char *line = line_of(s);

    (void)state;
    assert_int_equal(file_read(path, 65536, &golden), ERR_OK);
    assert_string_equal(line, strbuf_text(&golden));
    strbuf_free(&golden);
    free(line);
    scene_free(s);
}

/* Members of the contract, in its order, then the others; the reasons with all they must name. */
static void exact_contract(void **state)
{
    static const char *const contract[] = {"at",       "house", "class", "score", "confidence",
                                           "coverage", "p30",   "p180",  "p365",  "reasons"};
    static const char *const of_limit[] = {"value",  "unit", "limit",  "source",
                                           "clause", "mark", "window", "sensors",
                                           "weight", "text", "p365"};
    struct scene *s = scene_new();
    char *line = line_of(s);
    cJSON *json = cJSON_Parse(line), *member, *reason;
    size_t limits = 0;

    (void)state;
    assert_non_null(json);
    assert_string_equal(line + strlen(line) - 2, "}\n");
    assert_null(memchr(line, '\n', strlen(line) - 1));
    member = json->child;
    for (size_t i = 0; i < ARRAY_LEN(contract); i++, member = member->next)
        assert_string_equal(member->string, contract[i]);
    assert_string_equal(cJSON_GetObjectItem(json, "label")->valuestring,
                        "EN 16096-like, computed from sensors");
    cJSON_ArrayForEach(reason, cJSON_GetObjectItem(json, "reasons"))
    {
        if (strcmp(cJSON_GetObjectItem(reason, "kind")->valuestring, "limit") != 0)
            continue;
        limits++;
        for (size_t i = 0; i < ARRAY_LEN(of_limit); i++)
            assert_non_null(cJSON_GetObjectItem(reason, of_limit[i]));
    }
    assert_true(limits > 0);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(json, "elements")), 3);
    cJSON_Delete(json);
    free(line);
    scene_free(s);
}

/* The same input, the same bytes, wherever it lies. */
static void invariant_bytes(void **state)
{
    struct scene *a = scene_new(), *b = scene_new();
    char *one = line_of(a), *two = line_of(b);

    (void)state;
    assert_string_equal(one, two);
    free(one);
    free(two);
    scene_free(a);
    scene_free(b);
}

static void both_languages(struct lane *l, const struct risk *r, const struct risk_reason *reason,
                           struct strbuf text[2])
{
    strbuf_clear(&text[0]);
    strbuf_clear(&text[1]);
    risk_say_zh(&l->registry, r, reason, &text[0]);
    risk_say_en(&l->registry, r, reason, &text[1]);
    for (int i = 0; i < 2; i++) {
        const char *t = strbuf_text(&text[i]);

        assert_true(text[i].len > 10 && !text[i].failed);
        if (strchr(t, '{') || strstr(t, "()") || strstr(t, "（）") || strstr(t, "nan"))
            fail_msg("unfinished: %s", t);
    }
    assert_string_not_equal(strbuf_text(&text[0]), strbuf_text(&text[1]));
    for (const char *c = strbuf_text(&text[1]); *c; c++)
        if (strncmp(c, "。", 3) == 0 || strncmp(c, "，", 3) == 0)
            fail_msg("Chinese in: %s", strbuf_text(&text[1]));
}

/* Every evidence, with and without sensor and amount, says something in both languages. */
static void exact_every_evidence(void **state)
{
    struct lane *l = lane_new();
    struct strbuf text[2] = {{0}, {0}};

    (void)state;
    for (int kind = 0; kind < EVIDENCE_KINDS; kind++)
        for (int with = 0; with < 2; with++) {
            struct risk_evidence evidence = {.kind = (enum evidence_kind)kind,
                                             .sensor = with ? CRACK : REGISTRY_NONE,
                                             .quality = 1,
                                             .value = with ? 0.5 : NO};
            struct risk_input in = input_of(FRONT, NULL, 0);
            struct risk r;

            in.evidence = &evidence;
            in.evidence_count = 1;
            r = judged(l, &in);
            for (size_t i = 0; i < r.reason_count; i++)
                both_languages(l, &r, &r.reasons[i], text);
            assert_string_not_equal(evidence_name((enum evidence_kind)kind), "unknown");
        }
    strbuf_free(&text[0]);
    strbuf_free(&text[1]);
    lane_free(l);
}

static void says(struct lane *l, struct risk_limit limit, const char *zh, const char *en)
{
    struct strbuf text[2] = {{0}, {0}};
    struct risk_input in = input_of(FRONT, &limit, 1);
    struct risk r = judged(l, &in);

    assert_true(r.reason_count > 0);
    both_languages(l, &r, &r.reasons[0], text);
    assert_string_equal(strbuf_text(&text[0]), zh);
    assert_string_equal(strbuf_text(&text[1]), en);
    strbuf_free(&text[0]);
    strbuf_free(&text[1]);
}

static void exact_sentences(void **state)
{
    struct lane *l = lane_new();
    struct risk_limit lean = compared(TILT, &lean_4, 1.2, NO, NO, NO);
    struct risk_limit derived = compared(HUMID, &mould_4, 0.5, 0, 0, 0);

    (void)state;
    says(
        l, compared(CRACK, &crack_4, 0.414, 0, 0.1, 0.372),
        "建业里12号 前墙：裂缝比基准宽了 0.41 毫米，为限值 1 毫米（BRE Digest 251）的 "
        "41%。一年内超过的概率 37%。",
        "Jianye Li No. 12, front wall: crack 0.41 mm wider than at its baseline, 41 % of the limit "
        "of 1 mm (BRE Digest 251). Probability of exceeding it within a year: 37 %.");
    says(l, compared(FREQ, &freq_4, 1.3, 1, 1, 1),
         "建业里12号 前墙：固有频率比基准低 6.5%，超过暂定限值 5%（工程判断）。",
         "Jianye Li No. 12, front wall: natural frequency 6.5% below its baseline, above the "
         "provisional limit of 5% (engineering judgement).");
    says(l, compared(SETTLE, &settle_4, 0.094, NO, NO, NO),
         "建业里12号 前墙：30 天内下沉 0.38 毫米，为限值 4 毫米（JGJ 125-2016 4.2.1）的 9.4%。",
         "Jianye Li No. 12, front wall: settled 0.38 mm within 30 days, 9.4 % of the limit of 4 mm "
         "(JGJ 125-2016 4.2.1).");
    says(
        l, compared(SETTLE, &settle_4, 0.996, NO, NO, NO),
        "建业里12号 前墙：30 天内下沉 3.98 毫米，为限值 4 毫米（JGJ 125-2016 4.2.1）的 99.6%。",
        "Jianye Li No. 12, front wall: settled 3.98 mm within 30 days, 99.6 % of the limit of 4 mm "
        "(JGJ 125-2016 4.2.1).");
    derived.derived = &mould;
    says(l, derived, "建业里12号 前墙：霉菌指数 1.5，为限值 3（Hukka & Viitanen 1999）的 50%。",
         "Jianye Li No. 12, front wall: mould index 1.5, 50 % of the limit of 3 (Hukka & Viitanen "
         "1999).");
    lean.stability = true;
    lean.value = -8.4;
    says(l, lean,
         "建业里12号 前墙：倾斜 -8.40 毫米/米，超过稳定性暂定限值 ±7 毫米/米（JGJ 125-2016 "
         "5.3.2，出处待核对）。建议委托房屋安全鉴定（JGJ "
         "125-2016）；是否属于危险房屋由鉴定机构认定，本系统不作认定。",
         "Jianye Li No. 12, front wall: tilt -8.40 mm/m, above the provisional limit of ±7 mm/m "
         "(JGJ 125-2016 5.3.2, still to be verified), which concerns stability. Commission an "
         "appraisal (JGJ 125-2016); whether the house is dangerous is for the appraisers to say, "
         "not for this system.");
    lane_free(l);
}

/* The first three reasons, whatever they weigh; more of those that weigh something, to twelve. */
static void exact_shown(void **state)
{
    static const struct {
        double margin;
        size_t limits;
        int shown;
    } rows[] = {{0.05, 2, 2}, {0.05, 9, 3}, {0.2, 9, 9}, {0.2, 15, 12}};
    struct lane *l = lane_new();
    struct strbuf out = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct risk_limit limits[15];
        struct risk_input in = input_of(FRONT, limits, rows[i].limits);
        struct risk element, house;
        cJSON *json;

        for (size_t k = 0; k < 15; k++)
            limits[k] = compared(CRACK, &crack_4, rows[i].margin, 0, 0, 0);
        element = judged(l, &in);
        house = house_of(l, 0, &element, 1);
        strbuf_clear(&out);
        risk_write(&l->registry, &house, &element, 1, 0, &out);
        json = cJSON_Parse(strbuf_text(&out));
        assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(json, "reasons")), rows[i].shown);
        assert_int_equal(cJSON_GetObjectItem(json, "reasons_total")->valueint, rows[i].limits);
        cJSON_Delete(json);
    }
    strbuf_free(&out);
    lane_free(l);
}

/* Times outside the calendar, values that are none: still JSON. */
static void hostile_values(void **state)
{
    struct lane *l = lane_new();
    struct risk_limit limit = compared(CRACK, &crack_4, NO, 0, 0, 1);
    struct risk_input in = input_of(FRONT, &limit, 1);
    struct strbuf out = {0};
    struct risk element, house;
    cJSON *json;

    (void)state;
    limit.value = limit.value_se = HUGE_VAL;
    limit.t05_d = -1;
    limit.t50_d = 1e300;
    limit.t95_d = HUGE_VAL;
    limit.from_us = INT64_MIN;
    limit.to_us = INT64_MAX;
    l->elements[FRONT].name.zh = "\"\\\n";
    element = judged(l, &in);
    house = house_of(l, 0, &element, 1);
    risk_write(&l->registry, &house, &element, 1, INT64_MAX, &out);
    json = cJSON_Parse(strbuf_text(&out));
    assert_non_null(json);
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(json, "at")));
    cJSON_Delete(json);
    strbuf_clear(&out);
    house = house_of(l, 1, NULL, 0);
    risk_write(&l->registry, &house, NULL, 0, 0, &out);
    json = cJSON_Parse(strbuf_text(&out));
    assert_string_equal(cJSON_GetObjectItem(json, "class")->valuestring, "insufficient data");
    assert_string_equal(cJSON_GetObjectItem(json, "colour")->valuestring, "grey");
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(json, "p365")));
    cJSON_Delete(json);
    strbuf_free(&out);
    lane_free(l);
}

/* A row: the first reasons of all houses by weight, each with its house; null and grey where
 * nothing is known; never green while half is not known. */
static void exact_group(void **state)
{
    struct scene *s = scene_new();
    struct risk houses[2];
    struct risk_group row, district;
    struct strbuf out = {0};
    cJSON *json, *reasons, *reason;
    double last = INFINITY;

    (void)state;
    s->lane->houses[0].row = s->lane->houses[1].row = "R1";
    s->lane->houses[0].lane = s->lane->houses[1].lane = "L1";
    s->lane->registry.district_id = "d1";
    houses[0] = s->house;
    houses[1] = house_of(s->lane, 1, NULL, 0);
    assert_int_equal(risk_row(houses, 2, &s->lane->arena, &row), ERR_OK);
    assert_int_equal(risk_district(&row, 1, &s->lane->arena, &district), ERR_OK);
    risk_write_group(&s->lane->registry, &row, true, houses, 2, at("2026-11-22T00:00:00Z"), &out);
    json = cJSON_Parse(strbuf_text(&out));
    assert_non_null(json);
    assert_string_equal(cJSON_GetObjectItem(json, "row")->valuestring, "R1");
    assert_string_equal(cJSON_GetObjectItem(json, "lane")->valuestring, "L1");
    assert_null(cJSON_GetObjectItem(json, "house"));
    assert_string_equal(cJSON_GetObjectItem(json, "worst")->valuestring, s->lane->houses[0].id);
    assert_true(cJSON_GetObjectItem(json, "houses")->valuedouble == 2);
    assert_true(cJSON_GetObjectItem(json, "houses_grey")->valuedouble >= 1);
    reasons = cJSON_GetObjectItem(json, "reasons");
    assert_true(cJSON_GetArraySize(reasons) >= 3);
    cJSON_ArrayForEach(reason, reasons)
    {
        double weight = cJSON_GetObjectItem(reason, "weight")->valuedouble;
        assert_true(weight <= last ||
                    strcmp(cJSON_GetObjectItem(reason, "kind")->valuestring, "appraisal") == 0);
        last = weight;
        assert_non_null(cJSON_GetObjectItem(reason, "house"));
        assert_non_null(cJSON_GetObjectItem(cJSON_GetObjectItem(reason, "text"), "zh"));
    }
    cJSON_Delete(json);
    strbuf_clear(&out);
    risk_write_group(&s->lane->registry, &district, false, houses, 2, 0, &out);
    json = cJSON_Parse(strbuf_text(&out));
    assert_string_equal(cJSON_GetObjectItem(json, "district")->valuestring, "d1");
    assert_null(cJSON_GetObjectItem(json, "row"));
    cJSON_Delete(json);
    strbuf_free(&out);
    scene_free(s);
}

/* Half grey: grey, unless a house that is known well is orange or red; then that is seen. */
static void exact_group_colour(void **state)
{
    struct risk_group g = {.houses = 2, .grey = true, .colour = 4, .shown = 2};

    (void)state;
    assert_string_equal(risk_group_colour_name(&g), "grey");
    g.shown = 3;
    assert_string_equal(risk_group_colour_name(&g), "orange");
    g.grey = false;
    assert_string_equal(risk_group_colour_name(&g), "red");
    g.colour = 0;
    assert_string_equal(risk_group_colour_name(&g), "green");
    g.houses = 0;
    assert_string_equal(risk_group_colour_name(&g), "grey");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_golden),       cmocka_unit_test(exact_contract),
        cmocka_unit_test(invariant_bytes),    cmocka_unit_test(exact_every_evidence),
        cmocka_unit_test(exact_sentences),    cmocka_unit_test(exact_shown),
        cmocka_unit_test(hostile_values),     cmocka_unit_test(exact_group),
        cmocka_unit_test(exact_group_colour),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
