/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Handlers that only write one flag, and one for crashes that may do more because nothing is left
 * to lose.
 */
#include "base/signals.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

static const int held[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
static const int fatal[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
enum { HELD = sizeof held / sizeof *held, FATAL = sizeof fatal / sizeof *fatal };

static volatile sig_atomic_t noted;
static void (*on_crash)(void);
static atomic_flag crashed = ATOMIC_FLAG_INIT;
static struct sigaction before[HELD + FATAL];

static void note(int signal) {
    noted = signal;
}

/* Threads may crash at the same time, over the same lost file for one: the first of them ends the
 * program, the others wait for that. A crash within `call` does not call it again. */
static void call_once(void) {
    static pthread_t first;
    void (*call)(void) = on_crash;
    if (!atomic_flag_test_and_set(&crashed)) {
        first = pthread_self();
        on_crash = NULL;
        if (call)
            call();
        return;
    }
    while (!pthread_equal(first, pthread_self()))
        pause();
}

/* Whoever took care of the signal before gets it next: a fault comes again when the instruction is
 * tried again, a signal that was sent has to be sent again. */
static void crash(int signal, siginfo_t *info, void *context) {
    (void)context;
    call_once();
    for (int i = 0; i < FATAL; i++)
        if (fatal[i] == signal)
            sigaction(signal, &before[HELD + i], NULL);
    if (info->si_code <= 0)
        raise(signal);
}

void fl_signals_hold(void (*crash_call)(void)) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    sigemptyset(&action.sa_mask);
    noted = 0;
    on_crash = crash_call;
    action.sa_handler = note;
    for (int i = 0; i < HELD; i++)
        sigaction(held[i], &action, &before[i]);
    action.sa_sigaction = crash;
    action.sa_flags = (int)(SA_SIGINFO | SA_NODEFER);
    for (int i = 0; i < FATAL; i++)
        sigaction(fatal[i], &action, &before[HELD + i]);
}

int fl_signal_noted(void) {
    return noted;
}

void fl_signal_forget(void) {
    noted = 0;
}

int fl_signal_is_interrupt(int signal) {
    return signal == SIGINT;
}

void fl_signals_release(void) {
    for (int i = 0; i < HELD; i++)
        sigaction(held[i], &before[i], NULL);
    for (int i = 0; i < FATAL; i++)
        sigaction(fatal[i], &before[HELD + i], NULL);
    on_crash = NULL;
}

void fl_signal_raise(int which) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    sigemptyset(&action.sa_mask);
    action.sa_handler = SIG_DFL;
    sigaction(which, &action, NULL);
    raise(which);
}
