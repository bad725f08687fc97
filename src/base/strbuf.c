#include "shikumen/base/strbuf.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY   ((size_t)64)
#define NUMBER_MAX_BYTES 32

static void fail(struct strbuf *b)
{
    strbuf_free(b);
    b->failed = true;
}

/* Makes room for extra bytes and a terminator. */
static bool grow(struct strbuf *b, size_t extra)
{
    size_t need, capacity;
    char *data;

    if (extra >= SIZE_MAX / 2 - b->len) {
        fail(b);
        return false;
    }
    need = b->len + extra + 1;
    capacity = b->capacity ? b->capacity * 2 : FIRST_CAPACITY;
    if (capacity < need)
        capacity = need;
    data = realloc(b->data, capacity);
    if (!data) {
        fail(b);
        return false;
    }
    b->data = data;
    b->capacity = capacity;
    return true;
}

/* True when extra bytes and a terminator fit behind len. */
static inline bool reserve(struct strbuf *b, size_t extra)
{
    if (b->failed)
        return false;
    return b->capacity - b->len > extra || grow(b, extra);
}

void strbuf_append(struct strbuf *b, const void *bytes, size_t n)
{
    if (n == 0 || !reserve(b, n))
        return;
    memcpy(b->data + b->len, bytes, n);
    b->len += n;
    b->data[b->len] = '\0';
}

void strbuf_puts(struct strbuf *b, const char *text)
{
    strbuf_append(b, text, strlen(text));
}

void strbuf_putc(struct strbuf *b, char c)
{
    if (!reserve(b, 1))
        return;
    b->data[b->len++] = c;
    b->data[b->len] = '\0';
}

void strbuf_printf(struct strbuf *b, const char *format, ...)
{
    va_list args;
    size_t room;
    int n;

    if (!reserve(b, 1))
        return;
    room = b->capacity - b->len;
    va_start(args, format);
    n = vsnprintf(b->data + b->len, room, format, args);
    va_end(args);
    if (n >= 0 && (size_t)n >= room && reserve(b, (size_t)n)) {
        va_start(args, format);
        n = vsnprintf(b->data + b->len, (size_t)n + 1, format, args);
        va_end(args);
    }
    if (b->failed)
        return;
    if (n < 0) {
        fail(b);
        return;
    }
    b->len += (size_t)n;
}

/* What the second byte of a UTF-8 sequence may be, by its lead byte (RFC 3629 section 4). */
static void second_byte_range(unsigned char lead, unsigned char *low, unsigned char *high)
{
    *low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    *high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
}

/* Length of the sequence at s (n > 0 bytes left, s[0] >= 0x80). When it is not valid, *valid is
 * false and the length is that of its longest beginning that could have become valid, at least 1
 * (Unicode 15.0 section 3.9, "maximal subpart"). */
static size_t utf8_sequence(const unsigned char *s, size_t n, bool *valid)
{
    size_t want = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
    size_t have = 1;
    unsigned char low, high;

    *valid = false;
    if (s[0] < 0xc2 || s[0] > 0xf4)
        return 1;
    second_byte_range(s[0], &low, &high);
    while (have < want && have < n && s[have] >= low && s[have] <= high) {
        have++;
        low = 0x80;
        high = 0xbf;
    }
    *valid = have == want;
    return have;
}

static void put_escape(struct strbuf *b, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";
    static const char letters[] = "btn?fr"; /* 0x08..0x0d */
    char unicode[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
    char brief[2] = {'\\', (char)c};

    if (c >= 0x08 && c <= 0x0d && c != 0x0b)
        brief[1] = letters[c - 0x08];
    else if (c < 0x20) {
        strbuf_append(b, unicode, sizeof unicode);
        return;
    }
    strbuf_append(b, brief, sizeof brief);
}

void strbuf_json_string(struct strbuf *b, const char *text, size_t n)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t done = 0, i = 0; /* [done, i) is to be copied as it is */

    strbuf_putc(b, '"');
    while (i < n) {
        size_t length = 1;
        bool plain = s[i] >= 0x20 && s[i] != '"' && s[i] != '\\';
        if (s[i] >= 0x80)
            length = utf8_sequence(s + i, n - i, &plain);
        if (!plain) {
            strbuf_append(b, text + done, i - done);
            if (s[i] >= 0x80)
                strbuf_append(b, "\xef\xbf\xbd", 3);
            else
                put_escape(b, s[i]);
            done = i + length;
        }
        i += length;
    }
    if (n > done)
        strbuf_append(b, text + done, n - done);
    strbuf_putc(b, '"');
}

/* Writes m, with a point before the last places digits, backwards from end; returns the start. */
static char *decimal_before(char *end, uint64_t m, unsigned places)
{
    char *p = end;

    for (unsigned i = 0; i < places; i++, m /= 10)
        *--p = (char)('0' + m % 10);
    if (places > 0)
        *--p = '.';
    do
        *--p = (char)('0' + m % 10);
    while ((m /= 10) != 0);
    return p;
}

/* Integers up to 2^53 and decimals of up to 15 digits with up to 6 places, which is nearly all that
 * sensors say. A decimal m / 10^k with m < 2^53 and k <= 22 is read as the correctly rounded
 * quotient (W. D. Clinger, "How to read floating point numbers accurately", 1990), so when the
 * quotient is v the digits of m are right; and two decimals of 15 digits are never the same double,
 * so the first k that fits is the shortest. */
static bool put_short_decimal(struct strbuf *b, double v)
{
    static const double power[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6};
    double magnitude = fabs(v);
    char text[NUMBER_MAX_BYTES];
    char *const end = text + sizeof text;

    for (unsigned k = 0; k < sizeof power / sizeof *power; k++) {
        double scaled = magnitude * power[k];
        uint64_t m;
        if (scaled >= (k == 0 ? 9007199254740992.0 : 1e15))
            return false;
        m = (uint64_t)(scaled + 0.5);
        if ((double)m / power[k] == magnitude) {
            char *start = decimal_before(end, m, k);
            if (signbit(v))
                *--start = '-';
            strbuf_append(b, start, (size_t)(end - start));
            return true;
        }
    }
    return false;
}

/* "1e+05" and "1e-05" to "1e5" and "1e-5". */
static void trim_exponent(char *text)
{
    char *e = strchr(text, 'e');
    char *from, *to;

    if (!e)
        return;
    to = from = e + 1;
    if (*from == '-')
        to++;
    from++;
    while (*from == '0')
        from++;
    memmove(to, from, strlen(from) + 1);
}

/* Any finite double; below DBL_MIN fewer digits than 15 can be enough. */
static void put_general(struct strbuf *b, double v)
{
    locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    locale_t previous = uselocale(c_locale);
    char text[NUMBER_MAX_BYTES];

    for (int digits = fabs(v) < DBL_MIN ? 1 : DBL_DIG; digits <= DBL_DECIMAL_DIG; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, v);
        if (strtod(text, NULL) == v)
            break;
    }
    uselocale(previous);
    freelocale(c_locale);
    trim_exponent(text);
    strbuf_puts(b, text);
}

void strbuf_number(struct strbuf *b, double v)
{
    if (!isfinite(v))
        strbuf_append(b, "null", 4);
    else if (!put_short_decimal(b, v))
        put_general(b, v);
}

const char *strbuf_text(const struct strbuf *b)
{
    return b->data ? b->data : "";
}

void strbuf_clear(struct strbuf *b)
{
    b->len = 0;
    b->failed = false;
    if (b->data)
        b->data[0] = '\0';
}

void strbuf_free(struct strbuf *b)
{
    free(b->data);
    *b = (struct strbuf){0};
}
