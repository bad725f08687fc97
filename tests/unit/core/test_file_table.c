/* Tables of loggers by their descriptions: rows to readings, faults by column, any bytes at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chance.h"
#include "shikumen/core/file_table.h"

#define NOV_7 INT64_C(1573147800000000) /* 2019-11-07T17:30:00Z */

static const char registry_text[] =
    "{\"district\":{\"id\":\"D\"},\"houses\":[],\"sensors\":["
    "{\"id\":\"H/n/w\",\"quantity\":\"crack_width\",\"unit\":\"mm\",\"period_s\":60,"
    "\"calibration\":{\"kind\":\"vibrating_wire\",\"gauge_factor\":1}},"
    "{\"id\":\"H/n/t\",\"quantity\":\"temperature\",\"unit\":\"Cel\",\"period_s\":60},"
    "{\"id\":\"H/n/burst\",\"quantity\":\"velocity\",\"unit\":\"mm/s\",\"period_s\":60}]}";

struct kit {
    struct registry *registry;
    struct fault_list faults;
    struct file_profiles *profiles;
    struct file_table *table;
    struct arena arena;
};

static void finish(struct kit *k)
{
    file_table_close(k->table);
    file_profiles_free(k->profiles);
    registry_free(k->registry);
    fault_list_free(&k->faults);
    arena_free(&k->arena);
}

/* The description of a file called f.dat; false: it has faults. */
static bool describe(struct kit *k, const char *rest)
{
    struct source_text registry = {"registry.json", registry_text, sizeof registry_text - 1};
    struct source_text text = {"p.json", NULL, 0};
    char *json;
    enum err e;

    *k = (struct kit){0};
    assert_int_equal(registry_parse(&registry, NULL, 0, &k->faults, &k->registry), ERR_OK);
    assert_true(asprintf(&json, "{\"name\":\"p\",\"match\":\"f*.dat\",%s}", rest) > 0);
    text.text = json;
    text.len = strlen(json);
    e = file_profiles_parse(&text, 1, k->registry, &k->faults, &k->profiles);
    free(json);
    assert_true((e == ERR_OK) == (k->faults.count == 0));
    return e == ERR_OK;
}

static void open_table(struct kit *k, const char *rest)
{
    if (!describe(k, rest)) {
        fault_print(&k->faults, 2);
        fail_msg("refused: %s", rest);
    }
    assert_int_equal(file_table_open(&k->profiles->list[0], &k->table), ERR_OK);
}

static enum err line(struct kit *k, const char *text, const struct table_reading **r, size_t *n,
                     struct table_fault *fault)
{
    return file_table_line(k->table, text, strlen(text), &k->arena, r, n, fault);
}

static void nothing(struct kit *k, const char *text)
{
    const struct table_reading *r;
    struct table_fault fault = {0, "", ""};
    size_t n;

    if (line(k, text, &r, &n, &fault) != ERR_OK || n != 0)
        fail_msg("%s: %s", text, fault.en);
}

static void gives(struct kit *k, const char *text, int64_t t_us, size_t count, const double *want)
{
    const struct table_reading *r;
    struct table_fault fault = {0, "", ""};
    size_t n;

    if (line(k, text, &r, &n, &fault) != ERR_OK)
        fail_msg("%s: %s", text, fault.en);
    assert_int_equal(n, count);
    for (size_t i = 0; i < n; i++) {
        assert_true(r[i].t_us == t_us);
        if (!(fabs(r[i].value - want[i]) < 1e-12))
            fail_msg("%s: %.17g", text, r[i].value);
    }
}

static void faulty(struct kit *k, const char *text, int column, const char *words)
{
    const struct table_reading *r;
    struct table_fault fault = {-1, "", ""};
    size_t n;

    assert_int_equal(line(k, text, &r, &n, &fault), ERR_PARSE);
    if (fault.column != column || !strstr(fault.en, words))
        fail_msg("%s: column %d: %s", text, fault.column, fault.en);
    assert_true(strlen(fault.zh) > 0);
}

#define VALUES(...)                                                                                \
    (sizeof((double[]){__VA_ARGS__}) / sizeof(double)), (double[])                                 \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }

static void a_table_of_campbell(void **state)
{
    struct kit k;

    (void)state;
    open_table(&k, "\"format\":\"toa5\",\"time\":{\"zone\":\"UTC\"},\"columns\":["
                   "{\"column\":\"Digits\",\"sensor\":\"H/n/w\",\"unit\":\"digits\"},"
                   "{\"column\":\"TT\",\"sensor\":\"H/n/t\"}]");
    nothing(&k, "\"TOA5\",\"site\",\"CR6\",\"1\",\"os\",\"prog\",\"8025\",\"eng\"");
    assert_false(file_table_begun(k.table));
    nothing(&k, "\"TIMESTAMP\",\"RECORD\",\"TT\",\"Digits\"");
    assert_true(file_table_begun(k.table));
    nothing(&k, "\"TS\",\"RN\",\"Deg C\",\"Digits\"");
    nothing(&k, "\"\",\"\",\"Smp\",\"Smp\"");
    gives(&k, "\"2019-11-07 17:30:00\",0,16.54,5387.271", NOV_7, VALUES(5387.271, 16.54));
    gives(&k, "\"2019-11-07 17:30:00\",1,\"NAN\",5387.271", NOV_7, VALUES(5387.271));
    gives(&k, "\"2019-11-07 17:30:00\",2,-INF,NAN", NOV_7, 0, NULL);
    nothing(&k, "");
    faulty(&k, "\"2019-11-07 17:30:00\",3,16.54", 0, "3 columns where 4 are needed");
    faulty(&k, "\"2019-11-07 17:30:00\",3,16.54,53x", 4, "\"53x\" is no number");
    faulty(&k, "\"2019-11-31 17:30:00\",3,16.54,53", 1, "is no time");
    faulty(&k, "\"2019-11-07 17:30:00,3,16.54,53", 1, "a quote that does not end");
    faulty(&k, "\"2019-11-07 17:30:00\"x,3,16.54,53", 1, "a quote");
    finish(&k);
}

static void a_table_in_another_dress(void **state)
{
    struct kit k;

    (void)state;
    open_table(&k, "\"format\":\"csv\",\"separator\":\";\",\"decimal\":\",\",\"skip_lines\":2,"
                   "\"comment\":\"#\",\"after_header\":1,\"missing\":[\"-9999\",\"---\"],"
                   "\"time\":{\"column\":\"Datum\",\"time_column\":\"Zeit\",\"order\":\"dmy\","
                   "\"zone\":\"+01:00\"},\"columns\":["
                   "{\"column\":\"Temp (°C)\",\"sensor\":\"H/n/t\",\"scale\":2,\"offset\":-1}]");
    nothing(&k, "# said by the logger");
    nothing(&k, "\"a quote that does not end");
    nothing(&k, "# a comment");
    nothing(&k, "Datum;Zeit;Temp (°C)");
    nothing(&k, ";;Einheit");
    nothing(&k, "# another");
    gives(&k, "07.11.2019;18:30:00; 1,5 ", NOV_7, VALUES(2));
    gives(&k, "07.11.2019;18:30:00;-9999", NOV_7, 0, NULL);
    gives(&k, "07.11.2019;18:30:00;---;;", NOV_7, 0, NULL);
    faulty(&k, "07.11.2019;18:30:00;1.5", 3, "is no number");
    faulty(&k, "07.11.2019;18:30:00;1;more", 0, "4 columns where 3 are needed");
    faulty(&k, "11.07.19.5;18:30:00;1", 1, "is no time");
    finish(&k);
}

static void a_table_without_names(void **state)
{
    struct kit k;

    (void)state;
    open_table(&k, "\"format\":\"csv\",\"separator\":\"blanks\",\"header\":false,"
                   "\"time\":{\"column\":1,\"as\":\"unix_s\"},"
                   "\"columns\":[{\"column\":3,\"sensor\":\"H/n/t\"}]");
    gives(&k, "1573147800  x\t21.5", NOV_7, VALUES(21.5));
    gives(&k, "  1573147800 x 21.5 ", NOV_7, VALUES(21.5));
    faulty(&k, "-5 x 21.5", 1, "is no time");
    finish(&k);
}

static void one_value_a_row(void **state)
{
    struct kit k;

    (void)state;
    open_table(&k, "\"format\":\"csv\",\"time\":{\"column\":\"t\",\"as\":\"excel\",\"zone\":"
                   "\"UTC\"},\"series_column\":\"point\",\"value_column\":\"v\",\"columns\":["
                   "{\"column\":\"A\",\"sensor\":\"H/n/t\"},"
                   "{\"column\":7,\"sensor\":\"H/n/w\",\"unit\":\"digits\"}]");
    nothing(&k, "point,t,v");
    gives(&k, "A,43776.7291666667,5", NOV_7, VALUES(5));
    gives(&k, "7,43776.7291666667,6", NOV_7, VALUES(6));
    gives(&k, "B,43776.7291666667,6", NOV_7, 0, NULL);
    faulty(&k, "A,43776.7291666667,x", 3, "is no number");
    finish(&k);
}

static void a_heading_lacks_a_column(void **state)
{
    struct kit k;

    (void)state;
    open_table(&k, "\"format\":\"csv\",\"time\":{\"column\":\"t\",\"zone\":\"UTC\"},\"columns\":["
                   "{\"column\":\"A\",\"sensor\":\"H/n/t\"}]");
    faulty(&k, "t,B", 0, "there is no column \"A\"");
    assert_false(file_table_begun(k.table));
    finish(&k);
}

static void toa5_is_told_by_station_and_table(void **state)
{
    static const char first[] =
        "\"TOA5\",\"Zion Pine\",\"CR6\",\"1\",\"os\",\"p\",\"8025\",\"eng\"";
    struct kit k;

    (void)state;
    assert_true(file_is_toa5(first, sizeof first - 1));
    assert_true(file_is_toa5("TOA5,x", 6));
    assert_false(file_is_toa5("TOA", 3));
    assert_true(describe(&k, "\"format\":\"toa5\",\"station\":\"Zion Pine\",\"table\":\"eng\","
                             "\"time\":{\"zone\":\"UTC\"},\"columns\":["
                             "{\"column\":\"A\",\"sensor\":\"H/n/t\"}]"));
    assert_true(file_toa5_fits(&k.profiles->list[0], first, sizeof first - 1));
    assert_false(file_toa5_fits(&k.profiles->list[0], first, sizeof first - 3));
    assert_false(file_toa5_fits(&k.profiles->list[0], "\"TOA5\"", 6));
    finish(&k);
}

static void a_fault_of_a_description_is_said(void **state)
{
    static const struct {
        const char *text, *fault;
    } cases[] = {
        {"\"format\":\"xls\"", "is not a format (csv, toa5, mseed)"},
        {"\"format\":\"csv\",\"columns\":[{\"column\":\"A\",\"sensor\":\"H/n/t\"}]",
         "\"time\" is missing"},
        {"\"format\":\"csv\",\"time\":{\"column\":\"t\"},\"columns\":[{\"column\":\"A\","
         "\"sensor\":\"H/n/t\"}]",
         "zone"},
        {"\"format\":\"csv\",\"time\":{\"column\":\"t\",\"zone\":\"C.S.T\"},\"columns\":[{"
         "\"column\":\"A\",\"sensor\":\"H/n/t\"}]",
         "\"C.S.T\" is not a zone"},
        {"\"format\":\"toa5\",\"time\":{\"zone\":\"UTC\"},\"columns\":[{\"column\":\"A\","
         "\"sensor\":\"H/n/x\"}]",
         "there is no sensor \"H/n/x\""},
        {"\"format\":\"toa5\",\"time\":{\"zone\":\"UTC\"},\"columns\":[{\"column\":\"A\","
         "\"sensor\":\"H/n/w\",\"unit\":\"V\"}]",
         "\"V\" is not a unit of crack_width"},
        {"\"format\":\"toa5\",\"time\":{\"zone\":\"UTC\"},\"columns\":[]", "1 to 1024"},
        {"\"format\":\"csv\",\"decimal\":\",\",\"time\":{\"column\":\"t\",\"zone\":\"UTC\"},"
         "\"columns\":[{\"column\":\"A\",\"sensor\":\"H/n/t\"}]",
         "a comma cannot be both"},
        {"\"format\":\"csv\",\"header\":false,\"time\":{\"column\":1,\"zone\":\"UTC\"},"
         "\"columns\":[{\"column\":\"A\",\"sensor\":\"H/n/t\"}]",
         "without a header columns have numbers"},
        {"\"format\":\"csv\",\"encoding\":\"EBCDIC\",\"time\":{\"column\":1,\"zone\":\"UTC\"},"
         "\"columns\":[{\"column\":2,\"sensor\":\"H/n/t\"}]",
         "is not an encoding"},
        {"\"format\":\"csv\",\"value_column\":2,\"time\":{\"column\":1,\"zone\":\"UTC\"},"
         "\"columns\":[{\"column\":2,\"sensor\":\"H/n/t\"}]",
         "belong together"},
        {"\"format\":\"csv\",\"time\":{\"column\":0,\"zone\":\"UTC\"},\"columns\":[{"
         "\"column\":2,\"sensor\":\"H/n/t\"}]",
         "not the number of a column"},
        {"\"format\":\"mseed\",\"channels\":[{\"source\":\"*\",\"sensor\":\"H/n/t\","
         "\"axis\":\"x\"}]",
         "vibration records are of velocity or acceleration"},
        {"\"format\":\"mseed\",\"record_s\":4000,\"channels\":[{\"source\":\"*\",\"sensor\":"
         "\"H/n/burst\",\"axis\":\"x\"}]",
         "more than an hour"},
        {"\"format\":\"toa5\",\"colums\":[]", "columns"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct kit k;
        bool said = false;
        assert_false(describe(&k, cases[i].text));
        for (const struct fault *f = k.faults.first; f; f = f->next)
            said = said || strstr(f->text, cases[i].fault);
        if (!said) {
            fault_print(&k.faults, 2);
            fail_msg("not said: %s", cases[i].fault);
        }
        finish(&k);
    }
}

static void patterns(void **state)
{
    (void)state;
    assert_true(file_name_fits("*", ""));
    assert_true(file_name_fits("CR6_*.dat", "CR6_x.dat"));
    assert_true(file_name_fits("a*b*c?", "axxbyybzzcd"));
    assert_false(file_name_fits("CR6_*.dat", "CR6_x.dat2"));
    assert_false(file_name_fits("?", ""));
    assert_false(file_name_fits("", "x"));
}

/* A description is of a logger's files, compressed or not. */
static void packed_files_have_the_same_description(void **state)
{
    struct kit k;

    (void)state;
    assert_true(describe(&k, "\"format\":\"csv\",\"time\":{\"column\":1,\"zone\":\"UTC\"},"
                             "\"columns\":[{\"column\":2,\"sensor\":\"H/n/t\"}]"));
    for (const char *const *name = (const char *const[]){"f1.dat", "f1.dat.gz", NULL}; *name;
         name++)
        assert_ptr_equal(file_profile_for(k.profiles, *name, NULL), &k.profiles->list[0]);
    for (const char *const *name =
             (const char *const[]){"f1.dat.gzip", "f1.gz", "f1.dat.gz.gz", ".gz", "g.dat.gz", NULL};
         *name; name++)
        assert_null(file_profile_for(k.profiles, *name, NULL));
    finish(&k);
}

static void any_line_is_a_row_or_a_fault(void **state)
{
    static const char likely[] = "2019-11-07 17:30:00,,,\"\";\t1.5eE+\xff\xe4NAN#x";
    struct chance c = {11};
    struct kit k;
    int rows = 0;

    (void)state;
    open_table(&k, "\"format\":\"csv\",\"comment\":\"#\",\"time\":{\"column\":1,\"zone\":\"UTC\"},"
                   "\"header\":false,\"columns\":[{\"column\":2,\"sensor\":\"H/n/t\"}]");
    for (int i = 0; i < 100000; i++) {
        const struct table_reading *r;
        struct table_fault fault = {0, NULL, NULL};
        char text[60];
        size_t n, len = chance_below(&c, sizeof text - 20), from = 0;
        if (i % 2)
            from = (size_t)snprintf(text, sizeof text, "2019-11-07 17:30,");
        for (size_t j = 0; j < len; j++)
            text[from + j] = likely[chance_below(&c, sizeof likely - 1)];
        enum err e = file_table_line(k.table, text, from + len, &k.arena, &r, &n, &fault);
        assert_true(e == ERR_OK || (e == ERR_PARSE && fault.zh && fault.en));
        for (size_t j = 0; e == ERR_OK && j < n; j++, rows++)
            assert_true(isfinite(r[j].value));
        arena_reset(&k.arena);
    }
    assert_true(rows > 100);
    finish(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_of_campbell),
        cmocka_unit_test(a_table_in_another_dress),
        cmocka_unit_test(a_table_without_names),
        cmocka_unit_test(one_value_a_row),
        cmocka_unit_test(a_heading_lacks_a_column),
        cmocka_unit_test(toa5_is_told_by_station_and_table),
        cmocka_unit_test(a_fault_of_a_description_is_said),
        cmocka_unit_test(patterns),
        cmocka_unit_test(packed_files_have_the_same_description),
        cmocka_unit_test(any_line_is_a_row_or_a_fault),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
