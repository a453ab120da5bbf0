/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Somebody else's engine: a forward pass of the built-in model written again from the formulas, in
 * double, and a dump of it as other tools name and lay it out. Errors can be planted in it.
 */
#ifndef FL_TESTS_PORT_H
#define FL_TESTS_PORT_H

#include <footlight/footlight.h>

typedef enum port_bug {
    PORT_RIGHT,
    PORT_WEIGHT,   /* one number of the gate's weight in layer 1 */
    PORT_PAIRING,  /* RoPE turns pairs (i, i + r/2) */
    PORT_ORDER,    /* q and k in Hugging Face's order */
    PORT_SCALE,    /* scores of layer 2 are not divided by √d */
    PORT_HALF,     /* swiglu of layer 2 rounded to F16 */
    PORT_EPSILON,  /* 1e-6 in place of 1e-5 */
    PORT_BIAS,     /* values of layer 1 have a bias */
    PORT_HEADS,    /* heads 2 and 3 of layer 1 change places */
    PORT_MASK,     /* head 3 of layer 0: query 2 sees key 4 */
    PORT_MASKS,    /* queries 2 and 3 of layer 0 see key 5 */
    PORT_SHARING,  /* heads take key and value heads in turn */
    PORT_POSITION, /* the first token stands at position 1 */
    PORT_NAN       /* a number of layer 3's down is none */
} port_bug;

typedef struct port_how {
    port_bug bug;
    fl_dialect dialect;
    bool without_batch;     /* the first axis is left out */
    bool without_tables;    /* no rope_cos and rope_sin */
    fl_stage without_stage; /* one that is left out; 0: none */
    bool last_row;          /* behind the last layer's attention only the last token */
    bool wide_keys;         /* 32 keys, as ggml's cache has them */
    bool no_mask;           /* scores are taken before the mask */
    double masked;          /* what a masked score is; 0: -INFINITY */
    fl_dtype stored;        /* F32 (0) or F16 */
    const char *metadata;   /* of the file, JSON; NULL: none */
} port_how;

enum { PORT_TOKENS = 6 };
extern const char port_ids[]; /* of the prompt, for --ids */

/* Runs it and writes a safetensors file of that name; its path. */
const char *port_dump(const char *name, const port_how *how);

#endif
