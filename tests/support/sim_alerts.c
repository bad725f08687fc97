#include "sim_alerts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ndjson.h"
#include "sim_truth.h"

/* The episode with this id: searched backwards, most steps follow one another soon. */
static size_t episode_of(struct sim_alerts *a, const char *id)
{
    for (size_t i = a->count; i-- > 0;)
        if (strcmp(a->steps[i].id, id) == 0)
            return a->steps[i].episode;
    return a->episodes++;
}

static bool read_step(struct sim_alerts *a, cJSON *object, struct sim_step *out)
{
    double level = ndjson_number(object, "level");

    *out = (struct sim_step){
        .object = object,
        .at_us = ndjson_time(object, "at", SIM_TRUTH_NEVER),
        .id = ndjson_text(object, "id"),
        .event = ndjson_text(object, "event"),
        .category = ndjson_text(object, "category"),
        .kind = ndjson_text(object, "kind"),
        .house = ndjson_text(object, "house"),
        .element = ndjson_text(object, "element"),
        .sensors = cJSON_GetObjectItemCaseSensitive(object, "sensors"),
    };
    if (!out->id || !out->event || !out->category || !out->kind || !isfinite(level) ||
        out->at_us == SIM_TRUTH_NEVER)
        return false;
    out->level = (int)level;
    out->episode = episode_of(a, out->id);
    return true;
}

static bool take_step(void *context, size_t number, cJSON *object, bool *keep)
{
    struct sim_alerts *a = context;

    if (a->count == a->room) {
        a->room = a->room ? 2 * a->room : 64;
        a->steps = realloc(a->steps, a->room * sizeof *a->steps);
        if (!a->steps)
            abort();
    }
    if (!object || !read_step(a, object, &a->steps[a->count])) {
        a->faulty = number;
        return false;
    }
    a->count++;
    return *keep = true;
}

bool sim_alerts_read(const char *path, struct sim_alerts *out)
{
    *out = (struct sim_alerts){0};
    return ndjson_each(path, take_step, out) >= 0 && out->faulty == 0;
}

void sim_alerts_free(struct sim_alerts *a)
{
    for (size_t i = 0; i < a->count; i++)
        cJSON_Delete(a->steps[i].object);
    free(a->steps);
}

bool sim_step_names(const struct sim_step *s, const char *sensor)
{
    return ndjson_has(s->sensors, sensor);
}

bool sim_step_below(const struct sim_step *s, const char *node_or_house)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, s->sensors)
    {
        if (cJSON_IsString(item) && sim_truth_of_house(item->valuestring, node_or_house))
            return true;
    }
    return false;
}
