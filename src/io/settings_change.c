#include "shikumen/io/settings_file.h"

#include <string.h>

#include "settings_table.h"

static bool is_text(const struct setting_row *row)
{
    return row->type == SETTING_TEXT || row->type == SETTING_PATH || row->type == SETTING_WORD;
}

static bool differs(const struct setting_row *row, const struct settings *a,
                    const struct settings *b)
{
    const char *const *x, *const *y;
    size_t m, n;

    if (is_text(row))
        return strcmp(setting_text(row, a), setting_text(row, b)) != 0;
    if (row->type == SETTING_REAL)
        return setting_real(row, a) < setting_real(row, b) ||
               setting_real(row, a) > setting_real(row, b);
    if (row->type != SETTING_TEXTS)
        return setting_number(row, a) != setting_number(row, b);
    x = setting_texts(row, a, &m);
    y = setting_texts(row, b, &n);
    if (m != n)
        return true;
    for (size_t i = 0; i < n; i++)
        if (strcmp(x[i], y[i]) != 0)
            return true;
    return false;
}

size_t settings_changed(const struct settings *a, const struct settings *b, const char **paths,
                        size_t max)
{
    size_t count = 0;

    for (size_t i = 0; i < settings_row_count && count < max; i++)
        if (differs(&settings_rows[i], a, b))
            paths[count++] = settings_rows[i].path;
    return count;
}

static enum err keep_texts(const struct setting_row *row, struct settings *to,
                           const struct settings *from)
{
    size_t count;
    const char *const *old = setting_texts(row, from, &count);
    const char **copy = arena_array(&to->arena, count, sizeof *copy);

    if (!copy)
        return ERR_NOMEM;
    for (size_t i = 0; i < count; i++) {
        copy[i] = arena_strdup(&to->arena, old[i]);
        if (!copy[i])
            return ERR_NOMEM;
    }
    setting_set_texts(row, to, copy, count);
    return ERR_OK;
}

static enum err keep(const struct setting_row *row, struct settings *to,
                     const struct settings *from)
{
    const char *copy;

    if (row->type == SETTING_TEXTS)
        return keep_texts(row, to, from);
    if (row->type == SETTING_REAL) {
        setting_set_real(row, to, setting_real(row, from));
        return ERR_OK;
    }
    if (!is_text(row)) {
        setting_set_number(row, to, setting_number(row, from));
        return ERR_OK;
    }
    copy = arena_strdup(&to->arena, setting_text(row, from));
    if (!copy)
        return ERR_NOMEM;
    setting_set_text(row, to, copy);
    return ERR_OK;
}

enum err settings_keep(struct settings *to, const struct settings *from, const char *prefix)
{
    enum err e = ERR_OK;

    for (size_t i = 0; e == ERR_OK && i < settings_row_count; i++)
        if (strncmp(settings_rows[i].path, prefix, strlen(prefix)) == 0)
            e = keep(&settings_rows[i], to, from);
    return e;
}
