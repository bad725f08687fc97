/* Writes the history of a scenario, runs backtest on it and holds what came of it against the
 * sentences that the scenario ends in, and against what every line has to be.
 *
 *     run_scenario FILE [--twice]
 *
 * --twice: the same bytes come of a second run. Prints each sentence with what was seen; 1 when one
 * does not hold. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ndjson.h"
#include "output_checks.h"
#include "process.h"
#include "sentence.h"
#include "sim_run.h"
#include "tmpdir.h"

#define RUN_S 240.0

struct run {
    const char *scenario;
    char *folder, *history, *out;
    int failed;
};

static void must(int code, const char *what)
{
    if (code == 0)
        return;
    fprintf(stderr, "%s failed (%d)\n", what, code);
    exit(1);
}

static void write_history(const struct run *r)
{
    must(sim_history(BIN_DIR "/shikumen-sim", r->scenario, r->history, RUN_S), "shikumen-sim");
}

static void backtest(const struct run *r, const char *out)
{
    char *log = path_in(r->folder, "log");

    must(sim_backtest(BIN_DIR "/shikumenctl", r->history, SOURCE_DIR "/config/limits", out, log,
                      RUN_S),
         "shikumenctl");
    free(log);
}

static cJSON *document(const char *path)
{
    cJSON *d = ndjson_document(path);

    if (!d)
        must(1, path);
    return d;
}

static void say(struct run *r, bool holds, const cJSON *expect, const char *seen)
{
    char *text = cJSON_PrintUnformatted(expect);

    printf("%s %s\n     %s\n", holds ? "ok  " : "FAIL", text, seen);
    r->failed += !holds;
    cJSON_free(text);
}

/* A scenario without sentences is held to the other checks alone. */
static void judge_sentences(struct run *r, const struct sentence_view *v)
{
    cJSON *scenario = document(r->scenario);
    const cJSON *expect;

    cJSON_ArrayForEach(expect, cJSON_GetObjectItemCaseSensitive(scenario, "expect"))
    {
        struct strbuf seen = {0};
        bool holds = sentence_holds(v, expect, &seen);
        say(r, holds, expect, strbuf_text(&seen));
        strbuf_free(&seen);
    }
    cJSON_Delete(scenario);
}

static void judge_lines(struct run *r, const struct sim_truth *truth)
{
    struct strbuf faults = {0};
    size_t n = output_faults(r->out, truth, &faults);

    if (n > 0)
        printf("FAIL %zu faults in the lines of the output\n%s", n, strbuf_text(&faults));
    r->failed += n > 0;
    strbuf_free(&faults);
}

static void judge(struct run *r)
{
    struct sim_truth truth;
    struct sim_alerts alerts;
    char *path = path_in(r->out, "alerts.ndjson"), *figures = path_in(r->out, "summary.json");
    cJSON *summary = document(figures);

    if (!sim_truth_read(r->history, &truth))
        must(1, "truth.json or registry.json");
    if (!sim_alerts_read(path, &alerts)) {
        printf("FAIL alerts.ndjson:%zu is no step of an alert\n", alerts.faulty);
        r->failed++;
    }
    judge_sentences(r, &(struct sentence_view){&truth, &alerts, summary});
    judge_lines(r, &truth);
    sim_alerts_free(&alerts);
    sim_truth_free(&truth);
    cJSON_Delete(summary);
    free(path);
    free(figures);
}

/* summary.json has its timing, which may differ. */
static void judge_twice(struct run *r)
{
    static const char *const files[] = {"alerts.ndjson", "forecasts.ndjson", "risk.ndjson"};
    char *again = path_in(r->folder, "again");

    backtest(r, again);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char *one = path_in(r->out, files[i]), *two = path_in(again, files[i]);
        const char *const argv[] = {"cmp", one, two, NULL};
        bool same = process_run(argv, NULL, RUN_S) == 0;
        printf("%s a second run writes the same %s\n", same ? "ok  " : "FAIL", files[i]);
        r->failed += !same;
        free(one);
        free(two);
    }
    free(again);
}

int main(int argc, char *argv[])
{
    struct run r = {.scenario = argc > 1 ? argv[1] : ""};
    bool twice = argc == 3 && strcmp(argv[2], "--twice") == 0;

    if (argc < 2 || argc > 3 || (argc == 3 && !twice)) {
        fprintf(stderr, "usage: %s FILE [--twice]\n", argv[0]);
        return 2;
    }
    r.folder = tmpdir_make("scenario");
    r.history = path_in(r.folder, "history");
    r.out = path_in(r.folder, "out");
    write_history(&r);
    backtest(&r, r.out);
    judge(&r);
    if (twice)
        judge_twice(&r);
    free(r.history);
    free(r.out);
    tmpdir_remove(r.folder);
    return r.failed > 0;
}
