/* Bursts: from text to samples, and what is wrong with it. */
#include "burst_fixture.h"

static void numbers_and_base64_are_the_same(void **state)
{
    struct fixture *f = *state;
    const double x[] = {0.1, -2.5, 3e-5, 0, 7}, z[] = {1, 2, 3, 4, 5};
    const double *axis[3] = {x, NULL, z};

    for (int base64 = 0; base64 < 2; base64++) {
        put_burst(&f->text, 200, "velocity", "m/s", axis, 5, base64);
        struct burst_record b = read_burst(f);

        assert_null(b.fault);
        assert_true(b.t_us == T0_US && b.fs_hz == 200 && b.kind == Q_VELOCITY);
        assert_true(b.samples == 5 && b.axes == 2 && b.has[0] && !b.has[1] && b.has[2]);
        assert_null(b.axis[1]);
        for (size_t i = 0; i < 5; i++) {
            assert_near(b.axis[0][i], 1000 * (double)(float)x[i], 1e-12);
            assert_near(b.axis[2][i], 1000 * z[i], 1e-12);
        }
    }
}

static void counting_gives_no_samples(void **state)
{
    struct fixture *f = *state;
    const double x[] = {1, 2, 3};
    const double *axis[3] = {NULL, x, NULL};
    struct burst_record b;

    put_burst(&f->text, 100, "acceleration", "g", axis, 3, true);
    assert_int_equal(burst_read(f->text.data, f->text.len, BURST_COUNT, &f->arena, &b), ERR_OK);
    assert_null(b.fault);
    assert_true(b.samples == 3 && b.has[1] && !b.axis[1]);
    b = read_burst(f);
    assert_near(b.axis[1][2], 3 * 9.80665, 1e-9);
}

#define HEAD "{\"t0\":1763798400,\"fs\":200,\"unit\":\"mm/s\",\"kind\":\"velocity\","

static void hostile_bursts_say_what_is_wrong(void **state)
{
    static const struct {
        const char *text, *fault;
    } cases[] = {
        {"[1,2]", "not an object"},
        {HEAD "\"axes\":{\"x\":[1,\"2\"]}}", "a sample is not a finite number"},
        {HEAD "\"axes\":{\"x\":[1,1e999]}}", "a sample is not a finite number"},
        {HEAD "\"axes\":{\"x\":\"AADAfw==\"}}", "a sample is not finite"}, /* NaN */
        {HEAD "\"axes\":{\"x\":\"AACAfw==\"}}", "a sample is not finite"}, /* infinity */
        {HEAD "\"axes\":{\"x\":\"AAA\"}}", "an axis is not base64 of at most 1000000 float32"},
        {HEAD "\"axes\":{\"x\":\"$$$$\"}}", "an axis is not base64 of at most 1000000 float32"},
        {HEAD "\"axes\":{\"x\":[]}}", "an axis has no samples"},
        {HEAD "\"axes\":{\"x\":null}}", "an axis has no samples"},
        {HEAD "\"axes\":{\"x\":[1],\"y\":[1,2]}}", "the axes differ in length"},
        {HEAD "\"axes\":{\"w\":[1]}}", "an axis is none of x, y, z, or is there twice"},
        {HEAD "\"axes\":{\"x\":[1],\"x\":[1]}}", "an axis is none of x, y, z, or is there twice"},
        {HEAD "\"axes\":{}}", "axes is empty"},
        {HEAD "\"axes\":3}", "axes is not an object"},
        {HEAD "\"sensor\":4,\"axes\":{\"x\":[1]}}", "sensor is not text"},
        {"{\"t0\":1e300,\"fs\":200}", "t0 is not a time in seconds"},
        {"{\"t0\":1,\"fs\":-1}", "fs is not a sampling rate in Hz"},
        {"{\"t0\":1,\"fs\":1e-9,\"unit\":\"mm/s\",\"kind\":\"velocity\",\"axes\":{\"x\":"
         "[1,2,3,4,5,6,7,8,9,10,1,2,3,4,5,6,7,8,9,10]}}",
         NULL}, /* 633 years: a time, if no record anybody assesses */
        {"{\"t0\":1,\"fs\":2,\"kind\":\"velocity\"}", "unit is missing"},
        {"{\"t0\":1,\"fs\":2,\"unit\":\"mm/s\",\"kind\":\"sound\"}",
         "kind is neither \"velocity\" nor \"acceleration\""},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        strbuf_clear(&f->text);
        strbuf_puts(&f->text, cases[i].text);
        struct burst_record b = read_burst(f);

        if (cases[i].fault)
            assert_string_equal(b.fault ? b.fault : "sound", cases[i].fault);
        else
            assert_null(b.fault);
    }
}

static void unit_of_another_quantity_gives_no_samples(void **state)
{
    struct fixture *f = *state;
    const double x[] = {1, 2};
    const double *axis[3] = {x};
    const struct burst_site site = burst_site(&site_registry, ON_FOOT);
    struct burst_assessment a;

    put_burst(&f->text, 100, "velocity", "m/s2", axis, 2, true);
    struct burst_record b = read_burst(f);
    assert_null(b.fault);
    assert_null(b.conv);
    assert_int_equal(burst_assess(&b, &site, &f->arena, &a), ERR_PARSE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(numbers_and_base64_are_the_same),
        TEST(counting_gives_no_samples),
        TEST(hostile_bursts_say_what_is_wrong),
        TEST(unit_of_another_quantity_gives_no_samples),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
