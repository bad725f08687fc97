/* What reads the description of a file: file_profile.c, and of its columns and channels
 * file_profile_series.c. Private to both. */
#ifndef SHIKUMEN_CORE_FILE_PROFILE_PART_H
#define SHIKUMEN_CORE_FILE_PROFILE_PART_H

#include "shikumen/core/file_profile.h"

/* One document on its way. */
struct profile_source {
    struct json_reader read;
    const struct registry *registry;
    const struct json_value *v;
    struct file_profile *out;
};

/* A member that names a column: by a text, or by a number from 1. */
void file_profile_column(struct profile_source *s, const struct json_value *object, const char *key,
                         enum json_need need, struct file_column *out);

/* The member "columns", or "channels" of miniSEED. */
void file_profile_columns(struct profile_source *s);
void file_profile_channels(struct profile_source *s);

#endif
