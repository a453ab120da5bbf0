/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Formats, shades, glyphs and bars. Without colour the glyphs alone carry sign and size.
 */
#include "view/number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

fl_format fl_format_for(double largest, int digits) {
    int power = largest > 0 && isfinite(largest) ? (int)floor(log10(largest)) : 0;
    if (power > 5 || power < -4)
        return (fl_format){digits - 1, true, digits + 6};
    int decimals = digits - 1 - power;
    decimals = decimals < 0 ? 0 : decimals;
    int whole = power > 0 ? power + 1 : 1;
    return (fl_format){decimals, false, 1 + whole + (decimals > 0) + decimals};
}

const char *fl_number(char out[FL_NUMBER], fl_format format, double value) {
    if (isnan(value))
        return strcpy(out, "nan");
    if (isinf(value))
        return strcpy(out, value > 0 ? "inf" : "-inf");
    snprintf(out, FL_NUMBER, format.exponent ? "%.*e" : "%.*f", format.decimals, value);
    if (out[0] == '-' && strspn(out + 1, "0.") == strlen(out + 1))
        memmove(out, out + 1, strlen(out)); /* what rounds to nothing has no sign */
    return out;
}

const char *fl_short(char out[FL_NUMBER], double value) {
    double size = fabs(value);
    if (value == 0)
        return strcpy(out, "0");
    if (size >= 1e-4 && size < 1e6)
        return fl_number(out, fl_format_for(size, 4), value);
    snprintf(out, FL_NUMBER, "%.4g", value);
    return out;
}

const char *fl_exact(char out[FL_NUMBER], double value) {
    snprintf(out, FL_NUMBER, "%.9g", value);
    return out;
}

static int share_level(double value, double scale) {
    if (!(value > 0) || scale <= 0)
        return 0;
    int level = (int)(value / scale * 8);
    if (level == 0 && value / scale >= 0.02)
        level = 1;
    return level > 7 ? 7 : level;
}

static int signed_level(double value, double scale) {
    double size = fabs(value);
    if (scale <= 0 || size < scale / 32)
        return 0;
    int level = FL_SHADES - (int)floor(log2(scale / size));
    level = level > FL_SHADES ? FL_SHADES : level < 1 ? 1 : level;
    return value < 0 ? -level : level;
}

fl_style fl_shade_style(const fl_shading *shading, double value) {
    if (!isfinite(value))
        return FL_STYLE_alarm;
    if (shading->share)
        return (fl_style)(FL_STYLE_share_0 + share_level(value, shading->scale));
    return (fl_style)(FL_STYLE_heat_zero + signed_level(value, shading->scale));
}

static const char *const share_glyphs[2][2][8] = {
    {{" ", "1", "2", "3", "4", "5", "6", "7"}, {"  ", " 1", " 2", " 3", " 4", " 5", " 6", " 7"}},
    {{" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇"}, {"  ", "▁▁", "▂▂", "▃▃", "▄▄", "▅▅", "▆▆", "▇▇"}}};
/* from -5 to 5 */
static const char *const signed_glyphs[2][11] = {
    {"e", "d", "c", "b", "a", ".", "1", "2", "3", "4", "5"},
    {"-5", "-4", "-3", "-2", "-1", " .", "+1", "+2", "+3", "+4", "+5"}};
static const char *const color_glyphs[2][11] = {
    {"-", "-", "-", "-", " ", " ", " ", "+", "+", "+", "+"},
    {" -", " -", " -", " -", "  ", "  ", "  ", " +", " +", " +", " +"}};

const char *fl_shade_glyph(const fl_shading *shading, double value, int columns) {
    int wide = columns > 1;
    if (isnan(value))
        return wide ? " N" : "N";
    if (isinf(value))
        return wide ? (value < 0 ? "-I" : "+I") : "I";
    if (shading->share)
        return share_glyphs[!shading->ascii && !shading->colors][wide]
                           [share_level(value, shading->scale)];
    int level = signed_level(value, shading->scale) + FL_SHADES;
    return shading->colors >= 256 ? color_glyphs[wide][level] : signed_glyphs[wide][level];
}

void fl_shade_legend(const fl_shading *shading, int columns, char *out, size_t size) {
    char scale[FL_NUMBER];
    fl_short(scale, shading->scale / 2);
    if (shading->share && columns > FL_GLYPH_COLUMNS)
        snprintf(out, size, "eight equal shades from 0 to 1");
    else if (shading->share)
        snprintf(out, size,
                 shading->ascii || shading->colors
                     ? "7: from seven eighths of 1 on; blank: below 0.02"
                     : "full height is 1; blank: below 0.02");
    else if (shading->colors >= 256)
        snprintf(out, size, "blue −, orange +, full from %s, each below half", scale);
    else if (columns > 1)
        snprintf(out, size, "-5 to +5: 5 from %s, each below half", scale);
    else
        snprintf(out, size, "1 to 5 plus, a to e minus: 5, e from %s, each below half", scale);
}

const char *fl_bar(char out[128], double share, int width, bool ascii) {
    static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    share = share > 1 ? 1 : share > 0 ? share : 0;
    width = width > 40 ? 40 : width < 0 ? 0 : width;
    int parts = (int)lround(share * width * 8);
    size_t used = 0;
    for (int i = 0; i < parts / 8; i++) {
        const char *block = ascii ? "#" : "█";
        memcpy(out + used, block, strlen(block));
        used += strlen(block);
    }
    out[used] = '\0';
    if (parts % 8)
        strcpy(out + used, ascii ? (parts % 8 >= 4 ? "#" : "") : eighths[parts % 8]);
    return out;
}

const char *fl_column(double share, bool ascii) {
    static const char *const blocks[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static const char *const letters[] = {" ", "_", ".", "-", ":", "=", "+", "*", "#"};
    if (!(share > 0))
        return " ";
    int level = (int)ceil(share * 8);
    level = level > 8 ? 8 : level < 1 ? 1 : level;
    return ascii ? letters[level] : blocks[level];
}
