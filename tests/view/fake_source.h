/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * A source for tests of the view: a whole small run, computed at once by a plain forward pass that
 * shares nothing with the engine. Hidden 16, 2 layers, 4 query heads on 2 key/value heads of size
 * 4, feed-forward 24, 24 pieces; the prompt is "<s> The capital of France is", three tokens follow.
 */
#ifndef FL_TESTS_FAKE_SOURCE_H
#define FL_TESTS_FAKE_SOURCE_H

#include "event/sentence.h"
#include "event/source.h"

typedef struct fl_fake_options {
    int64_t n_predict;     /* 0: three */
    uint64_t seed;         /* of the weights; 0: the usual one */
    bool odd;              /* a NaN, an infinity and zeros in `silu` of layer 0 */
    float loud;            /* the start mark's numbers are so many times as large; 0: as usual */
    int64_t fail_at;       /* an event that cannot be computed; 0: none */
    int64_t crash_at;      /* an event that ends the program by a bad memory access; 0: none */
    int64_t slow_at;       /* the event after which each takes a tenth of a second; 0: none */
    int64_t modified_from; /* events from this on are modified by a patch; 0: none */
    const int32_t *ids;    /* another prompt; NULL: the usual one */
    size_t n_ids;
} fl_fake_options;

/* Free with source.free. */
fl_source fl_fake_source(const fl_fake_options *options);
const fl_hparams *fl_fake_hparams(void);
/* Pieces with a leading blank, a byte piece, a control piece, a wide and a combining character. */
fl_pieces fl_fake_pieces(void);

#endif
