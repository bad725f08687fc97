#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "profile_part.h"
#include "sparkplug.h"

#define SEEN_COUNT   4096  /* identifiers remembered */
#define SOURCE_COUNT 8192  /* devices whose sequence is followed; a power of two */
#define GAP_MAX      10000 /* a larger one is a device that began anew */

struct sequence {
    uint64_t source;
    double number;
};

struct profile_memory {
    uint64_t seen[SEEN_COUNT]; /* slot by value, so that the newest of a slot is remembered */
    struct sequence sources[SOURCE_COUNT];
    struct sparkplug_memory *sparkplug;
};

struct profile_memory *profile_memory_new(void)
{
    struct profile_memory *m = calloc(1, sizeof *m);

    if (!m)
        return NULL;
    m->sparkplug = sparkplug_memory_new();
    if (!m->sparkplug) {
        free(m);
        return NULL;
    }
    return m;
}

void profile_memory_forget(struct profile_memory *m)
{
    memset(m->seen, 0, sizeof m->seen);
    memset(m->sources, 0, sizeof m->sources);
    sparkplug_memory_forget(m->sparkplug);
}

void profile_memory_free(struct profile_memory *m)
{
    if (!m)
        return;
    sparkplug_memory_free(m->sparkplug);
    free(m);
}

struct sparkplug_memory *profile_memory_sparkplug(struct profile_memory *m)
{
    return m->sparkplug;
}

bool profile_memory_seen(struct profile_memory *m, uint64_t identifier)
{
    uint64_t *slot = &m->seen[identifier % SEEN_COUNT];
    bool seen = *slot == identifier;

    *slot = identifier;
    return seen;
}

int64_t profile_memory_lost(struct profile_memory *m, uint64_t source, double number, double modulo)
{
    struct sequence *s = &m->sources[source % SOURCE_COUNT];
    bool known = s->source == source;
    double step = number - s->number;

    if (!isfinite(number) || number < 0)
        return 0;
    *s = (struct sequence){source, number};
    if (modulo > 0 && step < 0)
        step += modulo;
    return known && step > 1 && step <= GAP_MAX ? (int64_t)step - 1 : 0;
}
