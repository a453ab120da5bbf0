/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Bytes that the program has allocated and not freed, by its own allocator's account: that of
 * AddressSanitizer, or glibc's, which counts small blocks it keeps ready as allocated, no more than
 * so many bytes of them. 0 where neither is there.
 */
#ifndef FL_TESTS_ALLOCATED_H
#define FL_TESTS_ALLOCATED_H

#include <stddef.h>

#ifdef __SANITIZE_ADDRESS__
/* as its own header has it, which not every compiler comes with */
size_t __sanitizer_get_current_allocated_bytes(void);

enum { ALLOCATED_READY = 0 };

static inline size_t allocated_bytes(void) {
    return __sanitizer_get_current_allocated_bytes();
}
#elif defined __GLIBC__ && defined __GLIBC_PREREQ
#include <malloc.h>

enum { ALLOCATED_READY = 256 << 10 };

static inline size_t allocated_bytes(void) {
#if __GLIBC_PREREQ(2, 33)
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
#else
    return 0;
#endif
}
#else
enum { ALLOCATED_READY = 0 };

static inline size_t allocated_bytes(void) {
    return 0;
}
#endif

#endif
