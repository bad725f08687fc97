/* Rows of the audit chain in words: what was done, to what, and what matters of it. */
#ifndef SHIKUMEN_CLI_AUDIT_WORDS_H
#define SHIKUMEN_CLI_AUDIT_WORDS_H

#include "shikumen/io/state_audit.h"
#include "shikumen/view/table.h"

/* Cells of row for people beside what programs read; t's district speaks. */
struct cell audit_act_cell(struct table *t, const struct audit_row *row);
struct cell audit_subject_cell(struct table *t, const struct audit_row *row);
struct cell audit_after_cell(struct table *t, const struct audit_row *row);

#endif
