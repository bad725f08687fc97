/* Rows of houses and the district in the slow analysis: who is in which, in what order. */
#include "slow_house.h"

#include <cjson/cJSON.h>

/* Rows are known by lane and name; R1 of lane A does not lie in one piece; D stands alone. */
static const char district[] = "{\"district\":{\"id\":\"d1\"},\"houses\":["
                               "{\"id\":\"A\",\"lane\":\"A\",\"row\":\"R1\",\"elements\":[{\"id\":"
                               "\"A/w\",\"kind\":\"wall\"}]},"
                               "{\"id\":\"B\",\"lane\":\"B\",\"row\":\"R1\"},"
                               "{\"id\":\"C\",\"lane\":\"A\",\"row\":\"R1\"},{\"id\":\"D\"}],"
                               "\"sensors\":[{\"id\":\"A/n/c\",\"node\":\"A/n\",\"element\":\"A/"
                               "w\",\"quantity\":\"crack_width\","
                               "\"unit\":\"mm\",\"period_s\":3600}]}";

static void expect_group(const char *line, const char *name, const char *value, int houses)
{
    cJSON *json = cJSON_Parse(line);
    const cJSON *member = cJSON_GetObjectItem(json, name);

    assert_non_null(json);
    if (!member)
        fail_msg("no %s in %s", name, line);
    assert_string_equal(member->valuestring, value);
    assert_true(cJSON_GetObjectItem(json, "houses")->valuedouble == houses);
    assert_string_equal(cJSON_GetObjectItem(json, "class")->valuestring, "insufficient data");
    assert_string_equal(cJSON_GetObjectItem(json, "colour")->valuestring, "grey");
    cJSON_Delete(json);
}

static void rows_and_the_district(void **state)
{
    struct place *p = place_of(district);
    const char *line;

    (void)state;
    for (int64_t h = 0; h < 24 * 20; h++)
        say(p, "A/n/c", BEGIN + h * HOUR_US, 1);
    conclude(p, BEGIN + 21 * DAY_US);
    line = strbuf_text(&p->groups);
    expect_group(line, "row", "R1", 2);
    expect_group(line, "lane", "A", 2);
    line = strchr(line, '\n') + 1;
    expect_group(line, "lane", "B", 1);
    line = strchr(line, '\n') + 1;
    expect_group(line, "district", "d1", 4); /* the one without a row counts here */
    assert_int_equal(strlen(strchr(line, '\n')), 1);
    leave(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(rows_and_the_district)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
