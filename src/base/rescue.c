/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * write and tcsetattr: nothing else may be called by a signal handler that comes at any time.
 */
#include "base/rescue.h"

#include <stdbool.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static struct termios modes;
static bool has_modes;
static char prepared[256];
static size_t n_prepared;

void fl_rescue_start(void) {
    n_prepared = 0;
    has_modes = tcgetattr(STDIN_FILENO, &modes) == 0;
}

void fl_rescue_add(const char *bytes, size_t length) {
    if (length > sizeof prepared - n_prepared)
        return;
    memcpy(prepared + n_prepared, bytes, length);
    n_prepared += length;
}

void fl_rescue(void) {
    ssize_t written = write(STDOUT_FILENO, prepared, n_prepared);
    (void)written;
    if (has_modes)
        tcsetattr(STDIN_FILENO, TCSANOW, &modes);
}
