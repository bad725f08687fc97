/* The document of a report: its frame, and the order of EN 16096. */
#include <stdio.h>
#include <string.h>

#include "report_words.h"
#include "shikumen/base/utc.h"

static const char *subject_name(struct writer *w)
{
    return w->r->house == REGISTRY_NONE ? desk_name(w->d, w->r->registry->district_name)
                                        : house_name(w, w->r->house);
}

static void set_frame(struct writer *w)
{
    struct document *doc = w->doc;
    bool district = w->r->house == REGISTRY_NONE;
    char date[UTC_TEXT_SIZE];

    doc->title =
        district
            ? say(w, "街区状况报告：%s", "Condition report on the district: %s", subject_name(w))
            : say(w, "房屋状况报告：%s", "Condition report on the house: %s", subject_name(w));
    doc->subtitle = say(w, "%s · 按 EN 16096 的结构编排 · 由传感器数据算出，不代替现场查勘",
                        "%s · in the structure of EN 16096 · computed from sensors, no substitute "
                        "for an inspection on site",
                        report_span_words(w));
    doc->subject = say(w, "%s，%s", "%s, %s", subject_name(w), report_span_words(w));
    doc->author = "shikumend " SHIKUMEN_VERSION;
    doc->running = say(w, "%s · %s", "%s · %s", subject_name(w), report_span_words(w));
    doc->foot = say(w, "内容 SHA-256 %s · 审计链 %s", "Content SHA-256 %s · audit chain %s",
                    w->r->sha256, *w->r->audit_head ? w->r->audit_head : "–");
    doc->date = report_keep(w->r, utc_format(w->r->to_us, date));
}

enum err report_document(struct report *r, struct document *doc)
{
    struct writer w = {.r = r, .d = r->d, .doc = doc, .table = {.desk = r->d}};

    document_begin(doc, r->d->arena, r->d->language == DESK_ZH ? "zh-CN" : "en");
    set_frame(&w);
    report_write_front(&w);
    if (r->house == REGISTRY_NONE)
        report_write_district(&w);
    else
        report_write_description(&w);
    report_write_method(&w);
    if (r->house == REGISTRY_NONE) {
        report_write_district_risk(&w);
    } else {
        report_write_condition(&w);
        report_write_risk(&w);
    }
    report_write_urgency(&w);
    report_write_measures(&w);
    report_write_overall(&w);
    report_write_annexes(&w);
    return doc->failed ? ERR_NOMEM : ERR_OK;
}
