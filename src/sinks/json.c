/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * JSON output.
 */
#include "sinks/json.h"

#include "sinks/decimal.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

static void unicode_escape(fl_buffer *out, uint32_t code) {
    if (code >= 0x10000) {
        code -= 0x10000;
        fl_buffer_printf(out, "\\u%04x\\u%04x", 0xd800u + (code >> 10), 0xdc00u + (code & 0x3ff));
    } else {
        fl_buffer_printf(out, "\\u%04x", code);
    }
}

static void ascii_char(fl_buffer *out, char c) {
    static const char from[] = "\"\\\n\t\r\b\f", to[] = "\"\\ntrbf";
    const char *special = c ? strchr(from, c) : NULL;
    if (special)
        fl_buffer_printf(out, "\\%c", to[special - from]);
    else if ((unsigned char)c < 0x20 || c == 0x7f)
        unicode_escape(out, (unsigned char)c);
    else
        fl_buffer_add(out, &c, 1);
}

void fl_json_string(fl_buffer *out, const char *bytes, size_t length, bool ascii) {
    fl_buffer_puts(out, "\"");
    while (length) {
        size_t n = (unsigned char)*bytes < 0x80 ? 1 : fl_utf8_length(bytes, length);
        if (n == 1)
            ascii_char(out, *bytes);
        else if (ascii || !n || !fl_code_shows(fl_utf8_decode(bytes, n)))
            unicode_escape(out, n ? fl_utf8_decode(bytes, n) : 0xfffd);
        else
            fl_buffer_add(out, bytes, n);
        bytes += n ? n : 1;
        length -= n ? n : 1;
    }
    fl_buffer_puts(out, "\"");
}

void fl_json_text(fl_buffer *out, const char *text, bool ascii) {
    if (text)
        fl_json_string(out, text, strlen(text), ascii);
    else
        fl_buffer_puts(out, "null");
}

static void number(fl_buffer *out, double value, bool single) {
    char digits[FL_DECIMAL];
    if (!isfinite(value))
        fl_buffer_puts(out, "null");
    else if (value == 0 && signbit(value)) /* as "-0" it would read back as the integer zero */
        fl_buffer_puts(out, "-0.0");
    else
        fl_buffer_add(out, digits, (size_t)fl_decimal(digits, value, single));
}

void fl_json_double(fl_buffer *out, double value) {
    number(out, value, false);
}

void fl_json_float(fl_buffer *out, float value) {
    number(out, (double)value, true);
}

void fl_json_int(fl_buffer *out, int64_t value) {
    char digits[FL_DECIMAL];
    fl_buffer_add(out, digits, (size_t)fl_decimal_int(digits, value));
}

void fl_json_bool(fl_buffer *out, bool value) {
    fl_buffer_puts(out, value ? "true" : "false");
}

void fl_json_ints(fl_buffer *out, const int64_t *values, int n) {
    for (int i = 0; i < n; i++) {
        fl_buffer_puts(out, i ? "," : "[");
        fl_json_int(out, values[i]);
    }
    fl_buffer_puts(out, n ? "]" : "[]");
}

void fl_json_axes(fl_buffer *out, const fl_axis *axes, int n) {
    for (int i = 0; i < n; i++) {
        fl_buffer_puts(out, i ? ",\"" : "[\"");
        fl_buffer_puts(out, fl_axis_name(axes[i]));
        fl_buffer_puts(out, "\"");
    }
    fl_buffer_puts(out, n ? "]" : "[]");
}
