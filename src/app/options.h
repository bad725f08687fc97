/* The daemon's command line. */
#ifndef SHIKUMEN_APP_OPTIONS_H
#define SHIKUMEN_APP_OPTIONS_H

#include <stdbool.h>

#include "shikumen/base/err.h"

#define EXIT_DONE   0
#define EXIT_FAILED 1
#define EXIT_USAGE  2
#define EXIT_CONFIG 78 /* sysexits.h EX_CONFIG */

enum action { ACTION_RUN, ACTION_CHECK_CONFIG, ACTION_PRINT_CONFIG, ACTION_VERSION, ACTION_HELP };

struct options {
    const char *config_file;
    enum action action;
    bool debug;
};

/* ERR_PARSE after one line on stderr about what is wrong. */
enum err options_parse(int argc, char **argv, struct options *o) MUST_USE;

/* Help for --help, many lines. */
const char *options_help(void);

#endif
