/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Opening bytes in a test and asserting what is said about them.
 */
#ifndef FL_TESTS_OPENED_H
#define FL_TESTS_OPENED_H

#include "model/gguf_writer.h"
#include "model/reader.h"
#include "test.h"

#include <footlight/model.h>

/* Opens bytes that must be refused with this status and a message that holds `words`. The bytes are
 * copied to their exact size, so that a sanitizer sees a read past the end. */
static inline void assert_refused_bytes(const char *name, const void *bytes, size_t length,
                                        fl_status expected, const char *words) {
    fl_model *model = NULL;
    fl_diag diag;
    char *copy = calloc(1, length ? length : 1);
    if (length)
        memcpy(copy, bytes, length);
    fl_status status = fl_model_open_bytes(&model, name, copy, length, &diag);
    if (status != expected || !strstr(diag.message, words)) {
        print_error("%s: got '%s' (%s), expected '%s' (%s)\n", name, diag.message,
                    fl_status_word(status), words, fl_status_word(expected));
        fail();
    }
    assert_null(model);
    assert_string_equal(diag.subject, name);
    assert_null(strpbrk(diag.message, "\033\a\n"));
    free(copy);
}

static inline fl_model *assert_opens_bytes(const char *name, const void *bytes, size_t length) {
    fl_model *model = NULL;
    fl_diag diag;
    fl_status status = fl_model_open_bytes(&model, name, bytes, length, &diag);
    if (status != FL_OK)
        print_error("%s: %s\n", name, diag.message);
    assert_int_equal(status, FL_OK);
    return model;
}

/* The same for what a writer has put together; the writer is done with after a refusal. */
static inline void assert_refused(gguf_writer *w, fl_status expected, const char *words) {
    gguf_finish(w, GGUF_WHOLE);
    assert_refused_bytes("test.gguf", w->file.data, w->file.length, expected, words);
    gguf_done(w);
}

static inline fl_model *assert_opens(gguf_writer *w, int with_data) {
    gguf_finish(w, with_data);
    return assert_opens_bytes("test.gguf", w->file.data, w->file.length);
}

static inline fl_model *assert_opens_file(const char *path) {
    fl_model *model = NULL;
    fl_diag diag;
    fl_status status = fl_model_open(&model, path, &diag);
    if (status != FL_OK)
        print_error("%s: %s\n", diag.subject, diag.message);
    assert_int_equal(status, FL_OK);
    return model;
}

#endif
