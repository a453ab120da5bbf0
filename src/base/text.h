/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Text for people: growing strings, escaping what came from outside, widths, plain ASCII.
 */
#ifndef FL_BASE_TEXT_H
#define FL_BASE_TEXT_H

#include <footlight/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A growing string; init with {0}, release with fl_buffer_done. `data` is NUL-terminated once
 * anything was added. After an allocation failure `failed` is set and nothing more is added. */
typedef struct fl_buffer {
    char *data;
    size_t length, capacity;
    bool failed;
} fl_buffer;

void fl_buffer_add(fl_buffer *buffer, const char *bytes, size_t length);
void fl_buffer_puts(fl_buffer *buffer, const char *text);
void fl_buffer_printf(fl_buffer *buffer, const char *format, ...) FL_PRINTF(2, 3);
void fl_buffer_clear(fl_buffer *buffer);
void fl_buffer_done(fl_buffer *buffer);

/* Which control bytes pass through fl_escape unchanged. */
typedef enum fl_escape_mode {
    FL_ESCAPE_LINE, /* none: the result is one line, line feed and tab become \n and \t */
    FL_ESCAPE_TEXT  /* line feed and tab pass */
} fl_escape_mode;

/* Adds `length` bytes so that a terminal can show them: other control bytes as \xNN, invalid UTF-8
 * and characters that reorder or hide text as U+FFFD. */
void fl_escape(fl_buffer *buffer, const char *bytes, size_t length, fl_escape_mode mode);
/* The same into a fixed array, cut at `size` between characters; returns `out`. */
const char *fl_escape_into(char *out, size_t size, const char *bytes, size_t length);
/* Is it seen where it stands? Control and format characters, which turn text around, are not. */
bool fl_code_shows(uint32_t code);

/* Length in bytes (1 to 4) of the valid UTF-8 character at `bytes`, 0 if there is none. */
size_t fl_utf8_length(const char *bytes, size_t length);
/* Code point of that character. */
uint32_t fl_utf8_decode(const char *bytes, size_t length);
/* Columns a terminal gives a code point, and a NUL-terminated string. */
int fl_char_width(uint32_t code);
int fl_text_width(const char *text);

/* Adds `text` with the mathematical and drawing characters footlight itself uses written in ASCII
 * (sum for the sign, sqrt, theta, ...); any other non-ASCII character as `?`. */
void fl_ascii(fl_buffer *buffer, const char *text);

/* Does the text fit a pattern, in which `*` is any run of characters and `?` any one? */
bool fl_glob(const char *pattern, const char *text);

/* Writes `pattern` with the first {l} replaced by a layer's number. Returns the length the whole
 * has, like snprintf. */
int fl_spell_layer(char *out, size_t size, const char *pattern, int32_t layer);

/* "1,000,576", and "3.7 MiB". Return `out`. */
const char *fl_group_digits(char *out, size_t size, int64_t value);
const char *fl_human_bytes(char *out, size_t size, double bytes);
/* 4 significant digits and K, M, G, T by thousands: "13.5 G". */
const char *fl_human_count(char *out, size_t size, double value);

#endif
