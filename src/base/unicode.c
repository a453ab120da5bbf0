/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
#include "base/unicode.h"

#include <utf8proc.h>

fl_char_kind fl_char_kind_of(uint32_t code) {
    if (code == '\n' || code == '\r')
        return FL_CHAR_LINE_END;
    if ((code >= '\t' && code <= '\r') || code == 0x85)
        return FL_CHAR_BLANK;
    switch (utf8proc_category((utf8proc_int32_t)code)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
        return FL_CHAR_LETTER;
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
        return FL_CHAR_DIGIT;
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return FL_CHAR_BLANK;
    default:
        return FL_CHAR_SIGN;
    }
}
