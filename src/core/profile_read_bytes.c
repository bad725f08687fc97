#include <stdlib.h>
#include <string.h>

#include "profile_read.h"

#define PAYLOAD_MAX 65535

static const char *const type_names[] = {"u8",    "i8",    "u16be", "i16be", "u24be", "i24be",
                                         "u32be", "i32be", "f32be", "u16le", "i16le", "u24le",
                                         "i24le", "u32le", "i32le", "f32le"};
static const enum profile_number types[] = {NUM_U8,  NUM_I8,  NUM_U16, NUM_I16, NUM_U24, NUM_I24,
                                            NUM_U32, NUM_I32, NUM_F32, NUM_U16, NUM_I16, NUM_U24,
                                            NUM_I24, NUM_U32, NUM_I32, NUM_F32};
#define FIRST_LITTLE_ENDIAN 9

static const char *keep_earlier(struct json_reader *r, const struct json_value *v, const char *key,
                                const struct profile_field *fields, size_t count)
{
    struct json_value at = json_member(v, key);
    const char *name = json_get_text(r, v, key, JSON_MAY);

    if (!name)
        return NULL;
    for (size_t i = 0; i < count; i++)
        if (strcmp(fields[i].name, name) == 0)
            return fields[i].name;
    json_fault(r, &at, "\"%s\" is no field before this one", name);
    return NULL;
}

static void read_field(struct json_reader *r, const struct json_value *v,
                       struct profile_field *fields, size_t index)
{
    static const char *const keys[] = {"name",  "type",    "at",     "bit",  "bits",
                                       "scale", "offset",  "over",   "plus", "plus_scale",
                                       "power", "missing", "hidden", "note"};
    struct profile_field *f = &fields[index];
    size_t type = 0;

    *f = (struct profile_field){.name = "", .at = -1, .scale = 1, .power = 1, .plus_scale = 1};
    if (!json_check_object(r, v, keys, COUNT_OF(keys)))
        return;
    f->name = json_keep(r, json_get_text(r, v, "name", JSON_MUST));
    json_get_choice(r, v, "type", JSON_MUST, "a type of number", type_names, COUNT_OF(type_names),
                    &type);
    if (type < COUNT_OF(types)) {
        f->type = types[type];
        f->little_endian = type >= FIRST_LITTLE_ENDIAN;
    }
    json_get_whole(r, v, "at", JSON_MAY, 0, PAYLOAD_MAX, &f->at);
    json_get_whole(r, v, "bit", JSON_MAY, 0, 31, &f->bit);
    json_get_whole(r, v, "bits", JSON_MAY, 1, 32, &f->bits);
    json_get_number(r, v, "scale", JSON_MAY, &f->scale);
    json_get_number(r, v, "offset", JSON_MAY, &f->offset);
    f->over = keep_earlier(r, v, "over", fields, index);
    f->plus = keep_earlier(r, v, "plus", fields, index);
    json_get_number(r, v, "plus_scale", JSON_MAY, &f->plus_scale);
    json_get_whole(r, v, "power", JSON_MAY, 1, 2, &f->power);
    f->missing = profile_read_texts(r, v, "missing", &f->missing_count);
    f->hidden = cJSON_IsTrue(json_member(v, "hidden").item);
}

static void read_fields(struct json_reader *r, const struct json_value *v,
                        struct profile_item *item)
{
    struct json_value list;
    struct profile_field *fields;
    size_t i = 0;

    if (!json_get_list(r, v, "fields", JSON_MAY, &list) || !list.item)
        return;
    fields = json_keep_array(r, json_count(&list), sizeof *fields);
    for (const cJSON *c = list.item->child; c && fields; c = c->next, i++) {
        struct json_value one = {.item = c, .up = &list, .index = i};
        read_field(r, &one, fields, i);
    }
    item->fields = fields;
    item->field_count = fields ? i : 0;
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* The bytes that announce an item of TLV, as hexadecimal digits; ".." is any byte. */
static void read_item_id(struct json_reader *r, const struct json_value *v, int header,
                         struct profile_item *item)
{
    struct json_value at = json_member(v, "id");
    const char *text = json_get_text(r, v, "id", JSON_MUST);
    size_t n = text ? strlen(text) : 0;

    if (!text)
        return;
    for (size_t i = 0; i < n; i++)
        if (hex_digit(text[i]) < 0 && !(text[i] == '.' && text[i ^ 1] == '.'))
            n = 0;
    if (n != 2 * (size_t)header) {
        json_fault(r, &at, "%d hexadecimal digits are needed (\"..\": any byte)", 2 * header);
        return;
    }
    for (size_t i = 0; i < n / 2; i++) {
        bool any = text[2 * i] == '.';
        item->mask[i] = any ? 0 : 0xff;
        item->id[i] = any ? 0 : (uint8_t)(hex_digit(text[2 * i]) * 16 + hex_digit(text[2 * i + 1]));
    }
}

/* The numbers a byte may be, decimal or 0x…, as decimal texts. */
static const char *const *read_is(struct json_reader *r, const struct json_value *when,
                                  size_t *count)
{
    struct json_value at = json_member(when, "is");
    const char *const *texts = profile_read_texts(r, when, "is", count);
    const char **plain = json_keep_array(r, *count, sizeof *plain);

    for (size_t i = 0; plain && i < *count; i++) {
        char *end = NULL;
        long v = texts[i] ? strtol(texts[i], &end, strncmp(texts[i], "0x", 2) == 0 ? 16 : 10) : 0;
        if (!end || end == texts[i] || *end || v < 0 || v > 255)
            json_fault(r, &at, "a byte is a whole number from 0 to 255, or 0x00 to 0xff");
        plain[i] = arena_printf(r->arena, "%ld", v);
        r->out_of_memory = r->out_of_memory || !plain[i];
    }
    if (*count == 0)
        json_fault(r, when, "needs \"is\": the numbers of that byte");
    return plain;
}

static void read_when(struct json_reader *r, const struct json_value *v, struct profile_when *when)
{
    static const char *const keys[] = {"at", "bit", "bits", "is"};
    struct json_value at = json_member(v, "when");

    when->at = -1;
    if (!at.item || !json_check_object(r, &at, keys, COUNT_OF(keys)))
        return;
    when->bits = 8;
    json_get_whole(r, &at, "at", JSON_MUST, 0, PAYLOAD_MAX, &when->at);
    json_get_whole(r, &at, "bit", JSON_MAY, 0, 7, &when->bit);
    json_get_whole(r, &at, "bits", JSON_MAY, 1, 8, &when->bits);
    when->values = read_is(r, &at, &when->value_count);
}

static void read_items(struct json_reader *r, const struct json_value *v, struct profile_bytes *b)
{
    static const char *const keys[] = {"id",   "flag", "list", "fields",
                                       "size", "when", "port", "note"};
    struct json_value list;
    struct profile_item *items;
    struct profile_when *when;
    const char **ports;
    size_t i = 0;

    if (!json_get_list(r, v, "items", JSON_MUST, &list))
        return;
    items = json_keep_array(r, json_count(&list), sizeof *items);
    when = json_keep_array(r, json_count(&list), sizeof *when);
    ports = json_keep_array(r, json_count(&list), sizeof *ports);
    if (!items || !when || !ports)
        return;
    for (const cJSON *c = list.item->child; c; c = c->next, i++) {
        struct json_value one = {.item = c, .up = &list, .index = i};
        const char *name;
        int port = 0;
        when[i].at = -1;
        if (!json_check_object(r, &one, keys, COUNT_OF(keys)))
            continue;
        if (b->layout == LAYOUT_TLV)
            read_item_id(r, &one, b->header, &items[i]);
        if (b->layout == LAYOUT_FLAGGED)
            json_get_whole(r, &one, "flag", JSON_MUST, 0, 15, &items[i].flag);
        read_when(r, &one, &when[i]);
        ports[i] = json_get_whole(r, &one, "port", JSON_MAY, 0, 255, &port)
                       ? arena_printf(r->arena, "%d", port)
                       : "";
        name = json_get_text(r, &one, "list", JSON_MAY);
        items[i].list = name ? json_keep(r, name) : NULL;
        json_get_whole(r, &one, "size", JSON_MAY, 0, PAYLOAD_MAX, &items[i].size);
        read_fields(r, &one, &items[i]);
        r->out_of_memory = r->out_of_memory || !ports[i];
    }
    b->items = items;
    b->when = when;
    b->ports = ports;
    b->item_count = i;
}

static void read_sizes(struct json_reader *r, const struct json_value *v, struct profile_bytes *b)
{
    struct json_value list;
    int *sizes;

    if (!json_get_list(r, v, "sizes", JSON_MAY, &list) || !list.item)
        return;
    sizes = json_keep_array(r, json_count(&list), sizeof *sizes);
    for (const cJSON *c = list.item->child; c && sizes; c = c->next) {
        struct json_value one = {.item = c, .up = &list, .index = b->size_count};
        double size = 0;
        if (json_number(r, &one, &size) && (size < 0 || size > PAYLOAD_MAX))
            json_fault(r, &one, "a number of bytes is needed, at most %d", PAYLOAD_MAX);
        else
            sizes[b->size_count++] = (int)size;
    }
    b->sizes = sizes;
}

void profile_read_bytes(struct json_reader *r, const struct json_value *document, struct profile *p)
{
    static const char *const keys[] = {"ptr",      "encoding", "layout", "header",    "version",
                                       "flags_at", "sizes",    "items",  "identifies"};
    static const char *const encodings[] = {"base64", "hex"};
    static const char *const layouts[] = {"none", "fixed", "tlv", "flagged"};
    struct profile_bytes *b = &p->bytes;
    struct json_value v = json_member(document, "bytes");
    size_t encoding = 0, layout = LAYOUT_NONE;

    *b = (struct profile_bytes){.version = -1, .header = 2};
    if (!v.item || !json_check_object(r, &v, keys, COUNT_OF(keys)))
        return;
    b->given = true;
    b->pointers = profile_read_pointers(r, &v, "ptr", NULL);
    json_get_choice(r, &v, "encoding", JSON_MAY, "an encoding", encodings, COUNT_OF(encodings),
                    &encoding);
    json_get_choice(r, &v, "layout", JSON_MAY, "a layout", layouts, COUNT_OF(layouts), &layout);
    b->hex = encoding == 1;
    b->layout = (enum profile_layout)(layout < COUNT_OF(layouts) ? layout : LAYOUT_NONE);
    if (b->layout == LAYOUT_FLAGGED) {
        b->header = 5;
        b->flags_at = 3;
    }
    json_get_whole(r, &v, "header", JSON_MAY, b->layout == LAYOUT_TLV ? 1 : 0,
                   b->layout == LAYOUT_TLV ? 4 : 255, &b->header);
    json_get_whole(r, &v, "version", JSON_MAY, 0, 255, &b->version);
    json_get_whole(r, &v, "flags_at", JSON_MAY, 0, 253, &b->flags_at);
    read_sizes(r, &v, b);
    b->identifies = cJSON_IsTrue(json_member(&v, "identifies").item);
    if (b->layout != LAYOUT_NONE)
        read_items(r, &v, b);
    if (b->layout == LAYOUT_NONE && b->pointers.count == 0)
        json_fault(r, &v, "needs ptr (where the bytes stand) or layout (what they mean)");
    if (b->pointers.count == 0 && p->topic_count > 0)
        json_fault(r, &v, "needs ptr: where the bytes stand");
}
