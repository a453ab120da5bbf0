/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Opening the tracer on a job: the live source behind it, the ready prompts, and how it gets a run
 * over another prompt.
 */
#ifndef FL_CLI_TRACER_H
#define FL_CLI_TRACER_H

#include "cli/job.h"

/* Returns when the reader has left. The commands of -x run first. */
fl_status fl_tracer_open(fl_cli *cli, fl_job *job);
/* Runs the commands of -x without a screen, prints what they say and returns. */
fl_status fl_tracer_batch(fl_cli *cli, fl_job *job);

#endif
