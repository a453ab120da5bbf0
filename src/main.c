/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The program. Everything is in src/cli.
 */
#include "cli/cli.h"

int main(int argc, char **argv) {
    return fl_cli_main(argc, argv);
}
