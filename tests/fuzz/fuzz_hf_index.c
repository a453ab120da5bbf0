/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The index of a checkpoint in several files, beside its configuration and its files.
 */
#include "fuzz/fuzz.h"
#include "fuzz/hf.h"
#include "fuzz/model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const fl_file *parts = fuzz_folder(2)->files;
    const fl_file files[] = {parts[0], parts[1], parts[2], {parts[3].name, data, size}};
    return fuzz_files(files, 4);
}

bool fl_fuzz_seed(size_t index, fl_buffer *out) {
    const fl_file *file = &fuzz_folder(2)->files[3];
    if (index > 1)
        return false;
    if (index == 0)
        fl_buffer_add(out, (const char *)file->bytes, file->length);
    else
        fl_buffer_puts(out, "{\"weight_map\":{\"a\":\"../b\"},\"metadata\":[1.5e3,null,[{}]]}");
    return true;
}
