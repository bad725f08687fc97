/* Where a house is, for geographic information systems. */
#ifndef SHIKUMEN_VIEW_GEOMETRY_H
#define SHIKUMEN_VIEW_GEOMETRY_H

#include "shikumen/base/strbuf.h"
#include "shikumen/model/registry.h"

/* Appends a geometry of RFC 7946 in WGS 84: the footprint about the position of the house, turned
 * counter-clockwise and closed (section 3.1.6); a point without one; null without a position. The
 * footprint's metres are taken as degrees of a sphere with the semi-major axis of WGS 84: within
 * 1 % for a house [C]. */
void geometry_put(struct strbuf *out, const struct house *h);

#endif
