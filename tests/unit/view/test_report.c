/* Reports: what they count is what was sent, and hostile names and empty stores come out as what
 * they are. */
#include "report_fixture.h"

/* --- the data --- */

/* 144 readings are due in a day at one in ten minutes. 3 h are missing (18 readings), one is
 * suspect and one failed. */
static void test_coverage_gaps_and_flags_are_counted_exactly(void **state)
{
    struct fixture *f = *state;
    uint32_t id = store_sensor(f, CRACK, "crack_width", "mm");
    const cJSON *s;
    cJSON *c;

    for (int i = 0; i < 144; i++)
        if (i < 60 || i >= 78)
            store(f, id, FROM + i * 600 * US_PER_S, i < 72 ? 1.0 : 1.5,
                  i == 10   ? QF_SUSPECT
                  : i == 20 ? QF_FAIL
                            : QF_PASS);
    commit(f);
    c = content(f, "H1");
    s = of(c, "sensors", "sensor", CRACK);
    assert_int_equal(number(s, "due"), 144);
    assert_int_equal(number(s, "passed"), 124);
    assert_int_equal(number(s, "suspect"), 1);
    assert_int_equal(number(s, "failed"), 1);
    assert_int_equal(number(s, "gaps"), 1);
    assert_int_equal(number(s, "longest_gap_s"), 19 * 600);
    assert_string_equal(word(s, "longest_gap_from"), "2025-01-01T09:50:00Z");
    assert_true(fabs(number(s, "coverage") - 124.0 / 144) < 1e-9);
    assert_true(fabs(number(s, "begin") - 1.0) < 1e-12);
    assert_true(fabs(number(s, "end") - 1.5) < 1e-12);
    cJSON_Delete(c);
}

static void test_what_arrived_after_the_end_was_not_known_then(void **state)
{
    struct fixture *f = *state;
    uint32_t id = store_sensor(f, CRACK, "crack_width", "mm");
    struct reading late = {.t_us = FROM + 3600 * US_PER_S,
                           .rx_us = TO + US_PER_S,
                           .value = 9,
                           .sensor = id,
                           .flag = QF_PASS};
    cJSON *c;

    store(f, id, FROM + 600 * US_PER_S, 1, QF_PASS);
    assert_int_equal(readings_append(f->db, &late), ERR_OK);
    commit(f);
    c = content(f, "H1");
    assert_int_equal(number(of(c, "sensors", "sensor", CRACK), "passed"), 1);
    assert_true(number(of(c, "sensors", "sensor", CRACK), "most") < 2);
    cJSON_Delete(c);
}

static void test_a_span_without_data_says_so_and_is_grey(void **state)
{
    struct fixture *f = *state;
    char *html;
    cJSON *c;

    store_sensor(f, CRACK, "crack_width", "mm");
    commit(f);
    html = text_of(f, query("H1", REPORT_HTML));
    assert_non_null(strstr(html, "No valid reading came in this span"));
    assert_non_null(strstr(html, "never assessed"));
    assert_non_null(strstr(html, "? grey"));
    assert_null(strstr(html, "○ green"));
    free(html);
    c = content(f, "H1");
    assert_true(fabs(number(of(c, "sensors", "sensor", CRACK), "coverage")) < 1e-12);
    assert_int_equal(number(of(c, "sensors", "sensor", CRACK), "gaps"), 1);
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(of(c, "houses", "house", "H1"), "class")));
    cJSON_Delete(c);
}

/* A chance of 100 % beside a grey class needs its word. */
static void test_a_limit_that_is_reached_while_the_class_waits(void **state)
{
    static const char *const lines[] = {
        "{\"house\":\"H1\",\"class\":\"insufficient "
        "data\",\"colour\":\"grey\",\"grey\":true,\"p30\":1,"
        "\"reasons\":[{\"kind\":\"limit\",\"p30\":1,\"text\":{\"zh\":\"宽\",\"en\":\"wide\"}}]}",
        "{\"house\":\"H1\",\"class\":\"MH\",\"colour\":\"orange\",\"grey\":false,\"p30\":1,"
        "\"reasons\":[{\"kind\":\"limit\",\"p30\":1,\"text\":{\"zh\":\"宽\",\"en\":\"wide\"}}]}",
        "{\"house\":\"H1\",\"class\":\"insufficient data\",\"colour\":\"grey\",\"grey\":true,"
        "\"p30\":0.2,\"reasons\":[{\"kind\":\"limit\",\"p30\":0.2}]}"};
    struct fixture *f = *state;

    open_state(f);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        const struct state_risk r = {.house = "H1",
                                     .at_us = FROM + (int64_t)(i + 1) * US_PER_HOUR,
                                     .class_name = "",
                                     .colour = "",
                                     .line = lines[i]};
        bool said[2];
        assert_int_equal(state_begin(f->desk.state), ERR_OK);
        assert_int_equal(state_risk_put(f->desk.state, &r), ERR_OK);
        assert_int_equal(state_commit(f->desk.state), ERR_OK);
        for (int house = 0; house < 2; house++) {
            char *html = text_of(f, query(house ? "H1" : NULL, REPORT_HTML));
            said[house] = strstr(html, "A limit is exceeded already") != NULL;
            free(html);
        }
        assert_int_equal(said[0], i == 0);
        assert_int_equal(said[1], i == 0);
    }
    close_state(f);
}

/* --- odd registries --- */

#define EVIL "<b>&\\u0007\\u202e,\\\"\\n=1+1"

static const char odd_text[] =
    "{\"district\":{\"id\":\"d\",\"name\":\"" EVIL "\",\"timezone\":\"UTC\"},\"houses\":["
    "{\"id\":\"H1\",\"name\":\"" EVIL "\",\"lat\":31.2,\"lon\":121.4,"
    "\"plan_m\":[[0,0],[0,12],[4,12],[4,0]]},"
    "{\"id\":\"H2\",\"name\":\"bare\"}],\"sensors\":[]}";

static void use_registry(struct fixture *f, const char *text)
{
    registry_free(f->registry);
    f->registry = parse_registry(text);
    f->desk.registry = f->registry;
}

static void test_hostile_names_stay_names(void **state)
{
    struct fixture *f = *state;
    char *html, *csv;

    use_registry(f, odd_text);
    html = text_of(f, query("H1", REPORT_HTML));
    assert_null(strstr(html, "<b>"));
    assert_null(strchr(html, '\a'));
    assert_null(strstr(html, "\xe2\x80\xae"));
    assert_non_null(strstr(html, "&lt;b&gt;&amp;"));
    free(html);
    csv = text_of(f, query(NULL, REPORT_CSV));
    assert_non_null(strstr(csv, "\"\"")); /* the quote in the name is doubled */
    free(csv);
}

static void test_a_house_without_sensors_is_unknown(void **state)
{
    struct fixture *f = *state;
    char *html;

    use_registry(f, odd_text);
    html = text_of(f, query("H2", REPORT_HTML));
    assert_non_null(strstr(html, "This house has no sensors"));
    assert_non_null(strstr(html, "? grey"));
    assert_non_null(strstr(html, "No elements are registered"));
    free(html);
}

static void test_a_registry_without_houses_makes_a_report(void **state)
{
    struct fixture *f = *state;
    char *html;

    use_registry(f, "{\"district\":{\"id\":\"d\",\"name\":\"D\",\"timezone\":\"UTC\"},"
                    "\"houses\":[],\"sensors\":[]}");
    html = text_of(f, query(NULL, REPORT_HTML));
    assert_non_null(strstr(html, "No houses are registered"));
    assert_null(strstr(html, "nan"));
    free(html);
}

/* A ring closes, runs counter-clockwise (RFC 7946 3.1.6), and is as large as the footprint. */
static void test_geojson_draws_footprints(void **state)
{
    struct fixture *f = *state;
    char *text;
    cJSON *root;
    const cJSON *ring, *a, *b;
    double area = 0;
    int n;

    use_registry(f, odd_text);
    text = text_of(f, query(NULL, REPORT_GEOJSON));
    root = cJSON_Parse(text);
    assert_non_null(root);
    ring = cJSON_GetArrayItem(
        cJSON_GetObjectItem(cJSON_GetObjectItem(of(root, "features", "id", "H1"), "geometry"),
                            "coordinates"),
        0);
    n = cJSON_GetArraySize(ring);
    assert_int_equal(n, 5);
    assert_true(cJSON_Compare(cJSON_GetArrayItem(ring, 0), cJSON_GetArrayItem(ring, 4), true));
    for (int i = 0; i + 1 < n; i++) {
        a = cJSON_GetArrayItem(ring, i);
        b = cJSON_GetArrayItem(ring, i + 1);
        area += (cJSON_GetArrayItem(a, 0)->valuedouble - 121.4) *
                    (cJSON_GetArrayItem(b, 1)->valuedouble - 31.2) -
                (cJSON_GetArrayItem(b, 0)->valuedouble - 121.4) *
                    (cJSON_GetArrayItem(a, 1)->valuedouble - 31.2);
    }
    area = area / 2 * 111319.49 * 111319.49 * cos(31.2 * 3.14159265358979 / 180);
    assert_true(fabs(area - 48) < 0.5);
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(of(root, "features", "id", "H2"), "geometry")));
    cJSON_Delete(root);
    free(text);
}

/* --- csv --- */

static size_t fields_of(const char *line, const char **next)
{
    size_t n = 1;
    bool quoted = false;

    for (; *line && (quoted || strncmp(line, "\r\n", 2) != 0); line++) {
        quoted = quoted != (*line == '"');
        n += *line == ',' && !quoted;
    }
    *next = *line ? line + 2 : line;
    return n;
}

static void test_rows_of_csv_have_as_many_fields_as_headings(void **state)
{
    struct fixture *f = *state;
    static const char *const houses[] = {NULL, "H1"};

    for (size_t i = 0; i < 2; i++) {
        char *csv = text_of(f, query(houses[i], REPORT_CSV));
        const char *at = csv;
        size_t columns = fields_of(at, &at), rows = 0;
        assert_true(columns > 15);
        for (; *at; rows++)
            assert_int_equal(fields_of(at, &at), columns);
        assert_int_equal(rows, 1);
        free(csv);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_coverage_gaps_and_flags_are_counted_exactly),
        TEST(test_what_arrived_after_the_end_was_not_known_then),
        TEST(test_a_span_without_data_says_so_and_is_grey),
        TEST(test_a_limit_that_is_reached_while_the_class_waits),
        TEST(test_hostile_names_stay_names),
        TEST(test_a_house_without_sensors_is_unknown),
        TEST(test_a_registry_without_houses_makes_a_report),
        TEST(test_geojson_draws_footprints),
        TEST(test_rows_of_csv_have_as_many_fields_as_headings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
