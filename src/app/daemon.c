#include "daemon.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "control.h"
#include "options.h"
#include "reload.h"
#include "shikumen/base/clock.h"
#include "shikumen/io/notify.h"
#include "shikumen/io/store_lock.h"
#include "shikumen/svc/api.h"
#include "shikumen/svc/assess.h"
#include "shikumen/svc/deliver.h"
#include "shikumen/svc/hub.h"
#include "shikumen/svc/ingest.h"
#include "shikumen/svc/status.h"

#define STARTING_TICK_MS 20
#define STARTING_US      (5 * US_PER_S)
#define TICK_MS          1000
#define JOIN_TICK_MS     2
#define STOP_US          (4500 * US_PER_MS) /* within the 5 s that are promised */

static const struct {
    enum loop loop;
    void *(*run)(void *hub);
} loops[] = {
    {LOOP_INGEST, ingest_run},
    {LOOP_ASSESS, assess_run},
    {LOOP_DELIVER, deliver_run},
    {LOOP_HTTP, api_run},
};
#define LOOPS (sizeof loops / sizeof loops[0])

struct daemon {
    const char *config_file;
    struct hub hub;
    struct store_lock store;
    struct control control;
    struct notify notify;
    int signal_fd;
    pthread_t threads[LOOPS];
    size_t thread_count;
    int64_t started_us, started_monotonic_us;
    bool ready, stopping, failed;
    bool control_failed; /* said already */
    struct strbuf told;  /* status sentence that systemd has */
};

/* --- signals --- */

static enum err signals_open(struct daemon *d)
{
    static const int handled[] = {SIGTERM, SIGINT, SIGHUP};
    sigset_t set;

    sigemptyset(&set);
    for (size_t i = 0; i < sizeof handled / sizeof handled[0]; i++) {
        sigaddset(&set, handled[i]);
        signal(handled[i], SIG_DFL); /* ignored ones would never be seen */
    }
    signal(SIGPIPE, SIG_IGN);
    if (pthread_sigmask(SIG_BLOCK, &set, NULL) != 0)
        return ERR_IO;
    d->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    return d->signal_fd >= 0 ? ERR_OK : ERR_IO;
}

static void reload(struct daemon *d)
{
    notify_send(&d->notify, "RELOADING=1\nMONOTONIC_USEC=%" PRId64, clock_monotonic_us());
    reload_plan(&d->hub, d->config_file);
    strbuf_clear(&d->told);
    if (d->ready)
        notify_send(&d->notify, "READY=1");
}

static void take_signals(struct daemon *d)
{
    struct signalfd_siginfo info;

    while (read(d->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGHUP && !d->stopping) {
            reload(d);
        } else if (info.ssi_signo != SIGHUP) {
            log_event(&d->hub.log, LOG_P_NOTICE, "stop signal=%s",
                      info.ssi_signo == SIGTERM ? "TERM" : "INT");
            d->stopping = true;
        }
    }
}

/* --- control socket --- */

static void keep_control_open(struct daemon *d)
{
    if (d->control.fd >= 0)
        return;
    if (control_open(&d->control, d->store.directory_fd) == ERR_OK)
        d->control_failed = false;
    else if (!d->control_failed) {
        d->control_failed = true;
        log_errno(&d->hub.log, LOG_P_WARNING, "control.sock cannot be opened yet");
    }
}

static void answer(struct daemon *d)
{
    struct strbuf document = {0};

    status_json(&d->hub, d->started_us, clock_utc_us(), clock_monotonic_us(), &document);
    control_serve(&d->control, &document);
    strbuf_free(&document);
}

/* --- systemd --- */

static void tell_status(struct daemon *d, int64_t now_us)
{
    struct strbuf sentence = {0};

    status_sentence(&d->hub, now_us, &sentence);
    if (strcmp(strbuf_text(&sentence), strbuf_text(&d->told)) != 0) {
        notify_send(&d->notify, "STATUS=%s", strbuf_text(&sentence));
        strbuf_clear(&d->told);
        strbuf_puts(&d->told, strbuf_text(&sentence));
    }
    strbuf_free(&sentence);
}

static void tell_systemd(struct daemon *d)
{
    int64_t now_us = clock_monotonic_us();

    tell_status(d, now_us);
    if (!d->ready && status_all_open(&d->hub)) {
        d->ready = true;
        notify_send(&d->notify, "READY=1");
        log_event(&d->hub.log, LOG_P_NOTICE, "ready");
    } else if (!d->ready) {
        notify_send(&d->notify, "EXTEND_TIMEOUT_USEC=%lld", 30 * US_PER_S);
    }
    if (d->ready && d->notify.watchdog_us > 0 && status_all_alive(&d->hub, now_us))
        notify_send(&d->notify, "WATCHDOG=1");
}

static int tick_ms(const struct daemon *d)
{
    int64_t half_ms = d->notify.watchdog_us / 2 / US_PER_MS;

    if (!d->ready)
        return clock_monotonic_us() - d->started_monotonic_us < STARTING_US ? STARTING_TICK_MS
                                                                            : TICK_MS;
    return half_ms > 0 && half_ms < TICK_MS ? (int)half_ms : TICK_MS;
}

/* --- life --- */

static void work(struct daemon *d)
{
    while (!d->stopping) {
        struct pollfd fds[] = {{.fd = d->signal_fd, .events = POLLIN},
                               {.fd = d->control.fd, .events = POLLIN}};
        if (poll(fds, 2, tick_ms(d)) < 0 && errno != EINTR) {
            log_errno(&d->hub.log, LOG_P_ERR, "poll failed");
            d->failed = true;
            return;
        }
        if (fds[0].revents)
            take_signals(d);
        if (fds[1].revents)
            answer(d);
        if (d->stopping)
            return;
        if (hub_stopping(&d->hub)) {
            log_event(&d->hub.log, LOG_P_ERR, "stop reason=\"a loop cannot go on\"");
            d->failed = true;
            return;
        }
        keep_control_open(d);
        tell_systemd(d);
    }
}

static enum err threads_start(struct daemon *d)
{
    for (size_t i = 0; i < LOOPS; i++) {
        int e = pthread_create(&d->threads[i], NULL, loops[i].run, &d->hub);
        if (e != 0) {
            errno = e;
            log_errno(&d->hub.log, LOG_P_ERR, "thread loop=%s cannot be started",
                      loop_name(loops[i].loop));
            return ERR_IO;
        }
        pthread_setname_np(d->threads[i], loop_name(loops[i].loop));
        d->thread_count++;
    }
    return ERR_OK;
}

/* False when the thread has not ended at until_us (monotonic, so that no step of the clock
 * matters). */
static bool join_until(pthread_t thread, int64_t until_us)
{
    while (pthread_tryjoin_np(thread, NULL) != 0) {
        if (clock_monotonic_us() > until_us)
            return false;
        poll(NULL, 0, JOIN_TICK_MS);
    }
    return true;
}

/* A loop that hangs in the operating system (a name server, a broker that swallows packets, a disk)
 * is left behind: every hand-over is a committed row, so ending the process there loses nothing. */
static void threads_join(struct daemon *d)
{
    int64_t until_us = clock_monotonic_us() + STOP_US;
    size_t left = 0;

    for (size_t i = 0; i < d->thread_count; i++) {
        if (join_until(d->threads[i], until_us))
            continue;
        log_event(&d->hub.log, LOG_P_WARNING, "stopped loop=%s left waiting",
                  loop_name(loops[i].loop));
        pthread_detach(d->threads[i]);
        left++;
    }
    if (left == 0)
        return;
    control_close(&d->control);
    _exit(d->failed ? EXIT_FAILED : EXIT_DONE);
}

static void log_start(const struct daemon *d, const struct plan *plan)
{
    log_event(&d->hub.log, LOG_P_NOTICE,
              "start version=%s config=\"%s\" store=\"%s\" houses=%zu sensors=%zu limit_sets=%zu",
              SHIKUMEN_VERSION, plan->settings->file, plan->settings->store.path,
              plan->registry->house_count, plan->registry->sensor_count,
              plan->registry->limit_set_count);
    plan_warn(plan, &d->hub.log);
}

static void live(struct daemon *d)
{
    if (threads_start(d) == ERR_OK)
        work(d);
    else
        d->failed = true;
    notify_send(&d->notify, "STOPPING=1\nSTATUS=stopping");
    hub_stop(&d->hub);
    threads_join(d);
    log_event(&d->hub.log, LOG_P_NOTICE, "stopped");
}

static int run_with_hub(struct daemon *d, struct log log, struct plan *plan)
{
    struct plan *held = plan_retain(plan);
    enum err e = hub_init(&d->hub, log, plan);

    if (e != ERR_OK) {
        log_event(&log, LOG_P_ERR, "start failed error=%s", err_name(e));
        plan_release(held);
        return EXIT_FAILED;
    }
    log_start(d, held);
    plan_release(held);
    d->notify = notify_open();
    keep_control_open(d);
    live(d);
    control_close(&d->control);
    notify_close(&d->notify);
    strbuf_free(&d->told);
    hub_finish(&d->hub);
    return d->failed ? EXIT_FAILED : EXIT_DONE;
}

int daemon_run(const char *config_file, struct log log, struct plan *plan)
{
    struct daemon d = {.config_file = config_file,
                       .control = {.fd = -1},
                       .signal_fd = -1,
                       .started_us = clock_utc_us(),
                       .started_monotonic_us = clock_monotonic_us()};
    int code = EXIT_FAILED;

    umask(077);
    if (signals_open(&d) != ERR_OK) {
        log_errno(&log, LOG_P_ERR, "signals cannot be taken");
        plan_release(plan);
        return EXIT_FAILED;
    }
    if (store_lock_open(plan->settings->store.path, &log, &d.store) == ERR_OK) {
        code = run_with_hub(&d, log, plan);
        store_lock_close(&d.store);
    } else {
        plan_release(plan);
    }
    close(d.signal_fd);
    return code;
}
