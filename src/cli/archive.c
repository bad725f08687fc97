#include "archive.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "shikumen/base/strmap.h"

#define BLOCK      512
#define COPY_BYTES 65536
#define OCTAL_MAX  077777777777LL /* eleven octal digits */

/* A header block. */
struct ustar {
    char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8], type, link[100];
    char magic[6], version[2], user[32], group[32], major[8], minor[8], prefix[155], rest[12];
};
_Static_assert(sizeof(struct ustar) == BLOCK, "a ustar header is one block");

static enum err from_errno(void)
{
    return errno == ENOSPC || errno == EDQUOT ? ERR_FULL : ERR_IO;
}

static enum err put(FILE *archive, const void *bytes, size_t n)
{
    return fwrite(bytes, 1, n, archive) == n ? ERR_OK : from_errno();
}

/* --- headers --- */

/* Sum of all bytes, those of the checksum itself taken as blanks. */
static unsigned checksum_of(const struct ustar *h)
{
    const unsigned char *bytes = (const unsigned char *)h;
    const size_t at = offsetof(struct ustar, checksum);
    unsigned sum = 0;

    for (size_t i = 0; i < BLOCK; i++)
        sum += i >= at && i < at + sizeof h->checksum ? ' ' : bytes[i];
    return sum;
}

static void put_size(struct ustar *h, int64_t bytes)
{
    if (bytes <= OCTAL_MAX) {
        char text[16];
        snprintf(text, sizeof text, "%011" PRIo64, (uint64_t)bytes);
        memcpy(h->size, text, sizeof h->size);
        return;
    }
    h->size[0] = (char)0x80;
    for (size_t i = sizeof h->size - 1; i > 0; i--, bytes >>= 8)
        h->size[i] = (char)(bytes & 0xFF);
}

static enum err put_header(FILE *archive, const char *name, int64_t mtime_s, int64_t bytes)
{
    struct ustar h = {.type = '0'};
    char text[32];

    memcpy(h.name, name, strnlen(name, sizeof h.name));
    memcpy(h.mode, "0000600", sizeof h.mode);
    memcpy(h.uid, "0000000", sizeof h.uid);
    memcpy(h.gid, "0000000", sizeof h.gid);
    put_size(&h, bytes);
    snprintf(text, sizeof text, "%011" PRIo64, (uint64_t)(mtime_s < 0 ? 0 : mtime_s));
    memcpy(h.mtime, text, sizeof h.mtime);
    memcpy(h.magic, "ustar", sizeof h.magic);
    memcpy(h.version, "00", sizeof h.version);
    snprintf(text, sizeof text, "%06o", checksum_of(&h));
    memcpy(h.checksum, text, 7); /* six digits, a zero byte, a blank */
    h.checksum[7] = ' ';
    return put(archive, &h, sizeof h);
}

static bool read_octal(const char *field, size_t size, int64_t *value)
{
    size_t i = 0;

    *value = 0;
    for (; i < size && field[i] >= '0' && field[i] <= '7'; i++)
        *value = *value * 8 + (field[i] - '0');
    return i > 0 && (i == size || field[i] == '\0' || field[i] == ' ');
}

static bool read_size(const struct ustar *h, int64_t *bytes)
{
    if ((unsigned char)h->size[0] != 0x80)
        return read_octal(h->size, sizeof h->size, bytes);
    *bytes = 0;
    for (size_t i = 4; i < sizeof h->size; i++)
        *bytes = (int64_t)((uint64_t)*bytes << 8 | (unsigned char)h->size[i]);
    return h->size[1] == 0 && h->size[2] == 0 && h->size[3] == 0 && *bytes >= 0;
}

/* --- writing --- */

static enum err put_padding(FILE *archive, int64_t bytes)
{
    static const char zeros[BLOCK];

    return put(archive, zeros, (size_t)((BLOCK - bytes % BLOCK) % BLOCK));
}

static void tell(struct archive_member *member, const char *name, int64_t bytes, uint64_t digest)
{
    if (!member)
        return;
    snprintf(member->name, sizeof member->name, "%s", name);
    member->bytes = bytes;
    member->digest = digest;
}

enum err archive_add_bytes(FILE *archive, const char *name, int64_t mtime_s, const void *bytes,
                           size_t n, struct archive_member *member)
{
    enum err e = put_header(archive, name, mtime_s, (int64_t)n);

    if (e == ERR_OK)
        e = put(archive, bytes, n);
    if (e == ERR_OK)
        e = put_padding(archive, (int64_t)n);
    tell(member, name, (int64_t)n, hash64(0, bytes, n));
    return e;
}

/* Copies exactly bytes from in to out; ERR_CORRUPT when in has fewer. */
static enum err copy(FILE *in, FILE *out, int64_t bytes, uint64_t *digest)
{
    char block[COPY_BYTES];

    *digest = hash64(0, "", 0);
    while (bytes > 0) {
        size_t want = bytes < COPY_BYTES ? (size_t)bytes : COPY_BYTES;
        if (fread(block, 1, want, in) != want)
            return ferror(in) ? from_errno() : ERR_CORRUPT;
        if (fwrite(block, 1, want, out) != want)
            return from_errno();
        *digest = hash64(*digest, block, want);
        bytes -= (int64_t)want;
    }
    return ERR_OK;
}

static enum err add_stream(FILE *archive, const char *name, int64_t mtime_s, FILE *in,
                           struct archive_member *member)
{
    uint64_t digest = 0;
    int64_t bytes;
    enum err e;

    if (fseeko(in, 0, SEEK_END) != 0 || (bytes = ftello(in)) < 0 || fseeko(in, 0, SEEK_SET) != 0)
        return ERR_IO;
    e = put_header(archive, name, mtime_s, bytes);
    if (e == ERR_OK)
        e = copy(in, archive, bytes, &digest);
    if (e == ERR_OK)
        e = put_padding(archive, bytes);
    tell(member, name, bytes, digest);
    return e;
}

enum err archive_add_file(FILE *archive, const char *name, int64_t mtime_s, const char *path,
                          struct archive_member *member)
{
    FILE *in = fopen(path, "re");
    enum err e;
    int saved;

    if (!in)
        return ERR_IO;
    e = add_stream(archive, name, mtime_s, in, member);
    saved = errno;
    fclose(in);
    errno = saved;
    return e;
}

enum err archive_end(FILE *archive)
{
    static const char zeros[2 * BLOCK];

    return put(archive, zeros, sizeof zeros);
}

/* --- reading --- */

static bool is_zero(const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

/* After the first block of zeros: another one, then the end of the file. */
static enum err read_end(FILE *archive)
{
    char block[BLOCK];

    if (fread(block, 1, BLOCK, archive) != BLOCK || !is_zero(block, BLOCK) || fgetc(archive) != EOF)
        return ERR_CORRUPT;
    return ERR_NOTFOUND;
}

enum err archive_next(FILE *archive, struct archive_member *member)
{
    struct ustar h;
    int64_t checksum;

    if (fread(&h, 1, sizeof h, archive) != sizeof h)
        return ERR_CORRUPT;
    if (is_zero((const char *)&h, sizeof h))
        return read_end(archive);
    if (memcmp(h.magic, "ustar", 5) != 0 || !read_octal(h.checksum, sizeof h.checksum, &checksum) ||
        h.checksum[7] != ' ' || checksum != (int64_t)checksum_of(&h) || h.type != '0' ||
        !read_size(&h, &member->bytes))
        return ERR_CORRUPT;
    memcpy(member->name, h.name, sizeof h.name);
    member->name[sizeof h.name] = '\0';
    member->digest = 0;
    return ERR_OK;
}

enum err archive_extract(FILE *archive, struct archive_member *member, FILE *out)
{
    char padding[BLOCK];
    size_t n = (size_t)((BLOCK - member->bytes % BLOCK) % BLOCK);
    enum err e = copy(archive, out, member->bytes, &member->digest);

    if (e != ERR_OK)
        return e;
    if (fread(padding, 1, n, archive) != n || !is_zero(padding, n))
        return ERR_CORRUPT;
    return fflush(out) == 0 ? ERR_OK : from_errno();
}
