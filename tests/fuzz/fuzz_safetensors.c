/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The safetensors reader: the bytes as the only file of a checkpoint, and as the first of two.
 */
#include "fuzz/fuzz.h"
#include "fuzz/hf.h"
#include "fuzz/model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const fl_file *parts = fuzz_folder(2)->files;
    const fl_file single[] = {{"model.safetensors", data, size}, parts[0]};
    const fl_file first[] = {parts[0], {parts[1].name, data, size}, parts[2], parts[3]};
    fuzz_files(single, 2);
    return fuzz_files(first, 4);
}

bool fl_fuzz_seed(size_t index, fl_buffer *out) {
    static const char extra[] =
        "{\"__metadata__\":{\"format\":\"pt\",\"\\u00e9\\ud83d\\ude00\":\"\\n\"},"
        "\"lm_head.weight\":{\"dtype\":\"BF16\",\"shape\":[2,2],\"data_offsets\":[0,8]},"
        "\"t\":{\"dtype\":\"F4\",\"shape\":[2,1,0],\"data_offsets\":[8,8]}}   ";
    if (index > 2)
        return false;
    const fl_file *file = &fuzz_folder(index == 1 ? 2 : 0)->files[1];
    if (index < 2)
        fl_buffer_add(out, (const char *)file->bytes, file->length);
    else
        stored_file(out, extra, strlen(extra), 8);
    return true;
}
