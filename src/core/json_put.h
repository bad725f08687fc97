/* Members of a JSON object, each after the first with its comma. Text is escaped; the same bytes
 * for the same values. */
#ifndef SHIKUMEN_JSON_PUT_H
#define SHIKUMEN_JSON_PUT_H

#include <stdbool.h>
#include <stdint.h>

#include "shikumen/base/strbuf.h"
#include "shikumen/model/registry.h"

/* "name": and, unless it is the first of its object, a comma before. */
void json_put_key(struct strbuf *out, const char *name);

void json_put_text(struct strbuf *out, const char *name, const char *text);
/* null when text is empty. */
void json_put_text_or_null(struct strbuf *out, const char *name, const char *text);

/* v to nine significant digits: no sensor has more, and a difference such as 0.407 - 0.293 reads as
 * the 0.114 that it is. null when not finite. */
void json_put_number(struct strbuf *out, const char *name, double v);
/* A probability or a share to 6 decimals, without or with a name; null when not finite. */
void json_share(struct strbuf *out, double p);
void json_put_share(struct strbuf *out, const char *name, double p);
void json_put_integer(struct strbuf *out, const char *name, int64_t v);
void json_put_bool(struct strbuf *out, const char *name, bool v);
void json_put_null(struct strbuf *out, const char *name);

/* A time as text, without a name; null when it is outside the calendar (never). */
void json_time(struct strbuf *out, int64_t t_us);
void json_put_time(struct strbuf *out, const char *name, int64_t t_us);
/* "name":[from, to] */
void json_put_window(struct strbuf *out, const char *name, int64_t from_us, int64_t to_us);

/* A member of a parsed object as it stands there, with its name. */
struct cJSON;
void json_put_item(struct strbuf *out, const struct cJSON *item);

/* "name":{"zh":…,"en":…} */
void json_put_bilingual(struct strbuf *out, const char *name, struct bilingual text);

#endif
