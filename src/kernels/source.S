/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The scalar kernels as text: the tracer shows them beside the values.
 */
#include "base/incbin.h"

FL_INCBIN(fl_scalar_text, "kernels/scalar.c")

#if defined(__ELF__)
.section .note.GNU-stack, "", %progbits
#endif
