/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Growing strings, and making text from files safe and measurable. Unicode facts (what is valid,
 * how wide, which category) come from utf8proc.
 */
#include "base/text.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

static bool reserve(fl_buffer *buffer, size_t more) {
    if (buffer->failed)
        return false;
    size_t need = buffer->length + more + 1;
    if (need <= buffer->capacity)
        return true;
    size_t capacity = buffer->capacity ? buffer->capacity : 64;
    while (capacity < need)
        capacity *= 2;
    char *data = realloc(buffer->data, capacity);
    if (!data) {
        buffer->failed = true;
        return false;
    }
    buffer->data = data;
    buffer->capacity = capacity;
    return true;
}

void fl_buffer_add(fl_buffer *buffer, const char *bytes, size_t length) {
    if (!reserve(buffer, length))
        return;
    if (length)
        memcpy(buffer->data + buffer->length, bytes, length);
    buffer->length += length;
    buffer->data[buffer->length] = '\0';
}

void fl_buffer_puts(fl_buffer *buffer, const char *text) {
    fl_buffer_add(buffer, text, strlen(text));
}

void fl_buffer_printf(fl_buffer *buffer, const char *format, ...) {
    va_list args, again;
    if (!reserve(buffer, 0))
        return;
    va_start(args, format);
    va_copy(again, args);
    size_t room = buffer->capacity - buffer->length;
    int length = vsnprintf(buffer->data + buffer->length, room, format, args);
    if (length >= 0 && (size_t)length >= room && reserve(buffer, (size_t)length))
        vsnprintf(buffer->data + buffer->length, (size_t)length + 1, format, again);
    if (length >= 0 && !buffer->failed)
        buffer->length += (size_t)length;
    buffer->data[buffer->length] = '\0';
    va_end(again);
    va_end(args);
}

void fl_buffer_clear(fl_buffer *buffer) {
    buffer->length = 0;
    if (buffer->data)
        buffer->data[0] = '\0';
}

void fl_buffer_done(fl_buffer *buffer) {
    free(buffer->data);
    *buffer = (fl_buffer){0};
}

size_t fl_utf8_length(const char *bytes, size_t length) {
    utf8proc_int32_t code;
    if (!length)
        return 0;
    utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)bytes,
                                          (utf8proc_ssize_t)(length < 4 ? length : 4), &code);
    return n > 0 && code >= 0 ? (size_t)n : 0;
}

uint32_t fl_utf8_decode(const char *bytes, size_t length) {
    utf8proc_int32_t code = -1;
    if (length)
        utf8proc_iterate((const utf8proc_uint8_t *)bytes,
                         (utf8proc_ssize_t)(length < 4 ? length : 4), &code);
    return code >= 0 ? (uint32_t)code : 0xfffd;
}

int fl_char_width(uint32_t code) {
    return utf8proc_charwidth((utf8proc_int32_t)code);
}

int fl_text_width(const char *text) {
    size_t length = strlen(text);
    int width = 0;
    while (length) {
        size_t n = fl_utf8_length(text, length);
        width += n ? fl_char_width(fl_utf8_decode(text, n)) : 1;
        n = n ? n : 1;
        text += n;
        length -= n;
    }
    return width;
}

/* Control, format (bidirectional marks and overrides among them), surrogate, private or unassigned
 * characters, and the two separators that end a line. */
bool fl_code_shows(uint32_t code) {
    switch (utf8proc_category((utf8proc_int32_t)code)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return false;
    default:
        return true;
    }
}

static void escape_control(fl_buffer *buffer, unsigned char byte, fl_escape_mode mode) {
    if (mode == FL_ESCAPE_TEXT && (byte == '\n' || byte == '\t'))
        fl_buffer_add(buffer, (const char *)&byte, 1);
    else if (byte == '\n' || byte == '\t')
        fl_buffer_puts(buffer, byte == '\n' ? "\\n" : "\\t");
    else
        fl_buffer_printf(buffer, "\\x%02x", byte);
}

/* Adds one character; returns the bytes it took. */
static size_t escape_one(fl_buffer *buffer, const char *bytes, size_t length, fl_escape_mode mode) {
    unsigned char byte = (unsigned char)bytes[0];
    if (byte < 0x20 || byte == 0x7f) {
        escape_control(buffer, byte, mode);
        return 1;
    }
    size_t n = fl_utf8_length(bytes, length);
    if (n && fl_code_shows(fl_utf8_decode(bytes, n)))
        fl_buffer_add(buffer, bytes, n);
    else
        fl_buffer_puts(buffer, "\xef\xbf\xbd");
    return n ? n : 1;
}

void fl_escape(fl_buffer *buffer, const char *bytes, size_t length, fl_escape_mode mode) {
    while (length) {
        size_t n = escape_one(buffer, bytes, length, mode);
        bytes += n;
        length -= n;
    }
}

/* Needs no memory: what is known only as text must not come out empty when there is none. */
const char *fl_escape_into(char *out, size_t size, const char *bytes, size_t length) {
    char room[16]; /* one character is at most four bytes, or a \xNN */
    fl_buffer one = {.data = room, .capacity = sizeof room};
    size_t used = 0;
    while (length) {
        one.length = 0;
        size_t n = escape_one(&one, bytes, length, FL_ESCAPE_LINE);
        if (used + one.length + 1 > size)
            break;
        memcpy(out + used, one.data, one.length);
        used += one.length;
        bytes += n;
        length -= n;
    }
    out[used] = '\0';
    return out;
}

static const struct {
    const char *utf8, *ascii;
} spellings[] = {
    {"·", "*"},     {"×", "x"},
    {"−", "-"},     {"–", "-"},
    {"—", "-"},     {"Σ", "sum"},
    {"θ", "theta"}, {"ε", "eps"},
    {"φ", "phi"},   {"ᵢ", "_i"},
    {"²", "^2"},    {"′", "'"},
    {"₀", "0"},     {"₁", "1"},
    {"₋", "-"},     {"‖", "||"},
    {"…", "..."},   {"→", "->"},
    {"←", "<-"},    {"▁", "_"},
    {"▸", ">"},     {"◂", "<"},
    {"▾", "v"},     {"✓", "="},
    {"●", "*"},     {"│", "|"},
    {"─", "-"},     {"┌", "+"},
    {"┐", "+"},     {"└", "+"},
    {"┘", "+"},     {"├", "+"},
    {"┤", "+"},     {"┬", "+"},
    {"┴", "+"},     {"┼", "+"},
    {"≤", "<="},    {"≥", ">="},
    {"≈", "~"},     {"≠", "!="},
    {"q̂", "q^"},    {"k̂", "k^"},
    {"π", "pi"},    {"∞", "inf"},
    {"“", "\""},    {"”", "\""},
    {"‘", "'"},     {"’", "'"},
    {"█", "#"},     {"✎", "!"},
    {"▲", "^"},     {"▼", "v"},
    {"½", "1/2"},   {"↑", "^"},
    {"↓", "v"},     {"∈", "in"},
    {"⊙", "*"},     {"⊕", "+"},
    {"°", " deg"},  {" ", " "},
    {"␣", "_"},     {"\xef\xbf\xbd", "?"},
};

/* Bytes of the name or number that begins here. */
static size_t operand_length(const char *text) {
    size_t n = 0;
    while (isalnum((unsigned char)text[n]) || (n > 0 && text[n] == '.'))
        n++;
    return n;
}

/* "√d" as "sqrt(d)"; a root of brackets has them already. */
static size_t spell_root(fl_buffer *buffer, const char *text) {
    size_t sign = strlen("√"), operand = operand_length(text + sign);
    fl_buffer_puts(buffer, operand ? "sqrt(" : "sqrt");
    fl_buffer_add(buffer, text + sign, operand);
    fl_buffer_puts(buffer, operand ? ")" : "");
    return sign + operand;
}

static size_t spell(fl_buffer *buffer, const char *text) {
    if (strncmp(text, "√", strlen("√")) == 0)
        return spell_root(buffer, text);
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
        size_t n = strlen(spellings[i].utf8);
        if (strncmp(text, spellings[i].utf8, n) == 0) {
            fl_buffer_puts(buffer, spellings[i].ascii);
            return n;
        }
    }
    size_t n = fl_utf8_length(text, strlen(text));
    fl_buffer_puts(buffer, "?");
    return n ? n : 1;
}

void fl_ascii(fl_buffer *buffer, const char *text) {
    while (*text) {
        if ((unsigned char)*text < 0x80 && !strchr("qk", *text)) {
            fl_buffer_add(buffer, text++, 1);
        } else if ((unsigned char)*text < 0x80) { /* q and k may carry a combining hat */
            bool hat = (unsigned char)text[1] == 0xcc;
            if (hat)
                text += spell(buffer, text);
            else
                fl_buffer_add(buffer, text++, 1);
        } else {
            text += spell(buffer, text);
        }
    }
}

/* Linear apart from backing up to the last star. */
bool fl_glob(const char *pattern, const char *text) {
    const char *star = NULL, *resume = NULL;
    while (*text) {
        if (*pattern == '*') {
            star = ++pattern;
            resume = text;
        } else if (*pattern == '?' || *pattern == *text) {
            pattern++;
            text++;
        } else if (star) {
            pattern = star;
            text = ++resume;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}

int fl_spell_layer(char *out, size_t size, const char *pattern, int32_t layer) {
    const char *mark = strstr(pattern, "{l}");
    if (!mark)
        return snprintf(out, size, "%s", pattern);
    return snprintf(out, size, "%.*s%d%s", (int)(mark - pattern), pattern, layer, mark + 3);
}

const char *fl_group_digits(char *out, size_t size, int64_t value) {
    char digits[24];
    int n = snprintf(digits, sizeof digits, "%lld", (long long)value);
    size_t used = 0;
    for (int i = 0; i < n && used + 2 < size; i++) {
        int left = n - i;
        if (i > 0 && left % 3 == 0 && digits[i - 1] != '-')
            out[used++] = ',';
        out[used++] = digits[i];
    }
    out[used] = '\0';
    return out;
}

static const char *scaled(char *out, size_t size, double value, double step,
                          const char *const *units, int n_units, const char *exact) {
    int unit = 0;
    while (fabs(value) >= step && unit + 1 < n_units) {
        value /= step;
        unit++;
    }
    if (unit == 0 && value == floor(value))
        snprintf(out, size, exact, value, units[0]);
    else
        snprintf(out, size, "%.4g %s", value, units[unit]);
    return out;
}

const char *fl_human_bytes(char *out, size_t size, double bytes) {
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    return scaled(out, size, bytes, 1024, units, 6, "%.0f %s");
}

const char *fl_human_count(char *out, size_t size, double value) {
    static const char *const units[] = {"", "K", "M", "G", "T", "P"};
    return scaled(out, size, value, 1000, units, 6, "%.0f%s");
}
