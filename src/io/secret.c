#include "secret.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shikumen/base/file.h"
#include "shikumen/io/settings_file.h"

#define SECRET_MAX_BYTES 65536

bool secret_credential(const char *path, struct strbuf *out)
{
    const char *directory = getenv("CREDENTIALS_DIRECTORY");
    const char *slash = strrchr(path, '/');

    strbuf_clear(out);
    if (!directory || !*directory)
        return false;
    strbuf_printf(out, "%s/%s", directory, slash ? slash + 1 : path);
    if (!out->failed && access(out->data, F_OK) == 0)
        return true;
    strbuf_clear(out);
    return false;
}

static void trim_end(struct strbuf *b, size_t from)
{
    while (b->len > from && strchr(" \t\r\n\v\f", b->data[b->len - 1]))
        b->len--;
    if (b->data)
        b->data[b->len] = '\0';
}

enum err secret_read_mode(const char *path, struct strbuf *out, unsigned *mode)
{
    struct strbuf credential = {0};
    size_t before = out->len;
    bool found = secret_credential(path, &credential);
    const char *file = found ? credential.data : path;
    enum err e = file_read(file, SECRET_MAX_BYTES, out);
    struct stat st = {0};

    *mode = e == ERR_OK && stat(file, &st) == 0 ? st.st_mode : 0;
    strbuf_free(&credential);
    if (e == ERR_RANGE)
        return ERR_IO;
    if (e == ERR_OK)
        trim_end(out, before);
    return e;
}

enum err secret_read(const char *path, struct strbuf *out)
{
    unsigned mode;

    return secret_read_mode(path, out, &mode);
}
