#include "sparkplug_memory.h"

#include <stdlib.h>
#include <string.h>

#define NODES_MAX   2048
#define ALIASES_MAX 20000
#define DEVICES_MAX 1024
#define BYTES_MAX   (64u << 20) /* of all nodes */

struct sparkplug_memory {
    struct sparkplug_node *nodes;
    size_t count;
    size_t bytes;
};

struct sparkplug_memory *sparkplug_memory_new(void)
{
    return calloc(1, sizeof(struct sparkplug_memory));
}

static void free_alias(struct sparkplug_alias *a)
{
    free(a->name);
    free(a->unit);
}

static size_t bytes_of(const struct sparkplug_alias *a)
{
    return sizeof *a + strlen(a->name) + (a->unit ? strlen(a->unit) : 0);
}

static void forget_alias(struct sparkplug_node *n, struct sparkplug_alias *a)
{
    *n->bytes -= bytes_of(a);
    free_alias(a);
}

static void free_node(struct sparkplug_node *n)
{
    for (size_t i = 0; i < n->alias_count; i++)
        free_alias(&n->aliases[i]);
    for (size_t i = 0; i < n->device_count; i++)
        free(n->devices[i].id);
    free(n->aliases);
    free(n->devices);
    free(n->id);
}

void sparkplug_memory_forget(struct sparkplug_memory *m)
{
    for (size_t i = 0; i < m->count; i++)
        free_node(&m->nodes[i]);
    free(m->nodes);
    *m = (struct sparkplug_memory){0};
}

void sparkplug_memory_free(struct sparkplug_memory *m)
{
    if (!m)
        return;
    sparkplug_memory_forget(m);
    free(m);
}

struct sparkplug_node *sparkplug_node_of(struct sparkplug_memory *m, const char *id)
{
    struct sparkplug_node *more;
    char *copy;

    for (size_t i = 0; i < m->count; i++)
        if (strcmp(m->nodes[i].id, id) == 0)
            return &m->nodes[i];
    if (m->count >= NODES_MAX || m->bytes + strlen(id) > BYTES_MAX)
        return NULL;
    more = realloc(m->nodes, (m->count + 1) * sizeof *more);
    if (!more)
        return NULL;
    m->nodes = more;
    copy = strdup(id);
    if (!copy)
        return NULL;
    m->bytes += strlen(id);
    more[m->count] = (struct sparkplug_node){.id = copy, .bytes = &m->bytes};
    return &more[m->count++];
}

void sparkplug_node_forget(struct sparkplug_node *n, uint64_t device)
{
    size_t kept = 0;

    for (size_t i = 0; i < n->alias_count; i++) {
        if (device == 0 || (n->aliases[i].device | 1) == device)
            forget_alias(n, &n->aliases[i]);
        else
            n->aliases[kept++] = n->aliases[i];
    }
    n->alias_count = kept;
}

/* Index of the first alias not before (device, alias): they are kept in order. */
static size_t place_of(const struct sparkplug_node *n, uint64_t device, uint64_t alias)
{
    size_t low = 0, high = n->alias_count;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        const struct sparkplug_alias *a = &n->aliases[mid];
        if (a->device < device || (a->device == device && a->alias < alias))
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

const struct sparkplug_alias *sparkplug_node_find(const struct sparkplug_node *n, uint64_t device,
                                                  uint64_t alias)
{
    size_t i = place_of(n, device, alias);

    return i < n->alias_count && n->aliases[i].device == device && n->aliases[i].alias == alias
               ? &n->aliases[i]
               : NULL;
}

static bool grow(struct sparkplug_node *n)
{
    size_t room = n->alias_room ? 2 * n->alias_room : 64;
    struct sparkplug_alias *more;

    if (n->alias_count < n->alias_room)
        return true;
    more = realloc(n->aliases, room * sizeof *more);
    if (!more)
        return false;
    n->aliases = more;
    n->alias_room = room;
    return true;
}

bool sparkplug_node_learn(struct sparkplug_node *n, uint64_t device, uint64_t alias,
                          uint32_t datatype, const char *name, const char *unit)
{
    size_t i = place_of(n, device, alias);
    struct sparkplug_alias learned = {device, alias, datatype, strdup(name),
                                      unit ? strdup(unit) : NULL};

    if (!learned.name || (unit && !learned.unit) || !grow(n)) {
        free_alias(&learned);
        return false;
    }
    if (i < n->alias_count && n->aliases[i].device == device && n->aliases[i].alias == alias) {
        forget_alias(n, &n->aliases[i]);
        n->aliases[i] = learned;
        *n->bytes += bytes_of(&learned);
        return true;
    }
    if (n->alias_count >= ALIASES_MAX || *n->bytes + bytes_of(&learned) > BYTES_MAX) {
        free_alias(&learned);
        return true;
    }
    *n->bytes += bytes_of(&learned);
    memmove(&n->aliases[i + 1], &n->aliases[i], (n->alias_count - i) * sizeof *n->aliases);
    n->aliases[i] = learned;
    n->alias_count++;
    return true;
}

bool sparkplug_node_add_device(struct sparkplug_node *n, const char *id)
{
    struct sparkplug_device *more;

    for (size_t i = 0; i < n->device_count; i++)
        if (strcmp(n->devices[i].id, id) == 0)
            return true;
    if (n->device_count >= DEVICES_MAX || *n->bytes + strlen(id) > BYTES_MAX)
        return true;
    *n->bytes += strlen(id);
    more = realloc(n->devices, (n->device_count + 1) * sizeof *more);
    if (!more)
        return false;
    n->devices = more;
    more[n->device_count].id = strdup(id);
    if (!more[n->device_count].id)
        return false;
    n->device_count++;
    return true;
}
