/* 7 urgency, 8 recommended measures with their sign-offs, 9 all in one table. */
#include <math.h>
#include <string.h>

#include "report_words.h"

#define COUNT(a)      (sizeof(a) / sizeof((a)[0]))
#define URGENT_MOST   40
#define PROPOSED_MOST 24

/* --- 7 --- */

static const char *reach_words(struct writer *w, int grade)
{
    static const char *const words[][2] = {
        {"五年内看不到会达到限值", "no limit in sight for five years"},
        {"最早一至五年达到限值", "a limit may be reached in one to five years"},
        {"最早 30 天至一年达到限值", "a limit may be reached in 30 days to a year"},
        {"30 天内可能达到或已经超过", "within 30 days, or already exceeded"}};

    return grade < 0 || grade > 3 ? "–" : W(w, words[grade][0], words[grade][1]);
}

static void put_urgent_row(struct writer *w, const char *name, const cJSON *state)
{
    struct doc_cell grade = grade_cell(w, "uc", state);
    double n = number_of(state, "uc");

    document_row(w->doc, (struct doc_cell[]){{name, DOC_PLAIN},
                                             grade,
                                             {truth_of(state, "grey") || !isfinite(n)
                                                  ? W(w, "未知", "unknown")
                                                  : reach_words(w, (int)n),
                                              DOC_PLAIN}});
}

static size_t put_district_urgency(struct writer *w)
{
    size_t left_out = 0;

    for (size_t i = 0; i < w->r->house_count; i++) {
        const struct report_house *h = &w->r->houses[i];
        bool calm = h->line && !truth_of(h->line, "grey") && number_of(h->line, "uc") < 2;
        if (calm || document_rows(w->doc) >= URGENT_MOST)
            left_out++;
        else
            put_urgent_row(w, house_name(w, h->house), h->line);
    }
    return left_out;
}

static void put_house_urgency(struct writer *w)
{
    const struct registry *g = w->r->registry;

    for (size_t i = 0; i < g->element_count; i++)
        if (g->elements[i].house == w->r->house)
            put_urgent_row(w, element_name(w, (uint32_t)i),
                           report_element_state(w->r, (uint32_t)i));
}

void report_write_urgency(struct writer *w)
{
    bool district = w->r->house == REGISTRY_NONE;
    const struct doc_column columns[] = {
        {district ? W(w, "房屋", "House") : W(w, "构件", "Element"), false},
        {W(w, "紧急等级（程序建议）", "Urgency class (proposed)"), false},
        {W(w, "含义", "Meaning"), false}};
    size_t left_out;

    say_heading(w, 1, "7 紧急程度", "7 Urgency");
    document_table(w->doc, "", columns, COUNT(columns));
    if (!district) {
        put_house_urgency(w);
        return;
    }
    left_out = put_district_urgency(w);
    document_paragraph(w->doc, say(w, "未列出的 %zu 栋为长期或中期（UC0、UC1），见第 9 节总表。",
                                   "The %zu houses not listed are of UC0 or UC1 (long or "
                                   "intermediate term); see the table of section 9.",
                                   left_out));
}

/* --- 8 --- */

static const char *signed_words(struct writer *w, const struct proposal *p)
{
    if (p->state == PROPOSAL_DONE)
        return say(w, "%s %s 批准；%s %s 完成：%s", "approved by %s, %s; done by %s, %s: %s",
                   p->decided_by, day_cell(w, p->decided_us), p->done_by, day_cell(w, p->done_us),
                   p->done_note);
    if (p->state == PROPOSAL_APPROVED)
        return say(w, "%s %s 批准：%s", "approved by %s, %s: %s", p->decided_by,
                   day_cell(w, p->decided_us), p->decision);
    if (p->state == PROPOSAL_REJECTED)
        return say(w, "%s %s 否决：%s", "rejected by %s, %s: %s", p->decided_by,
                   day_cell(w, p->decided_us), p->decision);
    return W(w, "签字：＿＿＿＿＿＿", "signature: ______________");
}

static void put_proposal(struct writer *w, const struct proposal *p)
{
    char id[SIGNED_ID_SIZE];
    uint32_t house = *p->house ? registry_house(w->r->registry, p->house) : REGISTRY_NONE;
    uint32_t element = *p->element ? registry_element(w->r->registry, p->element) : REGISTRY_NONE;

    document_row(
        w->doc,
        (struct doc_cell[]){
            {signed_id(SIGNED_PROPOSAL, p->row, id), DOC_PLAIN},
            {w->r->house == REGISTRY_NONE
                 ? say(w, "%s · %s", "%s · %s", house_name(w, house), element_name(w, element))
                 : element_name(w, element),
             DOC_PLAIN},
            {proposal_kind_words(w, p->kind), DOC_PLAIN},
            {day_cell(w, p->made_us), DOC_PLAIN},
            {strcmp(p->made_by, ACTOR_SELF) == 0 ? W(w, "程序", "the program") : p->made_by,
             DOC_PLAIN},
            {proposal_state_words(w, p->state),
             p->state == PROPOSAL_PROPOSED ? DOC_YELLOW : DOC_PLAIN},
            {signed_words(w, p), DOC_PLAIN}});
}

static void put_proposals(struct writer *w)
{
    const struct doc_column columns[] = {
        {W(w, "编号", "Id"), false},       {W(w, "何处", "Where"), false},
        {W(w, "建议", "Proposal"), false}, {W(w, "提出", "Made"), false},
        {W(w, "提出者", "By"), false},     {W(w, "状态", "State"), false},
        {W(w, "签署", "Signed"), false}};
    size_t n = w->r->proposal_list.count;

    document_table(w->doc, W(w, "建议及其签署", "Proposals and their sign-offs"), columns,
                   COUNT(columns));
    for (size_t pass = 0; pass < 2; pass++) /* what awaits a person first, the latest first */
        for (size_t i = n; i > 0; i--)
            if ((w->r->proposals[i - 1].state == PROPOSAL_PROPOSED) == (pass == 0) &&
                document_rows(w->doc) < PROPOSED_MOST)
                put_proposal(w, &w->r->proposals[i - 1]);
    if (n > PROPOSED_MOST)
        document_paragraph(w->doc, say(w, "另有 %zu 项，见 JSON。", "%zu more are in the JSON.",
                                       n - PROPOSED_MOST));
}

void report_write_measures(struct writer *w)
{
    say_heading(w, 1, "8 建议的措施", "8 Recommended measures");
    say_text(w, "程序只提建议。没有具名人员批准，任何建议都不是指令。",
             "The program only proposes. Nothing becomes an instruction until a named person has "
             "approved it.");
    if (w->r->house != REGISTRY_NONE) {
        struct doc_cell grade = grade_cell(w, "rc", w->r->houses[0].line);
        document_keys(w->doc);
        document_key_tinted(w->doc, W(w, "措施等级（程序建议）", "Recommendation class (proposed)"),
                            grade.text, grade.tint);
    }
    if (w->r->proposal_list.count == 0)
        say_text(w, "期间没有提出建议，期末也没有未办结的建议。",
                 "No proposal was made in the span, and none was open at its end.");
    else
        put_proposals(w);
}

/* --- 9 --- */

static void put_overall_row(struct writer *w, const char *name, const char *subject,
                            const cJSON *state, size_t rank)
{
    struct doc_cell cells[9] = {{name, DOC_PLAIN}};
    size_t n = 0;

    if (rank > 0)
        cells[n++] = (struct doc_cell){say(w, "%zu", "%zu", rank), DOC_PLAIN};
    cells[n++] = (struct doc_cell){name, DOC_PLAIN};
    cells[n++] = colour_cell(w, state);
    cells[n++] = (struct doc_cell){class_words(w, state, subject), DOC_PLAIN};
    cells[n++] = grade_cell(w, "cc", state);
    cells[n++] = grade_cell(w, "uc", state);
    cells[n++] = grade_cell(w, "rc", state);
    cells[n++] = (struct doc_cell){percent_words(w, number_of(state, "p365")), DOC_PLAIN};
    cells[n++] = (struct doc_cell){
        state ? say(w, "%.2f", "%.2f", number_of(state, "confidence")) : "–", DOC_PLAIN};
    document_row(w->doc, cells);
}

void report_write_overall(struct writer *w)
{
    bool district = w->r->house == REGISTRY_NONE;
    const struct doc_column columns[] = {
        {W(w, "名次", "Rank"), true},
        {district ? W(w, "房屋", "House") : W(w, "构件", "Element"), false},
        {W(w, "颜色", "Colour"), false},
        {W(w, "风险等级", "Risk class"), false},
        {W(w, "状况", "Condition"), false},
        {W(w, "紧急", "Urgency"), false},
        {W(w, "措施", "Recommendation"), false},
        {W(w, "365 天", "365 days"), true},
        {W(w, "置信度", "Confidence"), true}};
    const struct registry *g = w->r->registry;

    say_heading(w, 1, "9 总表", "9 Overall table");
    document_table(w->doc,
                   W(w, "等级由程序建议；365 天：一年内超过某一限值的概率",
                     "Classes as proposed by the program; 365 days: chance of exceeding a limit "
                     "within a year"),
                   district ? columns : columns + 1,
                   district ? COUNT(columns) : COUNT(columns) - 1);
    for (size_t i = 0; i < w->r->house_count && district; i++)
        put_overall_row(w, house_name(w, w->r->houses[i].house),
                        g->houses[w->r->houses[i].house].id, w->r->houses[i].line, i + 1);
    for (size_t i = 0; i < g->element_count && !district; i++)
        if (g->elements[i].house == w->r->house)
            put_overall_row(w, element_name(w, (uint32_t)i), g->elements[i].id,
                            report_element_state(w->r, (uint32_t)i), 0);
    if (!district)
        put_overall_row(w, W(w, "整栋房屋", "The house as a whole"), g->houses[w->r->house].id,
                        w->r->houses[0].line, 0);
}
