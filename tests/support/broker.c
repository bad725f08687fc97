#include "broker.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void write_security(FILE *f, const struct broker_options *o)
{
    bool client_certificates = o->tls_cert && o->tls_ca;

    if (o->tls_cert)
        fprintf(f, "certfile %s\nkeyfile %s\n", o->tls_cert, o->tls_key);
    if (client_certificates)
        fprintf(f, "cafile %s\nrequire_certificate true\nuse_identity_as_username %s\n", o->tls_ca,
                o->identity_as_username ? "true" : "false");
    if (o->password_file)
        fprintf(f, "password_file %s\n", o->password_file);
    if (o->acl_file)
        fprintf(f, "acl_file %s\n", o->acl_file);
    fprintf(f, "allow_anonymous %s\n", o->password_file ? "false" : "true");
}

static void write_config(const struct broker *b, const struct broker_options *o)
{
    FILE *f = fopen(b->config, "we");

    if (!f) {
        perror(b->config);
        abort();
    }
    fprintf(f, "listener %d 127.0.0.1\n", b->port);
    write_security(f, o);
    if (getuid() == 0)
        fputs("user root\n", f);
    fprintf(f, "max_queued_messages %d\nset_tcp_nodelay true\n", o->max_queued);
    if (o->max_inflight > 0)
        fprintf(f, "max_inflight_messages %d\n", o->max_inflight);
    fprintf(f, "persistence %s\n", o->persistence ? "true" : "false");
    if (o->persistence)
        fprintf(f, "persistence_location %s/\n", b->folder);
    if (o->persistence && o->autosave_interval_s > 0)
        fprintf(f, "autosave_interval %d\nautosave_on_changes %s\n", o->autosave_interval_s,
                o->autosave_on_changes ? "true" : "false");
    fputs("log_dest stderr\nlog_type error\nlog_type warning\nlog_type notice\n"
          "log_type information\n",
          f);
    if (o->extra)
        fprintf(f, "%s\n", o->extra);
    fclose(f);
}

/* Its log, from offset on, says that it listens. */
struct startup {
    struct broker *b;
    size_t offset;
};

static bool accepts(void *context)
{
    const struct startup *s = context;
    size_t len;
    char *text = read_text(s->b->log, &len);
    bool ready = len > s->offset && strstr(text + s->offset, " running") != NULL;

    free(text);
    return ready || !process_running(&s->b->process);
}

/* False when it ended at once (the port may have been taken by another meanwhile). */
static bool launch(struct broker *b)
{
    const char *const argv[] = {"mosquitto", "-c", b->config, NULL};
    struct process_options o = {.output = b->log};
    struct startup s = {.b = b};

    free(read_text(b->log, &s.offset));
    b->process = process_start(argv, &o);
    return wait_until(accepts, &s, 20) && process_running(&b->process);
}

static _Noreturn void give_up(const struct broker *b)
{
    char *text = read_text(b->log, NULL);

    fprintf(stderr, "mosquitto did not start on port %d:\n%s\n", b->port, text);
    abort();
}

struct broker broker_start(const char *folder, const struct broker_options *o)
{
    struct broker b = {.folder = strdup(folder)};

    b.config = path_in(folder, "mosquitto.conf");
    b.log = path_in(folder, "mosquitto.log");
    for (int attempt = 0; attempt < 5; attempt++) {
        b.port = o->port ? o->port : free_port();
        write_config(&b, o);
        if (launch(&b))
            return b;
        process_kill(&b.process);
    }
    give_up(&b);
}

void broker_stop(struct broker *b)
{
    process_stop(&b->process, 20);
}

void broker_kill(struct broker *b)
{
    process_kill(&b->process);
}

void broker_again(struct broker *b)
{
    if (!launch(b))
        give_up(b);
}

void broker_finish(struct broker *b)
{
    broker_stop(b);
    free(b->folder);
    free(b->config);
    free(b->log);
    *b = (struct broker){0};
}

void broker_password(const char *file, const char *user, const char *password)
{
    bool exists = access(file, F_OK) == 0;
    const char *const make[] = {"mosquitto_passwd", "-c", "-b", file, user, password, NULL};
    const char *const add[] = {"mosquitto_passwd", "-b", file, user, password, NULL};

    if (process_run(exists ? add : make, NULL, 20) != 0) {
        fprintf(stderr, "mosquitto_passwd failed for %s\n", file);
        abort();
    }
}
