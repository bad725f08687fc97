/* Files of one JSON object a line, and members of such objects. */
#ifndef SHIKUMEN_TESTS_NDJSON_H
#define SHIKUMEN_TESTS_NDJSON_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One line: number counts from 1; object is NULL when the line is no JSON object and nothing else.
 * False ends the reading. The object is freed after the call unless *keep is set to true. */
typedef bool ndjson_take(void *context, size_t number, cJSON *object, bool *keep);

/* Lines read; -1: the file cannot be read. */
int64_t ndjson_each(const char *path, ndjson_take *take, void *context);

/* A whole file of one JSON value; NULL: unreadable or no JSON. Free with cJSON_Delete. */
cJSON *ndjson_document(const char *path);

/* NULL: none, or no text. Borrowed. */
const char *ndjson_text(const cJSON *object, const char *name);
/* NaN: none, or no number. */
double ndjson_number(const cJSON *object, const char *name);
bool ndjson_true(const cJSON *object, const char *name);
/* otherwise: none, null, or no time. */
int64_t ndjson_time(const cJSON *object, const char *name, int64_t otherwise);
/* Whether the list has the text; false for NULL or what is no list. */
bool ndjson_has(const cJSON *list, const char *text);

#endif
