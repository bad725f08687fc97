#include <stdio.h>
#include <string.h>
#include <zip.h>

#include "packet.h"
#include "shikumen/base/utc.h"

/* Mode of the files for who unpacks on Unix: regular, rw-r--r--. */
#define UNIX_MODE (0100644u << 16)

/* Date and time as MS-DOS has them (APPNOTE.TXT 4.4.6), in UTC, so that no zone changes the bytes;
 * before 1980 and after 2107: the nearest it can say. */
static void dos_time(int64_t t_us, zip_uint16_t *time, zip_uint16_t *date)
{
    char text[UTC_TEXT_SIZE];
    unsigned year = 1980, month = 1, day = 1, hour = 0, minute = 0, second = 0;

    utc_format(t_us, text);
    if (sscanf(text, "%4u-%2u-%2uT%2u:%2u:%2u", &year, &month, &day, &hour, &minute, &second) !=
            6 ||
        year < 1980 || year > 2107)
        year = 1980, month = day = 1, hour = minute = second = 0;
    *time = (zip_uint16_t)(hour << 11 | minute << 5 | second / 2);
    *date = (zip_uint16_t)((year - 1980) << 9 | month << 5 | day);
}

static enum err add_file(zip_t *zip, const struct packet_file *f, zip_uint16_t time,
                         zip_uint16_t date)
{
    zip_source_t *source = zip_source_buffer(zip, strbuf_text(&f->text), f->text.len, 0);
    zip_int64_t i = source ? zip_file_add(zip, f->name, source, ZIP_FL_ENC_UTF_8) : -1;

    if (i < 0) {
        zip_source_free(source);
        return ERR_NOMEM;
    }
    if (zip_set_file_compression(zip, (zip_uint64_t)i, ZIP_CM_DEFLATE, 9) != 0 ||
        zip_file_set_dostime(zip, (zip_uint64_t)i, time, date, 0) != 0 ||
        zip_file_set_external_attributes(zip, (zip_uint64_t)i, 0, ZIP_OPSYS_UNIX, UNIX_MODE) != 0)
        return ERR_NOMEM;
    return ERR_OK;
}

static enum err add_files(zip_t *zip, const struct packet *p)
{
    zip_uint16_t time, date;
    enum err e = ERR_OK;

    dos_time(p->time_us, &time, &date);
    for (size_t i = 0; i < p->count && e == ERR_OK; i++)
        e = add_file(zip, &p->file[i], time, date);
    return e;
}

/* What zip_close has written into the source. */
static enum err read_all(zip_source_t *source, struct strbuf *out)
{
    char block[65536];
    zip_int64_t n;

    if (zip_source_open(source) != 0)
        return ERR_NOMEM;
    while ((n = zip_source_read(source, block, sizeof block)) > 0)
        strbuf_append(out, block, (size_t)n);
    zip_source_close(source);
    return n < 0 || out->failed ? ERR_NOMEM : ERR_OK;
}

enum err packet_zip(const struct packet *p, struct strbuf *out)
{
    zip_error_t error;
    zip_source_t *source = zip_source_buffer_create(NULL, 0, 0, &error);
    zip_t *zip = source ? zip_open_from_source(source, ZIP_TRUNCATE, &error) : NULL;
    enum err e;

    if (!zip) {
        zip_source_free(source);
        return ERR_NOMEM;
    }
    zip_source_keep(source); /* zip_close lets go of it */
    e = add_files(zip, p);
    if (e != ERR_OK)
        zip_discard(zip);
    else if (zip_close(zip) != 0) {
        zip_discard(zip);
        e = ERR_NOMEM;
    }
    if (e == ERR_OK)
        e = read_all(source, out);
    zip_source_free(source);
    return e;
}
