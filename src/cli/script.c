/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * `step -x FILE --batch`: the tracer without anybody at it.
 */
#include "cli/script.h"

#include "base/diag.h"
#include "base/process.h"

#include <string.h>

enum { LONGEST_SCRIPT = 1 << 20 };

fl_status fl_script_read(fl_cli *cli, fl_buffer *out) {
    const char *path = fl_value(cli, FL_OPTION_script)->text;
    return path ? fl_read_all(path, LONGEST_SCRIPT, out, &cli->diag) : FL_OK;
}

const char *fl_script_name(fl_cli *cli) {
    const char *path = fl_value(cli, FL_OPTION_script)->text;
    return path && strcmp(path, "-") == 0 ? "standard input" : path;
}

static void say(fl_cli *cli, const char *text) {
    fl_emit(cli, text);
    if (*text && text[strlen(text) - 1] != '\n')
        fl_emit(cli, "\n");
}

static void tell(fl_cli *cli, fl_view *view, void (*teller)(fl_view *, fl_buffer *)) {
    fl_buffer text = {0};
    teller(view, &text);
    if (text.data)
        say(cli, text.data);
    fl_buffer_done(&text);
}

/* What the command changed: a page is printed and closed again. */
static void report(fl_cli *cli, fl_view *view, int64_t before) {
    fl_buffer page = {0};
    fl_view_page_text(view, &page);
    say(cli, fl_view_message(view));
    if (page.length) {
        say(cli, page.data);
        fl_view_close_page(view);
    } else if (fl_view_at(view) != before) {
        tell(cli, view, fl_view_sentence);
    } else if (!fl_view_message(view)[0] && !fl_view_left(view)) {
        tell(cli, view, fl_view_cell);
    }
    fl_buffer_done(&page);
}

static fl_status run_line(fl_cli *cli, fl_view *view, const char *command, int64_t line) {
    int64_t before = fl_view_at(view);
    if (!fl_view_command(view, command)) {
        char shown[120];
        fl_escape_into(shown, sizeof shown, command, strlen(command));
        fl_diag_init(&cli->diag, fl_script_name(cli));
        return fl_fail_line(&cli->diag, FL_ERR_FORMAT, line, "'%s': %s", shown,
                            fl_view_message(view));
    }
    report(cli, view, before);
    return fl_out_failed(cli->out) ? FL_DONE : FL_OK;
}

/* Cuts the first line off *rest and takes the blanks around it away. */
static char *next_line(char **rest) {
    char *line = *rest, *end = line + strcspn(line, "\n");
    *rest = *end ? end + 1 : end;
    *end = '\0';
    while (end > line && strchr(" \t\r", end[-1]))
        *--end = '\0';
    return line + strspn(line, " \t");
}

fl_status fl_script_run(fl_cli *cli, fl_view *view, char *script) {
    fl_status status = FL_OK;
    tell(cli, view, fl_view_welcome);
    tell(cli, view, fl_view_sentence);
    for (int64_t number = 1; *script && status == FL_OK && !fl_view_left(view); number++) {
        const char *line = next_line(&script);
        if (*line && *line != '#')
            status = run_line(cli, view, line, number);
    }
    return status == FL_DONE ? FL_OK : status;
}
