/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * `info`: the configuration, the bundled names, the tensors of a file, the diagram.
 */
#include "base/diag.h"
#include "cli/cli.h"
#include "cli/info.h"
#include "cli/info_stored.h"
#include "cli/job.h"
#include "sinks/json.h"

#include <string.h>

static bool wants_json(const fl_cli *cli) {
    return fl_value(cli, FL_OPTION_info_format)->count == 1;
}

static fl_status list_bundled(fl_cli *cli) {
    fl_buffer out = {0};
    const char *name;
    bool runnable;
    for (size_t i = 0; (name = fl_bundled_name(i, &runnable)); i++)
        if (wants_json(cli))
            fl_buffer_printf(&out, "%s{\"name\":\"%s\",\"runs\":%s}", i ? "," : "[", name,
                             runnable ? "true" : "false");
        else
            fl_buffer_printf(&out, "%-16s %s\n", name,
                             runnable ? "runs" : "configuration only: for shapes and info");
    fl_buffer_puts(&out, wants_json(cli) ? "]\n" : "");
    return fl_emit_buffer(cli, &out);
}

/* One thing at a time, and the diagram is no data. */
static fl_status check_options(fl_cli *cli) {
    static const fl_option things[] = {FL_OPTION_list, FL_OPTION_list_tensors, FL_OPTION_diagram};
    const bool diagram = fl_given(cli, FL_OPTION_diagram);
    int n = 0;
    for (size_t i = 0; i < sizeof things / sizeof *things; i++)
        n += fl_given(cli, things[i]);
    if (n > 1)
        return fl_fail(&cli->diag, FL_ERR_USAGE,
                       "more than one of --list, --list-tensors and --diagram, expected one");
    if (diagram && wants_json(cli))
        return fl_fail(&cli->diag, FL_ERR_USAGE, "--diagram is text, expected no --format json");
    return FL_OK;
}

static void put_trouble(const fl_diag *diag, bool own, fl_buffer *text) {
    const char *slash = strrchr(diag->subject, '/');
    if (!own)
        fl_buffer_printf(text, "%s: ", slash ? slash + 1 : diag->subject);
    fl_buffer_puts(text, diag->message);
}

/* What reads the text, in words, or why that cannot be had, which is no error here. Nothing for a
 * model without a tokenizer. */
static fl_tokenizer_told tell_tokenizer(fl_cli *cli, const fl_model *model, fl_buffer *text) {
    fl_tokenizer *tokenizer;
    fl_tokenizer_told told = {0};
    if (!fl_has_tokenizer(model))
        return told;
    if (fl_open_tokenizer(cli, model, &tokenizer) == FL_OK)
        fl_buffer_puts(text, fl_tokenizer_summary(tokenizer));
    else
        put_trouble(&cli->diag, fl_model_vocab(model) != NULL, text);
    told.summary = tokenizer ? text->data : NULL;
    told.trouble = tokenizer ? NULL : text->data;
    fl_tokenizer_free(&tokenizer);
    fl_diag_init(&cli->diag, NULL);
    return told;
}

static fl_status print(fl_cli *cli, const fl_model *model) {
    fl_buffer out = {0};
    bool done = true;
    fl_buffer text = {0};
    fl_tokenizer_told tokenizer = tell_tokenizer(cli, model, &text);
    if (fl_given(cli, FL_OPTION_list_tensors) && wants_json(cli)) {
        fl_tensors_json(model, cli->ascii, &out);
    } else if (fl_given(cli, FL_OPTION_list_tensors)) {
        done = fl_tensors_table(model, cli->width, &out);
    } else if (fl_given(cli, FL_OPTION_diagram)) {
        fl_info_diagram(model, &out);
    } else if (wants_json(cli)) {
        fl_info_json(model, &tokenizer, true, cli->ascii, &out);
        fl_buffer_puts(&out, "\n");
    } else {
        done = fl_info_table(model, &tokenizer, fl_prose_width(cli), &out);
    }
    out.failed |= !done || text.failed;
    fl_buffer_done(&text);
    return fl_emit_buffer(cli, &out);
}

fl_status fl_cmd_info(fl_cli *cli) {
    fl_model *model;
    if (check_options(cli) != FL_OK)
        return cli->diag.status;
    if (fl_given(cli, FL_OPTION_list))
        return list_bundled(cli);
    fl_status status = fl_model_open(&model, fl_model_argument(cli), &cli->diag);
    if (status != FL_OK)
        return status;
    status = print(cli, model);
    fl_model_close(&model);
    return status;
}
