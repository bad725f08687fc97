/* Profiles as texts: their faults, and what each of their rules makes of messages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "profile_fixture.h"
#include "shikumen/base/utc.h"

#define RX_US 1795305600000000LL /* 2026-11-22T00:00:00Z */

struct fixture {
    struct arena texts, arena;
    struct profile_set *set;
    struct profile_memory *memory;
    struct profile_result r;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    *state = f;
    return f ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    profile_set_free(f->set);
    profile_memory_free(f->memory);
    arena_free(&f->texts);
    arena_free(&f->arena);
    free(f);
    return 0;
}

/* --- helpers --- */

#define HEAD "'version':1,'title':'t',"

static void load_many(struct fixture *f, const char *const *texts, size_t count)
{
    struct fault_list faults = {0};

    profile_set_free(f->set);
    f->set = profiles_of(&f->texts, texts, count, &faults);
    if (!f->set)
        fail_msg("%s", faults.first ? faults.first->text : "no memory");
    fault_list_free(&faults);
}

/* A profile on topic x/{device} with these members. */
static void load(struct fixture *f, const char *members)
{
    const char *text = arena_printf(&f->texts,
                                    "{'id':'p'," HEAD "'topic':'x/{device}',"
                                    "'device':{'topic':'device'},%s}",
                                    members);

    load_many(f, &text, 1);
}

static bool zone_of_test(const void *context, const char *zone, int64_t wall_us, int64_t *utc_us)
{
    (void)context;
    *utc_us = wall_us - 2 * 3600 * 1000000LL;
    return strcmp(zone, "Test/Zone") == 0;
}

static const struct profile_result *publish_bytes(struct fixture *f, const char *topic,
                                                  const void *payload, size_t n)
{
    struct profile_context c = {
        .set = f->set, .memory = f->memory, .zone = zone_of_test, .district_zone = "+08:00"};
    struct message m = {topic, payload, n, RX_US};

    arena_reset(&f->arena);
    assert_int_equal(profile_decode(&c, &m, &f->arena, &f->r), ERR_OK);
    return &f->r;
}

static const struct profile_result *publish(struct fixture *f, const char *topic,
                                            const char *payload)
{
    char *text = quoted(&f->texts, payload);

    return publish_bytes(f, topic, text, strlen(text));
}

static void expect_number(struct fixture *f, size_t i, const char *channel, double v)
{
    const struct profile_reading *r = &f->r.readings[i];

    assert_true(i < f->r.reading_count);
    assert_string_equal(r->channel, channel);
    if (r->fault || r->value != v)
        fail_msg("%s is %.17g (%s), not %.17g", channel, r->value, r->fault ? r->fault : "", v);
}

static int64_t us(const char *text)
{
    int64_t t_us;

    assert_int_equal(utc_parse(text, &t_us), ERR_OK);
    return t_us;
}

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
        {P("'state':{'ptr':'/a'}"), "state: needs ptr, and online"},
        {P("'csv':{'separator':'ab'}"), "one character"},
        {P("'each':'x'"), "each: a JSON Pointer"},
        {P("'ports':[300]"), "ports[0]: a port"},
        {P("'bytes':{'layout':'fixed','items':[]}"), "bytes: needs ptr"},
        {P("'bytes':{'ptr':'/d','layout':'tlv','items':[{'id':'01'}]}"), "4 hexadecimal digits"},
        {P("'bytes':{'ptr':'/d','layout':'flagged','items':[{}]}"), "items[0].flag: missing"},
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

/* --- values --- */

static void numbers_come_in_many_dresses(void **state)
{
    struct fixture *f = *state;

    load(f, "'values':[{'name':'v','ptr':['/a','/b/c'],'missing':['n/a','-999','Err*'],"
            "'map':{'open':1,'true':5},'scale':0.01,'offset':1}]");
#define GIVES(payload, v)                                                                          \
    do {                                                                                           \
        publish(f, "x/d", payload);                                                                \
        assert_int_equal(f->r.reading_count, 1);                                                   \
        expect_number(f, 0, "v", v);                                                               \
    } while (0)
    GIVES("{'a':1815}", 19.15);
    GIVES("{'a':' -1.5e2 '}", -0.5);
    GIVES("{'a':{'displayName':'A','value':200,'unit':'x'}}", 3);
    GIVES("{'a':null,'b':{'c':100}}", 2);
    GIVES("{'a':'OPEN'}", 1.01);
    GIVES("{'a':true}", 1.05);
    GIVES("{'a':false}", 1);
#undef GIVES
    for (const char *const *gap =
             (const char *const[]){"{'a':'N/A'}", "{'a':-999}", "{'a':'-999.0'}", "{'a':'Error 7'}",
                                   "{'b':{}}", NULL};
         *gap; gap++)
        assert_int_equal(publish(f, "x/d", *gap)->reading_count, 0);
    for (const char *const *odd =
             (const char *const[]){"{'a':'nan'}", "{'a':'0x10'}", "{'a':'1,5'}", "{'a':[1]}",
                                   "{'a':''}", "{'a':'1e999'}", "{'a':'12abc'}", NULL};
         *odd; odd++) {
        publish(f, "x/d", *odd);
        assert_int_equal(f->r.reading_count, 1);
        assert_non_null(f->r.readings[0].fault);
    }
}

static void ranges_flag_and_units_convert(void **state)
{
    struct fixture *f = *state;

    load(
        f,
        "'values':[{'name':'t','ptr':'/t','quantity':'temperature','unit':'Cel','min':-40,'max':85,"
        "'units':{'ptr':'^/u','F':{'unit':'Cel','scale':0.5555555555555556,'offset':"
        "-17.77777777777778},'K':{'unit':'K'}}}]");
    publish(f, "x/d", "{'t':20}");
    expect_number(f, 0, "t", 20);
    assert_false(f->r.readings[0].outside);
    publish(f, "x/d", "{'t':86}");
    assert_true(f->r.readings[0].outside);
    publish(f, "x/d", "{'t':212,'u':'F'}");
    assert_true(fabs(f->r.readings[0].value - 100) < 1e-9 && f->r.readings[0].outside);
    publish(f, "x/d", "{'t':300,'u':'K'}");
    assert_string_equal(f->r.readings[0].unit, "K");
    publish(f, "x/d", "{'t':300,'u':'R'}");
    assert_non_null(f->r.readings[0].fault);
}

static void lists_and_members_are_gone_through(void **state)
{
    struct fixture *f = *state;

    load(f, "'values':[{'name':'top','ptr':'/top'}],'parts':[{'each_member':'/chips','each':'/log',"
            "'channel':{'ptr':'/id','member':true},'time':{'ptr':'/t','format':'unix'},"
            "'values':[{'name':'v','ptr':'/v','match':{'/ok':'!false'}},{'ptr':'/*'}]}]");
    publish(
        f, "x/d",
        "{'top':1,'chips':{'A':{'log':[{'t':1700000000,'v':1},{'t':1700000060,'v':2,'ok':false}]},"
        "'B':{'log':[{'id':'b7','v':3,'w':4}]},'C':5}}");
    assert_int_equal(f->r.reading_count, 6);
    expect_number(f, 0, "top", 1);
    expect_number(f, 1, "A/v", 1);
    assert_true(f->r.readings[1].t_us == 1700000000000000LL);
    expect_number(f, 2, "A/v", 2); /* by the rule for whatever is there */
    expect_number(f, 3, "A/ok", 0);
    expect_number(f, 4, "b7/v", 3);
    assert_true(f->r.readings[4].t_us == RX_US && f->r.uses_arrival_time);
    expect_number(f, 5, "b7/w", 4);
}

/* --- time --- */

static void times_are_read_in_all_formats(void **state)
{
    static const struct {
        const char *time, *payload, *utc;
    } cases[] = {
        {"", "{'t':'2026-03-01T08:00:00+08:00','v':1}", "2026-03-01T00:00:00Z"},
        {"", "{'t':'2026-03-01T08:00:00.123456789Z','v':1}", "2026-03-01T08:00:00.123456Z"},
        {"", "{'t':'2026-03-01 08:00:00','v':1}", "2026-03-01T00:00:00Z"}, /* the district's */
        {"", "{'t':1772323200,'v':1}", "2026-03-01T00:00:00Z"},
        {"", "{'t':1772323200250,'v':1}", "2026-03-01T00:00:00.25Z"},
        {"", "{'t':'1772323200250','v':1}", "2026-03-01T00:00:00.25Z"},
        {"", "{'t':1772323200250000,'v':1}", "2026-03-01T00:00:00.25Z"},
        {",'format':'unix_us'", "{'t':1772323200250000,'v':1}", "2026-03-01T00:00:00.25Z"},
        {",'zone':'UTC'", "{'t':'2026-03-01T08:00:00','v':1}", "2026-03-01T08:00:00Z"},
        {",'zone':'-03:30'", "{'t':'2026-03-01T08:00:00','v':1}", "2026-03-01T11:30:00Z"},
        {",'zone':'Test/Zone'", "{'t':'2026-03-01T08:00:00.5','v':1}", "2026-03-01T06:00:00.5Z"},
        {",'zone':'No/Where'", "{'t':'2026-03-01T08:00:00','v':1}", NULL},
        {",'format':'DD.MM.YYYY hh:mm:ss'", "{'t':'01.03.2026 08:00:00','v':1}",
         "2026-03-01T00:00:00Z"},
        {",'format':'D/M/YY hh:mm'", "{'t':'1/3/26 08:00','v':1}", NULL}, /* needs DD, MM */
        {",'format':'DD/MM/YY hh:mm','zone':'UTC'", "{'t':'1/3/26 08:00','v':1}",
         "2026-03-01T08:00:00Z"},
        {"", "{'t':'1970-01-01T00:00:09','v':1}", NULL}, /* a clock that was never set */
        {"", "{'t':'2026-13-01T00:00:00Z','v':1}", NULL},
        {"", "{'t':'2026-02-30T00:00:00Z','v':1}", NULL},
        {"", "{'t':1e300,'v':1}", NULL},
        {"", "{'t':-1e300,'v':1}", NULL},
        {"", "{'t':[],'v':1}", NULL},
        {"", "{'v':1}", NULL},
        {",'format':'rfc3339'", "{'t':1772323200,'v':1}", NULL},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (strstr(cases[i].time, "D/M/YY h"))
            continue;
        load(f, arena_printf(&f->texts, "'time':{'ptr':'/t'%s},'values':[{'name':'v','ptr':'/v'}]",
                             cases[i].time));
        publish(f, "x/d", cases[i].payload);
        assert_int_equal(f->r.reading_count, 1);
        if (f->r.readings[0].t_us != (cases[i].utc ? us(cases[i].utc) : RX_US))
            fail_msg("%s %s", cases[i].time, cases[i].payload);
        assert_string_equal(f->r.readings[0].clock, cases[i].utc ? "device" : "arrival");
        assert_true(f->r.uses_arrival_time == !cases[i].utc);
    }
}

static void clocks_are_checked_and_may_be_demanded(void **state)
{
    struct fixture *f = *state;

    load(f,
         "'time':{'ptr':['/t','/u'],'check':'/g','within_s':60,'clock':'server','fallback':'none'},"
         "'values':[{'name':'v','ptr':'/v'}]");
    publish(f, "x/d", "{'t':1772323200,'g':1772323250,'v':1}");
    assert_string_equal(f->r.readings[0].clock, "server");
    publish(f, "x/d", "{'t':1772323200,'g':1772323290,'v':1}");
    assert_string_equal(f->r.readings[0].clock, "suspect");
    publish(f, "x/d", "{'t':'soon','u':1772323200,'v':1}");
    assert_true(f->r.readings[0].t_us == 1772323200000000LL);
    publish(f, "x/d", "{'v':1}");
    assert_string_equal(f->r.readings[0].fault, "no time");
}

/* What a broker has kept says nothing about when it was true. */
static void kept_messages_have_no_arrival(void **state)
{
    struct fixture *f = *state;
    struct profile_context c = {.retained = true};
    struct message m = {"x/d", "{\"v\":1}", 7, RX_US};

    load(f, "'time':{'ptr':'/t'},'values':[{'name':'v','ptr':'/v'}]");
    c.set = f->set;
    assert_int_equal(profile_decode(&c, &m, &f->arena, &f->r), ERR_OK);
    assert_string_equal(f->r.readings[0].fault, "no time");
    m.payload = "{\"v\":1,\"t\":1772323200}";
    m.payload_len = strlen(m.payload);
    assert_int_equal(profile_decode(&c, &m, &f->arena, &f->r), ERR_OK);
    assert_null(f->r.readings[0].fault);
}

/* --- other formats --- */

static void plain_words_and_lines_are_documents(void **state)
{
    static const char lines[] = "Zeit;\"Breite \"\"mm\"\"\";x\r\n01.03.2026 08:00;1,25;a\r\n\r\n"
                                "01.03.2026 09:00;\"-0,5\";\"b;c\"\r\n";
    struct fixture *f = *state;

    load(f, "'format':'scalar','values':[{'name':'v','ptr':'/value'}],"
            "'state':{'ptr':'/value','online':'on*','offline':'off'}");
    publish(f, "x/d", "21.5");
    expect_number(f, 0, "v", 21.5);
    publish(f, "x/d", "OFF");
    assert_int_equal(f->r.state_count, 1);
    assert_false(f->r.states[0].online);
    assert_null(publish_bytes(f, "x/d", "1\0002", 3)->envelope);
    load(f, "'format':'csv','csv':{'separator':';','header':true,'decimal_comma':true},'each':'',"
            "'time':{'ptr':'/Zeit','format':'DD.MM.YYYY hh:mm','zone':'UTC'},"
            "'values':[{'name':'v','ptr':'/Breite \\\"mm\\\"'}]");
    publish_bytes(f, "x/d", lines, strlen(lines));
    assert_int_equal(f->r.reading_count, 2);
    expect_number(f, 0, "v", 1.25);
    expect_number(f, 1, "v", -0.5);
    assert_true(f->r.readings[1].t_us == us("2026-03-01T09:00:00Z"));
}

/* --- memory --- */

static void repeats_and_gaps_are_noticed(void **state)
{
    struct fixture *f = *state;

    f->memory = profile_memory_new();
    load(f, "'dedup':'/id','seq':'/n','seq_modulo':256,'values':[{'name':'v','ptr':'/v'}]");
    assert_false(publish(f, "x/d", "{'id':'a','n':254,'v':1}")->repeated);
    assert_true(publish(f, "x/d", "{'id':'a','n':254,'v':1}")->repeated);
    assert_false(publish(f, "x/e", "{'id':'a','n':7,'v':1}")->repeated);    /* another device */
    assert_int_equal(publish(f, "x/d", "{'id':'b','n':1,'v':1}")->lost, 2); /* 255 and 0 */
    assert_int_equal(publish(f, "x/d", "{'id':'c','n':2,'v':1}")->lost, 0);
    profile_memory_forget(f->memory);
    assert_false(publish(f, "x/d", "{'id':'a','n':9,'v':1}")->repeated);
    assert_int_equal(f->r.lost, 0);
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
        TEST(faults_name_their_place),
        TEST(all_faults_are_told_at_once),
        TEST(the_first_that_fits_wins),
        TEST(topics_give_their_captures),
        TEST(numbers_come_in_many_dresses),
        TEST(ranges_flag_and_units_convert),
        TEST(lists_and_members_are_gone_through),
        TEST(times_are_read_in_all_formats),
        TEST(clocks_are_checked_and_may_be_demanded),
        TEST(kept_messages_have_no_arrival),
        TEST(plain_words_and_lines_are_documents),
        TEST(repeats_and_gaps_are_noticed),
        TEST(bytes_of_every_type),
        TEST(no_division_by_nothing),
        TEST(flags_must_fit_the_length),
        TEST(devices_are_told_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
