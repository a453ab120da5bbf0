/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Linking a file's bytes into the program. FL_INCBIN(symbol, "file") declares symbol[] and
 * symbol_end[], hidden; a zero byte follows, so that a text is a string. FOOTLIGHT_TREE is where
 * the sources lie at build time; the build must know that the object depends on the file.
 */
#ifndef FL_BASE_INCBIN_H
#define FL_BASE_INCBIN_H

#define FL_TEXT_OF(x) FL_TEXT_OF_EXPANDED(x)
#define FL_TEXT_OF_EXPANDED(x) #x
#define FL_SYMBOL(name) FL_TEXT_OF(__USER_LABEL_PREFIX__) #name
#ifdef __APPLE__
#define FL_CONST_SECTION ".section __TEXT,__const\n"
#else
#define FL_CONST_SECTION ".section .rodata\n"
#endif

#define FL_INCBIN(symbol, file)                                                                    \
    __asm__(FL_CONST_SECTION ".balign 64\n"                                                        \
                             ".globl " FL_SYMBOL(symbol) "\n" FL_SYMBOL(                           \
                                 symbol) ":\n"                                                     \
                                         ".incbin \"" FOOTLIGHT_TREE "/" file "\"\n"               \
                                         ".globl " FL_SYMBOL(symbol##_end) "\n" FL_SYMBOL(         \
                                             symbol##_end) ":\n"                                   \
                                                           ".byte 0\n.text\n");                    \
    extern const char symbol[] __attribute__((visibility("hidden")));                              \
    extern const char symbol##_end[] __attribute__((visibility("hidden")))

#endif
