/* Sensors that speak through a profile: which channel of which device they are. */
#include <string.h>

#include "profile_part.h"
#include "registry_build.h"

#define COUNT_OF(table) (sizeof(table) / sizeof *(table))

static void put(struct registry_builder *b, const char *key, uint32_t index, enum err *e)
{
    *e = ERR_NOMEM;
    if (key)
        *e = strmap_put(&b->r->sensor_by_source, key, strlen(key), index);
    b->read.out_of_memory = b->read.out_of_memory || *e == ERR_NOMEM;
}

/* False with a fault when the text cannot be part of a key. */
static bool may_be_key(struct json_reader *r, const struct json_value *v, const char *key,
                       const char *text)
{
    struct json_value at = json_member(v, key);

    if (strlen(text) <= PROFILE_NAME_MAX && !strpbrk(text, "\t\n\r"))
        return true;
    json_fault(r, &at, "at most %d characters are needed, none of them a tab or line end",
               PROFILE_NAME_MAX);
    return false;
}

const struct sensor_source *registry_read_source(struct registry_builder *b,
                                                 const struct json_value *sensor, uint32_t index)
{
    static const char *const keys[] = {"profile", "device", "channel"};
    struct json_reader *r = &b->read;
    struct json_value v = json_member(sensor, "source");
    const char *profile, *device, *channel;
    struct sensor_source *s;
    enum err e;

    if (!v.item || !json_check_object(r, &v, keys, COUNT_OF(keys)))
        return NULL;
    profile = json_get_text(r, &v, "profile", JSON_MUST);
    device = json_get_text(r, &v, "device", JSON_MUST);
    channel = json_get_text(r, &v, "channel", JSON_MUST);
    s = json_keep_array(r, 1, sizeof *s);
    if (!profile || !device || !channel || !s || !may_be_key(r, &v, "device", device) ||
        !may_be_key(r, &v, "channel", channel))
        return NULL;
    s->profile = json_keep(r, profile);
    s->channel = json_keep(r, channel);
    s->device = profile_device_id(r->arena, device);
    if (!s->device) {
        r->out_of_memory = true;
        return NULL;
    }
    put(b, arena_printf(r->arena, "%s\t%s", s->device, s->channel), index, &e);
    if (e == ERR_EXISTS)
        json_fault(r, &v, "channel \"%s\" of device \"%s\" is already another sensor", s->channel,
                   s->device);
    put(b, s->device, index, &e); /* the first stays */
    return s;
}
