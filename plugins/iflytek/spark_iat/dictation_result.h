// One message of a dictation's answer, out of either envelope. Pure.
#pragma once

#include "iflytek/core/error_codes.h"
#include "iflytek/spark_iat/dictation_settings.h"

#include <cstdint>
#include <optional>
#include <string>

namespace aiproject::iflytek {

struct Span {  // of sentence numbers, both included
    std::int64_t first = 0;
    std::int64_t last = 0;
};

struct Sentence {
    std::int64_t number = 0;  // sn
    std::string text;
    std::optional<Span> replaces;  // pgs = rpl: these sentences go
};

struct DictationResult {
    UpstreamError error;  // code 0: none; id is there either way
    bool isLast = false;
    std::optional<Sentence> sentence;
};

// Throws CallFailure (failed) when it is no such message.
DictationResult readDictationResult(Variant variant, const std::string& json);

}  // namespace aiproject::iflytek
