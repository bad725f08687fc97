#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shikumen/base/strbuf.h"
#include "shikumen/core/registry_json.h"

#define SET_TEXT                                                                                   \
    "{\"name\":\"good\",\"quantity\":\"crack_width\",\"limits\":[{\"level\":2,\"of\":\"value\","   \
    "\"value\":1,\"unit\":\"mm\",\"source\":\"s\",\"clause\":\"c\",\"mark\":\"J\"}]}"
#define SENSOR_TEXT "\"id\":\"H/n/b\",\"quantity\":\"crack_width\",\"unit\":\"mm\",\"period_s\":60"
#define LIMIT_TEXT  "\"level\":2,\"of\":\"change\",\"value\":1,\"unit\":\"mm\""

/* A document in which every place is sound but the one that a case fills. Places are written one a
 * line: 2 district, 3 second house, 4 second sensor, 6 first epoch. */
struct document {
    const char *district, *house, *sensor, *epoch;
};

static const struct document sound = {
    .district = "{\"id\":\"D\"}",
    .house = "{\"id\":\"H2\",\"lane\":\"L\",\"row\":\"R\",\"elements\":[{\"id\":\"H2/"
             "w\",\"kind\":\"wall\"}]}",
    .sensor = "{" SENSOR_TEXT "}",
    .epoch = "{\"t\":\"2026-03-01\",\"scope\":\"H\",\"kind\":\"repair\"}",
};

static void write_document(struct strbuf *b, const struct document *d)
{
    strbuf_printf(b,
                  "{\"district\":\n%s,\"houses\":[{\"id\":\"H\",\"elements\":[{\"id\":\"H/"
                  "w\",\"kind\":\"wall\"}]},\n"
                  "%s],\"sensors\":[{\"id\":\"H/n/"
                  "a\",\"quantity\":\"tilt\",\"unit\":\"deg\",\"period_s\":60},\n"
                  "%s],\"epochs\":\n[\n%s]}",
                  d->district, d->house, d->sensor, d->epoch);
}

/* Parses and expects exactly one fault with this text, line and file; NULL: none. */
static void expect(const char *registry, const char *set, const char *file, int line,
                   const char *fault)
{
    struct source_text text = {"registry.json", registry, strlen(registry)};
    struct source_text sets = {"set.json", set, strlen(set)};
    struct fault_list faults = {0};
    struct registry *r;
    enum err e = registry_parse(&text, &sets, 1, &faults, &r);

    if (faults.count != (fault ? 1 : 0)) {
        fault_print(&faults, 2);
        fail_msg("%zu faults for: %s", faults.count, fault ? fault : "sound");
    }
    assert_int_equal(e, fault ? ERR_CONFIG : ERR_OK);
    if (fault) {
        assert_string_equal(faults.first->text, fault);
        assert_string_equal(faults.first->file, file);
        assert_int_equal(faults.first->line, line);
    }
    registry_free(r);
    fault_list_free(&faults);
}

static void expect_document(const struct document *d, int line, const char *fault)
{
    struct strbuf b = {0};

    write_document(&b, d);
    expect(strbuf_text(&b), SET_TEXT, "registry.json", line, fault);
    strbuf_free(&b);
}

/* What is put in a place, and the fault it must give. */
struct fault_case {
    const char *body, *fault;
};

static void sound_document(void **state)
{
    (void)state;
    expect_document(&sound, 0, NULL);
}

static void district_faults(void **state)
{
    static const struct fault_case cases[] = {
        {"{}", "district.id: missing, a text is needed"},
        {"null", "district: missing, an object with an id is needed"},
        {"[]", "district: an object is needed, not a list"},
        {"{\"id\":7}", "district.id: a text is needed, not a number"},
        {"{\"id\":\"\"}", "district.id: the text is empty"},
        {"{\"id\":\"D\",\"timezon\":\"Asia/Shanghai\"}",
         "district.timezon: unknown key, did you mean \"timezone\"?"},
        {"{\"id\":\"D\",\"colour\":1}", "district.colour: unknown key (id, name, timezone)"},
        {"{\"id\":\"D\",\"id\":\"E\"}", "district.id: given twice"},
        {"{\"id\":\"D\",\"name\":{\"zh\":1}}", "district.name.zh: a text is needed, not a number"},
        {"{\"id\":\"D\",\"name\":true}", "district.name: an object is needed, not true or false"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct document d = sound;
        d.district = cases[i].body;
        expect_document(&d, 2, cases[i].fault);
    }
}

static void plan_faults(void **state)
{
    static const struct fault_case cases[] = {
        {"{\"id\":\"H2\",\"plan_m\":[]}", "houses[1].plan_m: 3 to 32 corners are needed, not 0"},
        {"{\"id\":\"H2\",\"plan_m\":[[0,0],[1,0]]}",
         "houses[1].plan_m: 3 to 32 corners are needed, not 2"},
        {"{\"id\":\"H2\",\"plan_m\":\"square\"}", "houses[1].plan_m: a list is needed, not a text"},
        {"{\"id\":\"H2\",\"plan_m\":[[0,0],[1,0],[1]]}",
         "houses[1].plan_m[2]: two numbers are needed: m east and m north of the district's "
         "origin"},
        {"{\"id\":\"H2\",\"plan_m\":[[0,0],7,[1,1]]}",
         "houses[1].plan_m[1]: two numbers are needed: m east and m north of the district's "
         "origin"},
        {"{\"id\":\"H2\",\"plan_m\":[[0,0],[1,null],[1,1]]}",
         "houses[1].plan_m[1][1]: a number is needed, not null"},
        {"{\"id\":\"H2\",\"plan_m\":[[0,0],[1,0],[1e999,1]]}",
         "houses[1].plan_m[2][0]: the number is too large"},
        {"{\"id\":\"H2\",\"plan_m\":[[0,0],[1,0],[1,-100001]]}",
         "houses[1].plan_m[2][1]: -100001 is not within -100000..100000"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct document d = sound;
        d.house = cases[i].body;
        expect_document(&d, 3, cases[i].fault);
    }
}

static void house_faults(void **state)
{
    static const struct fault_case cases[] = {
        {"{\"id\":\"H\"}", "houses[1].id: \"H\" is already the id of houses[0]"},
        {"{\"id\":\"H+2\"}", "houses[1].id: \"H+2\" is not an id (letters, digits and - : . / _, "
                             "first a letter or digit, at most 255)"},
        {"{\"id\":\"H2\",\"lat\":91}", "houses[1].lat: 91 is not within -90..90"},
        {"{\"id\":\"H2\",\"lon\":-180.5}", "houses[1].lon: -180.5 is not within -180..180"},
        {"{\"id\":\"H2\",\"lon\":1e999}", "houses[1].lon: the number is too large"},
        {"{\"id\":\"H2\",\"storeys\":2.5}",
         "houses[1].storeys: 2.5 is not a whole number within 1..100"},
        {"{\"id\":\"H2\",\"protection\":\"world\"}",
         "houses[1].protection: \"world\" is not a protection (none, district, city, national)"},
        {"{\"id\":\"H2\",\"adjoining\":[\"H\",\"H9\"]}",
         "houses[1].adjoining[1]: there is no house \"H9\""},
        {"{\"id\":\"H2\",\"adjoining\":[\"H2\"]}",
         "houses[1].adjoining[0]: \"H2\" is this house itself"},
        {"{\"id\":\"H2\",\"adjoining\":\"H\"}",
         "houses[1].adjoining: a list is needed, not a text"},
        {"{\"id\":\"H2\",\"elements\":[{\"id\":\"H/w\",\"kind\":\"wall\"}]}",
         "houses[1].elements[0].id: \"H/w\" is already the id of another element"},
        {"{\"id\":\"H2\",\"elements\":[{\"id\":\"x\",\"kind\":\"tower\"}]}",
         "houses[1].elements[0].kind: \"tower\" is not an element kind (wall, party_wall, "
         "gate_frame, lintel, beam, floor, purlin, truss, column, stair, foundation, roof, "
         "structure)"},
        {"{\"id\":\"H2\",\"elements\":[{\"id\":\"x\",\"kind\":\"wall\",\"weight\":-1}]}",
         "houses[1].elements[0].weight: -1 is not within 0..1000"},
        {"{\"id\":\"H2\",\"hight\":3}",
         "houses[1].hight: unknown key (id, name, lane, row, number, built, storeys, protection, "
         "lat, lon, adjoining, elements, note, plan_m)"},
        {"5", "houses[1]: an object is needed, not a number"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct document d = sound;
        d.house = cases[i].body;
        expect_document(&d, 3, cases[i].fault);
    }
}

#define UNIT_IS(q, u) "{\"id\":\"H/n/b\",\"quantity\":\"" q "\",\"unit\":\"" u "\",\"period_s\":60}"
#define WITH(members) "{" SENSOR_TEXT "," members "}"

static void sensor_faults(void **state)
{
    static const struct fault_case cases[] = {
        {UNIT_IS("tilt", "cm"),
         "sensors[1].unit: \"cm\" is not a unit of tilt (mm/m, deg, rad, arcsec)"},
        {UNIT_IS("crack", "mm"),
         "sensors[1].quantity: \"crack\" is not a quantity (crack_width, settlement, displacement, "
         "deflection, tilt, strain, velocity, acceleration, frequency, dominant_frequency, "
         "temperature, humidity, moisture_content, water_level, rain, leak, door, battery, rssi)"},
        {"{\"id\":\"H/n/b\",\"quantity\":\"tilt\",\"unit\":\"deg\"}",
         "sensors[1].period_s: missing, a number of seconds is needed"},
        {"{\"id\":\"H/n/b\",\"quantity\":\"tilt\",\"unit\":\"deg\",\"period_s\":0}",
         "sensors[1].period_s: 0 is not a number of seconds above 0, at most 10000000000"},
        {"{\"id\":\"H/n/b\",\"quantity\":\"tilt\",\"unit\":\"deg\",\"period_s\":1e300}",
         "sensors[1].period_s: 1e+300 is not a number of seconds above 0, at most 10000000000"},
        {"{\"id\":\"H/n/a\",\"quantity\":\"tilt\",\"unit\":\"deg\",\"period_s\":1}",
         "sensors[1].id: \"H/n/a\" is already the id of sensors[0]"},
        {WITH("\"house\":\"H7\""), "sensors[1].house: there is no house \"H7\""},
        {WITH("\"element\":\"H/x\""), "sensors[1].element: there is no element \"H/x\""},
        {WITH("\"house\":\"H\",\"element\":\"H2/w\""),
         "sensors[1].element: \"H2/w\" belongs to house \"H2\", not \"H\""},
        {WITH("\"environment\":[\"H/n/a\",\"H/n/t\"]"),
         "sensors[1].environment[1]: there is no sensor \"H/n/t\""},
        {WITH("\"limits\":\"goood\""),
         "sensors[1].limits: there is no set of limits \"goood\", did you mean \"good\"?"},
        {WITH("\"limits\":\"elsewhere\""),
         "sensors[1].limits: there is no set of limits \"elsewhere\""},
        {"{\"id\":\"H/n/"
         "b\",\"quantity\":\"tilt\",\"unit\":\"deg\",\"period_s\":1,\"limits\":\"good\"}",
         "sensors[1].limits: \"good\" is a set of limits for crack_width, not for tilt"},
        {"{\"id\":\"H/n/b\",\"quantity\":\"battery\",\"unit\":\"%\",\"period_s\":1,\"limits\":"
         "[{\"level\":1,\"of\":\"value\",\"value\":2.9,\"clear\":3,\"unit\":\"V\"}]}",
         "sensors[1].limits: limits in V cannot be compared with a battery in %"},
        {WITH("\"limits\":7"), "sensors[1].limits: a list is needed, not a number"},
        {WITH("\"range\":[5,5]"), "sensors[1].range: the first number is not below the second"},
        {WITH("\"range\":[5]"), "sensors[1].range: a pair [least, greatest] is needed"},
        {WITH("\"position_m\":[1,2]"),
         "sensors[1].position_m: three numbers are needed: x, y, z in m"},
        {WITH("\"position_m\":[1,2,\"3\"]"),
         "sensors[1].position_m[2]: a number is needed, not a text"},
        {WITH("\"resolution\":-1"), "sensors[1].resolution: -1 is not a resolution"},
        {WITH("\"medium\":\"air\""), "sensors[1].medium: \"air\" is not a medium (indoor, outdoor, "
                                     "wall, timber, ground)"},
        {WITH("\"mode\":0"), "sensors[1].mode: 0 is not a whole number within 1..99"},
        {WITH("\"installed\":\"yesterday\""),
         "sensors[1].installed: \"yesterday\" is not a time (RFC 3339, as 2026-03-01T00:00:00Z)"},
        {WITH("\"node\":\"H/n#\""),
         "sensors[1].node: \"H/n#\" is not an id (letters, digits and - : . / _)"},
        {WITH("\"quality\":{\"spike\":1}"),
         "sensors[1].quality.spike: unknown key (gap_s, fail, suspect, spike_suspect, spike_fail, "
         "rate_min_step, rate_fail_per_h, rate_suspect_per_h, flat_tolerance, flat_suspect_s, "
         "flat_fail_s, attenuated_suspect, attenuated_fail, attenuated_window_s)"},
        {WITH("\"quality\":{\"spike_fail\":-1}"),
         "sensors[1].quality.spike_fail: -1 is not a threshold from 0 up"},
        {WITH("\"quality\":{\"fail\":[2,1]}"),
         "sensors[1].quality.fail: the first number is not below the second"},
        {WITH("\"perid_s\":60"), "sensors[1].perid_s: unknown key, did you mean \"period_s\"?"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct document d = sound;
        d.sensor = cases[i].body;
        expect_document(&d, 4, cases[i].fault);
    }
}

static void epoch_faults(void **state)
{
    static const struct fault_case cases[] = {
        {"{\"t\":\"2026-13-01\",\"scope\":\"H\",\"kind\":\"repair\"}",
         "epochs[0].t: \"2026-13-01\" is not a time (RFC 3339, as 2026-03-01T00:00:00Z)"},
        {"{\"t\":\"2026-03-01\",\"scope\":\"Z\",\"kind\":\"repair\"}",
         "epochs[0].scope: \"Z\" is no sensor, element, house, row, lane or district"},
        {"{\"t\":\"2026-03-01\",\"scope\":\"H\",\"kind\":\"fire\"}",
         "epochs[0].kind: \"fire\" is not an epoch kind (repair, rezero, sensor_swap, excavation, "
         "renovation, vacant)"},
        {"{\"t\":\"2026-03-01\",\"until\":\"2026-03-01\",\"scope\":\"H\",\"kind\":\"vacant\"}",
         "epochs[0].until: not after the beginning t"},
        {"{\"scope\":\"H\",\"kind\":\"vacant\"}", "epochs[0].t: missing, a time is needed"},
    };
    static const char *const scopes[] = {"H/n/a", "H/w", "H", "R", "L", "D"};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct document d = sound;
        d.epoch = cases[i].body;
        expect_document(&d, 6, cases[i].fault);
    }
    for (size_t i = 0; i < sizeof scopes / sizeof *scopes; i++) {
        struct document d = sound;
        char text[100];
        snprintf(text, sizeof text, "{\"t\":\"2026-03-01\",\"scope\":\"%s\",\"kind\":\"rezero\"}",
                 scopes[i]);
        d.epoch = text;
        expect_document(&d, 0, NULL);
    }
}

static void limit_faults(void **state)
{
    static const struct fault_case cases[] = {
        {"\"level\":5,\"of\":\"change\",\"value\":1,\"unit\":\"mm\"",
         "level: 5 is not a whole number within 1..4"},
        {"\"level\":2,\"of\":\"slope\",\"value\":1,\"unit\":\"mm\"",
         "of: \"slope\" is not what a limit can be of (value, change, rate, percent_change, "
         "differential, event)"},
        {"\"level\":2,\"of\":\"change\",\"unit\":\"mm\"", "value: missing, a number is needed"},
        {"\"level\":2,\"of\":\"change\",\"value\":1,\"unit\":\"Hz\"",
         "unit: \"Hz\" is not a unit of crack_width (mm, um, cm, m)"},
        {"\"level\":2,\"of\":\"percent_change\",\"value\":1,\"unit\":\"mm\"",
         "unit: \"mm\" is not the unit of a percent change (%)"},
        {"\"level\":2,\"of\":\"rate\",\"value\":1,\"unit\":\"mm\"",
         "window_s: missing, a number of seconds is needed"},
        {"\"level\":2,\"of\":\"rate\",\"value\":1,\"unit\":\"mm\",\"window_s\":0",
         "window_s: 0 is not a number of seconds above 0, at most 10000000000"},
        {LIMIT_TEXT ",\"window_s\":60", "window_s: only a limit of a rate has a window"},
        {LIMIT_TEXT ",\"persist_s\":-1",
         "persist_s: -1 is not a number of seconds from 0 up, at most 10000000000"},
        {LIMIT_TEXT ",\"persist_s\":1e30",
         "persist_s: 1e+30 is not a number of seconds from 0 up, at most 10000000000"},
        {LIMIT_TEXT ",\"mark\":\"X\"", "mark: \"X\" is not a confidence mark (V, S, C, J, M)"},
        {LIMIT_TEXT ",\"clear\":1",
         "clear: must differ from value, or the limit is entered and left at once; below it, or "
         "above it for a lower limit"},
        {LIMIT_TEXT ",\"curve\":[[1,2]]",
         "curve: only a limit of an event has a curve, of 1..64 points"},
        {"\"level\":2,\"of\":\"event\",\"value\":1,\"unit\":\"mm\",\"curve\":[[10,2],[10,3]]",
         "curve[1]: the frequency does not ascend"},
        {"\"level\":2,\"of\":\"event\",\"value\":1,\"unit\":\"mm\",\"curve\":[[10]]",
         "curve[0]: a pair [frequency in Hz, value] is needed"},
        {"\"level\":2,\"of\":\"event\",\"value\":1,\"unit\":\"mm\",\"curve\":[[10,0]]",
         "curve[0][1]: 0 is not above 0"},
        {"\"level\":2,\"of\":\"event\",\"value\":1,\"clear\":2,\"unit\":\"mm\"",
         "clear: an event has no lower limit: must be below value"},
        {"\"level\":2,\"of\":\"change\",\"value\":1e306,\"unit\":\"m\"",
         "value: 1e+306 m cannot be converted"},
        {LIMIT_TEXT ",\"vlaue\":1", "vlaue: unknown key, did you mean \"value\"?"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct document d = sound;
        struct strbuf sensor = {0}, fault = {0};
        strbuf_printf(&sensor, WITH("\"limits\":[{" LIMIT_TEXT "},{%s}]"), cases[i].body);
        strbuf_printf(&fault, "sensors[1].limits[1].%s", cases[i].fault);
        d.sensor = strbuf_text(&sensor);
        expect_document(&d, 4, strbuf_text(&fault));
        strbuf_free(&sensor);
        strbuf_free(&fault);
    }
}

static void limit_file_faults(void **state)
{
#define SET(members) "{\n" members "}"
#define NAME         "\"name\":\"x\",\"quantity\":\"crack_width\""
#define ORIGIN       "\"source\":\"s\",\"clause\":\"c\""
    static const struct fault_case cases[] = {
        {SET(NAME ",\"limits\":[{" LIMIT_TEXT "," ORIGIN "}]"),
         "limits[0].mark: missing, a text is needed"},
        {SET(NAME ",\"limits\":[{" LIMIT_TEXT ",\"clause\":\"c\",\"mark\":\"J\"}]"),
         "limits[0].source: missing, a text is needed"},
        {SET(NAME ",\"limits\":[{" LIMIT_TEXT ",\"source\":\"c\",\"mark\":\"J\"}]"),
         "limits[0].clause: missing, a text is needed"},
        {SET(NAME ",\"limits\":[]"), "limits: empty, a limit is needed"},
        {SET(NAME ",\"limit\":1,\"limits\":[{" LIMIT_TEXT "," ORIGIN ",\"mark\":\"V\"}]"),
         "limit: unknown key, did you mean \"limits\"?"},
    };
    struct strbuf registry = {0};
    static const struct source_text twice[] = {{"a.json", SET_TEXT, sizeof SET_TEXT - 1},
                                               {"b.json", SET_TEXT, sizeof SET_TEXT - 1}};
    struct source_text text = {.file = "registry.json"};
    struct fault_list faults = {0};
    struct registry *r;

    (void)state;
    write_document(&registry, &sound);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect(strbuf_text(&registry), cases[i].body, "set.json", 2, cases[i].fault);
    text.text = registry.data;
    text.len = registry.len;
    assert_int_equal(registry_parse(&text, twice, 2, &faults, &r), ERR_CONFIG);
    assert_int_equal(faults.count, 1);
    assert_string_equal(faults.first->file, "b.json");
    assert_string_equal(faults.first->text, "name: \"good\" is already the name of another set");
    fault_list_free(&faults);
    strbuf_free(&registry);
}

/* All faults come at once, in the order of the documents. */
static void all_faults_are_reported(void **state)
{
    struct document d = sound;
    struct strbuf b = {0};
    struct fault_list faults = {0};
    struct source_text text = {.file = "r"};
    struct registry *r;
    static const int lines[] = {2, 3, 3, 4, 4, 6};
    int i = 0;

    (void)state;
    d.district = "{}";
    d.house = "{\"id\":\"H2\",\"lat\":100,\"built\":3}";
    d.sensor = "{\"id\":\"H/n/b\",\"quantity\":\"tilt\",\"unit\":\"kg\"}";
    d.epoch = "{\"t\":\"2026-03-01\",\"scope\":\"?\",\"kind\":\"repair\"}";
    write_document(&b, &d);
    text.text = b.data;
    text.len = b.len;
    assert_int_equal(registry_parse(&text, NULL, 0, &faults, &r), ERR_CONFIG);
    assert_int_equal(faults.count, 6);
    for (const struct fault *f = faults.first; f; f = f->next)
        assert_int_equal(f->line, lines[i++]);
    fault_list_free(&faults);
    strbuf_free(&b);
}

static void what_is_not_json(void **state)
{
    static const struct {
        const char *text;
        int line;
        const char *fault;
    } cases[] = {
        {"", 1, "document: not JSON: the end where a value is expected (byte 1)"},
        {"{\n\"a\":1,\n}", 3, "document: not JSON: no key in quotes (byte 10)"},
        {"{\n\"a\" 1}", 2, "document: not JSON: no ':' after a key (byte 7)"},
        {"[1,\n2\n3]", 3, "document: not JSON: no ',' or ']' behind a value (byte 7)"},
        {"{}\n\n{}", 3, "document: not JSON: something behind the end (byte 5)"},
        {"[01]", 1, "document: not JSON: no ',' or ']' behind a value (byte 3)"},
        {"[1.]", 1, "document: not JSON: a number that is not one in JSON (byte 4)"},
        {"[+1]", 1, "document: not JSON: no value (byte 2)"},
        {"[0.1234567890123456789012345678901234567890123456789012345678901]", 1,
         "document: not JSON: a number of too many digits (byte 65)"},
        {"[NaN]", 1, "document: not JSON: no value (byte 2)"},
        {"[nul]", 1, "document: not JSON: a word that is not true, false or null (byte 2)"},
        {"[\"a\nb\"]", 1,
         "document: not JSON: a line break or control character in a text (byte 4)"},
        {"[\"\\x\"]", 1, "document: not JSON: an escape that JSON does not have (byte 4)"},
        {"[\"\\u00\"]", 1, "document: not JSON: \\u without four hexadecimal digits (byte 7)"},
        {"[\"\\u0000\"]", 1, "document: not JSON: the character U+0000 (byte 9)"},
        {"[\"\\ud800\"]", 1, "document: not JSON: half a surrogate pair (byte 9)"},
        {"[\n\"\xff\"]", 2, "document: not JSON: text that is not UTF-8 (byte 4)"},
        {"[\"\xc0\xaf\"]", 1, "document: not JSON: text that is not UTF-8 (byte 3)"},
        {"[\"\xed\xa0\x80\"]", 1, "document: not JSON: text that is not UTF-8 (byte 3)"},
        {"[\"abc", 1, "document: not JSON: a text without its closing quote (byte 6)"},
        {"[]", 1, "document: an object is needed, not a list"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect(cases[i].text, SET_TEXT, "registry.json", cases[i].line, cases[i].fault);
}

static void deep_nesting(void **state)
{
    static const char *const open[] = {"[", "{\"a\":"};

    (void)state;
    for (size_t k = 0; k < 2; k++) {
        struct strbuf b = {0};
        struct fault_list faults = {0};
        struct source_text text = {.file = "r"};
        struct registry *r;
        for (int i = 0; i < 1000000; i++)
            strbuf_puts(&b, open[k]);
        text.text = b.data;
        text.len = b.len;
        assert_int_equal(registry_parse(&text, NULL, 0, &faults, &r), ERR_CONFIG);
        assert_int_equal(faults.count, 1);
        assert_non_null(strstr(faults.first->text, "nesting too deep"));
        fault_list_free(&faults);
        strbuf_free(&b);
    }
}

static void lines_of_paths(void **state)
{
    static const char text[] = "\xef\xbb\xbf{\n"
                               " \"a\": {\"x\\\"y\": 1,\n"
                               "  \"b\":\n"
                               "   2},\n"
                               " \"s\": [ {\"u\": \"}],:\"},\n"
                               "  [], {},\n"
                               "  { \"u\": \"mm\",\n"
                               "    \"v\": [1, 2,\n"
                               "      3] } ]\n"
                               "}\n";
    static const struct {
        const char *path;
        int line;
    } cases[] = {
        {"", 1},       {"a", 2},      {"a.b", 4},  {"s", 5},      {"s[0].u", 5},
        {"s[1]", 6},   {"s[2]", 6},   {"s[3]", 7}, {"s[3].v", 8}, {"s[3].v[2]", 9},
        {"s[3].w", 7}, {"s[9].u", 5}, {"zzz", 1},  {"a.b.c", 4},  {"s[3].v[9]", 8},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (json_line_of(text, sizeof text - 1, cases[i].path) != cases[i].line)
            fail_msg("%s: line %d, not %d", cases[i].path,
                     json_line_of(text, sizeof text - 1, cases[i].path), cases[i].line);
    assert_int_equal(json_line_of("{", 1, "a"), 1);
    assert_int_equal(json_line_of("", 0, ""), 1);
}

/* Said once, with how many; nothing when no sensor refers to a set. */
static void a_folder_that_is_not_there(void **state)
{
    const struct source_text folder = {"/etc/none", NULL, 0};
    struct document d = sound;

    (void)state;
    for (int named = 0; named < 2; named++) {
        struct strbuf registry = {0};
        struct fault_list faults = {0};
        struct registry *r;

        if (named)
            d.sensor = "{" SENSOR_TEXT ",\"limits\":\"one\"},{\"id\":\"H/n/c\",\"quantity\":"
                       "\"tilt\",\"unit\":\"deg\",\"period_s\":60,\"limits\":\"two\"}";
        write_document(&registry, &d);
        const struct source_text text = {"registry.json", registry.data, registry.len};
        assert_int_equal(registry_parse(&text, &folder, 1, &faults, &r),
                         named ? ERR_CONFIG : ERR_OK);
        assert_int_equal(faults.count, named);
        if (named) {
            assert_string_equal(faults.first->file, "/etc/none");
            assert_non_null(strstr(faults.first->text,
                                   "does not exist, but 2 of the sensors of registry.json"));
        }
        registry_free(r);
        fault_list_free(&faults);
        strbuf_free(&registry);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sound_document),
        cmocka_unit_test(district_faults),
        cmocka_unit_test(house_faults),
        cmocka_unit_test(plan_faults),
        cmocka_unit_test(sensor_faults),
        cmocka_unit_test(epoch_faults),
        cmocka_unit_test(limit_faults),
        cmocka_unit_test(limit_file_faults),
        cmocka_unit_test(all_faults_are_reported),
        cmocka_unit_test(what_is_not_json),
        cmocka_unit_test(deep_nesting),
        cmocka_unit_test(lines_of_paths),
        cmocka_unit_test(a_folder_that_is_not_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
