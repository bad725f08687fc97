/* Mould in a ventilated roof (TRH database): the index that backtest tells of, against an
 * independent implementation of the model (tests/data/trh1_finland). */
#include "real_run.h"

#include <math.h>

#include "shikumen/base/strbuf.h"
#include "shikumen/base/utc.h"

#define HOUR_US  INT64_C(3600000000)
#define FIRST_US INT64_C(1290463200000000) /* 2010-11-23 00:00 UTC+2 */
#define SERIES   4

/* The greatest index of the class "sensitive" (planed pine and spruce), mould_index_expected.csv.
 */
static const struct {
    const char *file, *house;
    double greatest;
} series[SERIES] = {{"roofmiddle_airmiddle", "R1", 0.323},
                    {"roofmiddle_airtop", "R2", 0.5404},
                    {"roofwest_infrontofeave", "R3", 0.5423},
                    {"roofwest_outside", "R4", 0.6912}};

#define HOUSE(h) "{\"id\":\"" h "\",\"elements\":[{\"id\":\"" h "/roof\",\"kind\":\"roof\"}]}"
#define SENSOR(h, name, quantity, unit)                                                            \
    "{\"id\":\"" h "/n1/" name "\",\"element\":\"" h "/roof\",\"quantity\":\"" quantity            \
    "\",\"unit\":\"" unit "\",\"medium\":\"timber\",\"period_s\":3600}"
#define PAIR(h)                                                                                    \
    SENSOR(h, "t", "temperature", "Cel")                                                           \
    "," SENSOR(h, "rh", "humidity", "%RH")
static const char registry[] =
    "{\"district\":{\"id\":\"trh\"},\"houses\":[" HOUSE("R1") "," HOUSE("R2") "," HOUSE("R3") "," HOUSE(
        "R4") "],\"sensors\":[" PAIR("R1") "," PAIR("R2") "," PAIR("R3") "," PAIR("R4") "]}";

/* --- the history --- */

/* Hourly, in order of time: the series side by side. */
static void put_hour(int64_t t_us, const char *house, const char *line, struct strbuf *out)
{
    char time[UTC_TEXT_SIZE];
    const char *comma = strchr(line, ',');

    assert_non_null(comma);
    utc_format(t_us, time);
    strbuf_printf(out, "%s,%s/n1/t,%.*s,\n", time, house, (int)(comma - line), line);
    strbuf_printf(out, "%s,%s/n1/rh,%.*s,\n", time, house, (int)strcspn(comma + 1, "\r\n"),
                  comma + 1);
}

static const char *next_line(const char *line)
{
    const char *end = strchr(line, '\n');

    return end && end[1] ? end + 1 : NULL;
}

static void write_history(const char *path)
{
    struct strbuf out = {0};
    char *text[SERIES];
    const char *line[SERIES];
    bool more = true;

    for (size_t i = 0; i < SERIES; i++) {
        char file[400];
        snprintf(file, sizeof file, TEST_DATA "/trh1_finland/%s.csv", series[i].file);
        text[i] = read_text(file, NULL);
        assert_non_null(strstr(text[i], "from 2010-11-23 00:00:00 UTC+2"));
        line[i] = next_line(text[i]);
    }
    strbuf_puts(&out, "t,sensor,v,u\n");
    for (int64_t hour = 0; more; hour++) {
        more = false;
        for (size_t i = 0; i < SERIES; i++) {
            if (!line[i])
                continue;
            put_hour(FIRST_US + hour * HOUR_US, series[i].house, line[i], &out);
            line[i] = next_line(line[i]);
            more = true;
        }
    }
    write_text(path, strbuf_text(&out));
    strbuf_free(&out);
    for (size_t i = 0; i < SERIES; i++)
        free(text[i]);
}

/* --- what was told --- */

struct greatest {
    double of[SERIES];
};

static void take_reason(const cJSON *reason, double *greatest)
{
    const char *quantity = ndjson_text(reason, "quantity");
    double value = ndjson_number(reason, "value");

    if (quantity && strcmp(quantity, "mould index") == 0 && value > *greatest)
        *greatest = value;
}

static bool take_risk(void *context, size_t number, cJSON *object, bool *keep)
{
    struct greatest *g = context;
    const cJSON *reason;
    const char *house = ndjson_text(object, "house");

    (void)number;
    (void)keep;
    for (size_t i = 0; i < SERIES; i++) {
        if (!house || strcmp(house, series[i].house) != 0)
            continue;
        cJSON_ArrayForEach(reason, cJSON_GetObjectItemCaseSensitive(object, "reasons"))
        {
            take_reason(reason, &g->of[i]);
        }
    }
    return true;
}

/* Told weekly: the greatest of these is at most what it ever was, and not far below. */
static void test_mould(void **state)
{
    struct run r = start();
    struct greatest g = {0};
    char *history = path_in(r.folder, "readings.csv"), *houses = path_in(r.folder, "registry.json");
    char *risk = path_in(r.out, "risk.ndjson");

    (void)state;
    write_text(houses, registry);
    write_history(history);
    backtest(&r, houses, history, NOTHING);
    assert_true(ndjson_each(risk, take_risk, &g) > 300);
    for (size_t i = 0; i < SERIES; i++)
        if (!(g.of[i] < series[i].greatest + 0.001 && g.of[i] > 0.95 * series[i].greatest))
            fail_msg("%s: %g, expected %g", series[i].file, g.of[i], series[i].greatest);
    free(history);
    free(houses);
    free(risk);
    finish(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mould),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
