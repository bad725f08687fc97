#include "settings_text.h"

#include <ctype.h>
#include <string.h>

#define DECIMAL_INT   9 /* digits that always fit 32 bits */
#define HEX_INT       7
#define DECIMAL_INT64 18 /* digits that always fit 64 bits */
#define HEX_INT64     15

struct scan {
    const char *file;
    const char *at, *end;
    const char *copied; /* up to here it is in out */
    int line;
    struct strbuf *out;
    struct fault_list *faults;
};

/* Length of the UTF-8 sequence at s (RFC 3629 section 4), 0 when there is none. */
static size_t utf8_length(const unsigned char *s, size_t n)
{
    size_t length = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;

    if (length == 0 || s[0] > 0xf4 || length > n)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
        (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
        return 0;
    return length;
}

size_t utf8_valid_prefix(const char *text, size_t n)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t i = 0;

    while (i < n) {
        size_t length = utf8_length(s + i, n - i);
        if (length == 0)
            break;
        i += length;
    }
    return i;
}

static int lines_in(const char *text, size_t n)
{
    int lines = 1;

    for (size_t i = 0; i < n; i++)
        lines += text[i] == '\n';
    return lines;
}

static bool is_readable_text(const char *file, const struct strbuf *raw, struct fault_list *faults)
{
    const char *text = strbuf_text(raw);
    size_t valid = utf8_valid_prefix(text, raw->len);
    const char *nul = memchr(text, '\0', raw->len);

    if (valid < raw->len)
        fault_add(faults, file, lines_in(text, valid), "byte 0x%02x is not UTF-8; save it as UTF-8",
                  (unsigned)(unsigned char)text[valid]);
    else if (nul)
        fault_add(faults, file, lines_in(text, (size_t)(nul - text)), "contains a NUL byte");
    else
        return true;
    return false;
}

static bool starts_with(const struct scan *s, const char *word)
{
    size_t n = strlen(word);

    return (size_t)(s->end - s->at) >= n && memcmp(s->at, word, n) == 0;
}

static void step(struct scan *s)
{
    s->line += *s->at == '\n';
    s->at++;
}

static void skip_string(struct scan *s)
{
    step(s);
    while (s->at < s->end && *s->at != '"') {
        if (*s->at == '\\' && s->at + 1 < s->end)
            step(s);
        step(s);
    }
    if (s->at < s->end)
        step(s);
}

static void skip_line(struct scan *s)
{
    while (s->at < s->end && *s->at != '\n')
        s->at++;
}

static void skip_comment(struct scan *s)
{
    s->at += 2;
    while (s->at < s->end && !starts_with(s, "*/"))
        step(s);
    s->at = s->end - s->at < 2 ? s->end : s->at + 2;
}

static void skip_name(struct scan *s)
{
    while (s->at < s->end && (isalnum((unsigned char)*s->at) || strchr("-_*", *s->at)))
        s->at++;
}

/* A run of digits and letters that begins with a digit. Fractions and exponents are left alone;
 * whole numbers that may need 64 bits get the suffix that makes libconfig read all of them. */
static void take_number(struct scan *s)
{
    const char *start = s->at;
    bool hex = starts_with(s, "0x") || starts_with(s, "0X");
    size_t digits;

    s->at += hex ? 2 : 0;
    while (s->at < s->end &&
           (hex ? isxdigit((unsigned char)*s->at) : isdigit((unsigned char)*s->at)))
        s->at++;
    digits = (size_t)(s->at - start) - (hex ? 2 : 0);
    if (!hex && s->at < s->end && strchr(".eE", *s->at)) {
        while (s->at < s->end && (isalnum((unsigned char)*s->at) || strchr(".+-", *s->at)))
            s->at++;
        return;
    }
    if (digits > (hex ? HEX_INT64 : DECIMAL_INT64))
        fault_add(s->faults, s->file, s->line, "%.*s is too large a number",
                  (int)(digits < 40 ? digits : 40), start);
    if (digits > (hex ? HEX_INT : DECIMAL_INT) && (s->at == s->end || *s->at != 'L')) {
        strbuf_append(s->out, s->copied, (size_t)(s->at - s->copied));
        strbuf_putc(s->out, 'L');
        s->copied = s->at;
    }
    while (s->at < s->end && *s->at == 'L')
        s->at++;
}

static void take_token(struct scan *s)
{
    if (*s->at == '"') {
        skip_string(s);
    } else if (*s->at == '#' || starts_with(s, "//")) {
        skip_line(s);
    } else if (starts_with(s, "/*")) {
        skip_comment(s);
    } else if (starts_with(s, "@include")) {
        fault_add(s->faults, s->file, s->line,
                  "@include is not supported; put the file into %s.d, its name ending in .conf",
                  s->file);
        skip_line(s);
    } else if (isdigit((unsigned char)*s->at)) {
        take_number(s);
    } else if (isalpha((unsigned char)*s->at) || *s->at == '*') {
        skip_name(s);
    } else {
        step(s);
    }
}

bool settings_text_prepare(const char *file, const struct strbuf *raw, struct strbuf *out,
                           struct fault_list *faults)
{
    const char *text = strbuf_text(raw);
    struct scan s = {.file = file,
                     .at = text,
                     .end = text + raw->len,
                     .copied = text,
                     .line = 1,
                     .out = out,
                     .faults = faults};
    size_t before = faults->count;

    if (!is_readable_text(file, raw, faults))
        return false;
    while (s.at < s.end)
        take_token(&s);
    strbuf_append(out, s.copied, (size_t)(s.end - s.copied));
    return faults->count == before;
}
