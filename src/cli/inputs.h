/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The files a command reads, so that none of its results is written over one of them.
 */
#ifndef FL_CLI_INPUTS_H
#define FL_CLI_INPUTS_H

#include "cli/job.h"

/* What the file at `path` is to this command, in words, by whatever name or link it is reached;
 * NULL: nothing that is read. Before the job is open only what the command line names is known. */
const char *fl_input_called(const fl_cli *cli, const fl_job *job, const char *path);

#endif
