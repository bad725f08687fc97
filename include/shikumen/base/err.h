/* Errors. One negative code per kind of failure; the object that failed keeps the text. */
#ifndef SHIKUMEN_BASE_ERR_H
#define SHIKUMEN_BASE_ERR_H

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(format_index, first_arg)                                                       \
    __attribute__((format(printf, format_index, first_arg)))

/* What went wrong; 0 is success. What is done about each kind is decided by the loop that meets
 * it (svc): storage kinds (FULL, BUSY, IO, CORRUPT) are waited out, data kinds (PARSE, RANGE,
 * NOTFOUND, EXISTS) concern one datum, CONFIG and NOMEM end the program. */
enum err {
    ERR_OK = 0,
    ERR_NOMEM = -1,    /* memory could not be had */
    ERR_IO = -2,       /* the operating system or the device refused */
    ERR_FULL = -3,     /* no space left */
    ERR_BUSY = -4,     /* locked by another process */
    ERR_CORRUPT = -5,  /* stored data contradicts itself */
    ERR_PARSE = -6,    /* input is not in the format it should be */
    ERR_RANGE = -7,    /* a value outside what is allowed */
    ERR_NOTFOUND = -8, /* no such thing */
    ERR_EXISTS = -9,   /* already there */
    ERR_CONFIG = -10,  /* configuration unusable */
    ERR_NET = -11,     /* peer unreachable or connection lost */
    ERR_REFUSED = -12, /* peer answered no */
    ERR_CLOSED = -13,  /* object is not open */

    /* Why a method of num gives no answer. ERR_RANGE there: a parameter outside its range. */
    ERR_TOO_FEW = -14,    /* fewer samples than the method needs */
    ERR_NOT_FINITE = -15, /* a NaN or an infinity among the samples, or a result that overflows */
    ERR_CONSTANT = -16,   /* no variation where the method lives on it */
    ERR_SINGULAR = -17,   /* columns that depend on one another, a matrix without inverse */
    ERR_ORDER = -18,      /* times that repeat or run backwards */
    ERR_DIVERGED = -19,   /* an iteration that did not converge */
};

/* Short lower-case name of e ("full", "busy"), for logs; never NULL. */
const char *err_name(enum err e);

#endif
