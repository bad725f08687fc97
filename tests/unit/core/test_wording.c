/* Words about what was not taken: every sentence of the sources has its Chinese. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shikumen/base/file.h"
#include "shikumen/core/wording.h"

static const char *const sources[] = {
    "payload.c",         "payload_part.c",   "payload_senml.c",
    "payload_profile.c", "payload_burst.c",  "payload_status.c",
    "profile_bytes.c",   "profile_decode.c", "profile_format.c",
    "profile_inside.c",  "profile_value.c",  "profile_pointer.c",
    "profile_senml.c",   "sparkplug.c",      "senml.c",
    "json_check.c",      "json_input.c",     "cbor.c",
    "burst_read.c",      "reading_line.c",   "../cli/backtest_feed.c",
};
#define SOURCES (sizeof sources / sizeof *sources)

/* Where sentences of wording_state.inc are said, beside other texts. */
static const char *const state_sources[] = {
    "status.c",  "ingest.c",        "ingest_link.c", "ingest_quiet.c",      "ingest_drop_tell.c",
    "deliver.c", "deliver_lanes.c", "api.c",         "../io/mqtt_client.c",
};
#define STATE_SOURCES (sizeof state_sources / sizeof *state_sources)

/* Of wording_faults.inc: files whose texts with a blank are such sentences, and others. */
static const char *const fault_sources[] = {
    "json_read.c",
    "json_line.c",
    "registry_json.c",
    "registry_json_calibration.c",
    "registry_json_houses.c",
    "registry_json_limits.c",
    "registry_json_quality.c",
    "registry_json_sensors.c",
    "registry_json_source.c",
    "registry_names.c",
    "profile_read.c",
    "profile_read_bytes.c",
    "profile_read_values.c",
    "profile_check.c",
    "profile_set.c",
    "file_profile.c",
    "file_profile_series.c",
};
#define FAULT_SOURCES (sizeof fault_sources / sizeof *fault_sources)
static const char *const more_fault_sources[] = {
    "../core/tokens.c",      "../core/format_template.c", "plan_files.c",
    "plan_tokens.c",         "../io/settings_check.c",    "../io/settings_file.c",
    "../io/settings_text.c", "../io/settings_value.c",    "../io/settings_table.c",
};
#define MORE_FAULT_SOURCES (sizeof more_fault_sources / sizeof *more_fault_sources)

/* What is written with a blank and is no sentence. */
static const char *const others[] = {",:]}",
                                     "is not a unit of %s (%s)%s",
                                     "with gauge_length_mm",
                                     "there is no profile \"%s\"%s%s%s",
                                     ", did you mean \"",
                                     "(there is no folder of profiles)",
                                     "more than ",
                                     "Node Control/",
                                     "Device Control/",
                                     "nothing there",
                                     "0123456789+-,eE ",
                                     "%04d-%02d-%02dT%02d:%02d:%02d%s%sZ",
                                     " readings in one message"};

struct text {
    struct strbuf all;   /* the sources' texts, one a line, as the compiler joins them */
    struct strbuf state; /* those of state_sources */
};

/* The character behind a backslash. */
static char escaped(char c)
{
    return c == 'n' || c == 'r' || c == 't' ? ' ' : c;
}

/* Appends the text that begins behind the quote at p; returns what follows its end. */
static const char *take_text(struct strbuf *out, const char *p)
{
    for (; *p && *p != '"'; p++) {
        if (*p == '\\')
            strbuf_putc(out, escaped(*++p));
        else
            strbuf_putc(out, *p);
    }
    return *p ? p + 1 : p;
}

static const char *skip_comment(const char *p)
{
    const char *end = p[1] == '*' ? strstr(p + 2, "*/") : strchr(p, '\n');

    return end ? end + (p[1] == '*' ? 2 : 0) : p + strlen(p);
}

static const char *skip_character(const char *p)
{
    for (p++; *p && *p != '\''; p++)
        p += *p == '\\';
    return *p ? p + 1 : p;
}

/* Appends the texts of a source, one a line. */
static void take_source(struct strbuf *out, const char *p)
{
    while (*p) {
        if (p[0] == '/' && (p[1] == '*' || p[1] == '/')) {
            p = skip_comment(p);
        } else if (*p == '\'') {
            p = skip_character(p);
        } else if (*p == '"') {
            p = take_text(out, p + 1);
            for (const char *next = p; isspace((unsigned char)*next) || *next == '"'; next++)
                if (*next == '"') {
                    p = take_text(out, next + 1);
                    next = p - 1;
                }
            strbuf_putc(out, '\n');
        } else if (*p == '#') {
            p = strchr(p, '\n') ? strchr(p, '\n') : p + strlen(p);
        } else {
            p++;
        }
    }
}

static void take_file(struct strbuf *out, const char *folder, const char *name)
{
    struct strbuf source = {0};
    char path[1024];

    snprintf(path, sizeof path, "%s/src/%s/%s", SOURCE_DIR, folder, name);
    if (file_read(path, 1 << 20, &source) != ERR_OK)
        fail_msg("%s cannot be read", path);
    take_source(out, strbuf_text(&source));
    strbuf_free(&source);
}

static int setup(void **state)
{
    struct text *t = calloc(1, sizeof *t);

    for (size_t i = 0; t && i < SOURCES; i++)
        take_file(&t->all, "core", sources[i]);
    for (size_t i = 0; t && i < FAULT_SOURCES; i++)
        take_file(&t->all, "core", fault_sources[i]);
    for (size_t i = 0; t && i < STATE_SOURCES; i++)
        take_file(&t->state, "svc", state_sources[i]);
    for (size_t i = 0; t && i < MORE_FAULT_SOURCES; i++)
        take_file(&t->state, "svc", more_fault_sources[i]);
    *state = t;
    return t ? 0 : -1;
}

static int teardown(void **state)
{
    struct text *t = *state;

    strbuf_free(&t->all);
    strbuf_free(&t->state);
    free(t);
    return 0;
}

/* A format with words in place of its conversions. */
static void fill(struct strbuf *out, const char *format, const char *words)
{
    strbuf_clear(out);
    while (*format) {
        if (*format != '%') {
            strbuf_putc(out, *format++);
            continue;
        }
        format += 1 + strspn(format + 1, ".0123456789*zlh");
        strbuf_puts(out, *format == 's' ? words : *format == '%' ? "%" : "7");
        format += *format != '\0';
    }
}

static bool is_known(const char *format)
{
    static const char *const words[] = {"x", "no bytes"};
    struct strbuf text = {0}, zh = {0};
    bool known = false;

    for (size_t i = 0; i < sizeof words / sizeof *words && !known; i++) {
        fill(&text, format, words[i]);
        known = wording_put_zh(&zh, strbuf_text(&text));
    }
    strbuf_free(&text);
    strbuf_free(&zh);
    return known;
}

/* Whether there is a letter outside of conversions. */
static bool has_words(const char *format)
{
    for (; *format; format++) {
        if (*format == '%')
            format += 1 + strspn(format + 1, ".0123456789*zlh");
        else if (isalpha((unsigned char)*format))
            return true;
        if (*format == '\0')
            return false;
    }
    return false;
}

static bool is_sentence(const char *text)
{
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strstr(text, others[i]))
            return false;
    return strchr(text, ' ') && has_words(text) && (unsigned char)*text < 0x80;
}

static void every_sentence_of_the_sources_has_its_chinese(void **state)
{
    struct text *t = *state;
    size_t sentences = 0, unknown = 0;
    char *rest = NULL;

    for (char *line = strtok_r(t->all.data, "\n", &rest); line;
         line = strtok_r(NULL, "\n", &rest)) {
        if (!is_sentence(line))
            continue;
        sentences++;
        if (!is_known(line)) {
            print_error("no Chinese for: %s\n", line);
            unknown++;
        }
    }
    assert_int_equal(unknown, 0);
    assert_true(sentences > 200);
}

static size_t slot_at(const char *p)
{
    return strncmp(p, "{}", 2) == 0 ? 2 : *p == '{' && p[1] && p[2] == '}' ? 3 : 0;
}

/* Of an older program, or made of several texts. */
static bool is_put_together(const char *piece)
{
    return strstr(piece, "metrics are templates, data sets") ||
           strstr(piece, "duplicate setting name") || strstr(piece, "array element type") ||
           strstr(piece, "with gauge_length_mm") || strstr(piece, "no folder of profiles") ||
           strstr(piece, "; allowed: ") || strstr(piece, "percent change (%)") ||
           strstr(piece, "nothing there") || strstr(piece, "port unknown") ||
           strstr(piece, "what stands inside") || strstr(piece, "ecret of endpoint ") ||
           strstr(piece, "URL secret") || strstr(piece, "another client uses") ||
           strstr(piece, "connection lost: ");
}

/* A sentence of the table whose English is nowhere in the sources translates nothing. */
static void every_sentence_is_said_somewhere(void **state)
{
    struct text *t = *state;
    size_t unsaid = 0;

    for (size_t i = 0; wording_pattern(i); i++) {
        const char *p = wording_pattern(i);
        while (*p) {
            size_t slot = slot_at(p), n = 0;
            char piece[256] = "";
            p += slot;
            while (p[n] && slot_at(p + n) == 0)
                n++;
            snprintf(piece, sizeof piece, "%.*s", (int)n, p);
            p += n;
            if (n > 12 && !is_put_together(piece) && !strstr(strbuf_text(&t->all), piece) &&
                !strstr(strbuf_text(&t->state), piece)) {
                print_error("nobody says \"%s\"\n", piece);
                unsaid++;
            }
        }
    }
    assert_int_equal(unsaid, 0);
}

/* --- hand-made cases --- */

static void expect(const char *en, const char *zh)
{
    struct arena arena = {0};
    const char *got = wording_zh(&arena, en);

    if (!zh)
        assert_null(got);
    else
        assert_string_equal(got ? got : "(nothing)", zh);
    assert_string_equal(wording_zh_or(&arena, en), zh ? zh : en);
    arena_free(&arena);
}

static void what_is_quoted_stays(void **state)
{
    (void)state;
    expect("not in the registry", "未登记");
    expect("unit \"Cel\" cannot be converted to mm (crack_width: mm, um, cm, m)",
           "单位“Cel”无法换算为 mm（crack_width：mm, um, cm, m）");
    expect("unit \"\" is not that of the calibration (digits)",
           "单位“”不是标定所用的单位（digits）");
    expect("a NUL byte (byte 3 of 9)", "含有 NUL 字节（第 3 字节，共 9 字节）");
}

static void sentences_stand_in_sentences(void **state)
{
    (void)state;
    expect("tts-v3: port 7 is none of its ports", "tts-v3：端口 7 不在其端口之列");
    expect("sparkplug-b: 2 metrics without a name, alias 9 the first: a birth has been missed",
           "sparkplug-b：2 个量没有名称，首个别名为 9：错过了一次 BIRTH");
    expect("\"cm\" is not a unit of tilt (mm/m, deg, rad)",
           "“cm”不是 tilt 的单位（mm/m, deg, rad）");
    expect("must be a whole number, not text (1..65535)", "应为整数，而不是文字（可用：1..65535）");
    expect("missing, a number of seconds is needed", "缺失，应为秒数");
    expect("ingest: broker: connected, but nothing is delivered",
           "接收：消息代理：已连接，但没有消息送达");
    expect("broker: connecting: Connection refused", "消息代理：连接中：Connection refused");
    expect("assess: no sign of life for 31 s", "评估：已有 31 秒没有动静");
    expect("ingest: store: database or disk is full (full)",
           "接收：存储：database or disk is full (full)");
    expect("not json: cut off (byte 1 of 2)", "不是 json：被截断（第 1 字节，共 2 字节）");
    expect("width: match /a: \"1\", wanted \"2\"", "width：条件 /a：该处是 \"1\"，应为“2”");
}

static void what_nobody_says_is_left(void **state)
{
    char *deep = calloc(1, 20001), *quotes = calloc(1, 20001);

    (void)state;
    expect("", NULL);
    expect("something else", NULL);
    expect("tts-v3: something else", NULL);
    expect("x bytes, which no payload of it has", NULL);
    expect("not in the registry ", NULL);
    for (size_t i = 0; i < 20000; i++)
        deep[i] = i % 2 ? ' ' : ':';
    memset(quotes, '"', 20000);
    expect(deep, NULL);
    expect(quotes, NULL);
    free(deep);
    free(quotes);
}

static void reasons_have_both_languages(void **state)
{
    (void)state;
    for (enum refusal r = 0; r < REFUSE_COUNT; r++) {
        const char *name = refusal_name(r);
        assert_string_not_equal(refusal_zh(name), name);
        assert_true(*refusal_en(name) != '\0');
        assert_true((unsigned char)*refusal_zh(name) > 0x7f || r == REFUSE_SENML);
    }
    assert_string_equal(refusal_zh("of a newer program"), "of a newer program");
    assert_string_equal(refusal_en("of a newer program"), "of a newer program");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_sentence_of_the_sources_has_its_chinese, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(every_sentence_is_said_somewhere, setup, teardown),
        cmocka_unit_test(what_is_quoted_stays),
        cmocka_unit_test(sentences_stand_in_sentences),
        cmocka_unit_test(what_nobody_says_is_left),
        cmocka_unit_test(reasons_have_both_languages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
