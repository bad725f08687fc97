/* Every setting there is, as a table: what it may be, where it goes, what it is when not given. */
#ifndef SHIKUMEN_IO_SETTINGS_TABLE_H
#define SHIKUMEN_IO_SETTINGS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/arena.h"
#include "shikumen/model/settings.h"

enum setting_type {
    SETTING_TEXT,
    SETTING_PATH,         /* text, made absolute */
    SETTING_WORD,         /* one of words */
    SETTING_INT,          /* int */
    SETTING_INT64,        /* int64_t */
    SETTING_REAL,         /* double */
    SETTING_BOOL,         /* bool */
    SETTING_TEXTS,        /* const char *const *, with a size_t count */
    SETTING_CATEGORIES,   /* unsigned, bit 1 << enum alert_category */
    SETTING_MQTT_VERSION, /* int, 5 or 4 */
    SETTING_CLOCK,        /* int, minutes after midnight, "09:00" */
    SETTING_HOURS,        /* two ints, the second at until_offset, "22:00-07:00" or "" for none */
};

/* What a path must lead to when the configuration is checked. */
enum setting_need { NEED_NOTHING, NEED_FILE, NEED_SECRET };

/* NULL when text is fine, else what is allowed ("host:port"). */
typedef const char *setting_check_fn(const char *text);

struct setting_row {
    const char *group; /* "" in an endpoint */
    const char *name;
    const char *path; /* "mqtt.port"; "port" in an endpoint */
    enum setting_type type;
    size_t offset;       /* in struct settings, or in struct endpoint */
    size_t count_offset; /* SETTING_TEXTS */
    size_t until_offset; /* SETTING_HOURS */
    const char *text;    /* default of texts, never NULL; of a list its one element, "" for none */
    int64_t number;      /* default of whole numbers */
    double real;         /* of SETTING_REAL */
    int64_t min, max;    /* numbers: allowed; texts: bytes, lists: elements */
    const char *const *words; /* SETTING_WORD, NULL at the end */
    setting_check_fn *check;  /* texts, and each element of SETTING_TEXTS; NULL: none */
    enum setting_need need;
    const char *unit; /* "s", "" when it has none */
    const char *help;
};

extern const struct setting_row settings_rows[];
extern const size_t settings_row_count;
extern const struct setting_row endpoint_rows[];
extern const size_t endpoint_row_count;

/* Row of group and name; NULL when there is none. Group "" searches the endpoint's. */
const struct setting_row *setting_row_find(const char *group, const char *name);

/* The field of a row in base (struct settings or struct endpoint), by type. */
const char *setting_text(const struct setting_row *row, const void *base);
int64_t setting_number(const struct setting_row *row, const void *base);
const char *const *setting_texts(const struct setting_row *row, const void *base, size_t *count);
double setting_real(const struct setting_row *row, const void *base);
void setting_set_text(const struct setting_row *row, void *base, const char *text);
void setting_set_number(const struct setting_row *row, void *base, int64_t number);
void setting_set_real(const struct setting_row *row, void *base, double real);
/* Of SETTING_HOURS, both ends in minutes after midnight; equal: none. */
void setting_set_hours(const struct setting_row *row, void *base, int from, int until);
int setting_until(const struct setting_row *row, const void *base);
void setting_set_texts(const struct setting_row *row, void *base, const char *const *texts,
                       size_t count);

/* Text for people of what the row allows: "1..65535 s", "one of zh, en". */
const char *setting_allowed(const struct setting_row *row, struct arena *arena);

#endif
