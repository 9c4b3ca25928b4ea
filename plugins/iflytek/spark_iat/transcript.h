// Sentences as they come, replaced by better ones where the upstream says so. Pure.
#pragma once

#include "iflytek/spark_iat/dictation_result.h"

#include <map>
#include <string>

namespace aiproject::iflytek {

class Transcript {
public:
    // Throws CallFailure (failed) beyond what a minute of speech can be.
    void take(const Sentence& sentence);
    std::string text() const;  // in the order of the sentence numbers

private:
    std::map<std::int64_t, std::string> sentences_;
    std::size_t bytes_ = 0;
};

}  // namespace aiproject::iflytek
