/* What a node sends: SenML packs (RFC 8428), its status, and the topics. Pure. */
#ifndef SHIKUMEN_SIM_PACK_H
#define SHIKUMEN_SIM_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "district.h"
#include "gauge.h"
#include "shape.h"
#include "shikumen/base/strbuf.h"

/* "shikumen/v1/H001/n1/senml" or another leaf. */
void pack_topic(const struct sim_node *n, const char *leaf, char topic[SIM_TOPIC_SIZE]);

#define PACK_RECORDS_MAX SIM_DESIGNS_ALL

/* What node n says at its tick at t_us: a record per sensor that is due and does not drop out;
 * returns their number. */
size_t pack_collect(const struct district *d, const struct sim_node *n,
                    const struct gauge_settings *set, int64_t t_us,
                    struct shape_record records[PACK_RECORDS_MAX]);

/* Appends the pack of node n for its tick at t_us: a record per sensor that is due and does not
 * drop out. Returns the number of records; nothing is appended when there are none. */
size_t pack_senml(const struct district *d, const struct sim_node *n,
                  const struct gauge_settings *set, int64_t t_us, struct strbuf *out);

/* Whether the gauge reports at that tick of its node. */
bool pack_due(const struct sim_node *n, const struct sim_sensor *s, int64_t t_us);

/* Appends the status of a node that is on line. */
void pack_status(const struct sim_node *n, struct strbuf *out);

/* The first tick of n at or after t_us. */
int64_t pack_first_tick_us(const struct sim_node *n, int64_t t_us);

#endif
