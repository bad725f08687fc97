#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "payload_samples.h"
#include "shikumen/core/payload.h"
#include "shikumen/core/wording.h"

#define NATIVE "shikumen/v1/H001/n1/senml"

struct fixture {
    struct registry *registry;
    struct arena arena;
    struct decoded d;
    const char *payload; /* of the last decode */
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    if (!f)
        return -1;
    f->registry = sample_registry();
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    registry_free(f->registry);
    arena_free(&f->arena);
    free(f);
    return 0;
}

static const struct decoded *decode_bytes(struct fixture *f, const char *topic, const char *payload,
                                          size_t n)
{
    struct message m = {topic, payload, n, RX_US};

    f->payload = payload;
    assert_int_equal(payload_decode(&m, f->registry, &f->arena, &f->d), ERR_OK);
    return &f->d;
}

/* payload with ' for " */
static const struct decoded *decode(struct fixture *f, const char *topic, const char *payload)
{
    return decode_bytes(f, topic, json(&f->arena, payload), strlen(payload));
}

static void expect_counts(const struct decoded *d, size_t readings, size_t refused)
{
    assert_int_equal(d->reading_count, readings);
    assert_int_equal(d->refused_count, refused);
    assert_null(d->burst);
    assert_null(d->status);
}

static void expect_refused(const struct decoded *d, size_t i, enum refusal reason,
                           const char *sensor, const char *text)
{
    const struct refused *r = &d->refused[i];
    struct strbuf zh = {0};

    if (r->reason != reason)
        fail_msg("%s (%s), not %s", refusal_name(r->reason), r->detail, refusal_name(reason));
    if (sensor)
        assert_string_equal(r->sensor, sensor);
    else
        assert_null(r->sensor);
    assert_true(r->detail && r->detail[0] != '\0');
    assert_true(wording_put_zh(&zh, r->detail));
    strbuf_free(&zh);
    assert_int_equal(r->text_len, strlen(text));
    assert_memory_equal(r->text, text, r->text_len);
}

/* The message is refused as a whole, and the refusal points into it. */
static void expect_whole(struct fixture *f, const char *topic, const char *payload,
                         enum refusal reason, const char *sensor)
{
    const struct decoded *d = decode(f, topic, payload);

    expect_counts(d, 0, 1);
    expect_refused(d, 0, reason, sensor, f->payload);
    if (payload[0] != '\0')
        assert_ptr_equal(d->refused[0].text, f->payload);
}

static void expect_reading(const struct decoded *d, size_t i, uint32_t sensor, int64_t t_us,
                           double value)
{
    assert_int_equal(d->readings[i].sensor, sensor);
    assert_true(d->readings[i].t_us == t_us);
    if (d->readings[i].value != value)
        fail_msg("%.17g, not %.17g", d->readings[i].value, value);
}

static void reasons_have_names(void **state)
{
    static const char *const names[REFUSE_COUNT] = {
        "topic", "format", "senml",  "unknown_sensor",   "unit",
        "value", "node",   "future", "before_installed", "unmatched"};

    (void)state;
    for (int i = 0; i < REFUSE_COUNT; i++)
        assert_string_equal(refusal_name((enum refusal)i), names[i]);
    assert_string_equal(refusal_name(REFUSE_COUNT), "unknown");
}

static void a_native_pack_becomes_readings(void **state)
{
    const struct decoded *d =
        decode(*state, NATIVE,
               "[{'bt':1795305000,'n':'crack-1','u':'mm','v':1.25},{'n':'t-wall','v':21.5,'t':60},"
               " {'n':'leak','vb':true},{'n':'battery','u':'V','v':3.6}]");

    expect_counts(d, 4, 0);
    expect_reading(d, 0, CRACK, 1795305000 * SECOND_US, 1.25);
    expect_reading(d, 1, TEMPERATURE, 1795305060 * SECOND_US, 21.5);
    expect_reading(d, 2, LEAK, 1795305000 * SECOND_US, 1);
    expect_reading(d, 3, BATTERY_V, 1795305000 * SECOND_US, 3.6);
    assert_false(d->uses_arrival_time);
}

static void names_on_a_foreign_topic_are_absolute(void **state)
{
    const struct decoded *d = decode(*state, "bench/gw1/senml",
                                     "[{'n':'H001/n1/crack-1','v':1},{'n':'H001/n2/tilt','v':0},"
                                     "{'n':'crack-1','v':1,'t':1795305000}]");

    expect_counts(d, 2, 1);
    expect_reading(d, 0, CRACK, RX_US, 1);
    expect_reading(d, 1, TILT, RX_US, 0);
    expect_refused(d, 0, REFUSE_UNKNOWN_SENSOR, "crack-1",
                   "{\"n\":\"crack-1\",\"t\":1795305000,\"v\":1}");
    assert_true(d->uses_arrival_time);
}

static void arrival_time_is_noticed(void **state)
{
    assert_false(decode(*state, NATIVE, "[{'n':'leak','v':1,'t':1.79e9}]")->uses_arrival_time);
    assert_true(decode(*state, NATIVE, "[{'n':'leak','v':1}]")->uses_arrival_time);
    assert_true(decode(*state, NATIVE, "[{'n':'leak','v':1,'t':1.79e9},{'n':'x','v':1}]")
                    ->uses_arrival_time);
    assert_true(decode(*state, NATIVE, "[{'n':'leak','v':1e400,'t':-5}]")->uses_arrival_time);
    assert_false(decode(*state, NATIVE, "[{'n':'leak','v':1e400,'t':1.79e9}]")->uses_arrival_time);
    assert_true(decode(*state, NATIVE, "[{'n':'leak','v':1,'t':1.9e9}]")->uses_arrival_time);
    assert_false(decode(*state, NATIVE, "[")->uses_arrival_time);
}

static void a_node_speaks_only_for_itself(void **state)
{
    const struct decoded *d =
        decode(*state, NATIVE,
               "[{'bt':1795305000,'bn':'H001/n2/','n':'tilt','v':1},{'bn':'H001/n1','v':1},"
               "{'n':'/','v':1},{'n':'1/crack-1','v':1},{'n':'/crack-1','v':2,'s':1},"
               "{'bn':'crack-1','vs':'a'}]");

    expect_counts(d, 1, 5);
    expect_reading(d, 0, CRACK, 1795305000 * SECOND_US, 2);
    expect_refused(d, 0, REFUSE_NODE, "H001/n2/tilt",
                   "{\"n\":\"H001/n2/tilt\",\"t\":1795305000,\"v\":1}");
    expect_refused(d, 1, REFUSE_NODE, "H001/n1", "{\"n\":\"H001/n1\",\"t\":1795305000,\"v\":1}");
    expect_refused(d, 2, REFUSE_NODE, "H001/n1/", "{\"n\":\"H001/n1/\",\"t\":1795305000,\"v\":1}");
    expect_refused(d, 3, REFUSE_NODE, "H001/n11/crack-1",
                   "{\"n\":\"H001/n11/crack-1\",\"t\":1795305000,\"v\":1}");
    expect_refused(d, 4, REFUSE_NODE, "crack-1",
                   "{\"n\":\"crack-1\",\"t\":1795305000,\"vs\":\"a\"}");
}

static void units_convert_to_the_canonical_one(void **state)
{
    const struct decoded *d =
        decode(*state, "gw/senml",
               "[{'bn':'H001/n1/','bt':1795305000,'n':'crack-1','u':'um','v':1234},"
               "{'n':'crack-1','u':'cm','v':0.1,'t':1},{'n':'t-wall','u':'K','v':280},"
               "{'n':'battery','u':'mV','v':3600},{'n':'charge','u':'%','v':80},"
               "{'bn':'H001/n2/','n':'acc','u':'mg','v':1000},{'n':'tilt','v':45},"
               "{'n':'tilt','u':'mm/m','v':2.5}]");

    expect_counts(d, 8, 0);
    expect_reading(d, 0, CRACK, 1795305000 * SECOND_US, 1.234);
    expect_reading(d, 1, CRACK, 1795305001 * SECOND_US, 1);
    assert_int_equal(d->readings[2].sensor, TEMPERATURE);
    assert_true(fabs(d->readings[2].value - 6.85) < 1e-9);
    expect_reading(d, 3, BATTERY_V, 1795305000 * SECOND_US, 3.6);
    expect_reading(d, 4, BATTERY_PERCENT, 1795305000 * SECOND_US, 80);
    expect_reading(d, 5, ACCELERATION, 1795305000 * SECOND_US, 9.80665);
    assert_true(fabs(d->readings[6].value - 1000.0) < 1e-9);
    expect_reading(d, 7, TILT, 1795305000 * SECOND_US, 2.5);
}

static void units_that_do_not_convert_are_refused(void **state)
{
    struct fixture *f = *state;
    const struct decoded *d = decode(f, NATIVE,
                                     "[{'bt':1795305000,'n':'crack-1','u':'Cel','v':1},"
                                     "{'n':'battery','u':'%','v':80},{'n':'charge','u':'V','v':3},"
                                     "{'n':'crack-1','u':'MM','v':1},{'n':'leak','u':'mm','v':1},"
                                     "{'n':'crack-1','u':'','v':1}]");

    expect_counts(d, 0, 6);
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(d->refused[i].reason, REFUSE_UNIT);
    expect_refused(d, 0, REFUSE_UNIT, "H001/n1/crack-1",
                   "{\"n\":\"H001/n1/crack-1\",\"u\":\"Cel\",\"t\":1795305000,\"v\":1}");
    assert_non_null(strstr(d->refused[0].detail, "\"Cel\""));
    assert_non_null(strstr(d->refused[0].detail, quantity_units_text(Q_CRACK_WIDTH)));
    assert_non_null(strstr(d->refused[1].detail, "converted to V"));
}

static void values_a_quantity_cannot_hold_are_refused(void **state)
{
    static const char *const records[] = {
        "{'n':'crack-1','vb':true,'t':1795305000}",
        "{'n':'crack-1','vs':'1','t':1795305000}",
        "{'n':'leak','vd':'AQ','t':1795305000}",
        "{'n':'crack-1','s':1,'t':1795305000}",
        "{'n':'leak','v':0.5,'t':1795305000}",
        "{'n':'leak','v':-1,'t':1795305000}",
        "{'n':'crack-1','v':1e306,'u':'m','t':1795305000}",
        "{'n':'crack-1','v':1e400,'t':1795305000}",
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof records / sizeof *records; i++) {
        const struct decoded *d = decode(f, NATIVE, arena_printf(&f->arena, "[%s]", records[i]));
        expect_counts(d, 0, 1);
        if (d->refused[0].reason != REFUSE_VALUE)
            fail_msg("%s: %s", records[i], refusal_name(d->refused[0].reason));
    }
    expect_refused(&f->d, 0, REFUSE_VALUE, "H001/n1/crack-1",
                   "{\"n\":\"crack-1\",\"v\":1e400,\"t\":1795305000}");
}

static void booleans_are_zero_or_one(void **state)
{
    const struct decoded *d =
        decode(*state, NATIVE,
               "[{'bn':'H001/n1/leak','bt':1795305000,'vb':true},{'vb':false,'t':1},{'v':1,'t':2},"
               "{'v':0,'t':3,'u':'/'},{'vb':true,'t':4,'bu':'mm'}]");

    expect_counts(d, 5, 0);
    for (size_t i = 0; i < 5; i++)
        expect_reading(d, i, LEAK, (1795305000 + (int64_t)i) * SECOND_US,
                       i == 1 || i == 3 ? 0.0 : 1.0);
}

static const struct decoded *decode_at(struct fixture *f, const char *name, int64_t t_us)
{
    return decode(f, NATIVE,
                  arena_printf(&f->arena, "[{'n':'%s','v':1,'t':%lld.%06lld}]", name,
                               (long long)(t_us / SECOND_US), (long long)(t_us % SECOND_US)));
}

static void times_that_cannot_be_are_refused(void **state)
{
    static const struct {
        const char *name;
        int64_t t_us;
        enum refusal reason; /* REFUSE_COUNT: accepted */
    } cases[] = {
        {"leak", RX_US + PAYLOAD_FUTURE_TOLERANCE_US, REFUSE_COUNT},
        {"leak", RX_US + PAYLOAD_FUTURE_TOLERANCE_US + 1, REFUSE_FUTURE},
        {"leak", 900000000000 * SECOND_US, REFUSE_FUTURE},
        {"leak", PAYLOAD_EARLIEST_US, REFUSE_COUNT},
        {"leak", PAYLOAD_EARLIEST_US - 1, REFUSE_BEFORE_INSTALLED},
        {"leak", 268435456 * SECOND_US, REFUSE_BEFORE_INSTALLED},
        {"crack-1", INSTALLED_US, REFUSE_COUNT},
        {"crack-1", INSTALLED_US - 1, REFUSE_BEFORE_INSTALLED},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct decoded *d = decode_at(*state, cases[i].name, cases[i].t_us);
        bool accepted = cases[i].reason == REFUSE_COUNT;
        expect_counts(d, accepted, !accepted);
        if (accepted)
            assert_true(d->readings[0].t_us == cases[i].t_us);
        else
            assert_int_equal(d->refused[0].reason, cases[i].reason);
    }
    assert_non_null(strstr(((struct fixture *)*state)->d.refused[0].detail, "2025-12-31T23:59:59"));
}

static void broken_records_come_with_their_text(void **state)
{
    struct fixture *f = *state;
    const struct decoded *d = decode(f, NATIVE,
                                     "[{'n':'crack-1','v':1,'t':1795305000}, {'n':'x' , 'v':'1'},"
                                     " 5, {'n':'?','v':1}]");

    expect_counts(d, 1, 3);
    expect_refused(d, 0, REFUSE_SENML, "H001/n1/x", "{\"n\":\"x\" , \"v\":\"1\"}");
    expect_refused(d, 1, REFUSE_SENML, NULL, "5");
    expect_refused(d, 2, REFUSE_SENML, NULL, "{\"n\":\"?\",\"v\":1}");
}

static void broken_packs_are_refused_whole(void **state)
{
    struct fixture *f = *state;

    expect_whole(f, NATIVE, "", REFUSE_FORMAT, NULL);
    expect_whole(f, NATIVE, "[", REFUSE_FORMAT, NULL);
    expect_whole(f, NATIVE, "[]", REFUSE_FORMAT, NULL);
    expect_whole(f, NATIVE, "{'n':'crack-1','v':1}", REFUSE_FORMAT, NULL);
    expect_whole(f, NATIVE, "[{'n':'crack-1','v':\xff}]", REFUSE_FORMAT, NULL);
    expect_whole(f, NATIVE, "[{'n':'crack-1','v':1},{'a_':0}]", REFUSE_SENML, NULL);
    expect_whole(f, NATIVE, "[{'bver':11,'n':'crack-1','v':1}]", REFUSE_SENML, NULL);
    expect_counts(decode_bytes(f, NATIVE, NULL, 0), 0, 1);
    assert_string_equal(f->d.refused[0].text, "");
}

static void a_pack_of_base_fields_yields_nothing(void **state)
{
    expect_counts(decode(*state, NATIVE, "[{'bn':'H001/n1/','bt':1.79e9},{'bu':'mm','bver':10}]"),
                  0, 0);
}

static void topics_without_a_rule_are_refused(void **state)
{
    expect_whole(*state, "zigbee2mqtt/lamp", "{'on':true}", REFUSE_TOPIC, NULL);
    expect_whole(*state, "gw/status", "online", REFUSE_TOPIC, NULL);
    expect_whole(*state, "shikumen/v1/H001/senml", "[{'n':'x','v':1}]", REFUSE_TOPIC, NULL);
    expect_whole(*state, "shikumen/v1/H001/n1/other", "", REFUSE_TOPIC, NULL);
}

#define STATUS "shikumen/v1/H009/n-new/status"

static const struct node_status *status_of(struct fixture *f, const char *payload)
{
    const struct decoded *d = decode(f, STATUS, payload);

    assert_int_equal(d->reading_count + d->refused_count, 0);
    assert_null(d->burst);
    assert_non_null(d->status);
    assert_string_equal(d->status->node, "H009/n-new");
    return d->status;
}

static void statuses_are_read(void **state)
{
    struct fixture *f = *state;
    const struct node_status *s = status_of(f, "{'state':'offline'}");

    assert_false(s->online);
    assert_true(isnan(s->battery_v) && isnan(s->rssi_dbm));
    assert_string_equal(s->firmware, "");
    s = status_of(f, " {'state':'online','battery_V':3.6,'rssi_dBm':-97,'fw':'1.4','more':[1]}\n");
    assert_true(s->online && s->battery_v == 3.6 && s->rssi_dbm == -97);
    assert_string_equal(s->firmware, "1.4");
    s = status_of(f, "{'state':'online','battery_V':null,'fw':null}");
    assert_true(s->online && isnan(s->battery_v));
    assert_true(status_of(f, "online")->online);
    assert_false(status_of(f, "offline")->online);
    expect_counts(decode(f, STATUS, ""), 0, 0);
}

static void broken_statuses_are_refused(void **state)
{
    static const char *const payloads[] = {
        "on",
        "onlinex",
        "'online'",
        "{}",
        "[]",
        "['online']",
        "{'state':true}",
        "{'state':'ONLINE'}",
        "{'state':'online'",
        "{'state':'online'}x",
        "{'state':'online','battery_V':'3.6'}",
        "{'state':'online','battery_V':1e400}",
        "{'state':'online','rssi_dBm':[]}",
        "{'state':'online','fw':1}",
        "{'state':'online','fw':'\xff'}",
    };

    for (size_t i = 0; i < sizeof payloads / sizeof *payloads; i++)
        expect_whole(*state, STATUS, payloads[i], REFUSE_FORMAT, NULL);
}

#define BURST_TOPIC "shikumen/v1/H001/n1/burst"

/* 0, 1, -2.5 as float32 in little-endian order (IEEE 754), in base64 (RFC 4648) */
#define THREE_SAMPLES "AAAAAAAAgD8AACDA"

static void expect_burst(struct fixture *f, const char *topic, const char *payload, uint32_t sensor,
                         double duration_s)
{
    const struct decoded *d = decode(f, topic, payload);

    if (d->refused_count > 0)
        fail_msg("%s: %s", payload, d->refused[0].detail);
    assert_int_equal(d->reading_count, 0);
    assert_null(d->status);
    assert_non_null(d->burst);
    assert_int_equal(d->burst->sensor, sensor);
    assert_true(d->burst->t_us == 1763798400125000);
    assert_true(d->burst->duration_s == duration_s);
    assert_ptr_equal(d->burst->json, f->payload);
    assert_int_equal(d->burst->json_len, strlen(payload));
    assert_false(d->uses_arrival_time);
}

#define HEAD "{'t0':1763798400.125,'fs':200,'unit':'mm/s','kind':'velocity',"

static void bursts_are_read(void **state)
{
    struct fixture *f = *state;

    expect_burst(f, BURST_TOPIC, HEAD "'axes':{'x':'" THREE_SAMPLES "'}}", BURST, 0.015);
    expect_burst(f, BURST_TOPIC,
                 HEAD "'axes':{'z':'" THREE_SAMPLES "','x':[1,2.5,-3e-3],'y':'" THREE_SAMPLES "'}}",
                 BURST, 0.015);
    expect_burst(f, BURST_TOPIC, HEAD "'axes':{'y':[1]},'sensor':'H001/n1/burst','more':null}",
                 BURST, 0.005);
    expect_burst(f, BURST_TOPIC, HEAD "'axes':{'x':'AAAAAA=='}}", BURST, 0.005);
    expect_burst(f, BURST_TOPIC, HEAD "'axes':{'x':'AAAAAA'}}", BURST, 0.005);
    expect_burst(f, "gw/burst",
                 "{'t0':1763798400.125,'fs':0.5,'unit':'g','kind':'acceleration',"
                 "'axes':{'x':[1,2]},'sensor':'H001/n2/acc'}",
                 ACCELERATION, 4);
}

static void broken_bursts_are_refused(void **state)
{
    static const char *const payloads[] = {
        "",
        "[]",
        "{}",
        HEAD "'axes':{}}",
        HEAD "'axes':[1]}",
        HEAD "'axes':{'w':[1]}}",
        HEAD "'axes':{'xx':[1]}}",
        HEAD "'axes':{'':[1]}}",
        HEAD "'axes':{'x':[1],'x':[1]}}",
        HEAD "'axes':{'x':[1],'y':[1,2]}}",
        HEAD "'axes':{'x':[]}}",
        HEAD "'axes':{'x':''}}",
        HEAD "'axes':{'x':1}}",
        HEAD "'axes':{'x':['1']}}",
        HEAD "'axes':{'x':[1e400]}}",
        HEAD "'axes':{'x':'AAAAA'}}",
        HEAD "'axes':{'x':'AAAA'}}",
        HEAD "'axes':{'x':'AAA!AA=='}}",
        HEAD "'axes':{'x':'AAAA\\nAA=='}}",
        HEAD "'axes':{'x':'AAAAAA='}}",
        HEAD "'axes':{'x':'AACAfw=='}}", /* +infinity */
        HEAD "'axes':{'x':'AACA/w=='}}", /* -infinity */
        HEAD "'axes':{'x':'AADAfw=='}}", /* NaN */
        HEAD "'axes':{'x':[1]}",
        "{'t0':'1','fs':200,'unit':'mm/s','kind':'velocity','axes':{'x':[1]}}",
        "{'t0':1e400,'fs':200,'unit':'mm/s','kind':'velocity','axes':{'x':[1]}}",
        "{'t0':1e12,'fs':200,'unit':'mm/s','kind':'velocity','axes':{'x':[1]}}",
        "{'fs':200,'unit':'mm/s','kind':'velocity','axes':{'x':[1]}}",
        "{'t0':1763798400,'fs':0,'unit':'mm/s','kind':'velocity','axes':{'x':[1]}}",
        "{'t0':1763798400,'fs':-1,'unit':'mm/s','kind':'velocity','axes':{'x':[1]}}",
        "{'t0':1763798400,'fs':1e400,'unit':'mm/s','kind':'velocity','axes':{'x':[1]}}",
        "{'t0':1763798400,'fs':1e-300,'unit':'mm/s','kind':'velocity','axes':{'x':[1]}}",
        "{'t0':1763798400,'unit':'mm/s','kind':'velocity','axes':{'x':[1]}}",
        "{'t0':1763798400,'fs':200,'kind':'velocity','axes':{'x':[1]}}",
        "{'t0':1763798400,'fs':200,'unit':'mm/s','kind':'strain','axes':{'x':[1]}}",
        "{'t0':1763798400,'fs':200,'unit':'mm/s','axes':{'x':[1]}}",
    };

    for (size_t i = 0; i < sizeof payloads / sizeof *payloads; i++) {
        const struct decoded *d = decode(*state, BURST_TOPIC, payloads[i]);
        expect_counts(d, 0, 1);
        if (d->refused[0].reason != REFUSE_FORMAT)
            fail_msg("%s: %s", payloads[i], refusal_name(d->refused[0].reason));
        assert_int_equal(d->refused[0].text_len, strlen(payloads[i]));
    }
    expect_whole(*state, "gw/burst", HEAD "'axes':{'x':[1]}}", REFUSE_FORMAT, NULL);
    expect_whole(*state, BURST_TOPIC, HEAD "'sensor':5,'axes':{'x':[1]}}", REFUSE_FORMAT,
                 "H001/n1/burst");
}

static void bursts_of_the_wrong_sensor_are_refused(void **state)
{
    struct fixture *f = *state;

    expect_whole(f, "shikumen/v1/H002/n1/burst", HEAD "'axes':{'x':[1]}}", REFUSE_UNKNOWN_SENSOR,
                 "H002/n1/burst");
    expect_whole(f, BURST_TOPIC, HEAD "'axes':{'x':[1]},'sensor':'H001/n2/acc'}", REFUSE_NODE,
                 "H001/n2/acc");
    expect_whole(f, BURST_TOPIC, HEAD "'axes':{'x':[1]},'sensor':'H001/n1/crack-1'}", REFUSE_VALUE,
                 "H001/n1/crack-1");
    expect_whole(f, BURST_TOPIC,
                 "{'t0':1763798400,'fs':200,'unit':'m/s2','kind':'velocity','axes':{'x':[1]}}",
                 REFUSE_UNIT, "H001/n1/burst");
    expect_whole(f, BURST_TOPIC,
                 "{'t0':1795305901,'fs':200,'unit':'mm/s','kind':'velocity','axes':{'x':[1]}}",
                 REFUSE_FUTURE, "H001/n1/burst");
    expect_whole(f, BURST_TOPIC,
                 "{'t0':5,'fs':200,'unit':'mm/s','kind':'velocity','axes':{'x':[1]}}",
                 REFUSE_BEFORE_INSTALLED, "H001/n1/burst");
}

/* A burst of n samples on one axis, as base64 or as numbers. */
static char *long_burst(size_t n, bool base64)
{
    static const char head[] = "{\"t0\":1763798400.125,\"fs\":200,\"unit\":\"mm/s\","
                               "\"kind\":\"velocity\",\"axes\":{\"x\":";
    char *text = malloc(n * 6 + 200), *p = text;

    assert_non_null(text);
    memcpy(p, head, sizeof head);
    p += sizeof head - 1;
    *p++ = base64 ? '"' : '[';
    for (size_t i = 0; i < (base64 ? (n * 4 + 2) / 3 * 4 / 4 : n); i++) {
        memcpy(p, base64 ? "AAAA" : "0,", base64 ? 4 : 2);
        p += base64 ? 4 : 2;
    }
    p -= base64 ? (3 - n * 4 % 3) % 3 : 1;
    *p++ = base64 ? '"' : ']';
    memcpy(p, "}}", 3);
    return text;
}

static void a_burst_holds_a_million_samples(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < 4; i++) {
        size_t n = i < 2 ? 1000000 : 1000001;
        char *text = long_burst(n, i % 2 == 0);
        const struct decoded *d = decode_bytes(f, BURST_TOPIC, text, strlen(text));
        if (i < 2) {
            assert_non_null(d->burst);
            assert_true(d->burst->duration_s == 5000);
        } else {
            expect_counts(d, 0, 1);
            assert_int_equal(d->refused[0].reason, REFUSE_FORMAT);
        }
        arena_reset(&f->arena);
        free(text);
    }
}

/* Same message, arrival time and registry, same result. */
static void decoding_is_repeatable(void **state)
{
    static const char text[] = "[{\"n\":\"crack-1\",\"v\":1},{\"n\":\"x\",\"v\":1,\"t\":-3}]";
    struct fixture *f = *state;
    struct decoded first = *decode_bytes(f, NATIVE, text, sizeof text - 1);
    const struct decoded *d = decode_bytes(f, NATIVE, text, sizeof text - 1);

    expect_counts(d, first.reading_count, first.refused_count);
    expect_reading(d, 0, first.readings[0].sensor, first.readings[0].t_us, first.readings[0].value);
    expect_refused(d, 0, first.refused[0].reason, first.refused[0].sensor, first.refused[0].text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reasons_have_names),
        cmocka_unit_test_setup_teardown(a_native_pack_becomes_readings, setup, teardown),
        cmocka_unit_test_setup_teardown(names_on_a_foreign_topic_are_absolute, setup, teardown),
        cmocka_unit_test_setup_teardown(arrival_time_is_noticed, setup, teardown),
        cmocka_unit_test_setup_teardown(a_node_speaks_only_for_itself, setup, teardown),
        cmocka_unit_test_setup_teardown(units_convert_to_the_canonical_one, setup, teardown),
        cmocka_unit_test_setup_teardown(units_that_do_not_convert_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(values_a_quantity_cannot_hold_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(booleans_are_zero_or_one, setup, teardown),
        cmocka_unit_test_setup_teardown(times_that_cannot_be_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(broken_records_come_with_their_text, setup, teardown),
        cmocka_unit_test_setup_teardown(broken_packs_are_refused_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(a_pack_of_base_fields_yields_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(topics_without_a_rule_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(statuses_are_read, setup, teardown),
        cmocka_unit_test_setup_teardown(broken_statuses_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(bursts_are_read, setup, teardown),
        cmocka_unit_test_setup_teardown(broken_bursts_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(bursts_of_the_wrong_sensor_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_burst_holds_a_million_samples, setup, teardown),
        cmocka_unit_test_setup_teardown(decoding_is_repeatable, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
