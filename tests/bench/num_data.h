/* The seeded input of bench_num, the same bytes for both sides. */
#ifndef SHIKUMEN_BENCH_NUM_DATA_H
#define SHIKUMEN_BENCH_NUM_DATA_H

#include <stddef.h>

#include "shikumen/num/filter.h"
#include "shikumen/num/linalg.h"

#define YEAR_H         8760
#define YEAR_D         365
#define LONG_D         5000
#define MONTHS_13_H    9504
#define BURST_HZ       200
#define BURST_N        120000 /* ten minutes */
#define MODAL_CHANNELS 6
#define SIGNAL_N       131072
#define QUANTILES_N    100000
#define EXCESSES       200

struct num_data {
    struct matrix design;   /* YEAR_H x 8: a year of memories, a trend and the like */
    double *response;       /* YEAR_H */
    double *residual;       /* YEAR_H: AR(1) with outliers and a late shift */
    double *celsius, *rh;   /* MONTHS_13_H each: a damp room */
    double *daily;          /* YEAR_D: a wandering level with noise and a slope */
    double *long_daily;     /* LONG_D */
    struct matrix features; /* YEAR_D x 6, correlated */
    struct matrix burst;    /* BURST_N x 3, mm/s */
    struct matrix modal;    /* BURST_N x MODAL_CHANNELS: five modes in noise */
    double *signal;         /* SIGNAL_N */
    double *probability;    /* QUANTILES_N */
    double *excess;         /* EXCESSES, exponential */
    struct matrix band, kb; /* 5 x sections: the filters' coefficients b0 b1 b2 a1 a2 */
    struct filter band_filter, kb_filter;
};

/* Everything in the arena. */
void num_data_make(struct num_data *d, struct arena *arena);

/* FOLDER/NAME.f64: plain doubles, matrices by columns. */
void num_data_write(const struct num_data *d, const char *folder);

#endif
