/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Status words and the functions that fill a diagnostic.
 */
#include "base/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *fl_status_word(fl_status status) {
    static const char *const words[] = {
#define X(id, word) [FL_##id] = word,
        FL_STATUS_ROWS(X)
#undef X
    };
    return (unsigned)status < FL_STATUS_COUNT ? words[status] : "unknown status";
}

void fl_diag_init(fl_diag *diag, const char *subject) {
    if (!diag)
        return;
    memset(diag, 0, sizeof *diag);
    diag->offset = diag->line = -1;
    if (subject)
        snprintf(diag->subject, sizeof diag->subject, "%s", subject);
}

static void set(fl_diag *diag, fl_status status, const char *format, va_list args) {
    if (!diag)
        return;
    diag->status = status;
    diag->offset = diag->line = -1;
    vsnprintf(diag->message, sizeof diag->message, format, args);
}

fl_status fl_fail(fl_diag *diag, fl_status status, const char *format, ...) {
    va_list args;
    va_start(args, format);
    set(diag, status, format, args);
    va_end(args);
    return status;
}

fl_status fl_fail_at(fl_diag *diag, fl_status status, uint64_t offset, const char *format, ...) {
    va_list args;
    va_start(args, format);
    set(diag, status, format, args);
    va_end(args);
    if (diag)
        diag->offset = (int64_t)offset;
    return status;
}

fl_status fl_fail_line(fl_diag *diag, fl_status status, int64_t line, const char *format, ...) {
    va_list args;
    va_start(args, format);
    set(diag, status, format, args);
    va_end(args);
    if (diag)
        diag->line = line;
    return status;
}

fl_status fl_fail_memory(fl_diag *diag) {
    return fl_fail(diag, FL_ERR_MEMORY, "out of memory");
}
