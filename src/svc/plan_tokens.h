#ifndef SHIKUMEN_SVC_PLAN_TOKENS_H
#define SHIKUMEN_SVC_PLAN_TOKENS_H

#include "shikumen/svc/plan.h"

/* Reads http.tokens_file, when there is one. A file that others than its owner and group may read
 * or change is a fault; one that cannot be read is a fault of the settings already. */
enum err plan_load_tokens(struct plan *p, struct fault_list *faults) MUST_USE;

#endif
