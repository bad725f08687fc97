/* 5 condition of each element of a house: symptoms, measured movement, the class proposed. */
#include <math.h>
#include <string.h>

#include "report_words.h"
#include "shikumen/base/clock.h"
#include "shikumen/core/derived.h"

#define COUNT(a)    (sizeof(a) / sizeof((a)[0]))
#define CONFIDENT_Z 1.96 /* 95 % of a normal distribution */

/* --- who confirmed it --- */

static const struct act_record *latest_record(const struct report *r, const char *element)
{
    const struct act_record *found = NULL;

    for (size_t i = 0; i < r->record_list.count; i++)
        for (size_t j = 0; j < r->alert_list.count; j++)
            if (strcmp(r->records[i].episode_id, r->alerts[j].e.id) == 0 &&
                strcmp(r->alerts[j].e.element, element) == 0)
                found = &r->records[i];
    return found;
}

static const char *confirmed_words(struct writer *w, const char *subject)
{
    const struct class_override *o = report_override(w->r, subject);
    const struct act_record *x = latest_record(w->r, subject);

    if (o)
        return say(w, "%s 改判为 %s：%s", "%s set it to %s: %s", o->by, o->class_name, o->reason);
    if (x)
        return say(w, "%s %s 现场查看：%s", "%s on site, %s: %s", x->by, day_cell(w, x->day_us),
                   x->finding);
    return W(w, "未经人员确认", "not confirmed by a person");
}

/* --- symptoms --- */

static void put_symptoms(struct writer *w, const char *element)
{
    const cJSON *reason, *list = cJSON_GetObjectItemCaseSensitive(w->r->houses[0].line, "reasons");
    size_t n = 0;

    cJSON_ArrayForEach(reason, list)
    {
        if (strcmp(text_of(reason, "element"), element) != 0)
            continue;
        document_paragraph(w->doc, say(w, "• %s", "• %s", said_in(w->d, reason, "text")));
        n++;
    }
    if (n == 0)
        say_text(w, "没有值得一提的症状记录在案。", "No symptom worth mention is on record.");
}

/* --- measured --- */

static const char *change_words(struct writer *w, const struct report_sensor *s, enum quantity q)
{
    const struct slow_view *v = s->trace ? &s->trace->view : NULL;

    if (!v || !v->moved)
        return "–";
    return say(w, "%+.*f ± %.*f（自 %s）", "%+.*f ± %.*f (since %s)",
               quantity_info(q)->decimals + 1, v->movement.change, quantity_info(q)->decimals + 1,
               CONFIDENT_Z * v->movement.error, day_cell(w, v->from_us));
}

static const char *rate_words(struct writer *w, const struct report_sensor *s, enum quantity q)
{
    const struct slow_view *v = s->trace ? &s->trace->view : NULL;
    const struct movement_window *window = v && v->moved ? report_window(v) : NULL;
    int decimals = quantity_info(q)->decimals + 1;

    if (!window)
        return "–";
    return say(w, "%+.*f ± %.*f", "%+.*f ± %.*f", decimals, window->slope * 365.25, decimals,
               CONFIDENT_Z * window->error * 365.25);
}

static const char *doubt_words(struct writer *w, const struct report_sensor *s)
{
    static const char *const words[DOUBT_COUNT][2] = {
        [DOUBT_NOTHING_VALID] = {"没有合格读数", "nothing valid"},
        [DOUBT_UNIT] = {"疑似单位改变", "unit seems changed"},
        [DOUBT_SWAPPED] = {"疑似换了传感器", "sensor seems swapped"},
        [DOUBT_NODE] = {"整个节点一起跳变", "the whole node jumped"},
        [DOUBT_NOISE] = {"噪声变大", "much noisier"},
        [DOUBT_GAIN] = {"对温度的反应变了", "answers otherwise to temperature"},
        [DOUBT_STUCK] = {"数值不动", "stuck"},
        [DOUBT_TWINS] = {"与同类不一致", "leaves its like"},
        [DOUBT_BACKWARDS] = {"裂缝“闭合”，疑为传感器徐变", "a crack that closes: the gauge creeps"},
        [DOUBT_THERMOMETER] = {"其温度计无合格读数", "its thermometer sends nothing valid"},
        [DOUBT_BEYOND] = {"突然超出量程", "left its range at once"},
        [DOUBT_RETURNED] = {"突变后又退回", "jumped and came back"}};
    const struct slow_view *v = s->trace ? &s->trace->view : NULL;

    if (!v || v->doubt == DOUBT_NONE || v->doubt >= DOUBT_COUNT)
        return "";
    return say(w, "；存疑：%s", "; in doubt: %s", W(w, words[v->doubt][0], words[v->doubt][1]));
}

static void put_measured(struct writer *w, const struct report_sensor *s)
{
    const struct sensor *of = &w->r->registry->sensors[s->sensor];
    const char *unit = unit_words(of->canonical_unit);
    enum quantity q = of->quantity;
    bool nothing = s->passed == 0;

    document_row(w->doc,
                 (struct doc_cell[]){
                     {say(w, "%s · %s%s%s%s%s", "%s · %s%s%s%s%s", of->id, word_quantity(w->d, q),
                          *of->axis ? " " : "", of->axis, *unit ? ", " : "", unit),
                      DOC_PLAIN},
                     {value_words(w, s->begin, q, 0), DOC_PLAIN},
                     {value_words(w, s->end, q, 0), DOC_PLAIN},
                     {nothing ? W(w, "期间没有合格读数", "no valid reading in the span")
                              : say(w, "%s … %s", "%s … %s", value_words(w, s->least, q, 0),
                                    value_words(w, s->most, q, 0)),
                      nothing ? DOC_GREY : DOC_PLAIN},
                     {say(w, "%s%s", "%s%s", change_words(w, s, q), doubt_words(w, s)),
                      *doubt_words(w, s) ? DOC_GREY : DOC_PLAIN},
                     {rate_words(w, s, q), DOC_PLAIN}});
}

static void put_measurements(struct writer *w, uint32_t element)
{
    const struct doc_column columns[] = {
        {W(w, "传感器与量", "Sensor and quantity"), false},
        {W(w, "期初", "At the start"), true},
        {W(w, "期末", "At the end"), true},
        {W(w, "最小 … 最大", "Least … most"), true},
        {W(w, "持久变化，扣除天气，95 %", "Lasting change, weather taken off, 95 %"), true},
        {W(w, "每年，95 %", "A year, 95 %"), true}};
    bool begun = false;

    for (size_t i = 0; i < w->r->sensor_list.count; i++) {
        const struct report_sensor *s = &w->r->sensors[i];
        if (w->r->registry->sensors[s->sensor].element != element || s->instrument)
            continue;
        if (!begun)
            document_table(w->doc, W(w, "测得的结果", "Measured"), columns, COUNT(columns));
        begun = true;
        put_measured(w, s);
    }
    if (!begun)
        say_warning(w, "这个构件没有传感器，状况未知。",
                    "No sensor watches this element; its condition is unknown.");
}

static void put_figures(struct writer *w, uint32_t element)
{
    for (size_t i = 0; i < w->r->sensor_list.count; i++) {
        const struct report_sensor *s = &w->r->sensors[i];
        if (w->r->registry->sensors[s->sensor].element == element && figure_wanted(w, s))
            figure_of_sensor(w, s);
    }
}

static void put_state(struct writer *w, const cJSON *state, const char *subject)
{
    struct doc_cell grade = grade_cell(w, "cc", state), colour = colour_cell(w, state);

    document_keys(w->doc);
    document_key_tinted(w->doc, W(w, "状况等级（程序建议）", "Condition class (proposed)"),
                        grade.text, grade.tint);
    document_key_tinted(
        w->doc, W(w, "风险", "Risk"),
        say(w, "%s · 等级 %s", "%s · class %s", colour.text, class_words(w, state, subject)),
        colour.tint);
    say_key(w, "确认", "Confirmed", confirmed_words(w, subject));
}

static void put_element(struct writer *w, uint32_t index)
{
    const struct element *e = &w->r->registry->elements[index];
    const char *name = element_name(w, index);

    document_heading(w->doc, 2, say(w, "%s（%s）", "%s (%s)", name, e->id));
    put_state(w, report_element_state(w->r, index), e->id);
    put_symptoms(w, e->id);
    put_measurements(w, index);
    put_figures(w, index);
}

/* Of the whole house: what is of no element (climate, water). */
static void put_surroundings(struct writer *w)
{
    bool any = false;

    for (size_t i = 0; i < w->r->sensor_list.count; i++)
        any = any || (w->r->registry->sensors[w->r->sensors[i].sensor].element == REGISTRY_NONE &&
                      !w->r->sensors[i].instrument);
    if (!any)
        return;
    say_heading(w, 2, "气候与周围环境", "Climate and surroundings");
    put_measurements(w, REGISTRY_NONE);
}

void report_write_condition(struct writer *w)
{
    const struct registry *g = w->r->registry;

    say_heading(w, 1, "5 各构件的状况", "5 Condition of each element");
    if (!w->r->houses[0].line)
        say_warning(w, "截至期末这栋房屋从未被评估：状况未知（灰），不等于良好。",
                    "Up to the end of the span this house was never assessed: its condition is "
                    "unknown (grey), which is not the same as good.");
    for (size_t i = 0; i < g->element_count; i++)
        if (g->elements[i].house == w->r->house)
            put_element(w, (uint32_t)i);
    put_surroundings(w);
}
