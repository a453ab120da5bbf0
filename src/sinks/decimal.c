/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Shortest decimals. A number x is multiplied by the power of ten that leaves 17 digits (9 for a
 * float) before the point, as a sum of two doubles, which loses nothing that matters: up to 10^44
 * the product is exact to 2^-104. Rounded to fewer digits it reads back to x as long as it is
 * nearer than half the distance to the next number. Seventeen (nine) digits always are.
 * What is larger or smaller than that reaches is printed and read again.
 */
#include "sinks/decimal.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Exact as doubles. */
static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
enum { EXACT = 22 };

/* The two precisions: digits that any decimal survives, digits that any number needs, bits. */
typedef struct precision {
    int least, most, bits;
} precision;

static const precision doubles = {DBL_DIG, 17, DBL_MANT_DIG}, floats = {FLT_DIG, 9, FLT_MANT_DIG};

int fl_decimal_int(char out[FL_DECIMAL], int64_t value) {
    char digits[FL_DECIMAL];
    int n = 0, length = 0;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do
        digits[n++] = (char)('0' + rest % 10);
    while (rest /= 10);
    if (value < 0)
        out[length++] = '-';
    while (n)
        out[length++] = digits[--n];
    out[length] = '\0';
    return length;
}

/* digits · 10^(exponent − n + 1) for n digits: as a power of ten the first of them counts. */
typedef struct decimal {
    int64_t digits;
    int n, exponent;
} decimal;

/* ---- digits ---- */

/* whole + rest, 0 <= rest < 1. */
typedef struct scaled {
    int64_t whole;
    double rest;
} scaled;

/* x · 10^power. */
static scaled scale(double x, int power) {
    int first = power < EXACT ? power : EXACT;
    double high = x * powers[first], low = fma(x, powers[first], -high);
    if (power > EXACT) {
        double more = powers[power - EXACT], product = high * more;
        low = fma(high, more, -product) + low * more;
        high = product;
    }
    int64_t whole = (int64_t)high;
    double rest = (high - (double)whole) + low, floor_of_rest = floor(rest);
    return (scaled){whole + (int64_t)floor_of_rest, rest - floor_of_rest};
}

/* How far a decimal may be from x and still read back: half the distance to the next number above
 * and below, in units of the last of all digits. */
typedef struct gaps {
    double above, below;
} gaps;

/* A little less, for they are rounded. Below a power of two the numbers are half as far apart. */
static gaps gaps_of(double x, int power, const precision *p) {
    int binary;
    bool lowest = frexp(x, &binary) == 0.5;
    double half = ldexp(1 - 0x1p-40, binary - p->bits - 1);
    half *= power > EXACT ? powers[EXACT] * powers[power - EXACT] : powers[power];
    return (gaps){half, lowest ? half / 2 : half};
}

/* Rounds to n of the `most` digits; true if that reads back. */
static bool round_to(const scaled *x, int n, int most, const gaps *near, decimal *out) {
    int64_t unit = (int64_t)powers[most - n];
    int64_t digits = x->whole / unit;
    double rest = (double)(x->whole - digits * unit) + x->rest;
    double middle = (double)unit / 2;
    if (rest > middle || (rest == middle && digits % 2)) {
        digits++;
        rest -= (double)unit;
    }
    out->digits = digits;
    out->n = n;
    return n == most || (rest > 0 ? rest < near->below : -rest < near->above);
}

/* False: x is out of reach. */
static bool shortest(double x, const precision *p, decimal *out) {
    int binary;
    frexp(x, &binary);
    out->exponent = (int)floor((binary - 1) * 0.30102999566398120); /* log10 2; or one more */
    int power = p->most - 1 - out->exponent;
    if (power < 1 || power > 2 * EXACT)
        return false;
    scaled s = scale(x, power);
    if (s.whole >= (int64_t)powers[p->most]) {
        out->exponent++;
        s = scale(x, --power);
    }
    const gaps near = gaps_of(x, power, p);
    for (int n = p->least; !round_to(&s, n, p->most, &near, out);)
        n++;
    return true;
}

/* ---- text ---- */

/* Without the zeros at the end, and with one digit less where rounding up made one more. */
static int digits_of(decimal *d, char *digits) {
    int n = fl_decimal_int(digits, d->digits);
    d->exponent += n - d->n;
    while (n > 1 && digits[n - 1] == '0')
        n--;
    return n;
}

static int with_exponent(char *out, const char *digits, int n, int exponent) {
    int length = 0;
    out[length++] = digits[0];
    if (n > 1) {
        out[length++] = '.';
        memcpy(out + length, digits + 1, (size_t)n - 1);
        length += n - 1;
    }
    return length + sprintf(out + length, "e%+03d", exponent);
}

static int with_point(char *out, const char *digits, int n, int exponent) {
    int length = 0, before = exponent + 1;
    if (before <= 0) {
        memcpy(out, "0.0000", 6);
        length = 2 - before;
        before = 0;
    } else {
        memcpy(out, digits, (size_t)before);
        length = before;
        out[length++] = '.';
    }
    memcpy(out + length, digits + before, (size_t)(n - before));
    length += n - before;
    out[length] = '\0';
    return length;
}

static int print_and_read(char *out, double value, bool single) {
    int length = 0;
    for (int n = 1; n <= doubles.most; n++) { /* the smallest numbers need one digit */
        length = snprintf(out, FL_DECIMAL, "%.*g", n, value);
        if (single ? strtof(out, NULL) == (float)value : strtod(out, NULL) == value)
            break;
    }
    return length;
}

int fl_decimal(char out[FL_DECIMAL], double value, bool single) {
    char digits[FL_DECIMAL];
    decimal d;
    bool large = fabs(value) >= 1e15;
    if (!large && value == floor(value))
        return fl_decimal_int(out, (int64_t)value);
    if (large || !shortest(fabs(value), single ? &floats : &doubles, &d))
        return print_and_read(out, value, single);
    int sign = value < 0, n = digits_of(&d, digits);
    out[0] = '-';
    return sign + (d.exponent < -4 ? with_exponent : with_point)(out + sign, digits, n, d.exponent);
}
