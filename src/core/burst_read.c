#include <math.h>
#include <string.h>

#include "shikumen/core/base64.h"
#include "json_input.h"
#include "shikumen/core/burst.h"

#define VALUES_MAX       (VIBRATION_AXES * BURST_SAMPLES_MAX + 1000)
#define TIME_LIMIT_S     1e12
#define SAMPLE_BYTES     ((size_t)4)
#define MAX_BASE64_BYTES ((BURST_SAMPLES_MAX * SAMPLE_BYTES + 2) / 3 * 4)

/* One burst on its way. */
struct reading_burst {
    struct burst_record *b;
    enum burst_want want;
    struct arena *arena;
    bool out_of_memory;
};

static void blame(struct reading_burst *r, const char *words)
{
    if (!r->b->fault)
        r->b->fault = words;
}

/* The text of a member, copied; NULL when it is none. */
static const char *text_of(struct reading_burst *r, const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    const char *copy;

    if (!item || !json_is(item, cJSON_String))
        return NULL;
    copy = arena_strdup(r->arena, item->valuestring);
    r->out_of_memory = r->out_of_memory || !copy;
    return copy;
}

static double number_of(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

    return item && json_is(item, cJSON_Number) ? item->valuedouble : (double)NAN;
}

/* --- samples --- */

/* Room for n samples of an axis; NULL when they are not wanted (or memory is out). */
static double *room(struct reading_burst *r, size_t n)
{
    double *x;

    if (r->want == BURST_COUNT || !r->b->conv)
        return NULL;
    x = arena_array(r->arena, n, sizeof *x);
    r->out_of_memory = r->out_of_memory || !x;
    return x;
}

static double sample(struct reading_burst *r, double v)
{
    double canonical = unit_to_canonical(r->b->conv, v);

    if (!isfinite(canonical))
        blame(r, "a sample is too large for its unit");
    return canonical;
}

/* IEEE 754 binary32 in little-endian order; finite unless its exponent is all ones. */
static bool float32_finite(const uint8_t *bytes)
{
    return ((bytes[3] & 0x7f) << 1 | bytes[2] >> 7) != 0xff;
}

static double float32(const uint8_t *bytes)
{
    uint32_t bits = (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
                    (uint32_t)bytes[3] << 24;
    float v;

    memcpy(&v, &bits, sizeof v);
    return (double)v;
}

static void take_floats(struct reading_burst *r, const uint8_t *bytes, size_t n, double *x)
{
    for (size_t i = 0; i < n; i++) {
        if (!float32_finite(bytes + i * SAMPLE_BYTES))
            blame(r, "a sample is not finite");
        else if (x)
            x[i] = sample(r, float32(bytes + i * SAMPLE_BYTES));
    }
}

/* Samples of base64 into *x; 0 (and blamed) when it is not what it must be. */
static size_t read_base64(struct reading_burst *r, const char *text, double **x)
{
    size_t n = strlen(text), size = BASE64_INVALID;
    struct arena_mark mark;
    uint8_t *bytes;

    if (n <= MAX_BASE64_BYTES)
        size = base64_size(text, n);
    if (size == BASE64_INVALID || size % SAMPLE_BYTES != 0 ||
        size > BURST_SAMPLES_MAX * SAMPLE_BYTES) {
        blame(r, "an axis is not base64 of at most 1000000 float32");
        return 0;
    }
    *x = room(r, size / SAMPLE_BYTES);
    mark = arena_mark(r->arena);
    bytes = arena_alloc(r->arena, size);
    r->out_of_memory = r->out_of_memory || !bytes;
    if (r->out_of_memory)
        return 0;
    base64_decode(text, n, bytes);
    take_floats(r, bytes, size / SAMPLE_BYTES, *x);
    arena_rewind(r->arena, mark);
    return size / SAMPLE_BYTES;
}

static size_t read_numbers(struct reading_burst *r, const cJSON *array, double **x)
{
    size_t n = 0, i = 0;

    for (const cJSON *item = array->child; item; item = item->next, n++)
        if (!json_is(item, cJSON_Number) || !isfinite(item->valuedouble))
            blame(r, "a sample is not a finite number");
    if (n > BURST_SAMPLES_MAX)
        blame(r, "more than 1000000 samples");
    if (r->b->fault)
        return n;
    *x = room(r, n);
    for (const cJSON *item = array->child; item && *x; item = item->next)
        (*x)[i++] = sample(r, item->valuedouble);
    return n;
}

static void read_axis(struct reading_burst *r, const cJSON *axis, size_t which)
{
    double **x = &r->b->axis[which];
    size_t n = 0;

    if (json_is(axis, cJSON_String))
        n = read_base64(r, axis->valuestring, x);
    else if (json_is(axis, cJSON_Array))
        n = read_numbers(r, axis, x);
    if (n == 0)
        blame(r, "an axis has no samples");
    if (r->b->samples > 0 && n != r->b->samples)
        blame(r, "the axes differ in length");
    r->b->samples = n;
    r->b->has[which] = true;
    r->b->axes++;
}

static void read_axes(struct reading_burst *r, const cJSON *axes)
{
    struct burst_record *b = r->b;

    if (!axes || !json_is(axes, cJSON_Object)) {
        blame(r, "axes is not an object");
        return;
    }
    for (const cJSON *axis = axes->child; axis && !b->fault; axis = axis->next) {
        unsigned which = (unsigned)(unsigned char)axis->string[0] - 'x';

        if (which >= VIBRATION_AXES || axis->string[1] != '\0' || b->has[which])
            blame(r, "an axis is none of x, y, z, or is there twice");
        else
            read_axis(r, axis, which);
    }
    if (b->axes == 0)
        blame(r, "axes is empty");
}

/* --- the rest --- */

static void read_kind(struct reading_burst *r, const cJSON *root)
{
    struct burst_record *b = r->b;
    const char *kind = text_of(r, root, "kind");

    b->unit = text_of(r, root, "unit");
    if (!b->unit)
        blame(r, "unit is missing");
    b->kind = Q_COUNT;
    if (kind && strcmp(kind, "acceleration") == 0)
        b->kind = Q_ACCELERATION;
    else if (kind && strcmp(kind, "velocity") == 0)
        b->kind = Q_VELOCITY;
    else
        blame(r, "kind is neither \"velocity\" nor \"acceleration\"");
    if (b->unit && b->kind != Q_COUNT)
        b->conv = unit_find(b->kind, b->unit);
}

static void read_head(struct reading_burst *r, const cJSON *root)
{
    struct burst_record *b = r->b;
    double t0_s = number_of(root, "t0");

    b->fs_hz = number_of(root, "fs");
    b->sensor = text_of(r, root, "sensor");
    if (!(fabs(t0_s) < TIME_LIMIT_S))
        blame(r, "t0 is not a time in seconds");
    else
        b->t_us = llround(t0_s * 1e6);
    if (!(b->fs_hz > 0.0) || !isfinite(b->fs_hz))
        blame(r, "fs is not a sampling rate in Hz");
    read_kind(r, root);
    if (!b->sensor && cJSON_GetObjectItemCaseSensitive(root, "sensor"))
        blame(r, "sensor is not text");
}

static void read_root(struct reading_burst *r, const cJSON *root)
{
    if (!json_is(root, cJSON_Object)) {
        blame(r, "not an object");
        return;
    }
    r->b->parsed = true;
    read_head(r, root);
    if (!r->b->fault)
        read_axes(r, cJSON_GetObjectItemCaseSensitive(root, "axes"));
    if (!r->b->fault && !((double)r->b->samples / r->b->fs_hz < TIME_LIMIT_S))
        blame(r, "fs is too low");
}

enum err burst_read(const void *json, size_t n, enum burst_want want, struct arena *arena,
                    struct burst_record *out)
{
    struct reading_burst r = {.b = out, .want = want, .arena = arena};
    struct json_input in;
    enum err e = json_input_read(json, n, VALUES_MAX, arena, &in);

    *out = (struct burst_record){.kind = Q_COUNT};
    if (e)
        return e;
    if (in.fault) {
        out->fault = in.fault;
        return ERR_OK;
    }
    read_root(&r, in.root);
    cJSON_Delete(in.root);
    return r.out_of_memory ? ERR_NOMEM : ERR_OK;
}
