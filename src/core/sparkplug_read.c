#include "sparkplug_read.h"

#include <string.h>

#include "protobuf.h"
#include "utf8_check.h"

#define METRICS_MAX 20000

/* Field numbers of sparkplug_b.proto (Eclipse Tahu). */
enum { PAYLOAD_TIME = 1, PAYLOAD_METRIC = 2, PAYLOAD_SEQ = 3 };
enum {
    METRIC_NAME = 1,
    METRIC_ALIAS = 2,
    METRIC_TIME = 3,
    METRIC_DATATYPE = 4,
    METRIC_HISTORICAL = 5,
    METRIC_TRANSIENT = 6,
    METRIC_NULL = 7,
    METRIC_PROPERTIES = 9,
    METRIC_INT = 10,
    METRIC_LONG = 11,
    METRIC_FLOAT = 12,
    METRIC_DOUBLE = 13,
    METRIC_BOOLEAN = 14,
    METRIC_STRING = 15,
    METRIC_TEMPLATE = 18
};
enum { TEMPLATE_METRIC = 2, TEMPLATE_DEFINES = 5 };
enum { SET_KEYS = 1, SET_VALUES = 2, PROPERTY_STRING = 8 };

struct reading {
    struct arena *arena;
    struct spb_payload *out;
    size_t room; /* of its metrics */
    bool out_of_memory, broken;
};

static const char *text_of(struct reading *r, const struct pb_field *f)
{
    const char *text;

    if (f->type != PB_BYTES || memchr(f->bytes, 0, f->len) ||
        utf8_fault(f->bytes, f->len) < f->len) {
        r->broken = true;
        return NULL;
    }
    text = arena_strndup(r->arena, (const char *)f->bytes, f->len);
    r->out_of_memory = r->out_of_memory || !text;
    return text;
}

/* The text of a property value; NULL when it is none. */
static const char *property_text(struct reading *r, const struct pb_field *value)
{
    struct protobuf p = {.at = value->bytes, .end = value->bytes + value->len};
    struct pb_field f;

    while (protobuf_next(&p, &f))
        if (f.number == PROPERTY_STRING && f.type == PB_BYTES)
            return text_of(r, &f);
    return NULL;
}

/* The unit out of a property set: keys and values are two lists of the same order. */
static const char *unit_of(struct reading *r, const struct pb_field *set)
{
    struct protobuf p = {.at = set->bytes, .end = set->bytes + set->len};
    struct pb_field f;
    size_t keys = 0, values = 0, wanted = SIZE_MAX;

    while (protobuf_next(&p, &f))
        if (f.number == SET_KEYS && f.type == PB_BYTES) {
            if (wanted == SIZE_MAX && ((f.len == 7 && memcmp(f.bytes, "engUnit", 7) == 0) ||
                                       (f.len == 4 && memcmp(f.bytes, "unit", 4) == 0)))
                wanted = keys;
            keys++;
        }
    p.at = set->bytes;
    while (wanted != SIZE_MAX && protobuf_next(&p, &f))
        if (f.number == SET_VALUES && f.type == PB_BYTES && values++ == wanted)
            return property_text(r, &f);
    return NULL;
}

static void read_value(struct reading *r, struct spb_metric *m, const struct pb_field *f)
{
    uint32_t bits32 = (uint32_t)f->value;
    float single;

    switch (f->number) {
    case METRIC_INT:
    case METRIC_LONG:
        m->kind = SPB_NUMBER;
        m->number = f->value;
        break;
    case METRIC_FLOAT:
        memcpy(&single, &bits32, sizeof single);
        m->kind = SPB_REAL;
        m->real = (double)single;
        break;
    case METRIC_DOUBLE:
        m->kind = SPB_REAL;
        memcpy(&m->real, &f->value, sizeof m->real);
        break;
    case METRIC_BOOLEAN:
        m->kind = SPB_BOOL;
        m->number = f->value != 0;
        break;
    default:
        m->kind = SPB_TEXT;
        m->text = text_of(r, f);
    }
}

/* The wire type that a field of a metric must have. */
static int type_of_metric(uint32_t number)
{
    if (number == METRIC_NAME || number == METRIC_STRING || number == METRIC_PROPERTIES)
        return PB_BYTES;
    return number == METRIC_FLOAT ? PB_FIXED32 : number == METRIC_DOUBLE ? PB_FIXED64 : PB_VARINT;
}

static void read_metric_field(struct reading *r, struct spb_metric *m, const struct pb_field *f)
{
    switch (f->number) {
    case METRIC_NAME:
        m->name = text_of(r, f);
        break;
    case METRIC_ALIAS:
        m->has_alias = true;
        m->alias = f->value;
        break;
    case METRIC_TIME:
        m->has_time = true;
        m->time_ms = f->value;
        break;
    case METRIC_DATATYPE:
        m->datatype = (uint32_t)f->value;
        break;
    case METRIC_HISTORICAL:
        m->historical = f->value != 0;
        break;
    case METRIC_TRANSIENT:
        m->transient = f->value != 0;
        break;
    case METRIC_NULL:
        m->is_null = f->value != 0;
        break;
    case METRIC_PROPERTIES:
        m->unit = unit_of(r, f);
        break;
    default:
        read_value(r, m, f);
    }
}

/* --- templates --- */

/* Whether the template only says of what members its instances are. */
static bool defines(const struct pb_field *template)
{
    struct protobuf p = {.at = template->bytes, .end = template->bytes + template->len};
    struct pb_field f;

    while (protobuf_next(&p, &f))
        if (f.number == TEMPLATE_DEFINES && f.type == PB_VARINT && f.value != 0)
            return true;
    return false;
}

static size_t count_metric(const struct pb_field *metric, int depth);

/* Members of a template at that depth, and theirs. */
static size_t count_members(const struct pb_field *template, int depth)
{
    struct protobuf p = {.at = template->bytes, .end = template->bytes + template->len};
    struct pb_field f;
    size_t count = 0;

    if (depth > SPB_DEPTH_MAX || defines(template))
        return 0;
    while (protobuf_next(&p, &f) && count <= METRICS_MAX)
        if (f.number == TEMPLATE_METRIC && f.type == PB_BYTES)
            count += count_metric(&f, depth);
    return count;
}

/* The metric and what stands in it. */
static size_t count_metric(const struct pb_field *metric, int depth)
{
    struct protobuf p = {.at = metric->bytes, .end = metric->bytes + metric->len};
    struct pb_field f;
    size_t count = 1;

    while (protobuf_next(&p, &f) && count <= METRICS_MAX)
        if (f.number == METRIC_TEMPLATE && f.type == PB_BYTES)
            count += count_members(&f, depth + 1);
    return count;
}

static void read_metric(struct reading *r, const struct pb_field *field, size_t parent, int depth);

/* The members of the template that the metric at index is; how old they are and whether they are
 * told late is theirs as well where they do not say. */
static void read_members(struct reading *r, const struct pb_field *template, size_t index,
                         int depth)
{
    struct protobuf p = {.at = template->bytes, .end = template->bytes + template->len};
    struct pb_field f;

    if (depth > SPB_DEPTH_MAX) {
        r->out->metrics[index].datatype = SPB_TEMPLATE;
        return;
    }
    r->out->metrics[index].kind = SPB_MEMBERS;
    if (defines(template))
        return;
    while (!r->broken && !r->out_of_memory && protobuf_next(&p, &f)) {
        if (f.number == TEMPLATE_METRIC && f.type == PB_BYTES)
            read_metric(r, &f, index, depth);
        else if (f.number == TEMPLATE_METRIC)
            r->broken = true;
    }
    r->broken = r->broken || p.broken;
}

/* What a member has of the instance it stands in. */
static void inherit(struct spb_metric *m, const struct spb_metric *from)
{
    m->historical = m->historical || from->historical;
    m->transient = m->transient || from->transient;
    if (!m->has_time) {
        m->has_time = from->has_time;
        m->time_ms = from->time_ms;
    }
}

/* A metric at the end of the list, and its members behind it once all of its own is known. */
static void read_metric(struct reading *r, const struct pb_field *field, size_t parent, int depth)
{
    struct protobuf p = {.at = field->bytes, .end = field->bytes + field->len};
    size_t index = r->out->count;
    struct spb_metric *m = &r->out->metrics[index];
    struct pb_field f, template = {0};

    if (index >= r->room) { /* fields that are there twice were counted as often */
        r->broken = true;
        return;
    }
    r->out->count++;
    *m = (struct spb_metric){.parent = parent};

    while (protobuf_next(&p, &f)) {
        bool known = (f.number >= METRIC_NAME && f.number <= METRIC_NULL) ||
                     (f.number >= METRIC_PROPERTIES && f.number <= METRIC_STRING);
        if (known && f.type != type_of_metric(f.number))
            r->broken = true;
        else if (known)
            read_metric_field(r, m, &f);
        else if (f.number == METRIC_TEMPLATE && f.type == PB_BYTES)
            template = f;
        else if (f.number == METRIC_TEMPLATE)
            r->broken = true;
    }
    r->broken = r->broken || p.broken;
    if (parent != SPB_TOP)
        inherit(m, &r->out->metrics[parent]);
    if (template.bytes && !r->broken)
        read_members(r, &template, index, depth + 1);
}

static size_t count_metrics(const uint8_t *bytes, size_t n)
{
    struct protobuf p = {.at = bytes, .end = bytes + n};
    struct pb_field f;
    size_t count = 0;

    while (protobuf_next(&p, &f) && count <= METRICS_MAX)
        if (f.number == PAYLOAD_METRIC)
            count += f.type == PB_BYTES ? count_metric(&f, 0) : 1;
    return p.broken ? SIZE_MAX : count;
}

bool sparkplug_read(const void *bytes, size_t n, struct arena *arena, struct spb_payload *out,
                    bool *out_of_memory)
{
    size_t count = count_metrics(bytes, n);
    struct reading r = {.arena = arena, .out = out, .room = count};
    struct protobuf p = {.at = bytes, .end = (const uint8_t *)bytes + n};
    struct pb_field f;

    *out = (struct spb_payload){0};
    *out_of_memory = false;
    if (count > METRICS_MAX)
        return false;
    out->metrics = arena_array(arena, count, sizeof *out->metrics);
    *out_of_memory = !out->metrics;
    while (out->metrics && protobuf_next(&p, &f)) {
        if (f.number == PAYLOAD_TIME && f.type == PB_VARINT) {
            out->has_time = true;
            out->time_ms = f.value;
        } else if (f.number == PAYLOAD_SEQ && f.type == PB_VARINT) {
            out->has_seq = true;
            out->seq = f.value;
        } else if (f.number == PAYLOAD_METRIC && f.type == PB_BYTES) {
            read_metric(&r, &f, SPB_TOP, 0);
        } else if (f.number >= PAYLOAD_TIME && f.number <= PAYLOAD_SEQ) {
            r.broken = true;
        }
    }
    *out_of_memory = *out_of_memory || r.out_of_memory;
    return out->metrics && !r.broken;
}

double sparkplug_number(const struct spb_metric *m, uint32_t datatype)
{
    switch (datatype) {
    case SPB_INT8:
        return (double)(int8_t)(uint8_t)m->number;
    case SPB_INT16:
        return (double)(int16_t)(uint16_t)m->number;
    case SPB_INT32:
        return (double)(int32_t)(uint32_t)m->number;
    case SPB_INT64:
        return (double)(int64_t)m->number;
    default:
        return (double)m->number;
    }
}
