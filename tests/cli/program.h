/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Running a built program as a user does, and looking at what it said. The locale variables,
 * NO_COLOR and FOOTLIGHT_ISA are taken out of its environment unless a test puts them in.
 */
#ifndef FL_TESTS_CLI_PROGRAM_H
#define FL_TESTS_CLI_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

typedef struct fl_ran {
    int status; /* exit status; 256 + the signal if one ended it */
    char *out;  /* NUL-terminated */
    size_t out_length;
    char *err;
} fl_ran;

typedef struct fl_how {
    const char *program; /* path; NULL: footlight's */
    const char *input;   /* standard input; NULL: empty */
    const char *output;  /* file that standard output goes to; NULL: caught */
    bool output_closed;
    bool reader_gone;        /* standard output is a pipe nobody reads */
    const char *environment; /* one "NAME=value"; NULL: none */
} fl_how;

/* `words` ends with NULL; the program's path is put before them. Fails the test if it cannot run.
 */
fl_ran fl_program(const fl_how *how, const char *const *words);
void fl_ran_done(fl_ran *ran);
/* Columns of the widest line. */
int fl_widest_line(const char *text);

/* fl_run("shapes", "builtin") */
#define fl_run(...) fl_program(&(fl_how){0}, (const char *const[]){__VA_ARGS__, NULL})
#define fl_run_how(how, ...) fl_program(&(how), (const char *const[]){__VA_ARGS__, NULL})

/* Exit status, nothing on standard output, and exactly one line on standard error that begins with
 * "footlight: " and contains every word of `parts` (separated by bars). Releases `ran`. */
void fl_assert_refused(fl_ran ran, int status, const char *parts);
/* The text has `part` somewhere. */
void fl_assert_says(const char *text, const char *part);
/* Exit status 0 and nothing on standard error. */
void fl_assert_ran(const fl_ran *ran);

/* Ids of the default prompt in the built-in vocabulary, BOS first, between commas; static. */
const char *fl_default_ids(void);

/* Path of a file in a folder of this test process alone, which goes when it ends; static, good for
 * many calls (fl_program makes three of its own). */
const char *fl_temporary(const char *name);
/* Writes a file there and returns its path. */
const char *fl_write_temporary(const char *name, const void *bytes, size_t length);
/* A whole file, NUL-terminated, to be freed. Fails the test if it cannot be read. */
char *fl_read_file(const char *path, size_t *length);

#endif
