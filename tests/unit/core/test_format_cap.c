/* CAP 1.2: what the message amounts to by step, and that hostile texts leave it well formed. The
 * schema is checked by a real parser in tests/flow/test_cap_schema.sh. */
#include "format_fixture.h"

/* --- values by step --- */

/* The text of the first element of that name. */
static void value_of(const struct strbuf *xml, const char *name, char *text, size_t size)
{
    char open[64], close[64];
    const char *from, *to;

    snprintf(open, sizeof open, "<%s>", name);
    snprintf(close, sizeof close, "</%s>", name);
    from = strstr(strbuf_text(xml), open);
    if (!from)
        fail_msg("no %s in %s", name, strbuf_text(xml));
    from += strlen(open);
    to = strstr(from, close);
    assert_non_null(to);
    snprintf(text, size, "%.*s", (int)(to - from), from);
}

static void expect(const struct strbuf *xml, const char *name, const char *expected)
{
    char text[600];

    value_of(xml, name, text, sizeof text);
    if (strcmp(text, expected) != 0)
        fail_msg("%s is %s, not %s", name, text, expected);
}

static void levels(void **state)
{
    static const struct {
        int level;
        const char *severity, *urgency, *response;
    } rows[] = {
        {LEVEL_RED, "Extreme", "Immediate", "Assess"},
        {LEVEL_ORANGE, "Severe", "Expected", "Assess"},
        {LEVEL_YELLOW, "Moderate", "Future", "Monitor"},
        {LEVEL_BLUE, "Minor", "Future", "Monitor"},
        {LEVEL_NORMAL, "Minor", "Past", "Monitor"},
    };

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        struct step_view v = hostile_view("x");
        struct told t;
        struct strbuf xml = {0};
        v.level = rows[i].level;
        told_begin(&t);
        told_add(&t, &v);
        render_as(FORMAT_CAP, &t, &xml);
        expect(&xml, "severity", rows[i].severity);
        expect(&xml, "urgency", rows[i].urgency);
        expect(&xml, "responseType", rows[i].response);
        expect(&xml, "certainty", "Observed");
        expect(&xml, "msgType", "Alert");
        assert_null(strstr(xml.data, "AllClear"));
        strbuf_free(&xml);
    }
}

static void certainties(void **state)
{
    static const struct {
        const char *category;
        bool foreseen, unconfirmed;
        double p365;
        const char *certainty;
    } rows[] = {
        {"structure", false, false, 0, "Observed"},
        {"structure", false, true, 0, "Likely"},
        {"structure", true, false, 0.5, "Likely"},
        {"structure", true, false, 0.49, "Possible"},
        {"structure", true, false, (double)NAN, "Possible"},
        {"instrument", false, false, 0, "Unknown"},
        {"system", true, true, 1, "Unknown"},
        {"", false, false, 0, "Unknown"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct step_view v = hostile_view("x");
        struct told t;
        struct strbuf xml = {0};
        v.category = rows[i].category;
        v.foreseen = rows[i].foreseen;
        v.unconfirmed = rows[i].unconfirmed;
        v.p365 = rows[i].p365;
        told_begin(&t);
        told_add(&t, &v);
        render_as(FORMAT_CAP, &t, &xml);
        expect(&xml, "certainty", rows[i].certainty);
        expect(&xml, "category", i < 5 ? "Safety" : "Infra");
        if (rows[i].foreseen)
            expect(&xml, "urgency", "Future");
        strbuf_free(&xml);
    }
}

/* Section 3.3.2: no Z, and UTC is -00:00. */
static void times_have_the_offset_of_their_moment(void **state)
{
    static const struct time_zone newfoundland = {.name = "-03:30", .first_s = -12600};
    static const struct {
        const struct time_zone *zone;
        const char *sent;
    } rows[] = {{&zone_shanghai, "2026-11-22T16:00:00+08:00"},
                {&zone_madrid, "2026-11-22T09:00:00+01:00"},
                {&newfoundland, "2026-11-22T04:30:00-03:30"},
                {&zone_utc, "2026-11-22T08:00:00-00:00"},
                {NULL, "2026-11-22T08:00:00-00:00"}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct step_view v = hostile_view("x");
        struct told t;
        struct strbuf xml = {0};
        told_begin(&t);
        told_add(&t, &v);
        t.m.zone = rows[i].zone;
        render_as(FORMAT_CAP, &t, &xml);
        expect(&xml, "sent", rows[i].sent);
        strbuf_free(&xml);
    }
}

static void references(void **state)
{
    static const struct format_sent sent[] = {{1, NOW_US - US_PER_DAY}, {4, NOW_US - US_PER_HOUR}};
    struct step_view v = hostile_view("a b,c<d>&e");
    struct told t;
    struct strbuf xml = {0};
    struct format_item *item;

    (void)state;
    told_begin(&t);
    item = told_add(&t, &v);
    item->sent = sent;
    item->sent_count = 2;
    render_as(FORMAT_CAP, &t, &xml);
    expect(&xml, "msgType", "Update");
    expect(&xml, "sender", "shikumend@a-b-c-d--e");
    expect(&xml, "identifier", "6f1d0a52-8c1e-4b7a-9d3f-2a5c7e9b1d04.2");
    expect(&xml, "sent", "2026-11-22T16:00:00+08:00");
    expect(&xml, "references",
           "shikumend@a-b-c-d--e,6f1d0a52-8c1e-4b7a-9d3f-2a5c7e9b1d04.1,2026-11-21T16:00:05+08:00 "
           "shikumend@a-b-c-d--e,6f1d0a52-8c1e-4b7a-9d3f-2a5c7e9b1d04.4,2026-11-22T15:00:05+08:00");
    strbuf_clear(&xml);
    t.views[0].level = LEVEL_NORMAL;
    render_as(FORMAT_CAP, &t, &xml);
    expect(&xml, "msgType", "Cancel");
    strbuf_free(&xml);
}

/* --- well formed --- */

static bool is_entity(const char *p)
{
    static const char *const known[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&apos;", "&#13;"};

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strncmp(p, known[i], strlen(known[i])) == 0)
            return true;
    return false;
}

/* Tags close as they open; text holds neither markup nor what is no character. */
static void check_well_formed(const char *p)
{
    char open[8][32];
    int depth = 0;

    assert_int_equal(strncmp(p, "<?xml ", 6), 0);
    for (p = strchr(p, '\n'); *p; p++) {
        char name[32];
        if (*p == '<' && p[1] == '/') {
            assert_true(depth > 0 && sscanf(p + 2, "%31[a-zA-Z]>", name) == 1);
            assert_string_equal(name, open[--depth]);
            p = strchr(p, '>');
        } else if (*p == '<') {
            assert_true(depth < 8 && sscanf(p + 1, "%31[a-zA-Z]", open[depth]) == 1);
            depth++;
            p = strchr(p, '>');
        } else {
            assert_true(*p != '>' && (*p != '&' || is_entity(p)));
            assert_true((unsigned char)*p >= ' ' || *p == '\n' || *p == '\t');
        }
    }
    assert_int_equal(depth, 0);
}

static void hostile_texts(void **state)
{
    static const char *const texts[] = {
        "<alert>",      "]]>",          "&amp;&",       "\"'",    "\x01\x08\x1f",
        "\xff\xfe\xc3", "\xed\xa0\x80", "\xef\xbf\xbe", "\r\n\t", "裂缝🏚",
        "<!--",         "-->",          "<?xml?>",      "",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct step_view v = hostile_view(texts[i]);
        struct told t;
        struct strbuf xml = {0};
        told_begin(&t);
        v.url = texts[i];
        told_add(&t, &v);
        render_as(FORMAT_CAP, &t, &xml);
        check_well_formed(xml.data);
        strbuf_free(&xml);
    }
}

static void long_notes(void **state)
{
    struct step_view v;
    struct told t;
    struct strbuf xml = {0}, note = {0};
    char headline[800];

    (void)state;
    for (int i = 0; i < 3400; i++)
        strbuf_puts(&note, "裂");
    v = hostile_view(note.data);
    told_begin(&t);
    told_add(&t, &v);
    render_as(FORMAT_CAP, &t, &xml);
    check_well_formed(xml.data);
    value_of(&xml, "headline", headline, sizeof headline);
    assert_int_equal(strlen(headline), 155 * 3 + strlen("…"));
    assert_non_null(strstr(xml.data, note.data)); /* the description is whole */
    strbuf_free(&xml);
    strbuf_free(&note);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels),     cmocka_unit_test(certainties),
        cmocka_unit_test(references), cmocka_unit_test(hostile_texts),
        cmocka_unit_test(long_notes), cmocka_unit_test(times_have_the_offset_of_their_moment),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
