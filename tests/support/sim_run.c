#include "sim_run.h"

#include <stdlib.h>

#include "process.h"

int sim_history(const char *program, const char *scenario, const char *history, double timeout_s)
{
    const char *const argv[] = {program,     "--quiet", "--scenario", scenario,
                                "--history", history,   NULL};

    return process_run(argv, NULL, timeout_s);
}

int sim_backtest(const char *program, const char *history, const char *limits, const char *out,
                 const char *log, double timeout_s)
{
    char *registry = path_in(history, "registry.json"), *epochs = path_in(history, "epochs.json");
    char *readings = path_in(history, "readings.ndjson");
    const char *const argv[] = {program,  "backtest", "--registry", registry,   "--readings",
                                readings, "--epochs", epochs,       "--limits", limits,
                                "--out",  out,        NULL};
    int code = process_run(argv, &(struct process_options){.output = log}, timeout_s);

    free(registry);
    free(epochs);
    free(readings);
    return code;
}
