#include "format_text.h"

#include <string.h>

#include "utf8.h"

#define TITLE_NAME_BYTES 120 /* of a house or an element */
#define ELLIPSIS         "…"
#define LINK_BYTES       300

/* --- one text --- */

size_t text_fit(const char *text, size_t max)
{
    size_t n = strlen(text);

    if (n <= max)
        return n;
    while (max > 0 && ((unsigned char)text[max] & 0xc0) == 0x80)
        max--;
    return max;
}

size_t text_fit_characters(const char *text, size_t max)
{
    const char *p = text;

    for (; *p; p++)
        if (((unsigned char)*p & 0xc0) != 0x80 && max-- == 0)
            break;
    return (size_t)(p - text);
}

/* What stands for a character that would mark something up; NULL: itself. */
static const char *look_alike(const unsigned char *at, bool first)
{
    switch (*at) {
    case '<':
        return "＜";
    case '>':
        return "＞";
    case '*':
        return "＊";
    case '`':
        return "｀";
    case '~':
        return "～";
    case '#':
        return first ? "＃" : NULL;
    case ']':
        return at[1] == '(' || at[1] == '[' || at[1] == ':' ? "］" : NULL;
    default:
        return NULL;
    }
}

static const char *replacement(const unsigned char *at, bool first, enum markup markup)
{
    if (*at == '\t' || *at == '\n' || *at == '\r')
        return " ";
    if (markup == MARKUP_NONE)
        return NULL;
    if (markup == MARKUP_SLACK && (*at == '&' || *at == '<' || *at == '>'))
        return *at == '&' ? "&amp;" : *at == '<' ? "&lt;" : "&gt;";
    return look_alike(at, first);
}

static void cut_back(struct strbuf *out, size_t len)
{
    if (out->failed || !out->data)
        return;
    out->len = len;
    out->data[len] = '\0';
}

void text_put(struct strbuf *out, const char *text, enum markup markup, size_t max)
{
    const unsigned char *s = (const unsigned char *)text, *start = s;
    size_t from = out->len, cut = out->len, length;

    for (; *s; s += length) {
        uint32_t c = utf8_decode(s, &length);
        const char *other = replacement(s, s == start, markup);
        size_t n = other ? strlen(other) : length;
        if (!other && utf8_disturbs(c))
            continue;
        if (out->len - from + n > max) {
            cut_back(out, cut);
            strbuf_puts(out, max >= strlen(ELLIPSIS) ? ELLIPSIS : "");
            return;
        }
        strbuf_append(out, other ? (const void *)other : s, n);
        if (out->len - from + strlen(ELLIPSIS) <= max)
            cut = out->len;
    }
}

/* --- words --- */

static const char *level_word(enum language language, int level)
{
    return words_text(language, (enum word)(WORD_level_0 + level));
}

static const char *in(enum language language, struct bilingual text)
{
    return language == LANGUAGE_ZH ? text.zh : text.en;
}

const char *text_kind(enum language language, const char *kind)
{
    enum alert_kind k = alert_kind_by_name(kind);

    return k == KIND_COUNT ? kind : words_text(language, (enum word)(WORD_kind_limit + k));
}

static void values_free(struct strbuf values[PARAM_COUNT])
{
    for (size_t i = 0; i < PARAM_COUNT; i++)
        strbuf_free(&values[i]);
}

void text_place(const struct step_view *v, enum language language, struct strbuf *out)
{
    struct strbuf values[PARAM_COUNT] = {0};
    enum word word = !*v->house     ? WORD_format_place_district
                     : !*v->element ? WORD_format_place_house
                                    : WORD_format_place_element;
    const char *house = in(language, v->house_name), *element = in(language, v->element_name);

    text_put(&values[PARAM_house], *v->house ? house : v->district, MARKUP_NONE, TITLE_NAME_BYTES);
    text_put(&values[PARAM_number], v->house, MARKUP_NONE, TITLE_NAME_BYTES);
    text_put(&values[PARAM_element], *element ? element : v->element, MARKUP_NONE,
             TITLE_NAME_BYTES);
    words_fill(out, language, word, values);
    values_free(values);
}

static bool is_heartbeat(const struct step_view *v)
{
    return strcmp(v->kind, alert_kind_name(KIND_HEARTBEAT)) == 0;
}

static enum word title_word(enum alert_event event)
{
    static const enum word words[EVENT_COUNT] = {
        [EVENT_RAISED] = WORD_format_title_raised,
        [EVENT_WORSENED] = WORD_format_title_worsened,
        [EVENT_EASED] = WORD_format_title_eased,
        [EVENT_ACKNOWLEDGED] = WORD_format_title_acknowledged,
        [EVENT_ESCALATED] = WORD_format_title_escalated,
        [EVENT_RESOLVED] = WORD_format_title_resolved,
        [EVENT_REOPENED] = WORD_format_title_reopened,
        [EVENT_COMMENTED] = WORD_format_title_commented,
        [EVENT_ASSIGNED] = WORD_format_title_assigned,
        [EVENT_REMINDED] = WORD_format_title_reminded,
    };

    return event < EVENT_COUNT && words[event] ? words[event] : WORD_format_title_update;
}

static void put_one_title(const struct step_view *v, enum language language, struct strbuf *out)
{
    struct strbuf values[PARAM_COUNT] = {0};

    strbuf_puts(&values[PARAM_level], level_word(language, v->level));
    text_place(v, language, &values[PARAM_where]);
    words_fill(out, language, is_heartbeat(v) ? WORD_format_title_heartbeat : title_word(v->event),
               values);
    values_free(values);
}

/* --- several steps --- */

static void put_share(enum language language, int level, size_t count, struct strbuf *out)
{
    struct strbuf values[PARAM_COUNT] = {0};

    if (count == 0)
        return;
    if (out->len > 0)
        strbuf_puts(out, words_text(language, WORD_format_between));
    strbuf_puts(&values[PARAM_level], level == LEVEL_NORMAL
                                          ? words_text(language, WORD_format_ended)
                                          : level_word(language, level));
    strbuf_printf(&values[PARAM_count], "%zu", count);
    words_fill(out, language, WORD_format_share, values);
    values_free(values);
}

static void put_many_title(const struct format_message *m, enum language language,
                           struct strbuf *out)
{
    struct strbuf values[PARAM_COUNT] = {0};
    size_t counts[LEVEL_RED + 1] = {0};

    for (size_t i = 0; i < m->count; i++)
        counts[m->items[i].step->level]++;
    for (int level = LEVEL_RED; level >= LEVEL_NORMAL; level--)
        put_share(language, level, counts[level], &values[PARAM_detail]);
    strbuf_printf(&values[PARAM_count], "%zu", m->count);
    words_fill(out, language, WORD_format_many, values);
    values_free(values);
}

/* --- titles --- */

static const char *sign_of(int level)
{
    static const char *const signs[] = {"⚪", "🔵", "🟡", "🟠", "🔴"};

    return signs[level];
}

static enum language first_language(const struct format_message *m)
{
    return m->languages & FORMAT_ZH ? LANGUAGE_ZH : LANGUAGE_EN;
}

static void put_title(const struct format_message *m, enum language language,
                      const struct text_style *s, struct strbuf *out)
{
    struct strbuf title = {0};

    if (m->count > 1)
        put_many_title(m, language, &title);
    else
        put_one_title(m->items[0].step, language, &title);
    text_put(out, strbuf_text(&title), s->markup, s->max_bytes);
    strbuf_free(&title);
}

void text_title(const struct format_message *m, const struct text_style *s, struct strbuf *out)
{
    struct strbuf title = {0};

    put_title(m, first_language(m), s, &title);
    strbuf_printf(out, "%s ", sign_of(m->items[0].step->level));
    if (m->keyword && *m->keyword && !strstr(strbuf_text(&title), m->keyword)) {
        text_put(out, m->keyword, s->markup, s->max_bytes);
        strbuf_puts(out, words_text(first_language(m), WORD_format_between));
    }
    strbuf_puts(out, strbuf_text(&title));
    strbuf_free(&title);
}

/* --- bodies --- */

static void put_line(struct strbuf *out, const char *text, const struct text_style *s, size_t max)
{
    if (!*text || max <= strlen(s->line))
        return;
    text_put(out, text, s->markup, max - strlen(s->line));
    strbuf_puts(out, s->line);
}

/* Summary, two thirds at most, and advice. */
static void put_one(const struct format_message *m, enum language language,
                    const struct text_style *s, size_t max, struct strbuf *out)
{
    const struct step_view *v = m->items[0].step;
    size_t before = out->len;

    put_line(out, in(language, v->summary), s, max / 3 * 2);
    put_line(out, in(language, v->advice), s, max - (out->len - before));
}

static void put_many(const struct format_message *m, enum language language,
                     const struct text_style *s, size_t max, struct strbuf *out)
{
    for (size_t i = 0; i < m->count; i++) {
        const struct step_view *v = m->items[i].step;
        size_t each = max / m->count, sign = strlen(sign_of(v->level)) + 1;
        if (each <= sign)
            return;
        strbuf_printf(out, "%s ", sign_of(v->level));
        put_line(out, in(language, v->summary), s, each - sign);
    }
}

static void put_link(const struct format_message *m, const struct text_style *s, struct strbuf *out)
{
    struct strbuf values[PARAM_COUNT] = {0}, line = {0};
    const char *url = m->items[0].step->url;

    if (m->count > 1 || !*url)
        return;
    strbuf_puts(&values[PARAM_detail], url);
    words_fill(&line, first_language(m), WORD_format_link, values);
    put_line(out, strbuf_text(&line), s, LINK_BYTES);
    strbuf_free(&line);
    values_free(values);
}

static void put_language(const struct format_message *m, enum language language,
                         const struct text_style *s, size_t max, struct strbuf *out)
{
    size_t before = out->len, used;
    struct text_style short_title = *s;

    if (language != first_language(m)) {
        short_title.max_bytes = max / 4;
        strbuf_puts(out, strcmp(s->line, "\n") == 0 ? "\n" : ""); /* an empty line between */
        put_title(m, language, &short_title, out);
        strbuf_puts(out, s->line);
    }
    used = out->len - before;
    if (m->count > 1)
        put_many(m, language, s, max - used, out);
    else
        put_one(m, language, s, max - used, out);
}

void text_body(const struct format_message *m, const struct text_style *s, struct strbuf *out)
{
    size_t n = m->languages == FORMAT_BOTH ? 2 : 1, before = out->len, end;
    size_t max = s->max_bytes > LINK_BYTES ? s->max_bytes - LINK_BYTES : 0;

    for (int language = LANGUAGE_ZH; language <= LANGUAGE_EN; language++)
        if (m->languages & 1u << language)
            put_language(m, (enum language)language, s, max / n, out);
    put_link(m, s, out);
    end = strlen(s->line);
    if (out->len >= before + end)
        cut_back(out, out->len - end);
}

/* --- for templates --- */

void format_title(const struct format_message *m, struct strbuf *out)
{
    text_title(m, &(struct text_style){MARKUP_NONE, 400, "\n"}, out);
}

void format_text(const struct format_message *m, size_t max_bytes, struct strbuf *out)
{
    text_body(m, &(struct text_style){MARKUP_NONE, max_bytes, "\n"}, out);
}
