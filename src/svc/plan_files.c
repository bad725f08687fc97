#include "plan_files.h"

#include <errno.h>
#include <string.h>

#include "shikumen/base/file.h"
#include "shikumen/io/dir_list.h"

#define FILE_MAX_BYTES (4u << 20)

enum err text_file_read(const char *file, size_t max_bytes, struct fault_list *faults,
                        struct strbuf *out)
{
    enum err e = file_read(file, max_bytes, out);

    if (e == ERR_NOTFOUND)
        fault_add(faults, file, 0, "does not exist");
    else if (e == ERR_RANGE)
        fault_add(faults, file, 0, "is larger than %zu bytes", max_bytes);
    else if (e == ERR_IO)
        fault_add(faults, file, 0, "cannot be read: %s", strerror(errno));
    return e == ERR_OK || e == ERR_NOMEM ? e : ERR_CONFIG;
}

void text_files_free(struct text_files *l)
{
    for (size_t i = 0; l->buffers && i < l->count; i++)
        strbuf_free(&l->buffers[i]);
    arena_free(&l->arena);
}

/* A JSON Schema lies beside the files that it describes. */
static bool is_schema(const char *file)
{
    const char *slash = strrchr(file, '/');

    return strcmp(slash ? slash + 1 : file, "schema.json") == 0;
}

enum err text_files_read(const char *directory, struct fault_list *faults, struct text_files *l)
{
    const char *const *paths;
    size_t count, n = 0;
    enum err e = dir_list(directory, ".json", &l->arena, &paths, &count), worst = ERR_OK;

    l->absent = e == ERR_NOTFOUND;
    if (e == ERR_IO)
        fault_add(faults, directory, 0, "cannot be listed: %s", strerror(errno));
    if (e != ERR_OK)
        return l->absent ? ERR_OK : e == ERR_IO ? ERR_CONFIG : e;
    l->buffers = arena_array(&l->arena, count, sizeof *l->buffers);
    l->texts = arena_array(&l->arena, count, sizeof *l->texts);
    if (!l->buffers || !l->texts)
        return ERR_NOMEM;
    for (size_t i = 0; i < count && worst != ERR_NOMEM; i++) {
        if (is_schema(paths[i]))
            continue;
        e = text_file_read(paths[i], FILE_MAX_BYTES, faults, &l->buffers[n]);
        l->texts[n] =
            (struct source_text){paths[i], strbuf_text(&l->buffers[n]), l->buffers[n].len};
        n++;
        worst = e == ERR_OK ? worst : e;
    }
    l->count = n;
    return worst;
}

size_t text_files_readable(const struct text_files *l, struct source_text *texts)
{
    size_t count = 0;

    for (size_t i = 0; i < l->count; i++)
        if (l->texts[i].len > 0)
            texts[count++] = l->texts[i];
    return count;
}
