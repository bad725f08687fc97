#include "sim_truth.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ndjson.h"
#include "process.h"

#define DAY_US 86400000000LL

static cJSON *document_in(const char *folder, const char *name)
{
    char *path = path_in(folder, name);
    cJSON *document = ndjson_document(path);

    free(path);
    return document;
}

static const cJSON *list_of(const cJSON *document, const char *name, size_t *count)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(document, name);

    *count = (size_t)cJSON_GetArraySize(list);
    return list;
}

static int whole(const cJSON *object, const char *name)
{
    double v = ndjson_number(object, name);

    return isfinite(v) ? (int)v : -1;
}

static bool read_damages(struct sim_truth *t)
{
    const cJSON *list = list_of(t->document, "damages", &t->damage_count), *item;
    struct sim_damage *d = t->damages = calloc(t->damage_count + 1, sizeof *d);

    cJSON_ArrayForEach(item, list)
    {
        *d = (struct sim_damage){
            .damage = whole(item, "damage"),
            .kind = ndjson_text(item, "kind"),
            .house = ndjson_text(item, "house"),
            .element = ndjson_text(item, "element"),
            .row = ndjson_text(item, "row"),
            .onset_us = ndjson_time(item, "onset", SIM_TRUTH_NEVER),
            .harmful = ndjson_true(item, "harmful"),
            .sensors = cJSON_GetObjectItemCaseSensitive(item, "sensors"),
            .crossings = cJSON_GetObjectItemCaseSensitive(item, "crossings"),
        };
        if (!d->kind || !d->house || !d->element || !d->crossings)
            return false;
        d++;
    }
    return list != NULL;
}

static bool read_ills(struct sim_truth *t)
{
    const cJSON *list = list_of(t->document, "ills", &t->ill_count), *item;
    struct sim_ill *ill = t->ills = calloc(t->ill_count + 1, sizeof *ill);

    cJSON_ArrayForEach(item, list)
    {
        *ill = (struct sim_ill){
            .ill = whole(item, "ill"),
            .kind = ndjson_text(item, "kind"),
            .sensor = ndjson_text(item, "sensor"),
            .from_us = ndjson_time(item, "from", SIM_TRUTH_NEVER),
            .until_us = ndjson_time(item, "until", t->end_us),
            .epoch = ndjson_true(item, "epoch"),
        };
        if (!ill->kind || !ill->sensor)
            return false;
        ill++;
    }
    return list != NULL;
}

bool sim_truth_read(const char *folder, struct sim_truth *out)
{
    *out = (struct sim_truth){.document = document_in(folder, "truth.json"),
                              .registry = document_in(folder, "registry.json")};
    out->start_us = ndjson_time(out->document, "start", 0);
    out->end_us = out->start_us + whole(out->document, "days") * DAY_US;
    return out->end_us > out->start_us && out->registry && read_damages(out) && read_ills(out);
}

void sim_truth_free(struct sim_truth *t)
{
    free(t->damages);
    free(t->ills);
    cJSON_Delete(t->document);
    cJSON_Delete(t->registry);
}

bool sim_truth_healthy(const struct sim_truth *t, const char *house)
{
    return ndjson_has(cJSON_GetObjectItemCaseSensitive(t->document, "healthy_houses"), house);
}

static const cJSON *houses(const struct sim_truth *t)
{
    return cJSON_GetObjectItemCaseSensitive(t->registry, "houses");
}

size_t sim_truth_houses(const struct sim_truth *t)
{
    return (size_t)cJSON_GetArraySize(houses(t));
}

const char *sim_truth_house(const struct sim_truth *t, size_t i)
{
    return ndjson_text(cJSON_GetArrayItem(houses(t), (int)i), "id");
}

const char *sim_truth_row_of(const struct sim_truth *t, const char *house)
{
    const cJSON *h;

    cJSON_ArrayForEach(h, houses(t))
    {
        const char *id = ndjson_text(h, "id");
        if (id && strcmp(id, house) == 0)
            return ndjson_text(h, "row");
    }
    return NULL;
}

int64_t sim_damage_crossed_us(const struct sim_damage *d, int level)
{
    int64_t first_us = SIM_TRUTH_NEVER;
    const cJSON *c;

    cJSON_ArrayForEach(c, d->crossings)
    {
        int64_t t_us = ndjson_time(c, "compensated_t", SIM_TRUTH_NEVER);
        if ((level == 0 || whole(c, "level") == level) && t_us < first_us)
            first_us = t_us;
    }
    return first_us;
}

bool sim_truth_of_house(const char *sensor, const char *house)
{
    size_t n = strlen(house);

    return strncmp(sensor, house, n) == 0 && sensor[n] == '/';
}
