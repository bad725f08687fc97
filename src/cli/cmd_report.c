#include <string.h>
#include <unistd.h>

#include "outfile.h"
#include "shikumen/view/report.h"
#include "shikumenctl.h"

static bool refuse(const char *what, const char *which)
{
    options_refuse(what, which);
    return false;
}

/* "house ID" or "district". */
static bool take_subject(const struct options *o, struct report_query *q)
{
    bool house = strcmp(o->arguments[0], "house") == 0;

    if (!house && strcmp(o->arguments[0], "district") != 0)
        return refuse("报告的对象 what to report on: house ID, district; 不是 not ",
                      o->arguments[0]);
    if (house && o->argument_count < 2)
        return refuse("缺少房屋编号 the id of a house is missing after ", "house");
    if (!house && o->argument_count > 1)
        return refuse("多余的参数 unexpected argument ", o->arguments[1]);
    q->house = house ? o->arguments[1] : NULL;
    return true;
}

static bool take_query(const struct options *o, struct report_query *q)
{
    *q = (struct report_query){.from_us = o->from_us, .to_us = o->to_us, .month = o->month};
    q->format = o->format ? report_format_by_name(o->format) : REPORT_HTML;
    if (q->format == REPORT_FORMATS)
        return refuse("--format: html, pdf, json, csv, geojson; 不是 not ", o->format);
    if (o->lang && strcmp(o->lang, "zh") != 0 && strcmp(o->lang, "en") != 0)
        return refuse("--lang: zh, en; 不是 not ", o->lang);
    if (o->lang)
        q->language = strcmp(o->lang, "zh") == 0 ? DESK_ZH : DESK_EN;
    if (o->month && (option_given(o, OPTION_FROM) || option_given(o, OPTION_TO)))
        return refuse("--month 不能与 --from、--to 同用 does not go with --from and --to", "");
    return take_subject(o, q);
}

static int refuse_report(struct ctl *c, enum err e, const char *why)
{
    if (c->desk.failed != DESK_NEITHER || !*why)
        return ctl_view_result(c, e);
    ctl_say(c, "%s", "%s", why);
    return e == ERR_PARSE || e == ERR_RANGE ? EXIT_USAGE : EXIT_FAILED;
}

static int write_file(struct ctl *c, const char *path, const struct strbuf *report)
{
    struct outfile file;
    int code = EXIT_DONE;

    if (outfile_open(path, &file) != ERR_OK)
        return ctl_fail(c, "无法写入 %s", "cannot write %s", path);
    if (fwrite(report->data, 1, report->len, file.stream) != report->len ||
        outfile_finish(&file) != ERR_OK)
        code = ctl_fail(c, "无法写入 %s", "cannot write %s", path);
    outfile_drop(&file);
    if (code == EXIT_DONE)
        ctl_say(c, "已写入 %s", "written: %s", path);
    return code;
}

static int deliver(struct ctl *c, const struct report_query *q, const struct strbuf *report)
{
    const char *path = c->options.output;
    char name[160];

    if (path && strcmp(path, "-") == 0) {
        fwrite(report->data, 1, report->len, stdout);
        return ctl_flush(c);
    }
    if (!path) {
        if (report_file_name(&c->desk, q, name, sizeof name) != ERR_OK)
            return ctl_result(c, ERR_RANGE);
        path = name;
    }
    return write_file(c, path, report);
}

int cmd_report(struct ctl *c)
{
    struct report_query q;
    struct strbuf report = {0};
    char why[300] = "";
    int code;

    if (!take_query(&c->options, &q))
        return EXIT_USAGE;
    code = ctl_plan(c);
    if (code == EXIT_DONE)
        code = ctl_state(c);
    if (code == EXIT_DONE)
        code = ctl_readings(c);
    if (code == EXIT_DONE) {
        enum err e = view_report(&c->desk, &q, &report, why, sizeof why);
        code = e == ERR_OK ? deliver(c, &q, &report) : refuse_report(c, e, why);
    }
    strbuf_free(&report);
    return code;
}
