/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What the commands share: the parsed command line, where results go, and the one way out.
 *
 * A command writes results through fl_emit, fills the diag when something cannot be done and
 * returns the status. Only cli.c prints errors and decides the exit status.
 */
#ifndef FL_CLI_CLI_H
#define FL_CLI_CLI_H

#include "base/out.h"
#include "base/text.h"
#include "cli/args.h"

#include <footlight/footlight.h>

typedef struct fl_cli {
    fl_args args;
    bool ascii;  /* nothing but ASCII may be shown */
    bool color;  /* NO_COLOR is not set */
    int width;   /* columns of the terminal on standard output, 0: none */
    fl_out *out; /* standard output */
    fl_diag diag;
    int verdict; /* exit status of a command that could be done: 1 where `diff` finds a difference
                  */
} fl_cli;

/* Runs the program; returns its exit status. */
int fl_cli_main(int argc, char **argv);

/* Writes text for people, in ASCII where that is asked for. Cut it between characters only. */
void fl_emit(fl_cli *cli, const char *text);
/* Emits and releases a buffer. */
fl_status fl_emit_buffer(fl_cli *cli, fl_buffer *text);
/* One line on standard error that is no failure. */
void fl_note(const fl_cli *cli, const char *format, ...) FL_PRINTF(2, 3);

static inline const fl_option_value *fl_value(const fl_cli *cli, fl_option option) {
    return &cli->args.values[option];
}
static inline bool fl_given(const fl_cli *cli, fl_option option) {
    return cli->args.values[option].given;
}
/* Columns to break sentences at: the terminal's, or 80 elsewhere. Tables get all they need there.
 */
static inline int fl_prose_width(const fl_cli *cli) {
    return cli->width ? cli->width : 80;
}
/* MODEL, or the default. */
static inline const char *fl_model_argument(const fl_cli *cli) {
    return cli->args.subject ? cli->args.subject : "builtin";
}

typedef fl_status fl_command_fn(fl_cli *cli);
#define FL_COMMAND(id, ...) fl_command_fn fl_cmd_##id;
#include "cli/commands.def"

/* help.c, man.c, completion.c: texts made from the table. */
void fl_help_text(fl_buffer *out, bool command_given, fl_command command);
void fl_man_text(fl_buffer *out);
void fl_completion_text(fl_buffer *out);

#endif
