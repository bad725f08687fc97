/* What stands inside an envelope, and which device's profile reads it. */
#include <stdlib.h>
#include <string.h>

#include "json_input.h"
#include "profile_part.h"

/* What an envelope holds for a device profile. */
struct content {
    struct profile_spot base; /* of the envelope */
    const char *port;
    const cJSON *object; /* NULL: no codec ran */
    const uint8_t *bytes;
    size_t size;
};

bool profile_goes_inside(const struct profile *device, const struct profile *envelope)
{
    for (size_t i = 0; i < device->inside_count; i++)
        if (strcmp(device->inside[i], envelope->id) == 0 ||
            (*envelope->carries && strcmp(device->inside[i], envelope->carries) == 0))
            return true;
    return false;
}

/* --- which device --- */

/* The profile that a registered sensor names for the device; NULL. */
static const struct profile *bound_profile(const struct profile_work *w, const char *device)
{
    const struct registry *r = w->c->registry;
    uint32_t sensor = r ? registry_source_device(r, device) : REGISTRY_NONE;

    return sensor == REGISTRY_NONE ? NULL
                                   : profile_find(w->c->set, r->sensors[sensor].source->profile);
}

static bool port_fits(const struct profile *p, const char *port)
{
    for (size_t i = 0; i < p->port_count; i++)
        if (strcmp(p->ports[i], port) == 0)
            return true;
    return p->port_count == 0;
}

static bool model_fits(struct profile_work *w, const struct profile *envelope,
                       const struct profile *p, const struct content *in)
{
    for (size_t i = 0; i < envelope->model_at.count; i++) {
        const cJSON *item = profile_point(&in->base, envelope->model_at.at[i]);
        const char *text = item ? profile_text_of(w, item) : NULL;
        for (size_t k = 0; text && k < p->model_count; k++)
            if (profile_glob(p->models[k], text))
                return true;
    }
    return false;
}

static bool has_fields(struct profile_work *w, const struct profile *p, const struct content *in,
                       const cJSON *object, const char **missing)
{
    struct profile_spot spot = in->base;

    spot.at = object;
    for (size_t i = 0; i < p->fields.count; i++)
        if (!profile_point(&spot, p->fields.at[i])) {
            *missing = p->fields.at[i];
            return false;
        }
    return profile_holds(w, &spot, &p->match, missing);
}

/* Reads the bytes by p's layout into w->decoded; false with *why. whole: nothing may be left. */
static bool decode_bytes(struct profile_work *w, const struct profile *p, const struct content *in,
                         bool whole, const char **why)
{
    *why = NULL;
    cJSON_Delete(w->decoded);
    w->decoded = NULL;
    if (!in->bytes || p->bytes.layout == LAYOUT_NONE) {
        *why = in->bytes ? "no codec has run and the profile has no layout of bytes" : "no bytes";
        return false;
    }
    w->decoded = profile_bytes_read(w, &p->bytes, in->port, in->bytes, in->size, why);
    if (w->decoded && *why)
        profile_say(w, p, "bytes: %s; what stands before it is read", *why);
    return w->decoded && !(whole && *why);
}

/* True when what the message holds can only be of p. */
static bool content_fits(struct profile_work *w, const struct profile *p, const struct content *in)
{
    const char *missing = NULL, *why = NULL;

    if (p->fields.count == 0 && !p->bytes.identifies) {
        profile_say(w, p, "neither its name nor fields tell this device");
        return false;
    }
    if (in->object) {
        if (p->fields.count > 0 && has_fields(w, p, in, in->object, &missing))
            return true;
        profile_say(w, p, "the object has no %s", missing ? missing : "field that tells it");
        return false;
    }
    if (!p->bytes.identifies) {
        profile_say(w, p, "bytes alone do not tell this device");
        return false;
    }
    if (!decode_bytes(w, p, in, true, &why) || !w->decoded->child) {
        profile_say(w, p, "bytes: %s", why ? why : "nothing but what every device tells");
        return false;
    }
    if (has_fields(w, p, in, w->decoded, &missing))
        return true;
    profile_say(w, p, "the bytes have no %s", missing ? missing : "field that tells it");
    return false;
}

static bool device_may(struct profile_work *w, const struct profile *envelope,
                       const struct profile *p, const struct content *in)
{
    if (p->inside_count == 0 || !profile_goes_inside(p, envelope))
        return false;
    if (port_fits(p, in->port))
        return true;
    profile_say(w, p, "port %s is none of its ports", *in->port ? in->port : "unknown");
    return false;
}

/* Why no device's profile fits: what it is known by. */
static const char *why_none(struct profile_work *w, const struct profile *envelope,
                            const struct content *in)
{
    const cJSON *item = profile_first(&in->base, &envelope->model_at, NULL);
    const char *model = item ? profile_text_of(w, item) : NULL;
    const char *port = *in->port ? in->port : "unknown";

    for (size_t i = 0; i < w->c->set->count; i++)
        if (profile_goes_inside(&w->c->set->at[i], envelope) &&
            model_fits(w, envelope, &w->c->set->at[i], in))
            return arena_printf(w->arena, "port %s is none of those of %s, which has its name",
                                port, w->c->set->at[i].id);
    if (in->object)
        return "no profile of a device fits the codec's object";
    if (!model)
        return arena_printf(w->arena,
                            "no profile of a device fits %zu bytes on port %s without a name",
                            in->size, port);
    return arena_printf(w->arena,
                        "no profile of a device fits \"%.80s\", %zu bytes on port %s, which no "
                        "codec has read",
                        model, in->size, port);
}

/* Named by the registry, else by the network, else told by what it sends. */
static const struct profile *find_device(struct profile_work *w, const struct profile *envelope,
                                         const struct content *in)
{
    const struct profile_set *set = w->c->set;
    const struct profile *only = w->c->only, *bound;
    bool known = *in->port != '\0';

    if (only && only->inside_count > 0 && known && !port_fits(only, in->port))
        w->out->why = arena_printf(w->arena, "port %s is none of its ports", in->port);
    if (only && only->inside_count > 0)
        return w->out->why ? NULL : only;
    bound = in->base.device ? bound_profile(w, in->base.device) : NULL;
    if (bound && profile_goes_inside(bound, envelope) && (!known || port_fits(bound, in->port)))
        return bound;
    for (size_t i = 0; i < set->count; i++)
        if (device_may(w, envelope, &set->at[i], in) && model_fits(w, envelope, &set->at[i], in))
            return &set->at[i];
    for (size_t i = 0; i < set->count; i++)
        if (profile_goes_inside(&set->at[i], envelope) && port_fits(&set->at[i], in->port) &&
            content_fits(w, &set->at[i], in))
            return &set->at[i];
    return NULL;
}

/* --- reading --- */

void profile_read_parts(struct profile_work *w, const struct profile *p,
                        const struct profile_time *time, const struct profile_spot *base,
                        bool fallback)
{
    for (size_t i = 0; i < p->part_count && !w->out_of_memory; i++)
        if (p->parts[i].fallback == fallback)
            profile_part_read(w, p, &p->parts[i], time, base);
}

/* Reads the device's values out of object. */
static void read_object(struct profile_work *w, const struct profile *envelope,
                        const struct profile *p, const struct content *in, const cJSON *object)
{
    struct profile_spot spot = in->base;
    const struct profile_time *time = &envelope->parts[0].time;

    spot.at = object;
    spot.outer = &in->base;
    if (p->parts[0].time.given) {
        time = &p->parts[0].time;
        spot.outer = &spot;
    }
    profile_read_parts(w, p, time, &spot, false);
}

static void read_device(struct profile_work *w, const struct profile *envelope,
                        const struct profile *p, const struct content *in)
{
    size_t before = w->out->reading_count;
    const char *why = NULL;

    w->out->device = p;
    if (p->ignore) {
        w->out->ignored = true;
        return;
    }
    if (in->object)
        read_object(w, envelope, p, in, in->object);
    if (w->out->reading_count > before || w->out_of_memory)
        return;
    if (in->bytes && p->bytes.layout != LAYOUT_NONE && decode_bytes(w, p, in, false, &why))
        read_object(w, envelope, p, in, w->decoded);
    if (in->bytes && why && (!in->object || p->bytes.layout != LAYOUT_NONE))
        w->out->why = why; /* what stands before it is read */
    else if (!in->object && p->bytes.layout == LAYOUT_NONE)
        w->out->why = "no codec has run and the profile has no layout of bytes";
    if (w->out->reading_count == before && !w->out->why && !w->out_of_memory)
        w->out->why = "nothing that the profile knows is in it";
}

/* The object, or the bytes, that the envelope carries. False: neither. */
static bool open_content(struct profile_work *w, const struct profile *envelope, struct content *in)
{
    const cJSON *object = profile_first(&in->base, &envelope->object_at, NULL);
    const cJSON *port = profile_first(&in->base, &envelope->port_at, NULL);
    const cJSON *bytes = profile_first(&in->base, &envelope->bytes.pointers, NULL);
    const char *why = NULL;

    in->port = port ? profile_text_of(w, port) : "";
    if (!in->port)
        in->port = "";
    if (object && json_is(object, cJSON_String)) {
        cJSON_Delete(w->inner);
        w->inner = cJSON_Parse(object->valuestring);
        object = w->inner;
    }
    if (object && json_is(object, cJSON_Object) && object->child)
        in->object = object;
    if (bytes)
        in->bytes = profile_bytes_of(w, bytes, envelope->bytes.hex, &in->size, &why);
    if (bytes && !in->bytes)
        w->out->why = why;
    if (in->size == 0)
        in->bytes = NULL;
    return in->object || in->bytes || w->out->why;
}

void profile_read_inside(struct profile_work *w, const struct profile *envelope,
                         const struct profile_spot *base)
{
    struct content in = {.base = *base};
    const struct profile *device;

    if (!open_content(w, envelope, &in) || w->out->why)
        return;
    device = find_device(w, envelope, &in);
    if (device)
        read_device(w, envelope, device, &in);
    else if (!w->out->why)
        w->out->why = why_none(w, envelope, &in);
    w->out_of_memory = w->out_of_memory || (!device && !w->out->why);
}

void profile_add_own_bytes(struct profile_work *w, const struct profile *p, cJSON *root,
                           const struct profile_spot *base)
{
    struct content in = {.base = *base};

    if (!json_is(root, cJSON_Object) || !open_content(w, p, &in) || w->out->why)
        return;
    if (!decode_bytes(w, p, &in, false, &w->out->why))
        return;
    w->out->why = NULL;
    if (cJSON_AddItemToObject(root, "bytes", w->decoded))
        w->decoded = NULL;
    else
        w->out_of_memory = true;
}
