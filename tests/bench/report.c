#include "report.h"

#include <fcntl.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "process.h"
#include "shikumen/num/order.h"

#define FSYNC_TIMES 21

static _Noreturn void wrong_usage(const char *program)
{
    fprintf(stderr, "usage: %s [--rounds N] [--quick] [--limits DIRECTORY] [--only MEASURE]\n",
            program);
    exit(2);
}

static int rounds_of(const char *text, const char *program)
{
    char *end;
    long n = strtol(text, &end, 10);

    if (*end || n < 1 || n > 1000)
        wrong_usage(program);
    return (int)n;
}

struct bench_options bench_options(int argc, char *argv[])
{
    static const struct option known[] = {{"rounds", required_argument, NULL, 'r'},
                                          {"quick", no_argument, NULL, 'q'},
                                          {"limits", required_argument, NULL, 'l'},
                                          {"only", required_argument, NULL, 'o'},
                                          {NULL, 0, NULL, 0}};
    struct bench_options o = {.rounds = 3, .limits = "config/limits"};
    int c;

    while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
        if (c == 'r')
            o.rounds = rounds_of(optarg, argv[0]);
        else if (c == 'q')
            o.quick = true;
        else if (c == 'l')
            o.limits = optarg;
        else if (c == 'o')
            o.only = optarg;
        else
            wrong_usage(argv[0]);
    }
    if (optind != argc)
        wrong_usage(argv[0]);
    return o;
}

bool bench_wanted(const struct bench_options *o, const char *measure)
{
    return !o->only || strcmp(o->only, measure) == 0;
}

void report(int round, const char *measure, const char *contender, const char *metric, double value)
{
    printf("%d\t%s\t%s\t%s\t%.7g\n", round, measure, contender, metric, value);
    fflush(stdout);
}

void progress(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}

void give_up(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(1);
}

char *program_path(const char *name)
{
    char self[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);

    if (n < 0)
        give_up("/proc/self/exe: cannot be read");
    self[n] = '\0';
    *strrchr(self, '/') = '\0';
    return path_in(self, name);
}

double fsync_median_us(const char *folder)
{
    static const char page[4096];
    double took_us[FSYNC_TIMES];
    char *path = path_in(folder, "fsync");
    int fd = open(path, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);

    for (size_t i = 0; i < FSYNC_TIMES; i++) {
        double start = now_s();
        if (fd < 0 || write(fd, page, sizeof page) != (ssize_t)sizeof page || fdatasync(fd) != 0)
            give_up("%s: cannot be written", path);
        took_us[i] = (now_s() - start) * 1e6;
    }
    close(fd);
    unlink(path);
    free(path);
    return median(took_us, FSYNC_TIMES);
}
