/* The rule that holds from a zone's last change on. Private to zone*.c. */
#ifndef SHIKUMEN_MODEL_ZONE_RULE_H
#define SHIKUMEN_MODEL_ZONE_RULE_H

#include "shikumen/model/zone.h"

int32_t zone_rule_offset_s(const struct zone_rule *r, int64_t t_s);

/* The next moment after t_s at which the rule says something; false: it never does. */
bool zone_rule_after(const struct zone_rule *r, int64_t t_s, int64_t *at_s);

#endif
