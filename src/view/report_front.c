/* What a reader wants first; then 1 identification and 2 scope. */
#include <math.h>
#include <string.h>

#include "report_words.h"
#include "shikumen/base/clock.h"

/* --- in short --- */

struct tally {
    size_t grey, by_level[LEVEL_RED + 1], silent, poor, sensors;
    int open[LEVEL_RED + 1], raised[LEVEL_RED + 1], instrument_open;
    size_t signoffs;
    double cost, due, there;
};

static int colour_level(const cJSON *line)
{
    static const char *const names[] = {"green", "blue", "yellow", "orange", "red"};
    struct risk_view v = risk_view(line);

    for (int i = 0; i <= LEVEL_RED && !v.grey; i++)
        if (strcmp(names[i], v.colour) == 0)
            return i;
    return -1;
}

static struct tally tally_of(const struct report *r)
{
    struct tally t = {0};

    for (size_t i = 0; i < r->house_count; i++) {
        const struct report_house *h = &r->houses[i];
        int level = colour_level(h->line);
        if (level < 0)
            t.grey++;
        else
            t.by_level[level]++;
        for (int j = LEVEL_BLUE; j <= LEVEL_RED; j++) {
            t.open[j] += h->open[j];
            t.raised[j] += h->raised[j];
        }
        t.instrument_open += h->instrument_open;
        t.silent += h->sensors_silent;
        t.poor += h->sensors_poor;
        t.sensors += h->sensors;
        t.cost += h->cost_cny;
        t.due += h->due;
        t.there += h->there;
    }
    for (size_t i = 0; i < r->proposal_list.count; i++)
        t.signoffs += r->proposals[i].state == PROPOSAL_PROPOSED;
    return t;
}

static const char *levels_words(struct writer *w, const int n[LEVEL_RED + 1])
{
    return say(w, "红 %d，橙 %d，黄 %d，蓝 %d", "%d red, %d orange, %d yellow, %d blue",
               n[LEVEL_RED], n[LEVEL_ORANGE], n[LEVEL_YELLOW], n[LEVEL_BLUE]);
}

static void put_house_keys(struct writer *w, const struct report_house *h)
{
    const cJSON *line = h->line;
    const char *id = w->r->registry->houses[h->house].id;
    struct doc_cell colour = colour_cell(w, line);
    static const char *const scales[][3] = {
        {"cc", "状况等级（程序建议）", "Condition class (proposed)"},
        {"uc", "紧急等级（程序建议）", "Urgency class (proposed)"},
        {"rc", "措施等级（程序建议）", "Recommendation class (proposed)"}};

    document_key_tinted(
        w->doc, W(w, "总体", "Overall"),
        say(w, "%s · 风险等级 %s", "%s · risk class %s", colour.text, class_words(w, line, id)),
        colour.tint);
    for (size_t i = 0; i < 3; i++) {
        struct doc_cell grade = grade_cell(w, scales[i][0], line);
        document_key_tinted(w->doc, W(w, scales[i][1], scales[i][2]), grade.text, grade.tint);
    }
    say_key(w, "一年内超过某一限值的概率", "Chance of exceeding a limit within a year",
            chance_words(w, line, "p365"));
    say_key(w, "置信度", "Confidence", confidence_words(w, line));
}

static void put_district_keys(struct writer *w, const struct tally *t)
{
    say_key(w, "房屋", "Houses",
            say(w, "%zu 栋：红 %zu，橙 %zu，黄 %zu，蓝 %zu，绿 %zu，数据不足（灰）%zu",
                "%zu: %zu red, %zu orange, %zu yellow, %zu blue, %zu green, %zu grey (not enough "
                "data)",
                w->r->house_count, t->by_level[4], t->by_level[3], t->by_level[2], t->by_level[1],
                t->by_level[0], t->grey));
    if (w->r->house_count > 0 && w->r->houses[0].line)
        say_key(w, "居首位", "First in rank",
                say(w, "%s（%s，风险等级 %s）", "%s (%s, risk class %s)",
                    house_name(w, w->r->houses[0].house), colour_cell(w, w->r->houses[0].line).text,
                    class_words(w, w->r->houses[0].line,
                                w->r->registry->houses[w->r->houses[0].house].id)));
}

static void put_common_keys(struct writer *w, const struct tally *t)
{
    const struct report *r = w->r;

    say_key(w, "结构警报", "Structure alerts",
            say(w, "期间告知：%s；期末未结束：%s", "told in the span: %s; open at its end: %s",
                levels_words(w, t->raised), levels_words(w, t->open)));
    say_key(w, "橙色、红色警报的答复", "Orange and red alerts answered",
            r->due_acks == 0
                ? W(w, "期末前 28 天内没有需要答复的", "none were due in the last 28 days")
                : say(w, "期末前 28 天内应答复 %lld 个，按时 %lld 个",
                      "of %lld due in the last 28 days, %lld in time", (long long)r->due_acks,
                      (long long)r->acks_in_time));
    say_key(w, "待签署的建议", "Proposals that await sign-off",
            say(w, "%zu 项", "%zu", t->signoffs));
    say_key(w, "数据", "Data",
            t->due > 0
                ? say(w, "完整率 %s；传感器 %zu 个，其中完整率低于 80%% 的 %zu 个，期末静默 %zu 个",
                      "coverage %s; %zu sensors, %zu of them below 80 %%, %zu silent at the end",
                      percent_words(w, t->there / t->due), t->sensors, t->poor, t->silent)
                : W(w, "期间没有应到的读数", "no readings were due in the span"));
    say_key(w, "检查与维修费用", "Cost of inspections and repairs",
            r->record_list.count == 0 ? W(w, "期间没有记录", "none recorded in the span")
                                      : money_words(w, t->cost));
}

static void put_waiting(struct writer *w)
{
    const struct report *r = w->r;

    for (size_t i = 0; i < r->house_count; i++)
        if (risk_waits(r->houses[i].line))
            document_note(w->doc, say(w, "%s：%s", "%s: %s", house_name(w, r->houses[i].house),
                                      word_waits(w->d)));
}

static void put_cautions(struct writer *w, const struct tally *t)
{
    bool provisional = false;

    for (size_t i = 0; i < w->r->house_count; i++)
        provisional = provisional || truth_of(w->r->houses[i].line, "provisional");
    if (t->due > 0 && !(t->there > 0))
        say_warning(w, "期间没有收到任何合格读数：下列内容只反映更早的情况，状况未知，不等于良好。",
                    "No valid reading came in this span: what follows reflects earlier times only. "
                    "The condition is unknown, which is not the same as good.");
    put_waiting(w);
    if (provisional)
        say_warning(
            w,
            "部分起决定作用的限值是暂定的（标记 J：工程判断；M：出处待核对），以之为据的等级"
            "在核对之前不能作为鉴定结论。",
            "Some governing limits are provisional (mark J: engineering judgement; M: "
            "source still to be verified); classes that rest on them are no appraisal until "
            "they are verified.");
    for (size_t i = 0; i < w->r->house_count; i++)
        if (truth_of(w->r->houses[i].line, "commission_appraisal"))
            document_note(w->doc,
                          say(w, "%s：有涉及稳定的限值达到警报级，应委托房屋安全鉴定（JGJ 125）。",
                              "%s: a limit that concerns stability is at alarm level; an appraisal "
                              "to JGJ 125 should be commissioned.",
                              house_name(w, w->r->houses[i].house)));
}

static void write_summary(struct writer *w)
{
    struct tally t = tally_of(w->r);

    say_heading(w, 1, "摘要", "Summary");
    document_keys(w->doc);
    if (w->r->house == REGISTRY_NONE)
        put_district_keys(w, &t);
    else
        put_house_keys(w, &w->r->houses[0]);
    put_common_keys(w, &t);
    put_cautions(w, &t);
    if (w->r->house != REGISTRY_NONE && w->r->houses[0].line) {
        say_heading(w, 2, "主要理由", "Main reasons");
        report_write_reasons(w, w->r->houses[0].line, 5);
    }
}

void report_write_reasons(struct writer *w, const cJSON *state, int most)
{
    const cJSON *reason, *list = cJSON_GetObjectItemCaseSensitive(state, "reasons");
    int n = 0;

    cJSON_ArrayForEach(reason, list)
    {
        if (n++ < most)
            document_paragraph(w->doc, say(w, "• %s", "• %s", said_in(w->d, reason, "text")));
    }
    if (n == 0)
        say_text(w, "没有记录到理由。", "No reasons are on record.");
}

/* --- 1 --- */

static const char *adjoining_words(struct writer *w, const struct house *h)
{
    const char *names = "";

    for (size_t i = 0; i < h->adjoining_count; i++)
        names = say(w, "%s%s%s", "%s%s%s", names, i > 0 ? W(w, "、", ", ") : "",
                    house_name(w, h->adjoining[i]));
    return names;
}

static void put_house_identity(struct writer *w)
{
    const struct house *h = &w->r->registry->houses[w->r->house];

    say_key(w, "名称", "Name", say(w, "%s（%s）", "%s (%s)", house_name(w, w->r->house), h->id));
    say_key(w, "里弄、行、门牌", "Lane, row, number",
            say(w, "%s · %s · %d", "%s · %s · %d", *h->lane ? h->lane : "–", *h->row ? h->row : "–",
                h->number));
    say_key(
        w, "建造年份、层数", "Built, storeys",
        say(w, "%s · %s", "%s · %s",
            h->built_year ? say(w, "%d", "%d", h->built_year) : W(w, "未登记", "not registered"),
            h->storeys ? say(w, "%d 层", "%d", h->storeys) : W(w, "未登记", "not registered")));
    say_key(w, "保护级别", "Protection", protection_words(w, h->protection));
    say_key(
        w, "坐标（WGS 84）", "Position (WGS 84)",
        isfinite(h->latitude_deg) && isfinite(h->longitude_deg)
            ? say(w, "北纬 %.5f，东经 %.5f", "%.5f N, %.5f E", h->latitude_deg, h->longitude_deg)
            : W(w, "未登记", "not registered"));
    say_key(w, "毗邻房屋", "Adjoining houses", adjoining_words(w, h));
}

static void write_identification(struct writer *w)
{
    const struct registry *g = w->r->registry;

    say_heading(w, 1, "1 标识", "1 Identification");
    document_keys(w->doc);
    if (w->r->house != REGISTRY_NONE)
        put_house_identity(w);
    say_key(w, "街区", "District",
            say(w, "%s（%s）", "%s (%s)", desk_name(w->d, g->district_name), g->district_id));
    say_key(w, "报告期间", "Span", report_span_words(w));
    say_key(w, "截至", "As of",
            say(w, "%s（%s）；其后发生的一概不在内", "%s (%s); nothing later is in it",
                time_cell(w, w->r->to_us), w->d->zone->name));
    say_key(w, "编制", "Made by",
            say(w, "程序 shikumend %s，无人署名",
                "the program shikumend %s; no person has signed it", SHIKUMEN_VERSION));
    say_key(w, "内容的 SHA-256", "SHA-256 of the content", w->r->sha256);
    say_key(w, "审计链（截至期末）", "Audit chain (as of the end)", w->r->audit_head);
    say_key(
        w, "审阅、确认", "Reviewed, confirmed by",
        W(w, "姓名：＿＿＿＿＿＿＿＿　日期：＿＿＿＿＿＿＿＿　签字：＿＿＿＿＿＿＿＿",
          "Name: ____________________   Date: ______________   Signature: ____________________"));
}

/* --- 2 --- */

/* Elements that no sensor watches. */
static const char *unwatched_words(struct writer *w)
{
    const struct registry *g = w->r->registry;
    const char *names = "";

    for (size_t i = 0; i < g->element_count; i++) {
        bool watched = g->elements[i].house != w->r->house;
        for (size_t j = 0; j < g->sensor_count && !watched; j++)
            watched = g->sensors[j].element == i;
        if (!watched)
            names = say(w, "%s%s%s", "%s%s%s", names, *names ? W(w, "、", ", ") : "",
                        element_name(w, (uint32_t)i));
    }
    return names;
}

static void write_scope(struct writer *w)
{
    say_heading(w, 1, "2 目的、范围与未检查的内容", "2 Purpose, scope and what was not examined");
    say_text(
        w,
        "本报告把固定传感器连续测得的结果按 EN 16096（可移动与不可移动文化遗产的状况调查与报告）"
        "的思路整理，供日常管理、维修排序和委托专项查勘时参考。它补充而不代替目视查勘；状况、紧急和"
        "措施"
        "等级由程序按限值算出，只是建议，须由查勘人员确认。",
        "This report puts what fixed sensors measured without pause in the order of EN 16096 "
        "(condition survey of cultural heritage), for daily care, for ranking repairs and for "
        "commissioning closer surveys. It adds to an inspection by eye and does not replace "
        "one; classes of condition, urgency and recommendation are computed from limits, are "
        "proposals, and have to be confirmed by a surveyor.");
    say_text(
        w,
        "未检查：没有传感器的部位；隐蔽部位；材料强度与截面；设备、消防、卫生；住户的使用方式；"
        "建筑的历史与艺术价值。没有照片。",
        "Not examined: parts without sensors; concealed parts; strength of materials and "
        "sections; services, fire safety, hygiene; how the house is used; its historical and "
        "artistic value. There are no photographs.");
    if (w->r->house != REGISTRY_NONE && *unwatched_words(w))
        document_note(w->doc, say(w, "登记在册但没有传感器的构件：%s。它们的状况未知。",
                                  "Registered elements without any sensor: %s. Their condition is "
                                  "unknown.",
                                  unwatched_words(w)));
}

void report_write_front(struct writer *w)
{
    write_summary(w);
    write_identification(w);
    write_scope(w);
}
