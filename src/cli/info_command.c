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

/* What reads the text for a model whose vocabulary lies beside it; what is wrong with that is no
 * error here. NULL for one with its own, and for one without. */
static const char *tokenizer_beside(fl_cli *cli, const fl_model *model, fl_tokenizer **out) {
    *out = NULL;
    if (fl_model_vocab(model) || fl_open_tokenizer(cli, model, out) != FL_OK)
        fl_diag_init(&cli->diag, NULL);
    return *out ? fl_tokenizer_summary(*out) : NULL;
}

static fl_status print(fl_cli *cli, const fl_model *model) {
    fl_buffer out = {0};
    bool done = true;
    fl_tokenizer *tokenizer;
    const char *beside = tokenizer_beside(cli, model, &tokenizer);
    if (fl_given(cli, FL_OPTION_list_tensors) && wants_json(cli)) {
        fl_tensors_json(model, cli->ascii, &out);
    } else if (fl_given(cli, FL_OPTION_list_tensors)) {
        done = fl_tensors_table(model, cli->width, &out);
    } else if (fl_given(cli, FL_OPTION_diagram)) {
        fl_info_diagram(model, &out);
    } else if (wants_json(cli)) {
        fl_info_json(model, beside, true, cli->ascii, &out);
        fl_buffer_puts(&out, "\n");
    } else {
        done = fl_info_table(model, beside, fl_prose_width(cli), &out);
    }
    fl_tokenizer_free(&tokenizer);
    out.failed |= !done;
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
