/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
#include "test.h"

#include "view/fake_source.h"

static const char *sentence_of(fl_source *source, int64_t index, fl_buffer *out) {
    fl_diag diag;
    const fl_captured *captured = NULL;
    fl_pass pass;
    for (int64_t i = 0; i <= index; i++)
        captured = source->get(source->ctx, i, &diag);
    assert_non_null(captured);
    assert_true(source->pass_of(source->ctx, index, &pass));
    fl_sentence_run run = {
        .pieces = fl_fake_pieces(), .first = pass.first, .last = pass.first + pass.count - 1};
    size_t n_prompt;
    run.tokens = source->tokens(source->ctx, &run.n_tokens, &n_prompt);
    fl_buffer_clear(out);
    fl_sentence(out, &captured->event, &captured->stats, &run);
    return out->data;
}

static void each_kind_of_stage_is_said(void **state) {
    (void)state;
    static const struct {
        int64_t event;
        const char *text;
    } rows[] = {
        {0,
         "event 0 of 0 to 77: tokens, the text cut into pieces, each replaced by its number in the "
         "vocabulary. Shape 1 by 6, batch by token. Pass 0, prefill: 6 read, 0 kept before: "
         "\"<s>\" \" The\" \" capital\" "
         "\" of\" \" France\" \" is\"."},
        {4, "event 4 of 0 to 77: layer 0, attn_norm_rms, the typical size of the numbers in each "
            "token's list, before attention. Shape 1 by 6 by 1, batch by token by one. Smallest "
            "0.1953 "
            "at token 2 \" capital\"; largest 0.2234 at token 0 \"<s>\"; mean 0.2099."},
        {55,
         "event 55 of 0 to 77: layer 1, head 3, attn_probs, how much each token looks at each "
         "earlier one: every row adds up to 1. Shape 1 by 6 by 6, batch by query by key, 15 cells "
         "masked. Smallest 0.02494 at query 3 \" of\", key 3 \" of\"; largest 1 at query 0 "
         "\"<s>\", key 0 \"<s>\"; mean 0.2857. Query \" is\" gives 44 percent to \" of\"."},
        {77,
         "event 77 of 0 to 77: next_token, the piece that is chosen, to be read as the next token. "
         "Shape 1 by 1, batch by token. It is \" dog\", id 18, probability 0.1567, chosen "
         "greedily."},
        {78,
         "event 78 of 78 to 155: tokens, the text cut into pieces, each replaced by its number in "
         "the vocabulary. Shape 1 by 1, batch by token. Pass 1, decode: 1 read, 6 kept before: "
         "\" dog\"."},
    };
    fl_source source = fl_fake_source(&(fl_fake_options){0});
    fl_buffer out = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(sentence_of(&source, rows[i].event, &out), rows[i].text);
    fl_buffer_done(&out);
    source.free(source.ctx);
}

static void the_best_are_named(void **state) {
    (void)state;
    fl_source source = fl_fake_source(&(fl_fake_options){0});
    fl_buffer out = {0};
    const char *text = sentence_of(&source, 76, &out);
    assert_non_null(strstr(text, ". Best \" dog\" 0.1567, \"e\xcc\x81\" 0.1246, \" a\" 0.09254."));
    fl_buffer_done(&out);
    source.free(source.ctx);
}

static void odd_numbers_are_mentioned(void **state) {
    (void)state;
    fl_source source = fl_fake_source(&(fl_fake_options){.odd = true});
    fl_buffer out = {0};
    const char *text = sentence_of(&source, 34, &out);
    assert_non_null(strstr(text, ", 1 not a number, 1 infinite. Smallest "));
    fl_buffer_done(&out);
    source.free(source.ctx);
}

static fl_event event_at(fl_source *source, int64_t index, fl_stats *stats) {
    fl_diag diag;
    const fl_captured *captured = NULL;
    for (int64_t i = 0; i <= index; i++)
        captured = source->get(source->ctx, i, &diag);
    assert_non_null(captured);
    *stats = captured->stats;
    return captured->event;
}

/* The one row of logits is the last token's, and a number of the vocabulary comes with its piece.
 */
static void rows_are_positions_and_ids_have_pieces(void **state) {
    (void)state;
    static const struct {
        int64_t event;
        const char *place;
    } rows[] = {{75, " at token 5 \" is\", piece "}, {153, " at token 6 \" dog\", piece "}};
    fl_source source = fl_fake_source(&(fl_fake_options){0});
    fl_buffer out = {0};
    for (size_t i = 0; i < 2; i++) {
        const char *text = strstr(sentence_of(&source, rows[i].event, &out), "; largest ");
        assert_non_null(text);
        text = strstr(text, rows[i].place);
        assert_non_null(text);
        int id, end;
        char expected[96], piece[64];
        const fl_pieces pieces = fl_fake_pieces();
        assert_int_equal(sscanf(text + strlen(rows[i].place), "%d%n", &id, &end), 1);
        snprintf(expected, sizeof expected, " \"%s\"",
                 fl_piece_show(piece, sizeof piece, &pieces, id));
        assert_memory_equal(text + strlen(rows[i].place) + end, expected, strlen(expected));
    }
    fl_buffer_done(&out);
    source.free(source.ctx);
}

static void a_draw_is_told(void **state) {
    (void)state;
    fl_source source = fl_fake_source(&(fl_fake_options){0});
    fl_stats stats;
    fl_event event = event_at(&source, 77, &stats);
    fl_sentence_run run = {.pieces = fl_fake_pieces(), .last = 77};
    fl_buffer out = {0};
    char how[128], cut[14];
    event.sampler = "temperature 0.8 top-k 40 top-p 0.9 seed 3";
    fl_sentence(&out, &event, &stats, &run);
    assert_non_null(strstr(out.data,
                           ", probability 0.1567 at temperature 1, drawn at temperature 0.8, "
                           "top-k 40, top-p 0.9, seed 3."));
    event.sampler = "greedy";
    assert_string_equal(fl_choice_how(how, sizeof how, &event), "chosen greedily");
    event.sampler = "temperature 0.8 seed 0";
    assert_string_equal(fl_choice_how(cut, sizeof cut, &event), "drawn at tem");
    fl_buffer_done(&out);
    source.free(source.ctx);
}

static void openings_count(void **state) {
    (void)state;
    fl_buffer out = {0};
    fl_sentence_opening(&out, 1, 193);
    assert_string_equal(out.data, "1 token goes in; 193 steps later one word comes out.");
    fl_buffer_clear(&out);
    fl_sentence_opening(&out, 6, 193);
    assert_string_equal(out.data, "6 tokens go in; 193 steps later one word comes out.");
    fl_buffer_done(&out);
}

/* Signs that a voice leaves out are words, and so are blanks and marks that are pieces. */
static const char *signs_only(const void *ctx, int32_t id, size_t *length) {
    static const char *const texts[] = {",", " .", " ", "\n", "a"};
    (void)ctx;
    *length = strlen(texts[id % 5]);
    return texts[id % 5];
}

static void nothing_is_left_to_signs(void **state) {
    (void)state;
    fl_source source = fl_fake_source(&(fl_fake_options){0});
    fl_stats stats;
    fl_event event = event_at(&source, 1, &stats);
    static const int32_t tokens[] = {0, 1, 2, 3, 4, 5};
    fl_sentence_run run = {
        .pieces = {NULL, signs_only}, .tokens = tokens, .n_tokens = 6, .last = 77};
    fl_buffer out = {0};
    stats.min = -2.5e-15;
    stats.argmin[1] = 1;
    stats.argmax[1] = 2;
    fl_sentence(&out, &event, &stats, &run);
    assert_non_null(strstr(out.data, "Smallest minus 2.5 times 10 to the minus 15 at token 1 "
                                     "\" .\" (full stop), hidden "));
    assert_non_null(strstr(out.data, "at token 2 \"␣\" (blank), hidden "));
    fl_buffer_clear(&out);
    fl_sentence_heading(&out, &event);
    assert_string_equal(out.data, "Pass 0, before the layers");
    fl_buffer_done(&out);
    source.free(source.ctx);
}

/* No event of a run breaks the rule of one line of valid, printable text. */
static void every_event_is_one_line(void **state) {
    (void)state;
    fl_source source = fl_fake_source(&(fl_fake_options){.odd = true});
    fl_buffer out = {0};
    for (int64_t i = 0; i < 234; i++) {
        const char *text = sentence_of(&source, i, &out);
        for (size_t at = 0; text[at]; at++)
            assert_true((unsigned char)text[at] >= 0x20);
        assert_int_equal(text[strlen(text) - 1], '.');
    }
    fl_buffer_done(&out);
    source.free(source.ctx);
}

static void pieces_are_shown_safely(void **state) {
    (void)state;
    const fl_pieces pieces = fl_fake_pieces(), none = {0};
    char out[32], small[4];
    assert_string_equal(fl_piece_show(out, sizeof out, &pieces, 12), "␣");
    assert_string_equal(fl_piece_show(out, sizeof out, &pieces, 13), "\\n");
    assert_string_equal(fl_piece_show(out, sizeof out, &pieces, 20), "\\x1b[31m");
    assert_string_equal(fl_piece_show(out, sizeof out, &pieces, 21), "\xef\xbf\xbd");
    assert_string_equal(fl_piece_show(out, sizeof out, &pieces, 99), "#99");
    assert_string_equal(fl_piece_show(out, sizeof out, &none, 7), "#7");
    assert_string_equal(fl_piece_show(small, sizeof small, &pieces, 15), "日");
}

static const char *hard_to_see(const void *ctx, int32_t id, size_t *length) {
    static const char *const texts[] = {"", "\xcc\x81", "\xe2\x80\x8d", "\xef\xb8\x8fx"};
    (void)ctx;
    *length = strlen(texts[id]);
    return texts[id];
}

/* Nothing, a combining accent, a joiner, a variation selector: none disappears or joins what stands
 * before it. */
static void no_piece_is_invisible(void **state) {
    (void)state;
    const fl_pieces pieces = {NULL, hard_to_see};
    char out[32];
    assert_string_equal(fl_piece_show(out, sizeof out, &pieces, 0), "\"\"");
    assert_string_equal(fl_piece_show(out, sizeof out, &pieces, 1), "\xe2\x97\x8c\xcc\x81");
    assert_string_equal(fl_piece_show(out, sizeof out, &pieces, 2), "\xef\xbf\xbd");
    assert_string_equal(fl_piece_show(out, sizeof out, &pieces, 3), "\xe2\x97\x8c\xef\xb8\x8fx");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_of_stage_is_said),
        cmocka_unit_test(the_best_are_named),
        cmocka_unit_test(odd_numbers_are_mentioned),
        cmocka_unit_test(rows_are_positions_and_ids_have_pieces),
        cmocka_unit_test(a_draw_is_told),
        cmocka_unit_test(openings_count),
        cmocka_unit_test(nothing_is_left_to_signs),
        cmocka_unit_test(every_event_is_one_line),
        cmocka_unit_test(pieces_are_shown_safely),
        cmocka_unit_test(no_piece_is_invisible),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
