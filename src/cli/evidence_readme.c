#include <inttypes.h>
#include <string.h>

#include "evidence.h"
#include "shikumen/base/utc.h"
#include "shikumen/io/audit_hash.h"
#include "shikumen/view/risk_words.h"
#include "shikumen/view/when.h"
#include "shikumen/view/words.h"

/* --- what each file is --- */

static const struct {
    const char *name, *zh, *en;
} files[] = {
    {"alert.json", "告警及其全部步骤，与发出时逐字相同",
     "the alert and all its steps, as they were posted"},
    {"acts.json",
     "有关此告警的人工处理：确认、说明、指派等操作 "
     "(含待生效与被拒绝的)，建议及其批复，静默，检查与修缮记录",
     "what persons did about it: acts (waiting and refused ones too), proposals and decisions, "
     "silences, inspections and repairs"},
    {"recompute.json", "第 N 步的每一项：当时所报与用现存读数重算的结果",
     "every field of step N: as told, and made again of the readings stored now"},
    {"readings.csv",
     "告警测点及其环境测点的原始读数：t 测点时间，v 数值，u 单位，flag 质量标志 (1 合格 2 未评 3 "
     "可疑 4 "
     "不合格 9 缺测，QARTOD)，test 判定的检验，rx 到达时间。时间均为 UTC",
     "raw readings of the alert's sensors and of their environment: t device time, v value, u "
     "unit, flag "
     "(1 pass, 2 not evaluated, 3 suspect, 4 fail, 9 missing; QARTOD), test that decided it, rx "
     "arrival. "
     "All times are UTC"},
    {"residual.csv",
     "逐日：residual = measured − weather + shift；measured 六小时均值的日均，weather "
     "天气模型，shift "
     "传感器自身跳变的扣除，level 最近十个有数据日的中位数，baseline 该基线的首日",
     "by day: residual = measured - weather + shift; measured: mean of six-hour means; weather: of "
     "the "
     "model; shift: jumps of the sensor's own, taken off; level: median of the latest ten days "
     "with data; "
     "baseline: its first day"},
    {"model.json",
     "天气模型：版本、成熟度、训练区间、各项 "
     "(环境测点、记忆天数、系数、中心)、技巧，及变化与速率的估计",
     "the weather model: version, maturity, training window, terms (environment sensor, memory in "
     "days, "
     "coefficient, centre), skill; and the estimated change and slopes"},
    {"limits.json",
     "这些测点的全部限值及来源、条款、版本、可信标记 (V 已核实 S 二手 C 计算 J 本项目判断 M "
     "凭记忆；J、M 为暂定)",
     "all limits of these sensors with source, clause, edition and mark (V verified, S secondary, "
     "C "
     "computed, J judgement of this project, M from memory; J and M are provisional)"},
    {"neighbours.csv", "邻近测点的逐日中位数 (同构件、同屋同量、相邻房屋同量) 与扣除天气的残差",
     "daily medians of neighbouring sensors (same element; same quantity in the house and in "
     "adjoining "
     "houses), and their residuals with the weather taken off"},
    {"forecasts.csv", "截至该步对这些限值的全部预测，及后来的结果 (reached 首次达到)",
     "every forecast of these limits up to that step, and what came of it (reached: first "
     "reached)"},
    {"profiles.csv",
     "这些读数由哪些传感器配置解码：first_rx 首次到达，version 版本，digest "
     "配置文件的摘要；envelope 外层报文的配置。原生报文没有",
     "by which sensor profiles these readings were decoded: first_rx first arrival, version, "
     "digest of the "
     "profile's file; envelope: that of the message around. None of native messages"},
    {"records.ndjson", "振动记录原文", "vibration records as they came"},
    {"epochs.json", "登记的时段 (维修、归零、换传感器、施工…) 及其所涉测点",
     "registered epochs (repair, re-zero, sensor swap, works, ...) and the sensors they concern"},
    {"registry.json", "所涉房屋、构件与测点的登记条目",
     "what is registered of the houses, elements and sensors concerned"},
    {"plot.svg",
     "图：细线原始读数，粗线扣除天气后；限值线注明来源；竖线为登记时段；顶部形状为告警各步；× ▽ "
     "为未通过检验的读数；断开处无数据",
     "plot: thin the raw readings, bold with the weather taken off; limits with their source; "
     "vertical lines "
     "are epochs; shapes on top the steps of the alert; x and triangles readings that did not "
     "pass; "
     "where a line is broken there are no data"},
    {"command.txt", "重算所用的命令", "the commands that make all this again"},
    {"manifest.json", "每个文件的 SHA-256、登记摘要、程序版本",
     "SHA-256 of every file, digest of the registry, version of the program"},
};

static bool is_in(const struct packet *p, const char *name)
{
    for (size_t i = 0; i < p->count; i++)
        if (strcmp(p->file[i].name, name) == 0)
            return true;
    return strcmp(name, "manifest.json") == 0 || strcmp(name, "command.txt") == 0;
}

static void put_files(const struct packet *p, bool zh, struct strbuf *out)
{
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (is_in(p, files[i].name))
            strbuf_printf(out, "  %-15s %s\n", files[i].name, zh ? files[i].zh : files[i].en);
    if (is_in(p, "plot-2.svg"))
        strbuf_printf(out, "  %-15s %s\n", "plot-2.svg …",
                      zh ? "告警其余测点的图" : "the same of the alert's other sensors");
    strbuf_putc(out, '\n');
}

/* --- what must be known to read them --- */

static void put_gone(const struct evidence *e, bool zh, struct strbuf *out)
{
    char first[UTC_TEXT_SIZE];

    for (size_t i = 0; i < e->told.count; i++) {
        const struct recompute_share *x = &e->told.shares[i];
        const char *id = e->c->plan->registry->sensors[x->sensor].id;
        if (!e->recomputed || x->first_us == INT64_MAX)
            strbuf_printf(
                out, zh ? "- %s 的读数已不在库中。\n" : "- Readings of %s are no longer stored.\n",
                id);
        else if (x->first_us > e->told.since_us[i])
            strbuf_printf(out,
                          zh ? "- %s 的读数自 %s 起才有：更早的已不在库中（保存期已过）。\n"
                             : "- Readings of %s begin at %s: earlier ones are no longer stored "
                               "(retention).\n",
                          id, utc_format(x->first_us, first));
    }
}

static void put_match(const struct evidence *e, bool zh, struct strbuf *out)
{
    if (e->told.missing)
        strbuf_printf(out,
                      zh ? "- 测点 %s 已不在登记中：不能重算。\n"
                         : "- Sensor %s is no longer registered: this cannot be recomputed.\n",
                      e->told.missing);
    else if (e->recomputed && e->differ > 0)
        strbuf_printf(
            out,
            zh ? "- 重算与当时所报有 %zu 项不一致（见 "
                 "recompute.json）：此后改过限值、登记或读数，或读数已过保存期。\n"
               : "- %zu fields differ from what was told (recompute.json): limits, registry or "
                 "readings were changed since, or readings have expired.\n",
            e->differ);
    else if (e->recomputed)
        strbuf_puts(out,
                    zh ? "- 重算与当时所报全部一致。\n"
                       : "- Made again of the stored readings, all of it matches what was told.\n");
}

static void put_bounds(const struct evidence *e, bool zh, struct strbuf *out)
{
    char wanted[UTC_TEXT_SIZE], from[UTC_TEXT_SIZE], to[UTC_TEXT_SIZE];

    utc_format(e->wanted_us, wanted);
    utc_format(e->from_us, from);
    utc_format(e->to_us - 1, to);
    strbuf_printf(out,
                  zh ? "- 时段 %s 至 %s；readings.csv %" PRId64 " 条，其中 %" PRId64
                       " 条未通过质量检验。\n"
                     : "- Window %s to %s; readings.csv has %" PRId64 " readings, of which %" PRId64
                       " did not pass.\n",
                  wanted, to, e->rows, e->flagged);
    if (e->from_us > e->wanted_us)
        strbuf_printf(
            out,
            zh ? "- readings.csv 最多 %d 条，已截短：自 %s 起。其余文件不截。\n"
               : "- readings.csv is cut, for it holds at most %d: it begins at %s. The other "
                 "files are not.\n",
            EVIDENCE_ROWS_MAX, from);
    if (e->records_cut)
        strbuf_printf(out,
                      zh ? "- records.ndjson 最多 %d 字节，后来的记录未收入。\n"
                         : "- records.ndjson holds at most %d bytes: later records are left out.\n",
                      EVIDENCE_RECORDS_MAX);
    if (e->left_out > 0)
        strbuf_printf(
            out,
            zh ? "- 另有 %zu 个测点未收入（数量上限）。\n"
               : "- %zu more sensors are left out, for there is a limit to their number.\n",
            e->left_out);
}

static const char *summary_of(const struct evidence *e, const char *language)
{
    return text_of(cJSON_GetObjectItemCaseSensitive(e->told.body, "summary"), language);
}

static void put_language(const struct evidence *e, const struct packet *p, bool zh,
                         struct strbuf *out)
{
    struct desk words = {.language = zh ? DESK_ZH : DESK_EN};
    char time[WHEN_TEXT_SIZE];

    strbuf_printf(out, zh ? "告警证据包\n\n" : "Evidence of an alert\n\n");
    strbuf_printf(out, "%s\n", summary_of(e, zh ? "zh" : "en"));
    strbuf_printf(out,
                  zh ? "告警 %s，第 %d 步：%s，%s (%s)\n\n" : "Alert %s, step %d: %s, %s (%s)\n\n",
                  e->episode.id, e->told.episode.step, word_event(&words, e->told.event),
                  when_local(e->c->desk.zone, e->told.at_us, time), e->c->desk.zone->name);
    put_files(p, zh, out);
    put_match(e, zh, out);
    put_gone(e, zh, out);
    put_bounds(e, zh, out);
    strbuf_puts(out,
                zh ? "- 核对：sha256sum 各文件，与 manifest.json 比较。重算：见 command.txt。\n"
                     "- 本包由程序生成，不替代具备资质的结构工程师的判断。\n"
                   : "- To check: sha256sum of each file against manifest.json. To recompute: see "
                     "command.txt.\n"
                     "- Made by a program; it takes the place of no qualified engineer's "
                     "judgement.\n");
}

/* --- command.txt --- */

/* As a word of a shell. */
static void put_quoted(struct strbuf *out, const char *text)
{
    if (text[strspn(text,
                    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-+:@")] ==
            '\0' &&
        *text) {
        strbuf_puts(out, text);
        return;
    }
    strbuf_putc(out, '\'');
    for (; *text; text++)
        if (*text == '\'')
            strbuf_puts(out, "'\\''");
        else
            strbuf_putc(out, *text);
    strbuf_putc(out, '\'');
}

static int put_commands(struct evidence *e, struct packet *p)
{
    struct strbuf *out = packet_add(p, "command.txt");
    const char *config = e->c->options.config_file;
    int step = e->told.episode.step;

    if (!out)
        return ctl_result(e->c, ERR_NOMEM);
    strbuf_puts(out, "# 用已存读数重算并核对 made again of the stored readings, and compared\n"
                     "shikumenctl -c ");
    put_quoted(out, config);
    strbuf_printf(out, " recompute %s --step %d\n", e->episode.id, step);
    strbuf_puts(out, "# 重做本包 this packet again\nshikumenctl -c ");
    put_quoted(out, config);
    strbuf_printf(out, " evidence %s --step %d -o evidence-%.8s-%d.zip\n", e->episode.id, step,
                  e->episode.id, step);
    return EXIT_DONE;
}

/* --- manifest.json --- */

static void put_when(struct strbuf *out, const char *name, int64_t t_us)
{
    char text[UTC_TEXT_SIZE];

    strbuf_printf(out, "\"%s\":\"%s\"", name, utc_format(t_us, text));
}

/* What is in force now, and since when the store knows it. */
static enum err put_registry(const struct evidence *e, struct strbuf *out)
{
    const struct plan *plan = e->c->plan;
    struct strbuf document = {0};
    uint8_t hash[AUDIT_HASH_BYTES];
    char hex[AUDIT_HASH_HEX_SIZE];
    int64_t since_us = INT64_MIN;
    enum err error = state_registry_get(e->c->desk.state, &document, &since_us);

    strbuf_free(&document);
    if (error != ERR_OK && error != ERR_NOTFOUND)
        return error;
    error = audit_hash(strbuf_text(&plan->registry_text), plan->registry_text.len, hash);
    if (error != ERR_OK)
        return error;
    strbuf_printf(out, ",\n \"registry\":{\"digest\":\"%016" PRIx64 "\",\"sha256\":\"%s\"",
                  plan->registry_digest, audit_hash_hex(hash, hex));
    if (since_us != INT64_MIN) {
        strbuf_putc(out, ',');
        put_when(out, "in_force_since", since_us);
    }
    strbuf_puts(out, "}");
    return ERR_OK;
}

static void put_outcome(const struct evidence *e, struct strbuf *out)
{
    strbuf_puts(out, ",\n \"readings\":{");
    put_when(out, "wanted_from", e->wanted_us);
    strbuf_putc(out, ',');
    put_when(out, "from", e->from_us);
    strbuf_putc(out, ',');
    put_when(out, "to", e->to_us - 1);
    strbuf_printf(out, ",\"rows\":%" PRId64 ",\"cut\":%s}", e->rows,
                  e->from_us > e->wanted_us ? "true" : "false");
    if (e->recomputed)
        strbuf_printf(out, ",\n \"recompute\":{\"matches\":%s,\"differ\":%zu}",
                      e->differ == 0 ? "true" : "false", e->differ);
    else
        strbuf_puts(out, ",\n \"recompute\":null");
}

static int put_manifest(struct evidence *e, struct packet *p)
{
    struct strbuf list = {0}, text = {0}, *out;
    enum err error = packet_list(p, &list);

    strbuf_printf(&text,
                  "{\"format\":\"shikumen-evidence-1\",\n \"program\":\"shikumenctl %s\",\n"
                  " \"id\":\"%s\",\n \"step\":%d,\n ",
                  SHIKUMEN_VERSION, e->episode.id, e->told.episode.step);
    put_when(&text, "at", e->told.at_us);
    if (error == ERR_OK)
        error = put_registry(e, &text);
    put_outcome(e, &text);
    strbuf_printf(&text, ",\n \"files\":%s}\n", strbuf_text(&list));
    out = packet_add(p, "manifest.json");
    if (error == ERR_OK && (!out || text.failed))
        error = ERR_NOMEM;
    if (error == ERR_OK)
        strbuf_append(out, text.data, text.len);
    strbuf_free(&list);
    strbuf_free(&text);
    return ctl_state_result(e->c, error);
}

int evidence_readme(struct evidence *e, struct packet *p, struct strbuf *readme)
{
    int code = put_commands(e, p);

    put_language(e, p, true, readme);
    strbuf_puts(readme, "\n----------------------------------------\n\n");
    put_language(e, p, false, readme);
    return code == EXIT_DONE ? put_manifest(e, p) : code;
}
