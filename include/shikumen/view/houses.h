/* Every house of the registry: its sensors, its open alerts, and how it was last judged. */
#ifndef SHIKUMEN_VIEW_HOUSES_H
#define SHIKUMEN_VIEW_HOUSES_H

#include "shikumen/view/page.h"

/* Begins the table and fills it, in the order of the registry; table_end is the caller's in any
 * case. Wants registry, readings and state. Errors of the databases (desk->failed), ERR_NOMEM. */
enum err view_houses(struct desk *d, struct table *t) MUST_USE;

/* How it is listed, and its pages: by id, which stays when the registry changes. */
extern const struct page_order houses_pages;

#endif
