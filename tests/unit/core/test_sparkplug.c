/* Sparkplug B: births and aliases, sequence numbers that wrap, gap and go back, data before a
 * birth, deaths, and what values look like on the wire. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "profile_fixture.h"

#define T0_US 1795305600000000LL
#define S     1000000LL

struct fixture {
    struct profile_set *set;
    struct arena arena;
    struct profile_memory *memory;
    struct profile_result r;
    struct strbuf payload;
    int64_t now_us;
    int64_t seq; /* of the payload being made; -1: none */
};

static int setup(void **state)
{
    static const char *const text =
        "{'id':'spb','version':1,'title':'t','topic':['spBv1.0/{g}/{t}/{n}','spBv1.0/{g}/{t}/{n}/"
        "{d}'],"
        "'format':'sparkplug','device':{'ptr':'/device_id'},"
        "'state':{'ptr':'/state','online':'online','offline':'offline'},"
        "'each':'/metrics','channel':{'ptr':'/name'},"
        "'time':{'ptr':['/timestamp','^/timestamp'],'format':'unix_ms'},"
        "'values':[{'ptr':'/value','units':{'ptr':'/unit','*':{'unit':'*'}}}]}";
    struct fixture *f = calloc(1, sizeof *f);
    struct fault_list faults = {0};

    if (!f)
        return -1;
    f->set = profiles_of(&f->arena, &text, 1, &faults);
    f->memory = profile_memory_new();
    f->now_us = T0_US;
    *state = f;
    fault_print(&faults, 2);
    fault_list_free(&faults);
    return f->set && f->memory ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    profile_set_free(f->set);
    profile_memory_free(f->memory);
    strbuf_free(&f->payload);
    arena_free(&f->arena);
    free(f);
    return 0;
}

/* --- payloads --- */

static void varint(struct strbuf *b, uint64_t v)
{
    for (; v > 0x7f; v >>= 7)
        strbuf_putc(b, (char)(v | 0x80));
    strbuf_putc(b, (char)v);
}

static void number_field(struct strbuf *b, unsigned field, uint64_t v)
{
    varint(b, field << 3);
    varint(b, v);
}

static void bytes_field(struct strbuf *b, unsigned field, const void *bytes, size_t n)
{
    varint(b, field << 3 | 2);
    varint(b, n);
    strbuf_append(b, bytes, n);
}

static void double_field(struct strbuf *b, double v)
{
    uint64_t bits;

    memcpy(&bits, &v, sizeof bits);
    varint(b, 13 << 3 | 1);
    for (int i = 0; i < 8; i++)
        strbuf_putc(b, (char)(bits >> 8 * i));
}

/* A metric; name NULL and alias -1 leave them out. */
struct metric {
    const char *name;
    int alias;
    double value;
    unsigned flag;    /* field number of a flag that is set: 5 historical, 6 transient, 7 null */
    int datatype;     /* with integer: of value */
    uint64_t integer; /* its bits on the wire; 0: value is a double */
    const char *unit;
};

static void add_metric(struct fixture *f, struct metric m)
{
    struct strbuf b = {0}, set = {0}, property = {0};

    if (m.name)
        bytes_field(&b, 1, m.name, strlen(m.name));
    if (m.alias >= 0)
        number_field(&b, 2, (uint64_t)m.alias);
    if (m.datatype)
        number_field(&b, 4, (uint64_t)m.datatype);
    if (m.flag)
        number_field(&b, m.flag, 1);
    if (m.unit) {
        bytes_field(&property, 8, m.unit, strlen(m.unit));
        bytes_field(&set, 1, "other", 5);
        bytes_field(&set, 1, "engUnit", 7);
        bytes_field(&set, 2, "", 0);
        bytes_field(&set, 2, property.data, property.len);
        bytes_field(&b, 9, set.data, set.len);
    }
    if (m.integer)
        number_field(&b, m.datatype == 4 ? 11 : 10, m.integer);
    else if (m.flag != 7)
        double_field(&b, m.value);
    bytes_field(&f->payload, 2, b.data, b.len);
    strbuf_free(&b);
    strbuf_free(&set);
    strbuf_free(&property);
}

static void begin(struct fixture *f, int seq)
{
    strbuf_clear(&f->payload);
    number_field(&f->payload, 1, (uint64_t)(f->now_us / 1000));
    f->seq = seq;
}

static const struct profile_result *publish(struct fixture *f, const char *topic)
{
    struct profile_context c = {.set = f->set, .memory = f->memory};
    struct message m;

    if (f->seq >= 0)
        number_field(&f->payload, 3, (uint64_t)f->seq);
    m = (struct message){topic, f->payload.data, f->payload.len, f->now_us};
    arena_reset(&f->arena);
    assert_int_equal(profile_decode(&c, &m, &f->arena, &f->r), ERR_OK);
    f->now_us += S;
    return &f->r;
}

static const struct profile_result *data(struct fixture *f, int seq, int alias, double v)
{
    begin(f, seq);
    add_metric(f, (struct metric){.alias = alias, .value = v});
    return publish(f, "spBv1.0/G/NDATA/N");
}

static void birth(struct fixture *f, int death_number)
{
    begin(f, 0);
    add_metric(f,
               (struct metric){
                   .name = "bdSeq", .alias = -1, .datatype = 4, .integer = (uint64_t)death_number});
    add_metric(f, (struct metric){.name = "width", .alias = 1, .value = 1.5, .unit = "mm"});
    add_metric(f, (struct metric){.name = "temp", .alias = 2, .value = 20});
    publish(f, "spBv1.0/G/NBIRTH/N");
    assert_int_equal(f->r.reading_count, 2);
    assert_int_equal(f->r.state_count, 1);
    assert_true(f->r.states[0].online);
}

static void expect(const struct profile_result *r, const char *channel, double v)
{
    assert_int_equal(r->reading_count, 1);
    assert_string_equal(r->readings[0].channel, channel);
    assert_null(r->readings[0].fault);
    if (r->readings[0].value != v)
        fail_msg("%s is %.17g, not %.17g", channel, r->readings[0].value, v);
}

static void expect_nothing(const struct profile_result *r)
{
    assert_int_equal(r->reading_count, 0);
    assert_non_null(r->why);
}

/* --- tests --- */

static void aliases_stand_for_the_names_of_the_birth(void **state)
{
    struct fixture *f = *state;

    birth(f, 7);
    assert_string_equal(f->r.readings[0].device, "G/N");
    assert_string_equal(f->r.readings[0].unit, "mm");
    assert_true(f->r.readings[0].t_us == T0_US);
    expect(data(f, 1, 1, 1.75), "width", 1.75);
    assert_string_equal(f->r.readings[0].unit, "mm");
    expect(data(f, 2, 2, 21), "temp", 21);
    assert_null(f->r.command);
    expect_nothing(data(f, 3, 9, 1)); /* an alias of no birth */
    assert_non_null(f->r.command);
}

static void sequence_numbers_wrap(void **state)
{
    struct fixture *f = *state;

    birth(f, 1);
    for (int i = 1; i < 600; i++) {
        expect(data(f, i % 256, 1, i), "width", i);
        assert_true(f->r.lost == 0 && !f->r.command);
    }
}

static void a_gap_is_counted_and_read_over(void **state)
{
    struct fixture *f = *state;

    birth(f, 1);
    expect(data(f, 1, 1, 2), "width", 2);
    expect(data(f, 5, 1, 3), "width", 3); /* 2, 3 and 4 are missing */
    assert_int_equal(f->r.lost, 3);
    assert_string_equal(f->r.command_topic, "spBv1.0/G/NCMD/N");
    expect(data(f, 6, 1, 4), "width", 4);
    assert_true(f->r.lost == 0 && !f->r.command);
    expect(data(f, 6, 1, 4), "width", 4); /* the same again */
    assert_true(f->r.lost == 0 && !f->r.command);
    expect_nothing(data(f, 250, 1, 5)); /* so far ahead is behind: a birth was missed */
}

static void a_number_that_goes_back_ends_trust_in_aliases(void **state)
{
    struct fixture *f = *state;

    birth(f, 1);
    for (int i = 1; i <= 20; i++)
        data(f, i, 1, i);
    expect_nothing(data(f, 3, 1, 1)); /* reborn unheard: alias 1 may be anything now */
    assert_non_null(f->r.command);
    begin(f, 4); /* what has a name is read all the same */
    add_metric(f, (struct metric){.name = "width", .alias = 1, .value = 9});
    expect(publish(f, "spBv1.0/G/NDATA/N"), "width", 9);
    expect_nothing(data(f, 5, 1, 1));
    birth(f, 2);
    expect(data(f, 1, 1, 2), "width", 2);
}

static void data_before_a_birth_asks_for_it_once_a_minute(void **state)
{
    struct fixture *f = *state;

    expect_nothing(data(f, 5, 1, 1));
    assert_string_equal(f->r.command_topic, "spBv1.0/G/NCMD/N");
    assert_true(f->r.command_len > 20);
    assert_non_null(memmem(f->r.command, f->r.command_len, "Node Control/Rebirth", 20));
    expect_nothing(data(f, 6, 1, 1));
    assert_null(f->r.command);
    f->now_us += 61 * S;
    expect_nothing(data(f, 7, 1, 1));
    assert_non_null(f->r.command);
    birth(f, 1);
    expect(data(f, 1, 1, 3), "width", 3);
}

static void a_death_ends_its_own_birth_only(void **state)
{
    struct fixture *f = *state;

    birth(f, 7);
    begin(f, -1);
    add_metric(f, (struct metric){.name = "bdSeq", .alias = -1, .datatype = 4, .integer = 6});
    publish(f, "spBv1.0/G/NDEATH/N"); /* the will of the connection before */
    assert_int_equal(f->r.state_count, 0);
    expect(data(f, 1, 1, 2), "width", 2);
    begin(f, -1);
    add_metric(f, (struct metric){.name = "bdSeq", .alias = -1, .datatype = 4, .integer = 7});
    publish(f, "spBv1.0/G/NDEATH/N");
    assert_int_equal(f->r.state_count, 1);
    assert_false(f->r.states[0].online);
    expect_nothing(data(f, 2, 1, 2));
}

static void devices_have_aliases_of_their_own(void **state)
{
    struct fixture *f = *state;

    birth(f, 7);
    begin(f, 1);
    add_metric(f, (struct metric){.name = "tilt", .alias = 1, .value = 0.5});
    publish(f, "spBv1.0/G/DBIRTH/N/D");
    expect(&f->r, "tilt", 0.5);
    assert_string_equal(f->r.readings[0].device, "G/N/D");
    expect(data(f, 2, 1, 2), "width", 2);
    begin(f, 3);
    add_metric(f, (struct metric){.alias = 1, .value = 0.6});
    expect(publish(f, "spBv1.0/G/DDATA/N/D"), "tilt", 0.6);
    begin(f, 4);
    publish(f, "spBv1.0/G/DDEATH/N/D");
    assert_string_equal(f->r.states[0].device, "G/N/D");
    assert_false(f->r.states[0].online);
    begin(f, 5);
    add_metric(f, (struct metric){.alias = 1, .value = 0.7});
    expect_nothing(publish(f, "spBv1.0/G/DDATA/N/D"));
    expect(data(f, 6, 1, 3), "width", 3);
    begin(f, -1); /* with the node its devices are gone */
    add_metric(f, (struct metric){.name = "bdSeq", .alias = -1, .datatype = 4, .integer = 7});
    publish(f, "spBv1.0/G/NDEATH/N");
    assert_int_equal(f->r.state_count, 2);
    assert_true(!f->r.states[0].online && !f->r.states[1].online);
}

static void values_are_what_the_wire_says(void **state)
{
    static const struct {
        int datatype;
        uint64_t integer;
        double value;
    } cases[] = {
        {1, 0xfb, -5},         {1, 0xfffffffb, -5},         {2, 0xfffb, -5},
        {3, 0xfffffffb, -5},   {4, 0xfffffffffffffffb, -5}, {5, 0xfb, 251},
        {7, 4000000000u, 4e9},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin(f, -1);
        add_metric(f, (struct metric){.name = "x",
                                      .alias = -1,
                                      .datatype = cases[i].datatype,
                                      .integer = cases[i].integer});
        expect(publish(f, "spBv1.0/G/NDATA/N"), "x", cases[i].value);
    }
}

static void nulls_are_gaps_and_flags_are_kept(void **state)
{
    struct fixture *f = *state;

    begin(f, -1);
    add_metric(f, (struct metric){.name = "gone", .alias = -1, .flag = 7});
    add_metric(f, (struct metric){.name = "passing", .alias = -1, .value = 1, .flag = 6});
    add_metric(f, (struct metric){.name = "old", .alias = -1, .value = 2, .flag = 5});
    add_metric(f, (struct metric){.name = "Node Control/Rebirth", .alias = -1, .value = 0});
    expect(publish(f, "spBv1.0/G/NDATA/N"), "old", 2);
    assert_true(f->r.readings[0].historical);
}

/* A metric that is a template, its members as they were made in members, which is emptied. */
static void add_template(struct strbuf *to, const char *name, int alias, bool defines,
                         struct strbuf *members)
{
    struct strbuf b = {0}, template = {0};

    bytes_field(&template, 4, "Pump", 4);
    if (defines)
        number_field(&template, 5, 1);
    strbuf_append(&template, strbuf_text(members), members->len);
    if (name)
        bytes_field(&b, 1, name, strlen(name));
    if (alias >= 0)
        number_field(&b, 2, (uint64_t)alias);
    number_field(&b, 4, 19);
    bytes_field(&b, 18, strbuf_text(&template), template.len);
    bytes_field(to, 2, b.data, b.len);
    strbuf_free(&b);
    strbuf_free(&template);
    strbuf_free(members);
    *members = (struct strbuf){0};
}

/* The metrics added since the payload had `from` bytes, taken out of it. */
static struct strbuf take_members(struct fixture *f, size_t from)
{
    struct strbuf members = {0};

    strbuf_append(&members, f->payload.data + from, f->payload.len - from);
    f->payload.len = from;
    return members;
}

static void data_sets_and_the_like_are_said(void **state)
{
    struct fixture *f = *state;
    struct strbuf b = {0};

    begin(f, -1);
    bytes_field(&b, 1, "table", 5);
    number_field(&b, 4, 16);
    bytes_field(&b, 17, "", 0);
    bytes_field(&f->payload, 2, b.data, b.len);
    strbuf_free(&b);
    add_metric(f, (struct metric){.name = "a", .alias = -1, .value = 2});
    expect(publish(f, "spBv1.0/G/NDATA/N"), "a", 2);
    assert_non_null(strstr(f->r.why, "1 metrics are data sets"));
}

/* What an instance of a template holds are metrics NAME/MEMBER; a definition holds nothing. */
static void members_of_templates_are_metrics(void **state)
{
    struct fixture *f = *state;
    struct strbuf members;
    size_t from;

    begin(f, -1);
    from = f->payload.len;
    add_metric(f, (struct metric){.name = "width", .alias = -1, .value = 7});
    members = take_members(f, from);
    add_template(&f->payload, "_types_/Pump", -1, true, &members);
    from = f->payload.len;
    add_metric(f, (struct metric){.name = "width", .alias = -1, .value = 7});
    members = take_members(f, from);
    add_template(&f->payload, "_types_/Old", -1, false, &members); /* it does not say so itself */
    from = f->payload.len;
    add_metric(f, (struct metric){.name = "width", .alias = -1, .value = 1.5, .unit = "mm"});
    add_metric(f, (struct metric){.name = "temp", .alias = -1, .value = 20});
    members = take_members(f, from);
    add_template(&f->payload, "Pump 1", -1, false, &members);
    publish(f, "spBv1.0/G/NDATA/N");
    assert_null(f->r.why);
    assert_int_equal(f->r.reading_count, 2);
    assert_string_equal(f->r.readings[0].channel, "Pump 1/width");
    assert_string_equal(f->r.readings[0].unit, "mm");
    assert_true(f->r.readings[0].value == 1.5);
    assert_string_equal(f->r.readings[1].channel, "Pump 1/temp");
}

/* Templates stand in templates, down to a bound; what stands deeper is said. */
static void templates_in_templates_end_somewhere(void **state)
{
    struct fixture *f = *state;

    for (int depth = 1; depth <= 40; depth += depth < 6 ? 1 : 34) {
        struct strbuf members;
        size_t from;
        begin(f, -1);
        from = f->payload.len;
        add_metric(f, (struct metric){.name = "x", .alias = -1, .value = 3});
        members = take_members(f, from);
        for (int i = 1; i < depth; i++) {
            struct strbuf outer = {0};
            add_template(&outer, "t", -1, false, &members);
            members = outer;
        }
        add_template(&f->payload, "t", -1, false, &members);
        publish(f, "spBv1.0/G/NDATA/N");
        if (depth <= 4) {
            assert_null(f->r.why);
            assert_int_equal(f->r.reading_count, 1);
            assert_int_equal(strlen(f->r.readings[0].channel), 2 * depth + 1);
        } else {
            assert_int_equal(f->r.reading_count, 0);
            assert_non_null(strstr(f->r.why, "too deep in templates"));
        }
    }
}

/* Aliases of an instance and of its members, and of both at once; type, unit and whether it is
 * historical come down to the members. */
static void members_have_aliases_and_inherit(void **state)
{
    struct fixture *f = *state;
    struct strbuf members;
    size_t from;

    begin(f, 0);
    from = f->payload.len;
    add_metric(f, (struct metric){
                      .name = "width", .alias = 11, .datatype = 3, .integer = 5, .unit = "um"});
    add_metric(f, (struct metric){
                      .name = "temp", .alias = -1, .datatype = 2, .integer = 20, .unit = "Cel"});
    members = take_members(f, from);
    add_template(&f->payload, "Pump 1", 10, false, &members);
    publish(f, "spBv1.0/G/NBIRTH/N");
    assert_int_equal(f->r.reading_count, 2);
    begin(f, 1);
    from = f->payload.len;
    add_metric(f, (struct metric){.alias = 11, .integer = 0xfffffffb}); /* -5 */
    add_metric(f, (struct metric){.name = "temp", .alias = -1, .integer = 0xfffb, .flag = 5});
    members = take_members(f, from);
    add_template(&f->payload, NULL, 10, false, &members);
    publish(f, "spBv1.0/G/NDATA/N");
    assert_int_equal(f->r.reading_count, 2);
    assert_string_equal(f->r.readings[0].channel, "Pump 1/width");
    assert_true(f->r.readings[0].value == -5);
    assert_string_equal(f->r.readings[0].unit, "um");
    assert_false(f->r.readings[0].historical);
    assert_string_equal(f->r.readings[1].channel, "Pump 1/temp");
    assert_true(f->r.readings[1].value == -5);
    assert_string_equal(f->r.readings[1].unit, "Cel");
    assert_true(f->r.readings[1].historical);
    begin(f, 2);
    from = f->payload.len;
    add_metric(f, (struct metric){.name = "temp", .alias = -1, .value = 1});
    members = take_members(f, from);
    add_template(&f->payload, NULL, 77, false, &members); /* an instance that no birth named */
    expect_nothing(publish(f, "spBv1.0/G/NDATA/N"));
    assert_non_null(strstr(f->r.why, "1 metrics without a name, alias 77"));
}

/* Messages after the birth leave type and unit out, whether there are aliases or not. */
static void names_alone_keep_the_type_of_their_birth(void **state)
{
    struct fixture *f = *state;

    begin(f, 0);
    add_metric(f, (struct metric){
                      .name = "tilt", .alias = -1, .datatype = 3, .integer = 5, .unit = "mm/m"});
    publish(f, "spBv1.0/G/NBIRTH/N");
    begin(f, 1);
    add_metric(f, (struct metric){.name = "tilt", .alias = -1, .integer = 0xfffffffb});
    expect(publish(f, "spBv1.0/G/NDATA/N"), "tilt", -5);
    assert_string_equal(f->r.readings[0].unit, "mm/m");
    birth(f, 3); /* knows of no tilt */
    begin(f, 1);
    add_metric(f, (struct metric){.name = "tilt", .alias = -1, .integer = 0xfffffffb});
    expect(publish(f, "spBv1.0/G/NDATA/N"), "tilt", 4294967291.0);
    assert_null(f->r.readings[0].unit);
}

static void broken_payloads_and_topics_are_no_sparkplug(void **state)
{
    static const char *const topics[] = {"spBv1.0/G/NDATA", "spBv1.0/G/XDATA/N",
                                         "spBv1.0/G/DDATA/N", "spBv1.0/G/NDATA/N/D"};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof topics / sizeof *topics; i++) {
        begin(f, 1);
        publish(f, topics[i]);
        assert_null(f->r.envelope);
    }
    birth(f, 1);
    begin(f, 1);
    add_metric(f, (struct metric){.alias = 1, .value = 5});
    f->seq = -1;
    f->payload.len -= 3; /* cut off */
    publish(f, "spBv1.0/G/NDATA/N");
    assert_null(f->r.envelope);
    begin(f, -1);
    varint(&f->payload, 3 << 3 | 2); /* seq as a text */
    varint(&f->payload, 0);
    publish(f, "spBv1.0/G/NDATA/N");
    assert_null(f->r.envelope);
    expect(data(f, 1, 1, 6), "width", 6); /* what was broken has changed nothing */
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(aliases_stand_for_the_names_of_the_birth),
        TEST(sequence_numbers_wrap),
        TEST(a_gap_is_counted_and_read_over),
        TEST(a_number_that_goes_back_ends_trust_in_aliases),
        TEST(data_before_a_birth_asks_for_it_once_a_minute),
        TEST(a_death_ends_its_own_birth_only),
        TEST(devices_have_aliases_of_their_own),
        TEST(values_are_what_the_wire_says),
        TEST(data_sets_and_the_like_are_said),
        TEST(members_of_templates_are_metrics),
        TEST(templates_in_templates_end_somewhere),
        TEST(members_have_aliases_and_inherit),
        TEST(names_alone_keep_the_type_of_their_birth),
        TEST(nulls_are_gaps_and_flags_are_kept),
        TEST(broken_payloads_and_topics_are_no_sparkplug),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
