/* The documents of a district, a house, a sensor and of all houses as GeoJSON: what the registry
 * says is there, what is not known is null, and a house that nothing is known of is grey. */
#include "lane_fixture.h"

#include "shikumen/view/geometry.h"
#include "shikumen/view/place.h"

static void a_district_has_what_a_page_draws(void **state)
{
    struct lane *l = *state;
    const cJSON *houses;
    cJSON *json;

    district_json(&l->desk, &l->out);
    json = lane_json(l);
    assert_string_equal(text_in(json, "id"), "d1");
    assert_string_equal(text_in(json, "name_zh"), "一区");
    assert_string_equal(text_in(json, "name_en"), "One \"quoted\"");
    assert_string_equal(text_in(json, "timezone"), "Asia/Shanghai");
    assert_string_equal(text_in(json, "now"), "2026-01-01T00:00:00Z");
    assert_int_equal(cJSON_GetArraySize(in(json, "lanes")), 1);
    assert_true(number_in(in(json, "lanes")->child, "houses") == 2);
    assert_int_equal(cJSON_GetArraySize(in(json, "rows")), 1);
    assert_int_equal(cJSON_GetArraySize(in(json, "levels")), 5);
    houses = in(json, "houses");
    assert_int_equal(cJSON_GetArraySize(houses), 3);
    assert_int_equal(cJSON_GetArraySize(in(houses->child, "plan_m")), 4);
    assert_true(number_in(houses->child, "built") == 1925);
    assert_true(cJSON_IsNull(in(houses->child->next, "plan_m")));
    assert_true(cJSON_IsNull(in(houses->child->next->next, "lat")));
    assert_true(cJSON_IsNull(in(houses->child->next->next, "number")));
    cJSON_Delete(json);
}

static void a_house_with_all_that_stands_in_it(void **state)
{
    struct lane *l = *state;
    uint32_t crack = lane_sensor(l, "H1/n1/crack", "crack_width", "mm");
    const cJSON *wall, *sensor;
    cJSON *json;

    lane_reading(l, crack, NOW_US - DAYS(1) / 144, 1.25, QF_PASS);
    lane_commit(l);
    lane_risk(l, "H1", NOW_US, 60, "MH", "orange");
    assert_int_equal(house_json(&l->desk, 0, &l->out), ERR_OK);
    json = lane_json(l);
    assert_string_equal(text_in(json, "id"), "H1");
    assert_string_equal(text_in(json, "class"), "MH");
    assert_string_equal(text_in(json, "protection"), "city");
    assert_string_equal(in(json, "adjoining")->child->valuestring, "H2");
    wall = in(json, "elements")->child;
    assert_string_equal(text_in(wall, "id"), "H1/wall");
    assert_string_equal(text_in(wall, "colour"), "yellow");
    assert_true(number_in(wall, "height_m") == 7);
    assert_string_equal(text_in(wall->next, "id"), "H1/stair");
    assert_string_equal(text_in(wall->next, "class"), "insufficient data");
    assert_string_equal(text_in(wall->next, "colour"), "grey");
    assert_int_equal(cJSON_GetArraySize(in(json, "sensors")), 2);
    sensor = in(json, "sensors")->child;
    assert_string_equal(text_in(sensor, "id"), "H1/n1/crack");
    assert_true(number_in(sensor, "v") == 1.25);
    assert_int_equal(cJSON_GetArraySize(in(sensor, "position_m")), 3);
    assert_true(cJSON_IsNull(in(sensor->next, "position_m")));
    assert_true(number_in(in(json, "risk"), "score") == 60);
    cJSON_Delete(json);
}

static void a_house_of_which_nothing_is_known_is_grey(void **state)
{
    struct lane *l = *state;
    cJSON *json;

    assert_int_equal(house_json(&l->desk, 2, &l->out), ERR_OK);
    json = lane_json(l);
    assert_string_equal(text_in(json, "colour"), "grey");
    assert_string_equal(text_in(json, "class"), "unknown");
    assert_true(cJSON_IsNull(in(json, "risk")));
    assert_int_equal(cJSON_GetArraySize(in(json, "sensors")), 0);
    assert_int_equal(cJSON_GetArraySize(in(json, "elements")), 0);
    cJSON_Delete(json);
}

static void a_sensor_with_limits_epochs_and_flags(void **state)
{
    struct lane *l = *state;
    uint32_t crack = lane_sensor(l, "H1/n1/crack", "crack_width", "mm");
    const cJSON *limit, *flags;
    cJSON *json;

    lane_reading(l, crack, NOW_US - DAYS(40), 1, QF_PASS); /* too long ago to be counted */
    lane_reading(l, crack, NOW_US - DAYS(2), 1, QF_PASS);
    lane_reading(l, crack, NOW_US - DAYS(1), 9, QF_FAIL);
    lane_commit(l);
    assert_int_equal(sensor_json(&l->desk, 0, &l->out), ERR_OK);
    json = lane_json(l);
    assert_string_equal(text_in(json, "id"), "H1/n1/crack");
    assert_string_equal(text_in(json, "unit_registered"), "um");
    assert_string_equal(text_in(json, "u"), "mm");
    assert_string_equal(text_in(json, "house_name_zh"), "一号");
    assert_string_equal(text_in(json, "installed"), "2025-06-01T00:00:00Z");
    assert_string_equal(text_in(json, "baseline_start"), "2025-07-01T00:00:00Z");
    assert_string_equal(in(json, "environment")->child->valuestring, "H1/n1/t");
    limit = in(json, "limits")->child;
    assert_int_equal(cJSON_GetArraySize(in(json, "limits")), 2);
    assert_true(number_in(limit, "level") == 3 && number_in(limit, "value") == 5);
    assert_string_equal(text_in(limit, "clause"), "1");
    assert_true(cJSON_IsTrue(in(limit, "provisional")));
    assert_false(cJSON_IsTrue(in(limit->next, "provisional")));
    assert_int_equal(cJSON_GetArraySize(in(json, "epochs")), 1);
    assert_string_equal(text_in(in(json, "epochs")->child, "note"), "tie rods");
    flags = in(json, "flags_30d");
    assert_true(number_in(flags, "pass") == 1 && number_in(flags, "fail") == 1);
    cJSON_Delete(json);
}

static void a_sensor_that_never_spoke(void **state)
{
    struct lane *l = *state;
    cJSON *json;

    assert_int_equal(sensor_json(&l->desk, 2, &l->out), ERR_OK);
    json = lane_json(l);
    assert_true(cJSON_IsNull(in(json, "v")));
    assert_true(cJSON_IsNull(in(json, "t")));
    assert_true(cJSON_IsTrue(in(json, "silent")));
    assert_true(number_in(in(json, "flags_30d"), "pass") == 0);
    assert_int_equal(cJSON_GetArraySize(in(json, "limits")), 0);
    cJSON_Delete(json);
}

/* --- GeoJSON --- */

static void houses_as_features(void **state)
{
    struct lane *l = *state;
    const cJSON *one, *properties, *member;
    cJSON *json;

    lane_risk(l, "H1", NOW_US, 60, "MH", "orange");
    assert_int_equal(houses_geojson(&l->desk, &l->out), ERR_OK);
    json = lane_json(l);
    assert_string_equal(text_in(json, "type"), "FeatureCollection");
    assert_int_equal(cJSON_GetArraySize(in(json, "features")), 3);
    one = in(json, "features")->child;
    assert_string_equal(text_in(in(one, "geometry"), "type"), "Polygon");
    assert_string_equal(text_in(in(one->next, "geometry"), "type"), "Point");
    assert_true(cJSON_IsNull(in(one->next->next, "geometry")));
    properties = in(one, "properties");
    assert_true(number_in(properties, "score") == 60);
    cJSON_ArrayForEach(member, properties)
    {
        assert_false(cJSON_IsArray(member) || cJSON_IsObject(member)); /* flat */
        in(properties, member->string);
    }
    cJSON_Delete(json);
}

/* RFC 7946 section 3.1.6: closed, counter-clockwise; and as large as it is. */
static void a_footprint_is_a_ring(void **state)
{
    struct lane *l = *state;
    const cJSON *ring;
    cJSON *json;
    double area = 0, x[5], y[5];

    geometry_put(&l->out, &l->registry->houses[0]);
    json = lane_json(l);
    ring = cJSON_GetArrayItem(in(json, "coordinates"), 0);
    assert_int_equal(cJSON_GetArraySize(ring), 5);
    for (int i = 0; i < 5; i++) {
        x[i] = cJSON_GetArrayItem(cJSON_GetArrayItem(ring, i), 0)->valuedouble;
        y[i] = cJSON_GetArrayItem(cJSON_GetArrayItem(ring, i), 1)->valuedouble;
        assert_true(fabs(x[i] - 121.4) < 1e-3 && fabs(y[i] - 31.2) < 1e-3);
    }
    assert_true(x[0] == x[4] && y[0] == y[4]);
    for (int i = 0; i < 4; i++)
        area += x[i] * y[i + 1] - x[i + 1] * y[i];
    /* 4 m by 12 m: a degree is 110.86 km north and 95.3 km east there (WGS 84). */
    assert_true(area > 0);
    assert_true(fabs(area / 2 * 110.86e3 * 95.3e3 - 48) < 1);
    cJSON_Delete(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LANE_TEST(a_district_has_what_a_page_draws),
        LANE_TEST(a_house_with_all_that_stands_in_it),
        LANE_TEST(a_house_of_which_nothing_is_known_is_grey),
        LANE_TEST(a_sensor_with_limits_epochs_and_flags),
        LANE_TEST(a_sensor_that_never_spoke),
        LANE_TEST(houses_as_features),
        LANE_TEST(a_footprint_is_a_ring),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
