/* Readings a second through shikumenctl backtest, end to end: a file of readings every ten minutes
 * of a district of cheap sensors, parsed, stored with quality tests, judged. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "district.h"
#include "process.h"
#include "report.h"
#include "shikumen/base/clock.h"
#include "shikumen/base/utc.h"
#include "tmpdir.h"

#define SENSORS  1500
#define STEPS    2000
#define STEP_US  (600 * US_PER_S)   /* the period in the registry */
#define START_US 1704067200000000LL /* 2024-01-01T00:00:00Z */

struct bench {
    char *folder, *registry, *readings, *out;
    int64_t count;
};

/* The steps in order, in each the nodes one after the other, as they would arrive. */
static void write_history(struct bench *b, int steps)
{
    FILE *f = fopen(b->readings, "w");
    char t[UTC_TEXT_SIZE], rx[UTC_TEXT_SIZE];

    if (!f)
        give_up("%s cannot be written", b->readings);
    for (int64_t step = 0; step < steps; step++)
        for (int i = 0; i < SENSORS; i++) {
            int64_t t_us = START_US + step * STEP_US + i / NODE_SENSORS * US_PER_S;
            fprintf(f,
                    "{\"t\":\"%s\",\"sensor\":\"B%04d/n1/crack-%d\",\"v\":%.3f,\"u\":\"mm\","
                    "\"rx\":\"%s\"}\n",
                    utc_format(t_us, t), i / NODE_SENSORS, i % NODE_SENSORS + 1,
                    district_value(i, step), utc_format(t_us + 2 * US_PER_S, rx));
        }
    b->count = (int64_t)steps * SENSORS;
    if (fclose(f) != 0)
        give_up("%s cannot be written", b->readings);
}

static void write_registry(const struct bench *b)
{
    struct strbuf text = {0};

    district_registry(SENSORS, 0, &text);
    write_text(b->registry, strbuf_text(&text));
    strbuf_free(&text);
}

static void measure(const struct bench *b, int round, const char *limits, const char *readings,
                    const char *contender)
{
    char *program = program_path("shikumenctl");
    const char *const argv[] = {program,    "backtest", "--registry", b->registry,
                                "--limits", limits,     "--readings", readings,
                                "--out",    b->out,     NULL};
    double start_s = now_s(), seconds;

    if (process_run(argv, NULL, 600.0) != 0)
        give_up("backtest failed");
    seconds = now_s() - start_s;
    free(program);
    report(round, "backtest", contender, "readings_per_s", (double)b->count / seconds);
}

int main(int argc, char *argv[])
{
    struct bench_options o = bench_options(argc, argv);
    struct bench b = {.folder = tmpdir_make("shikumen-bench")};
    const char *pack[] = {"gzip", "-k", "-1", NULL, NULL};
    char *packed;

    b.registry = path_in(b.folder, "registry.json");
    b.readings = path_in(b.folder, "readings.ndjson");
    packed = path_in(b.folder, "readings.ndjson.gz");
    b.out = path_in(b.folder, "out");
    progress("  writing %d steps of %d sensors", o.quick ? STEPS / 10 : STEPS, SENSORS);
    write_registry(&b);
    write_history(&b, o.quick ? STEPS / 10 : STEPS);
    pack[3] = b.readings;
    if (process_run(pack, NULL, 600.0) != 0)
        give_up("gzip failed");
    for (int round = 1; round <= o.rounds; round++) {
        measure(&b, round, o.limits, b.readings, "plain");
        measure(&b, round, o.limits, packed, "gzip");
        progress("  %d", round);
    }
    free(b.registry);
    free(b.readings);
    free(b.out);
    free(packed);
    tmpdir_remove(b.folder);
    return 0;
}
