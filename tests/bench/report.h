/* Options that every benchmark program takes, and the lines it prints: one measured number each,
 *
 *     ROUND <tab> MEASURE <tab> CONTENDER <tab> METRIC <tab> VALUE
 *
 * from which scripts/bench makes medians and ratios. */
#ifndef SHIKUMEN_BENCH_REPORT_H
#define SHIKUMEN_BENCH_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bench_options {
    int rounds;         /* --rounds N, 3 */
    bool quick;         /* --quick: a tenth of the work, for a first look */
    const char *limits; /* --limits DIRECTORY, config/limits */
    const char *only;   /* --only MEASURE, NULL: all */
};

/* Reads the command line; says what is wrong and exits with 2. */
struct bench_options bench_options(int argc, char *argv[]);
/* True unless --only names another measure. */
bool bench_wanted(const struct bench_options *o, const char *measure);

void report(int round, const char *measure, const char *contender, const char *metric,
            double value);

/* Progress on stderr. */
void progress(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Says why on stderr and exits with 1. */
void give_up(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* malloc'd path of a program that was built beside this one; gives up when there is no telling. */
char *program_path(const char *name);

/* Median time of a 4 KiB append and fdatasync to a file in the folder, microseconds. */
double fsync_median_us(const char *folder);

#endif
