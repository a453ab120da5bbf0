/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Putting safetensors files together in a test.
 */
#ifndef FL_TESTS_STORED_H
#define FL_TESTS_STORED_H

#include "base/text.h"
#include "model/safetensors.h"
#include "test.h"

#include <stdlib.h>
#include <string.h>

/* Adds a header of any bytes with its length before it, and n bytes of data 0, 1, 2, ... */
static inline void stored_file(fl_buffer *out, const char *header, size_t length, size_t n) {
    char bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (char)((uint64_t)length >> 8 * i);
    fl_buffer_add(out, bytes, 8);
    fl_buffer_add(out, header, length);
    for (size_t i = 0; i < n; i++)
        fl_buffer_add(out, &(char){(char)i}, 1);
}

/* Reads bytes that are copied to their exact size, so that a sanitizer sees a read past the end. */
static inline fl_status stored_read(fl_safetensors *file, const void *bytes, size_t length,
                                    fl_diag *diag) {
    char *copy = malloc(length ? length : 1);
    if (length)
        memcpy(copy, bytes, length);
    *diag = (fl_diag){0};
    fl_status status = fl_safetensors_read(file, copy, length, diag);
    free(copy);
    return status;
}

/* These bytes must be refused with words of the message, which no control byte is in. */
static inline void assert_stored_refused(const void *bytes, size_t length, const char *words) {
    fl_safetensors file;
    fl_diag diag;
    fl_status status = stored_read(&file, bytes, length, &diag);
    if (status == FL_OK || !strstr(diag.message, words)) {
        print_error("got '%s', expected '%s'\n", diag.message, words);
        fail();
    }
    for (const char *c = diag.message; *c; c++)
        assert_true((unsigned char)*c >= 0x20 && *c != 0x7f);
    fl_safetensors_done(&file);
}

/* The same for a header with n bytes of data. */
static inline void assert_header_refused(const char *header, size_t n, const char *words) {
    fl_buffer file = {0};
    stored_file(&file, header, strlen(header), n);
    assert_stored_refused(file.data, file.length, words);
    fl_buffer_done(&file);
}

#endif
