/* One line of a history (docs/interface.md section 10): a reading or a recorded message, as JSON or
 * CSV. Pure. Numbers are read as strtod reads them in the C locale. */
#ifndef SHIKUMEN_CORE_READING_LINE_H
#define SHIKUMEN_CORE_READING_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"

/* Texts are not NUL-terminated unless said; they lie in the line or in the arena. */
struct reading_line {
    const char *sensor; /* name, not empty */
    size_t sensor_len;
    const char *unit; /* NULL when not given */
    size_t unit_len;
    int64_t t_us;
    int64_t rx_us; /* arrival; INT64_MIN when not given */
    double value;  /* finite */

    const char *topic; /* NUL-terminated; of a recorded message, else NULL. Then only rx_us and: */
    const char *payload;
    size_t payload_len;
};

/* Reads a JSON object, without its line end: {"t","sensor","v"[,"u"][,"rx"]} or
 * {"topic","payload"[,"rx"]}; members in any order, others ignored, of equal ones the first taken;
 * a payload that is no text is taken as the JSON it is. ERR_PARSE: *fault says what is wrong, in
 * English (arena or constant; wording_zh has the Chinese). ERR_NOMEM. */
enum err reading_line_json(const char *line, size_t n, struct arena *arena,
                           struct reading_line *out, const char **fault) MUST_USE;

/* True for the header "t,sensor,v,u" or "t,sensor,v,u,rx" (a byte order mark before it is allowed).
 */
bool reading_line_is_header(const char *line, size_t n);

/* Reads a line of such a file; fields may be quoted (RFC 4180 section 2), u and rx empty or left
 * out. Errors as above. */
enum err reading_line_csv(const char *line, size_t n, struct arena *arena, struct reading_line *out,
                          const char **fault) MUST_USE;

#endif
