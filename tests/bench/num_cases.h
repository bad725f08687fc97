/* The measures of bench_num: each is one call, or a few that belong together, on arrays in memory,
 * and gives a value by which both sides can be seen to have done the same work. */
#ifndef SHIKUMEN_BENCH_NUM_CASES_H
#define SHIKUMEN_BENCH_NUM_CASES_H

#include "num_data.h"
#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"
#include "shikumen/num/fft.h"
#include "shikumen/num/ssi.h"

struct num_work {
    const struct num_data *d;
    struct arena arena;         /* reset before every call */
    double *scratch, *scratch2; /* SIGNAL_N each */
    struct ssi poles;           /* a table of 500 poles for case_cluster */
    struct arena plans;
    struct fft *fft; /* of SIGNAL_N */
};

void num_work_init(struct num_work *w, const struct num_data *d);
void num_work_free(struct num_work *w);

/* Gives up with the name of what failed. */
void num_need(enum err e, const char *what);

/* Beside numpy and scipy. */
double case_regress(struct num_work *w);
double case_ridge(struct num_work *w);
double case_hampel(struct num_work *w);
double case_quantile(struct num_work *w);
double case_autocorrelation(struct num_work *w);
double case_mann_kendall(struct num_work *w);
double case_mann_kendall_long(struct num_work *w);
double case_theil_sen(struct num_work *w);
double case_theil_sen_long(struct num_work *w);
double case_pca(struct num_work *w);
double case_band_kb_ppv(struct num_work *w);
double case_welch(struct num_work *w);
double case_spectral_matrix(struct num_work *w);
double case_dominant(struct num_work *w);
double case_ssi(struct num_work *w);
double case_fft(struct num_work *w);
double case_en15757(struct num_work *w);
double case_emc(struct num_work *w);
double case_normal_quantile(struct num_work *w);

/* Alone. */
double case_newey_west(struct num_work *w);
double case_kalman_fit(struct num_work *w);
double case_horizon(struct num_work *w);
double case_bocpd(struct num_work *w);
double case_cusum(struct num_work *w);
double case_rainflow(struct num_work *w);
double case_mould(struct num_work *w);
double case_mcd(struct num_work *w);
double case_gpd(struct num_work *w);
double case_cluster(struct num_work *w);

#endif
