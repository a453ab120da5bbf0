/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * A model whose names, metadata and pieces hold escape sequences, bells, marks that turn text
 * around and very long lines: no command lets a control byte out but line feed and tab.
 */
#include "test.h"

#include "cli/program.h"
#include "model/gguf_writer.h"

#define HOSTILE                                                                                    \
    "\033]0;owned\007\033[2J\r\b\xe2\x80\xae\xc2\x9b"                                              \
    "31m"

/* Where the writer put this, which it always does. */
static char *find(char *bytes, size_t length, const char *text) {
    size_t at = 0, n = strlen(text);
    while (at + n <= length && memcmp(bytes + at, text, n) != 0)
        at++;
    assert_true(at + n <= length);
    return bytes + at;
}

static const char *write_hostile(void) {
    static const gguf_sizes sizes = {1, 4, 2, 2, 1, 10, 8, FL_DTYPE_F16, 0};
    static const char *const pieces[] = {"<unk>", "<s>",  "</s>", HOSTILE "a", "\033[31m",
                                         "\007",  "\r\n", "a",    "\xc2\x9b",  "b"};
    enum { LONG = 70000 };
    char *wide = malloc(LONG + 1);
    gguf_writer w = gguf_start();
    memset(wide, 'w', LONG);
    wide[LONG] = '\0';
    gguf_string(&w, "general.description", wide);
    gguf_string(&w, "general.author" HOSTILE, HOSTILE);
    gguf_string(&w, "tokenizer.chat_template", HOSTILE "{{ messages }}");
    gguf_string(&w, "tokenizer.ggml.model", "llama");
    gguf_strings(&w, "tokenizer.ggml.tokens", pieces, 10);
    gguf_llama(&w, &sizes);
    gguf_finish(&w, GGUF_WHOLE);
    char *name = find(w.file.data, w.file.length, "a test");
    memcpy(name, "\033[2J\007\r", 6);
    const char *path = fl_write_temporary("hostile\033[7m.gguf", w.file.data, w.file.length);
    gguf_done(&w);
    free(wide);
    return path;
}

static void assert_plain(const char *command, const char *text) {
    for (const unsigned char *at = (const unsigned char *)text; *at; at++) {
        bool c1 = at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0;
        bool turns = at[0] == 0xe2 && at[1] == 0x80 && at[2] >= 0xaa && at[2] <= 0xae;
        if ((*at < 0x20 && *at != '\n' && *at != '\t') || *at == 0x7f || c1 || turns)
            fail_msg("%s lets byte %02x out behind \"%.*s\"", command, *at,
                     (int)((const char *)at - text < 60 ? (const char *)at - text : 60),
                     (const char *)at -
                         ((const char *)at - text < 60 ? (const char *)at - text : 60));
    }
}

static void no_command_lets_it_out(void **state) {
    (void)state;
    static const char *const commands[][6] = {
        {"info"},
        {"info", "--list-tensors"},
        {"shapes"},
        {"trace", "--ids", "3,4,5,6"},
        {"trace", "--ids", "3,4,5,6", "--format", "jsonl"},
        {"trace", "--ids", "3,4,5,6", "--format", "csv"},
        {"tokenize", "-p", "a"},
        {"step", "--plain", "--ids", "3,4,5,6"},
    };
    const char *path = write_hostile();
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        const char *words[8] = {commands[i][0], path};
        for (int k = 1; k < 6; k++)
            words[k + 1] = commands[i][k];
        fl_ran ran = fl_program(&(fl_how){.input = "n\nt\nwhy\nchances\ntext\nq\n"}, words);
        if (ran.status != 0)
            fail_msg("%s %s: %s", words[0], words[2] ? words[2] : "", ran.err);
        assert_plain(words[0], ran.out);
        assert_plain(words[0], ran.err);
        fl_ran_done(&ran);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_command_lets_it_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
