/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Linking a file's bytes in, for `.S` sources: FL_INCBIN(symbol, "path") defines symbol and
 * symbol_end. Mach-O puts an underscore before C names and has its own section for constants.
 */
#ifndef FL_BASE_INCBIN_H
#define FL_BASE_INCBIN_H

#if defined(__APPLE__)
#define FL_INCBIN(symbol, path) FL_INCBIN_(_##symbol, path)
#define FL_INCBIN_SECTION .const
#define FL_INCBIN_HIDDEN .private_extern
#else
#define FL_INCBIN(symbol, path) FL_INCBIN_(symbol, path)
#define FL_INCBIN_SECTION .section .rodata
#define FL_INCBIN_HIDDEN .hidden
#endif

/* clang-format off */
#define FL_INCBIN_(symbol, path)                                                                   \
    FL_INCBIN_SECTION;                                                                             \
    .balign 64;                                                                                    \
    .globl symbol; .globl symbol##_end;                                                            \
    FL_INCBIN_HIDDEN symbol; FL_INCBIN_HIDDEN symbol##_end;                                        \
    symbol: .incbin path;                                                                          \
    symbol##_end: .byte 0;

#endif
