/* Characters of SenML names, RFC 8428 section 4.5.1. Private to core. */
#ifndef SHIKUMEN_SENML_NAME_H
#define SHIKUMEN_SENML_NAME_H

#include <stdbool.h>
#include <stddef.h>

/* Longer names are refused: no sensor has one, and a pack must not multiply a long base name by its
 * number of records. Judgement. */
#define SENML_NAME_MAX 255
#define SENML_UNIT_MAX 63

/* True when a name may begin with c: A-Z a-z 0-9. */
static inline bool senml_name_starts(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* True when all n characters may stand in a name: A-Z a-z 0-9 - : . / _ */
static inline bool senml_name_chars(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char c = text[i];
        /* '-' '.' '/' '0'..'9' ':' are neighbours in ASCII */
        if (!((c >= 'a' && c <= 'z') || (c >= '-' && c <= ':') || (c >= 'A' && c <= 'Z') ||
              c == '_'))
            return false;
    }
    return true;
}

#endif
