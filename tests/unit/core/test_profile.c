/* Profiles as texts: their faults, and what each of their rules makes of messages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "profile_rules.h"

/* --- faults of profiles --- */

static void expect_fault(const char *text, const char *where)
{
    struct arena arena = {0};
    struct fault_list faults = {0};
    struct profile_set *set = profiles_of(&arena, &text, 1, &faults);
    bool found = false;

    assert_null(set);
    assert_true(faults.count > 0);
    for (const struct fault *x = faults.first; x; x = x->next)
        found = found || strstr(x->text, where);
    if (!found)
        fail_msg("%s: %s", text, faults.first->text);
    fault_list_free(&faults);
    arena_free(&arena);
}

static void faults_name_their_place(void **state)
{
#define P(members) "{'id':'p'," HEAD "'topic':'x'," members "}"
    static const struct {
        const char *text, *where;
    } cases[] = {
        {"[", ""},
        {"{}", "id: missing"},
        {"{'id':'P'," HEAD "'topic':'x'}", "id: an id is made of"},
        {"{'id':'p','title':'t','topic':'x'}", "version: missing"},
        {"{'id':'p'," HEAD "'values':[]}", "neither topic"},
        {P("'inside':['p']"), "topic: a device inside"},
        {P("'formt':'json'"), "did you mean \"format\"?"},
        {P("'format':'xml'"), "is not a format (json, senml"},
        {P("'models':['x']"), "tell devices inside"},
        {P("'values':[{'name':'a'}]"), "values[0].ptr: missing"},
        {P("'values':[{'ptr':'/a'}]"), "values[0]: needs a name"},
        {P("'values':[{'name':'a','ptr':'a'}]"), "begins with"},
        {P("'values':[{'name':'a','ptr':'/a~2'}]"), "\"~\" is written"},
        {P("'values':[{'name':'a','ptr':['/a','/*']}]"), "either all pointers"},
        {P("'values':[{'name':'a','ptr':'/a','quantity':'tild','unit':'deg'}]"),
         "values[0].quantity"},
        {P("'values':[{'name':'a','ptr':'/a','quantity':'tilt'}]"), "values[0].unit: missing"},
        {P("'values':[{'name':'a','ptr':'/a','quantity':'tilt','unit':'mm'}]"), "mm/m, deg, rad"},
        {P("'values':[{'name':'a','ptr':'/a','min':2,'max':1}]"), "values[0].max: below min"},
        {P("'values':[{'name':'a','ptr':'/a','role':'x'}]"), "measure, health, event"},
        {P("'values':[{'name':'a','ptr':'/a','map':{'x':'y'}}]"), "values[0].map.x: a number"},
        {P("'values':[{'name':'a','ptr':'/a','units':{'F':{'unit':'Cel'}}}]"), "needs ptr"},
        {P("'time':{'format':'noon'}"), "time.format"},
        {P("'time':{'fallback':'x'}"), "receive, none"},
        {P("'device':{}"), "device: needs ptr"},
        {P("'device':{'topic':'house'}"), "device: no topic has a {house}"},
        {P("'parts':[{'channel':{'topic':'c'}}]"), "parts[0].channel: no topic has a {c}"},
        {P("'state':{'ptr':'/a'}"), "state: needs ptr, and online"},
        {P("'csv':{'separator':'ab'}"), "one character"},
        {P("'each':'x'"), "each: a JSON Pointer"},
        {P("'ports':[300]"), "ports[0]: a port"},
        {P("'bytes':{'layout':'fixed','items':[]}"), "bytes: needs ptr"},
        {P("'bytes':{'ptr':'/d','layout':'tlv','items':[{'id':'01'}]}"), "4 hexadecimal digits"},
        {P("'bytes':{'ptr':'/d','layout':'flagged','items':[{}]}"), "items[0].flag: missing"},
        {P("'bytes':{'ptr':'/d','layout':'fixed','items':[{'when':{'at':0,'is':'x43'}}]}"),
         "items[0].when.is: a byte is"},
        {P("'bytes':{'ptr':'/d','layout':'fixed','items':[{'when':{'at':0,'is':[1,'0x100']}}]}"),
         "items[0].when.is: a byte is"},
        {P("'bytes':{'ptr':'/d','layout':'fixed','items':[{'fields':[{'name':'a','type':'u7'}]}]}"),
         "fields[0].type"},
        {P("'bytes':{'ptr':'/"
           "d','layout':'fixed','items':[{'fields':[{'name':'a','type':'u8','over':"
           "'b'}]}]}"),
         "no field before"},
        {"{'id':'p'," HEAD "'inside':['nowhere']}", "no profile has the id \"nowhere\""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_fault(cases[i].text, cases[i].where);
}

static void all_faults_are_told_at_once(void **state)
{
    static const char *const texts[] = {
        "{'id':'a'," HEAD "'topic':'x','values':[{'ptr':'x','unit':1},{'ptr':'/a','scale':'x'}]}",
        "{'id':'a'," HEAD "'topic':'y','nonsense':1}"};
    struct fixture *f = *state;
    struct fault_list faults = {0};

    assert_null(profiles_of(&f->texts, texts, 2, &faults));
    assert_true(faults.count >= 6);
    assert_string_equal(faults.first->file, "0.json");
    assert_string_equal(faults.last->file, "1.json");
    fault_list_free(&faults);
}

/* --- which profile --- */

static void the_first_that_fits_wins(void **state)
{
    static const char *const texts[] = {
        "{'id':'one'," HEAD
        "'topic':'a/+','match':{'/kind':['x*','y']},'values':[{'name':'v','ptr':'/v'}]}",
        "{'id':'two'," HEAD
        "'topic':['b/#','a/{d}'],'match':{'/kind':'!x*'},'values':[{'name':'v','ptr':'/v'}]}",
        "{'id':'three'," HEAD "'topic':'#','values':[{'name':'v','ptr':'/v'}]}"};
    struct fixture *f = *state;

    load_many(f, texts, 3);
    assert_string_equal(publish(f, "a/1", "{'kind':'X-ray','v':1}")->envelope->id, "one");
    assert_string_equal(publish(f, "a/1", "{'kind':'z','v':1}")->envelope->id, "two");
    assert_string_equal(publish(f, "a/1", "{'v':1}")->envelope->id, "two");
    assert_string_equal(publish(f, "b/1/2", "{'kind':'y','v':1}")->envelope->id, "two");
    assert_string_equal(publish(f, "b/1/2", "{'kind':'xy','v':1}")->envelope->id, "three");
    assert_string_equal(publish(f, "c", "{'v':1}")->envelope->id, "three");
    assert_null(publish(f, "c", "not json")->envelope);
    assert_non_null(f->r.why);
}

static void topics_give_their_captures(void **state)
{
    static const struct {
        const char *filter, *topic, *device; /* NULL: does not fit */
    } cases[] = {
        {"a/{device}/c", "a/b/c", "b"},
        {"a/{device}/c", "a//c", NULL},
        {"a/{device}/c", "a/b/c/d", NULL},
        {"a/{device...}", "a/b/c/d", "b/c/d"},
        {"a/{device...}/set", "a/b/c/set", "b/c"},
        {"a/{device...}/set", "a/set", NULL},
        {"{device}/x/#", "b/x/y/z", "b"},
        {"{device}/x/#", "b/x", "b"},
        {"+/{device}", "a/24-E1-24-71-3B-49-00-01", "24e124713b490001"},
        {"+/{device}", "a/eui-24E124713B490001", "24e124713b490001"},
        {"+/{device}", "a/AgICAgICAgI=", "0202020202020202"},
        {"+/{device}", "a/Front Door", "Front Door"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *text = arena_printf(&f->texts,
                                        "{'id':'p'," HEAD "'topic':'%s','device':{'topic':"
                                        "'device'},'values':[{'name':'v','ptr':'/v'}]}",
                                        cases[i].filter);
        load_many(f, &text, 1);
        publish(f, cases[i].topic, "{'v':1}");
        if (!cases[i].device != !f->r.envelope)
            fail_msg("%s: %s", cases[i].filter, cases[i].topic);
        if (cases[i].device)
            assert_string_equal(f->r.readings[0].device, cases[i].device);
    }
}

/* --- bytes --- */

static void bytes_of_every_type(void **state)
{
    struct fixture *f = *state;

    load(
        f,
        "'bytes':{'ptr':'/d','encoding':'hex','layout':'fixed','items':[{'fields':["
        "{'name':'u8','type':'u8'},{'name':'i8','type':'i8'},{'name':'u16','type':'u16be'},"
        "{'name':'i16','type':'i16le'},{'name':'u24','type':'u24be'},{'name':'i24','type':'i24le'},"
        "{'name':'u32','type':'u32le'},{'name':'i32','type':'i32be'},{'name':'f32','type':'f32le'},"
        "{'name':'bits','type':'u16be','at':2,'bit':4,'bits':8},"
        "{'name':'low','type':'i16le','at':4,'bit':1,'bits':15,'scale':0.01},"
        "{'name':'ratio','type':'u8','at':0,'over':'u16'},"
        "{'name':'square','type':'u8','at':0,'power':2,'offset':1},"
        "{'name':'sum','type':'u8','at':0,'plus':'u16','plus_scale':2},"
        "{'name':'gone','type':'u8','at':0,'missing':['255']},"
        "{'name':'secret','type':'u8','at':0,'hidden':true}]}]},"
        "'values':[{'ptr':'/bytes/*'}]");
    publish(f, "x/d", "{'d':'FFFE01000300010000feffff00000080fffffffe0000c03f'}");
    static const struct {
        const char *name;
        double v;
    } expected[] = {
        {"u8", 255},       {"i8", -2},   {"u16", 256},          {"i16", 3},
        {"u24", 65536},    {"i24", -2},  {"u32", 2147483648.0}, {"i32", -2},
        {"f32", 1.5},      {"bits", 16}, {"low", 0.01},         {"ratio", 255.0 / 256},
        {"square", 65026}, {"sum", 767},
    };
    assert_int_equal(f->r.reading_count, sizeof expected / sizeof *expected);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        expect_number(f, i, expected[i].name, expected[i].v);
    publish(f, "x/d", "{'d':'FFFE01'}");
    assert_string_equal(f->r.why, "shorter than its fields");
    publish(f, "x/d", "{'d':'FFF'}");
    assert_string_equal(f->r.why, "the bytes are not hexadecimal");
}

static void no_division_by_nothing(void **state)
{
    struct fixture *f = *state;

    load(f, "'bytes':{'ptr':'/d','encoding':'hex','layout':'fixed','items':[{'fields':["
            "{'name':'a','type':'u8'},{'name':'b','type':'u8','over':'a'}]}]},"
            "'values':[{'ptr':'/bytes/*'}]");
    publish(f, "x/d", "{'d':'0005'}");
    assert_int_equal(f->r.reading_count, 1);
    expect_number(f, 0, "a", 0);
}

static void flags_must_fit_the_length(void **state)
{
    static const struct {
        const char *hex, *why;
    } cases[] = {
        {"02000100010005", NULL},
        {"0200010003000500070009", NULL},
        {"020001000100", "shorter than its flags say"},
        {"0200010001000500", "longer than its flags say"},
        {"0200010004000500", "flags that the layout does not know"},
        {"01000100010005", "version 1, wanted 2"},
        {"0200", "shorter than its header"},
    };
    struct fixture *f = *state;

    load(f, "'bytes':{'ptr':'/d','encoding':'hex','layout':'flagged','version':2,'items':["
            "{'flag':0,'fields':[{'name':'a','type':'u16be'}]},"
            "{'flag':1,'size':4,'fields':[{'name':'b','type':'u16be'}]}]},"
            "'values':[{'ptr':'/bytes/*'}]");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        publish(f, "x/d", arena_printf(&f->texts, "{'d':'%s'}", cases[i].hex));
        assert_string_equal(f->r.why ? f->r.why : "", cases[i].why ? cases[i].why : "");
        assert_true((f->r.reading_count > 0) == !cases[i].why);
    }
}

/* --- devices inside --- */

static void devices_are_told_apart(void **state)
{
    static const char *const texts[] = {
        "{'id':'net'," HEAD
        "'topic':'n/{d}','carries':'kind','device':{'topic':'d'},'model':'/model',"
        "'port':'/port','object':'/object','bytes':{'ptr':'/data','encoding':'hex'}}",
        "{'id':'by-name'," HEAD
        "'inside':['kind'],'models':['*NAME*'],'values':[{'name':'v','ptr':'/v'}]}",
        "{'id':'by-field'," HEAD
        "'inside':['net'],'models':['f'],'fields':['/only||/else'],'ports':[2,3],"
        "'values':[{'name':'v','ptr':'/v'}]}",
        "{'id':'by-bytes'," HEAD
        "'inside':['kind'],'models':['b'],'values':[{'name':'t','ptr':'/t'}],"
        "'bytes':{'layout':'tlv','identifies':true,'items':[{'id':'0101','fields':[{'name':'t','"
        "type':"
        "'u8'}]},{'id':'ff01','size':1}]}}"};
    struct fixture *f = *state;

    load_many(f, texts, 4);
    publish(f, "n/d", "{'model':'a name b','object':{'v':1},'port':9}");
    assert_string_equal(f->r.device->id, "by-name");
    publish(f, "n/d", "{'model':'?','object':{'v':1,'else':0},'port':3}");
    assert_string_equal(f->r.device->id, "by-field");
    publish(f, "n/d", "{'model':'?','object':{'v':1,'else':0},'port':4}");
    assert_null(f->r.device);
    assert_non_null(f->r.why);
    publish(f, "n/d", "{'model':'?','data':'ff0107010109'}");
    assert_string_equal(f->r.device->id, "by-bytes");
    expect_number(f, 0, "t", 9);
    publish(f, "n/d", "{'model':'?','data':'ff0107'}"); /* what every device tells */
    assert_null(f->r.device);
    publish(f, "n/d", "{'model':'b','data':'0101090202'}"); /* an item that is not known */
    assert_string_equal(f->r.device->id, "by-bytes");
    expect_number(f, 0, "t", 9);
    publish(f, "n/d", "{'model':'b','object':'{\\'t\\':5}','port':1}"); /* JSON inside a text */
    publish(f, "n/d", "{'model':'b'}");
    assert_null(f->r.why); /* an uplink without a payload */
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(faults_name_their_place),   TEST(all_faults_are_told_at_once),
        TEST(the_first_that_fits_wins),  TEST(topics_give_their_captures),
        TEST(bytes_of_every_type),       TEST(no_division_by_nothing),
        TEST(flags_must_fit_the_length), TEST(devices_are_told_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
