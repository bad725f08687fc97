#include "shikumen/io/settings_file.h"

#include <string.h>

#include "secret.h"
#include "settings_table.h"
#include "shikumen/model/alert.h"

static void put_quoted(struct strbuf *out, const char *text)
{
    strbuf_putc(out, '"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            strbuf_putc(out, '\\');
        strbuf_putc(out, *text);
    }
    strbuf_putc(out, '"');
}

static void put_texts(struct strbuf *out, const char *const *texts, size_t count)
{
    strbuf_puts(out, "[ ");
    for (size_t i = 0; i < count; i++) {
        strbuf_puts(out, i ? ", " : "");
        put_quoted(out, texts[i]);
    }
    strbuf_puts(out, count ? " ]" : "]");
}

static void put_categories(struct strbuf *out, unsigned categories)
{
    const char *names[CATEGORY_COUNT];
    size_t count = 0;

    for (int c = 0; c < CATEGORY_COUNT; c++)
        if (categories & (1u << c))
            names[count++] = category_name((enum alert_category)c);
    put_texts(out, names, count);
}

/* With a point or an exponent, without which libconfig would read a whole number. */
static void put_real(struct strbuf *out, double real)
{
    struct strbuf text = {0};

    strbuf_number(&text, real);
    strbuf_puts(out, strbuf_text(&text));
    if (!strpbrk(strbuf_text(&text), ".e"))
        strbuf_puts(out, ".0");
    strbuf_free(&text);
}

static void put_clock(struct strbuf *out, int64_t minute)
{
    strbuf_printf(out, "%02d:%02d", (int)minute / 60, (int)minute % 60);
}

static void put_hours(struct strbuf *out, int64_t from, int64_t until)
{
    strbuf_putc(out, '"');
    if (from != until) {
        put_clock(out, from);
        strbuf_putc(out, '-');
        put_clock(out, until);
    }
    strbuf_putc(out, '"');
}

static void put_number(struct strbuf *out, const struct setting_row *row, const void *base)
{
    long long number = setting_number(row, base);

    if (row->type == SETTING_BOOL)
        strbuf_puts(out, number ? "true" : "false");
    else if (row->type == SETTING_CLOCK) {
        strbuf_putc(out, '"');
        put_clock(out, number);
        strbuf_putc(out, '"');
    } else if (row->type == SETTING_HOURS)
        put_hours(out, number, setting_until(row, base));
    else
        strbuf_printf(out, "%lld%s", number, row->type == SETTING_INT64 ? "L" : "");
}

static void put_value(struct strbuf *out, const struct setting_row *row, const void *base)
{
    const char *const *texts;
    size_t count;

    switch (row->type) {
    case SETTING_TEXT:
    case SETTING_PATH:
    case SETTING_WORD:
        put_quoted(out, setting_text(row, base));
        break;
    case SETTING_TEXTS:
        texts = setting_texts(row, base, &count);
        put_texts(out, texts, count);
        break;
    case SETTING_CATEGORIES:
        put_categories(out, (unsigned)setting_number(row, base));
        break;
    case SETTING_REAL:
        put_real(out, setting_real(row, base));
        break;
    case SETTING_BOOL:
    case SETTING_INT64:
    case SETTING_INT:
    case SETTING_MQTT_VERSION:
    case SETTING_CLOCK:
    case SETTING_HOURS:
        put_number(out, row, base);
        break;
    }
}

/* Where a secret is read from; never what it is. */
static void put_secret_place(struct strbuf *out, const char *path)
{
    struct strbuf credential = {0};

    strbuf_printf(out, "; secret, read from %s",
                  secret_credential(path, &credential) ? strbuf_text(&credential) : path);
    strbuf_free(&credential);
}

static void put_row(struct strbuf *out, const struct setting_row *row, const void *base,
                    const char *indent)
{
    bool is_text = row->type == SETTING_TEXT || row->type == SETTING_PATH;
    bool given = !is_text || *setting_text(row, base) || *row->text;
    struct arena arena = {0};
    const char *allowed = setting_allowed(row, &arena);

    strbuf_printf(out, "%s%s%s = ", indent, given ? "" : "# ", row->name);
    put_value(out, row, base);
    strbuf_printf(out, ";  # %s%s%s", row->help, *allowed ? "; " : "", allowed);
    if (given && row->need == NEED_SECRET)
        put_secret_place(out, setting_text(row, base));
    strbuf_putc(out, '\n');
    arena_free(&arena);
}

static void put_endpoints(struct strbuf *out, const struct settings *s)
{
    strbuf_puts(out, "\nendpoints:\n(\n");
    for (size_t e = 0; e < s->endpoint_count; e++) {
        strbuf_puts(out, "    {\n");
        for (size_t i = 0; i < endpoint_row_count; i++)
            put_row(out, &endpoint_rows[i], &s->endpoints[e], "        ");
        strbuf_puts(out, e + 1 < s->endpoint_count ? "    },\n" : "    }\n");
    }
    strbuf_puts(out, ");\n");
}

void settings_print(const struct settings *s, struct strbuf *out)
{
    const char *group = "";

    strbuf_puts(out, "# In force from ");
    for (const char *p = s->file; *p; p++)
        strbuf_putc(out, (unsigned char)*p < 0x20 ? '?' : *p);
    strbuf_puts(out, " and its drop-ins\n");
    for (size_t i = 0; i < settings_row_count; i++) {
        const struct setting_row *row = &settings_rows[i];
        if (strcmp(row->group, group) != 0) {
            strbuf_printf(out, "%s\n%s:\n{\n", *group ? "};\n" : "", row->group);
            group = row->group;
        }
        put_row(out, row, s, "    ");
    }
    strbuf_puts(out, "};\n");
    put_endpoints(out, s);
}
