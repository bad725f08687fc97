/* A vibration record for people to look at: its velocity over time and its spectrum, each as few
 * points, and the curves of the standards it is judged by. Pure. */
#ifndef SHIKUMEN_CORE_BURST_PLOT_H
#define SHIKUMEN_CORE_BURST_PLOT_H

#include "shikumen/core/burst.h"

#define BURST_PLOT_COLUMNS 800 /* of the velocity, each with least and greatest */
#define BURST_PLOT_BANDS   240 /* of the spectrum, equal steps of log f */
#define BURST_PLOT_LOW_HZ  0.8
#define BURST_PLOT_HIGH_HZ 125.0
#define BURST_PLOT_CURVES  24

/* One axis. Columns span the record evenly; with no more samples than columns each is a sample. */
struct burst_trace {
    bool known;
    float *least, *most; /* mm/s, by column */
    float *amplitude;    /* mm/s zero to peak, by band: largest line in it; NaN: no line in it */
};

/* What a standard allows, or the sensor's own limit (limit NULL, own not). */
struct burst_curve {
    const struct vibration_limit *limit;
    const struct limit *own;
    unsigned sources, places; /* it is judged for: bits 1 << enum; none of own */
    unsigned governs;         /* sources of which it has the largest ratio */
    double fixed_mm_s;        /* whatever the frequency; 0: by the curve */
};

struct burst_plot {
    size_t columns, bands, curves;
    double column_s, record_s;
    double spectrum_s; /* of the record, in one piece, that the spectrum is of */
    struct burst_trace axis[VIBRATION_AXES];
    struct burst_curve curve[BURST_PLOT_CURVES];
};

/* Of a record read with BURST_SAMPLES. assessment NULL, own NULL: no curves of these. The spectrum
 * is of all samples but at most 7 % at the end (a length that is fast to transform), without
 * window, so that a line is the amplitude of a steady vibration; of a short shock it is less than
 * its peak. Errors of burst_velocity; all memory is the arena's. */
enum err burst_plot_of(const struct burst_record *record, const struct burst_assessment *assessment,
                       const struct limit_set *own, struct arena *arena,
                       struct burst_plot *out) MUST_USE;

/* Lower end of a band, and its middle, Hz. */
double burst_plot_band_hz(size_t band);
double burst_plot_middle_hz(size_t band);
/* What a curve allows at a frequency, mm/s; 0: nothing said there. */
double burst_plot_allowed(const struct burst_curve *c, double f_hz);

/* Appends one JSON object: "columns", "column_s", "axes" {"x":{"min":[…],"max":[…],
 * "amplitude":[…]}}, "bands_hz" (middles), "curves" [{"sources","places","standard","edition",
 * "clause","mark","governs","level","points":[[Hz, mm/s],…]}]; four significant digits. level is of
 * the sensor's own limits alone, whose sources, places and governs are empty. */
void burst_plot_json(const struct burst_plot *p, struct strbuf *out);

#endif
