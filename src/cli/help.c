/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * --help, from the command table.
 */
#include "cli/cli.h"
#include "cli/table.h"

#include <stdio.h>

enum { WIDTH = 80, COLUMN = 28 };

static const char *const group_titles[] = {
    [FL_GROUP_OWN] = "Options",
    [FL_GROUP_PROMPT] = "Prompt",
    [FL_GROUP_CHOICE] = "Choosing tokens",
    [FL_GROUP_RUN] = "Running",
    [FL_GROUP_COMMON] = "Everywhere",
};

static void entry(fl_buffer *out, const char *left, const char *right) {
    int width = fl_text_width(left);
    fl_buffer_puts(out, left);
    if (width + 2 > COLUMN) {
        fl_buffer_puts(out, "\n");
        width = 0;
    }
    fl_buffer_printf(out, "%*s", COLUMN - width, "");
    fl_wrap(out, right, COLUMN, WIDTH - COLUMN);
}

static void option_entry(fl_buffer *out, const fl_option_info *info) {
    char left[96], right[256], letter[8] = "    ";
    if (info->letter)
        snprintf(letter, sizeof letter, "-%c, ", info->letter);
    snprintf(left, sizeof left, "  %s--%s%s%s", letter, info->name, info->argument ? " " : "",
             info->argument ? info->argument : "");
    if (info->fallback)
        snprintf(right, sizeof right, "%s [%s]", info->help, info->fallback);
    else
        snprintf(right, sizeof right, "%s", info->help);
    entry(out, left, right);
}

static void options_of(fl_buffer *out, fl_command command) {
    for (int group = 0; group < FL_GROUP_HIDDEN; group++) {
        bool begun = false;
        for (int i = 0; i < FL_OPTION_COUNT; i++) {
            const fl_option_info *info = fl_option_get_info((fl_option)i);
            if ((int)info->group != group || !fl_option_belongs((fl_option)i, command))
                continue;
            if (!begun)
                fl_buffer_printf(out, "\n%s:\n", group_titles[group]);
            begun = true;
            option_entry(out, info);
        }
    }
}

static void overview(fl_buffer *out) {
    char left[64];
    fl_buffer_puts(out, "usage: footlight [COMMAND] [MODEL] [options]\n\n");
    fl_wrap(
        out,
        "Walk through a Llama-family forward pass one stage at a time, with the real numbers in "
        "view. MODEL is a .gguf or llama2.c .bin file, a Hugging Face folder or a .safetensors "
        "file "
        "in it, a config.json (for shapes and info) or a bundled name; without one it is "
        "'builtin'. What contains a '/' is a path.",
        0, WIDTH);
    fl_buffer_puts(out, "\nCommands:\n");
    for (int i = 0; i < FL_COMMAND_COUNT; i++) {
        const fl_command_info *info = fl_command_get_info((fl_command)i);
        snprintf(left, sizeof left, "  %s", info->name);
        entry(out, left, info->help);
    }
    fl_buffer_puts(out, "\n");
    fl_wrap(out,
            "Without a command it is 'step'. 'footlight COMMAND --help' explains a command and its "
            "options, 'footlight info --list' has the bundled names.",
            0, WIDTH);
    fl_buffer_puts(out, "\nTo begin with:\n");
    entry(out, "  footlight", "step through the built-in model");
    entry(out, "  footlight generate -n 20", "see what it writes");
    entry(out, "  footlight shapes llama-2-7b", "every shape and cost of a 7B model");
    entry(out, "  footlight stage attn_probs",
          "what one stage is, in words and in other tools' names");
}

void fl_help_text(fl_buffer *out, bool command_given, fl_command command) {
    if (!command_given) {
        overview(out);
        return;
    }
    const fl_command_info *info = fl_command_get_info(command);
    fl_buffer_printf(out, "usage: footlight %s %s [options]\n\n", info->name, info->argument);
    char first[160];
    snprintf(first, sizeof first, "%s.", info->help);
    if (*first >= 'a' && *first <= 'z')
        *first = (char)(*first - 'a' + 'A');
    fl_wrap(out, first, 0, WIDTH);
    fl_buffer_puts(out, "\n");
    fl_wrap(out, info->more, 0, WIDTH);
    options_of(out, command);
}
