/* Payloads as the device sent them, where no codec has made an object of them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json_input.h"
#include "profile_part.h"
#include "shikumen/core/base64.h"

#define BYTES_MAX 65535

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

static bool hex_decode(const char *text, size_t n, uint8_t *bytes)
{
    for (size_t i = 0; i < n / 2; i++) {
        int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    return n % 2 == 0;
}

const uint8_t *profile_bytes_of(struct profile_work *w, const cJSON *item, bool hex, size_t *n,
                                const char **why)
{
    const char *text = json_is(item, cJSON_String) ? item->valuestring : "";
    size_t length = strlen(text), size = hex ? length / 2 : base64_size(text, length);
    uint8_t *bytes;

    *why = hex ? "the bytes are not hexadecimal" : "the bytes are not base64";
    if (!json_is(item, cJSON_String) || size > BYTES_MAX)
        return NULL;
    bytes = arena_alloc(w->arena, size + 1);
    if (!bytes) {
        w->out_of_memory = true;
        return NULL;
    }
    if (hex && !hex_decode(text, length, bytes))
        return NULL;
    if (!hex)
        base64_decode(text, length, bytes);
    *n = size;
    return bytes;
}

/* --- numbers --- */

static size_t size_of(enum profile_number type)
{
    static const size_t sizes[] = {1, 1, 2, 2, 3, 3, 4, 4, 4};

    return sizes[type];
}

static bool is_signed(enum profile_number type)
{
    return type == NUM_I8 || type == NUM_I16 || type == NUM_I24 || type == NUM_I32;
}

/* The number at bytes, some bits of it where the field says so. */
static double raw_number(const struct profile_field *f, const uint8_t *bytes)
{
    size_t n = size_of(f->type);
    uint32_t raw = 0;
    float real;
    int bits = (int)n * 8;

    for (size_t i = 0; i < n; i++)
        raw = raw << 8 | bytes[f->little_endian ? n - 1 - i : i];
    if (f->type == NUM_F32) {
        memcpy(&real, &raw, sizeof real);
        return (double)real;
    }
    if (f->bits > 0) {
        raw = f->bit < bits ? raw >> f->bit : 0;
        bits = f->bits;
        if (bits < 32)
            raw &= (UINT32_C(1) << bits) - 1;
    }
    if (is_signed(f->type) && (raw >> (bits - 1) & 1))
        return (double)raw - ldexp(1.0, bits);
    return (double)raw;
}

/* Of numbers with a sign also as documents write it: 0x8000. */
static bool is_missing(const struct profile_field *f, double raw)
{
    int bits = f->bits > 0 ? f->bits : (int)size_of(f->type) * 8;
    double unsigned_raw = is_signed(f->type) && raw < 0 ? raw + ldexp(1.0, bits) : raw;

    for (size_t i = 0; i < f->missing_count; i++) {
        char *end;
        double v = strtod(f->missing[i], &end);
        if (*end == '\0' && (v == raw || v == unsigned_raw))
            return true;
    }
    return false;
}

/* --- fields --- */

#define FIELDS_MAX 64

/* Fields of one item as read so far: other fields refer to them by name. */
struct field_values {
    const char *name[FIELDS_MAX];
    double raw[FIELDS_MAX];
    size_t count;
};

static double earlier(const struct field_values *v, const char *name)
{
    for (size_t i = v->count; i > 0; i--)
        if (strcmp(v->name[i - 1], name) == 0)
            return v->raw[i - 1];
    return (double)NAN;
}

/* v times scale, plus offset. Where both are decimals of whole numbers, as (v - 32768) / 10 is, it
 * is reckoned so, to the last bit. */
static double placed(double v, double scale, double offset)
{
    double whole = scale != 0 ? round(1 / scale) : 0, steps = offset * whole;

    if (fabs(whole) > 1 && fabs(1 / scale - whole) < 1e-9 * fabs(whole) &&
        fabs(steps - round(steps)) < 1e-6 && fabs(steps) < 1e9)
        return (v + round(steps)) / whole;
    return profile_scaled(v, scale) + offset;
}

static double value_of(const struct profile_field *f, const struct field_values *v, double raw)
{
    if (f->plus)
        raw += f->plus_scale * earlier(v, f->plus);
    if (f->over)
        raw /= earlier(v, f->over);
    if (f->power == 2)
        raw *= raw;
    return placed(raw, f->scale, f->offset);
}

static void put_number(struct profile_work *w, cJSON *object, const char *name, double v)
{
    cJSON *number;

    if (!isfinite(v))
        return;
    cJSON_DeleteItemFromObjectCaseSensitive(object, name);
    number = cJSON_CreateNumber(v);
    if (!number || !cJSON_AddItemToObject(object, name, number)) {
        cJSON_Delete(number);
        w->out_of_memory = true;
    }
}

/* The byte of an item's id that may be any, as a number; "" when there is none. */
static const char *any_byte(struct profile_work *w, const struct profile_item *item,
                            const uint8_t *id, size_t header)
{
    const char *text;

    for (size_t i = 0; id && i < header; i++)
        if (item->mask[i] == 0) {
            text = arena_printf(w->arena, "%u", id[i]);
            w->out_of_memory = w->out_of_memory || !text;
            return text ? text : "";
        }
    return "";
}

/* A field's name, with any in the place of "{}": "temperature_{}". */
static const char *name_with(struct profile_work *w, const char *name, const char *any)
{
    const char *place = strstr(name, "{}"), *text;

    if (!place)
        return name;
    text = arena_printf(w->arena, "%.*s%s%s", (int)(place - name), name, any, place + 2);
    w->out_of_memory = w->out_of_memory || !text;
    return text ? text : name;
}

/* Reads the fields of an item out of n bytes into object; *used is where the last one ends. False
 * when there are too few bytes. */
static bool read_fields(struct profile_work *w, const struct profile_item *item, const char *any,
                        const uint8_t *bytes, size_t n, cJSON *object, size_t *used)
{
    struct field_values values = {0};
    size_t next = 0, end = 0;

    for (size_t i = 0; i < item->field_count; i++) {
        const struct profile_field *f = &item->fields[i];
        size_t at = f->at >= 0 ? (size_t)f->at : next;
        double raw;
        if (at + size_of(f->type) > n)
            return false;
        next = at + size_of(f->type);
        end = next > end ? next : end;
        raw = raw_number(f, bytes + at);
        if (values.count < FIELDS_MAX) {
            values.name[values.count] = f->name;
            values.raw[values.count++] = raw;
        }
        if (!f->hidden && !is_missing(f, raw))
            put_number(w, object, name_with(w, f->name, any), value_of(f, &values, raw));
    }
    *used = item->size > 0 ? (size_t)item->size : end;
    return *used <= n;
}

/* The object that the fields of an item go into: object, or a new one in its list. */
static cJSON *target_of(struct profile_work *w, const struct profile_item *item, cJSON *object)
{
    cJSON *list, *one;

    if (!item->list)
        return object;
    list = cJSON_GetObjectItemCaseSensitive(object, item->list);
    if (!list)
        list = cJSON_AddArrayToObject(object, item->list);
    one = cJSON_CreateObject();
    if (!list || !one || !cJSON_AddItemToArray(list, one)) {
        cJSON_Delete(one);
        w->out_of_memory = true;
        return NULL;
    }
    return one;
}

static bool read_item(struct profile_work *w, const struct profile_item *item, const char *any,
                      const uint8_t *bytes, size_t n, cJSON *object, size_t *used)
{
    cJSON *target = target_of(w, item, object);

    return target && read_fields(w, item, any, bytes, n, target, used);
}

/* --- layouts --- */

static const struct profile_item *item_by_id(const struct profile_bytes *b, const uint8_t *id)
{
    for (size_t i = 0; i < b->item_count; i++) {
        size_t same = 0;
        while (same < (size_t)b->header &&
               (id[same] & b->items[i].mask[same]) == b->items[i].id[same])
            same++;
        if (same == (size_t)b->header)
            return &b->items[i];
    }
    return NULL;
}

/* *unknown: what ends the reading is an item that the layout does not have. */
static const char *read_tlv(struct profile_work *w, const struct profile_bytes *b,
                            const uint8_t *bytes, size_t n, cJSON *object, bool *unknown)
{
    size_t header = (size_t)b->header, at = 0;

    while (at < n) {
        const struct profile_item *item = n - at < header ? NULL : item_by_id(b, bytes + at);
        size_t used;
        *unknown = !item;
        if (!item)
            return arena_printf(w->arena, "byte %zu begins an item that the layout does not know",
                                at + 1);
        if (!read_item(w, item, any_byte(w, item, bytes + at, header), bytes + at + header,
                       n - at - header, object, &used))
            return arena_printf(w->arena, "the item at byte %zu is cut off", at + 1);
        at += header + used;
    }
    return NULL;
}

static const char *read_flagged(struct profile_work *w, const struct profile_bytes *b,
                                const uint8_t *bytes, size_t n, cJSON *object)
{
    size_t at = (size_t)b->header;
    unsigned flags, known = 0;

    if (n < at || n < (size_t)b->flags_at + 2)
        return "shorter than its header";
    if (b->version >= 0 && bytes[0] != b->version)
        return arena_printf(w->arena, "version %d, wanted %d", bytes[0], b->version);
    flags = (unsigned)bytes[b->flags_at] << 8 | bytes[b->flags_at + 1];
    for (size_t i = 0; i < b->item_count; i++) {
        size_t used;
        known |= 1U << b->items[i].flag;
        if (!(flags >> b->items[i].flag & 1))
            continue;
        if (!read_item(w, &b->items[i], "", bytes + at, n - at, object, &used))
            return "shorter than its flags say";
        at += used;
    }
    if (flags & ~known)
        return "flags that the layout does not know";
    return at == n ? NULL : "longer than its flags say";
}

static bool when_holds(const struct profile_when *when, const uint8_t *bytes, size_t n)
{
    char text[8];
    unsigned v;

    if (when->at < 0)
        return true;
    if ((size_t)when->at >= n)
        return false;
    v = (unsigned)bytes[when->at] >> when->bit & ((1U << when->bits) - 1);
    snprintf(text, sizeof text, "%u", v);
    for (size_t i = 0; i < when->value_count; i++)
        if (strcmp(when->values[i], text) == 0)
            return true;
    return false;
}

static const char *read_fixed(struct profile_work *w, const struct profile_bytes *b,
                              const char *port, const uint8_t *bytes, size_t n, cJSON *object)
{
    bool any = false;

    for (size_t i = 0; i < b->item_count; i++) {
        size_t used;
        if ((*b->ports[i] && strcmp(b->ports[i], port) != 0) || !when_holds(&b->when[i], bytes, n))
            continue;
        if (!read_item(w, &b->items[i], "", bytes, n, object, &used))
            return "shorter than its fields";
        any = true;
    }
    return any ? NULL : "no item of the layout is for this port or kind of payload";
}

static bool size_allowed(const struct profile_bytes *b, size_t n)
{
    for (size_t i = 0; i < b->size_count; i++)
        if ((size_t)b->sizes[i] == n)
            return true;
    return b->size_count == 0;
}

cJSON *profile_bytes_read(struct profile_work *w, const struct profile_bytes *b, const char *port,
                          const uint8_t *bytes, size_t n, const char **why)
{
    cJSON *object = cJSON_CreateObject();
    bool unknown = false;

    if (!object) {
        w->out_of_memory = true;
        return NULL;
    }
    if (!size_allowed(b, n))
        *why = arena_printf(w->arena, "%zu bytes, which no payload of it has", n);
    else if (n == 0)
        *why = "no bytes";
    else if (b->layout == LAYOUT_TLV)
        *why = read_tlv(w, b, bytes, n, object, &unknown);
    else if (b->layout == LAYOUT_FLAGGED)
        *why = read_flagged(w, b, bytes, n, object);
    else
        *why = read_fixed(w, b, port, bytes, n, object);
    if ((!*why || (unknown && object->child)) && !w->out_of_memory)
        return object;
    cJSON_Delete(object);
    return NULL;
}
