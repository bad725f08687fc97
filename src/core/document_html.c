#include "shikumen/core/document_html.h"

#include <string.h>

#include "document_text.h"
#include "shikumen/core/xml_put.h"

#define MADE_BY "shikumend " SHIKUMEN_VERSION

static const char style[] =
    ":root{color-scheme:light;--line:#c9ced4;--soft:#f3f5f7;--ink:#16191d;--dim:#4d5660}"
    "*{box-sizing:border-box}"
    "body{margin:0 auto;max-width:62rem;padding:1.5rem 1.25rem "
    "3rem;background:#fff;color:var(--ink);"
    "font:400 15px/1.55 'Noto Sans CJK SC','Noto Sans SC','Source Han Sans SC','PingFang SC',"
    "'Microsoft YaHei','Noto Sans',system-ui,sans-serif}"
    ":lang(en) body,body:lang(en){font-family:'Noto Sans','Segoe UI','Helvetica Neue',Arial,"
    "'Noto Sans CJK SC',system-ui,'PingFang SC','Microsoft YaHei',sans-serif}"
    "h1{font-size:1.9rem;line-height:1.25;margin:0}"
    ".sub{font-size:1.1rem;color:var(--dim);margin:.3rem 0 1.2rem}"
    "h2{font-size:1.3rem;margin:2.2rem 0 .6rem;padding-bottom:.25rem;border-bottom:2px solid "
    "#8a2b2b}"
    "h3{font-size:1.08rem;margin:1.5rem 0 .4rem}h4{font-size:1rem;margin:1.1rem 0 .3rem}"
    "h2,h3,h4,caption{break-after:avoid}p{margin:.45rem 0}"
    ".note{border-left:4px solid #b26b00;background:#fff7e8;padding:.55rem .8rem;margin:.7rem 0;"
    "break-inside:avoid}"
    ".wide{overflow-x:auto}"
    "table{border-collapse:collapse;width:100%;margin:.6rem 0 "
    "1rem;font-size:.86rem;line-height:1.4}"
    "caption{text-align:left;font-weight:600;padding:.35rem 0}"
    "th,td{border:1px solid var(--line);padding:.28rem .45rem;text-align:left;vertical-align:top;"
    "overflow-wrap:break-word}"
    "thead{display:table-header-group}thead th{background:var(--soft);font-weight:600}"
    "tr{break-inside:avoid}.r{text-align:right;font-variant-numeric:tabular-nums}"
    "table.keys td{overflow-wrap:anywhere}table.keys "
    "th{width:24%;font-weight:600;background:var(--soft)}"
    ".grey{background:#e4e6e9}.green{background:#dff0e1}.blue{background:#dbe8fa}"
    ".yellow{background:#fdf3c4}.orange{background:#fddfba}.red{background:#f9cfcb}"
    "figure{margin:1rem 0;break-inside:avoid}figure svg{max-width:100%;height:auto;display:block}"
    "figcaption{font-size:.86rem;color:var(--dim);margin-top:.3rem}"
    ".alt{display:block}"
    "footer{margin-top:2.5rem;border-top:1px solid var(--line);padding-top:.6rem;font-size:.78rem;"
    "color:var(--dim);overflow-wrap:anywhere}"
    "@page{size:A4;margin:18mm 16mm 20mm}"
    "@media print{body{max-width:none;padding:0;font-size:10pt}h2{margin-top:1.4rem}"
    ".wide{overflow:visible}*{-webkit-print-color-adjust:exact;print-color-adjust:exact}"
    "thead tr{break-after:avoid}table{font-size:8pt}th,td{padding:.2rem .3rem}}";

/* What vouches for the content below each page, where a browser knows margin boxes (CSS Paged Media
 * 3); it stands at the end of the text as well. */
static void put_page_foot(struct strbuf *out, const char *foot)
{
    struct strbuf clean = {0};

    document_clean(&clean, foot);
    strbuf_puts(out, "@page{@bottom-left{font:6.5pt sans-serif;color:#4d5660;content:\"");
    for (const char *c = strbuf_text(&clean); *c; c++)
        if (!strchr("\"\\<>&", *c)) /* nothing that could end the text or the style */
            strbuf_putc(out, *c);
    strbuf_puts(out, "\"}@bottom-right{font:7pt sans-serif;color:#4d5660;"
                     "white-space:nowrap;content:counter(page) \" / \" counter(pages)}}");
    out->failed = out->failed || clean.failed;
    strbuf_free(&clean);
}

void document_escape(struct strbuf *out, const char *text)
{
    struct strbuf clean = {0};

    document_clean(&clean, text);
    xml_text(out, strbuf_text(&clean));
    out->failed = out->failed || clean.failed;
    strbuf_free(&clean);
}

/* <open>text</close> on a line of its own. */
static void put_line(struct strbuf *out, const char *open, const char *text, const char *close)
{
    strbuf_puts(out, open);
    document_escape(out, text);
    strbuf_puts(out, close);
    strbuf_putc(out, '\n');
}

static void put_cell(struct strbuf *out, const char *tag, bool to_right, const struct doc_cell *c)
{
    const char *tint = c->tint == DOC_PLAIN ? "" : doc_tint_name(c->tint);

    strbuf_printf(out, "<%s", tag);
    if (to_right || *tint)
        strbuf_printf(out, " class=\"%s%s%s\"", to_right ? "r" : "", to_right && *tint ? " " : "",
                      tint);
    strbuf_putc(out, '>');
    document_escape(out, c->text);
    strbuf_printf(out, "</%s>", *tag == 't' && tag[1] == 'h' ? "th" : "td");
}

static void put_keys(struct strbuf *out, const struct doc_block *b)
{
    if (b->rows == 0)
        return;
    strbuf_puts(out, "<table class=\"keys\"><tbody>\n");
    for (size_t i = 0; i < b->rows; i++) {
        strbuf_puts(out, "<tr>");
        put_cell(out, "th scope=\"row\"", false, &b->cells[2 * i]);
        put_cell(out, "td", false, &b->cells[2 * i + 1]);
        strbuf_puts(out, "</tr>\n");
    }
    strbuf_puts(out, "</tbody></table>\n");
}

static void put_headings(struct strbuf *out, const struct doc_block *b)
{
    strbuf_puts(out, "<thead><tr>");
    for (size_t i = 0; i < b->column_count; i++) {
        struct doc_cell heading = {b->columns[i].heading, DOC_PLAIN};
        put_cell(out, "th scope=\"col\"", b->columns[i].to_right, &heading);
    }
    strbuf_puts(out, "</tr></thead>\n<tbody>\n");
}

static void put_table(struct strbuf *out, const struct doc_block *b)
{
    strbuf_puts(out, "<div class=\"wide\"><table>\n");
    if (*b->text)
        put_line(out, "<caption>", b->text, "</caption>");
    put_headings(out, b);
    for (size_t i = 0; i < b->rows; i++) {
        strbuf_puts(out, "<tr>");
        for (size_t j = 0; j < b->column_count; j++)
            put_cell(out, "td", b->columns[j].to_right, &b->cells[i * b->column_count + j]);
        strbuf_puts(out, "</tr>\n");
    }
    strbuf_puts(out, "</tbody></table></div>\n");
}

static void put_figure(struct strbuf *out, const struct doc_block *b)
{
    const char *svg = strstr(b->svg, "<svg");

    strbuf_puts(out, "<figure>\n");
    strbuf_puts(out, svg ? svg : "");
    put_line(out, "<figcaption>", b->text, "");
    if (*b->alternative)
        put_line(out, "<span class=\"alt\">", b->alternative, "</span>");
    strbuf_puts(out, "</figcaption></figure>\n");
}

static void put_heading(struct strbuf *out, const struct doc_block *b)
{
    strbuf_printf(out, "<h%d>", b->level + 1);
    document_escape(out, b->text);
    strbuf_printf(out, "</h%d>\n", b->level + 1);
}

static void put_block(struct strbuf *out, const struct doc_block *b)
{
    switch (b->kind) {
    case DOC_HEADING:
        put_heading(out, b);
        return;
    case DOC_PARAGRAPH:
        put_line(out, "<p>", b->text, "</p>");
        return;
    case DOC_NOTE:
        put_line(out, "<p class=\"note\">", b->text, "</p>");
        return;
    case DOC_KEYS:
        put_keys(out, b);
        return;
    case DOC_TABLE:
        put_table(out, b);
        return;
    case DOC_FIGURE:
        put_figure(out, b);
        return;
    case DOC_KINDS:
        return;
    }
}

static void put_head(struct strbuf *out, const struct document *d)
{
    strbuf_puts(out, "<!DOCTYPE html>\n<html lang=\"");
    document_escape(out, d->language);
    strbuf_puts(out, "\">\n<head>\n<meta charset=\"utf-8\">\n"
                     "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
                     "<meta name=\"generator\" content=\"" MADE_BY "\">\n");
    put_line(out, "<meta name=\"description\" content=\"", d->subject, "\">");
    put_line(out, "<title>", d->title, "</title>");
    strbuf_puts(out, "<style>");
    strbuf_puts(out, style);
    put_page_foot(out, d->foot);
    strbuf_puts(out, "</style>\n</head>\n<body>\n<header>\n");
    put_line(out, "<h1>", d->title, "</h1>");
    if (*d->subtitle)
        put_line(out, "<p class=\"sub\">", d->subtitle, "</p>");
    strbuf_puts(out, "</header>\n<main>\n");
}

void document_html(const struct document *d, struct strbuf *out)
{
    put_head(out, d);
    for (size_t i = 0; i < d->count; i++)
        put_block(out, &d->blocks[i]);
    strbuf_puts(out, "</main>\n");
    put_line(out, "<footer>", d->foot, "</footer>");
    strbuf_puts(out, "</body>\n</html>\n");
    out->failed = out->failed || d->failed;
}
