#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "district.h"
#include "shikumen/base/utc.h"

static const char usage[] =
    "用法 usage: shikumen-sim [选项 options]\n"
    "  模拟里弄房屋的传感器，经 MQTT 发布\n"
    "  simulated lane houses whose sensors publish over MQTT\n\n"
    "  --host HOST --port PORT       代理 broker (127.0.0.1, 1883)\n"
    "  --username NAME --password-file FILE\n"
    "  --tls-ca FILE --tls-cert FILE --tls-key FILE\n"
    "  --houses N                    房屋数 number of houses (12)\n"
    "  --seed N                      随机种子 seed: same seed, same district and readings (1)\n"
    "  --speed X                     每秒模拟秒数 simulated seconds per second (1)\n"
    "  --for SECONDS                 运行时长（真实秒）run time, real seconds (endless)\n"
    "  --start TIME                  模拟起点 RFC 3339 (speed * for before now)\n"
    "  --damage HOUSE|none           裂缝扩展的房屋 house whose crack grows (the third)\n"
    "  --with-silence                末段一个节点断线 a node of another house goes silent\n"
    "  --bursts                      较强振动另发波形记录 records of stronger vibrations as well\n"
    "  --fault-rate P                传感器故障率 spikes, dropouts, stuck values (0.0005)\n"
    "  --offline P                   节点离线再补发的天数比例 share of the days on which a node is "
    "offline for\n"
    "                                hours and sends afterwards what it has kept (0)\n"
    "  --shape native|chirpstack|tts 消息形式 messages: native, or as uplinks of ChirpStack v4 or "
    "The "
    "Things\n"
    "                                Stack v3 (profile shikumen-sim)\n"
    "  --no-codec                    只有原始字节 with such a shape: raw bytes alone, no decoded "
    "object\n"
    "  --registry-out FILE           写出登记册后退出 write the registry and exit; - is stdout\n"
    "  --run                         写出登记册后继续运行 with --registry-out: run as well\n"
    "  --limits NAME[,NAME...]       登记册可引用的限值集 limit sets that the registry may name\n"
    "  --out FILE                    写入文件而不发布 write the messages to a file, one JSON line\n"
    "                                each, as fast as possible; - is stdout; needs --for\n"
    "  --scenario FILE               情景文件 a scenario instead of houses: weather, damages, "
    "ills\n"
    "                                (sensors/scenarios, installed in share/shikumend/scenarios);\n"
    "                                published from its start on, or --out\n"
    "  --history DIR                 写出历史与真相 with --scenario: writes registry.json,\n"
    "                                readings.ndjson, epochs.json and truth.json to DIR\n"
    "  --gzip                        读数压缩 with --history: readings.ndjson.gz\n"
    "  --quiet                       不显示进度 no progress\n"
    "  --version --help\n";

enum key {
    KEY_HOST = 256,
    KEY_PORT,
    KEY_USERNAME,
    KEY_PASSWORD_FILE,
    KEY_TLS_CA,
    KEY_TLS_CERT,
    KEY_TLS_KEY,
    KEY_HOUSES,
    KEY_SEED,
    KEY_SPEED,
    KEY_FOR,
    KEY_START,
    KEY_DAMAGE,
    KEY_SILENCE,
    KEY_BURSTS,
    KEY_FAULT_RATE,
    KEY_OFFLINE,
    KEY_SHAPE,
    KEY_NO_CODEC,
    KEY_REGISTRY_OUT,
    KEY_RUN,
    KEY_LIMITS,
    KEY_OUT,
    KEY_SCENARIO,
    KEY_HISTORY,
    KEY_GZIP,
    KEY_QUIET,
    KEY_VERSION,
    KEY_HELP
};

static const struct option table[] = {
    {"host", required_argument, NULL, KEY_HOST},
    {"port", required_argument, NULL, KEY_PORT},
    {"username", required_argument, NULL, KEY_USERNAME},
    {"password-file", required_argument, NULL, KEY_PASSWORD_FILE},
    {"tls-ca", required_argument, NULL, KEY_TLS_CA},
    {"tls-cert", required_argument, NULL, KEY_TLS_CERT},
    {"tls-key", required_argument, NULL, KEY_TLS_KEY},
    {"houses", required_argument, NULL, KEY_HOUSES},
    {"seed", required_argument, NULL, KEY_SEED},
    {"speed", required_argument, NULL, KEY_SPEED},
    {"for", required_argument, NULL, KEY_FOR},
    {"start", required_argument, NULL, KEY_START},
    {"damage", required_argument, NULL, KEY_DAMAGE},
    {"with-silence", no_argument, NULL, KEY_SILENCE},
    {"bursts", no_argument, NULL, KEY_BURSTS},
    {"fault-rate", required_argument, NULL, KEY_FAULT_RATE},
    {"offline", required_argument, NULL, KEY_OFFLINE},
    {"shape", required_argument, NULL, KEY_SHAPE},
    {"no-codec", no_argument, NULL, KEY_NO_CODEC},
    {"registry-out", required_argument, NULL, KEY_REGISTRY_OUT},
    {"run", no_argument, NULL, KEY_RUN},
    {"limits", required_argument, NULL, KEY_LIMITS},
    {"out", required_argument, NULL, KEY_OUT},
    {"scenario", required_argument, NULL, KEY_SCENARIO},
    {"history", required_argument, NULL, KEY_HISTORY},
    {"gzip", no_argument, NULL, KEY_GZIP},
    {"quiet", no_argument, NULL, KEY_QUIET},
    {"version", no_argument, NULL, KEY_VERSION},
    {"help", no_argument, NULL, KEY_HELP},
    {NULL, 0, NULL, 0},
};

static int wrong(const char *option, const char *allowed)
{
    fprintf(stderr, "shikumen-sim: --%s: 须为 must be %s\n", option, allowed);
    return 2;
}

static bool number(const char *text, double low, double high, double *v)
{
    char *end;
    double d;

    errno = 0;
    d = strtod(text, &end);
    if (errno != 0 || end == text || *end != '\0' || !isfinite(d) || d < low || d > high)
        return false;
    *v = d;
    return true;
}

static bool whole(const char *text, int low, int high, int *v)
{
    double d;

    if (!number(text, low, high, &d) || d != floor(d))
        return false;
    *v = (int)d;
    return true;
}

static bool seed_of(const char *text, uint64_t *v)
{
    char *end;
    unsigned long long n;

    errno = 0;
    n = strtoull(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || *text == '-')
        return false;
    *v = n;
    return true;
}

static bool split_limits(struct options *o, const char *text)
{
    char *rest;

    free(o->limits_text);
    o->limits_given = true;
    o->limit_count = 0;
    o->limits_text = strdup(text);
    if (!o->limits_text)
        return false;
    for (char *name = strtok_r(o->limits_text, ", ", &rest); name;
         name = strtok_r(NULL, ", ", &rest)) {
        if (o->limit_count == SIM_LIMITS_MAX)
            return false;
        o->limits[o->limit_count++] = name;
    }
    return true;
}

static int set_number(struct options *o, int key, const char *text)
{
    switch (key) {
    case KEY_PORT:
        return whole(text, 1, 65535, &o->port) ? -1 : wrong("port", "1..65535");
    case KEY_HOUSES:
        return whole(text, 1, SIM_HOUSES_MAX, &o->houses) ? -1 : wrong("houses", "1..9999");
    case KEY_SEED:
        return seed_of(text, &o->seed) ? -1 : wrong("seed", "0..18446744073709551615");
    case KEY_SPEED:
        return number(text, 1e-3, 1e7, &o->speed) ? -1 : wrong("speed", "0.001..10000000");
    case KEY_FOR:
        return number(text, 1e-3, 1e9, &o->for_s) ? -1 : wrong("for", "> 0 s");
    case KEY_FAULT_RATE:
        return number(text, 0, 0.2, &o->fault_rate) ? -1 : wrong("fault-rate", "0..0.2");
    case KEY_OFFLINE:
        return number(text, 0, 1, &o->offline) ? -1 : wrong("offline", "0..1");
    case KEY_SHAPE:
        o->shape = shape_by_name(text);
        return o->shape < SHAPE_COUNT ? -1 : wrong("shape", "native, chirpstack, tts");
    case KEY_START:
        return utc_parse(text, &o->start_us) == ERR_OK ? -1
                                                       : wrong("start", "2026-11-22T08:00:00Z");
    case KEY_LIMITS:
        return split_limits(o, text) ? -1 : wrong("limits", "NAME[,NAME...], <= 32");
    default:
        return 2;
    }
}

static int set_one(struct options *o, int key, const char *text)
{
    const char **word = key == KEY_HOST            ? &o->host
                        : key == KEY_USERNAME      ? &o->username
                        : key == KEY_PASSWORD_FILE ? &o->password_file
                        : key == KEY_TLS_CA        ? &o->tls_ca
                        : key == KEY_TLS_CERT      ? &o->tls_cert
                        : key == KEY_TLS_KEY       ? &o->tls_key
                        : key == KEY_DAMAGE        ? &o->damage
                        : key == KEY_REGISTRY_OUT  ? &o->registry_out
                        : key == KEY_OUT           ? &o->out
                        : key == KEY_SCENARIO      ? &o->scenario
                        : key == KEY_HISTORY       ? &o->history
                                                   : NULL;

    if (word) {
        *word = text;
        return -1;
    }
    switch (key) {
    case KEY_SILENCE:
        o->with_silence = true;
        return -1;
    case KEY_BURSTS:
        o->bursts = true;
        return -1;
    case KEY_QUIET:
        o->quiet = true;
        return -1;
    case KEY_NO_CODEC:
        o->no_codec = true;
        return -1;
    case KEY_GZIP:
        o->gzip = true;
        return -1;
    case KEY_RUN:
        o->run = true;
        return -1;
    case KEY_VERSION:
        puts("shikumen-sim " SHIKUMEN_VERSION);
        return 0;
    case KEY_HELP:
        fputs(usage, stdout);
        return 0;
    default:
        return set_number(o, key, text);
    }
}

static int check(const struct options *o, int argc)
{
    if (optind < argc) {
        fputs(usage, stderr);
        return 2;
    }
    if (o->history && !o->scenario)
        return wrong("history", "together with --scenario");
    if (o->gzip && !o->history)
        return wrong("gzip", "together with --history");
    if (o->no_codec && o->shape == SHAPE_NATIVE)
        return wrong("no-codec", "together with --shape chirpstack or tts");
    if (o->offline > 0 && o->scenario)
        return wrong("offline", "without --scenario, which has its ills (replay)");
    if (o->history && o->out)
        return wrong("history", "without --out");
    if (o->out && o->for_s == 0 && !o->scenario)
        return wrong("out", "together with --for");
    if (o->password_file && !o->username)
        return wrong("password-file", "together with --username");
    if ((o->tls_cert || o->tls_key) && !(o->tls_ca && o->tls_cert && o->tls_key))
        return wrong("tls-cert", "together with --tls-ca and --tls-key");
    return -1;
}

int options_read(int argc, char **argv, struct options *o)
{
    int key, code;

    *o = (struct options){.host = "127.0.0.1",
                          .port = 1883,
                          .houses = 12,
                          .seed = 1,
                          .start_us = INT64_MIN,
                          .speed = 1,
                          .fault_rate = 0.0005};
    while ((key = getopt_long(argc, argv, "", table, NULL)) != -1) {
        if (key == '?') {
            fputs(usage, stderr);
            return 2;
        }
        code = set_one(o, key, optarg);
        if (code >= 0)
            return code;
    }
    return check(o, argc);
}

void options_free(struct options *o)
{
    free(o->limits_text);
    o->limits_text = NULL;
}
