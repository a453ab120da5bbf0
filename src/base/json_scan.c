/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
#include "base/json_scan.h"

#include "base/diag.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

static const char space[] = " \t\n\r";

static char peek(const fl_scan *scan) {
    return scan->at < scan->length ? scan->text[scan->at] : '\0';
}

static void skip_space(fl_scan *scan) {
    while (peek(scan) && strchr(space, peek(scan)))
        scan->at++;
}

fl_status fl_scan_fail(const fl_scan *scan, const char *expected) {
    char shown[16] = "the end";
    if (scan->at < scan->length) {
        const char *here = scan->text + scan->at;
        size_t n = fl_utf8_length(here, scan->length - scan->at);
        shown[0] = '\'';
        fl_escape_into(shown + 1, sizeof shown - 2, here, n ? n : 1);
        strcat(shown, "'");
    }
    return fl_fail_at(scan->diag, FL_ERR_FORMAT, scan->base + scan->at,
                      "JSON: found %s, expected %s", shown, expected);
}

bool fl_scan_take(fl_scan *scan, char wanted) {
    skip_space(scan);
    if (scan->at >= scan->length || peek(scan) != wanted)
        return false;
    scan->at++;
    return true;
}

char fl_scan_peek(fl_scan *scan) {
    skip_space(scan);
    return peek(scan);
}

fl_status fl_scan_expect(fl_scan *scan, char wanted, const char *expected) {
    return fl_scan_take(scan, wanted) ? FL_OK : fl_scan_fail(scan, expected);
}

fl_status fl_scan_next(fl_scan *scan, char end, bool *more) {
    const char expected[] = {'a', ' ', 'c', 'o', 'm', 'm', 'a', ' ', 'o', 'r', ' ', end, '\0'};
    *more = fl_scan_take(scan, ',');
    return *more ? FL_OK : fl_scan_expect(scan, end, expected);
}

/* ---- strings ---- */

static void put(fl_scan *scan, char byte) {
    if (scan->room)
        *scan->room++ = byte;
}

static void put_code(fl_scan *scan, uint32_t code) {
    if (code < 0x80) {
        put(scan, (char)code);
        return;
    }
    int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const unsigned first[] = {0, 0xc0, 0xe0, 0xf0};
    put(scan, (char)(first[more] | code >> 6 * more));
    while (more-- > 0)
        put(scan, (char)(0x80 | (code >> 6 * more & 0x3f)));
}

static bool hex4(fl_scan *scan, uint32_t *out) {
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    *out = 0;
    for (int i = 0; i < 4; i++) {
        const char *digit = peek(scan) ? strchr(digits, peek(scan)) : NULL;
        if (!digit)
            return false;
        *out = *out << 4 | (uint32_t)(digit - digits) % 16;
        scan->at++;
    }
    return true;
}

/* What follows \u. */
static fl_status unicode_escape(fl_scan *scan) {
    uint32_t code, low;
    if (!hex4(scan, &code))
        return fl_scan_fail(scan, "four hexadecimal digits");
    if (code >= 0xd800 && code < 0xdc00) {
        if (scan->length - scan->at < 6 || memcmp(scan->text + scan->at, "\\u", 2) != 0)
            return fl_scan_fail(scan, "the second half of a surrogate pair");
        scan->at += 2;
        if (!hex4(scan, &low) || low < 0xdc00 || low >= 0xe000)
            return fl_scan_fail(scan, "the second half of a surrogate pair");
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    } else if (code >= 0xdc00 && code < 0xe000) {
        return fl_scan_fail(scan, "no lone surrogate before this");
    }
    if (code == 0)
        return fl_scan_fail(scan, "no NUL before this");
    put_code(scan, code);
    return FL_OK;
}

static fl_status escape(fl_scan *scan) {
    static const char letters[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    char letter = peek(scan);
    const char *found = letter ? strchr(letters, letter) : NULL;
    if (!found && letter != 'u')
        return fl_scan_fail(scan, "an escape that JSON has");
    scan->at++;
    if (letter == 'u')
        return unicode_escape(scan);
    put(scan, values[found - letters]);
    return FL_OK;
}

/* One character as it stands. */
static fl_status plain(fl_scan *scan) {
    const char *here = scan->text + scan->at;
    size_t n = fl_utf8_length(here, scan->length - scan->at);
    if (n == 0)
        return fl_scan_fail(scan, "UTF-8");
    if ((unsigned char)*here < 0x20)
        return fl_scan_fail(scan, "no control byte in a string");
    for (size_t i = 0; i < n; i++)
        put(scan, here[i]);
    scan->at += n;
    return FL_OK;
}

fl_status fl_scan_string(fl_scan *scan, const char **out) {
    fl_status status = fl_scan_expect(scan, '"', "a string");
    *out = scan->room;
    while (status == FL_OK && scan->at < scan->length && peek(scan) != '"') {
        if (peek(scan) == '\\') {
            scan->at++;
            status = escape(scan);
        } else {
            status = plain(scan);
        }
    }
    if (status != FL_OK)
        return status;
    put(scan, '\0');
    if (scan->at >= scan->length)
        return fl_scan_fail(scan, "the end of a string");
    scan->at++;
    return FL_OK;
}

fl_status fl_scan_key(fl_scan *scan, const char **out) {
    fl_status status = fl_scan_string(scan, out);
    return status == FL_OK ? fl_scan_expect(scan, ':', "a colon") : status;
}

/* ---- numbers and other values ---- */

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

fl_status fl_scan_count(fl_scan *scan, uint64_t most, uint64_t *out) {
    uint64_t value = 0;
    skip_space(scan);
    size_t start = scan->at;
    while (is_digit(peek(scan))) {
        uint64_t digit = (uint64_t)(peek(scan) - '0');
        if (value > (most - digit) / 10 || digit > most)
            return fl_scan_fail(scan, "a smaller number");
        value = value * 10 + digit;
        scan->at++;
    }
    bool zeros = scan->at > start + 1 && scan->text[start] == '0';
    if (scan->at == start || zeros || (peek(scan) && strchr(".eE", peek(scan))))
        return fl_scan_fail(scan, "a whole number, not negative, in plain digits");
    *out = value;
    return FL_OK;
}

static bool digits(fl_scan *scan) {
    size_t start = scan->at;
    while (is_digit(peek(scan)))
        scan->at++;
    return scan->at > start;
}

static fl_status skip_number(fl_scan *scan) {
    if (peek(scan) == '-')
        scan->at++;
    bool zero = peek(scan) == '0';
    scan->at += zero;
    bool good = zero || digits(scan);
    if (good && peek(scan) == '.') {
        scan->at++;
        good = digits(scan);
    }
    if (good && peek(scan) && strchr("eE", peek(scan))) {
        scan->at++;
        if (peek(scan) && strchr("+-", peek(scan)))
            scan->at++;
        good = digits(scan);
    }
    return good ? FL_OK : fl_scan_fail(scan, "a number");
}

static bool take_word(fl_scan *scan, const char *word) {
    size_t n = strlen(word);
    if (scan->length - scan->at < n || memcmp(scan->text + scan->at, word, n) != 0)
        return false;
    scan->at += n;
    return true;
}

fl_status fl_scan_bool(fl_scan *scan, bool *out) {
    skip_space(scan);
    *out = take_word(scan, "true");
    return *out || take_word(scan, "false") ? FL_OK : fl_scan_fail(scan, "true or false");
}

bool fl_scan_null(fl_scan *scan) {
    skip_space(scan);
    return take_word(scan, "null");
}

/* Words, and those that Python writes though JSON does not have them. */
static fl_status skip_word(fl_scan *scan) {
    static const char *const words[] = {"true", "false", "null"};
    static const char *const strange[] = {"NaN", "Infinity", "-Infinity"};
    for (size_t i = 0; i < 3; i++)
        if (take_word(scan, words[i]))
            return FL_OK;
    for (size_t i = 0; i < 3; i++)
        if (take_word(scan, strange[i]))
            return fl_fail_at(scan->diag, FL_ERR_FORMAT, scan->base + scan->at - strlen(strange[i]),
                              "JSON: found the literal %s, expected a number that JSON can hold",
                              strange[i]);
    return peek(scan) == '-' || is_digit(peek(scan)) ? skip_number(scan)
                                                     : fl_scan_fail(scan, "a value");
}

static fl_status skip_value(fl_scan *scan, int depth);

static fl_status skip_members(fl_scan *scan, char end, int depth) {
    fl_status status = FL_OK;
    const char *key;
    bool more = !fl_scan_take(scan, end);
    scan->containers++;
    if (depth > FL_SCAN_DEPTH)
        return fl_fail_at(scan->diag, FL_ERR_LIMIT, scan->base + scan->at - 1,
                          "JSON: found values nested deeper than %d, expected fewer levels",
                          FL_SCAN_DEPTH);
    while (status == FL_OK && more) {
        if (end == '}')
            status = fl_scan_key(scan, &key);
        if (status == FL_OK)
            status = skip_value(scan, depth);
        if (status == FL_OK)
            status = fl_scan_next(scan, end, &more);
    }
    return status;
}

static fl_status skip_value(fl_scan *scan, int depth) {
    const char *text;
    if (fl_scan_take(scan, '{'))
        return skip_members(scan, '}', depth + 1);
    if (fl_scan_take(scan, '['))
        return skip_members(scan, ']', depth + 1);
    return peek(scan) == '"' ? fl_scan_string(scan, &text) : skip_word(scan);
}

fl_status fl_scan_skip(fl_scan *scan) {
    char *room = scan->room;
    scan->room = NULL;
    fl_status status = skip_value(scan, 0);
    scan->room = room;
    return status;
}

fl_status fl_scan_end(fl_scan *scan, const char *allowed) {
    while (peek(scan) && strchr(allowed, peek(scan)))
        scan->at++;
    return scan->at == scan->length ? FL_OK : fl_scan_fail(scan, "nothing more");
}
