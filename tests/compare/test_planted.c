/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Another engine's dump against footlight's: the same however it is named and laid out, and of a
 * planted error `diff` finds the stage, the layer and the cell, and says what it looks like.
 */
#include "test.h"

#include "cli/program.h"
#include "compare/port.h"

static const char *ours;

static int run_ours(void **state) {
    (void)state;
    static char path[256];
    snprintf(path, sizeof path, "%s", fl_write_temporary("ours", "", 0));
    fl_ran ran = fl_run("trace", "--ids", port_ids, "--isa", "scalar", "--tensors", path);
    fl_assert_ran(&ran);
    fl_ran_done(&ran);
    ours = path;
    return 0;
}

static void other_names_and_layouts_are_the_same(void **state) {
    (void)state;
    static const port_how ways[] = {
        {.dialect = FL_DIALECT_FOOTLIGHT},
        {.dialect = FL_DIALECT_TL},
        {.dialect = FL_DIALECT_HF, .without_batch = true},
        {.dialect = FL_DIALECT_GGML, .last_row = true, .wide_keys = true},
        {.dialect = FL_DIALECT_TL, .masked = -3.4028234663852886e38},
        {.dialect = FL_DIALECT_HF, .masked = -1e4},
        {.dialect = FL_DIALECT_HF, .no_mask = true},
        {.dialect = FL_DIALECT_HF, .stored = FL_DTYPE_F16},
        {.dialect = FL_DIALECT_HF,
         .last_row = true,
         .metadata = "{\"engine\":\"another\",\"dtype\":\"float32\"}"},
    };
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        fl_ran ran = fl_run("diff", ours, port_dump("theirs", &ways[i]));
        if (ran.status != 0)
            print_error("way %zu: %s%s\n", i, ran.out, ran.err);
        assert_int_equal(ran.status, 0);
        fl_assert_says(ran.out, "all values of 100 stages");
        fl_ran_done(&ran);
    }
}

/* A dump that names no pass is one pass; a run of footlight with fewer passes lacks some. */
static void a_dump_without_passes_is_complete(void **state) {
    (void)state;
    static const port_how how = {.dialect = FL_DIALECT_HF};
    const char *three = fl_write_temporary("three", "", 0);
    fl_ran ran =
        fl_run("trace", "--ids", port_ids, "--isa", "scalar", "-n", "3", "--tensors", three);
    fl_assert_ran(&ran);
    fl_ran_done(&ran);
    ran = fl_run("diff", three, port_dump("theirs", &how));
    assert_int_equal(ran.status, 0);
    fl_assert_says(ran.out, "all values of ");
    fl_assert_says(ran.out, "\nOnly in A: tokens (2 times), ");
    fl_ran_done(&ran);
    ran = fl_run("diff", three, ours);
    assert_int_equal(ran.status, 1);
    fl_assert_says(ran.out, "B is incomplete: it ends with pass 0, A with pass 2\n");
    fl_ran_done(&ran);
}

static void what_is_made_up_for_is_said(void **state) {
    (void)state;
    static const port_how bare = {.dialect = FL_DIALECT_TL, .no_mask = true},
                          nan = {.bug = PORT_NAN, .dialect = FL_DIALECT_TL};
    fl_ran ran = fl_run("diff", ours, port_dump("theirs", &bare));
    assert_int_equal(ran.status, 0);
    fl_assert_says(ran.out, "attn_scores of B are not masked");
    fl_ran_done(&ran);
    const char *path = port_dump("theirs", &nan);
    ran = fl_run("diff", path, path);
    assert_int_equal(ran.status, 0);
    fl_assert_says(ran.out, "down of layer 3 has cells that are no number on both sides");
    fl_ran_done(&ran);
}

static const struct {
    const char *what;
    port_how how;
    const char *first, *worst, *looks;
} planted[] = {
    {"one weight",
     {.bug = PORT_WEIGHT, .dialect = FL_DIALECT_HF},
     "The runs part at layer 1 gate.",
     "Its weight is blk.1.ffn_gate.weight (model.layers.1.mlp.gate_proj.weight). Worst cell: token "
     "1, ffn 17.",
     "only in column 17, in 6 of 6 tokens: one row of its weight"},
    {"one weight, of which only what comes of it is there",
     {.bug = PORT_WEIGHT, .dialect = FL_DIALECT_HF, .without_stage = FL_STAGE_gate},
     "The runs part at layer 1 silu. Everything compared before it is the same, layer 1 up last.",
     "Worst cell: token ",
     "only in column 17, in 6 of 6 tokens"},
    {"RoPE pairing",
     {.bug = PORT_PAIRING, .dialect = FL_DIALECT_TL},
     "The runs part at layer 0 q_rope.",
     "Worst cell: head ",
     "other pairing of RoPE: A turns numbers 2i and 2i + 1"},
    {"order of q and k",
     {.bug = PORT_ORDER, .dialect = FL_DIALECT_HF},
     "The runs part at layer 0 q.",
     "Worst cell: head ",
     "the same numbers in another order within each head"},
    {"missing scale",
     {.bug = PORT_SCALE, .dialect = FL_DIALECT_TL, .masked = -1e9},
     "The runs part at layer 2 attn_scores.",
     "Worst cell: head ",
     "B is 4 times A in every cell, which is √d"},
    {"F16 rounding",
     {.bug = PORT_HALF, .dialect = FL_DIALECT_HF, .without_batch = true},
     "The runs part at layer 2 swiglu.",
     "Worst cell: token ",
     "B is A rounded to F16"},
    {"epsilon",
     {.bug = PORT_EPSILON, .dialect = FL_DIALECT_TL},
     "The runs part at layer 0 attn_norm_rms.",
     "Worst cell: token ",
     "B² − A² is -9e-06 for every token: another ε"},
    {"epsilon, from what comes of it",
     {.bug = PORT_EPSILON, .dialect = FL_DIALECT_HF, .without_stage = FL_STAGE_attn_norm_rms},
     "The runs part at layer 0 attn_norm_unit.",
     "Worst cell: token ",
     "each token differs by a factor of its own"},
    {"bias",
     {.bug = PORT_BIAS, .dialect = FL_DIALECT_GGML},
     "The runs part at layer 1 v.",
     "Worst cell: kv_head ",
     "B − A is the same for every token: a bias"},
    {"exchanged heads",
     {.bug = PORT_HEADS, .dialect = FL_DIALECT_TL},
     "The runs part at layer 1 attn_head.",
     "Worst cell: head ",
     "B's head 2 is A's 3, 3 is A's 2"},
    {"mask",
     {.bug = PORT_MASK, .dialect = FL_DIALECT_TL},
     "The runs part at layer 0 attn_scores.",
     "Worst cell: head 3, query 2, key 4.",
     "masked on one side only: 1 cell · only in head 3 of 8 · only in query 2 of 6 · only in "
     "column 4, in 1 of 6"},
    {"mask of two queries",
     {.bug = PORT_MASKS, .dialect = FL_DIALECT_TL},
     "The runs part at layer 0 attn_scores.",
     "Worst cell: head 0, query 2, key 5.",
     "masked on one side only: 16 cells · only in queries 2, 3 of 6"},
    {"sharing of keys",
     {.bug = PORT_SHARING, .dialect = FL_DIALECT_TL},
     "The runs part at layer 0 attn_scores.",
     "Worst cell: head ",
     "B's head 1 reads key head 1, A's reads 0"},
    {"position",
     {.bug = PORT_POSITION, .dialect = FL_DIALECT_HF},
     "The runs part at rope_cos.",
     "Worst cell: token ",
     "B's token t has the angles of A's token t + 1"},
    {"position, from the queries",
     {.bug = PORT_POSITION, .dialect = FL_DIALECT_TL, .without_tables = true},
     "The runs part at layer 0 q_rope.",
     "Worst cell: head ",
     "by the angles of the position 1 after"},
    {"no number",
     {.bug = PORT_NAN, .dialect = FL_DIALECT_HF},
     "The runs part at layer 3 down.",
     "Worst cell: token 0, hidden 2. A has ",
     "no number, or infinite, on one side only: 1 cell"},
};

/* Sentences may be broken anywhere: they become one line. */
static void join_lines(char *text) {
    char *to = text;
    for (const char *from = text; *from; from++) {
        const bool blank = *from == '\n' || *from == ' ';
        if (!blank || to == text || to[-1] != ' ')
            *to++ = (char)(blank ? ' ' : *from);
    }
    *to = '\0';
}

static void planted_errors_are_found(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof planted / sizeof *planted; i++) {
        fl_ran ran = fl_run("diff", ours, port_dump("theirs", &planted[i].how));
        char *end = strstr(ran.out, "\n\n");
        if (end)
            *end = '\0';
        join_lines(ran.out);
        if (ran.status != 1)
            print_error("%s: %s%s\n", planted[i].what, ran.out, ran.err);
        assert_int_equal(ran.status, 1);
        fl_assert_says(ran.out, planted[i].first);
        fl_assert_says(ran.out, planted[i].worst);
        fl_assert_says(ran.out, planted[i].looks);
        fl_ran_done(&ran);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_names_and_layouts_are_the_same),
        cmocka_unit_test(a_dump_without_passes_is_complete),
        cmocka_unit_test(what_is_made_up_for_is_said),
        cmocka_unit_test(planted_errors_are_found),
    };
    return cmocka_run_group_tests(tests, run_ours, NULL);
}
