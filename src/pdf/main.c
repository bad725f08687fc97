/* shikumen-pdf: a document as JSON on standard input (core/document_json.h), a PDF of it on
 * standard output. A program of its own, so that the daemon does not carry cairo, pango and
 * librsvg; it fetches nothing, opens no file but fonts, and keeps within its limits. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "pages.h"
#include "shikumen/core/document_json.h"

#define INPUT_MOST (96u << 20)
#define MEMORY     (1ul << 30)
#define CPU_S      120

enum { DONE = 0, FAILED = 1, USAGE = 2 };

static int say(int code, const char *zh, const char *en)
{
    fprintf(stderr, "shikumen-pdf: %s / %s\n", zh, en);
    return code;
}

static bool read_all(struct strbuf *in)
{
    char bytes[65536];
    ssize_t n;

    while ((n = read(STDIN_FILENO, bytes, sizeof bytes)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 || in->len + (size_t)n > INPUT_MOST)
            return false;
        strbuf_append(in, bytes, (size_t)n);
    }
    return !in->failed;
}

static int write_pdf(const struct document *d)
{
    struct sheet s;
    struct boxes b;

    if (!sheet_open(&s, d))
        return say(FAILED, "无法开始写 PDF", "cannot begin the PDF");
    boxes_make(&b, &s, d);
    s.failed = b.failed;
    if (!b.failed)
        pages_draw(&s, d, &b);
    boxes_free(&b);
    return sheet_close(&s) ? DONE : say(FAILED, "写 PDF 失败", "the PDF could not be written");
}

static int convert(void)
{
    struct strbuf in = {0};
    struct arena arena = {0};
    struct document d;
    enum err error;
    int code;

    if (!read_all(&in)) {
        strbuf_free(&in);
        return say(FAILED, "读不完输入（至多 96 MB）", "the input cannot be read (96 MB at most)");
    }
    error = document_read(strbuf_text(&in), in.len, &arena, &d);
    strbuf_free(&in);
    code = error == ERR_OK      ? write_pdf(&d)
           : error == ERR_PARSE ? say(FAILED, "输入不是文档", "the input is no document")
                                : say(FAILED, "内存不足", "out of memory");
    arena_free(&arena);
    return code;
}

#if defined(__SANITIZE_ADDRESS__)
/* What these keep until the process ends is theirs. Memory of our own that is not given back is
 * told all the same; objects of pango are not, as they come out of pools. */
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\nleak:libcairo.so\n";
}
__attribute__((visibility("default"))) const char *__lsan_default_options(void);
const char *__lsan_default_options(void)
{
    return "print_suppressions=0";
}
#endif

/* A service may be forbidden to set limits; then it has been given its own. */
static void limit(int what, rlim_t most)
{
    const struct rlimit both = {most, most};

    if (setrlimit(what, &both) != 0 && errno != EPERM)
        say(FAILED, "无法设定自身的限额", "cannot set a limit for itself");
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        puts("shikumen-pdf " SHIKUMEN_VERSION);
        return DONE;
    }
    if (argc != 1) {
        bool help = argc == 2 && strcmp(argv[1], "--help") == 0;
        fputs("用法 usage: shikumen-pdf <DOCUMENT.json >FILE.pdf\n", help ? stdout : stderr);
        return help ? DONE : USAGE;
    }
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) /* they reserve terabytes */
    limit(RLIMIT_AS, MEMORY);
#endif
    limit(RLIMIT_CPU, CPU_S);
    limit(RLIMIT_CORE, 0);
    return convert();
}
