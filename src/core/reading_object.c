#include <string.h>

#include "eight_bytes.h"
#include "reading_scan.h"

/* --- texts --- */

struct scan {
    const char *p, *end;
};

struct text {
    const char *begin;
    size_t n;
};

static void skip_blanks(struct scan *s)
{
    while (s->p < s->end && (*s->p == ' ' || *s->p == '\t' || *s->p == '\r' || *s->p == '\n'))
        s->p++;
}

static bool take(struct scan *s, char wanted)
{
    if (s->p < s->end && *s->p == wanted) {
        s->p++;
        return true;
    }
    skip_blanks(s);
    if (s->p == s->end || *s->p != wanted)
        return false;
    s->p++;
    return true;
}

static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/* The high bit of each byte that is not plain; those above the lowest as zero_bytes. */
static uint64_t not_plain(uint64_t x)
{
    return zero_bytes(x ^ EACH_BYTE('"')) | zero_bytes(x ^ EACH_BYTE('\\')) |
           zero_bytes(x ^ EACH_BYTE(0x7fU)) | (x & EACH_BYTE(0x80U)) |
           ((x - EACH_BYTE(0x20U)) & ~x & EACH_BYTE(0x80U));
}

/* To the first character that is not plain, eight bytes at a time. */
static const char *skip_plain(const char *p, const char *end)
{
    for (; end - p >= 8; p += 8) {
        uint64_t marks = not_plain(eight_at(p));
        if (marks)
            return p + __builtin_ctzll(marks) / 8;
    }
    while (p < end && is_plain((unsigned char)*p))
        p++;
    return p;
}

static bool take_text(struct scan *s, struct text *t)
{
    const char *p;

    if (!take(s, '"'))
        return false;
    p = skip_plain(s->p, s->end);
    if (p == s->end || *p != '"')
        return false;
    *t = (struct text){s->p, (size_t)(p - s->p)};
    s->p = p + 1;
    return true;
}

enum member { MEMBER_T, MEMBER_SENSOR, MEMBER_V, MEMBER_U, MEMBER_RX, MEMBER_OTHER };

static enum member member_of(struct text key)
{
    if (key.n == 1)
        return *key.begin == 't'   ? MEMBER_T
               : *key.begin == 'v' ? MEMBER_V
               : *key.begin == 'u' ? MEMBER_U
                                   : MEMBER_OTHER;
    if (key.n == 2 && memcmp(key.begin, "rx", 2) == 0)
        return MEMBER_RX;
    return key.n == 6 && memcmp(key.begin, "sensor", 6) == 0 ? MEMBER_SENSOR : MEMBER_OTHER;
}

/* A text or a number that nobody asks for; not one that would make the line a message. */
static bool skip_value(struct scan *s, struct text key)
{
    struct text t;
    double ignored;

    if (key.n == 5 && memcmp(key.begin, "topic", 5) == 0)
        return false;
    skip_blanks(s);
    if (s->p < s->end && *s->p == '"')
        return take_text(s, &t);
    return scan_number(&s->p, s->end, &ignored);
}

static bool take_time_member(struct scan *s, int64_t *t_us)
{
    struct text t;

    return take_text(s, &t) && scan_time(t.begin, t.n, t_us);
}

static bool take_value(struct scan *s, enum member m, struct text key, struct reading_line *out)
{
    struct text t;

    switch (m) {
    case MEMBER_T:
        return take_time_member(s, &out->t_us);
    case MEMBER_RX:
        return take_time_member(s, &out->rx_us);
    case MEMBER_V:
        skip_blanks(s);
        return scan_number(&s->p, s->end, &out->value);
    case MEMBER_SENSOR:
        if (!take_text(s, &t) || t.n == 0)
            return false;
        out->sensor = t.begin;
        out->sensor_len = t.n;
        return true;
    case MEMBER_U:
        if (!take_text(s, &t))
            return false;
        out->unit = t.begin;
        out->unit_len = t.n;
        return true;
    case MEMBER_OTHER:
        break;
    }
    return skip_value(s, key);
}

static bool any_object(const char *line, size_t n, struct reading_line *out)
{
    const unsigned needed = 1u << MEMBER_T | 1u << MEMBER_SENSOR | 1u << MEMBER_V;
    struct scan s = {line, line + n};
    unsigned seen = 0;

    *out = (struct reading_line){.rx_us = INT64_MIN};
    if (!take(&s, '{'))
        return false;
    do {
        struct text key;
        enum member m;

        if (!take_text(&s, &key) || !take(&s, ':'))
            return false;
        m = member_of(key);
        if (m != MEMBER_OTHER && seen & 1u << m)
            return false;
        seen |= 1u << m;
        if (!take_value(&s, m, key, out))
            return false;
    } while (take(&s, ','));
    if (!take(&s, '}') || (seen & needed) != needed)
        return false;
    skip_blanks(&s);
    return s.p == s.end;
}

/* --- the usual line --- */

/* Steps over words that stand there. */
static bool step_over(struct scan *s, const char *words, size_t n)
{
    if ((size_t)(s->end - s->p) < n || memcmp(s->p, words, n) != 0)
        return false;
    s->p += n;
    return true;
}

#define STEP_OVER(s, words) step_over(s, words, sizeof words - 1)

/* To the quote that ends a plain text, which is left. */
static bool step_text(struct scan *s, const char **text, size_t *n)
{
    *text = s->p;
    s->p = skip_plain(s->p, s->end);
    *n = (size_t)(s->p - *text);
    return s->p < s->end && *s->p == '"';
}

static bool step_time(struct scan *s, int64_t *t_us)
{
    const char *text;
    size_t n;

    if (s->end - s->p > 20 && s->p[20] == '"' && scan_time(s->p, 20, t_us)) {
        s->p += 20;
        return true;
    }
    return step_text(s, &text, &n) && scan_time(text, n, t_us);
}

/* As histories are written, without a blank: {"t":..,"sensor":..,"v":..,"u":..,"rx":..}. */
static bool usual_object(const char *line, size_t n, struct reading_line *out)
{
    struct scan s = {line, line + n};

    *out = (struct reading_line){0};
    return STEP_OVER(&s, "{\"t\":\"") && step_time(&s, &out->t_us) &&
           STEP_OVER(&s, "\",\"sensor\":\"") && step_text(&s, &out->sensor, &out->sensor_len) &&
           out->sensor_len > 0 && STEP_OVER(&s, "\",\"v\":") &&
           scan_number(&s.p, s.end, &out->value) && STEP_OVER(&s, ",\"u\":\"") &&
           step_text(&s, &out->unit, &out->unit_len) && STEP_OVER(&s, "\",\"rx\":\"") &&
           step_time(&s, &out->rx_us) && STEP_OVER(&s, "\"}") && s.p == s.end;
}

bool scan_object(const char *line, size_t n, struct reading_line *out)
{
    return usual_object(line, n, out) || any_object(line, n, out);
}
