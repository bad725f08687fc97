/* The parts of reading a profile. Private to profile_read*.c. */
#ifndef SHIKUMEN_PROFILE_READ_H
#define SHIKUMEN_PROFILE_READ_H

#include "shikumen/core/json_read.h"
#include "shikumen/core/profile.h"

#define COUNT_OF(table) (sizeof(table) / sizeof *(table))

/* A text or a list of texts (numbers and truth values stand for theirs); count 0 when absent. */
const char *const *profile_read_texts(struct json_reader *r, const struct json_value *object,
                                      const char *key, size_t *count);

/* A pointer or a list of pointers. any: they may end in "*", all or none; NULL: they may not. */
struct profile_pointers profile_read_pointers(struct json_reader *r,
                                              const struct json_value *object, const char *key,
                                              bool *any);

struct profile_conditions profile_read_conditions(struct json_reader *r,
                                                  const struct json_value *object);
struct profile_time profile_read_time(struct json_reader *r, const struct json_value *object);

/* One profile; faults go to the reader's. */
void profile_read_document(struct json_reader *r, const struct json_value *document,
                           struct profile *p);

/* The values of a part, and what of the part is the same wherever it stands. */
void profile_read_part(struct json_reader *r, const struct json_value *v,
                       struct profile_part *part);
void profile_read_bytes(struct json_reader *r, const struct json_value *document,
                        struct profile *p);

#endif
