/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * `diff`: where two runs part.
 */
#include "cli/diff.h"

#include "base/diag.h"

static void ignore(void *ctx, const fl_difference *difference) {
    (void)ctx;
    (void)difference;
}

static void choose_tolerance(const fl_cli *cli, fl_comparison *c) {
    const fl_option_value *rtol = fl_value(cli, FL_OPTION_rtol),
                          *atol = fl_value(cli, FL_OPTION_atol);
    if (rtol->given)
        c->tolerance.rtol = rtol->number;
    c->tolerance.atol = atol->given ? atol->number : 0;
}

static fl_status compare(fl_cli *cli, fl_comparison *c) {
    fl_buffer text = {0};
    fl_status status =
        fl_comparison_open(c, cli->args.subject, cli->args.second_subject, &cli->diag);
    if (status == FL_OK) {
        choose_tolerance(cli, c);
        status = fl_comparison_run(c, ignore, NULL, &cli->diag);
    }
    if (status != FL_OK)
        return status;
    text.failed |= !fl_diff_text(cli, c, &text);
    cli->verdict = c->differs ? 1 : 0;
    return fl_emit_buffer(cli, &text);
}

fl_status fl_cmd_diff(fl_cli *cli) {
    fl_comparison c = {0};
    if (!cli->args.second_subject) {
        fl_diag_init(&cli->diag, "diff");
        return fl_fail(&cli->diag, FL_ERR_USAGE, "found %s, expected two",
                       cli->args.subject ? "one file" : "no file");
    }
    fl_status status = compare(cli, &c);
    fl_comparison_close(&c);
    return status;
}
