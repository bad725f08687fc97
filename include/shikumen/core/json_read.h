/* Strict reading of a JSON document, every fault named by its path and line: registry, limits, and
 * whatever else comes as a file that people edit. Pure. */
#ifndef SHIKUMEN_CORE_JSON_READ_H
#define SHIKUMEN_CORE_JSON_READ_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"
#include "shikumen/base/fault.h"

/* What reading one document needs. Faults and a lack of memory are remembered here, so that reading
 * goes on and finds the rest. */
struct json_reader {
    const char *file;
    struct fault_list *faults;
    struct arena *arena; /* for what is kept */
    bool out_of_memory;
};

/* A value and where it stands in the document. */
struct json_value {
    const cJSON *item;           /* NULL: absent or null */
    const struct json_value *up; /* what holds it; NULL: it is the document */
    const char *key;             /* in an object; NULL in a list */
    size_t index;                /* in a list */
};

enum json_need { JSON_MAY, JSON_MUST };

/* The tree of text, each item's line (1-based) in its valueint, which no reader of numbers uses;
 * free with cJSON_Delete. ERR_CONFIG when it is not JSON (the fault is added), ERR_NOMEM. */
enum err json_read_tree(struct json_reader *r, const char *text, size_t len, cJSON **root) MUST_USE;

/* Adds "PATH: text" to the faults, with the line of at or of what holds it. */
void json_fault(struct json_reader *r, const struct json_value *at, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* The member key of object; item NULL when absent or null. It points to object. */
struct json_value json_member(const struct json_value *object, const char *key);

/* Whether the member is there as null. */
bool json_member_is_null(const struct json_value *object, const char *key);

/* False (with a fault) when v is not an object; else faults for members whose key is not among the
 * count (at most 64) given, or comes twice. */
bool json_check_object(struct json_reader *r, const struct json_value *v, const char *const *keys,
                       size_t count);

/* Value v as a text, NULL with a fault when it is none or is empty. */
const char *json_text(struct json_reader *r, const struct json_value *v);

/* Value v as a finite number; false with a fault when it is none. */
bool json_number(struct json_reader *r, const struct json_value *v, double *out);

/* Members. NULL or false when absent or faulty; a missing one is a fault when need is JSON_MUST. An
 * empty text counts as absent when need is JSON_MAY. */
const char *json_get_text(struct json_reader *r, const struct json_value *object, const char *key,
                          enum json_need need);
bool json_get_number(struct json_reader *r, const struct json_value *object, const char *key,
                     enum json_need need, double *out);
/* Within min..max, both included. */
bool json_get_within(struct json_reader *r, const struct json_value *object, const char *key,
                     enum json_need need, double min, double max, double *out);
bool json_get_whole(struct json_reader *r, const struct json_value *object, const char *key,
                    enum json_need need, int min, int max, int *out);
/* Seconds as microseconds; at least 1 us when positive is set, else 0 or more. */
bool json_get_seconds(struct json_reader *r, const struct json_value *object, const char *key,
                      enum json_need need, bool positive, int64_t *out_us);
/* RFC 3339. */
bool json_get_time(struct json_reader *r, const struct json_value *object, const char *key,
                   enum json_need need, int64_t *out_us);
/* Index of the text among count names; what says what they are ("an element kind"). */
bool json_get_choice(struct json_reader *r, const struct json_value *object, const char *key,
                     enum json_need need, const char *what, const char *const *names, size_t count,
                     size_t *out);
/* A list, possibly empty; out->item NULL when absent. False when missing or not a list. */
bool json_get_list(struct json_reader *r, const struct json_value *object, const char *key,
                   enum json_need need, struct json_value *out);

/* Number of items of a list, 0 when it is absent. */
size_t json_count(const struct json_value *list);

/* Copy that outlives the document; "" for NULL and when memory is out. */
const char *json_keep(struct json_reader *r, const char *text);

/* count * size zeroed bytes that outlive the document; NULL when memory is out. */
void *json_keep_array(struct json_reader *r, size_t count, size_t size);

#endif
