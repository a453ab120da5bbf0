/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Tracer commands from a file: one a line, blank lines and lines that begin with # left out.
 */
#ifndef FL_CLI_SCRIPT_H
#define FL_CLI_SCRIPT_H

#include "cli/cli.h"
#include "view/view.h"

/* What messages call the script: its path; NULL: there is none. */
const char *fl_script_name(fl_cli *cli);
/* Reads the file of -x, "-" being standard input; `out` stays empty without -x. */
fl_status fl_script_read(fl_cli *cli, fl_buffer *out);
/* Runs every command and prints what each has to say: its message, the page it opened, the event it
 * went to. The first that cannot be done ends it, with its line in the diag. */
fl_status fl_script_run(fl_cli *cli, fl_view *view, char *script);

#endif
