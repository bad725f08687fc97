#include "shikumen/view/alert_levels.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "shikumen/io/state_db.h"

struct taking {
    struct desk *desk;
    int *levels;
};

static void raise_to(const struct taking *t, const char *sensor, int level)
{
    uint32_t i = registry_sensor(t->desk->registry, sensor, strlen(sensor));

    if (i != REGISTRY_NONE && level > t->levels[i])
        t->levels[i] = level;
}

static enum err take_episode(void *context, const struct episode *e)
{
    const struct taking *t = context;
    struct strbuf body = {0};
    cJSON *json;
    const cJSON *sensor;
    enum err result = state_step_body(t->desk->state, e->row, e->step, &body);

    json = cJSON_Parse(strbuf_text(&body));
    cJSON_ArrayForEach(sensor, cJSON_GetObjectItemCaseSensitive(json, "sensors"))
    {
        if (cJSON_IsString(sensor))
            raise_to(t, sensor->valuestring, e->level);
    }
    cJSON_Delete(json);
    strbuf_free(&body);
    return result == ERR_NOTFOUND ? ERR_OK : result;
}

enum err alert_levels_take(struct desk *d, const int **levels)
{
    const struct alert_filter open = {.open_only = true, .since_us = INT64_MIN};
    struct taking t = {d, arena_array(d->arena, d->registry->sensor_count + 1, sizeof(int))};

    *levels = t.levels;
    return t.levels ? state_episode_each(d->state, &open, take_episode, &t) : ERR_NOMEM;
}
