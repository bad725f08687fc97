/* Texts of people: UTF-8 that nothing hides in. Pure. */
#ifndef SHIKUMEN_CORE_ACT_TEXT_H
#define SHIKUMEN_CORE_ACT_TEXT_H

#include <stddef.h>

/* Characters (code points) of a text; -1 when it is not UTF-8 (RFC 3629) or holds what is not to be
 * seen: controls, line and paragraph separators, marks that change the direction of writing,
 * blanks of no width. */
int act_text_count(const char *text);

#endif
