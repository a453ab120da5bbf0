/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * CSV cells (RFC 4180).
 */
#include "sinks/csv.h"

#include <string.h>

void fl_csv_text(fl_buffer *out, const char *text) {
    fl_buffer shown = {0};
    fl_escape(&shown, text, strlen(text), FL_ESCAPE_LINE);
    const char *from = shown.data ? shown.data : "";
    if (!strpbrk(from, ",\"")) {
        fl_buffer_puts(out, from);
    } else {
        fl_buffer_puts(out, "\"");
        for (; *from; from++)
            fl_buffer_add(out, *from == '"' ? "\"\"" : from, *from == '"' ? 2 : 1);
        fl_buffer_puts(out, "\"");
    }
    out->failed |= shown.failed;
    fl_buffer_done(&shown);
}

void fl_csv_ints(fl_buffer *out, const int64_t *values, int n) {
    for (int i = 0; i < n; i++)
        fl_buffer_printf(out, "%s%lld", i ? "x" : "", (long long)values[i]);
}

void fl_csv_axes(fl_buffer *out, const fl_axis *axes, int n) {
    for (int i = 0; i < n; i++)
        fl_buffer_printf(out, "%s%s", i ? "x" : "", fl_axis_name(axes[i]));
}
