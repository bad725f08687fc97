/* The profiles in force, with the time zones that their devices keep. */
#ifndef SHIKUMEN_SVC_PROFILE_SHELF_H
#define SHIKUMEN_SVC_PROFILE_SHELF_H

#include "shikumen/core/profile.h"

struct profile_shelf {
    struct profile_set *set; /* NULL: there are none */
    struct zone_list zones;  /* that their times name, and whatever else whoever has it adds */
};

/* Reads the profiles of a directory ("": none; it may be absent), in order of their names, and
 * extra (NULL: none), which stands for the file of its name or comes before all. ERR_CONFIG with
 * every fault; ERR_NOMEM. To be freed in any case. */
enum err profile_shelf_load(const char *directory, const struct source_text *extra,
                            struct fault_list *faults, struct profile_shelf *out) MUST_USE;

/* Holds the registry's sources against the profiles, and lets these narrow what its sensors can
 * measure. ERR_CONFIG with every fault; ERR_NOMEM. */
enum err profile_shelf_bind(struct profile_shelf *p, struct registry *r, const char *registry_file,
                            struct fault_list *faults) MUST_USE;
void profile_shelf_free(struct profile_shelf *p);

/* For reading messages; r may be NULL (local times are then UTC), memory is left NULL. */
struct profile_context profile_shelf_context(const struct profile_shelf *p,
                                             const struct registry *r);

#endif
