#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backtest_out.h"
#include "shikumen/base/clock.h"
#include "shikumen/svc/faults.h"
#include "shikumen/view/words.h"
#include "shikumenctl.h"

/* The folder of the databases, and the files that SQLite makes in it. */
static const char *const store_files[] = {"readings.db", "readings.db-wal", "readings.db-shm",
                                          "state.db",    "state.db-wal",    "state.db-shm"};

struct backtest {
    struct ctl *c;
    char *limits, *store;
    struct plan *plan;
    struct history *history;
    struct replay *replay;
    struct feed *feed;
    struct backtest_out out;
    bool out_open;
};

/* --- folders --- */

static int refuse_file(struct ctl *c, const char *path)
{
    return ctl_fail(c, "%s：%s", "%s: %s", ctl_clean(c, path), strerror(errno));
}

static int make_folder(struct ctl *c, const char *path)
{
    if (mkdir(path, 0777) == 0 || errno == EEXIST)
        return EXIT_DONE;
    return refuse_file(c, path);
}

static int make_store(struct backtest *b)
{
    const char *out = b->c->options.out;
    bool keep = option_given(&b->c->options, OPTION_KEEP_STORE);
    int code = make_folder(b->c, out);

    if (code != EXIT_DONE)
        return code;
    if (asprintf(&b->store, "%s/%s", out, keep ? "store" : ".store-XXXXXX") < 0) {
        b->store = NULL;
        return ctl_result(b->c, ERR_NOMEM);
    }
    if (keep ? mkdir(b->store, 0777) == 0 : mkdtemp(b->store) != NULL)
        return EXIT_DONE;
    code = refuse_file(b->c, b->store);
    free(b->store);
    b->store = NULL;
    return code;
}

static void remove_store(const struct backtest *b)
{
    int folder = b->store ? open(b->store, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

    if (folder < 0)
        return;
    for (size_t i = 0; i < sizeof store_files / sizeof *store_files; i++)
        unlinkat(folder, store_files[i], 0);
    close(folder);
    rmdir(b->store);
}

/* --- what it is run on --- */

/* "limits" beside the registry. */
static char *limits_beside(const char *registry)
{
    const char *slash = strrchr(registry, '/');
    char *path = NULL;

    if (asprintf(&path, "%.*slimits", slash ? (int)(slash - registry + 1) : 0, registry) < 0)
        return NULL;
    return path;
}

static int load_plan(struct backtest *b)
{
    const struct options *o = &b->c->options;
    struct fault_list faults = {0};
    enum err e = ERR_NOMEM;

    b->limits = o->limits ? strdup(o->limits) : limits_beside(o->registry);
    if (b->limits)
        e = plan_load_files(
            &(struct plan_files){o->registry, b->limits, o->epochs, b->store, o->profiles}, &faults,
            &b->plan);
    if (e == ERR_CONFIG)
        faults_tell(&faults, STDERR_FILENO);
    fault_list_free(&faults);
    return e == ERR_CONFIG ? EXIT_BAD_CONFIG : ctl_result(b->c, e);
}

static void tell_hostile(void *context, int64_t line, const char *words)
{
    const struct backtest *b = context;

    ctl_say(b->c, "%s 第 %" PRId64 " 行：%s", "%s line %" PRId64 ": %s", b->c->options.readings,
            line, word_wording(&b->c->desk, words));
}

static void tell_progress(void *context, int64_t lines)
{
    (void)context;
    fprintf(stderr, "\r%" PRId64, lines);
}

static int open_all(struct backtest *b)
{
    const struct feed_report report = {tell_hostile, isatty(STDERR_FILENO) ? tell_progress : NULL,
                                       b};
    enum err e = history_open(b->c->options.readings, &b->history);

    if (e == ERR_CORRUPT)
        return ctl_fail(b->c, "%s：gzip 损坏", "%s: the gzip data is damaged",
                        b->c->options.readings);
    if (e != ERR_OK)
        return e == ERR_NOMEM ? ctl_result(b->c, e) : refuse_file(b->c, b->c->options.readings);
    b->out_open = true;
    e = backtest_out_open(&b->out, b->c->options.out);
    if (e != ERR_OK)
        return e == ERR_NOMEM ? ctl_result(b->c, e) : refuse_file(b->c, b->c->options.out);
    e = replay_open(b->plan, &b->out.sink, option_given(&b->c->options, OPTION_KEEP_STORE),
                    &b->replay);
    if (e == ERR_OK)
        e = feed_new(b->plan->registry, b->replay, &report, &b->feed);
    return ctl_result(b->c, e);
}

/* --- the run --- */

static int refuse_store(const struct backtest *b, enum err e)
{
    const char *why = replay_error(b->replay);

    return ctl_fail(b->c, "数据库：%s", "store: %s", *why ? why : err_name(e));
}

static int run_all(struct backtest *b)
{
    bool from_store;
    enum err e = feed_run(b->feed, b->history, &from_store);

    if (e != ERR_OK && from_store)
        return refuse_store(b, e);
    if (e == ERR_CORRUPT)
        return ctl_fail(b->c, "%s：gzip 损坏或不完整", "%s: the gzip data is damaged or cut short",
                        b->c->options.readings);
    if (e != ERR_OK)
        return refuse_file(b->c, b->c->options.readings);
    if (isatty(STDERR_FILENO))
        fputc('\n', stderr);
    e = replay_finish(b->replay);
    return e == ERR_OK ? EXIT_DONE : refuse_store(b, e);
}

static int64_t sum_refused(const struct feed_counts *fed, const struct replay_counts *replayed)
{
    int64_t sum = 0;

    for (int i = 0; i < REFUSE_COUNT; i++)
        sum += fed->refused[i] + replayed->quarantined[i];
    return sum;
}

/* What was left out is said, and that nothing was left when it was so. */
static int tell(const struct backtest *b, const struct replay_counts *replayed)
{
    const struct feed_counts *fed = feed_counts(b->feed);
    int64_t refused = sum_refused(fed, replayed);

    if (fed->hostile > 0)
        ctl_say(b->c, "%" PRId64 " 行不是读数，已略过",
                "%" PRId64 " lines are no readings, left out", fed->hostile);
    if (refused > 0)
        ctl_say(b->c, "%" PRId64 " 条读数被拒收，原因见 summary.json",
                "%" PRId64 " readings refused, reasons in summary.json", refused);
    if (fed->out_of_order > 0)
        ctl_say(b->c, "%" PRId64 " 行到达时间倒退", "%" PRId64 " lines arrive before earlier ones",
                fed->out_of_order);
    if (replayed->received == 0)
        return ctl_fail(b->c, "%s 中没有可用的读数", "%s holds no reading that can be used",
                        b->c->options.readings);
    return EXIT_DONE;
}

static int finish(struct backtest *b, int64_t began_us)
{
    const struct backtest_run run = {.registry = b->plan->registry,
                                     .settings = b->plan->settings,
                                     .fed = feed_counts(b->feed),
                                     .replayed = replay_counts(b->replay),
                                     .load = replay_alarm_load(b->replay),
                                     .run_seconds = (double)(clock_monotonic_us() - began_us) /
                                                    (double)US_PER_S};
    int code = tell(b, &run.replayed);
    enum err e;

    if (code != EXIT_DONE)
        return code;
    e = backtest_out_finish(&b->out, &run);
    return e == ERR_OK || e == ERR_NOMEM ? ctl_result(b->c, e)
                                         : refuse_file(b->c, b->c->options.out);
}

static void close_all(struct backtest *b)
{
    feed_free(b->feed);
    replay_close(b->replay);
    if (b->out_open)
        backtest_out_close(&b->out);
    history_close(b->history);
    plan_release(b->plan);
    if (!option_given(&b->c->options, OPTION_KEEP_STORE))
        remove_store(b);
    free(b->limits);
    free(b->store);
}

int cmd_backtest(struct ctl *c)
{
    struct backtest b = {.c = c};
    int64_t began_us = clock_monotonic_us();
    int code;

    if (!c->options.registry || !c->options.readings || !c->options.out) {
        options_refuse("缺少 missing: --registry, --readings, --out", "");
        return EXIT_USAGE;
    }
    code = make_store(&b);
    if (code == EXIT_DONE)
        code = load_plan(&b);
    if (code == EXIT_DONE)
        code = open_all(&b);
    if (code == EXIT_DONE)
        code = run_all(&b);
    if (code == EXIT_DONE)
        code = finish(&b, began_us);
    close_all(&b);
    return code;
}
