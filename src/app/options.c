#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

static const struct option long_options[] = {
    {"config", required_argument, NULL, 'c'},
    {"check-config", no_argument, NULL, 't'},
    {"print-config", no_argument, NULL, 'p'},
    {"debug", no_argument, NULL, 'd'},
    {"version", no_argument, NULL, 'V'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

const char *options_help(void)
{
    return "shikumend: watches the structure of heritage houses\n"
           "shikumend：守望历史建筑结构安全\n"
           "\n"
           "用法 usage: shikumend [-c FILE] [--debug]\n"
           "            shikumend [-c FILE] --check-config | --print-config\n"
           "\n"
           "  -c, --config FILE    配置文件 configuration (/etc/shikumen/shikumend.conf);\n"
           "                       FILE.d/*.conf 覆盖其中各项 override what they name\n"
           "  -t, --check-config   检查配置并列出所有错误 report every fault and exit: 0 or 78\n"
           "  -p, --print-config   打印生效的配置 print the configuration in force\n"
           "  -d, --debug          日志更详细 log more\n"
           "  -V, --version        版本 version\n"
           "  -h, --help           本帮助 this help\n"
           "\n"
           "退出码 exit codes: 0 正常 done, 1 运行失败 failed, 2 用法错误 wrong usage,\n"
           "                   78 配置错误 bad configuration\n"
           "SIGHUP 重新读取配置 re-reads the configuration; SIGTERM 停止 stops.\n";
}

static enum err refuse(const char *what, const char *which)
{
    fprintf(stderr, "shikumend: %s%s; try 'shikumend --help'\n", what, which);
    return ERR_PARSE;
}

/* What getopt did not understand: the word itself, or the letter inside a group of them. */
static enum err refuse_option(int c, char **argv)
{
    char letter[] = {'-', (char)optopt, '\0'};
    const char *word = optind > 0 ? argv[optind - 1] : "";
    const char *which = optopt && strncmp(word, "--", 2) != 0 ? letter : word;

    return refuse(c == ':' ? "a value is missing after " : "unknown or ambiguous option ", which);
}

static enum err set_action(struct options *o, enum action action)
{
    if (o->action != ACTION_RUN && o->action != action)
        return refuse("only one of --check-config, --print-config, --version and --help", "");
    o->action = action;
    return ERR_OK;
}

static enum err take(struct options *o, int c, char **argv)
{
    switch (c) {
    case 'c':
        o->config_file = optarg;
        return *optarg ? ERR_OK : refuse("a file name is missing after -c", "");
    case 't':
        return set_action(o, ACTION_CHECK_CONFIG);
    case 'p':
        return set_action(o, ACTION_PRINT_CONFIG);
    case 'd':
        o->debug = true;
        return ERR_OK;
    case 'V':
        return set_action(o, ACTION_VERSION);
    case 'h':
        return set_action(o, ACTION_HELP);
    default:
        return refuse_option(c, argv);
    }
}

enum err options_parse(int argc, char **argv, struct options *o)
{
    enum err e = ERR_OK;
    int c;

    *o = (struct options){.config_file = "/etc/shikumen/shikumend.conf"};
    opterr = 0;
    while (e == ERR_OK && (c = getopt_long(argc, argv, ":c:tpdVh", long_options, NULL)) != -1)
        e = take(o, c, argv);
    if (e == ERR_OK && optind < argc)
        e = refuse("unexpected argument ", argv[optind]);
    return e;
}
