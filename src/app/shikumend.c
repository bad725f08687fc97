/* shikumend: watches the structure of heritage houses. */
#include <malloc.h>
#include <stdio.h>
#include <unistd.h>

#include "daemon.h"
#include "options.h"
#include "shikumen/io/settings_file.h"
#include "shikumen/svc/faults.h"
#include "shikumen/svc/plan.h"

/* Exit code for what reading the configuration came to, faults printed. */
static int configuration_code(enum err e, struct fault_list *faults)
{
    faults_tell(faults, STDERR_FILENO);
    fault_list_free(faults);
    if (e == ERR_CONFIG)
        return EXIT_CONFIG;
    if (e != ERR_OK)
        fprintf(stderr, "shikumend: %s\n", err_name(e));
    return e == ERR_OK ? EXIT_DONE : EXIT_FAILED;
}

static int written(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return EXIT_DONE;
    perror("shikumend: standard output");
    return EXIT_FAILED;
}

static void summarize(const struct options *o, const struct registry *r)
{
    size_t without = 0;

    for (size_t i = 0; i < r->sensor_count; i++)
        without += r->sensors[i].limits == NULL;
    fprintf(stderr, "%s: ok: %zu houses, %zu sensors, %zu limit sets, %zu sensors without limits\n",
            o->config_file, r->house_count, r->sensor_count, r->limit_set_count, without);
}

static int print_config(const struct options *o)
{
    struct fault_list faults = {0};
    struct settings *settings;
    struct strbuf text = {0};
    int code = configuration_code(settings_read(o->config_file, &faults, &settings), &faults);

    if (code != EXIT_DONE)
        return code;
    settings_print(settings, &text);
    fputs(strbuf_text(&text), stdout);
    strbuf_free(&text);
    settings_free(settings);
    return written();
}

static int check_or_run(const struct options *o)
{
    const struct log log = {STDERR_FILENO, o->debug ? LOG_P_DEBUG : LOG_P_INFO};
    struct fault_list faults = {0};
    struct plan *plan;
    int code = configuration_code(plan_load(o->config_file, &faults, &plan), &faults);

    if (code != EXIT_DONE)
        return code;
    if (o->action == ACTION_RUN)
        return daemon_run(o->config_file, log, plan);
    summarize(o, plan->registry);
    plan_release(plan);
    return EXIT_DONE;
}

int main(int argc, char **argv)
{
    struct options o;

    mallopt(M_ARENA_MAX,
            1); /* a heap of its own for each thread would cost a small gateway megabytes */
    if (options_parse(argc, argv, &o) != ERR_OK)
        return EXIT_USAGE;
    switch (o.action) {
    case ACTION_VERSION:
        puts("shikumend " SHIKUMEN_VERSION);
        return written();
    case ACTION_HELP:
        fputs(options_help(), stdout);
        return written();
    case ACTION_PRINT_CONFIG:
        return print_config(&o);
    default:
        return check_or_run(&o);
    }
}
