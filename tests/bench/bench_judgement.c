/* How good the judgement is: whole simulated districts through shikumenctl backtest, held against
 * their truth. Not a measure of speed.
 *
 *     bench_judgement [--houses 60] [--years 5] [--damaged 0.1] [--ills 0.3] [--per-row 6]
 *                     [--seed 300] [--districts 1] [--limits config/limits] [--keep DIR] [--list]
 *
 * Districts have the seeds SEED, SEED + 1, ...; their figures add up. --keep leaves what backtest
 * wrote in DIR/SEED. --list tells each miss and each false alarm. The tables go to standard output.
 */
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "judgement.h"
#include "process.h"
#include "report.h"
#include "sim_run.h"
#include "tmpdir.h"

#define RUN_S 7200.0

struct options {
    int houses, years, per_row, districts;
    double damaged, ills;
    unsigned long seed;
    const char *limits, *keep;
    bool list;
};

static _Noreturn void wrong_usage(const char *program)
{
    fprintf(
        stderr,
        "usage: %s [--houses N] [--years N] [--damaged SHARE] [--ills PER_SENSOR_YEAR]\n"
        "       [--per-row N] [--seed N] [--districts N] [--limits DIR] [--keep DIR] [--list]\n",
        program);
    exit(2);
}

static double number(const char *text, double least, double most, const char *program)
{
    char *end;
    double v = strtod(text, &end);

    if (*end || end == text || !(v >= least && v <= most))
        wrong_usage(program);
    return v;
}

static void take_option(struct options *o, int c, const char *program)
{
    switch (c) {
    case 'h':
        o->houses = (int)number(optarg, 1, 1000, program);
        break;
    case 'y':
        o->years = (int)number(optarg, 1, 20, program);
        break;
    case 'd':
        o->damaged = number(optarg, 0, 1, program);
        break;
    case 'i':
        o->ills = number(optarg, 0, 3, program);
        break;
    case 'r':
        o->per_row = (int)number(optarg, 1, 99, program);
        break;
    case 's':
        o->seed = (unsigned long)number(optarg, 0, 1e9, program);
        break;
    case 'n':
        o->districts = (int)number(optarg, 1, 1000, program);
        break;
    case 'l':
        o->limits = optarg;
        break;
    case 'k':
        o->keep = optarg;
        break;
    case 'v':
        o->list = true;
        break;
    default:
        wrong_usage(program);
    }
}

static struct options read_options(int argc, char *argv[])
{
    static const struct option known[] = {{"houses", required_argument, NULL, 'h'},
                                          {"years", required_argument, NULL, 'y'},
                                          {"damaged", required_argument, NULL, 'd'},
                                          {"ills", required_argument, NULL, 'i'},
                                          {"per-row", required_argument, NULL, 'r'},
                                          {"seed", required_argument, NULL, 's'},
                                          {"districts", required_argument, NULL, 'n'},
                                          {"limits", required_argument, NULL, 'l'},
                                          {"keep", required_argument, NULL, 'k'},
                                          {"list", no_argument, NULL, 'v'},
                                          {NULL, 0, NULL, 0}};
    struct options o = {.houses = 60,
                        .years = 5,
                        .per_row = 6,
                        .districts = 1,
                        .damaged = 0.1,
                        .ills = 0.3,
                        .seed = 300,
                        .limits = "config/limits"};

    for (int c; (c = getopt_long(argc, argv, "", known, NULL)) != -1;)
        take_option(&o, c, argv[0]);
    if (optind != argc)
        wrong_usage(argv[0]);
    return o;
}

static void write_scenario(const struct options *o, unsigned long seed, const char *path)
{
    char text[400];

    snprintf(text, sizeof text,
             "{\"seed\":%lu,\"start\":\"2020-01-01T00:00:00Z\",\"district\":{\"houses\":%d,"
             "\"years\":%d,\"damaged_share\":%.9g,\"ills_per_sensor_year\":%.9g,\"per_row\":%d}}\n",
             seed, o->houses, o->years, o->damaged, o->ills, o->per_row);
    write_text(path, text);
}

static void simulate(const char *scenario, const char *history)
{
    char *program = program_path("shikumen-sim");

    if (sim_history(program, scenario, history, RUN_S) != 0)
        give_up("shikumen-sim failed");
    free(program);
}

static void backtest(const struct options *o, const char *history, const char *out)
{
    char *program = program_path("shikumenctl"), *log = path_in(history, "log");
    char *readings = path_in(history, "readings.ndjson");

    if (sim_backtest(program, history, o->limits, out, log, RUN_S) != 0)
        give_up("backtest failed: %s", read_text(log, NULL));
    unlink(readings);
    free(program);
    free(readings);
    free(log);
}

static void judge(const struct options *o, const char *history, const char *out,
                  struct judgement *j)
{
    struct judged_run run = {.out = out};
    char *alerts = path_in(out, "alerts.ndjson");

    if (!sim_truth_read(history, &run.truth) || !sim_alerts_read(alerts, &run.alerts))
        give_up("truth or alerts are unreadable");
    judge_finds(&run, o->list, &j->find);
    if (!judge_forecasts(&run, &j->forecast) || !judge_ranks(&run, &j->rank))
        give_up("forecasts or risk are unreadable");
    judge_cost(&run, &j->cost);
    j->districts++;
    judge_free(&run);
    free(alerts);
}

static void one_district(const struct options *o, const char *folder, unsigned long seed,
                         struct judgement *j)
{
    char name[32], *scenario, *history, *out;

    snprintf(name, sizeof name, "%lu", seed);
    scenario = path_in(folder, "scenario.json");
    history = path_in(folder, name);
    out = path_in(history, "out");
    write_scenario(o, seed, scenario);
    simulate(scenario, history);
    backtest(o, history, out);
    judge(o, history, out, j);
    free(scenario);
    free(history);
    free(out);
}

static void print_title(const struct options *o)
{
    printf("%d district(s) of %d houses, %d years, damaged share %g, %g ills per sensor and year, "
           "seeds %lu..%lu. Simulated.\n\n",
           o->districts, o->houses, o->years, o->damaged, o->ills, o->seed,
           o->seed + (unsigned long)o->districts - 1);
}

int main(int argc, char *argv[])
{
    struct options o = read_options(argc, argv);
    struct judgement j = {0};
    char *folder = o.keep ? strdup(o.keep) : tmpdir_make("shikumen-judgement");

    if (o.keep)
        mkdir(o.keep, 0777);
    for (int i = 0; i < o.districts; i++) {
        progress("  district %d of %d", i + 1, o.districts);
        one_district(&o, folder, o.seed + (unsigned long)i, &j);
    }
    if (o.list)
        printf("\n");
    print_title(&o);
    judgement_print(&j);
    judgement_free(&j);
    if (o.keep)
        free(folder);
    else
        tmpdir_remove(folder);
    return 0;
}
