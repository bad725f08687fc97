/* Sensors that name a source: what of it is wrong, what their readings become. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "profile_fixture.h"

#define RX_US 1795305600000000LL

static const char *const texts[] = {
    "{'id':'net','version':1,'title':'t','topic':'n/{d}','carries':'kind','device':{'topic':'d'},"
    "'object':'/object','values':[{'name':'rssi','ptr':'/rssi','quantity':'rssi','unit':'dBm',"
    "'role':'health'}],'time':{'ptr':'/t','format':'unix'}}",
    "{'id':'gauge','version':1,'title':'t','inside':['kind'],'models':['g'],'values':["
    "{'name':'width','ptr':'/w','quantity':'crack_width','unit':'um','min':-5000,'max':25000},"
    "{'name':'raw','ptr':'/f','unit':'Hz'},"
    "{'name':'battery','ptr':'/b','quantity':'battery','unit':'mV','role':'health'}]}",
    "{'id':'many','version':1,'title':'t','topic':'m/{d}','device':{'topic':'d'},"
    "'each_member':'','channel':{'member':true},"
    "'values':[{'name':'t','ptr':'/t','quantity':'temperature','unit':'Cel'}]}"};

struct fixture {
    struct arena arena;
    struct profile_set *set;
    struct registry *registry;
    struct decoded d;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct fault_list faults = {0};

    if (!f)
        return -1;
    f->set = profiles_of(&f->arena, texts, 3, &faults);
    fault_print(&faults, 2);
    fault_list_free(&faults);
    *state = f;
    return f->set ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    profile_set_free(f->set);
    registry_free(f->registry);
    arena_free(&f->arena);
    free(f);
    return 0;
}

static const char *sensor(struct fixture *f, const char *id, const char *quantity, const char *unit,
                          const char *more)
{
    return arena_printf(&f->arena, "{'id':'%s','quantity':'%s','unit':'%s','period_s':600,%s}", id,
                        quantity, unit, more);
}

static const char *source(struct fixture *f, const char *profile, const char *device,
                          const char *channel)
{
    return arena_printf(&f->arena, "'source':{'profile':'%s','device':'%s','channel':'%s'}",
                        profile, device, channel);
}

/* A registry of these sensors; its faults, and those of its sources, go to faults. */
static void load(struct fixture *f, const char *sensors, struct fault_list *faults)
{
    char *text = quoted(
        &f->arena,
        arena_printf(&f->arena, "{'district':{'id':'d'},'houses':[],'sensors':[%s]}", sensors));
    struct source_text from = {"registry.json", text, strlen(text)};

    registry_free(f->registry);
    f->registry = NULL;
    if (registry_parse(&from, NULL, 0, faults, &f->registry) == ERR_OK &&
        profile_check_sources(f->set, f->registry, "registry.json", faults) == ERR_OK)
        profile_apply_ranges(f->set, f->registry);
}

static void expect_fault(struct fixture *f, const char *one, const char *words)
{
    struct fault_list faults = {0};

    load(f, one, &faults);
    assert_int_equal(faults.count, 1);
    if (!strstr(faults.first->text, words))
        fail_msg("%s", faults.first->text);
    fault_list_free(&faults);
}

static void faults_of_sources(void **state)
{
    struct fixture *f = *state;
    const char *width = source(f, "gauge", "d1", "width");

    expect_fault(
        f, sensor(f, "a", "crack_width", "mm", "'source':{'profile':'gauge','channel':'width'}"),
        "source.device: missing");
    expect_fault(f, sensor(f, "a", "crack_width", "mm", source(f, "gage", "d1", "width")),
                 "sensors[0].source.profile: there is no profile \"gage\", did you mean");
    expect_fault(f, sensor(f, "a", "crack_width", "mm", source(f, "gauge", "d1", "wide")),
                 "has no channel \"wide\" (width, raw, battery)");
    expect_fault(f, sensor(f, "a", "tilt", "deg", width), "neither a unit of tilt");
    expect_fault(f, sensor(f, "a", "crack_width", "mm", source(f, "gauge", "d1", "raw")),
                 "nor that of a calibration");
    expect_fault(f,
                 arena_printf(&f->arena, "%s,%s", sensor(f, "a", "crack_width", "mm", width),
                              sensor(f, "b", "crack_width", "mm", width)),
                 "is already another sensor");
}

static const struct decoded *publish(struct fixture *f, const char *topic, const char *payload)
{
    struct profile_context c = {.set = f->set, .registry = f->registry};
    char *text = quoted(&f->arena, payload);
    struct message m = {topic, text, strlen(text), RX_US};

    assert_int_equal(profile_payload(&c, &m, f->registry, &f->arena, &f->d), ERR_OK);
    return &f->d;
}

static void readings_become_those_of_the_sensors(void **state)
{
    struct fixture *f = *state;
    struct fault_list faults = {0};

    load(f,
         arena_printf(&f->arena, "%s,%s,%s,%s",
                      sensor(f, "a", "crack_width", "mm",
                             source(f, "gauge", "00-00-00-00-00-00-00-AB", "width")),
                      sensor(f, "b", "rssi", "dBm", source(f, "gauge", "00000000000000ab", "rssi")),
                      sensor(f, "H1/n1/t", "temperature", "Cel", source(f, "many", "m1", "A/t")),
                      sensor(f, "e", "strain", "um/m",
                             "'calibration':{'kind':'polynomial','of':'Hz','coefficients':[0,1]},"
                             "'source':{'profile':'gauge','device':'00000000000000ab','channel':"
                             "'raw'}")),
         &faults);
    fault_print(&faults, 2);
    assert_int_equal(faults.count, 0);
    publish(f, "n/00000000000000AB",
            "{'t':1795305000,'rssi':-90,'object':{'w':1234,'f':850,'b':3600}}");
    assert_int_equal(f->d.reading_count, 3);
    assert_int_equal(f->d.refused_count, 0); /* the battery is no reading */
    assert_int_equal(f->d.readings[0].sensor, 1);
    assert_true(f->d.readings[1].value == 1.234 && f->d.readings[1].t_us == 1795305000000000LL);
    assert_true(f->d.readings[2].sensor == 3 && f->d.readings[2].value == 850); /* raw */
    assert_int_equal(f->d.status_count, 1);
    assert_string_equal(f->d.status[0].node, "00000000000000ab");
    assert_true(f->d.status[0].battery_v == 3.6 && f->d.status[0].rssi_dbm == -90);
    publish(f, "m/m1", "{'A':{'t':20.5},'B':{'t':21}}");
    assert_int_equal(f->d.reading_count, 1);
    assert_int_equal(f->d.readings[0].sensor, 2);
    assert_int_equal(f->d.refused_count, 1);
    assert_int_equal(f->d.refused[0].reason, REFUSE_UNKNOWN_SENSOR);
    assert_string_equal(f->d.refused[0].sensor, "m1/B/t");
    assert_non_null(strstr(f->d.refused[0].text,
                           "\"source\":{\"profile\":\"many\",\"version\":1,\"device\":\"m1\","
                           "\"channel\":\"B/t\"}"));
    fault_list_free(&faults);
}

static void what_cannot_be_a_reading_is_refused(void **state)
{
    struct fixture *f = *state;
    struct fault_list faults = {0};

    load(f, sensor(f, "a", "crack_width", "mm", source(f, "gauge", "d1", "width")), &faults);
    assert_int_equal(faults.count, 0);
    publish(f, "n/d1", "{'t':1795305000,'object':{'w':'broken'}}");
    assert_true(f->d.reading_count == 0 && f->d.refused_count == 1);
    assert_int_equal(f->d.refused[0].reason, REFUSE_VALUE);
    publish(f, "n/d1", "{'t':1795306000,'object':{'w':1}}");
    assert_int_equal(f->d.refused[0].reason, REFUSE_FUTURE);
    publish(f, "n/d1", "{'t':1795305000,'object':{'x':1}}");
    assert_int_equal(f->d.refused[0].reason, REFUSE_UNMATCHED);
    publish(f, "n/d2", "{'t':1795305000,'object':{'x':1}}");
    assert_int_equal(f->d.refused[0].reason, REFUSE_UNMATCHED);
    publish(f, "elsewhere", "{}");
    assert_int_equal(f->d.refused[0].reason, REFUSE_UNMATCHED);
    publish(f, "shikumen/v1/odd", "{}"); /* our own topics are not for profiles */
    assert_int_equal(f->d.refused[0].reason, REFUSE_TOPIC);
    fault_list_free(&faults);
}

static void a_range_is_that_of_the_profile_at_most(void **state)
{
    struct fixture *f = *state;
    struct fault_list faults = {0};

    load(f,
         arena_printf(&f->arena, "%s,%s",
                      sensor(f, "a", "crack_width", "mm", source(f, "gauge", "d1", "width")),
                      sensor(f, "b", "crack_width", "mm",
                             arena_printf(&f->arena, "'range':[-1,100],%s",
                                          source(f, "gauge", "d2", "width")))),
         &faults);
    assert_int_equal(faults.count, 0);
    assert_true(f->registry->sensors[0].quality.fail_min == -5);
    assert_true(f->registry->sensors[0].quality.fail_max == 25);
    assert_true(f->registry->sensors[1].quality.fail_min == -1);
    assert_true(f->registry->sensors[1].quality.fail_max == 25);
    fault_list_free(&faults);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(faults_of_sources),
        TEST(readings_become_those_of_the_sensors),
        TEST(what_cannot_be_a_reading_is_refused),
        TEST(a_range_is_that_of_the_profile_at_most),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
