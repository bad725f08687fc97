/* What is drawn, as a daemon answers it: readings as few points that add up with the single ones,
 * the analysis of a sensor, vibration records; and what is refused. */
#include "api_stage.h"
#include "json_schema.h"

static const cJSON *column(const cJSON *answer, const cJSON *item, const char *name)
{
    const cJSON *columns = member(answer, "columns"), *c;
    int i = 0;

    cJSON_ArrayForEach(c, columns)
    {
        if (strcmp(cJSON_GetStringValue(c), name) == 0)
            return cJSON_GetArrayItem(item, i);
        i++;
    }
    fail_msg("no column %s", name);
    return NULL;
}

/* The same readings one by one. */
static void compare(struct stage *s, const cJSON *few)
{
    cJSON *raw = stage_json(s, "readings?sensor=H1/n1/c0&limit=1000", 200);
    const cJSON *items = member(raw, "items"), *item, *r = items->child;

    cJSON_ArrayForEach(item, member(few, "items"))
    {
        double least = HUGE_VAL, most = -HUGE_VAL;
        assert_string_equal(cJSON_GetStringValue(column(few, item, "t")), text_member(r, "t"));
        for (int i = column(few, item, "n")->valueint; i > 0; i--, r = r->next) {
            assert_non_null(r);
            least = fmin(least, member(r, "v")->valuedouble);
            most = fmax(most, member(r, "v")->valuedouble);
            if (i == 1)
                assert_string_equal(cJSON_GetStringValue(column(few, item, "t_last")),
                                    text_member(r, "t"));
        }
        assert_true(fabs(column(few, item, "min")->valuedouble - least) < 1e-12);
        assert_true(fabs(column(few, item, "max")->valuedouble - most) < 1e-12);
    }
    assert_null(r);
    cJSON_Delete(raw);
}

static void few_points_add_up_with_single_readings(void **state)
{
    struct stage *s = *state;
    cJSON *few = stage_json(s, "readings?sensor=H1/n1/c0&step=AUTO&points=20", 200);

    /* at most what was asked for, in steps that people read, so a few less by the time of day */
    assert_in_range(cJSON_GetArraySize(member(few, "items")), 7, 21);
    assert_int_equal(member(member(few, "total"), "passed")->valueint, STAGE_READINGS);
    assert_true(member(few, "step_s")->valueint > 600);
    compare(s, few);
    cJSON_Delete(few);
    few = stage_json(s, "readings?sensor=H1%2Fn1%2Fc0&step=AUTO&points=5000", 200);
    assert_int_equal(cJSON_GetArraySize(member(few, "items")), STAGE_READINGS);
    assert_true(cJSON_IsNull(member(few, "step_s")));
    compare(s, few);
    cJSON_Delete(few);
}

static void refuse(struct stage *s, const char *path, int status, const char *parameter)
{
    cJSON *problem = stage_json(s, path, status);

    assert_int_equal(member(problem, "status")->valueint, status);
    if (parameter)
        assert_string_equal(text_member(problem, "parameter"), parameter);
    cJSON_Delete(problem);
}

static void what_is_not_allowed_is_said(void **state)
{
    struct stage *s = *state;

    refuse(s, "readings?step=AUTO", 400, "sensor");
    refuse(s, "readings?sensor=H1/n1/none&step=AUTO", 404, NULL);
    refuse(s, "readings?sensor=H1/n1/c0&step=AUTO&points=9", 400, "points");
    refuse(s, "readings?sensor=H1/n1/c0&step=auto", 400, "step");
    refuse(s, "readings?sensor=H1/n1/c0&step=AUTO&from=2026-01-02&to=2026-01-01", 400, "from");
    refuse(s, "sensors/H1/n1/none/analysis", 404, NULL);
    refuse(s, "sensors/H1/n1/c0/analysis?from=2026-01-02&to=2026-01-01", 400, "from");
    refuse(s, "bursts", 400, "sensor");
    refuse(s, "bursts?sensor=H1/n1/c0&limit=0", 400, "limit");
    refuse(s, "bursts?sensor=H9", 404, NULL);
    refuse(s, "bursts/7", 404, NULL);
    refuse(s, "bursts/7x", 404, NULL);
    refuse(s, "bursts/99999999999999999999", 404, NULL);
}

/* An assessor that has concluded no day yet, and a sensor that has sent no record. */
static void what_there_is_not_yet(void **state)
{
    struct stage *s = *state;
    cJSON *analysis = stage_json(s, "sensors/H1/n1/c0/analysis", 200);
    cJSON *bursts = stage_json(s, "bursts?sensor=H1/n1/c1", 200);

    assert_string_equal(text_member(analysis, "lack"), "not_yet");
    assert_true(cJSON_IsNull(member(analysis, "movement")));
    assert_int_equal(cJSON_GetArraySize(member(analysis, "daily")), 0);
    assert_int_equal(cJSON_GetArraySize(member(analysis, "forecasts")), 5);
    assert_true(cJSON_GetArraySize(member(analysis, "alerts")) > 0);
    assert_int_equal(cJSON_GetArraySize(member(bursts, "items")), 0);
    cJSON_Delete(analysis);
    cJSON_Delete(bursts);
}

static void a_vibration_record_by_its_id(void **state)
{
    struct stage *s = *state;
    cJSON *list = stage_json(s, "bursts?sensor=H1/n1/c0", 200), *one;
    const cJSON *row = member(list, "items")->child;
    char path[64];

    assert_non_null(row);
    snprintf(path, sizeof path, "bursts/%d", member(row, "id")->valueint);
    one = stage_json(s, path, 200);
    assert_string_equal(text_member(one, "sensor"), "H1/n1/c0");
    assert_string_equal(text_member(one, "t"), text_member(row, "t"));
    assert_true(
        fabs(member(member(member(member(one, "assessment"), "axes"), "x"), "ppv")->valuedouble -
             2) < 0.1);
    cJSON_Delete(list);
    cJSON_Delete(one);
}

/* As openapi.json says. */
static void fits(struct stage *s, const cJSON *document, const char *path, const char *schema)
{
    char reference[80] = "#/components/schemas/";
    cJSON *answer = stage_json(s, path, 200);
    struct strbuf why = {0};

    strncat(reference, schema, sizeof reference - strlen(reference) - 1);
    if (!json_schema_fits(document, json_schema_at(document, reference), answer, &why))
        fail_msg("%s: %s", path, strbuf_text(&why));
    cJSON_Delete(answer);
}

static void answers_are_as_described(void **state)
{
    struct stage *s = *state;
    cJSON *document = stage_json(s, "openapi.json", 200);

    fits(s, document, "readings?sensor=H1/n1/c0&step=AUTO&points=20", "SeriesReadings");
    fits(s, document, "readings?sensor=H1/n1/c1&step=AUTO", "SeriesReadings");
    fits(s, document, "sensors/H1/n1/c0/analysis", "Analysis");
    fits(s, document, "bursts/1", "Burst");
    cJSON_Delete(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_points_add_up_with_single_readings),
        cmocka_unit_test(what_is_not_allowed_is_said),
        cmocka_unit_test(what_there_is_not_yet),
        cmocka_unit_test(a_vibration_record_by_its_id),
        cmocka_unit_test(answers_are_as_described),
    };

    return cmocka_run_group_tests(tests, stage_begin, stage_end);
}
