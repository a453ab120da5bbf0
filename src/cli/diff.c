/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * `diff`: where two runs part.
 */
#include "cli/diff.h"

#include "base/diag.h"
#include "cli/table.h"

static void ignore(void *ctx, const fl_difference *difference) {
    (void)ctx;
    (void)difference;
}

static void choose_tolerance(const fl_cli *cli, fl_comparison *c) {
    const fl_option_value *rtol = fl_value(cli, FL_OPTION_rtol),
                          *atol = fl_value(cli, FL_OPTION_atol);
    c->chosen = rtol->given || atol->given;
    if (rtol->given) {
        c->tolerance.rtol = rtol->number;
        c->tolerance.whole = c->tolerance.size = 0;
    }
    if (atol->given)
        c->tolerance.atol = atol->number;
}

static fl_compared_fn *prepare(const fl_cli *cli, const fl_comparison *c, fl_diff_rows *rows) {
    if (fl_value(cli, FL_OPTION_diff_format)->count == 1)
        return fl_diff_json_add;
    if (!fl_given(cli, FL_OPTION_diff_all_layers))
        return ignore;
    return fl_diff_rows_begin(rows, c) ? fl_diff_rows_add : NULL;
}

static fl_status compare(fl_cli *cli, fl_comparison *c, fl_diff_rows *rows) {
    fl_buffer text = {0};
    fl_status status =
        fl_comparison_open(c, cli->args.subject, cli->args.second_subject, &cli->diag);
    if (status != FL_OK)
        return status;
    choose_tolerance(cli, c);
    fl_compared_fn *each = prepare(cli, c, rows);
    status = each ? fl_comparison_run(c, each, rows, &cli->diag) : fl_fail_memory(&cli->diag);
    if (status != FL_OK)
        return status;
    if (each == fl_diff_json_add)
        fl_diff_json(c, rows, cli->ascii, &text);
    else
        text.failed |= !fl_diff_text(cli, c, rows, &text);
    cli->verdict = fl_comparison_same(c) ? 0 : 1;
    return fl_emit_buffer(cli, &text);
}

fl_status fl_cmd_diff(fl_cli *cli) {
    fl_comparison c = {0};
    fl_diff_rows rows = {0};
    if (!cli->args.second_subject) {
        fl_diag_init(&cli->diag, "diff");
        return fl_fail(&cli->diag, FL_ERR_USAGE, "found %s, expected two",
                       cli->args.subject ? "one file" : "no file");
    }
    fl_status status = compare(cli, &c, &rows);
    fl_table_free(rows.table);
    fl_buffer_done(&rows.json);
    fl_comparison_close(&c);
    return status;
}
