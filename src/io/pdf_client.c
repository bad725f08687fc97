#include "shikumen/io/pdf_client.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shikumen/base/clock.h"

#define PROGRAM "shikumen-pdf"
#define LOOK_MS 200

struct talk {
    int fd; /* ours of a pair that is its standard input and output */
    pid_t pid;
    const char *json;
    size_t len, sent, before; /* before: length of out at the start */
    struct strbuf *out;
    struct pdf_patience patience;
    int64_t end_us; /* monotonic */
};

static enum err refuse(enum err e, char *why, size_t why_size, const char *text)
{
    snprintf(why, why_size, "%s", text);
    return e;
}

/* --- the program --- */

static void find_program(char path[4096])
{
    ssize_t n = readlink("/proc/self/exe", path, 4000);
    char *slash;

    path[n > 0 ? n : 0] = '\0';
    slash = strrchr(path, '/');
    if (slash) {
        strcpy(slash + 1, PROGRAM);
        if (access(path, X_OK) == 0)
            return;
    }
    strcpy(path, PROGRAM);
}

/* What was blocked or ignored here must not be so there. */
static int set_signals(posix_spawnattr_t *attributes)
{
    sigset_t none, usual;

    sigemptyset(&none);
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE);
    sigaddset(&usual, SIGTERM);
    sigaddset(&usual, SIGINT);
    posix_spawnattr_setsigmask(attributes, &none);
    posix_spawnattr_setsigdefault(attributes, &usual);
    return posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

static int spawn(int fd, pid_t *pid)
{
    char path[4096], *argv[] = {path, NULL}, *environment[] = {"LC_ALL=C.UTF-8", NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int failed;

    find_program(path);
    if (posix_spawn_file_actions_init(&actions) != 0)
        return ENOMEM;
    if (posix_spawnattr_init(&attributes) != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return ENOMEM;
    }
    failed = posix_spawn_file_actions_adddup2(&actions, fd, STDIN_FILENO);
    if (failed == 0)
        failed = posix_spawn_file_actions_adddup2(&actions, fd, STDOUT_FILENO);
    if (failed == 0)
        failed = set_signals(&attributes);
    if (failed == 0)
        failed = posix_spawnp(pid, path, &actions, &attributes, argv, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return failed;
}

static enum err start(struct talk *t, char *why, size_t why_size)
{
    int pair[2], failed;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return refuse(ERR_IO, why, why_size,
                      "无法与 shikumen-pdf 通话 / cannot talk to shikumen-pdf");
    failed = spawn(pair[1], &t->pid);
    close(pair[1]);
    t->fd = pair[0];
    if (failed == 0)
        return ERR_OK;
    close(t->fd);
    return refuse(
        failed == ENOMEM ? ERR_NOMEM : ERR_NOTFOUND, why, why_size,
        "没有安装 shikumen-pdf，无法生成 PDF；HTML 可以打印 / shikumen-pdf is not installed: "
        "no PDF; the HTML prints as well");
}

/* --- the talk --- */

/* False: it takes no more. */
static bool send_some(struct talk *t)
{
    ssize_t n = send(t->fd, t->json + t->sent, t->len - t->sent, MSG_NOSIGNAL | MSG_DONTWAIT);

    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    t->sent += (size_t)n;
    if (t->sent == t->len)
        shutdown(t->fd, SHUT_WR);
    return true;
}

/* False: the end. */
static bool receive_some(struct talk *t)
{
    char bytes[65536];
    ssize_t n = recv(t->fd, bytes, sizeof bytes, MSG_DONTWAIT);

    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    strbuf_append(t->out, bytes, (size_t)n);
    return n > 0 && !t->out->failed && t->out->len - t->before <= PDF_MOST;
}

static bool is_over(const struct talk *t)
{
    return clock_monotonic_us() >= t->end_us ||
           (t->patience.given_up && t->patience.given_up(t->patience.context));
}

/* ERR_BUSY: out of time. */
static enum err talk(struct talk *t)
{
    bool on = true;

    while (on) {
        struct pollfd p = {t->fd, (short)(POLLIN | (t->sent < t->len ? POLLOUT : 0)), 0};
        int ready = poll(&p, 1, LOOK_MS);
        if (is_over(t))
            return ERR_BUSY;
        if (ready <= 0)
            continue;
        if (p.revents & POLLOUT)
            on = send_some(t);
        if (on && p.revents & (POLLIN | POLLHUP | POLLERR))
            on = receive_some(t);
    }
    return t->out->failed ? ERR_NOMEM : ERR_OK;
}

static bool ended_well(pid_t pid)
{
    int status = 0;

    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return false;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void take_back(struct talk *t)
{
    if (t->out->data && t->out->len > t->before) {
        t->out->len = t->before;
        t->out->data[t->before] = '\0';
    }
}

enum err pdf_make(const char *json, size_t len, struct pdf_patience patience, struct strbuf *out,
                  char *why, size_t why_size)
{
    struct talk t = {.json = json,
                     .len = len,
                     .out = out,
                     .before = out->len,
                     .patience = patience,
                     .end_us = clock_monotonic_us() + patience.seconds * US_PER_S};
    enum err e = start(&t, why, why_size);
    bool well;

    if (e != ERR_OK)
        return e;
    e = talk(&t);
    close(t.fd);
    if (e != ERR_OK || out->len - t.before > PDF_MOST)
        kill(t.pid, SIGKILL);
    well = ended_well(t.pid);
    if (e == ERR_OK && well)
        return ERR_OK;
    take_back(&t);
    if (e == ERR_NOMEM)
        return e;
    return e == ERR_BUSY
               ? refuse(e, why, why_size, "生成 PDF 超时 / making the PDF took too long")
               : refuse(ERR_REFUSED, why, why_size, "shikumen-pdf 失败 / shikumen-pdf failed");
}
