/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * `step` without anybody at it: commands from a file.
 */
#include "test.h"

#include "cli/program.h"

#include <unistd.h>

static int count(const char *text, const char *part) {
    int n = 0;
    for (; (text = strstr(text, part)); text++)
        n++;
    return n;
}

static void batch_says_what_each_command_does(void **state) {
    (void)state;
    fl_how typed = {
        .input = "# to the attention of the first layer\r\n\n  goto attn_probs\nover\ntoken\n"};
    fl_ran ran = fl_run_how(typed, "step", "-x", "-", "--batch");
    fl_assert_ran(&ran);
    assert_non_null(strstr(ran.out, "\nevent 0 of 0 to 193: tokens"));
    assert_non_null(strstr(ran.out, "\nevent 22 of 0 to 193: layer 0, head 0, attn_probs"));
    assert_non_null(strstr(ran.out, "\nevent 193 of 0 to 193: next_token"));
    assert_int_equal(count(ran.out, "\nevent "), 4);
    fl_ran_done(&ran);
}

/* Pages are printed as text; leaving ends the script. */
static void pages_and_leaving(void **state) {
    (void)state;
    fl_how typed = {.input = "help\nquit\nnonsense\n"};
    fl_ran ran = fl_run_how(typed, "-x", "-");
    fl_assert_ran(&ran);
    assert_non_null(strstr(ran.out, "Keys that work here"));
    fl_ran_done(&ran);
}

static void what_cannot_be_done_names_its_line(void **state) {
    (void)state;
    static const char script[] = "over\n\ngoto nowhere\nover\n";
    const char *path = fl_write_temporary("script", script, sizeof script - 1);
    fl_ran ran = fl_run("step", "-x", path, "--batch");
    assert_int_equal(ran.status, 1);
    assert_non_null(strstr(ran.err, path));
    assert_non_null(strstr(ran.err, "goto nowhere"));
    assert_non_null(strstr(ran.err, "(line 3)"));
    assert_int_equal(count(ran.err, "\n"), 1);
    fl_ran_done(&ran);
    unlink(path);
    fl_assert_refused(fl_run("step", "-x", "/nowhere", "--batch"), 1, "/nowhere|No such file");
}

/* Whatever stands in a line, the message is one of printable characters. */
static void control_bytes_are_not_passed_on(void **state) {
    (void)state;
    fl_ran ran =
        fl_run_how((fl_how){.input = "goto \001\033[31mred\n"}, "step", "-x", "-", "--batch");
    assert_int_equal(ran.status, 1);
    assert_null(strchr(ran.err, '\033'));
    assert_null(strchr(ran.err, '\001'));
    assert_non_null(strstr(ran.err, "'goto \\x01\\x1b[31mred'"));
    fl_ran_done(&ran);
}

/* What finds nothing ends the script and names the line. */
static void finding_nothing_is_a_failure(void **state) {
    (void)state;
    static const char *const lines[] = {"search zzz",   "/zzz",   "beside layer 3", "help nonsense",
                                        "goto 99999",   "rank x", "goto down 9,9",  "step 0",
                                        "break |x|>20", "undo",   "search-next"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char input[64];
        snprintf(input, sizeof input, "step\n%s\nstep\n", lines[i]);
        fl_ran ran = fl_run_how((fl_how){.input = input}, "step", "-x", "-", "--batch");
        if (ran.status != 1 || !strstr(ran.err, lines[i]) || !strstr(ran.err, "(line 2)"))
            fail_msg("%s: status %d, said %s", lines[i], ran.status, ran.err);
        fl_ran_done(&ran);
    }
}

/* A prompt that is read in parts: the steps before the choice are counted to the end. */
static void steps_of_a_long_prompt(void **state) {
    (void)state;
    fl_ran ran = fl_run("step", "--plain", "--chunk", "4");
    int tokens, end = 0;
    long steps;
    char last[64];
    fl_assert_ran(&ran);
    assert_int_equal(sscanf(ran.out,
                            "builtin: %d tokens go in; %ld steps later one word comes out.\n%n",
                            &tokens, &steps, &end),
                     2);
    assert_true(end > 0);
    assert_int_equal(tokens, 6);
    snprintf(last, sizeof last, "\nevent %ld of ", steps);
    const char *choice = strstr(ran.out, last);
    assert_non_null(choice);
    assert_non_null(strstr(choice, "next_token"));
    assert_ptr_equal(strchr(choice + 1, '\n') + 1, ran.out + ran.out_length);
    fl_ran_done(&ran);
}

/* Headings once each and in order, every other line a sentence; the same bytes each time. */
static void the_transcript_can_be_read_aloud(void **state) {
    (void)state;
    fl_ran ran =
        fl_run("step", "--plain", "--patch", "layer 2 head 5 zero", "--patch", "layer 3 ffn zero");
    fl_ran again =
        fl_run("step", "--plain", "--patch", "layer 2 head 5 zero", "--patch", "layer 3 ffn zero");
    fl_assert_ran(&ran);
    assert_string_equal(ran.out, again.out);
    fl_ran_done(&again);
    static const char *const parts[] = {
        "Patched: layer 2 head 5 zero.",   "Patched: layer 3 ffn zero.",
        "\n\nPass 0, before the layers\n", "\n\nLayer 0, attention\n",
        "\n\nLayer 0, feed-forward\n",     "\n\nLayer 3, feed-forward\n",
        "\n\nAfter the last layer\n"};
    const char *at = ran.out;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        assert_int_equal(count(ran.out, parts[i]), 1);
        const char *found = strstr(ran.out, parts[i]);
        assert_true(found >= at);
        at = found;
    }
    const char *first = strstr(ran.out, "Modified by a patch.");
    assert_non_null(first);
    assert_true(first > strstr(ran.out, "layer 2, head 4, attn_head"));
    for (const char *c = ran.out; *c; c++)
        assert_true((unsigned char)*c < 0x80 && (*c >= ' ' || *c == '\n'));
    assert_null(strstr(ran.out, "e-"));
    assert_null(strstr(ran.out, " -"));
    fl_ran_done(&ran);
}

/* What a script of one command says; it must be done. */
static void says(const char *patch, const char *script, const char *const *parts) {
    const fl_how typed = {.input = script};
    fl_ran ran = patch ? fl_run_how(typed, "step", "-x", "-", "--batch", "--patch", patch)
                       : fl_run_how(typed, "step", "-x", "-", "--batch");
    fl_assert_ran(&ran);
    for (; *parts; parts++)
        fl_assert_says(ran.out, *parts);
    assert_null(strstr(ran.out, "nan"));
    assert_null(strstr(ran.out, "1.0000"));
    fl_ran_done(&ran);
}
#define SAYS(patch, script, ...) says(patch, script, (const char *const[]){__VA_ARGS__, NULL})

/* Where nothing is a number there are no ranks, no chances and one word for it. */
static void what_is_no_number_is_called_so(void **state) {
    (void)state;
    static const char patch[] = "layer 0 ffn scale 3e38";
    SAYS(patch, "token\n", "probability NaN", "leads, 0.", "after them all scores are NaN");
    SAYS(patch, "token\nrank 5\n", "id 5, is NaN: it has no rank and no chance");
    SAYS(patch, "token\nchances\n", "all scores are NaN: there are no ranks and no chances");
    SAYS(patch, "token\nlens\n", "layer 3 resid_post: all scores are NaN; in the end ");
    SAYS(patch, "token\nwhatif\n", "; after them all scores are NaN.", "   1  ");
    SAYS(patch, "token\ngoto probs\nwhy\n", "exp(NaN − NaN) / NaN",
         "all scores of this row are NaN", "recomputed NaN, the engine has NaN: difference NaN");
    fl_ran ran = fl_run("step", "--patch", patch);
    fl_assert_says(ran.out, "probability NaN");
    assert_null(strstr(ran.out, "nan"));
    fl_ran_done(&ran);
}

static void a_weight_goes_by_its_bare_name(void **state) {
    (void)state;
    SAYS(NULL, "weight blk.2.attn_q row 3\n", "blk.2.attn_q.weight  [128, 128]", "[3, ");
    SAYS(NULL, "weight model.layers.2.self_attn.q_proj\n", "blk.2.attn_q.weight");
    fl_ran ran = fl_run_how((fl_how){.input = "weight blk.2.attn_q row 128\n"}, "step", "-x", "-",
                            "--batch");
    assert_int_equal(ran.status, 1);
    fl_assert_says(ran.err, "there is no row 128: rows are numbered 0 to 127");
    fl_ran_done(&ran);
    ran = fl_run_how((fl_how){.input = "weight blk.2.attn_q column 999999999\n"}, "step", "-x", "-",
                     "--batch");
    assert_int_equal(ran.status, 1);
    fl_assert_says(ran.err, "there is no column 999999999: columns are numbered 0 to 127");
    fl_ran_done(&ran);
}

/* The command line and the tracer have one rule. */
static void the_later_patch_of_one_place_is_the_one_told(void **state) {
    (void)state;
    fl_ran ran = fl_run_how((fl_how){.input = "patches\n"}, "step", "-x", "-", "--batch", "--patch",
                            "layer 1 ffn scale 4", "--patch", "layer 2 attn zero", "--patch",
                            "layer 1 ffn scale 0.5");
    fl_assert_ran(&ran);
    fl_assert_says(ran.out, "0  layer 1 ffn scale 0.5\n1  layer 2 attn zero\n");
    assert_null(strstr(ran.out, "scale 4"));
    fl_ran_done(&ran);
}

static void batch_wants_a_script(void **state) {
    (void)state;
    fl_assert_refused(fl_run("step", "--batch"), 2, "--batch|-x FILE");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batch_says_what_each_command_does),
        cmocka_unit_test(what_is_no_number_is_called_so),
        cmocka_unit_test(a_weight_goes_by_its_bare_name),
        cmocka_unit_test(the_later_patch_of_one_place_is_the_one_told),
        cmocka_unit_test(batch_wants_a_script),
        cmocka_unit_test(pages_and_leaving),
        cmocka_unit_test(what_cannot_be_done_names_its_line),
        cmocka_unit_test(control_bytes_are_not_passed_on),
        cmocka_unit_test(finding_nothing_is_a_failure),
        cmocka_unit_test(steps_of_a_long_prompt),
        cmocka_unit_test(the_transcript_can_be_read_aloud),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
