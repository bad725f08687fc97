/* What a logger's files look like, as a district describes it: one JSON document for each kind of
 * file (sensors/files, docs/sensors.md). Pure. */
#ifndef SHIKUMEN_CORE_FILE_PROFILE_H
#define SHIKUMEN_CORE_FILE_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"
#include "shikumen/base/fault.h"
#include "shikumen/core/logger_time.h"
#include "shikumen/core/registry_json.h"
#include "shikumen/model/registry.h"

enum file_format { FILE_CSV, FILE_TOA5, FILE_MSEED };
const char *file_format_name(enum file_format f);

enum file_time { FILE_TIME_TEXT, FILE_TIME_UNIX_S, FILE_TIME_UNIX_MS, FILE_TIME_EXCEL };

#define FILE_BLANKS      '\0' /* separator: any blanks */
#define FILE_COLUMNS_MAX 1024

/* A column by its name, or by its number when name is NULL. */
struct file_column {
    const char *name;
    int number; /* 1.. */
};

/* Which sensor a column, or a channel of miniSEED, is of. */
struct file_series {
    struct file_column column;
    const char *source; /* miniSEED: "NET.STA.LOC.CHA", * and ? stand for any */
    uint32_t sensor;    /* registry index */
    const char *unit;   /* NULL: the sensor's, or that of its calibration */
    double scale, offset;
    char axis; /* of vibration records: 'x', 'y', 'z'; '\0': each sample is a reading */
};

struct file_profile {
    const char *file, *name;
    const char *const *match; /* patterns of file names */
    size_t match_count;
    enum file_format format;
    const char *station, *table; /* TOA5: of the first line; NULL: any */
    const char *encoding;
    char separator, decimal;
    char comment;     /* lines that begin with it are none; '\0': there are none */
    int skip_lines;   /* before the names */
    bool header;      /* a line of names */
    int after_header; /* lines between the names and the first row */
    struct file_column time, time_of_day; /* number 0 and no name: date and time in one */
    struct file_column series_of, value;  /* one value a row, and which series it is of */
    enum file_time time_as;
    enum logger_order order;
    const char *zone_name;        /* that the logger's clock keeps; "": its times say it */
    const struct time_zone *zone; /* of that name; UTC until whoever reads the files has set it,
                                     unless it is a fixed offset */
    const char *const *missing;
    size_t missing_count;
    struct file_series *series;
    size_t series_count;
    int64_t record_us; /* length of a vibration record */
};

struct file_profiles {
    struct arena arena;
    struct file_profile *list; /* in the order given */
    size_t count;
};

/* Reads count documents. ERR_CONFIG with every fault found, *out NULL; ERR_NOMEM. registry must
 * outlive it: what sensors are called is checked against it. */
enum err file_profiles_parse(const struct source_text *texts, size_t count,
                             const struct registry *registry, struct fault_list *faults,
                             struct file_profiles **out) MUST_USE;
void file_profiles_free(struct file_profiles *p); /* the struct itself included; NULL allowed */

/* Whether a name fits a pattern: ? any one byte, * any number of them. */
bool file_name_fits(const char *pattern, const char *name);

/* The first profile whose patterns the name fits, with or without its ".gz", after the given one
 * (NULL: from the first). */
const struct file_profile *file_profile_for(const struct file_profiles *p, const char *name,
                                            const struct file_profile *after);

#endif
