/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Statistics of a stage side by side: two traces, or a trace and a tensor file, whose statistics
 * are taken here.
 *
 * The tolerance is that of cells, with the RMS of the record: of smallest and largest value, mean,
 * deviation, RMS and the values at both ends. Counts must be equal. What differs in a few cells
 * only may go unnoticed; what is noticed is different.
 */
#ifndef FL_COMPARE_RECORDS_H
#define FL_COMPARE_RECORDS_H

#include "compare/cells.h"

/* Adds what two records of the same head differ by. */
void fl_records_compare(fl_difference *out, const fl_record *a, const fl_record *b,
                        const fl_tolerance *tolerance);

/* Makes the record of a tensor, of one head where the stage is per head; `window` is the sliding
 * window's, 0 for none. False: out of memory. */
bool fl_record_of(fl_record *out, fl_stage stage, const fl_values *values, int32_t head,
                  int64_t window);

#endif
