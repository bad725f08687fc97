/* The unsealed journal in memory: finds a reading by (sensor, time), walks a sensor's readings
 * backwards, and remembers flag revisions of readings that lie in sealed blocks. */
#ifndef SHIKUMEN_IO_MEMTABLE_H
#define SHIKUMEN_IO_MEMTABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/err.h"
#include "shikumen/model/reading.h"

#define MEMTABLE_NONE UINT32_MAX

struct memtable_entry {
    struct reading reading;
    uint32_t previous; /* entry of the same sensor before this one, MEMTABLE_NONE */
};

struct memtable {
    struct memtable_entry *entries; /* in order of arrival */
    size_t count, capacity;
    uint32_t *slots; /* hash of (sensor, t_us) to entry; power of two */
    size_t slot_count;
    size_t linked;    /* entries that the hash holds: the rest is linked when it is asked */
    uint32_t *latest; /* per sensor id: its last entry */
    size_t sensor_capacity;
    struct reading *cold; /* revisions of sealed readings: sensor, t_us, flag, test */
    size_t cold_count, cold_capacity;
};

/* Zero-initialise. ERR_NOMEM leaves it as it was. */
enum err memtable_add(struct memtable *m, const struct reading *r) MUST_USE;
/* Index of the entry, MEMTABLE_NONE. */
uint32_t memtable_find(struct memtable *m, uint32_t sensor, int64_t t_us);
/* The sensor's last entry by arrival, MEMTABLE_NONE; walk on by .previous. */
uint32_t memtable_latest(const struct memtable *m, uint32_t sensor);
/* Puts flag and test on the entry, or among the cold revisions when it is not here. */
enum err memtable_revise(struct memtable *m, uint32_t sensor, int64_t t_us, uint8_t flag,
                         uint8_t test) MUST_USE;
/* Puts the cold revisions that concern r on it. */
void memtable_apply_cold(const struct memtable *m, struct reading *r);
void memtable_clear(struct memtable *m); /* keeps the memory */
void memtable_free(struct memtable *m);

#endif
