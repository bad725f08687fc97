/* num_scipy.py as a child that is asked over a socket: the same measures by numpy and scipy. */
#ifndef SHIKUMEN_BENCH_NUM_PEER_H
#define SHIKUMEN_BENCH_NUM_PEER_H

#include <stdio.h>

#include "process.h"

struct num_peer {
    struct process process;
    FILE *to, *from;
};

/* Started on the arrays of the folder, from the top of the source tree; on one thread. Says which
 * versions and which BLAS it is. */
struct num_peer num_peer_start(const char *folder);

/* The check value of a measure, and the median time of a call in ms over at least min_s. */
double num_peer_check(struct num_peer *p, const char *measure);
double num_peer_time(struct num_peer *p, const char *measure, double min_s);

void num_peer_stop(struct num_peer *p);

#endif
