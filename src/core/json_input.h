/* JSON that came from outside: checked before and after cJSON reads it. Private to core. */
#ifndef SHIKUMEN_JSON_INPUT_H
#define SHIKUMEN_JSON_INPUT_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"

struct json_input {
    cJSON *root;       /* an array or an object; free with cJSON_Delete; NULL when fault is set */
    const char *fault; /* words for people with the place, NULL when sound */
};

/* Reads one JSON array or object that is the whole of text: valid UTF-8 (RFC 3629) without U+0000,
 * nested no deeper than CJSON_NESTING_LIMIT, no more than max_values values (that bounds the memory
 * of the tree). ERR_NOMEM is the only error. */
enum err json_input_read(const char *text, size_t len, size_t max_values, struct arena *arena,
                         struct json_input *out) MUST_USE;

/* A walk over the text of the elements of an array, from which cJSON has made a tree. */
struct json_elements {
    const char *at, *end;
    size_t index; /* of the element that begins at or behind at */
};
struct json_elements json_elements_of(const char *text, size_t len);

/* The text of element index (n bytes); indices must not descend from call to call. */
const char *json_element_text(struct json_elements *e, size_t index, size_t *n);

static inline bool json_is(const cJSON *item, int type)
{
    return (item->type & 0xff) == type;
}

#endif
