#include "process.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void die(const char *what)
{
    perror(what);
    abort();
}

static void redirect(const char *path, int flags, int fd, int also_fd)
{
    int file = open(path, O_WRONLY | O_CREAT | flags, 0600);

    if (file < 0 || dup2(file, fd) < 0 || (also_fd >= 0 && dup2(file, also_fd) < 0))
        _exit(126);
    if (file > STDERR_FILENO)
        close(file);
}

static void add_path(void)
{
    const char *path = getenv("PATH");
    char text[4096];

    snprintf(text, sizeof text, "%s:/usr/sbin:/sbin", path ? path : "/usr/bin:/bin");
    setenv("PATH", text, 1);
}

static _Noreturn void run_child(const char *const argv[], const struct process_options *o,
                                pid_t parent)
{
    sigset_t none;

    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
        _exit(126);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (o && o->output)
        redirect(o->output, O_APPEND, STDOUT_FILENO, STDERR_FILENO);
    if (o && o->stdout_to)
        redirect(o->stdout_to, O_TRUNC, STDOUT_FILENO, -1);
    if (o && o->folder && chdir(o->folder) != 0)
        _exit(126);
    for (size_t i = 0; o && o->env && o->env[i]; i++)
        putenv(strdup(o->env[i]));
    add_path();
    execvp(argv[0], (char *const *)(uintptr_t)argv);
    perror(argv[0]);
    _exit(127);
}

struct process process_start(const char *const argv[], const struct process_options *o)
{
    struct process p = {0, -1};
    pid_t parent = getpid();

    fflush(NULL);
    p.pid = fork();
    if (p.pid < 0)
        die("fork");
    if (p.pid == 0)
        run_child(argv, o, parent);
    return p;
}

bool process_running(struct process *p)
{
    int status;
    pid_t got;

    if (p->pid == 0)
        return false;
    do
        got = waitpid(p->pid, &status, WNOHANG);
    while (got < 0 && errno == EINTR);
    if (got == 0)
        return true;
    p->pid = 0;
    p->exit_code = got < 0 ? 126 : WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return false;
}

static bool has_ended(void *context)
{
    return !process_running(context);
}

bool process_wait(struct process *p, double timeout_s)
{
    return wait_until(has_ended, p, timeout_s);
}

void process_signal(struct process *p, int signal_number)
{
    if (process_running(p))
        kill(p->pid, signal_number);
}

void process_kill(struct process *p)
{
    process_signal(p, SIGKILL);
    if (!process_wait(p, 30))
        die("process_kill");
}

int process_stop(struct process *p, double timeout_s)
{
    process_signal(p, SIGTERM);
    if (!process_wait(p, timeout_s))
        process_kill(p);
    return p->exit_code;
}

int process_run(const char *const argv[], const struct process_options *o, double timeout_s)
{
    struct process p = process_start(argv, o);

    if (!process_wait(&p, timeout_s))
        process_kill(&p);
    return p.exit_code;
}

int free_port(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) != 0 ||
        getsockname(fd, (struct sockaddr *)&a, &len) != 0)
        die("free_port");
    close(fd);
    return ntohs(a.sin_port);
}

void sleep_ms(int ms)
{
    struct timespec t = {ms / 1000, (ms % 1000) * 1000000L};

    while (nanosleep(&t, &t) != 0 && errno == EINTR)
        ;
}

double now_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

bool wait_until(bool (*done)(void *context), void *context, double timeout_s)
{
    double end = now_s() + timeout_s;

    while (!done(context)) {
        if (now_s() >= end)
            return done(context);
        sleep_ms(2);
    }
    return true;
}

char *read_text(const char *path, size_t *len)
{
    FILE *f = fopen(path, "re");
    char *text = NULL;
    size_t n = 0, size = 0;
    FILE *out = open_memstream(&text, &size);
    char buf[65536];

    if (!out)
        die("read_text");
    while (f && (n = fread(buf, 1, sizeof buf, f)) > 0)
        fwrite(buf, 1, n, out);
    if (f)
        fclose(f);
    if (fclose(out) != 0)
        die("read_text");
    if (len)
        *len = size;
    return text;
}

void write_text(const char *path, const char *text)
{
    FILE *f = fopen(path, "we");

    if (!f || fputs(text, f) == EOF || fclose(f) != 0)
        die(path);
}

char *path_in(const char *folder, const char *name)
{
    char *path;

    if (asprintf(&path, "%s/%s", folder, name) < 0)
        die("path_in");
    return path;
}
