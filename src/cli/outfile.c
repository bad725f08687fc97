#include "outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum err from_errno(void)
{
    return errno == ENOSPC || errno == EDQUOT ? ERR_FULL : errno == ENOMEM ? ERR_NOMEM : ERR_IO;
}

static void forget(struct outfile *f)
{
    free(f->path);
    free(f->temporary);
    *f = (struct outfile){0};
}

void outfile_drop(struct outfile *f)
{
    int saved = errno;

    if (f->stream)
        fclose(f->stream);
    if (f->temporary)
        unlink(f->temporary);
    forget(f);
    errno = saved;
}

enum err outfile_open(const char *path, struct outfile *f)
{
    struct stat st;
    int fd;

    *f = (struct outfile){.path = strdup(path)};
    if (!f->path || asprintf(&f->temporary, "%s.XXXXXX", path) < 0) {
        f->temporary = NULL;
        forget(f);
        return ERR_NOMEM;
    }
    fd = mkostemp(f->temporary, O_CLOEXEC);
    if (fd < 0) {
        enum err e = from_errno();
        forget(f);
        return e;
    }
    if (stat(path, &st) == 0 && S_ISREG(st.st_mode) && fchmod(fd, st.st_mode & 0777) != 0)
        errno = 0; /* then it stays private */
    f->stream = fdopen(fd, "w");
    if (!f->stream) {
        close(fd);
        outfile_drop(f);
        return ERR_NOMEM;
    }
    return ERR_OK;
}

static int sync_directory(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *directory = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
    int fd = directory ? open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    int result = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL) ? 0 : -1;

    if (fd >= 0)
        close(fd);
    free(directory);
    return result;
}

enum err outfile_finish(struct outfile *f)
{
    bool written = fflush(f->stream) == 0 && !ferror(f->stream) && fsync(fileno(f->stream)) == 0;
    int saved = errno;
    bool closed = fclose(f->stream) == 0;
    enum err e;

    f->stream = NULL;
    errno = written ? errno : saved;
    if (!written || !closed || rename(f->temporary, f->path) != 0) {
        e = from_errno();
        outfile_drop(f);
        return e;
    }
    e = sync_directory(f->path) == 0 ? ERR_OK : from_errno();
    forget(f);
    return e;
}
