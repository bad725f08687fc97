#include "report_words.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shikumen/base/clock.h"
#include "shikumen/view/when.h"

const char *say(struct writer *w, const char *zh, const char *en, ...)
{
    const char *kept;
    char *text = NULL;
    va_list args;

    va_start(args, en);
    if (vasprintf(&text, desk_word(w->d, zh, en), args) < 0)
        text = NULL;
    va_end(args);
    kept = text ? arena_strdup(w->d->arena, text) : NULL;
    free(text);
    w->doc->failed = w->doc->failed || !kept;
    return kept ? kept : "";
}

void say_heading(struct writer *w, int level, const char *zh, const char *en)
{
    document_heading(w->doc, level, W(w, zh, en));
}

void say_text(struct writer *w, const char *zh, const char *en)
{
    document_paragraph(w->doc, W(w, zh, en));
}

void say_warning(struct writer *w, const char *zh, const char *en)
{
    document_note(w->doc, W(w, zh, en));
}

void say_key(struct writer *w, const char *zh, const char *en, const char *value)
{
    document_key(w->doc, W(w, zh, en), value && *value ? value : "–");
}

/* --- times --- */

static bool is_known(int64_t t_us)
{
    return t_us != INT64_MIN && t_us != INT64_MAX && t_us != 0;
}

const char *day_words(struct writer *w, int64_t t_us)
{
    static const char *const months[] = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
    char text[WHEN_TEXT_SIZE];
    int year, month, day;

    if (!is_known(t_us) ||
        sscanf(when_local(w->d->zone, t_us, text), "%d-%d-%d", &year, &month, &day) != 3 ||
        month < 1 || month > 12)
        return "–";
    return w->d->language == DESK_ZH ? say(w, "%d年%d月%d日", "%d %d %d", year, month, day)
                                     : say(w, "%d%s%d", "%d %s %d", day, months[month - 1], year);
}

const char *time_cell(struct writer *w, int64_t t_us)
{
    char text[WHEN_TEXT_SIZE];

    if (!is_known(t_us))
        return "–";
    when_local(w->d->zone, t_us, text);
    if (strlen(text) > 16)
        text[16] = '\0';
    return report_keep(w->r, text);
}

const char *day_cell(struct writer *w, int64_t t_us)
{
    char text[WHEN_TEXT_SIZE];

    if (!is_known(t_us))
        return "–";
    when_local(w->d->zone, t_us, text);
    text[strcspn(text, " ")] = '\0';
    return report_keep(w->r, text);
}

const char *span_words(struct writer *w, int64_t span_us)
{
    long long minutes = span_us / (60 * US_PER_S), hours = minutes / 60, days = hours / 24;

    if (days >= 14)
        return say(w, "%lld 天", "%lld days", days);
    if (days > 0 && hours % 24 > 0)
        return say(w, "%lld 天 %lld 小时", "%lld d %lld h", days, hours % 24);
    if (days > 0)
        return say(w, "%lld 天", "%lld d", days);
    if (hours > 0 && minutes % 60 > 0)
        return say(w, "%lld 小时 %lld 分", "%lld h %lld min", hours, minutes % 60);
    if (hours > 0)
        return say(w, "%lld 小时", "%lld h", hours);
    return say(w, "%lld 分钟", "%lld min", minutes);
}

const char *report_span_words(struct writer *w)
{
    return say(w, "%s至%s", "%s to %s", day_words(w, w->r->from_us), day_words(w, w->r->to_us - 1));
}

/* --- numbers --- */

const char *percent_words(struct writer *w, double share)
{
    char text[SHARE_TEXT_SIZE];

    return report_keep(w->r, share_text(share, text));
}

const char *count_words(struct writer *w, int64_t n)
{
    char digits[24];
    size_t len = (size_t)snprintf(digits, sizeof digits, "%lld", (long long)n);
    struct strbuf out = {0};
    const char *kept;

    for (size_t i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0 && w->d->language == DESK_EN && digits[i - 1] != '-')
            strbuf_putc(&out, ',');
        strbuf_putc(&out, digits[i]);
    }
    kept = report_keep(w->r, strbuf_text(&out));
    strbuf_free(&out);
    return kept;
}

const char *value_words(struct writer *w, double x, enum quantity q, int more)
{
    return isfinite(x) ? say(w, "%.*f", "%.*f", quantity_info(q)->decimals + more, x) : "–";
}

const char *unit_words(const char *unit)
{
    static const char *const names[][2] = {
        {"Cel", "°C"}, {"um/m", "µm/m"}, {"%RH", "% RH"}, {"/", ""}, {"m/s2", "m/s²"}};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(unit, names[i][0]) == 0)
            return names[i][1];
    return unit;
}

const char *money_words(struct writer *w, double cny)
{
    return say(w, "%s 元", "CNY %s", count_words(w, (int64_t)llround(cny)));
}

/* --- classes --- */

struct doc_cell colour_cell(struct writer *w, const cJSON *state)
{
    struct risk_view v = risk_view(state);
    struct cell cell = cell_colour(&w->table, &v);

    return (struct doc_cell){cell.shown, (enum doc_tint)cell.tint};
}

const char *class_words(struct writer *w, const cJSON *state, const char *subject)
{
    struct risk_view v = risk_view(state);

    v.override = report_override(w->r, subject);
    return cell_class(&w->table, &v).shown;
}

const char *grade_words(struct writer *w, const char *scale, int grade)
{
    static const char *const cc[][2] = {{"无症状", "no symptoms"},
                                        {"轻微症状", "minor symptoms"},
                                        {"中等症状", "moderately strong symptoms"},
                                        {"严重症状", "major symptoms"}};
    static const char *const uc[][2] = {{"长期", "long term"},
                                        {"中期", "intermediate term"},
                                        {"短期", "short term"},
                                        {"紧急，立即", "urgent and immediate"}};
    static const char *const rc[][2] = {
        {"无需措施", "no measures"},
        {"维护、预防性保护", "maintenance, preventive conservation"},
        {"中等维修或进一步查勘", "moderate repair or further investigation"},
        {"经诊断的重大干预", "major intervention based on diagnosis"}};
    const char *const(*words)[2] = strcmp(scale, "cc") == 0   ? cc
                                   : strcmp(scale, "uc") == 0 ? uc
                                                              : rc;

    return grade < 0 || grade > 3 ? "–" : W(w, words[grade][0], words[grade][1]);
}

struct doc_cell grade_cell(struct writer *w, const char *scale, const cJSON *state)
{
    static const enum doc_tint tints[] = {DOC_GREEN, DOC_BLUE, DOC_ORANGE, DOC_RED};
    double grade = number_of(state, scale);
    int n = grade >= 0 && grade <= 3 && !truth_of(state, "grey") ? (int)grade : -1;
    char letter = scale[0] == 'c' ? 'C' : scale[0] == 'u' ? 'U' : 'R';

    if (n < 0)
        return (struct doc_cell){W(w, "? 数据不足", "? not enough data"), DOC_GREY};
    return (struct doc_cell){say(w, "%cC%d %s", "%cC%d %s", letter, n, grade_words(w, scale, n)),
                             tints[n]};
}

const char *level_words(struct writer *w, int level)
{
    static const char *const words[][2] = {{"○ 已结束", "○ over"},
                                           {"◇ 蓝", "◇ blue"},
                                           {"△ 黄", "△ yellow"},
                                           {"▲ 橙", "▲ orange"},
                                           {"■ 红", "■ red"}};
    int known = level < LEVEL_NORMAL || level > LEVEL_RED ? LEVEL_NORMAL : level;

    return W(w, words[known][0], words[known][1]);
}

enum doc_tint level_tint(int level)
{
    static const enum doc_tint tints[] = {DOC_PLAIN, DOC_BLUE, DOC_YELLOW, DOC_ORANGE, DOC_RED};

    return tints[level < LEVEL_NORMAL || level > LEVEL_RED ? LEVEL_NORMAL : level];
}

/* An interval whose ends read alike says nothing. */
const char *chance_words(struct writer *w, const cJSON *state, const char *name)
{
    char range_name[24], low[SHARE_TEXT_SIZE], high[SHARE_TEXT_SIZE];
    const cJSON *range;
    double share = number_of(state, name);

    snprintf(range_name, sizeof range_name, "%s_range", name);
    range = cJSON_GetObjectItemCaseSensitive(state, range_name);
    if (cJSON_GetArraySize(range) == 2 &&
        strcmp(share_text(cJSON_GetArrayItem(range, 0)->valuedouble, low),
               share_text(cJSON_GetArrayItem(range, 1)->valuedouble, high)) == 0)
        return percent_words(w, share);
    struct cell cell = cell_share_within(&w->table, share, range);
    return cell.shown ? cell.shown : "–";
}

const char *confidence_words(struct writer *w, const cJSON *state)
{
    double confidence = number_of(state, "confidence");

    if (!isfinite(confidence))
        return "–";
    return say(w, "%.2f（最弱：%s）", "%.2f (weakest: %s)", confidence,
               word_factor(w->d, text_of(state, "weakest")));
}

/* --- names --- */

const char *house_name(struct writer *w, uint32_t house)
{
    return house == REGISTRY_NONE ? "–" : desk_name(w->d, w->r->registry->houses[house].name);
}

const char *element_name(struct writer *w, uint32_t element)
{
    return element == REGISTRY_NONE ? "–" : desk_name(w->d, w->r->registry->elements[element].name);
}

const char *element_kind_words(struct writer *w, enum element_kind kind)
{
    static const char *const words[ELEMENT_KIND_COUNT][2] = {
        [ELEMENT_WALL] = {"墙", "wall"},
        [ELEMENT_PARTY_WALL] = {"分户墙", "party wall"},
        [ELEMENT_GATE_FRAME] = {"石库门框", "gate frame"},
        [ELEMENT_LINTEL] = {"门楣、过梁", "lintel"},
        [ELEMENT_BEAM] = {"梁", "beam"},
        [ELEMENT_FLOOR] = {"楼板", "floor"},
        [ELEMENT_PURLIN] = {"檩条", "purlin"},
        [ELEMENT_TRUSS] = {"屋架", "truss"},
        [ELEMENT_COLUMN] = {"柱", "column"},
        [ELEMENT_STAIR] = {"楼梯", "stair"},
        [ELEMENT_FOUNDATION] = {"基础", "foundation"},
        [ELEMENT_ROOF] = {"屋面", "roof"},
        [ELEMENT_STRUCTURE] = {"整体结构", "whole structure"}};

    return kind < ELEMENT_KIND_COUNT ? W(w, words[kind][0], words[kind][1]) : "–";
}

const char *material_words(struct writer *w, const char *material)
{
    static const char *const words[][2] = {
        {"brick", "砖"}, {"stone", "石"},  {"timber", "木"}, {"concrete", "混凝土"},
        {"steel", "钢"}, {"lime", "石灰"}, {"tile", "瓦"}};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(words[i][0], material) == 0)
            return W(w, words[i][1], words[i][0]);
    return *material ? material : "–";
}

const char *protection_words(struct writer *w, enum protection p)
{
    static const char *const words[PROTECTION_COUNT][2] = {
        [PROTECTION_NONE] = {"无", "none"},
        [PROTECTION_DISTRICT] = {"区级", "district"},
        [PROTECTION_CITY] = {"市级", "city"},
        [PROTECTION_NATIONAL] = {"国家级", "national"}};

    return p < PROTECTION_COUNT ? W(w, words[p][0], words[p][1]) : "–";
}

const char *proposal_kind_words(struct writer *w, enum proposal_kind kind)
{
    static const char *const words[PROPOSAL_KINDS][2] = {
        [PROPOSAL_INSPECT] = {"现场检查", "inspect on site"},
        [PROPOSAL_MONITOR] = {"加密监测", "monitor more closely"},
        [PROPOSAL_PROTECT] = {"人员防护", "protect people"},
        [PROPOSAL_PROP] = {"临时支撑", "prop temporarily"},
        [PROPOSAL_REPAIR] = {"维修", "repair"},
        [PROPOSAL_CLOSE] = {"停用封闭", "close to people"}};

    return kind < PROPOSAL_KINDS ? W(w, words[kind][0], words[kind][1]) : "–";
}

const char *proposal_state_words(struct writer *w, enum proposal_state state)
{
    static const char *const words[PROPOSAL_STATES][2] = {
        [PROPOSAL_PROPOSED] = {"待签署", "awaits sign-off"},
        [PROPOSAL_APPROVED] = {"已批准，未完成", "approved, not done"},
        [PROPOSAL_REJECTED] = {"已否决", "rejected"},
        [PROPOSAL_DONE] = {"已完成", "done"}};

    return state < PROPOSAL_STATES ? W(w, words[state][0], words[state][1]) : "–";
}
