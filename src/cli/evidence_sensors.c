#include <cjson/cJSON.h>
#include <string.h>

#include "evidence.h"
#include "shikumen/view/risk_words.h"

static struct evidence_sensor *find(const struct evidence *e, const char *id)
{
    for (size_t i = 0; i < e->count; i++)
        if (strcmp(e->sensors[i].id, id) == 0)
            return &e->sensors[i];
    return NULL;
}

static size_t count_of(const struct evidence *e, enum evidence_role role)
{
    size_t n = 0;

    for (size_t i = 0; i < e->count; i++)
        n += e->sensors[i].role == role;
    return n;
}

/* A neighbour that is environment as well is both. */
static void add(struct evidence *e, const char *id, enum evidence_role role, const char *relation)
{
    static const size_t most[] = {EVIDENCE_ALERT_MAX, EVIDENCE_ENVIRONMENT_MAX,
                                  EVIDENCE_NEIGHBOURS_MAX};
    struct evidence_sensor *listed = id ? find(e, id) : NULL;

    if (!id || (listed && (listed->role != EVIDENCE_NEIGHBOUR || role != EVIDENCE_ENVIRONMENT)))
        return;
    if (count_of(e, role) == most[role])
        e->left_out++;
    else if (listed)
        listed->role = role;
    else
        e->sensors[e->count++] = (struct evidence_sensor){
            .id = id,
            .sensor = registry_sensor(e->c->plan->registry, id, strlen(id)),
            .quantity = "",
            .unit = "",
            .role = role,
            .relation = relation};
}

static void add_index(struct evidence *e, uint32_t sensor, enum evidence_role role,
                      const char *relation)
{
    add(e, e->c->plan->registry->sensors[sensor].id, role, relation);
}

/* Those of a body; governing ones first, as its reasons have them. */
static void add_of_body(struct evidence *e, const cJSON *body)
{
    const cJSON *evidence = cJSON_GetObjectItemCaseSensitive(body, "evidence"), *item;

    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(evidence, "reasons"))
    {
        if (*text_of(item, "sensor"))
            add(e, arena_strdup(&e->c->arena, text_of(item, "sensor")), EVIDENCE_ALERT, "");
    }
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(body, "sensors"))
    {
        if (cJSON_IsString(item))
            add(e, arena_strdup(&e->c->arena, item->valuestring), EVIDENCE_ALERT, "");
    }
}

static void add_of_steps(struct evidence *e)
{
    add_of_body(e, e->told.body);
    for (size_t i = 0; i < e->step_count; i++) {
        cJSON *body =
            e->steps[i].number <= e->told.episode.step ? cJSON_Parse(e->steps[i].body) : NULL;
        add_of_body(e, body);
        cJSON_Delete(body);
    }
}

static bool adjoins(const struct registry *r, uint32_t house, uint32_t other)
{
    for (size_t i = 0; house != REGISTRY_NONE && i < r->houses[house].adjoining_count; i++)
        if (r->houses[house].adjoining[i] == other)
            return true;
    return false;
}

/* How sensor i is a neighbour of one of the alert's; NULL: it is none. */
static const char *relation_of(const struct registry *r, const struct sensor *own,
                               const struct sensor *other)
{
    if (quantity_info(other->quantity)->instrument)
        return NULL;
    if (own->element != REGISTRY_NONE && own->element == other->element)
        return "element";
    if (own->quantity != other->quantity || own->house == REGISTRY_NONE)
        return NULL;
    if (own->house == other->house)
        return "house";
    return adjoins(r, own->house, other->house) ? "adjoining" : NULL;
}

/* The nearest first: element, house, adjoining houses. */
static void add_neighbours(struct evidence *e)
{
    static const char *const relations[] = {"element", "house", "adjoining"};
    const struct registry *r = e->c->plan->registry;
    size_t own = e->count;

    for (size_t k = 0; k < 3; k++)
        for (size_t i = 0; i < own; i++)
            for (uint32_t s = 0; s < r->sensor_count; s++) {
                const char *relation =
                    e->sensors[i].role != EVIDENCE_ALERT || e->sensors[i].sensor == REGISTRY_NONE
                        ? NULL
                        : relation_of(r, &r->sensors[e->sensors[i].sensor], &r->sensors[s]);
                if (relation && strcmp(relation, relations[k]) == 0)
                    add_index(e, s, EVIDENCE_NEIGHBOUR, relations[k]);
            }
}

void evidence_add_alert(struct evidence *e)
{
    add_of_steps(e);
    add_neighbours(e);
}

static void add_environment_of(struct evidence *e, const struct sensor *s,
                               const struct slow_trace *t)
{
    const struct registry *r = e->c->plan->registry;

    for (size_t i = 0; t && i < t->model.offered_count; i++)
        add_index(e, t->model.offered[i], EVIDENCE_ENVIRONMENT, "");
    for (size_t i = 0; i < s->environment_count; i++)
        add_index(e, s->environment[i], EVIDENCE_ENVIRONMENT, "");
    for (uint32_t i = 0; i < r->sensor_count && s->quantity == Q_VELOCITY; i++)
        if (r->sensors[i].quantity == Q_DOMINANT_FREQUENCY && r->sensors[i].node == s->node &&
            s->node != REGISTRY_NONE && strcmp(r->sensors[i].axis, s->axis) == 0)
            add_index(e, i, EVIDENCE_ENVIRONMENT, "");
}

void evidence_add_environment(struct evidence *e)
{
    size_t own = e->count;

    for (size_t i = 0; i < own; i++)
        if (e->sensors[i].role == EVIDENCE_ALERT && e->sensors[i].sensor != REGISTRY_NONE)
            add_environment_of(e, &e->c->plan->registry->sensors[e->sensors[i].sensor],
                               e->sensors[i].trace);
}

static enum err take_stored(void *context, const struct sensor_row *s)
{
    struct evidence *e = context;

    for (size_t i = 0; i < e->count; i++) {
        struct evidence_sensor *x = &e->sensors[i];
        if (strcmp(x->id, s->name) != 0)
            continue;
        x->stored = s->id;
        x->quantity = arena_strdup(&e->c->arena, s->quantity);
        x->unit = arena_strdup(&e->c->arena, s->unit);
        return x->quantity && x->unit ? ERR_OK : ERR_NOMEM;
    }
    return ERR_OK;
}

/* What was never stored is named as it is registered. */
int evidence_find_stored(struct evidence *e)
{
    for (size_t i = 0; i < e->count; i++) {
        struct evidence_sensor *x = &e->sensors[i];
        const struct sensor *s;
        if (x->sensor == REGISTRY_NONE)
            continue;
        s = &e->c->plan->registry->sensors[x->sensor];
        x->quantity = quantity_info(s->quantity)->name;
        x->unit = s->canonical_unit;
    }
    return ctl_readings_result(e->c, reader_sensors(e->c->desk.readings, take_stored, e));
}
