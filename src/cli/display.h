/* Text on a terminal: how wide it is, and how to show what others have written without letting it
 * steer the terminal. */
#ifndef SHIKUMEN_CLI_DISPLAY_H
#define SHIKUMEN_CLI_DISPLAY_H

#include <stdbool.h>
#include <stddef.h>

#include "shikumen/base/strbuf.h"

/* Columns that text takes: East Asian wide and full-width characters count 2 (Unicode Standard
 * Annex 11), combining marks 0, all others 1. */
size_t display_width(const char *text);

/* Appends n bytes of text. Control and direction characters and bytes that are no UTF-8 become
 * visible escapes (\n, \x1b, \u202e). What does not fit in max_columns is cut, with an ellipsis; 0:
 * nothing is cut. */
void display_clean(struct strbuf *out, const char *text, size_t n, size_t max_columns);

/* Appends text and the blanks that fill it up to columns; to_right puts the blanks first. */
void display_pad(struct strbuf *out, const char *text, size_t columns, bool to_right);

#endif
