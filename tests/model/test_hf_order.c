/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * A model whose weights are put in Hugging Face's order computes what the other order's values are
 * when the values themselves are put in it.
 */
#include "model/hf_order.h"
#include "model/hf_writer.h"
#include "sinks/qk_order.h"

#include <math.h>

/* All numbers of a run, one event after the other. */
typedef struct cells {
    float *values;
    size_t n;
} cells;

static fl_flow keep(void *ctx, const fl_event *event) {
    cells *c = ctx;
    size_t count = (size_t)fl_tensor_count(&event->tensor);
    if (event->tensor.dtype != FL_DTYPE_F32)
        return FL_GO;
    c->values = realloc(c->values, (c->n + count) * sizeof *c->values);
    assert_non_null(c->values);
    fl_tensor_pack(&event->tensor, c->values + c->n);
    c->n += count;
    return FL_GO;
}

static cells run(const char *name, bool weights) {
    static const int32_t ids[] = {1, 5, 7, 2};
    cells all = {0};
    fl_qk_order order;
    fl_diag diag = {0};
    fl_model *model = NULL;
    fl_session *session = NULL;
    fl_session_options options = fl_session_defaults();
    options.ids = ids;
    options.n_ids = 4;
    options.n_predict = 2;
    options.isa = "scalar";
    assert_int_equal(fl_model_open(&model, name, &diag), FL_OK);
    assert_int_equal(fl_model_hparams(model)->rope_pairing, FL_ROPE_INTERLEAVED);
    fl_qk_order_init(&order, fl_model_hparams(model), (fl_sink){&all, NULL, keep});
    if (weights)
        assert_int_equal(fl_model_order_as_hf(model, &diag), FL_OK);
    assert_int_equal(fl_qk_order_differs(fl_model_hparams(model)), !weights);
    assert_int_equal(fl_session_new(&session, model, &options, &diag), FL_OK);
    fl_sink sink = weights ? (fl_sink){&all, NULL, keep} : fl_qk_order_sink(&order);
    assert_int_equal(fl_session_add_sink(session, &sink), FL_OK);
    assert_int_equal(fl_session_run(session, &diag), FL_DONE);
    fl_qk_order_done(&order);
    fl_session_free(&session);
    fl_model_close(&model);
    return all;
}

static void weights_and_values_agree(void **state) {
    (void)state;
    static const char *const names[] = {"builtin", "builtin:q8_0", "builtin:q4_0"};
    for (size_t m = 0; m < 3; m++) {
        cells weights = run(names[m], true), values = run(names[m], false);
        assert_true(weights.n > 10000);
        assert_int_equal(weights.n, values.n);
        for (size_t i = 0; i < weights.n; i++) {
            double a = (double)weights.values[i], b = (double)values.values[i];
            if (a != b && !(fabs(a - b) <= 1e-4 * (1 + fabs(b))))
                fail_msg("%s: cell %zu is %.9g and %.9g", names[m], i, a, b);
        }
        free(weights.values);
        free(values.values);
    }
}

/* A folder of Hugging Face has that order, and a plan has no weights to be put in it. */
static void what_has_the_order_stays(void **state) {
    (void)state;
    fl_diag diag = {0};
    hf_folder f = {.config = HF_LLAMA};
    hf_write(&f);
    fl_model *model = hf_opens_at(&f, 0);
    const fl_weight *weight = fl_model_weight(model, FL_WEIGHT_attn_q, 0);
    const void *data = weight->data;
    assert_int_equal(fl_model_order_as_hf(model, &diag), FL_OK);
    assert_ptr_equal(weight->data, data);
    fl_model_close(&model);
    hf_done(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_and_values_agree),
        cmocka_unit_test(what_has_the_order_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
