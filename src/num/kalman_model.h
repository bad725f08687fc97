/* What the files of the structural time series share. */
#ifndef SHIKUMEN_NUM_KALMAN_MODEL_H
#define SHIKUMEN_NUM_KALMAN_MODEL_H

#include "shikumen/num/kalman.h"

/* The prior of the variances: density of each log variance ~ variance^KALMAN_PRIOR [J]. 0 would be
 * uniform in log variance (improper towards 0), 1/2 uniform in standard deviation. */
#define KALMAN_PRIOR 0.25

/* q = Q11, Q12, Q22 of dt. */
void kalman_noise(const struct kalman_model *m, double dt, double q[3]);

/* Sum of log S so far. */
double kalman_sum_log(const struct kalman *k);

enum err kalman_model_check(const struct kalman_model *m);

/* kalman_step without its checks; on an error (ERR_SINGULAR) k is left half-way. */
enum err kalman_advance(struct kalman *k, double dt, double y);

bool kalman_is_finite(const struct kalman *k);

#endif
