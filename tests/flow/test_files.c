/* Tables and lines of loggers put into the daemon's directory: what becomes of each. */
#include "files_stage.h"

static void a_table_is_read_once(void **state)
{
    struct kit *k = *state;
    size_t n;
    char *bytes = zion(&n);
    struct reading got[ZION_ROWS + 1];

    site_start_connected(&k->g.site);
    drop_bytes(k, "zion.dat", bytes, n);
    expect_result(k, "done", "zion.dat", 2 * ZION_ROWS, 2 * ZION_ROWS, 0);
    drop_bytes(k, "zion.dat", bytes, n);
    expect_result(k, "done", "zion.dat-2", 2 * ZION_ROWS, 0, 2 * ZION_ROWS);
    assert_int_equal(site_readings(&k->g.site, "H1/n1/w", got, ZION_ROWS + 1), ZION_ROWS);
    assert_true(got[0].t_us == INT64_C(1573173000) * S); /* 17:30 in Utah */
    assert_true(got[0].value == 5387.271);
    for (size_t i = 0; i < ZION_ROWS; i++)
        assert_int_not_equal(got[i].flag, QF_NOT_EVALUATED); /* each had its temperature */
    site_stop(&k->g.site);
    char *gone = path_in(k->drop, "zion.dat");
    assert_int_not_equal(access(gone, F_OK), 0);
    free(gone);
    free(bytes);
    site_start_connected(&k->g.site);
}

static void files_need_no_broker(void **state)
{
    struct kit *k = *state;
    size_t n;
    char *bytes = zion(&n);

    broker_stop(&k->g.site.broker);
    site_start(&k->g.site);
    drop_bytes(k, "zion.dat", bytes, n);
    expect_result(k, "done", "zion.dat", 2 * ZION_ROWS, 2 * ZION_ROWS, 0);
    free(bytes);
}

static void a_table_in_chinese(void **state)
{
    struct kit *k = *state;
    struct reading got[3];

    site_start_connected(&k->g.site);
    /* 时间;温度 in GB18030 */
    drop_text(k, "vendor 1.csv",
              "\xca\xb1\xbc\xe4;\xce\xc2\xb6\xc8\r\n"
              "01.02.2026 08:00:00;21,5\r\n01.02.2026 08:10:00;\r\n01.02.2026 08:20:00;22\r\n");
    expect_result(k, "done", "vendor 1.csv", 2, 2, 0);
    assert_int_equal(site_readings(&k->g.site, "H1/n1/t", got, 3), 2);
    assert_true(got[0].t_us == INT64_C(1769904000) * S && got[0].value == 21.5);
}

/* Europe/Madrid: on 2025-10-26 02:00 to 03:00 was shown twice, on 2025-03-30 not at all. */
static void a_logger_on_summer_time(void **state)
{
    struct kit *k = *state;
    struct reading got[8];

    site_start_connected(&k->g.site);
    drop_text(k, "summer.csv",
              "t,T\n2025-10-26 01:30,1\n2025-10-26 02:00,2\n2025-10-26 02:30,3\n"
              "2025-10-26 02:00,4\n2025-10-26 02:30,5\n2025-10-26 03:00,6\n");
    cJSON *result = result_of(k, "done", "summer.csv");
    assert_int_equal(figure(result, "stored"), 6);
    assert_null(cJSON_GetObjectItem(result, "notes"));
    cJSON_Delete(result);
    assert_int_equal(site_readings(&k->g.site, "H1/n1/t", got, 8), 6);
    for (int i = 0; i < 6; i++) {
        assert_true(got[i].t_us == (INT64_C(1761435000) + 1800 * i) * S);
        assert_true(got[i].value == i + 1);
    }
    drop_text(k, "summer-more.csv",
              "t,T\n2025-10-26 02:10,1\n2025-03-30 02:10,2\n2025-03-30 02:20,3\n");
    result = result_of(k, "done", "summer-more.csv");
    assert_int_equal(figure(result, "stored"), 3);
    const cJSON *notes = cJSON_GetObjectItem(result, "notes");
    assert_int_equal(cJSON_GetArraySize(notes), 2);
    assert_int_equal(figure(cJSON_GetArrayItem(notes, 0), "rows"), 1);
    assert_int_equal(figure(cJSON_GetArrayItem(notes, 1), "rows"), 2);
    assert_non_null(strstr(text(cJSON_GetArrayItem(notes, 0), "zh"), "出现过两次"));
    assert_non_null(strstr(text(cJSON_GetArrayItem(notes, 1), "en"), "never was"));
    cJSON_Delete(result);
}

static void readings_and_messages_as_exported(void **state)
{
    struct kit *k = *state;
    struct reading got[8];

    site_start_connected(&k->g.site);
    drop_text(k, "some.ndjson",
              "{\"t\":\"2026-02-01T00:00:00Z\",\"sensor\":\"H1/n1/w\",\"v\":5000,\"u\":\"digits\","
              "\"rx\":\"2026-02-01T00:00:05Z\"}\n"
              "{\"t\":\"2026-02-01T00:00:00Z\",\"sensor\":\"H1/n1/t\",\"v\":20,\"u\":\"Cel\","
              "\"rx\":\"2026-02-01T00:00:05Z\"}\n"
              "{\"t\":\"2026-02-01T00:00:00Z\",\"sensor\":\"H1/n9/t\",\"v\":20,\"u\":\"Cel\"}\n"
              "{\"t\":\"2126-02-01T00:00:00Z\",\"sensor\":\"H1/n1/t\",\"v\":20,\"u\":\"Cel\"}\n"
              "{\"t\":\"2026-02-01T00:00:00Z\",\"sensor\":\"H1/n1/w\",\"v\":1,\"u\":\"mm\"}\n"
              "{\"topic\":\"shikumen/v1/H1/n1/senml\",\"payload\":[{\"n\":\"t\",\"u\":\"Cel\","
              "\"t\":-60,\"v\":21}],\"rx\":\"2026-02-02T00:01:00Z\"}");
    cJSON *result = result_of(k, "done", "some.ndjson");
    assert_int_equal(figure(result, "received"), 6);
    assert_int_equal(figure(result, "stored"), 3);
    const cJSON *refused = cJSON_GetObjectItem(result, "quarantined");
    assert_int_equal(figure(refused, "unknown_sensor"), 1);
    assert_int_equal(figure(refused, "future"), 1);
    assert_int_equal(figure(refused, "unit"), 1);
    cJSON_Delete(result);
    assert_int_equal(site_readings(&k->g.site, "H1/n1/w", got, 8), 1);
    assert_int_not_equal(got[0].flag, QF_NOT_EVALUATED); /* the thermistor's line came after it */
    assert_int_equal(site_readings(&k->g.site, "H1/n1/t", got, 8), 2);
    assert_true(got[1].t_us == INT64_C(1769990400) * S);
    drop_text(k, "more.csv",
              "t,sensor,v,u,rx\n2026-02-01T00:00:00Z,H1/n1/t,20,Cel,\n"
              "2026-02-01T00:10:00Z,H1/n1/t,20.5,Cel,\n");
    expect_result(k, "done", "more.csv", 2, 1, 1);
}

static void drop_faulty(struct kit *k)
{
    size_t n;
    char *bytes = zion(&n), *at;

    drop_bytes(k, "cut.dat", bytes, n - 150); /* the logger's line is cut short */
    drop_bytes(k, "unended.dat", bytes, n - 2);
    drop_bytes(k, "heading.dat", bytes, (size_t)(strchr(bytes, '\n') + 1 - bytes));
    at = strstr(bytes, "5387.271");
    memcpy(at, "5387,x71", 8);
    drop_bytes(k, "digit.dat", bytes, n);
    memcpy(strstr(bytes, "Digits_Lower"), "Digits_Upper", 12);
    drop_bytes(k, "names.dat", bytes, n);
    memcpy(strstr(bytes, "Zion Pine"), "Lion Pine", 9);
    drop_bytes(k, "station.dat", bytes, n);
    drop_text(k, "empty", "");
    drop_text(k, "prose.txt", "Dear sensor,\nhow are you?\n");
    drop_text(k, "half.ndjson",
              "{\"t\":\"2026-02-01T00:00:00Z\",\"sensor\":\"H1/n1/t\",\"v\":20}\n{\"t\":\"2026");
    drop_bytes(k, "vendor2.csv", "\xca\xb1\xbc\xe4;\xce\xc2\xb6\xc8\n\xff\xff;1\n", 15);
    drop_bytes(k, "gz", "\x1f\x8b\x08\0\0\0\0\0\0\0\0\0", 12);
    drop_bytes(k, "seed", "000001D LANE 00HNXXX.....................................", 56);
    free(bytes);
}

static void a_faulty_file_is_refused_whole(void **state)
{
    struct kit *k = *state;

    drop_faulty(k);
    site_start_connected(&k->g.site);
    expect_fault(k, "cut.dat", 4 + ZION_ROWS, 0, "is cut short");
    expect_fault(k, "unended.dat", 4 + ZION_ROWS, 0, "no end");
    expect_fault(k, "heading.dat", 0, 0, "before its heading");
    expect_fault(k, "digit.dat", 5, 0, "25 columns where 24");
    expect_fault(k, "names.dat", 2, 0, "there is no column \"Digits_Lower\"");
    expect_fault(k, "station.dat", 0, 0, "no description in files.profiles fits this TOA5 file");
    expect_fault(k, "empty", 0, 0, "empty");
    expect_fault(k, "prose.txt", 0, 0, "no description");
    expect_fault(k, "half.ndjson", 2, 0, "");
    expect_fault(k, "vendor2.csv", 2, 0, "encoding");
    expect_fault(k, "gz", 1, 0, "gzip");
    expect_fault(k, "seed", 0, 1, "cannot be decoded");
    assert_int_equal(site_counts(&k->g.site).received, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_table_is_read_once),
        T(files_need_no_broker),
        T(a_table_in_chinese),
        T(a_logger_on_summer_time),
        T(readings_and_messages_as_exported),
        T(a_faulty_file_is_refused_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
