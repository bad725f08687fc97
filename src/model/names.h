/* Tables of names, indexed by an enum. */
#ifndef SHIKUMEN_MODEL_NAMES_H
#define SHIKUMEN_MODEL_NAMES_H

#include <stddef.h>

/* Index of name among count names; count when it is not one of them. */
size_t names_index(const char *const *names, size_t count, const char *name);

#endif
