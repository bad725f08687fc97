/* Lists in pages. A cursor tells the last row of a page by what the list is ordered by: the next
 * page is what sorts after it, whatever came, went or moved meanwhile. */
#ifndef SHIKUMEN_VIEW_PAGE_H
#define SHIKUMEN_VIEW_PAGE_H

#include "shikumen/view/table.h"

#define PAGE_KEYS_MOST 8

/* A column that the rows of a list are ordered by. Unknown texts come first, other unknown cells
 * last. */
struct page_key {
    int column;
    bool falling;
};

/* All of them, the weightiest first; together they tell any two rows apart. */
struct page_order {
    const struct page_key *keys;
    size_t count;
};

struct page {
    size_t first, count; /* rows of the table */
    const char *next;    /* the cursor of what follows, in the desk's arena; NULL: nothing does */
};

/* Puts the rows in that order. */
void page_sort(struct table *t, const struct page_order *order);

/* The page after cursor (NULL: the first) of at most limit rows (at least 1) of a table in that
 * order. ERR_RANGE: the cursor is none of this list; ERR_NOMEM. */
enum err page_cut(const struct table *t, const struct page_order *order, const char *cursor,
                  size_t limit, struct page *out) MUST_USE;

#endif
