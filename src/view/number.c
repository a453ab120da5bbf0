/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Formats, shades, glyphs and bars. Without colour the glyphs alone carry sign and size.
 */
#include "view/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
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
        return strcpy(out, "NaN");
    if (isinf(value))
        return strcpy(out, value > 0 ? "inf" : "-inf");
    snprintf(out, FL_NUMBER, format.exponent ? "%.*e" : "%.*f", format.decimals, value);
    if (out[0] == '-' && strspn(out + 1, "0.") == strlen(out + 1))
        memmove(out, out + 1, strlen(out)); /* what rounds to nothing has no sign */
    return out;
}

const char *fl_number_apart(char out[FL_NUMBER], fl_format format, double value) {
    fl_number(out, format, value);
    if (value == 0 || !isfinite(value) || format.exponent || strspn(out, "0.") != strlen(out))
        return out;
    snprintf(out, FL_NUMBER, "%.0e", value);
    char *power = strchr(out, 'e') + 2; /* "4e-03" to "4e-3" */
    while (*power == '0' && power[1])
        memmove(power, power + 1, strlen(power));
    if ((int)strlen(out) > format.width)
        strcpy(out, value < 0 ? "-~0" : "~0");
    return out;
}

const char *fl_short(char out[FL_NUMBER], double value) {
    double size = fabs(value);
    if (value == 0)
        return strcpy(out, "0");
    if (!isfinite(value))
        return fl_number(out, fl_format_for(0, 4), value);
    if (size >= 1e-4 && size < 1e6)
        return fl_number(out, fl_format_for(size, 4), value);
    snprintf(out, FL_NUMBER, "%.4g", value);
    return out;
}

const char *fl_plus(double value) {
    return value < 0 || isnan(value) ? "" : "+";
}

const char *fl_exact(char out[FL_NUMBER], double value) {
    if (!isfinite(value))
        return fl_number(out, fl_format_for(0, 4), value);
    snprintf(out, FL_NUMBER, "%.9g", value == 0 ? 0 : value); /* no -0 */
    return out;
}

/* Where the levels begin, as parts of the scale, from the largest level down. Levels and legends
 * both go by these. */
enum { SHARES = 7 };
static const double share_bounds[2][SHARES] = {
    {7 / 8.0, 6 / 8.0, 5 / 8.0, 4 / 8.0, 3 / 8.0, 2 / 8.0, 1 / 50.0},
    {1 / 3.0, 1 / 10.0, 1 / 30.0, 1 / 100.0, 1 / 300.0, 1 / 1000.0, 1 / 3000.0}};
static const double bounds[2][FL_SHADES - 1] = {{1 / 3.0, 1 / 10.0, 1 / 30.0, 1 / 100.0},
                                                {4 / 5.0, 3 / 5.0, 2 / 5.0, 1 / 5.0}};

bool fl_ramp_is_share(fl_ramp ramp) {
    return ramp == FL_RAMP_SHARE || ramp == FL_RAMP_SHARE_LOG;
}

static int share_level(const fl_shading *shading, double value) {
    const double *from = share_bounds[shading->ramp == FL_RAMP_SHARE_LOG];
    int level = SHARES;
    for (int i = 0; i < SHARES && !(value >= shading->scale * from[i]); i++)
        level--;
    return shading->scale > 0 ? level : 0;
}

/* To the two digits that a legend shows, so that a cell never contradicts it. */
static double two_digits(double value, bool up) {
    if (!(value > 0) || !isfinite(value))
        return value;
    int power = 1 - (int)floor(log10(value));
    double step = pow(10, abs(power)), count = power > 0 ? value * step : value / step;
    count = up ? ceil(count * (1 - 1e-12)) : round(count);
    return power > 0 ? count / step : count * step;
}

/* Where shades 5, 4, 3 and 2 begin, and beyond which there is none: the scale, rounded up. */
static double bound_of(const fl_shading *shading, int i) {
    const double *parts = bounds[shading->ramp == FL_RAMP_SIGNED_LINEAR];
    return i < FL_SHADES - 1 ? two_digits(shading->scale * parts[i], false)
                             : two_digits(shading->scale, true);
}

/* -5 to 5; 6 and -6 lie beyond the scale. */
static int signed_level(const fl_shading *shading, double value) {
    double size = fabs(value);
    if (value == 0 || shading->scale <= 0)
        return 0;
    int level = FL_SHADES + (size > bound_of(shading, FL_SHADES - 1));
    for (int i = 0; i < FL_SHADES - 1 && size < bound_of(shading, i); i++)
        level--;
    return value < 0 ? -level : level;
}

fl_style fl_shade_style(const fl_shading *shading, double value) {
    if (!isfinite(value))
        return FL_STYLE_alarm;
    if (fl_ramp_is_share(shading->ramp))
        return (fl_style)(FL_STYLE_share_0 + share_level(shading, value));
    int level = signed_level(shading, value);
    level = level > FL_SHADES ? FL_SHADES : level < -FL_SHADES ? -FL_SHADES : level;
    return (fl_style)(FL_STYLE_heat_zero + level);
}

/* Even shares as digits: tenths, the first from where the colours begin. */
static const char *const tenths[2][10] = {
    {",", "1", "2", "3", "4", "5", "6", "7", "8", "9"},
    {" ,", " 1", " 2", " 3", " 4", " 5", " 6", " 7", " 8", " 9"}};
static const char *const share_glyphs[2][2][8] = {
    {{",", "1", "2", "3", "4", "5", "6", "7"}, {" ,", " 1", " 2", " 3", " 4", " 5", " 6", " 7"}},
    {{",", "▁", "▂", "▃", "▄", "▅", "▆", "▇"}, {" ,", "▁▁", "▂▂", "▃▃", "▄▄", "▅▅", "▆▆", "▇▇"}}};
/* from -6 to 6 */
static const char *const signed_glyphs[2][13] = {
    {"▼", "e", "d", "c", "b", "a", ".", "1", "2", "3", "4", "5", "▲"},
    {" ▼", "-5", "-4", "-3", "-2", "-1", " .", "+1", "+2", "+3", "+4", "+5", " ▲"}};
static const char *const color_glyphs[2][13] = {
    {"▼", "-", "-", "-", "-", "-", " ", "+", "+", "+", "+", "+", "▲"},
    {" ▼", " -", " -", " -", " -", " -", "  ", " +", " +", " +", " +", " +", " ▲"}};

/* 0 below the least that has a colour, else 1 to 9. */
static int tenth_of(const fl_shading *shading, double value) {
    if (share_level(shading, value) == 0)
        return 0;
    int tenth = 9;
    while (tenth > 1 && value < shading->scale * (tenth / 10.0))
        tenth--;
    return tenth;
}

const char *fl_shade_glyph(const fl_shading *shading, double value, int columns) {
    int wide = columns > 1;
    if (isnan(value))
        return wide ? " N" : "N";
    if (isinf(value))
        return wide ? (value < 0 ? "-I" : "+I") : "I";
    bool share = fl_ramp_is_share(shading->ramp);
    if (share && value == 0)
        return wide ? "  " : " ";
    if (shading->ramp == FL_RAMP_SHARE && (shading->ascii || shading->colors))
        return tenths[wide][tenth_of(shading, value)];
    if (share)
        return share_glyphs[!shading->ascii && !shading->colors][wide][share_level(shading, value)];
    int level = signed_level(shading, value) + FL_SHADES + 1;
    return shading->colors >= 256 ? color_glyphs[wide][level] : signed_glyphs[wide][level];
}

/* ---- legends: longer and shorter ways to say it, of which the first that fits is taken ---- */

enum { WAYS = 4 };

/* of shares: even steps, then those of a logarithm */
static const char *const share_numbers[2][WAYS] = {
    {"the stronger the colour, the larger the share", "stronger colour, larger share",
     "stronger is larger", ""},
    {"the stronger the colour, the larger: steps at 1/3000, 1/1000 … 1/10, 1/3",
     "stronger is larger: 1/3000, 1/1000 … 1/3", "stronger is larger", ""}};
static const char *const share_digits[2][WAYS] = {
    {"digits are tenths: 9 is 90 %% or more, 1 from 2 %% on; , is less; blank is 0",
     "digits are tenths, 1 from 2 %% on; , is less", "digits are tenths; , is less", ""},
    {"a larger digit is a larger share: 7 from 1/3, 6: 1/10, 5: 1/30 … 1: 1/3000",
     "7 from 1/3, 6: 1/10, 5: 1/30 … 1: 1/3000", "7 from 1/3, 6: 1/10 …", ""}};
static const char *const share_bars[2][WAYS] = {
    {"higher is larger: ▂ from 2/8 up to ▇ from 7/8; ▁ from 1/50; , less; blank 0",
     "higher is larger: ▂ from 2/8 … ▇ 7/8; ▁ 1/50; , less", "▂ from 2/8 … ▇ 7/8; ▁ 1/50; , less",
     ""},
    {"the higher, the larger: ▇ from 1/3 on, ▆: 1/10, ▅: 1/30, ▄: 1/100 … ▁: 1/3000",
     "higher is larger: ▇ from 1/3, ▆: 1/10 … ▁: 1/3000", "▇ from 1/3, ▆: 1/10 …", ""}};
/* the five numbers are where shades 5 to 2 begin, and the scale; %.0s passes over one */
static const char *const in_numbers[WAYS] = {
    "blue is negative, orange positive; the stronger, the larger: from %s, %s, %s, %s",
    "blue −, orange +, the stronger the larger: from %s, %s, %s, %s",
    "blue −, orange +, stronger is larger", "blue −, orange +"};
static const char *const in_colors[WAYS] = {
    ("blue is negative, orange positive; the stronger, the larger: full from %s, then %s, %s, %s; "
     "▲▼ over %s"),
    "blue −, orange +, stronger is larger: %s, %s, %s, %s; ▲▼ over %s",
    "blue −, orange +, stronger is larger;%.0s%.0s%.0s%.0s ▲▼ over %s",
    "blue −, orange +;%.0s%.0s%.0s%.0s ▲▼ over %s"};
/* of signed numbers: by half powers of ten, then even steps */
static const char *const in_digits[2][WAYS] = {
    {"sign, and size from 1 to 5: 5 from %s on, 4: %s, 3: %s, 2: %s, 1: less; . is 0; ▲▼ over %s",
     "1 small to 5 large: 5 from %s, 4: %s, 3: %s, 2: %s; ▲▼ over %s",
     "5 from %s on,%.0s%.0s%.0s each below a third; ▲▼ over %s",
     "5 from %s on;%.0s%.0s%.0s ▲▼ over %s"},
    {"sign, and size from 1 to 5: 5 from %s on, 4: %s, 3: %s, 2: %s, 1: less; . is 0; ▲▼ over %s",
     "1 small to 5 large: 5 from %s, 4: %s, 3: %s, 2: %s; ▲▼ over %s",
     "5 from %s on,%.0s%.0s%.0s down in even steps; ▲▼ over %s",
     "5 from %s on;%.0s%.0s%.0s ▲▼ over %s"}};
static const char *const in_letters[2][WAYS] = {
    {"plus 1–5, minus a–e, 5 and e largest: 5 e from %s on, 4 d %s, 3 c %s, 2 b %s; ▲▼ over %s",
     "plus 1–5, minus a–e; 5 and e from %s on,%.0s%.0s%.0s each below a third; ▲▼ over %s",
     "+ 1–5, − a–e; 5, e from %s, then%.0s%.0s%.0s thirds; ▲▼ over %s",
     "+ 1–5, − a–e; 5, e from %s;%.0s%.0s%.0s ▲▼ over %s"},
    {"plus 1–5, minus a–e, 5 and e largest: 5 e from %s on, 4 d %s, 3 c %s, 2 b %s; ▲▼ over %s",
     "plus 1–5, minus a–e; 5 and e from %s on,%.0s%.0s%.0s then even steps; ▲▼ over %s",
     "+ 1–5, − a–e; 5, e from %s, even%.0s%.0s%.0s steps; ▲▼ over %s",
     "+ 1–5, − a–e; 5, e from %s;%.0s%.0s%.0s ▲▼ over %s"}};

static const char *const *legend_of(const fl_shading *shading, int columns) {
    bool numbers = columns > FL_GLYPH_COLUMNS, share = fl_ramp_is_share(shading->ramp);
    int other = shading->ramp == FL_RAMP_SIGNED_LINEAR || shading->ramp == FL_RAMP_SHARE_LOG;
    if (numbers && !shading->colors)
        return NULL;
    if (share && numbers)
        return share_numbers[other];
    if (share)
        return shading->ascii || shading->colors ? share_digits[other] : share_bars[other];
    if (numbers)
        return in_numbers;
    return shading->colors >= 256 ? in_colors : columns > 1 ? in_digits[other] : in_letters[other];
}

void fl_shade_legend(const fl_shading *shading, int columns, int width, char *out, size_t size) {
    const char *const *ways = legend_of(shading, columns);
    char from[FL_SHADES][FL_NUMBER];
    const char *bare[FL_SHADES];
    out[0] = '\0';
    for (int i = 0; i < FL_SHADES; i++) {
        double bound = bound_of(shading, i);
        fl_number(from[i], fl_format_for(bound, 2), bound);
        bare[i] = from[i] + (strncmp(from[i], "0.", 2) == 0);
    }
    for (int way = 0; ways && way < WAYS; way++) {
        if (way == 0)
            snprintf(out, size, ways[way], from[0], from[1], from[2], from[3], from[4]);
        else /* ".12" is short for 0.12 */
            snprintf(out, size, ways[way], bare[0], bare[1], bare[2], bare[3], bare[4]);
        if (fl_text_width(out) <= width)
            return;
    }
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
    static const char *const letters[] = {" ", "_", ".", "-", ":", "=", "o", "*", "#"};
    if (!(share > 0))
        return " ";
    int level = (int)ceil(share * 8);
    level = level > 8 ? 8 : level < 1 ? 1 : level;
    return ascii ? letters[level] : blocks[level];
}

void fl_histogram(const int64_t bins[FL_BINS], int width, bool ascii, char *out, size_t size) {
    int64_t sums[FL_BINS] = {0}, most = 1;
    int per = FL_BINS / width;
    for (int i = 0; i < FL_BINS; i++)
        sums[i / per] += bins[i];
    for (int i = 0; i < width; i++)
        most = sums[i] > most ? sums[i] : most;
    size_t used = 0;
    for (int i = 0; i < width; i++) {
        const char *column = fl_column((double)sums[i] / (double)most, ascii);
        size_t length = strlen(column);
        if (used + length + 1 > size)
            break;
        memcpy(out + used, column, length);
        used += length;
    }
    out[used] = '\0';
}
