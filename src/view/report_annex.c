/* 10 annexes: alerts and how they were answered, silences, epochs, inspections and repairs, limits
 * used, what vouches for all of it. */
#include <math.h>
#include <string.h>

#include "report_words.h"
#include "shikumen/base/clock.h"

#define COUNT(a)    (sizeof(a) / sizeof((a)[0]))
#define ALERTS_MOST 80

/* --- alerts --- */

static const char *answer_words(struct writer *w, const struct report_alert *a)
{
    if (a->answered_us != 0)
        return say(w, "%s，%s 后：%s", "%s, after %s: %s", a->answered_by,
                   span_words(w, a->answered_us - a->raised_us), a->note);
    if (a->peak < LEVEL_ORANGE)
        return W(w, "不要求", "not required");
    return W(w, "无人答复", "nobody answered");
}

static const char *end_words(struct writer *w, const struct report_alert *a)
{
    if (a->open && a->spoken_for)
        return W(w, "期末未结束；由更重的警报代表", "open at the end; a worse alert speaks for it");
    if (a->open)
        return W(w, "期末未结束", "open at the end");
    return say(w, "%s（%s）", "%s (%s)", time_cell(w, a->ended_us),
               span_words(w, a->ended_us - a->raised_us));
}

static void put_alert(struct writer *w, const struct report_alert *a)
{
    bool waits = a->answered_us == 0 && a->peak >= LEVEL_ORANGE && a->open;

    document_row(w->doc,
                 (struct doc_cell[]){
                     {time_cell(w, a->raised_us), DOC_PLAIN},
                     {level_words(w, a->peak), level_tint(a->peak)},
                     {say(w, "%s · %s", "%s · %s", word_category(w->d, a->e.category),
                          word_kind(w->d, a->e.kind)),
                      DOC_PLAIN},
                     {*desk_name(w->d, a->summary) ? desk_name(w->d, a->summary) : "–", DOC_PLAIN},
                     {answer_words(w, a), waits ? DOC_ORANGE : DOC_PLAIN},
                     {end_words(w, a), DOC_PLAIN}});
}

static void put_alerts(struct writer *w)
{
    const struct doc_column columns[] = {
        {W(w, "触发", "Raised"), false},
        {W(w, "最高级", "Worst"), false},
        {W(w, "类别", "Category"), false},
        {W(w, "内容", "What"), false},
        {W(w, "答复：谁、多久、说明", "Answered: who, when, note"), false},
        {W(w, "结束", "Ended"), false}};
    size_t n = w->r->alert_list.count;

    say_heading(w, 2, "10.1 期间的警报及答复",
                "10.1 Alerts of the span and how they were answered");
    if (n == 0) {
        say_text(w, "期间没有警报。", "There were no alerts in the span.");
        return;
    }
    document_table(w->doc, "", columns, COUNT(columns));
    for (size_t i = 0; i < n && i < ALERTS_MOST; i++)
        put_alert(w, &w->r->alerts[i]);
    if (n > ALERTS_MOST)
        document_paragraph(
            w->doc, say(w, "另有 %zu 个（仪器类或较轻），全部在本报告的 JSON 中。",
                        "%zu more (of instruments, or milder) are in the JSON of this report.",
                        n - ALERTS_MOST));
}

static void put_load(struct writer *w)
{
    const struct report *r = w->r;
    double weeks = (double)(r->to_us - r->from_us) / (7.0 * (double)US_PER_DAY);
    double budget = r->d->settings ? r->d->settings->alerts.budget_per_house_week
                                   : ALERTS_BUDGET_PER_HOUSE_WEEK;

    say_heading(w, 2, "10.2 警报负荷", "10.2 Alarm load");
    if (r->house_count == 0)
        return;
    document_paragraph(
        w->doc,
        say(w,
            "期间告知 %lld 次警报，平均每栋每周 %.3f 次（预算 %.2f）；最忙的一周 %lld 次。期末前 "
            "28 "
            "天内应由人员答复的橙、红警报 %lld 个，按时答复 %lld 个。",
            "People were told of %lld alerts, %.3f a house and week (budget %.2f); %lld in the "
            "busiest week. Of the last 28 days %lld orange and red alerts were due to be answered, "
            "%lld were answered in time.",
            (long long)r->load.counted, (double)r->load.counted / ((double)r->house_count * weeks),
            budget, (long long)r->load.busiest_week, (long long)r->due_acks,
            (long long)r->acks_in_time));
}

/* --- silences, epochs, records --- */

static void put_silences(struct writer *w)
{
    const struct doc_column columns[] = {
        {W(w, "编号", "Id"), false},    {W(w, "范围", "Scope"), false},
        {W(w, "类型", "Kind"), false},  {W(w, "自", "From"), false},
        {W(w, "至", "Until"), false},   {W(w, "由谁", "By"), false},
        {W(w, "理由", "Reason"), false}};
    char id[SIGNED_ID_SIZE];

    say_heading(w, 2, "10.3 静默（不发送警报的时段）",
                "10.3 Silences (times without notifications)");
    if (w->r->silence_list.count == 0) {
        say_text(w, "期间没有静默。", "There were none in the span.");
        return;
    }
    document_table(w->doc, "", columns, COUNT(columns));
    for (size_t i = 0; i < w->r->silence_list.count; i++) {
        const struct silencing *s = &w->r->silences[i];
        int64_t end_us = s->ended_us != 0 && s->ended_us < s->until_us ? s->ended_us : s->until_us;
        document_row(w->doc, (struct doc_cell[]){{signed_id(SIGNED_SILENCE, s->row, id), DOC_PLAIN},
                                                 {s->scope, DOC_PLAIN},
                                                 {s->kind == KIND_COUNT ? W(w, "全部", "all")
                                                                        : word_kind(w->d, s->kind),
                                                  DOC_PLAIN},
                                                 {time_cell(w, s->from_us), DOC_PLAIN},
                                                 {time_cell(w, end_us), DOC_PLAIN},
                                                 {s->by, DOC_PLAIN},
                                                 {s->reason, DOC_PLAIN}});
    }
}

static void put_epochs(struct writer *w)
{
    const struct doc_column columns[] = {{W(w, "时间", "Time"), false},
                                         {W(w, "至", "Until"), false},
                                         {W(w, "范围", "Scope"), false},
                                         {W(w, "事由", "Kind"), false},
                                         {W(w, "说明", "Note"), false}};

    say_heading(w, 2, "10.4 时段与基准", "10.4 Epochs");
    if (w->r->epoch_list.count == 0) {
        say_text(
            w, "期间没有维修、归零、换传感器、开挖、装修或空置的登记。",
            "No repair, re-zeroing, swap, excavation, renovation or vacancy is registered in the "
            "span.");
        return;
    }
    document_table(w->doc, "", columns, COUNT(columns));
    for (size_t i = 0; i < w->r->epoch_list.count; i++) {
        const struct epoch *x = w->r->epochs[i];
        document_row(w->doc, (struct doc_cell[]){{time_cell(w, x->t_us), DOC_PLAIN},
                                                 {time_cell(w, x->until_us), DOC_PLAIN},
                                                 {x->scope, DOC_PLAIN},
                                                 {word_epoch_kind(w->d, x->kind), DOC_PLAIN},
                                                 {x->note, DOC_PLAIN}});
    }
}

static void put_record(struct writer *w, const struct act_record *x)
{
    char id[SIGNED_ID_SIZE];
    uint32_t house = *x->house ? registry_house(w->r->registry, x->house) : REGISTRY_NONE;

    document_row(
        w->doc, (struct doc_cell[]){
                    {signed_id(SIGNED_RECORD, x->row, id), DOC_PLAIN},
                    {day_cell(w, x->day_us), DOC_PLAIN},
                    {house_name(w, house), DOC_PLAIN},
                    {x->kind == RECORD_REPAIR ? W(w, "维修", "repair") : W(w, "检查", "inspection"),
                     DOC_PLAIN},
                    {x->cost_fen == STATE_UNKNOWN_US ? W(w, "未记", "not told")
                                                     : money_words(w, (double)x->cost_fen / 100),
                     DOC_PLAIN},
                    {x->finding, DOC_PLAIN},
                    {x->by, DOC_PLAIN}});
}

static void put_records(struct writer *w)
{
    const struct doc_column columns[] = {
        {W(w, "编号", "Id"), false},    {W(w, "日期", "Date"), false},
        {W(w, "房屋", "House"), false}, {W(w, "类别", "Kind"), false},
        {W(w, "费用", "Cost"), true},   {W(w, "所见", "Finding"), false},
        {W(w, "由谁", "By"), false}};
    double cost = 0;

    say_heading(w, 2, "10.5 检查、维修与费用", "10.5 Inspections, repairs and their costs");
    if (w->r->record_list.count == 0) {
        say_text(w, "期间没有检查或维修的记录。", "None are on record for the span.");
        return;
    }
    document_table(w->doc, "", columns, COUNT(columns));
    for (size_t i = 0; i < w->r->record_list.count; i++) {
        const struct act_record *x = &w->r->records[i];
        put_record(w, x);
        cost += x->cost_fen == STATE_UNKNOWN_US ? 0 : (double)x->cost_fen / 100;
    }
    document_paragraph(w->doc,
                       say(w, "有费用记录的合计 %s。", "Those with a cost on record come to %s.",
                           money_words(w, cost)));
}

/* --- overrides --- */

static void put_overrides(struct writer *w)
{
    const struct doc_column columns[] = {
        {W(w, "编号", "Id"), false},    {W(w, "对象", "Subject"), false},
        {W(w, "等级", "Class"), false}, {W(w, "自", "From"), false},
        {W(w, "至", "Until"), false},   {W(w, "由谁", "By"), false},
        {W(w, "理由", "Reason"), false}};
    char id[SIGNED_ID_SIZE];

    say_heading(w, 2, "10.6 人员改判的等级", "10.6 Classes set by persons");
    if (w->r->override_list.count == 0) {
        say_text(w, "期间没有人改判等级。", "Nobody set a class in the span.");
        return;
    }
    document_table(w->doc, "", columns, COUNT(columns));
    for (size_t i = 0; i < w->r->override_list.count; i++) {
        const struct class_override *o = &w->r->overrides[i];
        document_row(w->doc,
                     (struct doc_cell[]){{signed_id(SIGNED_OVERRIDE, o->row, id), DOC_PLAIN},
                                         {o->subject, DOC_PLAIN},
                                         {o->class_name, DOC_PLAIN},
                                         {day_cell(w, o->from_us), DOC_PLAIN},
                                         {day_cell(w, o->until_us), DOC_PLAIN},
                                         {o->by, DOC_PLAIN},
                                         {o->reason, DOC_PLAIN}});
    }
}

/* --- limits --- */

static const char *of_words(struct writer *w, enum limit_of of)
{
    static const char *const words[LIMIT_OF_COUNT][2] = {
        [LIMIT_VALUE] = {"数值", "value"},
        [LIMIT_CHANGE] = {"累计变化", "change"},
        [LIMIT_RATE] = {"速率", "rate"},
        [LIMIT_PERCENT_CHANGE] = {"累计下降", "loss"},
        [LIMIT_DIFFERENTIAL] = {"差值", "difference"},
        [LIMIT_EVENT] = {"单次振动", "event"}};

    return of < LIMIT_OF_COUNT ? W(w, words[of][0], words[of][1]) : "–";
}

static const char *mark_words(struct writer *w, char mark)
{
    switch (mark) {
    case 'V':
        return W(w, "V 已核对", "V verified");
    case 'S':
        return W(w, "S 二手出处", "S secondary source");
    case 'C':
        return W(w, "C 推算", "C computed");
    case 'J':
        return W(w, "J 工程判断，暂定", "J judgement, provisional");
    default:
        return W(w, "M 出处待核对，暂定", "M to be verified, provisional");
    }
}

static void put_limit(struct writer *w, const struct limit_set *set, const struct limit *l)
{
    bool provisional = l->mark == 'J' || l->mark == 'M';

    document_row(
        w->doc,
        (struct doc_cell[]){
            {word_quantity(w->d, set->quantity), DOC_PLAIN},
            {level_words(w, l->level), level_tint(l->level)},
            {say(w, "%s %.6g %s%s", "%s %.6g %s%s", of_words(w, l->of), l->shown_value,
                 l->curve ? W(w, "倍曲线", "times the curve") : unit_words(l->unit),
                 l->window_us > 0 ? say(w, "／%s", " in %s", span_words(w, l->window_us)) : ""),
             DOC_PLAIN},
            {say(w, "%s%s%s%s%s", "%s%s%s%s%s", l->source, *l->clause ? " · " : "", l->clause,
                 *l->edition ? " · " : "", l->edition),
             DOC_PLAIN},
            {mark_words(w, l->mark), provisional ? DOC_YELLOW : DOC_PLAIN}});
}

static void put_limits(struct writer *w)
{
    const struct doc_column columns[] = {{W(w, "量", "Quantity"), false},
                                         {W(w, "级别", "Level"), false},
                                         {W(w, "限值", "Limit"), false},
                                         {W(w, "出处与条款", "Source and clause"), false},
                                         {W(w, "标记", "Mark"), false}};
    const struct limit_set *set;
    size_t from = 0;

    say_heading(w, 2, "10.7 采用的限值", "10.7 Limits used");
    document_table(w->doc,
                   W(w, "当前登记的限值；推导量（霉菌、腐朽）的限值见预测表的出处",
                     "Limits as registered now; those of derived quantities (mould, decay) "
                     "are named with the forecasts"),
                   columns, COUNT(columns));
    while ((set = report_next_limits(w->r, &from)))
        for (size_t i = 0; i < set->count; i++)
            put_limit(w, set, &set->limits[i]);
    if (document_rows(w->doc) == 0)
        say_text(w, "没有传感器有限值。", "No sensor has limits.");
}

/* --- what vouches for it --- */

static void put_vouchers(struct writer *w)
{
    say_heading(w, 2, "10.8 凭证", "10.8 What vouches for this report");
    say_text(
        w,
        "本报告的各种格式（HTML、PDF、CSV、GeoJSON）都由同一份 JSON 内容生成；其 SHA-256 是 JSON "
        "格式中成员 content 的字节的散列。同一个库、同一时段重做，散列相同。审计链头可用 "
        "shikumenctl "
        "verify --known-head 核对。",
        "All forms of this report (HTML, PDF, CSV, GeoJSON) are made of one JSON content; the "
        "SHA-256 is that of the bytes of its member content. Made again of the same store and "
        "span it is the same. The head of the audit chain can be checked with shikumenctl "
        "verify --known-head.");
    document_keys(w->doc);
    say_key(w, "内容的 SHA-256", "SHA-256 of the content", w->r->sha256);
    say_key(w, "审计链头（截至期末）", "Head of the audit chain (as of the end)", w->r->audit_head);
}

void report_write_annexes(struct writer *w)
{
    say_heading(w, 1, "10 附录", "10 Annexes");
    put_alerts(w);
    put_load(w);
    put_silences(w);
    put_epochs(w);
    put_records(w);
    put_overrides(w);
    put_limits(w);
    put_vouchers(w);
}
