#include "file_table_value.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_MAX 64 /* bytes of a number */

bool file_cell_says(struct cell c, const char *text)
{
    return strlen(text) == c.n && memcmp(c.text, text, c.n) == 0;
}

bool file_cell_is_missing(const struct file_profile *p, struct cell c)
{
    static const char *const of_toa5[] = {"NAN", "NaN", "INF", "-INF"};

    if (c.n == 0)
        return true;
    for (size_t i = 0; p->format == FILE_TOA5 && i < sizeof of_toa5 / sizeof of_toa5[0]; i++)
        if (file_cell_says(c, of_toa5[i]))
            return true;
    for (size_t i = 0; i < p->missing_count; i++)
        if (file_cell_says(c, p->missing[i]))
            return true;
    return false;
}

bool file_cell_number(struct cell c, char decimal, double *out)
{
    char copy[NUMBER_MAX], *end;

    if (c.n == 0 || c.n >= sizeof copy)
        return false;
    for (size_t i = 0; i < c.n; i++) {
        char at = c.text[i];
        if (at == decimal)
            at = '.';
        else if (at == '.' || !strchr("0123456789+-eE", at) || at == '\0')
            return false;
        copy[i] = at;
    }
    copy[c.n] = '\0';
    *out = strtod(copy, &end);
    return *end == '\0' && isfinite(*out);
}

static bool number_time(const struct file_profile *p, struct cell c, int64_t *t_us, bool *is_utc)
{
    double v;

    *is_utc = p->time_as != FILE_TIME_EXCEL;
    if (!file_cell_number(c, p->decimal, &v))
        return false;
    if (p->time_as == FILE_TIME_EXCEL)
        return logger_time_of_days(v, t_us);
    v *= p->time_as == FILE_TIME_UNIX_S ? 1e6 : 1e3;
    if (!(v >= 0 && v < 7.2e15)) /* 2198 */
        return false;
    *t_us = llround(v);
    return true;
}

bool file_cell_time(const struct file_profile *p, struct cell c, int64_t *t_us, bool *is_utc)
{
    return p->time_as == FILE_TIME_TEXT ? logger_time(c.text, c.n, p->order, t_us, is_utc)
                                        : number_time(p, c, t_us, is_utc);
}
