#include "shikumen/view/link_loss.h"

#include <cjson/cJSON.h>
#include <string.h>

enum err link_loss_take(struct desk *d, struct link_loss *out)
{
    enum err e = ERR_NOTFOUND;

    *out = (struct link_loss){.desk = d};
    if (d->registry && d->readings)
        e = census_take(d, &out->census);
    out->known = e == ERR_OK;
    return e == ERR_NOMEM ? e : ERR_OK;
}

/* --- sensors of an alert --- */

struct asking {
    const struct link_loss *loss;
    size_t sensors, silent;
    int64_t heard_us; /* the latest word of any */
};

static void count(struct asking *a, const char *id)
{
    const struct census *census = &a->loss->census;
    uint32_t i = registry_sensor(census->registry, id, strlen(id));

    if (i == REGISTRY_NONE)
        return; /* taken out of the registry: it will say nothing */
    a->sensors++;
    a->silent += census->silent[i];
    if (census->input.last_rx_us[i] > a->heard_us)
        a->heard_us = census->input.last_rx_us[i];
}

static enum err count_sensors(struct asking *a, const struct episode *episode)
{
    struct strbuf body = {0};
    enum err e = state_step_body(a->loss->desk->state, episode->row, episode->step, &body);
    cJSON *json = cJSON_Parse(strbuf_text(&body));
    const cJSON *sensor;

    cJSON_ArrayForEach(sensor, cJSON_GetObjectItemCaseSensitive(json, "sensors"))
    {
        if (cJSON_IsString(sensor))
            count(a, sensor->valuestring);
    }
    cJSON_Delete(json);
    strbuf_free(&body);
    return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err take_member(void *context, const struct episode *e)
{
    return e->level > LEVEL_NORMAL ? count_sensors(context, e) : ERR_OK;
}

enum err link_loss_of(const struct link_loss *l, const struct episode *e, bool *unknown,
                      int64_t *since_us)
{
    struct asking a = {.loss = l, .heard_us = INT64_MIN};
    enum err err;

    *unknown = false;
    *since_us = INT64_MIN;
    if (!l->known || e->resolved_us != 0 || e->kind == KIND_SILENCE ||
        e->category == CATEGORY_SYSTEM)
        return ERR_OK;
    if (strncmp(e->key, "group|", 6) == 0)
        err = state_episode_members(l->desk->state, e->row, take_member, &a);
    else
        err = count_sensors(&a, e);
    if (err != ERR_OK)
        return err;
    *unknown = a.sensors > 0 && a.silent == a.sensors;
    *since_us = *unknown ? a.heard_us : INT64_MIN;
    return ERR_OK;
}
