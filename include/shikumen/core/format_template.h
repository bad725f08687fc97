/* Formats as data: a file that says what is posted, for receivers that no format is made for.
 *
 *     # comments before the first empty line
 *     Content-Type: application/json
 *     Success: /errcode = 0
 *
 *     {"text": "{{/title}}\n{{/text|bytes:2000}}", "level": {{/level}}}
 *
 * {{/pointer}} is a JSON Pointer (RFC 6901) into the native step, or /title or /text, the lines
 * that people read. What it stands for is escaped as the content type asks: JSON (inside a string
 * as text, elsewhere as a value), XML, a form's percent-encoding, or not at all in text/... Cut at
 * a character with |bytes:N or |chars:N (Unicode code points). Success: the answer is JSON and the
 * pointer in it has this value; else every 2xx is. Pure. */
#ifndef SHIKUMEN_CORE_FORMAT_TEMPLATE_H
#define SHIKUMEN_CORE_FORMAT_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "shikumen/base/err.h"
#include "shikumen/base/fault.h"
#include "shikumen/base/strbuf.h"

struct format_template;
struct format_message;

/* Checks all of it, a rendering of a sample included. ERR_CONFIG with the faults added (file, line,
 * what is allowed), ERR_NOMEM. text is copied. */
enum err format_template_parse(const char *file, const char *text, size_t len,
                               struct fault_list *faults, struct format_template **out) MUST_USE;
void format_template_free(struct format_template *t); /* NULL allowed */

const char *format_template_content_type(const struct format_template *t);

/* Appends the body for the first item of m. */
void format_template_render(const struct format_template *t, const struct format_message *m,
                            struct strbuf *out);

/* Whether a 2xx answer with this body is what the template calls success. */
bool format_template_success(const struct format_template *t, const char *body, size_t len);

#endif
