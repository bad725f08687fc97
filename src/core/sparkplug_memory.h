/* Edge nodes and what their births named. Private to sparkplug*.c. */
#ifndef SHIKUMEN_SPARKPLUG_MEMORY_H
#define SHIKUMEN_SPARKPLUG_MEMORY_H

#include "sparkplug.h"

struct sparkplug_alias {
    uint64_t device; /* hash of its name, odd; even for what is remembered by name */
    uint64_t alias;  /* or hash of the name */
    uint32_t datatype;
    char *name, *unit; /* unit may be NULL */
};

struct sparkplug_device {
    char *id; /* "group/node/device" */
};

struct sparkplug_node {
    char *id; /* "group/node" */
    bool born;
    bool doubtful; /* a birth may have been missed: aliases are not believed until the next */
    bool has_death_number, asked;
    uint64_t death_number; /* bdSeq of the birth */
    unsigned next_seq;
    int64_t asked_us; /* for a rebirth, arrival time */
    struct sparkplug_alias *aliases;
    size_t alias_count, alias_room;
    struct sparkplug_device *devices;
    size_t device_count;
    size_t *bytes; /* that all nodes together remember names in */
};

/* The node, made when it is new; NULL when memory is out or there are too many. */
struct sparkplug_node *sparkplug_node_of(struct sparkplug_memory *m, const char *id);
/* Forgets the aliases of one device, of all when device is 0. */
void sparkplug_node_forget(struct sparkplug_node *n, uint64_t device);
/* Remembers an alias, a device; false when memory is out. Too many are not remembered, nor names
 * that together are too long. */
bool sparkplug_node_learn(struct sparkplug_node *n, uint64_t device, uint64_t alias,
                          uint32_t datatype, const char *name, const char *unit);
bool sparkplug_node_add_device(struct sparkplug_node *n, const char *id);
const struct sparkplug_alias *sparkplug_node_find(const struct sparkplug_node *n, uint64_t device,
                                                  uint64_t alias);

#endif
