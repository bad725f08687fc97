/* A Sparkplug message on its way. Private to sparkplug*.c. */
#ifndef SHIKUMEN_SPARKPLUG_PARTS_H
#define SHIKUMEN_SPARKPLUG_PARTS_H

#include "sparkplug.h"
#include "sparkplug_memory.h"
#include "sparkplug_read.h"

enum sparkplug_kind {
    SPARKPLUG_BIRTH,
    SPARKPLUG_DATA,
    SPARKPLUG_DEATH,
    SPARKPLUG_COMMAND,
    SPARKPLUG_UNKNOWN
};

struct sparkplug {
    struct profile_work *w;
    enum sparkplug_kind kind;
    bool of_device;
    const char *group, *node, *device; /* device "" */
    const char *node_id, *device_id;   /* "group/node", "group/node/device" (or that of the node) */
    uint64_t device_hash;
    struct spb_payload payload;
    struct sparkplug_node *known; /* NULL: no memory */
    size_t unread;                /* metrics of kinds that are no numbers */
    size_t unresolved;
    uint64_t first_unresolved;
};

/* --- sparkplug_name.c: what metrics are called --- */

/* Gives a member of a template its whole name, "PARENT/MEMBER"; true also for what is none. False
 * when the name of what it stands in is not known, or memory is out. */
bool sparkplug_join(struct sparkplug *s, struct spb_metric *m);
/* Joins all whose names are in the message. */
void sparkplug_join_all(struct sparkplug *s);
/* Where names are remembered among the aliases, and under which. */
uint64_t sparkplug_names(const struct sparkplug *s);
uint64_t sparkplug_name_key(const char *name);

/* --- sparkplug_follow.c: what a message changes in what is known of its node --- */

/* Asks the node to be born again, at most once a minute. */
void sparkplug_ask_rebirth(struct sparkplug *s);
/* Follows the numbers of messages since the birth. What is missing was lost; a number that went
 * back means that a birth was missed, after which aliases may stand for something else. */
void sparkplug_follow(struct sparkplug *s);
void sparkplug_be_born(struct sparkplug *s);
/* False for the will of a connection that has been followed by another birth. */
bool sparkplug_die(struct sparkplug *s);

#endif
