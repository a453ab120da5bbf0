/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Status codes and diagnostics.
 *
 * Every function that can fail because of something outside the program (a file, an option, the
 * machine) returns an fl_status and writes one sentence into a caller-owned fl_diag: what was found
 * and what was expected, with the subject (a file, an option) and a byte offset or line where
 * known. There is no global error state. A diag may be NULL when the caller does not want the
 * sentence. Begin with `fl_diag diag = {0};`: functions that open something set the subject, others
 * leave it.
 */
#ifndef FOOTLIGHT_STATUS_H
#define FOOTLIGHT_STATUS_H

#include <stdint.h>

#if defined(__GNUC__)
#define FL_API __attribute__((visibility("default")))
#define FL_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define FL_API
#define FL_PRINTF(fmt, args)
#endif

/* Rows: id, word. FL_DONE is not an error: there is nothing left to step. */
#define FL_STATUS_ROWS(X)                                                                          \
    X(OK, "ok")                                                                                    \
    X(DONE, "done")                                                                                \
    X(ERR_USAGE, "wrong usage")                                                                    \
    X(ERR_IO, "input or output failed")                                                            \
    X(ERR_FORMAT, "malformed input")                                                               \
    X(ERR_UNSUPPORTED, "not supported")                                                            \
    X(ERR_LIMIT, "limit exceeded")                                                                 \
    X(ERR_MEMORY, "out of memory")

typedef enum fl_status {
#define X(id, word) FL_##id,
    FL_STATUS_ROWS(X)
#undef X
        FL_STATUS_COUNT
} fl_status;

typedef struct fl_diag {
    fl_status status;
    char subject[256]; /* file or option the message is about; "" if none */
    char message[512]; /* what was found, what was expected; escaped, one line */
    int64_t offset;    /* byte offset in the file, -1 if unknown */
    int64_t line;      /* line number from 1, -1 if unknown */
} fl_diag;

/* The status as a short phrase; never NULL. */
FL_API const char *fl_status_word(fl_status status);

#endif
