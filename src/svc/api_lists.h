/* What the files of the lists share: their parameters, and pages. */
#ifndef SHIKUMEN_SVC_API_LISTS_H
#define SHIKUMEN_SVC_API_LISTS_H

#include "api_tables.h"
#include "shikumen/view/page.h"

#define ID_MOST     256 /* bytes of an id in a parameter */
#define LIST_USUAL  100
#define LIST_MOST   1000
#define CURSOR_MOST 2000

/* Parameters of every list. */
#define LIST_PARAMS                                                                                \
    {"limit", API_INT, 1, LIST_MOST, NULL},                                                        \
    {                                                                                              \
        "next", API_TEXT, 1, CURSOR_MOST, NULL                                                     \
    }

enum { STATE_OPEN, STATE_ALL };
extern const char *const api_states[];
#define STATE_PARAM                                                                                \
    {                                                                                              \
        "state", API_WORD, 0, 0, api_states                                                        \
    }

/* Answers with the page that is asked for: {"items":[…],"next":…}. */
enum err api_page(struct api_call *c, const struct table *t,
                  const struct page_order *order) MUST_USE;

/* The parameter "house"; REGISTRY_NONE without one. False after a problem: nobody knows it. */
bool api_house_of(struct api_call *c, uint32_t *house);
/* Answers that c->id is no house. */
enum err api_no_house(struct api_call *c);

#endif
