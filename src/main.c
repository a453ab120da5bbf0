/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The program. Everything is in src/cli.
 */
#include "base/machine.h"
#include "cli/cli.h"

int main(int argc, char **argv) {
    fl_spin_briefly(argv);
    return fl_cli_main(argc, argv);
}
