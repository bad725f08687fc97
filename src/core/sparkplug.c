#include "sparkplug.h"

#include <math.h>
#include <string.h>

#include "protobuf.h"
#include "shikumen/base/strmap.h"
#include "sparkplug_memory.h"
#include "sparkplug_read.h"

#define ASK_EVERY_US (60 * 1000000LL) /* for a rebirth of the same node */
#define REBIRTH      "Node Control/Rebirth"
#define SEQ_MODULO   256u

enum kind { BIRTH, DATA, DEATH, COMMAND, UNKNOWN };

/* A message on its way. */
struct sparkplug {
    struct profile_work *w;
    enum kind kind;
    bool of_device;
    const char *group, *node, *device; /* device "" */
    const char *node_id, *device_id;   /* "group/node", "group/node/device" (or that of the node) */
    uint64_t device_hash;
    struct spb_payload payload;
    struct sparkplug_node *known; /* NULL: no memory */
    size_t unresolved;
    uint64_t first_unresolved;
};

/* --- the topic --- */

static enum kind kind_of(const char *type, bool *of_device)
{
    static const struct {
        const char *type;
        enum kind kind;
    } kinds[] = {{"BIRTH", BIRTH}, {"DATA", DATA}, {"DEATH", DEATH}, {"CMD", COMMAND}};

    *of_device = *type == 'D';
    if (*type == 'N' || *type == 'D')
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
            if (strcmp(type + 1, kinds[i].type) == 0)
                return kinds[i].kind;
    return UNKNOWN;
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
    return s->kind != UNKNOWN && s->of_device == (n == 5) && *s->group && *s->node;
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

/* --- births, deaths, sequence --- */

static const struct spb_metric *metric_called(const struct spb_payload *p, const char *name)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->metrics[i].name && strcmp(p->metrics[i].name, name) == 0)
            return &p->metrics[i];
    return NULL;
}

static size_t put_text(uint8_t *out, uint32_t field, const char *text)
{
    size_t n = protobuf_put_varint(out, field << 3 | PB_BYTES), length = strlen(text);

    n += protobuf_put_varint(out + n, length);
    memcpy(out + n, text, length);
    return n + length;
}

static size_t put_number(uint8_t *out, uint32_t field, uint64_t v)
{
    size_t n = protobuf_put_varint(out, field << 3 | PB_VARINT);

    return n + protobuf_put_varint(out + n, v);
}

/* A message that asks the node to be born again, at most once a minute. */
static void ask_rebirth(struct sparkplug *s)
{
    struct profile_work *w = s->w;
    uint64_t now_ms = (uint64_t)(w->m->rx_us / 1000);
    uint8_t metric[64], *command;
    size_t m = 0, n;

    if (s->known->asked && w->m->rx_us - s->known->asked_us < ASK_EVERY_US)
        return;
    command = arena_alloc(w->arena, 128);
    w->out->command_topic = arena_printf(w->arena, "spBv1.0/%s/NCMD/%s", s->group, s->node);
    if (!command || !w->out->command_topic) {
        w->out_of_memory = true;
        return;
    }
    m += put_text(metric + m, 1, REBIRTH);
    m += put_number(metric + m, 3, now_ms);
    m += put_number(metric + m, 4, SPB_BOOLEAN);
    m += put_number(metric + m, 14, 1);
    n = put_number(command, 1, now_ms);
    n += protobuf_put_varint(command + n, 2 << 3 | PB_BYTES);
    n += protobuf_put_varint(command + n, m);
    memcpy(command + n, metric, m);
    w->out->command = command;
    w->out->command_len = n + m;
    s->known->asked = true;
    s->known->asked_us = w->m->rx_us;
}

/* Follows the numbers of messages since the birth. What is missing was lost; a number that went
 * back means that a birth was missed, after which aliases may stand for something else. */
static void follow(struct sparkplug *s)
{
    struct sparkplug_node *n = s->known;
    unsigned seq, ahead;

    if (!n->born) {
        ask_rebirth(s);
        return;
    }
    if (!s->payload.has_seq)
        return;
    seq = (unsigned)(s->payload.seq % SEQ_MODULO);
    ahead = (seq - n->next_seq) % SEQ_MODULO;
    if (ahead == SEQ_MODULO - 1) /* the one before, again */
        return;
    n->next_seq = (seq + 1) % SEQ_MODULO;
    if (ahead == 0)
        return;
    if (ahead < SEQ_MODULO / 2)
        s->w->out->lost += ahead;
    else
        n->doubtful = true;
    ask_rebirth(s);
}

static void learn(struct sparkplug *s)
{
    for (size_t i = 0; i < s->payload.count; i++) {
        const struct spb_metric *m = &s->payload.metrics[i];
        if (m->name && m->has_alias &&
            !sparkplug_node_learn(s->known, s->device_hash, m->alias, m->datatype, m->name,
                                  m->unit))
            s->w->out_of_memory = true;
    }
    if (*s->device && !sparkplug_node_add_device(s->known, s->device_id))
        s->w->out_of_memory = true;
}

static void be_born(struct sparkplug *s)
{
    struct sparkplug_node *n = s->known;
    const struct spb_metric *number = metric_called(&s->payload, "bdSeq");

    if (s->of_device) {
        follow(s);
        sparkplug_node_forget(n, s->device_hash);
    } else {
        sparkplug_node_forget(n, 0);
        n->born = true;
        n->doubtful = n->asked = false;
        n->next_seq = (unsigned)((s->payload.seq + 1) % SEQ_MODULO);
        n->has_death_number = number != NULL;
        n->death_number = number ? number->number : 0;
    }
    learn(s);
}

static void say_offline(struct sparkplug *s, const char *id)
{
    struct profile_state *state = profile_state_of(s->w, id);

    if (!state)
        return;
    state->online = false;
    state->told = true;
}

/* False for the will of a connection that has been followed by another birth. */
static bool die(struct sparkplug *s)
{
    struct sparkplug_node *n = s->known;
    const struct spb_metric *number = metric_called(&s->payload, "bdSeq");

    if (s->of_device) {
        follow(s);
        sparkplug_node_forget(n, s->device_hash);
        return true;
    }
    if (n->born && n->has_death_number && number && number->number != n->death_number)
        return false;
    n->born = false;
    sparkplug_node_forget(n, 0);
    for (size_t i = 0; i < n->device_count; i++) {
        const char *id = arena_strdup(s->w->arena, n->devices[i].id);
        if (id)
            say_offline(s, id);
    }
    return true;
}

/* --- the document --- */

static void put(struct sparkplug *s, cJSON *object, const char *name, cJSON *item)
{
    if (!item || !cJSON_AddItemToObject(object, name, item)) {
        cJSON_Delete(item);
        s->w->out_of_memory = true;
    }
}

/* A metric's own name and type, or those that the birth gave its alias; false when neither. */
static bool resolve(struct sparkplug *s, struct spb_metric *m)
{
    const struct sparkplug_alias *a;

    if (m->name)
        return true;
    a = s->known && s->known->born && !s->known->doubtful && m->has_alias
            ? sparkplug_node_find(s->known, s->device_hash, m->alias)
            : NULL;
    if (!a) {
        if (s->unresolved++ == 0)
            s->first_unresolved = m->alias;
        if (s->known)
            ask_rebirth(s);
        return false;
    }
    m->name = a->name;
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
        if (!resolve(s, m) || m->transient || is_own(m->name))
            continue;
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
    case BIRTH:
        if (s->known)
            be_born(s);
        return "online";
    case DEATH:
        return !s->known || die(s) ? "offline" : NULL;
    case DATA:
        if (s->known)
            follow(s);
        return NULL;
    case COMMAND:
    case UNKNOWN:
        break;
    }
    return NULL;
}

static cJSON *document(struct sparkplug *s)
{
    cJSON *root = new_document(s, take(s));

    if (!root || s->kind == COMMAND || s->kind == DEATH)
        return root;
    put_metrics(s, root);
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
        s.kind = DATA;
    }
    if (!name_ids(&s))
        return NULL;
    if (!sparkplug_read(w->m->payload, w->m->payload_len, w->arena, &s.payload, &out_of_memory)) {
        w->out_of_memory = w->out_of_memory || out_of_memory;
        *why = "not a Sparkplug B payload (Protocol Buffers), or broken";
        return NULL;
    }
    if (w->c->memory && s.kind != COMMAND)
        s.known = sparkplug_node_of(profile_memory_sparkplug(w->c->memory), s.node_id);
    return document(&s);
}
