/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Opening the tracer on a job: the live source behind it, the ready prompts, and how it gets a run
 * over another prompt.
 */
#ifndef FL_CLI_TRACER_H
#define FL_CLI_TRACER_H

#include "cli/job.h"

/* Returns when the reader has left. */
fl_status fl_tracer_open(fl_cli *cli, fl_job *job);

#endif
