#include <math.h>
#include <string.h>

#include "json_input.h"
#include "payload_part.h"

#define MAX_VALUES ((size_t)10000)

static bool payload_is(const struct message *m, const char *text)
{
    return m->payload_len == strlen(text) && memcmp(m->payload, text, m->payload_len) == 0;
}

/* The member called name; NULL when it is missing or null. */
static const cJSON *member(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

    return item && !json_is(item, cJSON_NULL) ? item : NULL;
}

static bool read_number(const cJSON *object, const char *name, double *out)
{
    const cJSON *item = member(object, name);

    if (item)
        *out = json_is(item, cJSON_Number) ? item->valuedouble : (double)INFINITY;
    return !item || isfinite(*out);
}

static bool read_state(const cJSON *object, bool *online)
{
    const cJSON *state = member(object, "state");

    if (!state || !json_is(state, cJSON_String))
        return false;
    *online = strcmp(state->valuestring, "online") == 0;
    return *online || strcmp(state->valuestring, "offline") == 0;
}

/* Reads the object into *s; returns words for what is wrong with it, or NULL. */
static const char *read_status(const cJSON *object, struct arena *arena, struct node_status *s)
{
    const cJSON *firmware = member(object, "fw");

    if (!json_is(object, cJSON_Object) || !read_state(object, &s->online))
        return "state is neither \"online\" nor \"offline\"";
    if (!read_number(object, "battery_V", &s->battery_v))
        return "battery_V is not a number";
    if (!read_number(object, "battery_pct", &s->battery_pct))
        return "battery_pct is not a number";
    if (!read_number(object, "rssi_dBm", &s->rssi_dbm))
        return "rssi_dBm is not a number";
    if (firmware && !json_is(firmware, cJSON_String))
        return "fw is not text";
    s->firmware = firmware ? arena_strdup(arena, firmware->valuestring) : "";
    return NULL;
}

static enum err parse_status(struct decoding *d, struct node_status *s)
{
    struct json_input json;
    const char *words;
    enum err e = json_input_read(d->m->payload, d->m->payload_len, MAX_VALUES, d->arena, &json);

    if (e != ERR_OK)
        return e;
    words = json.fault ? json.fault : read_status(json.root, d->arena, s);
    cJSON_Delete(json.root);
    if (words)
        return payload_refuse(d, REFUSE_FORMAT, NULL, words);
    if (!s->firmware)
        return ERR_NOMEM;
    d->out->status = s;
    d->out->status_count = 1;
    return ERR_OK;
}

enum err payload_status(struct decoding *d)
{
    struct node_status *s;

    if (d->m->payload_len == 0)
        return ERR_OK;
    s = arena_alloc(d->arena, sizeof *s);
    if (!s)
        return ERR_NOMEM;
    s->node = arena_strndup(d->arena, d->topic.node, d->topic.node_len);
    if (!s->node)
        return ERR_NOMEM;
    s->battery_v = s->battery_pct = s->rssi_dbm = NAN;
    s->firmware = "";
    s->online = payload_is(d->m, "online");
    if (!s->online && !payload_is(d->m, "offline"))
        return parse_status(d, s);
    d->out->status = s;
    d->out->status_count = 1;
    return ERR_OK;
}
