#include "shikumen/base/fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* One fault is one line, whatever its text quotes. */
static void put_on_one_line(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            *text = ' ';
}

void fault_add(struct fault_list *list, const char *file, int line, const char *format, ...)
{
    struct fault *fault = arena_alloc(&list->arena, sizeof *fault);
    char *text;
    va_list args;
    int n;

    list->count++; /* counted even when it cannot be kept: the file is bad either way */
    va_start(args, format);
    n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    text = n < 0 ? NULL : arena_alloc(&list->arena, (size_t)n + 1);
    if (!fault || !text)
        return;
    va_start(args, format);
    vsnprintf(text, (size_t)n + 1, format, args);
    va_end(args);
    put_on_one_line(text);
    fault->file = arena_strdup(&list->arena, file);
    fault->text = text;
    fault->line = line;
    if (!fault->file)
        return;
    if (list->last)
        list->last->next = fault;
    else
        list->first = fault;
    list->last = fault;
}

void fault_print(const struct fault_list *list, int fd)
{
    for (const struct fault *f = list->first; f; f = f->next) {
        if (f->line > 0)
            dprintf(fd, "%s:%d: %s\n", f->file, f->line, f->text);
        else
            dprintf(fd, "%s: %s\n", f->file, f->text);
    }
}

void fault_list_free(struct fault_list *list)
{
    arena_free(&list->arena);
    *list = (struct fault_list){0};
}

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

/* Levenshtein distance of a and b when at most budget, else budget + 1. Calls itself at most budget
 * levels deep. */
static int distance_within(const char *a, const char *b, int budget)
{
    int best;

    while (*a && *a == *b) {
        a++;
        b++;
    }
    if (!*a && !*b)
        return 0;
    if (budget == 0)
        return 1;
    best = budget;
    if (*a)
        best = smaller(best, distance_within(a + 1, b, budget - 1));
    if (*b)
        best = smaller(best, distance_within(a, b + 1, budget - 1));
    if (*a && *b)
        best = smaller(best, distance_within(a + 1, b + 1, budget - 1));
    return best + 1;
}

const char *fault_suggest(const char *word, const char *const *candidates, size_t count)
{
    size_t length = strlen(word);
    int allowed = length > 4 ? 2 : length > 2 ? 1 : 0; /* at most 2, below half the length */
    const char *nearest = NULL;

    for (size_t i = 0; i < count; i++) {
        int d = distance_within(word, candidates[i], allowed);
        if (d <= allowed) {
            nearest = candidates[i];
            if (d == 0)
                break;
            allowed = d - 1;
        }
    }
    return nearest;
}
