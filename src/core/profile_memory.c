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
    struct {
        uint64_t identifier;
        int64_t rx_us;  /* when it came first */
    } seen[SEEN_COUNT]; /* slot by value, so that the newest of a slot is remembered */
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

bool profile_memory_seen(struct profile_memory *m, uint64_t identifier, int64_t rx_us,
                         int64_t within_us)
{
    size_t slot = identifier % SEEN_COUNT;
    bool seen = m->seen[slot].identifier == identifier &&
                (within_us == 0 || llabs(rx_us - m->seen[slot].rx_us) <= within_us);

    if (!seen) {
        m->seen[slot].identifier = identifier;
        m->seen[slot].rx_us = rx_us;
    }
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
