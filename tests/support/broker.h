/* A private mosquitto on a loopback port, with all its files in a folder of the test's. */
#ifndef SHIKUMEN_TESTS_BROKER_H
#define SHIKUMEN_TESTS_BROKER_H

#include <stdbool.h>

#include "process.h"

/* Zero-initialised: no persistence, unlimited queue (max_queued_messages 0), the broker's own
 * in-flight window, anonymous, plain TCP. Paths may be relative to the test's working directory. */
struct broker_options {
    bool persistence;         /* mosquitto.db in the folder, saved at a clean stop */
    int autosave_interval_s;  /* with persistence: 0 the broker's default (1800) */
    bool autosave_on_changes; /* autosave_interval counts changes, not seconds */
    int max_queued;           /* 0: unlimited */
    int max_inflight;         /* 0: the broker's default (20) */
    const char *tls_ca, *tls_cert,
        *tls_key;              /* tls_cert: server TLS; tls_ca: also client certificates */
    bool identity_as_username; /* with tls_ca: the certificate's CN is the user name */
    const char *password_file; /* see broker_password; without it (and without tls_ca) anonymous */
    const char *acl_file;
    int port;          /* 0: a random free one */
    const char *extra; /* further configuration lines; NULL: none */
};

struct broker {
    struct process process;      /* process.pid for signals such as SIGSTOP */
    int port;                    /* the same over restarts */
    char *folder, *config, *log; /* files; malloc'd by broker_start */
};

/* Starts one and waits until it accepts connections; aborts with its log when it does not within
 * 20 s. The folder must exist and stay until broker_finish. */
struct broker broker_start(const char *folder, const struct broker_options *o);
/* SIGTERM: a clean stop, which saves when persistent. */
void broker_stop(struct broker *b);
/* SIGKILL. */
void broker_kill(struct broker *b);
/* Starts it again on the same port, with the same files; waits until it accepts. */
void broker_again(struct broker *b);
/* Stops it if it runs and frees what broker_start made (the folder's files stay). */
void broker_finish(struct broker *b);

/* Adds (or changes) a user in a mosquitto password file, which is made when missing. */
void broker_password(const char *file, const char *user, const char *password);

#endif
