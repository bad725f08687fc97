/* What is told of a file. */
#include <string.h>

#include "ingest_file.h"
#include "shikumen/base/utc.h"
#include "shikumen/core/wording.h"

void ingest_file_fault(struct ingest_file *f, int64_t line, int column, const char *zh,
                       const char *en)
{
    struct strbuf *b = &f->result.faults;

    if (f->result.fault_count++ >= FILE_FAULTS_KEPT)
        return;
    strbuf_puts(b, b->len > 0 ? ",\n  {" : "{");
    if (line > 0)
        strbuf_printf(b, "\"line\":%lld,", (long long)line);
    if (column > 0)
        strbuf_printf(b, "\"column\":%d,", column);
    strbuf_puts(b, "\"zh\":");
    strbuf_json_string(b, zh, strlen(zh));
    strbuf_puts(b, ",\"en\":");
    strbuf_json_string(b, en, strlen(en));
    strbuf_putc(b, '}');
}

bool ingest_file_refused(const struct ingest_file *f)
{
    return f->result.fault_count > 0 || f->result.tally.stored + f->result.tally.duplicate == 0;
}

static void put_quarantined(struct strbuf *b, const struct tally *t)
{
    const char *comma = "";

    strbuf_puts(b, ",\"quarantined\":{");
    for (enum refusal r = 0; r < REFUSE_COUNT; r++)
        if (t->quarantined[r] > 0) {
            strbuf_printf(b, "%s\"%s\":%lld", comma, refusal_name(r), (long long)t->quarantined[r]);
            comma = ",";
        }
    strbuf_putc(b, '}');
}

/* The same for people. */
static void put_reasons(struct strbuf *b, const struct tally *t)
{
    const char *comma = "";

    strbuf_puts(b, ",\"reasons\":[");
    for (enum refusal r = 0; r < REFUSE_COUNT; r++)
        if (t->quarantined[r] > 0) {
            const char *name = refusal_name(r);
            strbuf_printf(b, "%s{\"reason\":\"%s\",\"zh\":\"%s\",\"en\":\"%s\"}", comma, name,
                          refusal_zh(name), refusal_en(name));
            comma = ",";
        }
    strbuf_putc(b, ']');
}

/* A file without a fault in which nothing was ours says so. */
static void put_why(struct strbuf *b, const struct ingest_file *f)
{
    if (f->result.fault_count == 0 && ingest_file_refused(f))
        strbuf_puts(b, ",\n \"why_zh\":\"其中没有本系统可存的读数\","
                       "\"why_en\":\"nothing in it is a reading that can be stored here\"");
}

static void put_time(struct strbuf *b, const char *name, int64_t t_us, bool known)
{
    char text[UTC_TEXT_SIZE];

    if (known)
        strbuf_printf(b, ",\"%s\":\"%s\"", name, utc_format(t_us, text));
}

static const char *format_of(const struct ingest_file *f)
{
    if (f->profile)
        return file_format_name(f->profile->format);
    return f->kind != FILE_KIND_LINES ? "" : f->csv ? "readings.csv" : "ndjson";
}

/* What was made of local times that are not certain; nothing when all are. */
static void put_notes(struct strbuf *b, const struct file_table *table)
{
    static const struct file_note {
        const char *zh, *en;
    } notes[] = {
        {"当地时间出现过两次，各行次序不能判定，按第一次计",
         "local time that there was twice, and the order of the rows does not tell which: "
         "taken for the first"},
        {"当地时间并不存在（时钟拨快时跳过），按未拨快的时钟计",
         "local time that there never was, as clocks were put forward over it: taken as by "
         "a clock that was not yet"}};
    struct table_doubts doubts = table ? file_table_doubts(table) : (struct table_doubts){0};
    const int64_t rows[] = {doubts.assumed, doubts.never};
    const char *before = ",\n \"notes\":[";

    for (size_t i = 0; i < sizeof notes / sizeof *notes; i++) {
        if (rows[i] == 0)
            continue;
        strbuf_printf(b, "%s{\"rows\":%lld,\"zh\":\"%s\",\"en\":\"%s\"}", before,
                      (long long)rows[i], notes[i].zh, notes[i].en);
        before = ",\n  ";
    }
    if (doubts.assumed + doubts.never > 0)
        strbuf_putc(b, ']');
}

void ingest_file_report(const struct ingest_file *f, struct strbuf *b)
{
    const struct file_result *r = &f->result;
    bool refused = ingest_file_refused(f);

    strbuf_puts(b, "{\"file\":");
    strbuf_json_string(b, f->name, strlen(f->name));
    strbuf_printf(b, ",\"result\":\"%s\",\"size\":%lld,\"format\":\"%s\"",
                  refused ? "refused" : "done", (long long)f->size, format_of(f));
    if (f->profile) {
        strbuf_puts(b, ",\"profile\":");
        strbuf_json_string(b, f->profile->name, strlen(f->profile->name));
    }
    put_time(b, "read_at", hub_utc_us(f->in->hub), true);
    strbuf_printf(b,
                  ",\n \"lines\":%lld,\"received\":%lld,\"stored\":%lld,\"duplicate\":%lld,"
                  "\"conflict\":%lld",
                  (long long)r->lines, (long long)r->tally.received, (long long)r->tally.stored,
                  (long long)r->tally.duplicate, (long long)r->tally.conflict);
    put_quarantined(b, &r->tally);
    put_reasons(b, &r->tally);
    put_why(b, f);
    put_time(b, "first", r->first_us, r->first_us != INT64_MAX);
    put_time(b, "last", r->last_us, r->last_us != INT64_MIN);
    put_notes(b, f->table);
    strbuf_printf(b, ",\n \"fault_count\":%lld,\"faults\":[%s]}\n", (long long)r->fault_count,
                  strbuf_text(&r->faults));
}
