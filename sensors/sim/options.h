/* The command line of shikumen-sim. */
#ifndef SHIKUMEN_SIM_OPTIONS_H
#define SHIKUMEN_SIM_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shape.h"

#define SIM_LIMITS_MAX 32

struct options {
    const char *host;
    int port;
    const char *username, *password_file, *tls_ca, *tls_cert, *tls_key; /* NULL: not given */
    int houses;
    uint64_t seed;
    int64_t start_us;   /* INT64_MIN: so that the run ends now */
    double speed;       /* simulated seconds per second */
    double for_s;       /* 0: until stopped */
    const char *damage; /* house id, "none", or NULL for the third (or last) house */
    double fault_rate;
    double offline;   /* share of the days on which a node is offline for some hours */
    enum shape shape; /* of the messages */
    bool no_codec;    /* of a network: bytes alone */
    bool with_silence, bursts, quiet, run, gzip;
    const char *scenario;     /* file; NULL: none */
    const char *history;      /* folder, with a scenario; NULL: none */
    const char *registry_out; /* NULL: none */
    const char *out;          /* file for the messages instead of a broker; NULL: none */
    const char *limits[SIM_LIMITS_MAX];
    size_t limit_count; /* 0 with limits_given: none at all */
    bool limits_given;
    char *limits_text; /* what limits points into */
};

/* Reads argv. Returns -1 to go on, else the code to exit with (0 after --help and --version, 2
 * after a wrong usage, which is explained on stderr). Free with options_free. */
int options_read(int argc, char **argv, struct options *o);
void options_free(struct options *o);

#endif
