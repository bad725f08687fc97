/* The alert of several houses: the native JSON of its worst member, with how many they are and
 * which (docs/interface.md section 6). Pure. */
#ifndef SHIKUMEN_CORE_RENDER_GROUP_H
#define SHIKUMEN_CORE_RENDER_GROUP_H

#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/err.h"
#include "shikumen/base/strbuf.h"
#include "shikumen/model/alert.h"
#include "shikumen/model/registry.h"

#define GROUP_MEMBERS_LISTED 200

struct group_step {
    const struct registry *registry;
    const struct episode *group;   /* after its step; key "group|CATEGORY|KIND|row:LANE/ROW" or
                                      "…|lane:LANE" */
    const struct episode *members; /* worst first; those of level 0 are over */
    size_t count;
    enum alert_event event;
    int previous_level;
    int64_t at_us;
};

/* Appends the step. worst: native JSON of the latest judged step of members[0]. "house", "element"
 * and their names are null; "members" lists at most GROUP_MEMBERS_LISTED, "member_count" counts
 * those that hold. ERR_CORRUPT: worst is no JSON object; ERR_NOMEM. */
enum err render_group(const char *worst, const struct group_step *step,
                      struct strbuf *out) MUST_USE;

#endif
