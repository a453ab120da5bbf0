/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The man page in mdoc, from the tables of commands and of the tracer's keys.
 */
#include "cli/cli.h"
#include "view/view.h"

#include <string.h>

/* Text within a line: a backslash is an escape, a plain dash a hyphen, and of characters beyond
 * ASCII not every formatter reads those. */
static void words(fl_buffer *out, const char *from) {
    static const char *const escapes[][2] = {{"\\", "\\e"},  {"-", "\\-"},   {"↑", "\\(ua"},
                                             {"↓", "\\(da"}, {"←", "\\(<-"}, {"→", "\\(->"},
                                             {"…", "..."}};
    enum { ESCAPES = sizeof escapes / sizeof *escapes };
    while (*from) {
        size_t i = 0;
        while (i < ESCAPES && strncmp(from, escapes[i][0], strlen(escapes[i][0])) != 0)
            i++;
        if (i < ESCAPES)
            fl_buffer_puts(out, escapes[i][1]);
        else
            fl_buffer_add(out, from, 1);
        from += i < ESCAPES ? strlen(escapes[i][0]) : 1;
    }
}

/* A line of text: a leading dot or quote would be a request. */
static void text(fl_buffer *out, const char *line) {
    if (*line == '.' || *line == '\'')
        fl_buffer_puts(out, "\\&");
    words(out, line);
    fl_buffer_puts(out, "\n");
}

/* What the table says in a phrase, as a sentence. */
static void sentence(fl_buffer *out, const char *phrase, const char *fallback) {
    const char first[] = {*phrase >= 'a' && *phrase <= 'z' ? (char)(*phrase - 'a' + 'A') : *phrase,
                          '\0'};
    words(out, first);
    words(out, phrase + 1);
    if (fallback)
        fl_buffer_printf(out, " (default: %s)", fallback);
    fl_buffer_puts(out, ".\n");
}

static void argument(fl_buffer *out, const char *words) {
    fl_buffer_puts(out, " Ar ");
    for (; *words; words++)
        fl_buffer_puts(out, *words == '|' ? " | " : (char[]){*words, '\0'});
}

static void option_item(fl_buffer *out, const fl_option_info *info) {
    fl_buffer_puts(out, ".It");
    if (info->letter)
        fl_buffer_printf(out, " Fl %c ,", info->letter);
    fl_buffer_printf(out, " Fl \\-%s", info->name);
    if (info->argument)
        argument(out, info->argument);
    fl_buffer_puts(out, "\n");
    sentence(out, info->help, info->fallback);
}

static bool shared(const fl_option_info *info) {
    return info->group != FL_GROUP_OWN && info->group != FL_GROUP_HIDDEN;
}

/* "[MODEL]" may be left out, "A B" may not. */
static void operands(fl_buffer *out, const char *argument) {
    const bool optional = *argument == '[';
    fl_buffer_puts(out, optional ? "Op Ar " : "Ar ");
    for (const char *c = argument; *c; c++)
        if (*c != '[' && *c != ']')
            fl_buffer_add(out, c, 1);
    fl_buffer_puts(out, "\n");
}

static void command_section(fl_buffer *out, fl_command command) {
    const fl_command_info *info = fl_command_get_info(command);
    fl_buffer_printf(out, ".Ss %s ", info->name);
    operands(out, info->argument);
    sentence(out, info->help, NULL);
    text(out, info->more);
    fl_buffer_puts(out, ".Bl -tag -width Ds\n");
    for (int i = 0; i < FL_OPTION_COUNT; i++) {
        const fl_option_info *option = fl_option_get_info((fl_option)i);
        if (option->group == FL_GROUP_OWN && fl_option_belongs((fl_option)i, command))
            option_item(out, option);
    }
    fl_buffer_puts(out, ".El\n");
}

static void commands_taking(fl_buffer *out, fl_option option) {
    int n = 0;
    for (int i = 0; i < FL_COMMAND_COUNT; i++)
        n += fl_option_belongs(option, (fl_command)i);
    if (n == FL_COMMAND_COUNT)
        return;
    fl_buffer_puts(out, "Taken by");
    for (int i = 0, k = 0; i < FL_COMMAND_COUNT; i++)
        if (fl_option_belongs(option, (fl_command)i))
            fl_buffer_printf(out, "%s %s",
                             ++k == 1 ? ""
                             : k == n ? " and"
                                      : ",",
                             fl_command_get_info((fl_command)i)->name);
    fl_buffer_puts(out, ".\n");
}

static void shared_section(fl_buffer *out) {
    fl_buffer_puts(out, ".Ss Options of several commands\n.Bl -tag -width Ds\n");
    for (int i = 0; i < FL_OPTION_COUNT; i++) {
        const fl_option_info *option = fl_option_get_info((fl_option)i);
        if (!shared(option))
            continue;
        option_item(out, option);
        commands_taking(out, (fl_option)i);
    }
    fl_buffer_puts(out, ".El\n");
}

/* The tracer's own commands, each with its keys. */
static void tracer_section(fl_buffer *out) {
    fl_buffer_puts(out, ".Sh THE TRACER\n"
                        "A command is typed behind a colon, or stands in a script in a line of its "
                        "own.\nIts keys do the same.\n"
                        ".Bl -tag -width Ds\n");
    fl_view_verb verb;
    for (int i = 0; fl_view_verb_at(i, &verb); i++) {
        fl_buffer_puts(out, ".It Ic ");
        words(out, verb.word);
        if (*verb.argument)
            fl_buffer_printf(out, " Ar \"%s\"", verb.argument);
        fl_buffer_puts(out, "\n");
        sentence(out, verb.help, NULL);
        if (!verb.keys[0])
            continue;
        fl_buffer_puts(out, "Keys: ");
        words(out, verb.keys);
        fl_buffer_puts(out, "\n");
    }
    fl_buffer_puts(out, ".El\n");
}

static const char head[] =
    ".\\\" SPDX-License-Identifier: MIT\n"
    ".\\\" Made by `footlight --man` from its command table.\n"
    ".Dd November 24, 2026\n"
    ".Dt FOOTLIGHT 1\n"
    ".Os\n"
    ".Sh NAME\n"
    ".Nm footlight\n"
    ".Nd step through a Llama-family forward pass in a terminal\n"
    ".Sh SYNOPSIS\n"
    ".Nm\n"
    ".Op Ar COMMAND\n"
    ".Op Ar MODEL\n"
    ".Op Ar options\n"
    ".Sh DESCRIPTION\n"
    ".Nm\n"
    "runs a Llama-type language model one stage at a time and shows the real numbers of every "
    "stage,\n"
    "layer and head, on screen or as records for other programs.\n"
    ".Pp\n"
    ".Ar MODEL\n"
    "is a\n"
    ".Pa .gguf\n"
    "or llama2.c\n"
    ".Pa .bin\n"
    "file, a bare\n"
    ".Pa config.json\n"
    "(for\n"
    ".Cm shapes\n"
    "and\n"
    ".Cm info ) ,\n"
    "or a bundled name as\n"
    ".Ic footlight info \\-\\-list\n"
    "prints them; without one it is\n"
    ".Cm builtin .\n"
    "What contains a slash is always a path.\n"
    "The first word is a command if it is one of those below, else it is the\n"
    ".Ar MODEL\n"
    "of\n"
    ".Cm step .\n";

static const char tail[] =
    ".Sh ENVIRONMENT\n"
    ".Bl -tag -width Ds\n"
    ".It Ev FOOTLIGHT_ISA\n"
    "Instruction set of the kernels, as with\n"
    ".Fl \\-isa .\n"
    ".It Ev NO_COLOR\n"
    "Set and not empty: no colours.\n"
    ".It Ev TERM\n"
    "A terminal that cannot draw screens\n"
    ".Pq Cm dumb\n"
    "gets the plain transcript.\n"
    ".It Ev LC_ALL , LC_CTYPE , LANG\n"
    "The character set.\n"
    "None set means UTF-8;\n"
    ".Cm C\n"
    "or\n"
    ".Cm POSIX\n"
    "means ASCII.\n"
    ".El\n"
    ".Sh EXIT STATUS\n"
    "0: done.\n"
    "1: it could not be done; one line on standard error says why.\n"
    "2: wrong usage.\n"
    ".Cm diff\n"
    "ends with 1 where two runs differ, and with 2 where they could not be compared.\n"
    "A pipe whose reader has gone ends the program quietly with 0.\n"
    ".Sh EXAMPLES\n"
    "Step through the built-in model:\n"
    ".Pp\n"
    ".Dl footlight\n"
    ".Pp\n"
    "Every shape of Llama-2-7B for five tokens:\n"
    ".Pp\n"
    ".Dl footlight shapes llama-2-7b \\-\\-tokens 5\n"
    ".Pp\n"
    "The attention of layer 2, one record a head:\n"
    ".Pp\n"
    ".Dl footlight trace \\-\\-stages attn_probs \\-\\-layers 2 \\-\\-format jsonl\n"
    ".Pp\n"
    "All values of a prompt for a notebook:\n"
    ".Pp\n"
    ".Dl footlight trace model.gguf \\-p \\(dqHello\\(dq \\-\\-tensors hello.safetensors\n";

void fl_man_text(fl_buffer *out) {
    fl_buffer_puts(out, head);
    for (int i = 0; i < FL_COMMAND_COUNT; i++)
        command_section(out, (fl_command)i);
    shared_section(out);
    tracer_section(out);
    fl_buffer_puts(out, tail);
}
