/* Where everything stands: the district, one house, one sensor, as JSON documents. */
#ifndef SHIKUMEN_VIEW_PLACE_H
#define SHIKUMEN_VIEW_PLACE_H

#include "shikumen/view/desk.h"

/* Appends what a page needs before it can draw: names, language, zone, version and time, the lanes
 * and rows, each house with its footprint, and the levels. Wants settings and registry. */
void district_json(const struct desk *d, struct strbuf *out);

/* Appends one house, by its registry index: its row of the list of houses (its
 * "sensors" as "sensor_count"), what the registry says
 * of it, its elements with how each stands, its sensors with their positions, and the latest line
 * of risk.ndjson (null: never assessed). Wants registry, readings and state. Errors of the
 * databases (desk->failed), ERR_NOMEM. */
enum err house_json(struct desk *d, uint32_t house, struct strbuf *out) MUST_USE;

/* Appends one sensor, by its registry index: its row of the list of sensors, what the registry says
 * of it, its limits with source, clause and mark, the epochs that concern it, and how its readings
 * of the last 30 days were flagged. Wants the same, and returns the same. */
enum err sensor_json(struct desk *d, uint32_t sensor, struct strbuf *out) MUST_USE;

/* Appends the houses as a FeatureCollection (RFC 7946) with flat properties. Wants the same, and
 * returns the same. */
enum err houses_geojson(struct desk *d, struct strbuf *out) MUST_USE;

#endif
