#include "shikumenctl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shikumen/base/clock.h"
#include "shikumen/base/fault.h"

#define PERIOD_HELP                                                                                \
    "  --from T, --to T  测点时间范围 device times T0 <= t < T1: 2026-11-22T08:00:00Z,\n"    \
    "                    2026-11-22, -24h, -7d, now\n"

static const struct command commands[] = {
    {"check", cmd_check, TAKES(JSON), 0, 0, "[--json]", "检查配置、登记、限值、数据库",
     "configuration, registry, limits, databases", JSON_HELP},
    {"status", cmd_status, TAKES(JSON) | TAKES(COVERAGE), 0, 0, "[--coverage] [--json]",
     "计数、滞后、未结告警", "counters, lags, open alerts",
     "  --coverage        加算每栋最近 24 小时的数据覆盖率 also the share of expected readings of\n"
     "                    each house in the last 24 h\n" JSON_HELP},
    {"houses", cmd_houses, TAKES(JSON) | TAKES(CSV), 0, 0, "[--json | --csv]", "房屋及其现状",
     "houses and how they are", FORMAT_HELP},
    {"sensors", cmd_sensors,
     TAKES(JSON) | TAKES(CSV) | TAKES(HOUSE) | TAKES(UNKNOWN) | TAKES(SILENT), 0, 0,
     "[--house H] [--silent] [--unknown] [--json | --csv]", "测点及其最新读数",
     "sensors and what they said last",
     "  --house H         只看一栋 of one house\n"
     "  --silent          只看静默的 only silent ones\n"
     "  --unknown         在发数据但未登记的，并给出登记条目草稿 what speaks but is not "
     "registered,\n"
     "                    with entries to paste into the registry\n" FORMAT_HELP},
    {"alerts", cmd_alerts,
     TAKES(JSON) | TAKES(CSV) | TAKES(ALL) | TAKES(HOUSE) | TAKES(LEVEL) | TAKES(SINCE), 0, 1,
     "[ID] [--all] [--house H] [--level N] [--since T] [--json | --csv]",
     "未结告警，或一个告警的全部步骤", "open alerts, or all steps of one",
     "  ID                编号或其开头 its id or the beginning of it\n"
     "  --all             包括已结束的 those that have ended as well\n"
     "  --house H         只看一栋 of one house\n"
     "  --level N         至少此级 at least: 1 blue, 2 yellow, 3 orange, 4 red\n"
     "  --since T         此后有变化的 changed since: 2026-11-22T08:00:00Z, -24h, "
     "-7d\n" FORMAT_HELP},
    {"recompute", cmd_recompute, TAKES(JSON) | TAKES(STEP_NUMBER), 1, 1, "ID [--step N] [--json]",
     "用已存读数重算一个告警的依据", "the evidence of an alert, made again of the stored readings",
     "  ID                编号或其开头 its id or the beginning of it\n"
     "  --step N          第 N 步 (默认最后一步 default: the last)\n" JSON_HELP "\n"
     "退出码 exit codes: 0 全部一致 all of it matches, 1 不一致 something differs\n"},
    {"evidence", cmd_evidence, TAKES(STEP_NUMBER) | TAKES(OUTPUT) | TAKES(FORCE), 1, 1,
     "ID [-o FILE.zip | DIR] [--step N] [--force]", "一个告警的证据包，供工程师独立判断",
     "the evidence of an alert as a packet, for an engineer to judge by",
     "  ID                编号或其开头 its id or the beginning of it\n"
     "  -o, --output      FILE.zip 或文件夹 or a folder; - 标准输出 standard output\n"
     "                    (默认 default: evidence-ID-STEP.zip)\n"
     "  --step N          截至第 N 步 as of step N (默认最后一步 default: the last)\n"
     "  --force           覆盖已有的 replaces what is there\n"},
    {"risk", cmd_risk,
     TAKES(JSON) | TAKES(CSV) | TAKES(SORT) | TAKES(MIN_CLASS) | TAKES(HORIZON) | TAKES(AT), 0, 1,
     "[HOUSE] [--sort S] [--min-class C] [--horizon 30|180|365] [--at T] [--json | --csv]",
     "房屋风险排序，或一栋的全部理由", "houses by risk, or all reasons of one",
     "  HOUSE             一栋：全部理由和构件 one house: all reasons and its elements\n"
     "  --sort S          score 评分 (默认 default), p30, p180, p365; confidence 置信度，最低在前 "
     "lowest first\n"
     "  --min-class C     至少此类 at least: L, ML, M, MH, H\n"
     "  --horizon N       显示 N 天内超限的概率 chance of exceeding a limit within N days: 30, "
     "180, "
     "365 (默认 default)\n"
     "  --at T            当时的排序 as it stood then: 2026-11-22, -30d\n" FORMAT_HELP},
    {"forecasts", cmd_forecasts,
     TAKES(JSON) | TAKES(CSV) | TAKES(ELEMENT) | TAKES(SENSOR) | TAKES(SCORE), 0, 0,
     "[--element E] [--sensor S] [--score] [--json | --csv]", "何时达到限值，及以往预测的成绩",
     "when limits are reached, and how past forecasts did",
     "  --element E       只看一个构件 of one element\n"
     "  --sensor S        只看一个测点 of one sensor\n"
     "  --score           以往预测的成绩 how the forecasts that could be checked came "
     "out\n" FORMAT_HELP},
    {"report", cmd_report,
     TAKES(FROM) | TAKES(TO) | TAKES(MONTH) | TAKES(FORMAT) | TAKES(LANG) | TAKES(OUTPUT), 1, 2,
     "house ID | district [--month YYYY-MM | --from T --to T] [--format F] [--lang zh|en] [-o "
     "FILE]",
     "一栋房屋或整个街区的状况报告", "a condition report on a house or the district",
     "  --month YYYY-MM   一个月 a month in the district's zone\n"
     "  --from T, --to T  任意时段，默认最近 30 天 any span (default: the last 30 days): "
     "2026-11-22,\n"
     "                    2026-11-22T08:00:00Z, -24h, -7d, now\n"
     "  --format F        html (默认 default), pdf, json, csv, geojson\n"
     "  --lang L          zh 中文, en English (默认街区的语言 default: the district's language)\n"
     "  -o, --output FILE 写入文件，- 标准输出 write to a file, - standard output (默认 default:\n"
     "                    report-ID-FROM-TO.FORMAT)\n"},
    {"epochs", cmd_epochs, TAKES(JSON) | TAKES(CSV) | TAKES(ALL), 0, 0, "[--all] [--json | --csv]",
     "登记的时段（维修、归零、施工…）", "registered epochs: repairs, re-zeroed sensors, works, …",
     "  --all             包括已结束的 those that are over as well\n" FORMAT_HELP},
    {"epoch", cmd_epoch,
     TAKES(SCOPE) | TAKES(KIND) | TAKES(FROM) | TAKES(UNTIL) | TAKES(NOTE) | TAKES(BY) |
         TAKES(JSON),
     1, 1, "add --scope ID --kind K --by NAME [--from T] [--until T] [--note TEXT] [--json]",
     "在登记文件中加一个时段", "adds an epoch to the registry file",
     "  --scope ID        测点、构件、房屋、联排、里弄或片区的编号 id of a sensor, element, house, "
     "row,\n"
     "                    lane or the district\n"
     "  --kind K          repair 维修, rezero 归零, sensor_swap 换传感器, excavation 开挖,\n"
     "                    renovation 装修, vacant 空置\n"
     "  --from T          开始 beginning (默认现在 default: now): 2026-11-22T08:00:00Z, "
     "2026-11-22,\n"
     "                    -24h\n"
     "  --until T         结束 end (默认未定 default: open)\n"
     "  --note TEXT       说明 a note\n"
     "  --by NAME         登记人 who says so\n" JSON_HELP},
    {"readings", cmd_readings,
     TAKES(JSON) | TAKES(CSV) | TAKES(FROM) | TAKES(TO) | TAKES(STEP) | TAKES(RAW), 1, 1,
     "SENSOR [--from T] [--to T] [--step raw|hour|day] [--raw] [--json | --csv]", "一个测点的读数",
     "readings of a sensor",
     PERIOD_HELP
     "  --step S          raw 逐条 each; hour, day 合格读数的统计 of those that passed, by UTC "
     "hour or day\n"
     "  --raw             未经标定的原始值 raw values, before calibration\n" FORMAT_HELP},
    {"quarantine", cmd_quarantine,
     TAKES(JSON) | TAKES(CSV) | TAKES(REASON) | TAKES(SENSOR) | TAKES(LIMIT), 0, 0,
     "[--reason R] [--sensor S] [--limit N] [--json | --csv]", "被隔离的消息及原因",
     "what was refused, and why",
     "  --reason R        只看一种原因 for one reason\n"
     "  --sensor S        只看一个测点 of one sensor\n"
     "  --limit N         最近的 N 条 the latest N (100)\n" FORMAT_HELP},
    {"discover", cmd_discover, TAKES(JSON) | TAKES(CSV), 0, 0, "[--json | --csv]",
     "在发数据但未登记的，并给出可直接粘贴的登记条目",
     "what arrives and is not registered, with entries ready for the registry", FORMAT_HELP},
    {"profile", cmd_profile,
     TAKES(JSON) | TAKES(CSV) | TAKES(TOPIC) | TAKES(RX) | TAKES(PROFILES) | TAKES(HEX) |
         TAKES(OBJECT) | TAKES(PORT) | TAKES(TIMEZONE),
     1, 3,
     "list | test PROFILE FILE|- [--topic T] [--object] | test PROFILE --hex BYTES [--port N]\n"
     "      [--rx T] [--timezone Z] [--profiles DIR] [--json]",
     "传感器配置：列表，或用一条报文试验", "sensor profiles: the list, or one tried on a message",
     "  PROFILE           编号或文件 the id of a profile, or its file\n"
     "  FILE|-            一条报文的内容 the payload of one message; - 标准输入 standard input\n"
     "  --topic T         主题 (默认不检查 default: whatever the profile says)\n"
     "  --object          FILE 只是解码器给出的对象 FILE is the codec's object alone\n"
     "  --hex BYTES       只有设备的字节 the device's bytes alone: \"01 75 64\"\n"
     "  --port N          LoRaWAN 端口 its port (默认取配置的第一个 default: the profile's first)\n"
     "  --rx T            到达时间 arrival (默认现在 default: now)\n"
     "  --timezone Z      未写明时区的当地时间 of local times whose zone no profile names:\n"
     "                    Asia/Shanghai, +08:00 (默认 default: district.timezone)\n"
     "  --profiles DIR    配置目录 folder of profiles (默认 default: registry.profiles)\n" JSON_HELP
     "\n"
     "退出码 exit codes: 0 有读数或状态 readings or a state, 1 没有 none\n"},
    {"export", cmd_export, TAKES(FROM) | TAKES(TO) | TAKES(SENSOR) | TAKES(OUTPUT) | TAKES(RAW), 0,
     0, "[--from T] [--to T] [--sensor PATTERN] [--raw] [-o FILE]", "按到达顺序导出读数 (NDJSON)",
     "readings as NDJSON in order of arrival",
     PERIOD_HELP "  --sensor PATTERN  测点编号，可用 * ? [] sensors whose id matches\n"
                 "  --raw             未经标定的原始值，可再次导入 raw values, before calibration: "
                 "what\n"
                 "                    import and backtest take\n"
                 "  -o, --output FILE 写入文件 write to a file\n"},
    {"import", cmd_import, TAKES(JSON), 1, OPTION_ARGUMENTS_MAX, "FILE... [--json]",
     "读入记录仪文件或导出的读数", "reads files of loggers, or exported readings",
     "  FILE              TOA5、CSV（按 files.profiles 的描述）、miniSEED、NDJSON，可为 gzip\n"
     "                    守护进程运行时经 files.drop 交给它；否则直接写入存储\n"
     "                    TOA5, CSV (by a description in files.profiles), miniSEED, NDJSON, also\n"
     "                    gzip; through files.drop while the daemon runs, else into the "
     "store\n" JSON_HELP "\n"
     "退出码 exit codes: 0 全部读入 all of them were read, 1 有文件被拒 one was refused\n"},
    {"backtest", cmd_backtest,
     TAKES(REGISTRY) | TAKES(READINGS) | TAKES(EPOCHS) | TAKES(LIMITS) | TAKES(OUT) |
         TAKES(KEEP_STORE) | TAKES(PROFILES),
     0, 0, "--registry R --readings FILE|- [--epochs E] [--limits DIR] [--profiles DIR] --out DIR",
     "用历史读数回测，与守护进程同一代码", "the daemon's own code on readings of the past",
     "  --registry R      登记文件 the registry\n"
     "  --readings FILE|- 按到达顺序的读数 readings in order of arrival: NDJSON, CSV or recorded\n"
     "                    messages, gzip or plain; - 标准输入 standard input\n"
     "  --epochs E        另加的时段 epochs to add: a JSON array, or an object with \"epochs\"\n"
     "  --limits DIR      限值目录 folder of limit sets (登记文件旁的 \"limits\" beside the "
     "registry)\n"
     "  --profiles DIR    传感器配置目录，供记录的报文用 folder of sensor profiles, for recorded "
     "messages\n"
     "  --out DIR         结果目录 gets alerts.ndjson, forecasts.ndjson, risk.ndjson, "
     "summary.json\n"
     "  --keep-store      保留数据库 leave the databases in DIR/store\n"},
    {"token", cmd_token, TAKES(ROLE) | TAKES(FILE) | TAKES(JSON), 1, 1,
     "NAME --role ROLE [--file FILE] [--json]", "新的访问令牌（只显示这一次）",
     "a new access token (shown this once)",
     "  NAME              由谁持有，记入审计链 who holds it, as the audit chain shows it\n"
     "  --role ROLE       viewer 查看 look, operator 处理告警 answer alerts, planner 审批 "
     "approve,\n"
     "                    admin 管理 all there is\n"
     "  --file FILE       加入 http.tokens_file 所指的文件；没有则只显示应写入的行\n"
     "                    adds it to the file that http.tokens_file names; without it the line\n"
     "                    to be added is shown\n" JSON_HELP},
    {"backup", cmd_backup, TAKES(JSON), 1, 1, "FILE|DIRECTORY [--json]", "在线备份为一个 tar 文件",
     "online backup into one tar file",
     "  FILE              备份文件，成功后才替换 the file, replaced only once all is well\n"
     "  DIRECTORY         在其中新建 makes shikumen-TIME.tar in it\n" JSON_HELP "\n"
     "恢复：停止守护进程，把 readings.db 和 state.db 解到 store.path（先移走旧的 *.db*）。\n"
     "To restore: stop the daemon, move the old *.db* in store.path away and unpack there:\n"
     "  tar -C STORE_PATH -xf FILE readings.db state.db\n"},
    {"verify", cmd_verify, TAKES(JSON) | TAKES(KNOWN_HEAD), 0, 1,
     "[FILE] [--known-head SEQ:HASH] [--json]", "核验数据库和审计链，或一个备份",
     "integrity of the databases and of the audit chain, or of a backup",
     "  --known-head H    以前记下的审计链末行 (audit --head)，须仍在链中 a head of the audit "
     "chain\n"
     "                    that was kept (audit --head): it must still be in it\n" JSON_HELP},
};

#define COMMANDS_MAX  64
#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

static size_t command_count(void)
{
    return COMMAND_COUNT + act_command_count;
}

static const struct command *command_at(size_t i)
{
    return i < COMMAND_COUNT ? &commands[i] : &act_commands[i - COMMAND_COUNT];
}

static int print_overview(void)
{
    puts("shikumenctl: 守望历史建筑结构安全 watches the structure of heritage houses\n"
         "\n"
         "用法 usage: shikumenctl [-c FILE] COMMAND [OPTIONS]\n");
    for (size_t i = 0; i < command_count(); i++)
        printf("  %-12s %s %s\n", command_at(i)->name, command_at(i)->zh, command_at(i)->en);
    puts("\n"
         "  -c, --config FILE  配置文件 configuration (" DEFAULT_CONFIG_FILE ")\n"
         "  -h, --help         本帮助，或某命令的帮助 this help, or that of a command\n"
         "  -V, --version      版本 version\n"
         "\n"
         "退出码 exit codes: 0 正常 done, 1 运行失败 failed, 2 用法错误 wrong usage,\n"
         "                   78 配置错误 bad configuration");
    return fflush(stdout) == 0 ? EXIT_DONE : EXIT_FAILED;
}

static int print_help(const struct command *command)
{
    printf("shikumenctl %s: %s %s\n\n用法 usage: shikumenctl [-c FILE] %s %s\n\n%s", command->name,
           command->zh, command->en, command->name, command->usage, command->details);
    return fflush(stdout) == 0 ? EXIT_DONE : EXIT_FAILED;
}

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < command_count(); i++)
        if (strcmp(command_at(i)->name, name) == 0)
            return command_at(i);
    return NULL;
}

static int refuse_command(const char *name)
{
    const char *names[COMMANDS_MAX], *near;
    size_t n = command_count();

    for (size_t i = 0; i < n && i < COMMANDS_MAX; i++)
        names[i] = command_at(i)->name;
    near = fault_suggest(name, names, n < COMMANDS_MAX ? n : COMMANDS_MAX);
    fprintf(stderr,
            "shikumenctl: 未知命令 unknown command '%s'%s%s%s; 见 see 'shikumenctl --help'\n", name,
            near ? "; 是否指 did you mean '" : "", near ? near : "", near ? "'" : "");
    return EXIT_USAGE;
}

static bool wants_colour(void)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

    return isatty(STDOUT_FILENO) && !(no_color && *no_color) && term && strcmp(term, "dumb") != 0;
}

static int run(const struct command *command, struct ctl *c)
{
    int code;

    if (option_given(&c->options, OPTION_HELP))
        return print_help(command);
    if (!options_fit(&c->options, command->takes, command->min_arguments, command->max_arguments))
        return EXIT_USAGE;
    c->desk.arena = &c->arena;
    c->colour = wants_colour();
    code = command->run(c);
    ctl_finish(c);
    return code;
}

int main(int argc, char **argv)
{
    struct ctl c = {.desk = {.now_us = clock_utc_us(), .zone = &zone_utc}};
    const struct command *command;

    if (!options_parse(argc, argv, c.desk.now_us, &c.options))
        return EXIT_USAGE;
    if (!c.options.command && option_given(&c.options, OPTION_VERSION)) {
        puts("shikumenctl " SHIKUMEN_VERSION);
        return EXIT_DONE;
    }
    if (!c.options.command && option_given(&c.options, OPTION_HELP))
        return print_overview();
    if (!c.options.command) {
        options_refuse("缺少命令 a command is missing", "");
        return EXIT_USAGE;
    }
    command = find_command(c.options.command);
    return command ? run(command, &c) : refuse_command(c.options.command);
}
