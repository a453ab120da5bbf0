/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Signals that end a program, held back until the terminal has been put right. One user at a time.
 */
#ifndef FL_BASE_SIGNALS_H
#define FL_BASE_SIGNALS_H

/* From now on the interrupt, terminate, hang-up and quit signals are only noted. A crash (bad
 * memory access, abort, ...) first calls `crash`, then goes the way it would have gone. */
void fl_signals_hold(void (*crash)(void));
/* The last signal noted, 0 if none; fl_signal_forget clears it. */
int fl_signal_noted(void);
void fl_signal_forget(void);
int fl_signal_is_interrupt(int signal);
/* Ends holding. */
void fl_signals_release(void);
/* Lets the signal do to the program what it does by default. */
void fl_signal_raise(int signal);

#endif
