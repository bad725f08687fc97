/* Calibrations in the registry, and vibrating wires against a logger's own column. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shikumen/base/strbuf.h"
#include "shikumen/core/payload.h"
#include "shikumen/core/registry_json.h"

/* A registry of one sensor with this calibration, and its thermistor behind it. */
static struct registry *parse(const char *quantity, const char *unit, const char *calibration,
                              struct fault_list *faults)
{
    struct strbuf b = {0};
    struct registry *r = NULL;

    strbuf_printf(&b,
                  "{\"district\":{\"id\":\"D\"},\"houses\":[],\"sensors\":[\n"
                  "{\"id\":\"H/n/a\",\"quantity\":\"%s\",\"unit\":\"%s\",\"period_s\":60,"
                  "\"calibration\":%s},\n"
                  "{\"id\":\"H/n/t\",\"quantity\":\"temperature\",\"unit\":\"Cel\","
                  "\"period_s\":60},\n"
                  "{\"id\":\"H/n/ohm\",\"quantity\":\"temperature\",\"unit\":\"Cel\","
                  "\"period_s\":60,\"calibration\":{\"kind\":\"polynomial\",\"of\":\"ohm\","
                  "\"coefficients\":[-250,0.25]}}]}",
                  quantity, unit, calibration);
    struct source_text text = {"registry.json", strbuf_text(&b), b.len};
    enum err e = registry_parse(&text, NULL, 0, faults, &r);
    assert_true(e == (faults->count ? ERR_CONFIG : ERR_OK));
    strbuf_free(&b);
    return r;
}

static struct registry *good(const char *quantity, const char *unit, const char *calibration)
{
    struct fault_list faults = {0};
    struct registry *r = parse(quantity, unit, calibration, &faults);

    if (!r) {
        fault_print(&faults, 2);
        fail_msg("refused: %s", calibration);
    }
    fault_list_free(&faults);
    return r;
}

static double value(const struct registry *r, int64_t t_us, double raw, double temperature_c)
{
    const struct calibration *c = sensor_calibration(&r->sensors[0], t_us);

    assert_non_null(c);
    return calibration_apply(c, raw, temperature_c);
}

static void gives(const char *quantity, const char *unit, const char *calibration, double raw,
                  double temperature_c, double want)
{
    struct registry *r = good(quantity, unit, calibration);
    double got = value(r, 0, raw, temperature_c);

    if (!(fabs(got - want) <= 1e-9 * fmax(1, fabs(want))))
        fail_msg("%.17g, not %.17g, by %s", got, want, calibration);
    registry_free(r);
}

static void each_kind_says_what_its_formula_says(void **state)
{
    (void)state;
    gives("crack_width", "mm", "{\"kind\":\"polynomial\",\"of\":\"mV/V\",\"coefficients\":[1,2,3]}",
          2, NAN, 17);
    gives("tilt", "mm/m",
          "{\"kind\":\"polynomial\",\"of\":\"V\",\"unit\":\"deg\",\"coefficients\":[0,1],"
          "\"reversed\":true}",
          1, NAN, -1000 * tan(acos(-1.0) / 180));
    gives("crack_width", "mm",
          "{\"kind\":\"vibrating_wire\",\"gauge_factor\":0.02,\"zero_reading\":5000}", 5100, NAN,
          2);
    gives("crack_width", "mm",
          "{\"kind\":\"vibrating_wire\",\"of\":\"Hz\",\"linear\":0.02,"
          "\"zero_reading\":5000,\"zero\":0.5}",
          sqrt(5.1e6), NAN, 1.5);
    gives("crack_width", "mm",
          "{\"kind\":\"vibrating_wire\",\"polynomial\":[1e-7,0.02],\"zero_reading\":5000,"
          "\"thermal\":0.1,\"zero_temperature\":20,\"temperature\":\"H/n/t\"}",
          5100, 22, 1e-7 * (5100.0 * 5100 - 25e6) + 2 + 0.2);
    gives("crack_width", "mm",
          "{\"kind\":\"vibrating_wire\",\"polynomial\":[1e-7,0.02,-9],\"gauge_factor\":0.02,"
          "\"thermal\":{\"multiplier\":0.001,\"constant\":2},\"zero_temperature\":20,"
          "\"temperature\":\"H/n/ohm\"}",
          5000, 21, 2.5 + 100 - 9 + (5 + 2) * 0.02);
    /* the thermal correction has the gauge factor, the rest what is called linear */
    gives("crack_width", "mm",
          "{\"kind\":\"vibrating_wire\",\"linear\":0.02,\"gauge_factor\":0.5,\"zero_reading\":5000,"
          "\"thermal\":{\"multiplier\":0.001,\"constant\":2},\"zero_temperature\":20,"
          "\"temperature\":\"H/n/t\"}",
          5100, 21, 2 + (5.1 + 2) * 0.5);
    /* 0.03 mm over a gauge length of 150 mm are 200 um/m, and the other way round */
    gives("strain", "um/m",
          "{\"kind\":\"polynomial\",\"of\":\"mV\",\"unit\":\"mm\",\"gauge_length_mm\":150,"
          "\"coefficients\":[0,0.01]}",
          3, NAN, 200);
    gives("displacement", "mm",
          "{\"kind\":\"vibrating_wire\",\"unit\":\"um/m\",\"gauge_length_mm\":150,"
          "\"gauge_factor\":4,\"zero_reading\":2500}",
          2550, NAN, 0.03);
}

static void each_has_its_time(void **state)
{
    struct registry *r = good("crack_width", "mm",
                              "[{\"kind\":\"polynomial\",\"of\":\"mm\",\"coefficients\":[0,2],"
                              "\"from\":\"2026-01-01\"},{\"kind\":\"vibrating_wire\","
                              "\"gauge_factor\":1,\"from\":\"2026-02-01\"}]");
    const struct sensor *s = &r->sensors[0];
    const int64_t january = 1767225600000000, february = 1769904000000000;
    double v;

    (void)state;
    assert_null(sensor_calibration(s, january - 1));
    assert_true(value(r, january, 3, NAN) == 6);
    assert_true(value(r, february, 3, NAN) == 3);
    /* what a reading must be in */
    assert_ptr_equal(payload_unit_at(s, NULL, 0, january - 1), s->unit);
    assert_ptr_equal(payload_unit_at(s, "cm", 2, january - 1), unit_find(Q_CRACK_WIDTH, "cm"));
    assert_null(payload_unit_at(s, "digits", 6, january - 1));
    assert_null(payload_unit_at(s, "cm", 2, january));
    assert_ptr_equal(payload_unit_at(s, "mm", 2, january), unit_raw_find("mm"));
    assert_null(payload_unit_at(s, "mm", 2, february));
    assert_ptr_equal(payload_unit_at(s, NULL, 0, february), unit_raw_find("digits"));
    assert_int_equal(payload_judge(s, unit_raw_find("digits"), 5e3, february, february, &v),
                     REFUSE_COUNT);
    assert_true(v == 5e3);
    assert_int_equal(payload_judge(s, unit_raw_find("digits"), 5e3, january, february, &v),
                     REFUSE_UNIT);
    assert_int_equal(payload_judge(s, unit_raw_find("digits"), 5e3, january - 1, february, &v),
                     REFUSE_UNIT);
    assert_int_equal(payload_judge(s, s->unit, 5, february, february, &v), REFUSE_UNIT);
    assert_int_equal(payload_judge(s, unit_raw_find("digits"), 1.1e9, february, february, &v),
                     REFUSE_VALUE);
    registry_free(r);
}

static void another_calibration_has_another_digest(void **state)
{
    static const char *const texts[] = {
        "{\"kind\":\"vibrating_wire\",\"gauge_factor\":1}",
        "{\"kind\":\"vibrating_wire\",\"gauge_factor\":2}",
        "{\"kind\":\"vibrating_wire\",\"gauge_factor\":1,\"thermal\":1,\"zero_temperature\":20,"
        "\"temperature\":\"H/n/t\"}",
        "{\"kind\":\"vibrating_wire\",\"gauge_factor\":1,\"thermal\":1,\"zero_temperature\":20,"
        "\"temperature\":\"H/n/ohm\"}",
        "[]"};
    uint64_t digests[5];

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        struct registry *r = good("crack_width", "mm", texts[i]);
        digests[i] = r->sensors[0].calibration_digest;
        assert_true((digests[i] == 0) == (i == 4));
        assert_true(r->sensors[1].calibration_digest == 0);
        for (size_t k = 0; k < i; k++)
            assert_false(digests[i] == digests[k]);
        registry_free(r);
    }
}

static void a_fault_says_where_and_what(void **state)
{
    static const struct {
        const char *calibration, *fault;
    } cases[] = {
        {"5", "sensors[0].calibration: a list is needed"},
        {"{\"of\":\"mm\"}", "kind"},
        {"{\"kind\":\"spline\"}", "is not a kind of calibration (polynomial, vibrating_wire)"},
        {"{\"kind\":\"polynomial\",\"coefficients\":[1]}", "sensors[0].calibration.of"},
        {"{\"kind\":\"polynomial\",\"of\":\"parsec\",\"coefficients\":[1]}",
         "\"parsec\" is not a unit of raw values (digits, Hz"},
        {"{\"kind\":\"polynomial\",\"of\":\"mm\",\"coefficients\":[]}", "1 to 8 numbers"},
        {"{\"kind\":\"polynomial\",\"of\":\"mm\",\"coefficients\":[1,2,3,4,5,6,7,8,9]}",
         "1 to 8 numbers"},
        {"{\"kind\":\"polynomial\",\"of\":\"mm\",\"coefficients\":[1e16]}", "is no factor"},
        {"{\"kind\":\"polynomial\",\"of\":\"mm\",\"coefficients\":[1],\"gauge_factor\":1}",
         "only of a vibrating_wire"},
        {"{\"kind\":\"vibrating_wire\",\"of\":\"mm\",\"gauge_factor\":1}",
         "speaks in digits, Hz or us"},
        {"{\"kind\":\"vibrating_wire\"}", "gauge_factor or polynomial is needed"},
        {"{\"kind\":\"vibrating_wire\",\"polynomial\":[1]}", "2 to 3 numbers"},
        {"{\"kind\":\"vibrating_wire\",\"polynomial\":[1,2,3],\"zero_reading\":5}",
         "needs no zero_reading"},
        {"{\"kind\":\"vibrating_wire\",\"gauge_factor\":1,\"temperature\":\"H/n/t\"}",
         "only together with thermal"},
        {"{\"kind\":\"vibrating_wire\",\"gauge_factor\":1,\"thermal\":1,\"zero_temperature\":20,"
         "\"temperature\":\"H/n/x\"}",
         "there is no sensor \"H/n/x\""},
        {"{\"kind\":\"vibrating_wire\",\"gauge_factor\":1,\"thermal\":1,\"zero_temperature\":20,"
         "\"temperature\":\"H/n/a\"}",
         "is not another sensor of temperature"},
        {"{\"kind\":\"vibrating_wire\",\"gauge_factor\":1,\"thermal\":1,\"zero_temperature\":20,"
         "\"temperature\":\"H/n/t\",\"temperature_age_s\":90000}",
         "more than a day"},
        {"{\"kind\":\"polynomial\",\"of\":\"mm\",\"coefficients\":[1],\"unit\":\"um/m\"}",
         "with gauge_length_mm"},
        {"{\"kind\":\"polynomial\",\"of\":\"mm\",\"coefficients\":[1],\"unit\":\"parsec\"}",
         "is not a unit of crack_width"},
        {"{\"kind\":\"polynomial\",\"of\":\"mm\",\"coefficients\":[1],\"reversed\":1}",
         "true or false"},
        {"[{\"kind\":\"vibrating_wire\",\"gauge_factor\":1},"
         "{\"kind\":\"vibrating_wire\",\"gauge_factor\":1}]",
         "sensors[0].calibration[1]: \"from\" is not after"},
        {"{\"kind\":\"vibrating_wire\",\"gauge_factor\":1,\"gague_length_mm\":1}",
         "gauge_length_mm"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fault_list faults = {0};
        struct registry *r = parse("crack_width", "mm", cases[i].calibration, &faults);
        bool said = false;
        assert_null(r);
        for (const struct fault *f = faults.first; f; f = f->next)
            said = said || (f->line == 2 && strstr(f->text, cases[i].fault));
        if (!said) {
            fault_print(&faults, 2);
            fail_msg("not said: %s", cases[i].fault);
        }
        fault_list_free(&faults);
    }
}

static void a_thermistor_needs_none_itself(void **state)
{
    struct fault_list faults = {0};

    (void)state;
    assert_null(parse("temperature", "Cel",
                      "{\"kind\":\"polynomial\",\"of\":\"ohm\",\"coefficients\":[1],\"thermal\":1,"
                      "\"zero_temperature\":0,\"temperature\":\"H/n/t\"}},\n{\"id\":\"H/n/b\","
                      "\"quantity\":\"tilt\",\"unit\":\"deg\",\"period_s\":60,\"calibration\":"
                      "{\"kind\":\"polynomial\",\"of\":\"V\",\"coefficients\":[1],\"thermal\":1,"
                      "\"zero_temperature\":0,\"temperature\":\"H/n/a\"}",
                      &faults));
    assert_int_equal(faults.count, 1);
    assert_non_null(strstr(faults.first->text, "\"H/n/a\" needs a temperature itself"));
    fault_list_free(&faults);
}

/* --- against the logger --- */

/* Columns of digits, temperature and the logger's millimetres. */
struct gauge {
    const char *file, *calibration;
    int digits, temperature, mm;
};

static double field(const char *line, int column)
{
    for (; column > 0 && line; column--) {
        line = strchr(line, ',');
        line = line ? line + 1 : NULL;
    }
    return line ? strtod(*line == '"' ? line + 1 : line, NULL) : (double)NAN;
}

/* Greatest difference over rows whose columns are numbers: as they are, and of the changes since
 * the first row. */
struct apart {
    double all, since_first;
    int rows;
};

static struct apart apart(const struct gauge *g)
{
    struct registry *r = good("displacement", "mm", g->calibration);
    struct apart a = {0, 0, 0};
    char path[300], line[1024];
    double first = NAN;
    FILE *f;

    snprintf(path, sizeof path, "%s/usgs_crackmeter/%s", TEST_DATA, g->file);
    f = fopen(path, "r");
    assert_non_null(f);
    for (int i = 0; i < 4; i++)
        assert_non_null(fgets(line, sizeof line, f));
    while (fgets(line, sizeof line, f)) {
        double mm = field(line, g->mm), t = field(line, g->temperature);
        double off = value(r, 0, field(line, g->digits), t) - mm;
        if (!isfinite(off) || !isfinite(t))
            continue;
        first = a.rows++ == 0 ? off : first;
        a.all = fmax(a.all, fabs(off));
        a.since_first = fmax(a.since_first, fabs(off - first));
    }
    fclose(f);
    registry_free(r);
    assert_true(a.rows > 235);
    return a;
}

#define THERMAL(m, constant, t0)                                                                   \
    ",\"thermal\":{\"multiplier\":" m ",\"constant\":" constant "},\"zero_temperature\":" t0       \
    ",\"temperature\":\"H/n/t\"}"
#define LINEAR(g, zero) "{\"kind\":\"vibrating_wire\",\"gauge_factor\":" g ",\"zero_reading\":" zero
#define CURVED(a, b, g)                                                                            \
    "{\"kind\":\"vibrating_wire\",\"polynomial\":[" a "," b "],\"gauge_factor\":" g
#define ZION     THERMAL("0.000384", "-0.3482", "22.8")
#define NAHUKU_L THERMAL("0.000398", "0.0864", "21.6")
#define NAHUKU_S THERMAL("0.000376", "0.328", "23.5")

/* Both loggers compute with the linear factor of the sheet; then they agree to the rounding of
 * their own columns, of which temperature is the coarsest: 0.01 deg C, and beyond 80 deg C 0.1 (the
 * control gauge's broken thermistor), times K of 0.03 to 0.05 mm/K. At Nahuku the logger's zero
 * readings lie 6 and 8 digits above the sheets' 2796 and 2989. */
static void wires_agree_with_the_logger_that_read_them(void **state)
{
    static const struct {
        struct gauge gauge;
        double mm;
    } of[] = {
        {{"zion.dat", LINEAR("0.02828", "2631") ZION, 4, 3, 5}, 0.0003},
        {{"zion.dat", LINEAR("0.0282", "2584") ZION, 7, 6, 8}, 0.0003},
        {{"zion.dat", LINEAR("0.02869", "2520") ZION, 10, 9, 11}, 0.002},
        {{"nahuku.dat", LINEAR("0.023", "2802") NAHUKU_L, 5, 4, 6}, 0.0003},
        {{"nahuku.dat", LINEAR("0.01112", "2997") NAHUKU_S, 8, 7, 9}, 0.0003},
    };

    (void)state;
    for (size_t i = 0; i < sizeof of / sizeof of[0]; i++) {
        struct apart a = apart(&of[i].gauge);
        if (!(a.all <= of[i].mm))
            fail_msg("gauge %zu: %g mm apart", i, a.all);
    }
}

/* The sheet's polynomial is another curve than its linear factor: over what these gauges moved the
 * two differ by up to 0.01 mm, more than 0.005 only for the upper and the control gauge at Zion. */
static void the_polynomial_of_the_sheet_is_another_curve(void **state)
{
    static const struct {
        struct gauge gauge;
        double least, most;
    } of[] = {
        {{"zion.dat", CURVED("7.74e-8", "0.02746", "0.02828") ZION, 4, 3, 5}, 0, 0.0012},
        {{"zion.dat", CURVED("8.88e-8", "0.02727", "0.0282") ZION, 7, 6, 8}, 0.005, 0.0088},
        {{"zion.dat", CURVED("1.01e-7", "0.02765", "0.02869") ZION, 10, 9, 11}, 0.005, 0.0098},
        {{"nahuku.dat", CURVED("5.6e-8", "0.02244", "0.023") NAHUKU_L, 5, 4, 6}, 0, 0.0004},
        {{"nahuku.dat", CURVED("3.03e-8", "0.0108", "0.01112") NAHUKU_S, 8, 7, 9}, 0, 0.0003},
    };

    (void)state;
    for (size_t i = 0; i < sizeof of / sizeof of[0]; i++) {
        struct apart a = apart(&of[i].gauge);
        if (!(a.since_first >= of[i].least && a.since_first <= of[i].most))
            fail_msg("gauge %zu: %g mm apart", i, a.since_first);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_says_what_its_formula_says),
        cmocka_unit_test(each_has_its_time),
        cmocka_unit_test(another_calibration_has_another_digest),
        cmocka_unit_test(a_fault_says_where_and_what),
        cmocka_unit_test(a_thermistor_needs_none_itself),
        cmocka_unit_test(wires_agree_with_the_logger_that_read_them),
        cmocka_unit_test(the_polynomial_of_the_sheet_is_another_curve),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
