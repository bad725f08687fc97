/* What values and times of profiles make of messages, and what is remembered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "profile_rules.h"

/* --- values --- */

static void numbers_come_in_many_dresses(void **state)
{
    struct fixture *f = *state;

    load(f, "'values':[{'name':'v','ptr':['/a','/b/c'],'missing':['n/a',-999,'Err*'],"
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

/* "1201 mm": the unit is the value's own, another of its quantity, or whatever is known. */
static void units_may_stand_behind_numbers(void **state)
{
    struct fixture *f = *state;

    load(f,
         "'values':[{'name':'d','ptr':'/d','quantity':'displacement','unit':'mm','max':2000},"
         "{'name':'s','ptr':'/s','quantity':'displacement','unit':'mm','scale':0.1},{'ptr':'/*'}]");
    publish(f, "x/d", "{'d':'1201 mm'}");
    expect_number(f, 0, "d", 1201);
    assert_string_equal(f->r.readings[0].unit, "mm");
    publish(f, "x/d", "{'d':'12.5cm','s':'12010 mm'}");
    expect_number(f, 0, "d", 12.5);
    assert_string_equal(f->r.readings[0].unit, "cm");
    expect_number(f, 1, "s", 1201);
    publish(f, "x/d", "{'d':'3 kPa','s':'12 cm'}"); /* a scale is for its own unit only */
    assert_non_null(f->r.readings[0].fault);
    assert_non_null(f->r.readings[1].fault);
    publish(f, "x/d", "{'w':'21.5 Cel','z':'2 wires','i':'inf mm','h':'0x1 mm'}");
    assert_int_equal(f->r.reading_count, 1);
    expect_number(f, 0, "w", 21.5);
    assert_string_equal(f->r.readings[0].unit, "Cel");
}

/* {"value": …, "unit": …}: one that the value can have, in the spelling of people; others say no
 * more than the registered sensor. */
static void units_may_stand_beside_values(void **state)
{
    struct fixture *f = *state;

    load(f,
         "'values':[{'name':'t','ptr':'/t','quantity':'temperature','unit':'Cel'},"
         "{'name':'h','ptr':'/h','quantity':'humidity','unit':'%RH'},"
         "{'name':'s','ptr':'/s','quantity':'temperature','unit':'Cel','scale':0.1},{'ptr':'/*'}]");
    publish(
        f, "x/d",
        "{'t':{'value':70.7,'unit':'°F'},'h':{'value':50,'unit':'%'},'s':{'value':215,'unit':'°C'},"
        "'w':{'value':1.5,'unit':'µm'},'y':{'unit':'furlong','value':2},'z':'3 ℃'}");
    assert_int_equal(f->r.reading_count, 6);
    assert_string_equal(f->r.readings[0].unit, "degF");
    expect_number(f, 0, "t", 70.7);
    assert_string_equal(f->r.readings[1].unit, "%RH"); /* the same unit */
    expect_number(f, 2, "s", 21.5);                    /* a scale is for its own unit */
    assert_string_equal(f->r.readings[2].unit, "Cel");
    assert_string_equal(f->r.readings[3].unit, "um");
    assert_null(f->r.readings[4].unit);
    expect_number(f, 5, "z", 3);
    assert_string_equal(f->r.readings[5].unit, "Cel");
    publish(f, "x/d", "{'t':{'value':70.7,'unit':'mm'},'w':{'unit':'um'}}");
    assert_int_equal(f->r.reading_count, 1); /* millimetres are no temperature: not believed */
    assert_string_equal(f->r.readings[0].unit, "Cel");
}

/* Objects in objects as a/b, to a depth; what has a name of its own is no second channel, unless it
 * only tells how the device is; lists are not guessed at. */
static void every_number_below(void **state)
{
    struct fixture *f = *state;

    load(f, "'values':[{'name':'t','ptr':'/a/t','missing':'99'},"
            "{'name':'battery','ptr':'/v','quantity':'battery','unit':'V','role':'health'},"
            "{'ptr':'/**'}]");
    publish(f, "x/d",
            "{'a':{'t':1,'u':{'w':2}},'v':3,'b':{'value':4},'l':[{'value':5}],"
            "'c':{'c':{'c':{'c':{'c':{'c':6}}}}},'e':{}}");
    assert_int_equal(f->r.reading_count, 5);
    expect_number(f, 0, "t", 1);
    expect_number(f, 1, "battery", 3);
    expect_number(f, 2, "a/u/w", 2);
    expect_number(f, 3, "v", 3);
    expect_number(f, 4, "b", 4);
    publish(f, "x/d", "{'a':{'t':99}}"); /* missing for its name is missing for all */
    assert_int_equal(f->r.reading_count, 0);
    publish(f, "x/d", "{'c':{'c':{'c':{'c':{'c':7}}}}}");
    assert_int_equal(f->r.reading_count, 1);
    expect_number(f, 0, "c/c/c/c/c", 7);
}

/* As documents write bytes: 0x43 for a kind of payload, 0x8000 for an error; and to the last bit.
 */
static void bytes_as_documents_write_them(void **state)
{
    struct fixture *f = *state;

    load(f, "'bytes':{'ptr':'/b','encoding':'hex','layout':'fixed','items':[{'when':{'at':0,'is':"
            "'0x43'},'fields':[{'name':'t','type':'i16be','at':1,'scale':0.1,'missing':'0x8000'},"
            "{'name':'u','type':'u16be','at':3,'scale':0.1,'offset':-3276.8}]}]},"
            "'values':[{'name':'t','ptr':'/bytes/t'},{'name':'u','ptr':'/bytes/u'}]");
    publish(f, "x/d", "{'b':'43ff9c8117'}");
    assert_int_equal(f->r.reading_count, 2);
    expect_number(f, 0, "t", -10);
    assert_true(f->r.readings[1].value == 27.9);
    publish(f, "x/d", "{'b':'4380008117'}");
    assert_int_equal(f->r.reading_count, 1);
    publish(f, "x/d", "{'b':'44ff9c8117'}");
    assert_int_equal(f->r.reading_count, 0);
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

/* --- size --- */

static struct strbuf many(const char *head, const char *one, int count, const char *tail)
{
    struct strbuf b = {0};

    strbuf_puts(&b, head);
    for (int i = 0; i < count; i++)
        strbuf_printf(&b, "%s%s", i ? "," : "", one);
    strbuf_puts(&b, tail);
    return b;
}

/* What is beyond the most readings of a message is said, not lost in silence. */
static void too_many_readings_are_said(void **state)
{
    struct fixture *f = *state;
    struct strbuf b = many("{\"log\":[", "{\"v\":1}", 5000, "]}");

    load(f, "'values':[{'name':'top','ptr':'/top'}],'parts':[{'each':'/log','values':[{'name':'v',"
            "'ptr':'/v'}]}]");
    publish_bytes(f, "x/d", b.data, b.len);
    assert_int_equal(f->r.reading_count, 4096);
    assert_non_null(strstr(f->r.why, "more than 4096 readings"));
    strbuf_free(&b);
    b = many("{\"log\":[", "{\"v\":1}", 4096, "]}");
    publish_bytes(f, "x/d", b.data, b.len);
    assert_int_equal(f->r.reading_count, 4096);
    assert_null(f->r.why);
    strbuf_free(&b);
}

/* Sixty thousand members cost a look each, not one at all the others (which takes minutes). */
static void wide_objects_are_gone_through_once(void **state)
{
    struct fixture *f = *state;
    struct strbuf b = many("{", "\"v\":1", 60000, "}");

    load(f, "'time':{'ptr':'/t','format':'auto'},'values':[{'name':'v','ptr':'/v'},{'ptr':'/*'}]");
    publish_bytes(f, "x/d", b.data, b.len);
    assert_int_equal(f->r.reading_count, 1);
    strbuf_free(&b);
}

/* --- ports --- */

/* What a device says on another port (its settings) is no measurement, also when people or the
 * registry name the profile; where the network tells no port it is believed. */
static void a_named_profile_keeps_to_its_ports(void **state)
{
    static const char *const texts[] = {
        "{'id':'net'," HEAD "'topic':'x/{d}','carries':'lora','device':{'topic':'d'},'port':'/p',"
        "'bytes':{'ptr':'/b','encoding':'hex'}}",
        "{'id':'dev'," HEAD "'inside':['lora'],'ports':[2],'values':[{'name':'v','ptr':'/v'}],"
        "'bytes':{'layout':'fixed','items':[{'fields':[{'name':'v','type':'u8','at':0}]}]}}"};
    static const struct {
        const char *payload;
        size_t readings;
    } cases[] = {
        {"{\"p\":2,\"b\":\"07\"}", 1}, {"{\"p\":5,\"b\":\"07\"}", 0}, {"{\"b\":\"07\"}", 1}};
    struct fixture *f = *state;

    load_many(f, texts, 2);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct profile_context c = {.set = f->set, .only = profile_find(f->set, "dev")};
        struct message m = {"x/d", cases[i].payload, strlen(cases[i].payload), RX_US};
        assert_int_equal(profile_decode(&c, &m, &f->arena, &f->r), ERR_OK);
        assert_int_equal(f->r.reading_count, cases[i].readings);
        assert_true(cases[i].readings > 0 || strstr(f->r.why, "port 5"));
    }
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
        /* twice, one of which is now; twice, the other of which is to come; never */
        {",'zone':'Test/Zone'", "{'t':'2026-11-22T02:00:00','v':1}", "2026-11-22T00:00:00Z"},
        {",'zone':'Test/Zone'", "{'t':'2026-11-22T02:15:00','v':1}", "2026-11-21T23:15:00Z"},
        {",'zone':'Test/Zone'", "{'t':'2026-06-01T02:30:00','v':1}", "2026-06-01T00:30:00Z"},
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

/* Of two clocks that contradict each other the one is taken that the arrival bears out; whichever
 * is, the reading says that there was a doubt. */
static void arrival_decides_between_clocks(void **state)
{
    struct fixture *f = *state;
    const long long now = RX_US / 1000000;
    static const struct {
        int t, other, taken; /* seconds before the arrival */
        const char *clock;
    } cases[] = {
        {10, 20, 10, "server"},
        {10, 172800, 10, "suspect"},        /* the gateway's is wrong */
        {172800, 20, 20, "suspect"},        /* the server's is */
        {172800, 90000, 172800, "suspect"}, /* kept somewhere: nothing tells */
        {3600, 7300, 3600, "suspect"},
        {3601, -3600, -3600, "suspect"},
    };

    load(f, "'time':{'ptr':'/t','check':'/g','within_s':3600,'clock':'server'},"
            "'values':[{'name':'v','ptr':'/v'}]");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        publish(f, "x/d",
                arena_printf(&f->texts, "{'t':%lld,'g':%lld,'v':1}", now - cases[i].t,
                             now - cases[i].other));
        assert_string_equal(f->r.readings[0].clock, cases[i].clock);
        assert_int_equal((RX_US - f->r.readings[0].t_us) / 1000000, cases[i].taken);
        assert_int_equal(profile_clock_in_doubt(&f->r.readings[0]), i > 0);
        assert_int_equal(f->r.uses_arrival_time, i > 0);
    }
    publish(f, "x/d", "{'v':1}");
    assert_true(profile_clock_in_doubt(&f->r.readings[0])); /* there is none but the arrival's */
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

/* The same so many seconds after RX_US. */
static const struct profile_result *publish_at(struct fixture *f, const char *topic,
                                               const char *payload, int64_t after_s)
{
    struct profile_context c = {.set = f->set, .memory = f->memory};
    const char *text = quoted(&f->texts, payload);
    struct message m = {topic, text, strlen(text), RX_US + after_s * 1000000};

    assert_int_equal(profile_decode(&c, &m, &f->arena, &f->r), ERR_OK);
    return &f->r;
}

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
    load(f, "'dedup':'/id','dedup_within_s':60,'values':[{'name':'v','ptr':'/v'}]");
    assert_false(publish_at(f, "x/d", "{'id':1,'v':1}", 0)->repeated);
    assert_true(publish_at(f, "x/d", "{'id':1,'v':1}", 40)->repeated);
    assert_true(publish_at(f, "x/d", "{'id':1,'v':1}", 60)->repeated); /* since it came first */
    assert_false(publish_at(f, "x/d", "{'id':1,'v':1}", 61)->repeated);
    assert_true(publish_at(f, "x/d", "{'id':1,'v':1}", 62)->repeated);
    load(f, "'dedup':'/id','seq':'/n','seq_modulo':256,'values':[{'name':'v','ptr':'/v'}]");
    profile_memory_forget(f->memory);
    assert_false(publish(f, "x/d", "{'id':'a','n':9,'v':1}")->repeated);
    assert_int_equal(f->r.lost, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_named_profile_keeps_to_its_ports),  TEST(units_may_stand_behind_numbers),
        TEST(units_may_stand_beside_values),       TEST(every_number_below),
        TEST(bytes_as_documents_write_them),       TEST(too_many_readings_are_said),
        TEST(wide_objects_are_gone_through_once),  TEST(numbers_come_in_many_dresses),
        TEST(ranges_flag_and_units_convert),       TEST(lists_and_members_are_gone_through),
        TEST(times_are_read_in_all_formats),       TEST(clocks_are_checked_and_may_be_demanded),
        TEST(arrival_decides_between_clocks),      TEST(kept_messages_have_no_arrival),
        TEST(plain_words_and_lines_are_documents), TEST(repeats_and_gaps_are_noticed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
