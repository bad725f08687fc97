/* Samples as the text of a vibration record (docs/interface.md section 3.2). Pure. */
#ifndef SHIKUMEN_CORE_BURST_WRITE_H
#define SHIKUMEN_CORE_BURST_WRITE_H

#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/strbuf.h"
#include "shikumen/model/quantity.h"

struct burst_text {
    const char *sensor, *unit;
    enum quantity kind; /* Q_VELOCITY or Q_ACCELERATION */
    int64_t t_us;       /* of the first sample */
    double fs_hz;
    const double *axis[3]; /* x, y, z; NULL: not there */
    size_t count;          /* of samples on each */
    double scale[3], offset[3];
};

/* Appends the record, its samples times scale plus offset as base64 of float32. */
void burst_write(struct strbuf *out, const struct burst_text *b);

#endif
