/* 3 description of a house, 4 method: sensors, what they sent, gaps. */
#include <math.h>
#include <stdio.h>

#include "report_words.h"
#include "shikumen/base/clock.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* --- 3 --- */

static const char *size_words(struct writer *w, const struct element *e)
{
    if (!isfinite(e->height_m) && !isfinite(e->length_m))
        return "–";
    return say(w, "%.2f × %.2f m", "%.2f × %.2f m", e->height_m, e->length_m);
}

static size_t sensors_on(const struct report *r, uint32_t element)
{
    size_t n = 0;

    for (size_t i = 0; i < r->sensor_list.count; i++)
        n += r->registry->sensors[r->sensors[i].sensor].element == element;
    return n;
}

void report_write_description(struct writer *w)
{
    const struct registry *g = w->r->registry;
    const struct doc_column columns[] = {{W(w, "构件", "Element"), false},
                                         {W(w, "编号", "Id"), false},
                                         {W(w, "类别", "Kind"), false},
                                         {W(w, "材料", "Material"), false},
                                         {W(w, "高 × 长", "Height × length"), false},
                                         {W(w, "传感器", "Sensors"), true}};

    say_heading(w, 1, "3 描述", "3 Description");
    document_table(w->doc, W(w, "登记的构件", "Elements as registered"), columns, COUNT(columns));
    for (size_t i = 0; i < g->element_count; i++) {
        const struct element *e = &g->elements[i];
        if (e->house != w->r->house)
            continue;
        document_row(w->doc, (struct doc_cell[]){
                                 {element_name(w, (uint32_t)i), DOC_PLAIN},
                                 {e->id, DOC_PLAIN},
                                 {element_kind_words(w, e->kind), DOC_PLAIN},
                                 {material_words(w, e->material), DOC_PLAIN},
                                 {size_words(w, e), DOC_PLAIN},
                                 {say(w, "%zu", "%zu", sensors_on(w->r, (uint32_t)i)), DOC_PLAIN}});
    }
    if (document_rows(w->doc) == 0)
        say_warning(w, "没有登记构件。", "No elements are registered.");
}

/* --- 4 --- */

static enum doc_tint coverage_tint(double coverage)
{
    return !isfinite(coverage) ? DOC_GREY
           : coverage < 0.5    ? DOC_ORANGE
           : coverage < 0.8    ? DOC_YELLOW
                               : DOC_PLAIN;
}

static const char *position_words(struct writer *w, const struct sensor *of)
{
    const double *p = of->position_m;

    return isfinite(p[0]) ? say(w, "%.1f, %.1f, %.1f", "%.1f, %.1f, %.1f", p[0], p[1], p[2]) : "–";
}

static const char *gap_words(struct writer *w, const struct report_sensor *s)
{
    if (s->gaps == 0)
        return "0";
    return say(w, "%lld；最长 %s（自 %s）", "%lld; longest %s (from %s)", (long long)s->gaps,
               span_words(w, s->longest_gap_us), time_cell(w, s->longest_from_us));
}

static void put_sensor(struct writer *w, const struct report_sensor *s)
{
    const struct sensor *of = &w->r->registry->sensors[s->sensor];
    const char *coverage = s->records_only ? W(w, "只发振动记录", "vibration records only")
                                           : percent_words(w, s->coverage);

    document_row(
        w->doc,
        (struct doc_cell[]){
            {of->id, DOC_PLAIN},
            {say(w, "%s%s%s", "%s%s%s", word_quantity(w->d, of->quantity), *of->axis ? " " : "",
                 of->axis),
             DOC_PLAIN},
            {element_name(w, of->element), DOC_PLAIN},
            {position_words(w, of), DOC_PLAIN},
            {span_words(w, of->period_us), DOC_PLAIN},
            {coverage, s->records_only ? DOC_PLAIN : coverage_tint(s->coverage)},
            {gap_words(w, s), DOC_PLAIN},
            {say(w, "%lld / %lld", "%lld / %lld", (long long)s->suspect, (long long)s->failed),
             DOC_PLAIN},
            {time_cell(w, s->last_us), s->last_us == INT64_MIN ? DOC_GREY : DOC_PLAIN}});
}

static void put_house_sensors(struct writer *w)
{
    const struct doc_column columns[] = {{W(w, "传感器", "Sensor"), false},
                                         {W(w, "测量", "Measures"), false},
                                         {W(w, "构件", "Element"), false},
                                         {W(w, "位置 m", "Position m"), false},
                                         {W(w, "周期", "Period"), false},
                                         {W(w, "完整率", "Coverage"), true},
                                         {W(w, "缺口", "Gaps"), false},
                                         {W(w, "可疑/不合格", "Suspect/failed"), true},
                                         {W(w, "最后读数", "Last reading"), false}};

    if (w->r->sensor_list.count == 0) {
        say_warning(w, "这栋房屋没有传感器：除登记内容外一概未知。",
                    "This house has no sensors: nothing is known of it but what is registered.");
        return;
    }
    document_table(w->doc, W(w, "传感器及期间的数据", "Sensors and their data in the span"),
                   columns, COUNT(columns));
    for (size_t i = 0; i < w->r->sensor_list.count; i++)
        put_sensor(w, &w->r->sensors[i]);
    say_text(
        w, "位置：自弄堂看沿立面自左端起、进深、距底层地面高度。缺口：超过五个周期没有读数。",
        "Position: along the front from its left end seen from the lane, into the house, height "
        "above the ground floor. Gap: no reading for more than five periods.");
}

static void put_missing_row(struct writer *w, const struct report_house *h)
{
    document_row(w->doc,
                 (struct doc_cell[]){{house_name(w, h->house), DOC_PLAIN},
                                     {say(w, "%zu", "%zu", h->sensors), DOC_PLAIN},
                                     {h->sensors == 0 ? W(w, "没有传感器", "no sensors")
                                                      : percent_words(w, h->coverage),
                                      coverage_tint(h->coverage)},
                                     {say(w, "%zu", "%zu", h->sensors_poor), DOC_PLAIN},
                                     {say(w, "%zu", "%zu", h->sensors_silent),
                                      h->sensors_silent > 0 ? DOC_YELLOW : DOC_PLAIN},
                                     {say(w, "%lld", "%lld", (long long)h->gaps), DOC_PLAIN}});
}

static bool lacks(const struct report_house *h)
{
    return h->sensors == 0 || h->sensors_poor > 0 || h->sensors_silent > 0 ||
           !(h->coverage >= 0.95);
}

static void put_district_data(struct writer *w)
{
    const struct doc_column columns[] = {{W(w, "房屋", "House"), false},
                                         {W(w, "传感器", "Sensors"), true},
                                         {W(w, "完整率", "Coverage"), true},
                                         {W(w, "低于 80 %", "Below 80 %"), true},
                                         {W(w, "期末静默", "Silent at the end"), true},
                                         {W(w, "缺口", "Gaps"), true}};
    size_t complete = 0;

    document_table(w->doc, W(w, "数据不全的房屋", "Houses whose data are incomplete"), columns,
                   COUNT(columns));
    for (size_t i = 0; i < w->r->house_count; i++)
        if (lacks(&w->r->houses[i]))
            put_missing_row(w, &w->r->houses[i]);
        else
            complete++;
    document_paragraph(w->doc,
                       say(w, "其余 %zu 栋房屋的数据完整率不低于 95 %%，期末没有静默的传感器。",
                           "The other %zu houses have a coverage of at least 95 %% and no "
                           "sensor silent at the end.",
                           complete));
}

void report_write_method(struct writer *w)
{
    say_heading(w, 1, "4 方法", "4 Method");
    say_text(
        w,
        "读数逐条经过 QARTOD "
        "质量检验，只有合格的参与判断。裂缝、倾斜、沉降、应变、频率和含水率先扣除"
        "随温度、湿度和水位来去的部分，余下的才是持久变化；不确定度含噪声、缓慢游移和天气模型的误差"
        "。"
        "预测只对每一条限值给出，并事后检验。状况等级：未达限值 60 % 为 0，60–80 % 为 1，80–100 % "
        "为 2，"
        "达到为 3；紧急等级按最早可能达到限值的时间；措施等级取两者之大。",
        "Every reading passes the QARTOD quality tests; only what passes is judged. Cracks, "
        "tilt, settlement, strain, frequency and timber moisture are first freed of what comes "
        "and goes with temperature, humidity and ground water; what remains is lasting change, "
        "and its uncertainty holds noise, slow wandering and the error of the weather model. "
        "Forecasts are made limit by limit and checked afterwards. Condition class: 0 below "
        "60 % of the limit, 1 to 80 %, 2 to 100 %, 3 beyond; urgency by the earliest time at "
        "which a limit may be reached; recommendation the larger of both.");
    if (w->r->house == REGISTRY_NONE)
        put_district_data(w);
    else
        put_house_sensors(w);
}
