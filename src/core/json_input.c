#include "json_input.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "utf8_check.h"

/* Text up to this size is not counted before it is read: its tree is small whatever it says. */
#define COUNT_ABOVE_BYTES ((size_t)256 << 10)
#define BOM               "\xef\xbb\xbf"

/* True when text holds the escape of U+0000, which would cut a C string short. */
static bool has_nul_escape(const char *text, size_t n)
{
    const char *at = text, *end = text + n;

    while (end - at >= 6 && (at = memchr(at, '\\', (size_t)(end - at) - 5)) != NULL) {
        if (memcmp(at + 1, "u0000", 5) == 0)
            return true;
        at += 2;
    }
    return false;
}

/* The end of the string that begins behind the quote before p. */
static const char *string_end(const char *p, const char *end)
{
    for (; p < end && *p != '"'; p++)
        if (*p == '\\' && p + 1 < end)
            p++;
    return p;
}

/* Upper bound of the number of values in text, right for what is JSON. */
static size_t value_count(const char *text, size_t n)
{
    const char *end = text + n;
    size_t count = 1;

    for (const char *p = text; p < end; p++) {
        if (*p == '"')
            p = string_end(p + 1, end);
        else if (*p == ',' || *p == '[' || *p == '{')
            count++;
    }
    return count;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Cuts space off both ends, and the byte order mark off the front. */
static void trim(const char **text, size_t *len)
{
    if (*len >= 3 && memcmp(*text, BOM, 3) == 0) {
        *text += 3;
        *len -= 3;
    }
    while (*len > 0 && is_space((*text)[*len - 1]))
        --*len;
    while (*len > 0 && is_space(**text)) {
        ++*text;
        --*len;
    }
}

/* Words for what is wrong with text at *place before it is read, NULL when nothing is. */
static const char *fault_before(const char *text, size_t len, size_t max_values, size_t *place)
{
    const char *nul = len > 0 ? memchr(text, 0, len) : NULL;
    size_t bad;

    *place = 0;
    if (len == 0)
        return "empty";
    if (nul) {
        *place = (size_t)(nul - text);
        return "a NUL byte";
    }
    bad = utf8_fault((const unsigned char *)text, len);
    if (bad < len) {
        *place = bad;
        return "not UTF-8";
    }
    if (*text != '[' && *text != '{')
        return "not a JSON array or object";
    *place = len - 1;
    if (text[len - 1] != (*text == '[' ? ']' : '}'))
        return "JSON without its end";
    if (has_nul_escape(text, len))
        return "the character U+0000";
    if (len > COUNT_ABOVE_BYTES && value_count(text, len) > max_values)
        return "too many values";
    return NULL;
}

enum err json_input_read(const char *text, size_t len, size_t max_values, struct arena *arena,
                         struct json_input *out)
{
    const char *body = text, *end = NULL, *words;
    size_t n = len, place;

    *out = (struct json_input){0};
    trim(&body, &n);
    words = fault_before(body, n, max_values, &place);
    if (!words) {
        errno = 0;
        out->root = cJSON_ParseWithLengthOpts(body, n, &end, 0);
        if (!out->root && errno == ENOMEM)
            return ERR_NOMEM;
        if (out->root && end == body + n)
            return ERR_OK;
        words = out->root ? "more than one JSON value" : "not JSON, or nested too deep";
        place = end ? (size_t)(end - body) : 0;
        cJSON_Delete(out->root);
        out->root = NULL;
    }
    out->fault =
        arena_printf(arena, "%s (byte %zu of %zu)", words, place + (size_t)(body - text) + 1, len);
    return out->fault ? ERR_OK : ERR_NOMEM;
}

struct json_elements json_elements_of(const char *text, size_t len)
{
    struct json_elements e;

    trim(&text, &len);
    e.at = text + (len > 0);
    e.end = text + (len > 0 ? len - 1 : 0);
    e.index = 0;
    return e;
}

/* The comma that ends the element which begins at p, or end. */
static const char *element_end(const char *p, const char *end)
{
    size_t depth = 0;

    for (; p < end; p++) {
        if (*p == '"')
            p = string_end(p + 1, end);
        else if (*p == '[' || *p == '{')
            depth++;
        else if (*p == ']' || *p == '}')
            depth -= depth > 0;
        else if (*p == ',' && depth == 0)
            break;
    }
    return p < end ? p : end;
}

const char *json_element_text(struct json_elements *e, size_t index, size_t *n)
{
    const char *start = e->at, *stop = element_end(start, e->end);

    while (e->index < index && stop < e->end) {
        e->at = start = stop + 1;
        e->index++;
        stop = element_end(start, e->end);
    }
    while (start < stop && (unsigned char)*start <= ' ')
        start++;
    while (stop > start && (unsigned char)stop[-1] <= ' ')
        stop--;
    *n = (size_t)(stop - start);
    return start;
}
