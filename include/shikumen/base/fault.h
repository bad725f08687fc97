/* Faults of a configuration, registry or limits file: collected, so that all are reported and not
 * just the first. */
#ifndef SHIKUMEN_BASE_FAULT_H
#define SHIKUMEN_BASE_FAULT_H

#include <stddef.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"

struct fault {
    const char *file;
    int line;         /* 1-based; 0 when it cannot be told */
    const char *text; /* what, and what is allowed */
    struct fault *next;
};

/* In the order found. Zero-initialise; memory is the arena's. count includes faults for whose text
 * memory was out. */
struct fault_list {
    struct arena arena;
    struct fault *first, *last;
    size_t count;
};

void fault_add(struct fault_list *list, const char *file, int line, const char *format, ...)
    PRINTF_LIKE(4, 5);

/* Writes "FILE:LINE: text\n" per fault to fd (without ":LINE" when line is 0). */
void fault_print(const struct fault_list *list, int fd);

void fault_list_free(struct fault_list *list);

/* The nearest of count candidates to word (Levenshtein distance at most 2 and below half its
 * length), for "did you mean"; NULL when none is near. */
const char *fault_suggest(const char *word, const char *const *candidates, size_t count);

#endif
