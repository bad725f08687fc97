#include "json_check.h"

#include <stdbool.h>
#include <string.h>

#define NUMBER_MAX_BYTES 60

/* What is left, and the containers that are open. The take functions advance over what they accept;
 * at what they do not, they set words and return false. */
struct scan {
    const unsigned char *p, *end;
    const char *words;
    bool is_object[JSON_CHECK_DEPTH_MAX];
    size_t depth;
};

static bool fail(struct scan *s, const char *words)
{
    s->words = words;
    return false;
}

/* The next byte, 0 at the end. */
static unsigned char peek(const struct scan *s)
{
    return s->p < s->end ? *s->p : 0;
}

static void skip_space(struct scan *s)
{
    while (peek(s) == ' ' || peek(s) == '\t' || peek(s) == '\n' || peek(s) == '\r')
        s->p++;
}

static bool is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}

/* A sequence of more than one byte (RFC 3629 section 4). */
static bool take_utf8(struct scan *s)
{
    unsigned char lead = *s->p;
    size_t want = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    unsigned char low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    unsigned char high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;

    if (lead < 0xc2 || lead > 0xf4 || (size_t)(s->end - s->p) < want || s->p[1] < low ||
        s->p[1] > high)
        return fail(s, "text that is not UTF-8");
    for (size_t i = 2; i < want; i++)
        if ((s->p[i] & 0xc0) != 0x80)
            return fail(s, "text that is not UTF-8");
    s->p += want;
    return true;
}

/* Four hexadecimal digits. */
static bool take_hex(struct scan *s, unsigned *value)
{
    unsigned v = 0;

    if (s->end - s->p < 4)
        return fail(s, "an escape that breaks off");
    for (int i = 0; i < 4; i++, s->p++) {
        unsigned char c = *s->p;
        if (is_digit(c))
            v = v * 16 + (unsigned)(c - '0');
        else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
            v = v * 16 + (unsigned)((c | 0x20) - 'a' + 10);
        else
            return fail(s, "\\u without four hexadecimal digits");
    }
    *value = v;
    return true;
}

/* What follows "\u". */
static bool take_unicode(struct scan *s)
{
    unsigned unit, low;

    if (!take_hex(s, &unit))
        return false;
    if (unit == 0)
        return fail(s, "the character U+0000");
    if (unit >= 0xdc00 && unit <= 0xdfff)
        return fail(s, "half a surrogate pair");
    if (unit < 0xd800 || unit > 0xdbff)
        return true;
    if (s->end - s->p < 2 || s->p[0] != '\\' || s->p[1] != 'u')
        return fail(s, "half a surrogate pair");
    s->p += 2;
    if (!take_hex(s, &low))
        return false;
    return (low >= 0xdc00 && low <= 0xdfff) || fail(s, "half a surrogate pair");
}

static bool take_escape(struct scan *s)
{
    unsigned char c;

    s->p++;
    c = peek(s);
    if (c == '\0' || !strchr("\"\\/bfnrtu", c))
        return fail(s, "an escape that JSON does not have");
    s->p++;
    return c != 'u' || take_unicode(s);
}

static bool take_string(struct scan *s)
{
    s->p++;
    while (s->p < s->end && *s->p != '"') {
        if (*s->p < 0x20)
            return fail(s, "a line break or control character in a text");
        if (*s->p == '\\' ? !take_escape(s) : *s->p >= 0x80 ? !take_utf8(s) : (s->p++, false))
            return false;
    }
    if (s->p == s->end)
        return fail(s, "a text without its closing quote");
    s->p++;
    return true;
}

static bool take_digits(struct scan *s)
{
    if (!is_digit(peek(s)))
        return fail(s, "a number that is not one in JSON");
    while (is_digit(peek(s)))
        s->p++;
    return true;
}

static bool take_plain_number(struct scan *s)
{
    if (peek(s) == '-')
        s->p++;
    if (peek(s) == '0')
        s->p++;
    else if (!take_digits(s))
        return false;
    if (peek(s) == '.') {
        s->p++;
        if (!take_digits(s))
            return false;
    }
    if ((peek(s) | 0x20) == 'e') {
        s->p++;
        if (peek(s) == '+' || peek(s) == '-')
            s->p++;
        return take_digits(s);
    }
    return true;
}

/* cJSON 1.7 reads no more than 63 characters of a number. */
static bool take_number(struct scan *s)
{
    const unsigned char *start = s->p;

    return take_plain_number(s) &&
           (s->p - start <= NUMBER_MAX_BYTES || fail(s, "a number of too many digits"));
}

static bool take_word(struct scan *s, const char *word)
{
    size_t n = strlen(word);

    if ((size_t)(s->end - s->p) < n || memcmp(s->p, word, n) != 0)
        return fail(s, "a word that is not true, false or null");
    s->p += n;
    return true;
}

static bool take_scalar(struct scan *s)
{
    switch (peek(s)) {
    case '"':
        return take_string(s);
    case 't':
        return take_word(s, "true");
    case 'f':
        return take_word(s, "false");
    case 'n':
        return take_word(s, "null");
    default:
        if (peek(s) == '-' || is_digit(peek(s)))
            return take_number(s);
        return fail(s, s->p == s->end ? "the end where a value is expected" : "no value");
    }
}

static bool take_key(struct scan *s)
{
    skip_space(s);
    if (peek(s) != '"')
        return fail(s, "no key in quotes");
    if (!take_string(s))
        return false;
    skip_space(s);
    if (peek(s) != ':')
        return fail(s, "no ':' after a key");
    s->p++;
    return true;
}

static bool open_container(struct scan *s)
{
    if (s->depth == JSON_CHECK_DEPTH_MAX)
        return fail(s, "nesting too deep");
    s->is_object[s->depth++] = *s->p++ == '{';
    return true;
}

/* Behind a value: closes what ends here, and moves to the next value if there is one. */
static bool take_rest(struct scan *s)
{
    for (;;) {
        bool object;
        skip_space(s);
        if (s->depth == 0)
            return s->p == s->end || fail(s, "something behind the end");
        object = s->is_object[s->depth - 1];
        if (peek(s) == ',') {
            s->p++;
            return !object || take_key(s);
        }
        if (peek(s) != (object ? '}' : ']'))
            return fail(s,
                        object ? "no ',' or '}' behind a value" : "no ',' or ']' behind a value");
        s->p++;
        s->depth--;
    }
}

/* One value, or the beginning of a container with the key of its first member. */
static bool take_step(struct scan *s)
{
    skip_space(s);
    if (peek(s) != '{' && peek(s) != '[')
        return take_scalar(s) && take_rest(s);
    if (!open_container(s))
        return false;
    skip_space(s);
    if (peek(s) == (s->is_object[s->depth - 1] ? '}' : ']')) {
        s->p++;
        s->depth--;
        return take_rest(s);
    }
    return !s->is_object[s->depth - 1] || take_key(s);
}

struct json_flaw json_check(const char *text, size_t len)
{
    const unsigned char *start = (const unsigned char *)text;
    struct scan s = {.p = start, .end = start + len};

    if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        s.p += 3;
    while (take_step(&s) && (s.depth > 0 || s.p < s.end))
        ;
    return (struct json_flaw){.at = (size_t)(s.p - start), .words = s.words};
}
