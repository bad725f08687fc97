/* The pages drawn: boxes, and what stands above and below them. */
#ifndef SHIKUMEN_PDF_PAGES_H
#define SHIKUMEN_PDF_PAGES_H

#include "boxes.h"

void pages_draw(struct sheet *s, const struct document *d, const struct boxes *b);

#endif
