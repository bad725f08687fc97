/* The tables of readings.db, shared by its writer and its readers. */
#ifndef SHIKUMEN_IO_READINGS_SCHEMA_H
#define SHIKUMEN_IO_READINGS_SCHEMA_H

#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/clock.h"

#define READINGS_FILE           "readings.db"
#define READINGS_APPLICATION_ID 0x53684b52 /* "ShKR" */

/* Each only adds to what the first READINGS_READABLE_FROM have made: readers can do without it. */
#define READINGS_READABLE_FROM 2
extern const char *const readings_migrations[];
extern const size_t readings_migration_count;

/* A block's key is (UTC day of device time, sensor, part), so a day lies together and a sensor's
 * day is found by one descent. Part counts up when a sensor's day outgrows one block. */
#define BLOCK_SENSOR_MAX ((1u << 24) - 1)
#define BLOCK_PARTS      4096

static inline int64_t block_day(int64_t t_us)
{
    return t_us >= 0 ? t_us / US_PER_DAY : -1 - (-1 - t_us) / US_PER_DAY;
}

static inline int64_t block_key(int64_t day, uint32_t sensor)
{
    return (int64_t)((uint64_t)day << 36 | (uint64_t)sensor << 12);
}

static inline uint32_t block_key_sensor(int64_t key)
{
    return (uint32_t)((uint64_t)key >> 12) & BLOCK_SENSOR_MAX;
}

#endif
