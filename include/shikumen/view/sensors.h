/* The sensors of the registry with what each said last. */
#ifndef SHIKUMEN_VIEW_SENSORS_H
#define SHIKUMEN_VIEW_SENSORS_H

#include "shikumen/view/page.h"

struct sensors_query {
    uint32_t house;    /* registry index; REGISTRY_NONE: all */
    uint32_t sensor;   /* this one alone; REGISTRY_NONE: all */
    bool silent_only;  /* those alone of which nothing is heard now */
    bool limits_apart; /* the name of the limits is left out, for the limits themselves follow */
};

/* Begins the table and fills it, in the order of the registry; table_end is the caller's in any
 * case. Wants registry, readings and state. Errors of the databases (desk->failed), ERR_NOMEM. */
enum err view_sensors(struct desk *d, const struct sensors_query *q, struct table *t) MUST_USE;

/* How it is listed, and its pages: by id, which stays when the registry changes. */
extern const struct page_order sensors_pages;

#endif
