/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * From argv to an exit status: locale, command line, the command, closing the output, and the one
 * place that prints errors.
 */
#include "cli/cli.h"

#include "base/diag.h"
#include "base/map.h"
#include "base/process.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- output ---- */

void fl_emit(fl_cli *cli, const char *text) {
    if (!cli->ascii) {
        fl_out_puts(cli->out, text);
        return;
    }
    fl_buffer plain = {0};
    fl_ascii(&plain, text);
    if (plain.data)
        fl_out_puts(cli->out, plain.data);
    fl_buffer_done(&plain);
}

fl_status fl_emit_buffer(fl_cli *cli, fl_buffer *text) {
    bool failed = text->failed;
    if (!failed && text->data)
        fl_emit(cli, text->data);
    fl_buffer_done(text);
    return failed ? fl_fail_memory(&cli->diag) : FL_OK;
}

static void complain(const fl_cli *cli, const char *line) {
    fl_buffer plain = {0};
    if (cli->ascii)
        fl_ascii(&plain, line);
    fprintf(stderr, "footlight: %s\n", plain.data && !plain.failed ? plain.data : line);
    fl_buffer_done(&plain);
}

void fl_note(const fl_cli *cli, const char *format, ...) {
    char line[2048];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    complain(cli, line);
}

/* `FILE: what was found, what was expected`, with the line or offset where known. */
static void print_diag(const fl_cli *cli, fl_status status) {
    const fl_diag *diag = &cli->diag;
    char subject[3 * sizeof diag->subject], place[48] = "";
    fl_escape_into(subject, sizeof subject, diag->subject, strlen(diag->subject));
    if (diag->line >= 0)
        snprintf(place, sizeof place, " (line %lld)", (long long)diag->line);
    else if (diag->offset >= 0)
        snprintf(place, sizeof place, " (at byte %lld)", (long long)diag->offset);
    fl_note(cli, "%s%s%s%s", subject, *subject ? ": " : "",
            *diag->message ? diag->message : fl_status_word(status), place);
}

/* ---- the way through ---- */

static fl_status print_version(fl_cli *cli) {
    fl_emit(cli, "footlight " FOOTLIGHT_VERSION "\n");
    return FL_OK;
}

static fl_status run(fl_cli *cli) {
    static fl_command_fn *const commands[] = {
#define FL_COMMAND(id, ...) [FL_COMMAND_##id] = fl_cmd_##id,
#include "cli/commands.def"
    };
    fl_buffer text = {0};
    if (fl_given(cli, FL_OPTION_help))
        fl_help_text(&text, cli->args.command_given, cli->args.command);
    else if (fl_given(cli, FL_OPTION_version))
        return print_version(cli);
    else if (fl_given(cli, FL_OPTION_man))
        fl_man_text(&text);
    else if (fl_given(cli, FL_OPTION_completion))
        fl_completion_text(&text);
    else
        return commands[cli->args.command](cli);
    return fl_emit_buffer(cli, &text);
}

/* `diff` says 1 of two runs that differ, so its trouble is 2, as other programs of that name have
 * it. */
static int exit_status(const fl_cli *cli, fl_status status) {
    if (status == FL_OK || status == FL_DONE)
        return cli->verdict;
    return status == FL_ERR_USAGE || cli->args.command == FL_COMMAND_diff ? 2 : 1;
}

/* Closes standard output. A failure of the command itself is told rather than one of the output. */
static fl_status close_output(fl_cli *cli, fl_status status) {
    fl_diag closing;
    fl_diag_init(&closing, NULL);
    fl_status closed = fl_out_close(&cli->out, &closing);
    if (status == FL_OK && closed != FL_OK) {
        cli->diag = closing;
        return closed;
    }
    return status;
}

/* A first word that is neither a command nor anything that could be meant as a model. */
static bool is_unknown(const fl_args *args) {
    const char *word = args->subject, *name;
    bool runnable;
    if (!word || args->command_given || strpbrk(word, "/.:") || fl_path_exists(word))
        return false;
    for (size_t i = 0; (name = fl_bundled_name(i, &runnable)); i++)
        if (strcmp(name, word) == 0)
            return false;
    return true;
}

static fl_status refuse_word(fl_cli *cli) {
    const char *word = cli->args.subject;
    char shown[128], hint[64] = "; 'footlight --help' lists the commands";
    size_t nearest = 3; /* further away is not near */
    for (int i = 0; i < FL_COMMAND_COUNT; i++) {
        const char *name = fl_command_get_info((fl_command)i)->name;
        size_t distance = fl_word_distance(word, name);
        if (distance < nearest)
            snprintf(hint, sizeof hint, ", the nearest command is '%s'", name);
        nearest = distance < nearest ? distance : nearest;
    }
    fl_diag_init(&cli->diag, NULL);
    return fl_fail(&cli->diag, FL_ERR_USAGE, "no command, file or bundled name is called '%s'%s",
                   fl_escape_into(shown, sizeof shown, word, strlen(word)), hint);
}

/* `help` and `help COMMAND` are --help as many other programs spell it. */
static fl_status parse(fl_cli *cli, int argc, char **argv) {
    char help[] = "--help";
    char *words[] = {argv[0], help, help, NULL};
    if (argc > 1 && strcmp(argv[1], "help") == 0) {
        words[1] = argc > 2 && strcmp(argv[2], "help") != 0 ? argv[2] : help;
        argv = words;
        argc = 3;
    }
    fl_status status = fl_args_parse(&cli->args, argc, argv, &cli->diag);
    return is_unknown(&cli->args) ? refuse_word(cli) : status;
}

static fl_status start(fl_cli *cli, int argc, char **argv) {
    const char *no_color = getenv("NO_COLOR");
    cli->ascii = !fl_locale_start();
    cli->color = !(no_color && *no_color);
    cli->width = fl_terminal_columns(FL_STDOUT);
    fl_status status = parse(cli, argc, argv);
    if (fl_given(cli, FL_OPTION_ascii))
        cli->ascii = true;
    fl_process_end_with(exit_status(cli, FL_ERR_IO));
    return status;
}

int fl_cli_main(int argc, char **argv) {
    fl_cli cli = {0};
    fl_process_start(_Exit);
    fl_diag_init(&cli.diag, NULL);
    fl_status status = start(&cli, argc, argv);
    if (status == FL_OK)
        status = fl_out_open(&cli.out, NULL, &cli.diag);
    if (status == FL_OK) {
        fl_diag_init(&cli.diag, NULL);
        status = close_output(&cli, run(&cli));
    }
    if (status != FL_OK && status != FL_DONE)
        print_diag(&cli, status);
    return exit_status(&cli, status);
}
