#include "num_peer.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "report.h"

#define SCRIPT "tests/bench/num_scipy.py"

static void read_line(struct num_peer *p, char *line, int size)
{
    if (!fgets(line, size, p->from))
        give_up("%s has ended; it needs python3-numpy and python3-scipy", SCRIPT);
    line[strcspn(line, "\n")] = 0;
}

struct num_peer num_peer_start(const char *folder)
{
    static const char *const env[] = {"OPENBLAS_NUM_THREADS=1", "OMP_NUM_THREADS=1", NULL};
    struct process_options options = {.env = env};
    struct num_peer p;
    char number[16], line[1024];
    int fd[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd) != 0)
        give_up("no socket pair");
    int theirs = dup(fd[1]); /* without close-on-exec */
    snprintf(number, sizeof number, "%d", theirs);
    const char *argv[] = {"/usr/bin/python3", SCRIPT, folder, number, NULL};
    p.process = process_start(argv, &options);
    close(theirs);
    close(fd[1]);
    p.to = fdopen(dup(fd[0]), "w");
    p.from = fdopen(fd[0], "r");
    if (!p.to || !p.from)
        give_up("out of memory");
    read_line(&p, line, sizeof line);
    progress("  num beside %s", line);
    return p;
}

static double ask(struct num_peer *p, const char *what, const char *measure, double min_s)
{
    char line[256], *end;

    fprintf(p->to, "%s %s %g\n", what, measure, min_s);
    fflush(p->to);
    read_line(p, line, sizeof line);
    double value = strtod(line, &end);
    if (end == line || *end)
        give_up("%s, %s: %s", SCRIPT, measure, line);
    return value;
}

double num_peer_check(struct num_peer *p, const char *measure)
{
    return ask(p, "check", measure, 0);
}

double num_peer_time(struct num_peer *p, const char *measure, double min_s)
{
    return ask(p, "time", measure, min_s) * 1e3;
}

void num_peer_stop(struct num_peer *p)
{
    fclose(p->to);
    fclose(p->from);
    process_stop(&p->process, 10);
}
