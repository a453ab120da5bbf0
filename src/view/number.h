/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Numbers for people: one format a panel, four significant digits for its largest, and what a value
 * looks like as a coloured cell.
 */
#ifndef FL_VIEW_NUMBER_H
#define FL_VIEW_NUMBER_H

#include "view/canvas.h"

/* How the numbers of one panel are written: all alike, so that they can be compared at a glance. */
typedef struct fl_format {
    int decimals;
    bool exponent;
    int width; /* columns of the widest, with its sign */
} fl_format;

enum { FL_NUMBER = 32 };

/* A format that gives `digits` significant digits to a number as large as `largest`. */
fl_format fl_format_for(double largest, int digits);
const char *fl_number(char out[FL_NUMBER], fl_format format, double value);
/* The same, but what is not zero does not read like zero: "0.004" in two decimals is "4e-3". */
const char *fl_number_apart(char out[FL_NUMBER], fl_format format, double value);
/* Four significant digits, by itself. */
const char *fl_short(char out[FL_NUMBER], double value);
/* The sign before a term of a sum that does not bring its own. */
const char *fl_plus(double value);
/* Enough digits to read a float back exactly. */
const char *fl_exact(char out[FL_NUMBER], double value);

/* Which numbers get which shade, as parts of the full scale. Signed numbers go from -5 to 5: by
 * size in half powers of ten, 5 from a third of it up to it, 4 from a tenth, 3 from a thirtieth, 2
 * from a hundredth, or evenly, 5 from four fifths on; 1 is all below but zero itself; what is
 * larger than `scale` has a sign of its own; all these bounds have two digits, as the legend shows
 * them. Shares go from 0 to 7: evenly, n from n eighths on, but 1 from a fiftieth on, or 7 from a
 * third on and so forth in half powers of ten. */
typedef enum fl_ramp {
    FL_RAMP_SIGNED, /* logarithmic on both sides of zero */
    FL_RAMP_SHARE,  /* even */
    FL_RAMP_SIGNED_LINEAR,
    FL_RAMP_SHARE_LOG
} fl_ramp;
enum { FL_SHADES = 5, FL_GLYPH_COLUMNS = 4 /* a wider cell shows its number */ };
typedef struct fl_shading {
    fl_ramp ramp;
    double scale;
    int colors;
    bool ascii;
} fl_shading;

bool fl_ramp_is_share(fl_ramp ramp);
fl_style fl_shade_style(const fl_shading *shading, double value);
/* One or two columns that show the value where its number does not fit. */
const char *fl_shade_glyph(const fl_shading *shading, double value, int columns);
/* What the glyphs (or behind numbers the colours) mean, in at most `width` columns where that can
 * be said; "" where there is nothing to explain. */
void fl_shade_legend(const fl_shading *shading, int columns, int width, char *out, size_t size);

/* Eighths of a bar of `width` columns, at most 40. */
const char *fl_bar(char out[128], double share, int width, bool ascii);
/* One column whose height tells a share. */
const char *fl_column(double share, bool ascii);
/* A histogram as text of `width` columns, a divisor of FL_BINS. */
enum { FL_BINS = 32 };
void fl_histogram(const int64_t bins[FL_BINS], int width, bool ascii, char *out, size_t size);

#endif
