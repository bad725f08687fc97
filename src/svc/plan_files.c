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

enum err text_files_read(const char *directory, struct fault_list *faults, struct text_files *l)
{
    const char *const *paths;
    enum err e = dir_list(directory, ".json", &l->arena, &paths, &l->count), worst = ERR_OK;

    l->absent = e == ERR_NOTFOUND;
    if (e == ERR_IO)
        fault_add(faults, directory, 0, "cannot be listed: %s", strerror(errno));
    if (e != ERR_OK)
        return l->absent ? ERR_OK : e == ERR_IO ? ERR_CONFIG : e;
    l->buffers = arena_array(&l->arena, l->count, sizeof *l->buffers);
    l->texts = arena_array(&l->arena, l->count, sizeof *l->texts);
    if (!l->buffers || !l->texts)
        return ERR_NOMEM;
    for (size_t i = 0; i < l->count && worst != ERR_NOMEM; i++) {
        e = text_file_read(paths[i], FILE_MAX_BYTES, faults, &l->buffers[i]);
        l->texts[i] =
            (struct source_text){paths[i], strbuf_text(&l->buffers[i]), l->buffers[i].len};
        worst = e == ERR_OK ? worst : e;
    }
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
