#include "shikumen/core/act.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "shikumen/core/act_text.h"
#include "shikumen/base/utc.h"
#include "shikumen/core/signoff.h"

#define DAY_US        (86400 * INT64_C(1000000))
#define AHEAD_MOST_US (365 * DAY_US) /* a silence may be planned so far ahead */

struct act act_blank(enum act_verb verb)
{
    return (struct act){.verb = verb,
                        .from_us = ACT_NOT_GIVEN,
                        .until_us = ACT_NOT_GIVEN,
                        .day_us = ACT_NOT_GIVEN,
                        .cost_fen = ACT_NOT_GIVEN};
}

bool act_refuse(struct act_refusal *why, const char *zh, const char *en, ...)
{
    va_list args, again;

    va_start(args, en);
    va_copy(again, args);
    vsnprintf(why->zh, sizeof why->zh, zh, args);
    vsnprintf(why->en, sizeof why->en, en, again);
    va_end(again);
    va_end(args);
    return false;
}

enum act_target act_target_of(enum act_verb verb)
{
    switch (verb) {
    case ACT_SILENCE:
    case ACT_OVERRIDE:
        return TARGET_SCOPE;
    case ACT_UNSILENCE:
        return TARGET_SILENCE;
    case ACT_APPROVE:
    case ACT_REJECT:
    case ACT_DONE:
        return TARGET_PROPOSAL;
    case ACT_END_OVERRIDE:
        return TARGET_OVERRIDE;
    default:
        return TARGET_EPISODE;
    }
}

/* --- names and notes --- */

static bool is_padded(const char *text)
{
    return *text == ' ' || (*text && text[strlen(text) - 1] == ' ');
}

static bool check_person(const char *field, const char *name, struct act_refusal *why)
{
    int n = name ? act_text_count(name) : 0;

    if (n < 1 || n > ACT_NAME_CHARACTERS || is_padded(name))
        return act_refuse(
            why, "%s 须为人名：1 至 %d 个字，无控制字符，首尾无空格",
            "%s must be a person's name: 1 to %d characters, no control characters, no"
            " blank at either end",
            field, ACT_NAME_CHARACTERS);
    if (strcasecmp(name, ACTOR_SELF) == 0)
        return act_refuse(why, "%s 不能是 %s：程序自己用此名",
                          "%s cannot be %s: the program goes by it", field, ACTOR_SELF);
    return true;
}

bool act_check_name(const char *name, struct act_refusal *why)
{
    return check_person("by", name, why);
}

static bool check_note(const char *note, struct act_refusal *why)
{
    int n = note ? act_text_count(note) : 0;

    if (n >= 1 && n <= ACT_NOTE_CHARACTERS && !is_padded(note))
        return true;
    return act_refuse(
        why, "须有说明（note）：1 至 %d 个字，无控制字符，首尾无空格",
        "a note is needed: 1 to %d characters, no control characters, no blank at either"
        " end",
        ACT_NOTE_CHARACTERS);
}

static bool check_subject(const struct act *a, struct act_refusal *why)
{
    size_t n = a->subject ? strlen(a->subject) : 0;

    if (n >= 1 && n <= ACT_SUBJECT_BYTES && act_text_count(a->subject) > 0)
        return true;
    return act_refuse(why, "对象编号须为 1 至 %d 字节，无控制字符",
                      "what it is on must be 1 to %d bytes, without control characters",
                      ACT_SUBJECT_BYTES);
}

/* --- times --- */

static bool refuse_end(struct act_refusal *why, int64_t longest_us)
{
    return act_refuse(
        why, "结束时间（until）必须给出，晚于现在和开始，至多 %d 天",
        "an end (until) is needed: after now and after the beginning, at most %d days",
        (int)(longest_us / DAY_US));
}

static bool check_silence_times(const struct act *a, int64_t now_us, struct act_refusal *why)
{
    int64_t from_us = a->from_us == ACT_NOT_GIVEN ? now_us : a->from_us;

    if (from_us > now_us + AHEAD_MOST_US || from_us < now_us - ACT_SILENCE_LONGEST_US)
        return act_refuse(why, "开始时间（from）须在过去 %d 天至未来 %d 天之间",
                          "the beginning (from) must be from %d days ago to %d days ahead",
                          (int)(ACT_SILENCE_LONGEST_US / DAY_US), (int)(AHEAD_MOST_US / DAY_US));
    if (a->until_us == ACT_NOT_GIVEN || a->until_us <= now_us || a->until_us <= from_us ||
        a->until_us > from_us + ACT_SILENCE_LONGEST_US)
        return refuse_end(why, ACT_SILENCE_LONGEST_US);
    return true;
}

/* --- what each verb needs --- */

static bool check_silence(const struct act *a, int64_t now_us, struct act_refusal *why)
{
    if (a->kind && alert_kind_by_name(a->kind) == KIND_COUNT)
        return act_refuse(
            why,
            "没有告警类型 %.40s；允许：limit, rate, trend, step, vibration, frequency,"
            " moisture, leak, silence, fault, construction",
            "no kind of alert %.40s; allowed: limit, rate, trend, step, vibration,"
            " frequency, moisture, leak, silence, fault, construction",
            a->kind);
    return check_silence_times(a, now_us, why);
}

static bool check_override(const struct act *a, int64_t now_us, struct act_refusal *why)
{
    if (!a->class_name || signoff_class(a->class_name) < 0)
        return act_refuse(why, "等级（class）须为 L, ML, M, MH, H 之一",
                          "the class must be one of L, ML, M, MH, H");
    if (a->until_us == ACT_NOT_GIVEN || a->until_us <= now_us ||
        a->until_us > now_us + ACT_OVERRIDE_LONGEST_US)
        return refuse_end(why, ACT_OVERRIDE_LONGEST_US);
    return true;
}

static bool check_propose(const struct act *a, struct act_refusal *why)
{
    if (a->kind && proposal_kind_by_name(a->kind) != PROPOSAL_KINDS)
        return true;
    return act_refuse(why, "处置类型须为 inspect, monitor, protect, prop, repair, close 之一",
                      "the kind must be one of inspect, monitor, protect, prop, repair, close");
}

static bool check_record(const struct act *a, int64_t now_us, struct act_refusal *why)
{
    if (!a->kind || record_kind_by_name(a->kind) == RECORD_KINDS)
        return act_refuse(why, "记录类型须为 inspection 或 repair",
                          "the kind must be inspection or repair");
    if (a->cost_fen != ACT_NOT_GIVEN && (a->cost_fen < 0 || a->cost_fen > ACT_COST_LARGEST_FEN))
        return act_refuse(why, "费用须为 0 至 1000000000 元", "a cost must be 0 to 1000000000 CNY");
    if (a->day_us != ACT_NOT_GIVEN && (a->day_us > now_us + DAY_US || a->day_us < 0))
        return act_refuse(why, "日期须在 1970 年至今天", "the date must be from 1970 to today");
    return true;
}

bool act_check(const struct act *a, int64_t now_us, struct act_refusal *why)
{
    if (a->verb >= ACT_VERBS)
        return act_refuse(why, "没有这种操作", "no such act");
    if (!check_person("by", a->by, why) || !check_subject(a, why) || !check_note(a->note, why))
        return false;
    switch (a->verb) {
    case ACT_ASSIGN:
        return check_person("to", a->to, why);
    case ACT_SILENCE:
        return check_silence(a, now_us, why);
    case ACT_OVERRIDE:
        return check_override(a, now_us, why);
    case ACT_PROPOSE:
        return check_propose(a, why);
    case ACT_RECORD:
        return check_record(a, now_us, why);
    default:
        return true;
    }
}
