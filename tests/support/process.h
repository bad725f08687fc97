/* Programs that a test starts, and waiting for what they do. Every child gets SIGKILL when the
 * thread that started it ends (PR_SET_PDEATHSIG), so nothing outlives a test: start them from the
 * main thread. What cannot be done at all (fork, open of the output file) aborts the test. */
#ifndef SHIKUMEN_TESTS_PROCESS_H
#define SHIKUMEN_TESTS_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct process {
    pid_t pid;     /* 0: never started or already reaped */
    int exit_code; /* once ended: exit code, or 128 + signal; -1 before */
};

struct process_options {
    const char *const *env; /* extra "NAME=VALUE", NULL-terminated; NULL: none */
    const char *output;     /* file that stdout and stderr are appended to; NULL: inherited */
    const char *stdout_to;  /* file for stdout alone, truncated; NULL: as output says */
    const char *folder;     /* working directory; NULL: the test's */
};

/* Starts argv[0] (searched in $PATH and /usr/sbin); o may be NULL. */
struct process process_start(const char *const argv[], const struct process_options *o);

/* True when it has ended within timeout_s; then exit_code is set and it is reaped. */
bool process_wait(struct process *p, double timeout_s);
/* True while it runs (reaps it when it has ended). */
bool process_running(struct process *p);

/* Sends a signal; nothing when it has ended. */
void process_signal(struct process *p, int signal_number);
/* SIGKILL, then reaps. */
void process_kill(struct process *p);
/* SIGTERM, up to timeout_s of patience, then SIGKILL. Returns the exit code (137: had to be
 * killed). */
int process_stop(struct process *p, double timeout_s);

/* Starts and waits; the exit code, or 137 when it had to be killed after timeout_s. */
int process_run(const char *const argv[], const struct process_options *o, double timeout_s);

/* A loopback TCP port that nobody listens on at the moment. */
int free_port(void);

void sleep_ms(int ms);
/* Monotonic seconds. */
double now_s(void);
/* Asks every 2 ms until the answer is yes (true) or timeout_s are over (false). */
bool wait_until(bool (*done)(void *context), void *context, double timeout_s);

/* The whole file as malloc'd text, "" when it is not there; len may be NULL. */
char *read_text(const char *path, size_t *len);
/* Writes text to path; aborts when that fails. */
void write_text(const char *path, const char *text);
/* malloc'd "FOLDER/NAME". */
char *path_in(const char *folder, const char *name);

#endif
