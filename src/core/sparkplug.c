#include "sparkplug.h"

#include <string.h>

#include "shikumen/base/strmap.h"
#include "sparkplug_parts.h"

/* --- the topic --- */

static enum sparkplug_kind kind_of(const char *type, bool *of_device)
{
    static const struct {
        const char *type;
        enum sparkplug_kind kind;
    } kinds[] = {{"BIRTH", SPARKPLUG_BIRTH},
                 {"DATA", SPARKPLUG_DATA},
                 {"DEATH", SPARKPLUG_DEATH},
                 {"CMD", SPARKPLUG_COMMAND}};

    *of_device = *type == 'D';
    if (*type == 'N' || *type == 'D')
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
            if (strcmp(type + 1, kinds[i].type) == 0)
                return kinds[i].kind;
    return SPARKPLUG_UNKNOWN;
}

/* Takes spBv1.0/group/TYPE/node[/device] apart; false when it is not of this form. */
static bool read_topic(struct sparkplug *s)
{
    struct profile_work *w = s->w;
    const char *levels[6], *at = w->m->topic;
    size_t n = 0;

    while (n < 6) {
        size_t length = strcspn(at, "/");
        levels[n] = arena_strndup(w->arena, at, length);
        if (!levels[n++]) {
            w->out_of_memory = true;
            return false;
        }
        at += length;
        if (*at++ == '\0')
            break;
    }
    if (n < 4 || n > 5 || strcmp(levels[0], "spBv1.0") != 0)
        return false;
    s->kind = kind_of(levels[2], &s->of_device);
    s->group = levels[1];
    s->node = levels[3];
    s->device = n == 5 ? levels[4] : "";
    return s->kind != SPARKPLUG_UNKNOWN && s->of_device == (n == 5) && *s->group && *s->node;
}

static bool name_ids(struct sparkplug *s)
{
    struct arena *arena = s->w->arena;

    s->node_id = arena_printf(arena, "%s/%s", s->group, s->node);
    s->device_id =
        *s->device ? arena_printf(arena, "%s/%s/%s", s->group, s->node, s->device) : s->node_id;
    s->device_hash = hash64(1, s->device, strlen(s->device)) | 1;
    if (s->node_id && s->device_id)
        return true;
    s->w->out_of_memory = true;
    return false;
}

/* --- the document --- */

static void put(struct sparkplug *s, cJSON *object, const char *name, cJSON *item)
{
    if (!item || !cJSON_AddItemToObject(object, name, item)) {
        cJSON_Delete(item);
        s->w->out_of_memory = true;
    }
}

/* What the birth said of the name and data need not repeat: type and unit. */
static bool know(struct sparkplug *s, struct spb_metric *m)
{
    const struct sparkplug_alias *a;

    if (!s->known || !s->known->born || s->known->doubtful || (m->datatype != 0 && m->unit))
        return true;
    a = m->has_alias
            ? sparkplug_node_find(s->known, s->device_hash, m->alias)
            : sparkplug_node_find(s->known, sparkplug_names(s), sparkplug_name_key(m->name));
    if (a && strcmp(a->name, m->name) == 0) {
        m->datatype = m->datatype ? m->datatype : a->datatype;
        m->unit = m->unit ? m->unit : a->unit;
    }
    return true;
}

/* A metric's own name and type, or those that the birth gave its alias; false when neither. */
static bool resolve(struct sparkplug *s, struct spb_metric *m)
{
    const struct sparkplug_alias *a;

    if (m->name)
        return sparkplug_join(s, m) && know(s, m);
    a = s->known && s->known->born && !s->known->doubtful && m->has_alias
            ? sparkplug_node_find(s->known, s->device_hash, m->alias)
            : NULL;
    if (!a) {
        if (s->unresolved++ == 0)
            s->first_unresolved = m->alias;
        if (s->known)
            sparkplug_ask_rebirth(s);
        return false;
    }
    m->name = a->name;
    m->joined = true;
    if (m->datatype == 0)
        m->datatype = a->datatype;
    if (!m->unit)
        m->unit = a->unit;
    return true;
}

static cJSON *value_of(const struct spb_metric *m)
{
    switch (m->kind) {
    case SPB_NUMBER:
        return cJSON_CreateNumber(sparkplug_number(m, m->datatype));
    case SPB_REAL:
        return cJSON_CreateNumber(m->real);
    case SPB_BOOL:
        return cJSON_CreateBool(m->number != 0);
    case SPB_TEXT:
        return cJSON_CreateString(m->text ? m->text : "");
    case SPB_NONE:
    case SPB_MEMBERS:
        break;
    }
    return cJSON_CreateNull();
}

/* What says something about the node and not about what it measures. */
static bool is_own(const char *name)
{
    return strcmp(name, "bdSeq") == 0 || strncmp(name, "Node Control/", 13) == 0 ||
           strncmp(name, "Device Control/", 15) == 0;
}

/* Data sets, bytes, files, and templates that stand too deep. */
static bool is_unread(const struct spb_metric *m)
{
    return m->datatype >= SPB_DATASET && m->datatype <= SPB_TEMPLATE && m->kind == SPB_NONE &&
           !m->is_null;
}

static cJSON *metric_of(struct sparkplug *s, const struct spb_metric *m)
{
    cJSON *object = cJSON_CreateObject();

    if (!object) {
        s->w->out_of_memory = true;
        return NULL;
    }
    put(s, object, "name", cJSON_CreateString(m->name));
    put(s, object, "value", m->is_null ? cJSON_CreateNull() : value_of(m));
    if (m->has_time)
        put(s, object, "timestamp", cJSON_CreateNumber((double)m->time_ms));
    if (m->unit)
        put(s, object, "unit", cJSON_CreateString(m->unit));
    if (m->historical)
        put(s, object, "is_historical", cJSON_CreateTrue());
    return object;
}

static void put_metrics(struct sparkplug *s, cJSON *root)
{
    cJSON *list = cJSON_CreateArray(), *last = NULL;

    if (!list) {
        s->w->out_of_memory = true;
        return;
    }
    for (size_t i = 0; i < s->payload.count && !s->w->out_of_memory; i++) {
        struct spb_metric *m = &s->payload.metrics[i];
        cJSON *item;
        if (!resolve(s, m) || m->transient || m->kind == SPB_MEMBERS || is_own(m->name) ||
            strncmp(m->name, "_types_/", 8) == 0)
            continue;
        if (is_unread(m)) {
            s->unread++;
            continue;
        }
        item = metric_of(s, m);
        if (!item)
            break;
        if (last) { /* cJSON would look for the end again each time */
            last->next = item;
            item->prev = last;
            list->child->prev = item;
        } else {
            list->child = item->prev = item;
        }
        last = item;
    }
    put(s, root, "metrics", list);
}

static cJSON *new_document(struct sparkplug *s, const char *state)
{
    cJSON *root = cJSON_CreateObject();

    if (!root) {
        s->w->out_of_memory = true;
        return NULL;
    }
    put(s, root, "group", cJSON_CreateString(s->group));
    put(s, root, "node", cJSON_CreateString(s->node));
    put(s, root, "device", cJSON_CreateString(s->device));
    put(s, root, "device_id", cJSON_CreateString(s->device_id));
    if (state)
        put(s, root, "state", cJSON_CreateString(state));
    if (s->payload.has_time)
        put(s, root, "timestamp", cJSON_CreateNumber((double)s->payload.time_ms));
    return root;
}

/* What the message changes in what is known; the word for the state it tells, NULL for none. */
static const char *take(struct sparkplug *s)
{
    switch (s->kind) {
    case SPARKPLUG_BIRTH:
        if (s->known)
            sparkplug_be_born(s);
        return "online";
    case SPARKPLUG_DEATH:
        return !s->known || sparkplug_die(s) ? "offline" : NULL;
    case SPARKPLUG_DATA:
        if (s->known)
            sparkplug_follow(s);
        return NULL;
    case SPARKPLUG_COMMAND:
    case SPARKPLUG_UNKNOWN:
        break;
    }
    return NULL;
}

static cJSON *document(struct sparkplug *s)
{
    cJSON *root = new_document(s, take(s));

    if (!root || s->kind == SPARKPLUG_COMMAND || s->kind == SPARKPLUG_DEATH)
        return root;
    put_metrics(s, root);
    if (s->unread > 0)
        s->w->out->why = arena_printf(s->w->arena,
                                      "%zu metrics are data sets, bytes or files, or stand too "
                                      "deep in templates, and are not "
                                      "read",
                                      s->unread);
    if (s->unresolved > 0)
        s->w->out->why =
            arena_printf(s->w->arena, "%zu metrics without a name, alias %llu the first: %s",
                         s->unresolved, (unsigned long long)s->first_unresolved,
                         s->known && s->known->doubtful ? "a birth has been missed"
                                                        : "data before the birth of its node");
    return root;
}

cJSON *sparkplug_document(struct profile_work *w, const char **why)
{
    struct sparkplug s = {.w = w};
    bool out_of_memory = false;

    if (!read_topic(&s)) {
        if (!w->c->any_topic) {
            *why = "the topic is not that of Sparkplug B";
            return NULL;
        }
        s.group = s.node = "?";
        s.device = "";
        s.kind = SPARKPLUG_DATA;
    }
    if (!name_ids(&s))
        return NULL;
    if (!sparkplug_read(w->m->payload, w->m->payload_len, w->arena, &s.payload, &out_of_memory)) {
        w->out_of_memory = w->out_of_memory || out_of_memory;
        *why = "not a Sparkplug B payload (Protocol Buffers), or broken";
        return NULL;
    }
    if (w->c->memory && s.kind != SPARKPLUG_COMMAND)
        s.known = sparkplug_node_of(profile_memory_sparkplug(w->c->memory), s.node_id);
    return document(&s);
}
