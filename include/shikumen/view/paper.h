/* JSON for people who read it in an editor: members with commas where they belong, the items of a
 * list on lines of their own. name NULL: an item of a list. */
#ifndef SHIKUMEN_VIEW_PAPER_H
#define SHIKUMEN_VIEW_PAPER_H

#include <stdbool.h>
#include <stdint.h>

#include "shikumen/base/strbuf.h"

void paper_key(struct strbuf *out, const char *name);
void paper_text(struct strbuf *out, const char *name, const char *text); /* null: NULL or "" */
void paper_number(struct strbuf *out, const char *name, double x);       /* null: not finite */
void paper_bool(struct strbuf *out, const char *name, bool b);
void paper_time(struct strbuf *out, const char *name, int64_t t_us); /* null: INT64_MIN, _MAX */
void paper_day(struct strbuf *out, const char *name, int64_t day);   /* UTC, since 1970-01-01 */
void paper_item(struct strbuf *out);                                 /* on a new line */
void paper_list(struct strbuf *out, const char *name);               /* up to its [ */

#endif
