#include "shikumen/view/words.h"

#include <math.h>
#include <stdio.h>

#include "shikumen/core/wording.h"

const char *word_level(const struct desk *d, int level)
{
    static const char *const zh[] = {"–", "1 蓝", "2 黄", "3 橙", "4 红"};
    static const char *const en[] = {"–", "1 blue", "2 yellow", "3 orange", "4 red"};

    if (level < LEVEL_NORMAL || level > LEVEL_RED)
        level = LEVEL_NORMAL;
    return desk_word(d, zh[level], en[level]);
}

const char *word_category(const struct desk *d, enum alert_category category)
{
    static const char *const zh[CATEGORY_COUNT] = {"结构", "仪器", "系统"};

    return category < CATEGORY_COUNT ? desk_word(d, zh[category], category_name(category)) : "?";
}

const char *word_kind(const struct desk *d, enum alert_kind kind)
{
    static const char *const zh[KIND_COUNT] = {
        [KIND_LIMIT] = "限值",    [KIND_RATE] = "速率",         [KIND_TREND] = "趋势",
        [KIND_STEP] = "突变",     [KIND_VIBRATION] = "振动",    [KIND_FREQUENCY] = "频率",
        [KIND_MOISTURE] = "含水", [KIND_LEAK] = "漏水",         [KIND_SILENCE] = "静默",
        [KIND_FAULT] = "故障",    [KIND_CONSTRUCTION] = "施工", [KIND_HEARTBEAT] = "心跳",
    };

    return kind < KIND_COUNT ? desk_word(d, zh[kind], alert_kind_name(kind)) : "?";
}

const char *word_event(const struct desk *d, enum alert_event event)
{
    static const char *const zh[EVENT_COUNT] = {
        [EVENT_RAISED] = "触发",       [EVENT_WORSENED] = "升级",  [EVENT_EASED] = "降级",
        [EVENT_ACKNOWLEDGED] = "确认", [EVENT_ESCALATED] = "上报", [EVENT_RESOLVED] = "结束",
        [EVENT_REOPENED] = "再现",     [EVENT_COMMENTED] = "说明", [EVENT_ASSIGNED] = "指派",
        [EVENT_REMINDED] = "提醒",     [EVENT_UPDATED] = "更新",
    };

    return event < EVENT_COUNT ? desk_word(d, zh[event], alert_event_name(event)) : "?";
}

const char *word_outbox(const struct desk *d, enum outbox_state state)
{
    static const char *const zh[] = {"待发", "已送达", "搁置"};
    static const char *const en[] = {"pending", "delivered", "parked"};

    return state <= OUTBOX_PARKED ? desk_word(d, zh[state], en[state]) : "?";
}

const char *word_quantity(const struct desk *d, enum quantity q)
{
    return desk_word(d, quantity_info(q)->zh, quantity_info(q)->en);
}

const char *word_epoch_kind(const struct desk *d, enum epoch_kind kind)
{
    static const char *const words[EPOCH_KIND_COUNT][2] = {
        [EPOCH_REPAIR] = {"维修", "repair"},         [EPOCH_REZERO] = {"归零", "re-zero"},
        [EPOCH_SENSOR_SWAP] = {"换传感器", "swap"},  [EPOCH_EXCAVATION] = {"开挖", "excavation"},
        [EPOCH_RENOVATION] = {"装修", "renovation"}, [EPOCH_VACANT] = {"空置", "vacant"},
    };

    return kind < EPOCH_KIND_COUNT ? desk_word(d, words[kind][0], words[kind][1]) : "?";
}

const char *word_refusal(const struct desk *d, const char *reason)
{
    const char *text = d->language == DESK_ZH
                           ? arena_printf(d->arena, "%s (%s)", refusal_zh(reason), reason)
                           : NULL;

    return text ? text : reason;
}

const char *word_wording(struct desk *d, const char *en)
{
    return d->language == DESK_ZH ? wording_zh_or(d->arena, en) : en;
}

const char *word_time_heading(struct desk *d, const char *zh, const char *en)
{
    const char *text = arena_printf(d->arena, "%s (%s)", desk_word(d, zh, en), d->zone->name);

    return text ? text : desk_word(d, zh, en);
}

void head_time(struct desk *d, struct column *column)
{
    column->zh = column->en = word_time_heading(d, column->zh, column->en);
}

struct cell cell_level(struct table *t, int level)
{
    return cell_shown(t, cell_int(level), tint_of_level(level), word_level(t->desk, level));
}

const char *word_flag(const struct desk *d, uint8_t flag)
{
    switch (flag) {
    case QF_PASS:
        return desk_word(d, "合格", "pass");
    case QF_NOT_EVALUATED:
        return desk_word(d, "未评", "not evaluated");
    case QF_SUSPECT:
        return desk_word(d, "可疑", "suspect");
    case QF_FAIL:
        return desk_word(d, "不合格", "fail");
    case QF_MISSING:
        return desk_word(d, "缺测", "missing");
    default:
        return "";
    }
}

struct cell cell_flag(struct table *t, uint8_t flag, uint8_t test)
{
    char text[96];
    enum tint tint = flag == QF_SUSPECT ? TINT_YELLOW : flag == QF_FAIL ? TINT_RED : TINT_NONE;

    snprintf(text, sizeof text, "%u %s%s%s", (unsigned)flag, word_flag(t->desk, flag),
             test == QT_NONE ? "" : " ",
             test == QT_NONE ? "" : quality_test_name((enum quality_test)test));
    return cell_shown(t, cell_int(flag), tint, text);
}

const char *value_text(double value, const char *quantity, char text[VALUE_TEXT_SIZE])
{
    enum quantity q = quantity_by_name(quantity);

    if (q != Q_COUNT && fabs(value) < 1e12)
        snprintf(text, VALUE_TEXT_SIZE, "%.*f", quantity_info(q)->decimals, value);
    else
        snprintf(text, VALUE_TEXT_SIZE, "%.6g", value);
    return text;
}

struct cell cell_refusal(struct table *t, const char *reason)
{
    return cell_shown(t, cell_text(t, reason), TINT_NONE, word_refusal(t->desk, reason));
}

struct cell cell_wording(struct table *t, const char *en)
{
    return cell_shown(t, cell_text(t, en), TINT_NONE, word_wording(t->desk, en));
}

struct cell cell_wording_zh(struct table *t, const char *en)
{
    return cell_text(t, wording_zh_or(t->desk->arena, en));
}

struct cell cell_value(struct table *t, double value, const char *quantity)
{
    char text[VALUE_TEXT_SIZE];
    struct cell cell = cell_real(value);

    return cell.kind == CELL_NULL
               ? cell
               : cell_shown(t, cell, TINT_NONE, value_text(value, quantity, text));
}
