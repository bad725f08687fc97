#include "shikumen/view/risk_words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "shikumen/core/risk.h"

/* --- the line --- */

static bool is_class(const char *name)
{
    for (int level = RISK_LOW; level < RISK_LEVELS; level++)
        if (strcmp(name, risk_class_name((enum risk_level)level)) == 0)
            return true;
    return false;
}

struct risk_view risk_view(const cJSON *of)
{
    struct risk_view v = {.class_name = text_of(of, "class"),
                          .colour = text_of(of, "colour"),
                          .provisional = truth_of(of, "provisional")};

    v.grey = !is_class(v.class_name) || strcmp(v.colour, "grey") == 0 ||
             (truth_of(of, "grey") && strcmp(v.colour, "green") == 0);
    if (v.grey)
        v.colour = "grey";
    return v;
}

bool risk_waits(const cJSON *of)
{
    const cJSON *reason;

    if (!risk_view(of).grey || !(number_of(of, "p30") >= 1))
        return false;
    cJSON_ArrayForEach(reason, cJSON_GetObjectItemCaseSensitive(of, "reasons"))
    {
        if (strcmp(text_of(reason, "kind"), "limit") == 0 && number_of(reason, "p30") >= 1)
            return true;
    }
    return false;
}

/* --- words --- */

struct colour_word {
    const char *name, *zh, *en;
    enum tint tint;
};

static const struct colour_word colours[] = {
    {"green", "○ 绿", "○ green", TINT_GREEN},    {"blue", "◇ 蓝", "◇ blue", TINT_BLUE},
    {"yellow", "△ 黄", "△ yellow", TINT_YELLOW}, {"orange", "▲ 橙", "▲ orange", TINT_ORANGE},
    {"red", "■ 红", "■ red", TINT_RED},
};
static const struct colour_word grey = {"grey", "? 灰", "? grey", TINT_GREY};

static const struct colour_word *colour_word(const struct risk_view *v)
{
    for (size_t i = 0; i < sizeof colours / sizeof colours[0] && !v->grey; i++)
        if (strcmp(colours[i].name, v->colour) == 0)
            return &colours[i];
    return &grey;
}

const char *word_waits(const struct desk *d)
{
    return desk_word(
        d, "已有限值被超过，所以概率是 100 %；等级要等数据足够才能判定。灰色不等于没有问题。",
        "A limit is exceeded already, hence the chance of 100 %; the class waits for "
        "enough data. Grey does not mean that all is well.");
}

const char *word_factor(const struct desk *d, const char *name)
{
    static const char *const words[][2] = {{"coverage", "覆盖率"},
                                           {"flags", "合格率"},
                                           {"history", "数据时长"},
                                           {"skill", "模型"},
                                           {"health", "仪器状态"}};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(words[i][0], name) == 0)
            return desk_word(d, words[i][1], name);
    return name;
}

const char *word_scheme(const struct desk *d)
{
    return desk_word(d, "类 EN 16096 分级，由传感器数据算出，不是现场鉴定",
                     RISK_LABEL ", not an inspection on site");
}

const char *share_text(double share, char text[SHARE_TEXT_SIZE])
{
    double percent = 100 * share;

    if (!isfinite(share))
        snprintf(text, SHARE_TEXT_SIZE, "–");
    else if (percent > 0 && percent < 0.1)
        snprintf(text, SHARE_TEXT_SIZE, "<0.1 %%");
    else if (percent < 100 && percent >= 99.95)
        snprintf(text, SHARE_TEXT_SIZE, ">99.9 %%");
    else
        snprintf(text, SHARE_TEXT_SIZE, "%.*f %%",
                 (percent > 0 && percent < 9.95) || (percent > 90 && percent < 100) ? 1 : 0,
                 percent);
    return text;
}

/* --- cells --- */

struct cell cell_model_class(struct table *t, const struct risk_view *v)
{
    char text[64];

    if (v->grey)
        return cell_shown(t, cell_text(t, "insufficient data"), TINT_GREY,
                          desk_word(t->desk, "数据不足", "not enough data"));
    snprintf(text, sizeof text, "%s%s", v->class_name,
             v->provisional ? desk_word(t->desk, " 暂定", " provisional") : "");
    return cell_shown(t, cell_text(t, v->class_name), TINT_NONE, text);
}

struct cell cell_class(struct table *t, const struct risk_view *v)
{
    struct cell model = cell_model_class(t, v);
    char text[128];

    if (!v->override)
        return model;
    snprintf(text, sizeof text, "%s %s%s%s", v->override->class_name,
             desk_word(t->desk, "改判（模型：", "override (model: "),
             model.shown ? model.shown : "", desk_word(t->desk, "）", ")"));
    return cell_shown(t, cell_text(t, v->override->class_name), TINT_NONE, text);
}

struct cell cell_colour(struct table *t, const struct risk_view *v)
{
    const struct colour_word *word = colour_word(v);

    return cell_shown(t, cell_text(t, word->name), word->tint,
                      desk_word(t->desk, word->zh, word->en));
}

struct cell cell_share(struct table *t, double share)
{
    char text[SHARE_TEXT_SIZE];

    return cell_shown(t, cell_real(share), TINT_NONE, share_text(share, text));
}

struct cell cell_share_within(struct table *t, double share, const cJSON *range)
{
    const cJSON *low = cJSON_GetArrayItem(range, 0), *high = cJSON_GetArrayItem(range, 1);
    char text[SHARE_TEXT_SIZE], from[SHARE_TEXT_SIZE], to[SHARE_TEXT_SIZE];
    char all[3 * SHARE_TEXT_SIZE];

    if (!isfinite(share) || !cJSON_IsNumber(low) || !cJSON_IsNumber(high))
        return cell_share(t, share);
    snprintf(all, sizeof all, "%s (%s–%s)", share_text(share, text),
             share_text(low->valuedouble, from), share_text(high->valuedouble, to));
    return cell_shown(t, cell_real(share), TINT_NONE, all);
}

struct cell cell_confidence(struct table *t, double confidence, const char *weakest)
{
    char text[64];
    struct cell cell = cell_real(confidence);

    if (cell.kind == CELL_NULL)
        return cell;
    snprintf(text, sizeof text, "%.2f %s", confidence, word_factor(t->desk, weakest));
    return cell_shown(t, cell, TINT_NONE, text);
}
