#include "cbor.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "utf8_check.h"

#define DEPTH_MAX 32
#define TEXT_MAX  65536

enum { MAJOR_UNSIGNED, MAJOR_NEGATIVE, MAJOR_BYTES, MAJOR_TEXT, MAJOR_ARRAY, MAJOR_MAP, MAJOR_TAG };
enum { INDEFINITE = 31, BREAK = 0xff, TAG_DECIMAL = 4 };

struct reading {
    const uint8_t *at, *begin, *end;
    size_t values_left;
    cbor_label_fn *label;
    struct arena *arena;
    const char *fault;
    bool out_of_memory;
};

static cJSON *read_item(struct reading *r, int depth);

static cJSON *fail(struct reading *r, const char *words)
{
    if (!r->fault)
        r->fault = words;
    return NULL;
}

static cJSON *kept(struct reading *r, cJSON *item)
{
    r->out_of_memory = r->out_of_memory || !item;
    return item;
}

static bool at_break(struct reading *r)
{
    if (r->at < r->end && *r->at == BREAK) {
        r->at++;
        return true;
    }
    return false;
}

/* The argument of a head (RFC 8949 section 3); *indefinite when it has none of its own. */
static bool read_argument(struct reading *r, uint8_t head, uint64_t *argument, bool *indefinite)
{
    uint8_t info = head & 31;
    size_t n = info < 24 ? 0 : info < 28 ? (size_t)1 << (info - 24) : 0;

    *indefinite = info == INDEFINITE;
    *argument = info < 24 ? info : 0;
    if (info >= 28 && info != INDEFINITE) {
        fail(r, "a reserved length");
        return false;
    }
    if ((size_t)(r->end - r->at) < n) {
        fail(r, "cut off");
        return false;
    }
    for (; n > 0; n--)
        *argument = *argument << 8 | *r->at++;
    return true;
}

/* --- texts and bytes --- */

static char *base64url(struct arena *arena, const uint8_t *bytes, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    char *text = arena_alloc(arena, n / 3 * 4 + 5), *to = text;

    for (size_t i = 0; text && i < n; i += 3) {
        uint32_t group = (uint32_t)bytes[i] << 16 | (i + 1 < n ? (uint32_t)bytes[i + 1] << 8 : 0) |
                         (i + 2 < n ? bytes[i + 2] : 0);
        *to++ = digits[group >> 18];
        *to++ = digits[group >> 12 & 63];
        if (i + 1 < n)
            *to++ = digits[group >> 6 & 63];
        if (i + 2 < n)
            *to++ = digits[group & 63];
    }
    return text;
}

/* Goes over the pieces of a string without length, copying them when to is not NULL; their length
 * in all, SIZE_MAX when one is broken. */
static size_t read_pieces(struct reading *r, uint8_t major, uint8_t *to)
{
    size_t length = 0;

    while (!at_break(r)) {
        uint8_t head = r->at < r->end ? *r->at++ : BREAK;
        bool nested;
        uint64_t n;
        if (head >> 5 != major || !read_argument(r, head, &n, &nested) || nested ||
            n > (uint64_t)(r->end - r->at)) {
            fail(r, "a broken piece of a text");
            return SIZE_MAX;
        }
        if (to)
            memcpy(to + length, r->at, (size_t)n);
        length += (size_t)n;
        r->at += n;
    }
    return length;
}

/* The n bytes of a string, or the pieces of one without length, joined. */
static const uint8_t *read_bytes(struct reading *r, uint8_t major, uint64_t n, bool indefinite,
                                 size_t *length)
{
    const uint8_t *start = r->at;
    uint8_t *joined;

    *length = 0;
    if (!indefinite) {
        if (n > (uint64_t)(r->end - r->at)) {
            fail(r, "cut off");
            return NULL;
        }
        r->at += n;
        *length = (size_t)n;
        return start;
    }
    *length = read_pieces(r, major, NULL);
    if (*length == SIZE_MAX)
        return NULL;
    joined = arena_alloc(r->arena, *length + 1);
    r->out_of_memory = r->out_of_memory || !joined;
    r->at = start;
    if (joined)
        read_pieces(r, major, joined);
    return joined;
}

static const char *read_text(struct reading *r, uint8_t major, uint64_t n, bool indefinite)
{
    size_t length;
    const uint8_t *bytes = read_bytes(r, major, n, indefinite, &length);
    const char *text;

    if (!bytes)
        return NULL;
    if (length > TEXT_MAX) {
        fail(r, "a text longer than 65536 bytes");
        return NULL;
    }
    if (major == MAJOR_TEXT && (memchr(bytes, 0, length) || utf8_fault(bytes, length) < length)) {
        fail(r, "a text that is not UTF-8, or holds U+0000");
        return NULL;
    }
    text = major == MAJOR_TEXT ? arena_strndup(r->arena, (const char *)bytes, length)
                               : base64url(r->arena, bytes, length);
    r->out_of_memory = r->out_of_memory || !text;
    return text;
}

/* --- numbers --- */

static double half(uint64_t bits)
{
    int exponent = (int)(bits >> 10 & 31);
    double mantissa = (double)(bits & 1023);
    double v = exponent == 0    ? ldexp(mantissa, -24)
               : exponent != 31 ? ldexp(mantissa + 1024, exponent - 25)
               : mantissa == 0  ? (double)INFINITY
                                : (double)NAN;

    return bits & 0x8000 ? -v : v;
}

static cJSON *read_simple(struct reading *r, uint8_t info, uint64_t argument)
{
    uint32_t bits32 = (uint32_t)argument;
    float single;
    double v;

    switch (info) {
    case 20:
    case 21:
        return kept(r, cJSON_CreateBool(info == 21));
    case 22:
    case 23:
        return kept(r, cJSON_CreateNull());
    case 25:
        return kept(r, cJSON_CreateNumber(half(argument)));
    case 26:
        memcpy(&single, &bits32, sizeof single);
        return kept(r, cJSON_CreateNumber((double)single));
    case 27:
        memcpy(&v, &argument, sizeof v);
        return kept(r, cJSON_CreateNumber(v));
    default:
        return fail(r, "a simple value that is not known");
    }
}

static bool is_whole(const cJSON *item)
{
    return cJSON_IsNumber(item) && isfinite(item->valuedouble) &&
           trunc(item->valuedouble) == item->valuedouble;
}

/* What a tag holds; a decimal fraction [exponent, mantissa], whole numbers both, is its number (RFC
 * 8949 section 3.4.4). */
static cJSON *read_tagged(struct reading *r, uint64_t tag, int depth)
{
    cJSON *item = read_item(r, depth + 1);
    const cJSON *exponent, *mantissa;
    char text[64];
    double v;

    if (!item || tag != TAG_DECIMAL)
        return item;
    exponent = cJSON_GetArrayItem(item, 0);
    mantissa = cJSON_GetArrayItem(item, 1);
    if (cJSON_GetArraySize(item) != 2 || !is_whole(exponent) || !is_whole(mantissa) ||
        fabs(exponent->valuedouble) > 400) {
        cJSON_Delete(item);
        return fail(r, "a decimal fraction that is none");
    }
    snprintf(text, sizeof text, "%.17ge%d", mantissa->valuedouble, (int)exponent->valuedouble);
    cJSON_Delete(item);
    v = strtod(text, NULL);
    return kept(r, cJSON_CreateNumber(v));
}

/* --- arrays and maps --- */

static cJSON *read_array(struct reading *r, uint64_t n, bool indefinite, int depth)
{
    cJSON *array = kept(r, cJSON_CreateArray()), *last = NULL;

    for (uint64_t i = 0; array && (indefinite ? !at_break(r) : i < n); i++) {
        cJSON *item = read_item(r, depth + 1);
        if (!item) {
            cJSON_Delete(array);
            return NULL;
        }
        if (last) { /* cJSON would look for the end again each time */
            last->next = item;
            item->prev = last;
            array->child->prev = item;
        } else {
            array->child = item->prev = item;
        }
        last = item;
    }
    return array;
}

static const char *read_key(struct reading *r)
{
    uint8_t head = r->at < r->end ? *r->at++ : 0xff, major = head >> 5;
    uint64_t argument;
    bool indefinite;
    const char *name;

    if (!read_argument(r, head, &argument, &indefinite))
        return NULL;
    if (major == MAJOR_TEXT)
        return read_text(r, major, argument, indefinite);
    if (major > MAJOR_NEGATIVE || indefinite || argument > INT64_MAX) {
        fail(r, "a key that is neither a text nor an integer");
        return NULL;
    }
    int64_t label = major == MAJOR_NEGATIVE ? -1 - (int64_t)argument : (int64_t)argument;
    name = r->label ? r->label(label) : NULL;
    if (!name)
        name = arena_printf(r->arena, "%" PRId64, label);
    r->out_of_memory = r->out_of_memory || !name;
    return name;
}

static cJSON *read_map(struct reading *r, uint64_t n, bool indefinite, int depth)
{
    cJSON *map = kept(r, cJSON_CreateObject());

    for (uint64_t i = 0; map && (indefinite ? !at_break(r) : i < n); i++) {
        const char *key = read_key(r);
        cJSON *item = key ? read_item(r, depth + 1) : NULL;
        if (!item || !cJSON_AddItemToObject(map, key, item)) {
            r->out_of_memory = r->out_of_memory || item;
            cJSON_Delete(item);
            cJSON_Delete(map);
            return NULL;
        }
    }
    return map;
}

static cJSON *read_item(struct reading *r, int depth)
{
    uint8_t head, major;
    uint64_t argument;
    bool indefinite;
    const char *text;

    if (r->at == r->end)
        return fail(r, "cut off");
    if (depth > DEPTH_MAX || r->values_left == 0)
        return fail(r, depth > DEPTH_MAX ? "nested too deep" : "too many values");
    r->values_left--;
    head = *r->at++;
    major = head >> 5;
    if (!read_argument(r, head, &argument, &indefinite))
        return NULL;
    if (indefinite && (major < MAJOR_BYTES || major > MAJOR_MAP))
        return fail(r, "a break, or a number without an end");
    switch (major) {
    case MAJOR_UNSIGNED:
        return kept(r, cJSON_CreateNumber((double)argument));
    case MAJOR_NEGATIVE:
        return kept(r, cJSON_CreateNumber(-1.0 - (double)argument));
    case MAJOR_BYTES:
    case MAJOR_TEXT:
        text = read_text(r, major, argument, indefinite);
        return text ? kept(r, cJSON_CreateString(text)) : NULL;
    case MAJOR_ARRAY:
        return read_array(r, argument, indefinite, depth);
    case MAJOR_MAP:
        return read_map(r, argument, indefinite, depth);
    case MAJOR_TAG:
        return read_tagged(r, argument, depth);
    default:
        return read_simple(r, head & 31, argument);
    }
}

enum err cbor_read(const void *bytes, size_t n, size_t max_values, cbor_label_fn *label,
                   struct arena *arena, struct cbor_input *out)
{
    struct reading r = {
        .at = bytes, .begin = bytes, .values_left = max_values, .label = label, .arena = arena};

    *out = (struct cbor_input){0};
    r.end = r.begin + n;
    out->root = read_item(&r, 0);
    if (out->root && r.at != r.end) {
        cJSON_Delete(out->root);
        out->root = fail(&r, "more than one data item");
    }
    if (r.out_of_memory) {
        cJSON_Delete(out->root);
        out->root = NULL;
        return ERR_NOMEM;
    }
    if (!out->root)
        out->fault = arena_printf(arena, "%s (byte %zu of %zu)", r.fault ? r.fault : "not CBOR",
                                  (size_t)(r.at - r.begin) + 1, n);
    return out->root || out->fault ? ERR_OK : ERR_NOMEM;
}
