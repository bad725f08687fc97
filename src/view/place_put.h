/* What several documents say of a house or a sensor; each appends members of an object. */
#ifndef SHIKUMEN_VIEW_PLACE_PUT_H
#define SHIKUMEN_VIEW_PLACE_PUT_H

#include "shikumen/view/place.h"
#include "shikumen/view/table.h"

/* What the registry says: from its lane to its footprint. */
void put_house(struct strbuf *out, const struct house *h);
/* From its unit to its position. */
void put_sensor(struct strbuf *out, const struct registry *r, const struct sensor *s);

/* A row of a table as an object that is not closed yet. */
void open_row(struct strbuf *out, const struct table *t, size_t row);
/* Cells of a row of a table, by the keys of their columns. */
void put_cells(struct strbuf *out, const struct table *t, size_t row, const char *const *keys,
               size_t n);
/* A count that is not known when it is 0. */
void put_known(struct strbuf *out, const char *name, int n);

#endif
