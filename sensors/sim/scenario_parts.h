/* The parts of reading a scenario. Private to the reader. */
#ifndef SHIKUMEN_SIM_SCENARIO_PARTS_H
#define SHIKUMEN_SIM_SCENARIO_PARTS_H

#include "scenario.h"
#include "shikumen/core/json_read.h"

#define COUNT_OF(table) (sizeof(table) / sizeof *(table))

#define SCENARIO_DAYS_MAX 36525.0

/* The lists "damages", "ills" and "epochs" of the document. */
void scenario_read_damages(struct json_reader *r, const struct json_value *document,
                           struct scenario *s);
void scenario_read_ills(struct json_reader *r, const struct json_value *document,
                        struct scenario *s);
void scenario_read_epochs(struct json_reader *r, const struct json_value *document,
                          struct scenario *s);

/* The list "expect": checked, not kept; whoever judges a run reads it again. */
void scenario_check_expect(struct json_reader *r, const struct json_value *document,
                           const struct scenario *s);

/* true or false; *out keeps its value when absent or faulty. */
void scenario_get_bool(struct json_reader *r, const struct json_value *object, const char *key,
                       bool *out);

#endif
