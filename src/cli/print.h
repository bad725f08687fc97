/* Tables and documents on stdout: for people (aligned, with headings and colours), as JSON or as
 * CSV. */
#ifndef SHIKUMEN_CLI_PRINT_H
#define SHIKUMEN_CLI_PRINT_H

#include "ctl.h"
#include "shikumen/view/table.h"

/* Prints the table on stdout as the options say. none is what people read when it has no rows. */
int table_print(struct ctl *c, const struct table *t, const char *none_zh, const char *none_en);

/* Appends the table for people. */
void table_text(struct ctl *c, const struct table *t, struct strbuf *out);

/* Appends text in that colour when stdout wants colours. */
void tint_put(const struct ctl *c, struct strbuf *out, enum tint tint, const char *text);

/* Writes a document on stdout. */
int print_text(const struct ctl *c, const struct strbuf *text);

#endif
