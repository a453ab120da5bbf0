/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What all commands share: help, exit statuses, one clear line for whatever is wrong, and output
 * that cannot be written.
 */
#include "test.h"

#include "cli/args.h"
#include "cli/program.h"

#include <sys/stat.h>
#include <unistd.h>

static const char *const readers[] = {"step", "shapes",   "trace", "generate",
                                      "info", "tokenize", "bench"};
enum { N_READERS = sizeof readers / sizeof *readers };

static void help_everywhere(void **state) {
    (void)state;
    fl_ran all = fl_run("--help");
    fl_assert_ran(&all);
    for (int i = 0; i < FL_COMMAND_COUNT; i++) {
        const fl_command_info *info = fl_command_get_info((fl_command)i);
        fl_ran ran = fl_run(info->name, "-h");
        fl_assert_ran(&ran);
        fl_assert_says(ran.out, info->name);
        for (int o = 0; o < FL_OPTION_COUNT; o++) {
            const fl_option_info *option = fl_option_get_info((fl_option)o);
            char spelled[64];
            snprintf(spelled, sizeof spelled, "--%s", option->name);
            if (fl_option_belongs((fl_option)o, (fl_command)i) && option->group != FL_GROUP_HIDDEN)
                fl_assert_says(ran.out, spelled);
        }
        fl_assert_says(all.out, info->name);
        fl_ran_done(&ran);
        ran = fl_run(info->name, "--version");
        fl_assert_ran(&ran);
        assert_int_equal(strncmp(ran.out, "footlight ", 10), 0);
        fl_ran_done(&ran);
    }
    fl_ran_done(&all);
}

static void man_page_and_completion_have_every_option(void **state) {
    (void)state;
    fl_ran man = fl_run("--man"), bash = fl_run("--completion", "bash");
    fl_assert_ran(&man);
    fl_assert_ran(&bash);
    fl_assert_says(man.out, ".Sh NAME\n.Nm footlight\n.Nd ");
    fl_assert_says(man.out, "taken as they are.\nTaken by step, trace and generate.\n");
    fl_assert_says(man.out, " (default: table).\n");
    for (int o = 0; o < FL_OPTION_COUNT; o++) {
        const fl_option_info *option = fl_option_get_info((fl_option)o);
        char in_man[64], in_bash[64];
        if (option->group == FL_GROUP_HIDDEN)
            continue;
        snprintf(in_man, sizeof in_man, "Fl \\-%s", option->name);
        snprintf(in_bash, sizeof in_bash, "--%s ", option->name);
        fl_assert_says(man.out, in_man);
        fl_assert_says(bash.out, in_bash);
    }
    fl_assert_says(man.out, ".It Ic continue\\-back Ar \"[N]\"\n");
    fl_assert_says(man.out, "Keys: \\(ua k\n");
    fl_assert_says(bash.out, "attn_probs");
    fl_assert_says(bash.out, "llama-2-7b");
    fl_ran_done(&man);
    fl_ran_done(&bash);
}

/* Asks bash what it would complete, in a folder without files of such names. */
static void completes(const char *script, const char *line, const char *expected) {
    char command[1024], answer[512] = "";
    snprintf(command, sizeof command,
             "bash -c 'source %s; cd \"$(dirname %s)\"; "
             "COMP_WORDS=(%s); COMP_CWORD=$((${#COMP_WORDS[@]}-1)); _footlight 2>/dev/null; "
             "echo \"${COMPREPLY[*]}\"'",
             script, script, line);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    assert_non_null(fgets(answer, sizeof answer, pipe));
    assert_int_equal(pclose(pipe), 0);
    assert_string_equal(answer, expected);
}

static void completion_completes(void **state) {
    (void)state;
    if (system("bash -c true") != 0) {
        print_message("SKIPPED: no bash\n");
        skip();
    }
    fl_ran ran = fl_run("--completion", "bash");
    char script[512];
    snprintf(script, sizeof script, "%s",
             fl_write_temporary("completion", ran.out, ran.out_length));
    completes(script, "footlight gener", "generate\n");
    completes(script, "footlight shapes llama-2", "llama-2-7b llama-2-13b llama-2-70b\n");
    completes(script, "footlight trace --stages attn_pr", "attn_probs\n");
    completes(script, "footlight trace --stages q,attn_pr", "q,attn_probs\n");
    completes(script, "footlight trace --format c", "csv\n");
    completes(script, "footlight trace --tens", "--tensors\n");
    remove(script);
    fl_ran_done(&ran);
}

static void bad_models(void **state) {
    (void)state;
    char empty[512], magic[512], cut[512], fifo[512];
    snprintf(empty, sizeof empty, "%s", fl_write_temporary("empty.gguf", "", 0));
    snprintf(magic, sizeof magic, "%s",
             fl_write_temporary("magic.gguf", "GGML\3\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 24));
    snprintf(cut, sizeof cut, "%s",
             fl_write_temporary("cut.gguf", "GGUF\3\0\0\0\5\0\0\0\0\0\0\0\7\0\0\0", 20));
    snprintf(fifo, sizeof fifo, "%s", fl_temporary("fifo"));
    assert_int_equal(mkfifo(fifo, 0600), 0);
    for (size_t i = 0; i < N_READERS; i++) {
        fl_assert_refused(fl_run(readers[i], "/nowhere/model.gguf"), 1,
                          "/nowhere/model.gguf|No such file");
        fl_assert_refused(fl_run(readers[i], "nosuch"), 1, "nosuch|bundled");
        fl_assert_refused(fl_run(readers[i], empty), 1, "empty.gguf|is empty");
        fl_assert_refused(fl_run(readers[i], magic), 1, "magic.gguf|magic|at byte 0");
        fl_assert_refused(fl_run(readers[i], cut), 1, "cut.gguf|20 bytes|24");
        fl_assert_refused(fl_run(readers[i], "/"), 1, "directory");
        fl_assert_refused(fl_run(readers[i], fifo), 1, "fifo|not a regular file");
    }
    unlink(empty);
    unlink(magic);
    unlink(cut);
    unlink(fifo);
}

static void every_truncation_is_one_line(void **state) {
    (void)state;
    FL_NEED_DATA("derived/stories260K-q4_0.gguf");
    size_t length;
    char *bytes = fl_read_file(fl_test_data("derived/stories260K-q4_0.gguf"), &length);
    for (size_t n = 1; n < length; n = n * 3 / 2 + 7) {
        char path[512];
        snprintf(path, sizeof path, "%s", fl_write_temporary("short.gguf", bytes, n));
        fl_assert_refused(fl_run("trace", path), 1, "short.gguf");
        unlink(path);
    }
    free(bytes);
}

static void bad_prompts(void **state) {
    (void)state;
    char longer[4096];
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    fl_assert_refused(fl_run("trace", "-p", longer), 1, "tokens long|at most 256");
    fl_assert_refused(fl_run("generate", "-p", longer), 1, "tokens long|at most 256");
    fl_assert_refused(fl_run("step", "-p", longer), 1, "tokens long|at most 256");
    fl_assert_refused(fl_run("trace", "--ctx", "3"), 1, "6 tokens|at most 3");
    fl_assert_refused(fl_run("trace", "--ctx", "300"), 1, "300|256");
    fl_assert_refused(fl_run("trace", "-n", "300"), 1, "-n|300|256|251");
    fl_assert_refused(fl_run("trace", "-f", "/nowhere"), 1, "/nowhere|No such file");
    fl_assert_refused(fl_run("trace", "-f", "/"), 1, "directory");
    fl_assert_refused(fl_run("trace", "-p", "a", "--ids", "1"), 2, "one prompt");
    fl_assert_refused(fl_run("trace", "-p", "", "--no-bos"), 2, "no tokens");
}

static void wrong_usage(void **state) {
    (void)state;
    fl_assert_refused(fl_run("trace", "--stages", "attn_prob"), 2,
                      "--stages|'attn_prob'|'attn_probs'");
    fl_assert_refused(fl_run("trace", "--stages", "tokens,layer.7.q"), 2, "layer.7.q|0 to 3");
    fl_assert_refused(fl_run("trace", "--layers", "2-4"), 2, "--layers|2-4|0 to 3");
    fl_assert_refused(fl_run("trace", "--heads", "8"), 2, "--heads|0 to 7");
    fl_assert_refused(fl_run("trace", "--ids", "1,x"), 2, "--ids|1,x");
    fl_assert_refused(fl_run("trace", "--isa", "sse9"), 2, "--isa|sse9|auto");
    fl_assert_refused(fl_run("trace", "--patch", "nonsense"), 2,
                      "--patch|nonsense|layers 0 to 3, heads 0 to 7");
    fl_assert_refused(
        fl_run("generate", "--patch", "layer 1 ffn zero", "--patch", "layer 2 heat 5 zero"), 2,
        "--patch|found 'heat', expected head, attn, ffn|layers 0 to 3, heads 0 to 7");
    fl_assert_refused(fl_run("trace", "--patch", "layer 9 attn zero"), 2, "layer 9|0 to 3");
    fl_assert_refused(fl_run("shapes", "--what"), 2, "--what");
    fl_assert_refused(fl_run("trace", "llama-2-7b"), 1, "llama-2-7b|holds no weights");
    fl_how unknown_isa = {.environment = "FOOTLIGHT_ISA=sse9"};
    fl_assert_refused(fl_run_how(unknown_isa, "trace"), 2, "sse9|auto");
}

static void options_are_named_not_the_model(void **state) {
    (void)state;
    static const char said[] = "footlight: ";
    static const struct {
        const char *words[4], *begins;
    } rows[] = {
        {{"trace", "--patch", "layer 9 attn zero"}, "--patch: patch of layer 9, expected 0 to 3"},
        {{"trace", "--patch", "layer 0 head 8 zero"}, "--patch: patch of head 8, expected 0 to 7"},
        {{"generate", "--ids", "1,1024"}, "--ids: found 1024, expected numbers from 0 to 1023"},
        {{"generate", "--ctx", "300"}, "--ctx: found 300, expected at most 256"},
        {{"step", "--layers", "2"}, "--layers: is no option of 'step'"},
        {{"trace", "--isa", "sse9"},
         "--isa: 'sse9' is no instruction set that this machine runs, "},
        {{"trace", "--isa", ""}, "--isa: found '', expected the name of an instruction set"},
        {{"trace", "--layers", "5-2"}, "--layers: found '5-2', expected a number or a range"},
        {{"trace", "--heads", ""}, "--heads: found '', expected a number or a range"},
        {{"trace", "--stages", ""}, "--stages: found '', expected names"},
        {{"trace", "--stages", "q,"}, "--stages: found 'q,', expected names"},
        {{"trace", "--stages", ",q"}, "--stages: found ',q', expected names"},
        {{"trace", "--stages", "q,,k"}, "--stages: found 'q,,k', expected names"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fl_ran ran = fl_program(&(fl_how){0}, rows[i].words);
        assert_int_equal(ran.status, strcmp(rows[i].words[1], "--ctx") == 0 ? 1 : 2);
        assert_string_equal(ran.out, "");
        if (strncmp(ran.err + strlen(said), rows[i].begins, strlen(rows[i].begins)) != 0)
            print_error("expected %s, got %s\n", rows[i].begins, ran.err);
        assert_int_equal(strncmp(ran.err + strlen(said), rows[i].begins, strlen(rows[i].begins)),
                         0);
        fl_ran_done(&ran);
    }
    fl_how unknown_isa = {.environment = "FOOTLIGHT_ISA=sse9"};
    fl_assert_refused(fl_run_how(unknown_isa, "trace"), 2, "footlight: FOOTLIGHT_ISA: |sse9");
}

/* However the instruction set is asked for, the answer is what this machine runs. */
static void both_ways_to_an_isa_say_the_same(void **state) {
    (void)state;
    static const char said[] = "footlight: FOOTLIGHT_ISA: ";
    fl_how unknown_isa = {.environment = "FOOTLIGHT_ISA=sse9"};
    fl_ran option = fl_run("bench", "--isa", "sse9"), variable = fl_run_how(unknown_isa, "bench");
    assert_int_equal(option.status, 2);
    assert_int_equal(variable.status, 2);
    assert_int_equal(strncmp(variable.err, said, strlen(said)), 0);
    assert_string_equal(option.err + strlen("footlight: --isa: "), variable.err + strlen(said));
    fl_ran_done(&option);
    fl_ran_done(&variable);
}

static void a_file_is_named(void **state) {
    (void)state;
    FL_NEED_DATA("gguf-vocab/ggml-vocab-deepseek-coder.gguf");
    fl_assert_refused(fl_run("tokenize", fl_test_data("gguf-vocab/ggml-vocab-deepseek-coder.gguf")),
                      1, "ggml-vocab-deepseek-coder.gguf: |\"gpt2\"");
}

static void unknown_words(void **state) {
    (void)state;
    fl_assert_refused(fl_run("lesson"), 2, "no command, file or bundled name|'lesson'|--help");
    fl_assert_refused(fl_run("lesson", "list"), 2, "no command|'lesson'|--help");
    fl_assert_refused(fl_run("lesson", "--lessons", "x"), 2, "no command|'lesson'");
    fl_assert_refused(fl_run("stpe"), 2, "'stpe'|nearest command is 'step'");
    fl_assert_refused(fl_run("generat"), 2, "'generat'|nearest command is 'generate'");
    fl_assert_refused(fl_run("help", "lesson"), 2, "no command|'lesson'");
    fl_assert_refused(fl_run("nosuch.gguf"), 1, "nosuch.gguf: |neither a file");
    fl_assert_refused(fl_run("bench", ""), 1, "footlight: the empty name is neither a file");
    fl_assert_refused(fl_run("builtin", "more"), 2, "more: one word too many");
}

static void help_is_a_word_too(void **state) {
    (void)state;
    static const char *const commands[] = {"trace", "shapes"};
    fl_ran word = fl_run("help"), option = fl_run("--help");
    fl_assert_ran(&word);
    assert_string_equal(word.out, option.out);
    fl_ran_done(&word);
    fl_ran_done(&option);
    for (size_t i = 0; i < 2; i++) {
        word = fl_run("help", commands[i]);
        option = fl_run(commands[i], "--help");
        fl_assert_ran(&word);
        assert_string_equal(word.out, option.out);
        fl_ran_done(&word);
        fl_ran_done(&option);
    }
}

static void outputs_do_not_replace_each_other(void **state) {
    (void)state;
    char path[512], other[560];
    snprintf(path, sizeof path, "%s", fl_temporary("both"));
    fl_assert_refused(fl_run("trace", "--tensors", path, "-o", path), 2,
                      "--tensors: |both|--output");
    fl_assert_refused(fl_run("trace", "--tensors", "./both", "-o", "both"), 2, "--tensors: ");
    fl_assert_refused(fl_run("trace", "--tensors", "-"), 2, "--tensors: found '-'");
    assert_false(fl_test_exists(path));
    snprintf(other, sizeof other, "%s", fl_write_temporary("model.gguf", "GGUF", 4));
    fl_assert_refused(fl_run("trace", other, "-o", other), 2, "--output: |the model itself");
    fl_assert_refused(fl_run("trace", other, "--tensors", other), 2,
                      "--tensors: |the model itself");
    unlink(other);
}

/* Names from outside cannot reach the terminal as control sequences. */
static void messages_are_escaped(void **state) {
    (void)state;
    fl_assert_refused(fl_run("trace", "/no\033[2Jsuch\n.gguf"), 1, "\\x1b[2J|\\n");
}

static const char *const writers[][8] = {
    {"--help", NULL},
    {"step", NULL},
    {"shapes", NULL},
    {"info", NULL},
    {"tokenize", NULL},
    {"stage", NULL},
    {"generate", "-n", "5", NULL},
    {"trace", NULL},
    {"trace", "--format", "jsonl", "-n", "20", NULL},
};

static void output_that_cannot_be_written(void **state) {
    (void)state;
    fl_how closed = {.output_closed = true}, full = {.output = "/dev/full"};
    for (size_t i = 0; i < sizeof writers / sizeof *writers; i++) {
        fl_assert_refused(fl_program(&closed, writers[i]), 1, "standard output|closed");
        if (fl_test_exists("/dev/full"))
            fl_assert_refused(fl_program(&full, writers[i]), 1, "standard output|No space left");
    }
    if (fl_test_exists("/dev/full"))
        fl_assert_refused(fl_run("trace", "-o", "/dev/full"), 1, "/dev/full|No space left");
    fl_assert_refused(fl_run("trace", "-o", "/nowhere/x"), 1, "/nowhere/x|No such file");
    fl_assert_refused(fl_run("trace", "-o", "/"), 1, "directory");
    fl_assert_refused(fl_run("trace", "--tensors", "/nowhere/x"), 1, "/nowhere/x|No such file");
}

static void a_reader_that_has_gone_is_no_error(void **state) {
    (void)state;
    fl_how gone = {.reader_gone = true};
    for (size_t i = 0; i < sizeof writers / sizeof *writers; i++) {
        fl_ran ran = fl_program(&gone, writers[i]);
        fl_assert_ran(&ran);
        fl_ran_done(&ran);
    }
}

static void transcript_without_a_terminal(void **state) {
    (void)state;
    fl_ran ran = fl_run("-p", "The capital of France is");
    fl_assert_ran(&ran);
    static const char begins[] = "builtin: 6 tokens go in; 193 steps later one word comes "
                                 "out.\nA blank at the start of a quoted piece belongs to it.\n"
                                 "\nPass 0, before the layers\nevent 0 of 0 to 193: tokens, ";
    assert_int_equal(strncmp(ran.out, begins, sizeof begins - 1), 0);
    fl_assert_says(ran.out, "\nevent 117 of 0 to 193: layer 2, head ");
    fl_assert_says(ran.out, "event 193 of 0 to 193: next_token");
    fl_assert_says(ran.out, "\" Paris\"");
    int lines = 0;
    for (const char *c = ran.out; *c; c++)
        lines += *c == '\n';
    assert_int_equal(lines, 2 + 194 + 10 * 2); /* ten headings, each behind an empty line */
    fl_ran_done(&ran);
}

static void fast_and_exact_exclude_each_other(void **state) {
    (void)state;
    fl_ran ran = fl_run("generate", "--fast", "--exact", "-n", "1");
    assert_int_equal(ran.status, 2);
    fl_assert_says(ran.err, "both --exact and --fast");
    fl_ran_done(&ran);
}

static void scalar_is_exact_whatever_is_asked(void **state) {
    (void)state;
    fl_ran ran = fl_run("trace", "builtin:q8_0", "--fast", "--isa", "scalar", "--format", "jsonl");
    assert_int_equal(ran.status, 0);
    fl_assert_says(ran.out, "\"isa\":\"scalar\",\"exact\":true");
    fl_ran_done(&ran);
}

/* One note where --fast changes nothing, whatever the reason and the command; else none. */
static void fast_that_is_exact_says_why(void **state) {
    (void)state;
    static const char *const commands[] = {"trace", "generate", "step", "bench"};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        const char *few = strcmp(commands[i], "bench") == 0 ? "--repeat" : "--chunk";
        fl_ran scalar = fl_run(commands[i], "builtin:q8_0", "--fast", "--isa", "scalar", few, "1");
        assert_int_equal(scalar.status, 0);
        assert_string_equal(scalar.err, "footlight: --fast: computes exactly, because the scalar "
                                        "kernels have no 8-bit products\n");
        fl_ran_done(&scalar);
    }
    fl_ran floats = fl_run("trace", "builtin", "--fast"),
           unasked = fl_run("trace", "builtin", "--isa", "scalar"),
           script = fl_run("step", "builtin", "--fast", "--batch", "-x", "-");
    assert_int_equal(floats.status, 0);
    fl_assert_says(floats.err, "footlight: --fast: computes exactly, because");
    assert_string_equal(script.err, floats.err);
    fl_assert_ran(&unasked);
    fl_ran_done(&floats);
    fl_ran_done(&unasked);
    fl_ran_done(&script);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(help_everywhere),
        cmocka_unit_test(man_page_and_completion_have_every_option),
        cmocka_unit_test(completion_completes),
        cmocka_unit_test(bad_models),
        cmocka_unit_test(every_truncation_is_one_line),
        cmocka_unit_test(bad_prompts),
        cmocka_unit_test(wrong_usage),
        cmocka_unit_test(options_are_named_not_the_model),
        cmocka_unit_test(both_ways_to_an_isa_say_the_same),
        cmocka_unit_test(a_file_is_named),
        cmocka_unit_test(unknown_words),
        cmocka_unit_test(help_is_a_word_too),
        cmocka_unit_test(outputs_do_not_replace_each_other),
        cmocka_unit_test(messages_are_escaped),
        cmocka_unit_test(output_that_cannot_be_written),
        cmocka_unit_test(a_reader_that_has_gone_is_no_error),
        cmocka_unit_test(transcript_without_a_terminal),
        cmocka_unit_test(fast_and_exact_exclude_each_other),
        cmocka_unit_test(scalar_is_exact_whatever_is_asked),
        cmocka_unit_test(fast_that_is_exact_says_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
