#include <math.h>
#include <string.h>

#include "base64.h"
#include "json_input.h"
#include "payload_part.h"
#include "senml_name.h"

#define AXES             3
#define MAX_SAMPLES      ((size_t)1000000)
#define MAX_VALUES       (AXES * MAX_SAMPLES + 1000)
#define TIME_LIMIT_S     1e12
#define SAMPLE_BYTES     ((size_t)4)
#define MAX_BASE64_BYTES ((MAX_SAMPLES * SAMPLE_BYTES + 2) / 3 * 4)

/* What is read off a burst before its sensor is looked up; fault is words, NULL when sound. */
struct burst {
    int64_t t_us;
    double rate_hz;
    enum quantity kind;
    const char *unit;
    const char *sensor; /* NULL when not given */
    size_t samples;     /* on each axis */
    const char *fault;
    bool out_of_memory;
};

static void blame(struct burst *b, const char *words)
{
    if (!b->fault)
        b->fault = words;
}

static const char *text_of(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

    return item && json_is(item, cJSON_String) ? item->valuestring : NULL;
}

static double number_of(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

    return item && json_is(item, cJSON_Number) ? item->valuedouble : (double)NAN;
}

/* A float32 in little-endian order is finite when its exponent is not all ones (IEEE 754). */
static bool float32_finite(const uint8_t *bytes)
{
    return ((bytes[3] & 0x7f) << 1 | bytes[2] >> 7) != 0xff;
}

/* Number of samples in base64; 0 (and blamed) when it is not what it must be. */
static size_t count_base64(struct burst *b, const char *text, struct arena *arena)
{
    size_t n = strlen(text);
    size_t size = n <= MAX_BASE64_BYTES ? base64_size(text, n) : MAX_SAMPLES * SAMPLE_BYTES + 1;
    uint8_t *bytes;

    if (size == BASE64_INVALID || size % SAMPLE_BYTES != 0 || size > MAX_SAMPLES * SAMPLE_BYTES) {
        blame(b, "an axis is not base64 of at most 1000000 float32");
        return 0;
    }
    bytes = arena_alloc(arena, size);
    if (!bytes) {
        b->out_of_memory = true;
        return 0;
    }
    base64_decode(text, n, bytes);
    for (size_t i = 0; i < size; i += SAMPLE_BYTES)
        if (!float32_finite(bytes + i))
            blame(b, "a sample is not finite");
    return size / SAMPLE_BYTES;
}

static size_t count_numbers(struct burst *b, const cJSON *array)
{
    size_t n = 0;

    for (const cJSON *item = array->child; item; item = item->next, n++)
        if (!json_is(item, cJSON_Number) || !isfinite(item->valuedouble))
            blame(b, "a sample is not a finite number");
    if (n > MAX_SAMPLES)
        blame(b, "more than 1000000 samples");
    return n;
}

static void read_axis(struct burst *b, const cJSON *axis, struct arena *arena)
{
    size_t n = 0;

    if (json_is(axis, cJSON_String))
        n = count_base64(b, axis->valuestring, arena);
    else if (json_is(axis, cJSON_Array))
        n = count_numbers(b, axis);
    if (n == 0)
        blame(b, "an axis has no samples");
    if (b->samples > 0 && n != b->samples)
        blame(b, "the axes differ in length");
    b->samples = n;
}

static void read_axes(struct burst *b, const cJSON *axes, struct arena *arena)
{
    bool seen[AXES] = {false};
    size_t count = 0;

    if (!axes || !json_is(axes, cJSON_Object)) {
        blame(b, "axes is not an object");
        return;
    }
    for (const cJSON *axis = axes->child; axis && !b->fault; axis = axis->next, count++) {
        unsigned which = (unsigned)(unsigned char)axis->string[0] - 'x';
        if (which >= AXES || axis->string[1] != '\0' || seen[which])
            blame(b, "an axis is none of x, y, z, or is there twice");
        else
            read_axis(b, axis, arena);
        if (which < AXES)
            seen[which] = true;
    }
    if (count == 0)
        blame(b, "axes is empty");
}

static void read_head(struct burst *b, const cJSON *root)
{
    const char *kind = text_of(root, "kind");
    double t0_s = number_of(root, "t0");

    b->rate_hz = number_of(root, "fs");
    b->unit = text_of(root, "unit");
    b->sensor = text_of(root, "sensor");
    if (!(fabs(t0_s) < TIME_LIMIT_S))
        blame(b, "t0 is not a time in seconds");
    else
        b->t_us = llround(t0_s * 1e6);
    if (!(b->rate_hz > 0.0) || !isfinite(b->rate_hz))
        blame(b, "fs is not a sampling rate in Hz");
    if (!b->unit)
        blame(b, "unit is missing");
    if (kind && strcmp(kind, "acceleration") == 0)
        b->kind = Q_ACCELERATION;
    else if (kind && strcmp(kind, "velocity") == 0)
        b->kind = Q_VELOCITY;
    else
        blame(b, "kind is neither \"velocity\" nor \"acceleration\"");
    if (!b->sensor && cJSON_GetObjectItemCaseSensitive(root, "sensor"))
        blame(b, "sensor is not text");
}

/* The sensor's id: the one given or the one the topic implies; NULL when neither is. */
static const char *sensor_id(const struct decoding *d, struct burst *b)
{
    char *id;

    if (b->sensor) {
        if (strlen(b->sensor) > SENML_NAME_MAX)
            return NULL;
        id = arena_strdup(d->arena, b->sensor);
    } else if (d->topic.native) {
        id = arena_printf(d->arena, "%.*s/burst", (int)d->topic.node_len, d->topic.node);
    } else {
        return NULL;
    }
    b->out_of_memory = b->out_of_memory || !id;
    return id;
}

static enum err accept(struct decoding *d, const struct burst *b, uint32_t sensor)
{
    struct decoded_burst *out = arena_alloc(d->arena, sizeof *out);

    if (!out)
        return ERR_NOMEM;
    *out = (struct decoded_burst){.sensor = sensor,
                                  .t_us = b->t_us,
                                  .duration_s = (double)b->samples / b->rate_hz,
                                  .json = d->m->payload,
                                  .json_len = d->m->payload_len};
    d->out->burst = out;
    return ERR_OK;
}

static const char *unit_words(const struct decoding *d, const struct burst *b)
{
    return arena_printf(d->arena, "unit is none of %s (%s)", quantity_units_text(b->kind),
                        quantity_info(b->kind)->name);
}

/* A burst that is well-formed: for whom, and when. */
static enum err judge(struct decoding *d, const struct burst *b, const char *id)
{
    uint32_t sensor = registry_sensor(d->r, id, strlen(id));
    const struct sensor *s;
    enum refusal fault;

    if (!payload_node_may(d, id, sensor))
        return payload_refuse(d, REFUSE_NODE, id, "not a sensor of the topic's node");
    if (sensor == REGISTRY_NONE)
        return payload_refuse(d, REFUSE_UNKNOWN_SENSOR, id, "not in the registry");
    s = &d->r->sensors[sensor];
    if (s->quantity != Q_VELOCITY && s->quantity != Q_ACCELERATION)
        return payload_refuse(d, REFUSE_VALUE, id,
                              "a burst for a sensor that measures neither "
                              "velocity nor acceleration");
    if (!unit_find(b->kind, b->unit))
        return payload_refuse(d, REFUSE_UNIT, id, unit_words(d, b));
    fault = payload_time_fault(d, s, b->t_us);
    if (fault != REFUSE_COUNT)
        return payload_refuse(d, fault, id, payload_time_words(d, fault, b->t_us));
    return accept(d, b, sensor);
}

static enum err decode(struct decoding *d, const cJSON *root)
{
    struct burst b = {0};
    const char *id;

    if (!json_is(root, cJSON_Object))
        return payload_refuse(d, REFUSE_FORMAT, NULL, "not an object");
    read_head(&b, root);
    if (!b.fault)
        read_axes(&b, cJSON_GetObjectItemCaseSensitive(root, "axes"), d->arena);
    if (!b.fault && !((double)b.samples / b.rate_hz < TIME_LIMIT_S))
        blame(&b, "fs is too low");
    id = sensor_id(d, &b);
    if (b.out_of_memory)
        return ERR_NOMEM;
    if (!b.fault && !id)
        blame(&b, b.sensor ? "sensor is too long" : "no sensor is named");
    if (b.fault)
        return payload_refuse(d, REFUSE_FORMAT, id, b.fault);
    return judge(d, &b, id);
}

enum err payload_burst(struct decoding *d)
{
    struct json_input json;
    enum err e = json_input_read(d->m->payload, d->m->payload_len, MAX_VALUES, d->arena, &json);

    if (e != ERR_OK)
        return e;
    if (json.fault)
        return payload_refuse(d, REFUSE_FORMAT, NULL, json.fault);
    e = decode(d, json.root);
    cJSON_Delete(json.root);
    return e;
}
