/* Is this text one JSON value? Private to core. */
#ifndef SHIKUMEN_CORE_JSON_CHECK_H
#define SHIKUMEN_CORE_JSON_CHECK_H

#include <stddef.h>

#define JSON_CHECK_DEPTH_MAX 32

struct json_flaw {
    size_t at;         /* byte where it shows */
    const char *words; /* what is wrong; NULL when the text is sound */
};

/* Checks the whole of text against RFC 8259, UTF-8 (RFC 3629) included; refuses U+0000, which would
 * cut a string short, and nesting deeper than JSON_CHECK_DEPTH_MAX. A byte order mark is allowed.
 */
struct json_flaw json_check(const char *text, size_t len);

#endif
