#include "iflytek/spark_iat/transcript.h"

#include "iflytek/core/error_codes.h"

namespace aiproject::iflytek {
namespace {

constexpr std::size_t kMaxBytes = 256UL * 1024;
constexpr std::size_t kMaxSentences = 10'000;

}  // namespace

void Transcript::take(const Sentence& sentence) {
    if (sentence.replaces) {
        auto position = sentences_.lower_bound(sentence.replaces->first);
        while (position != sentences_.end() && position->first <= sentence.replaces->last) {
            bytes_ -= position->second.size();
            position = sentences_.erase(position);
        }
    }
    bytes_ += sentence.text.size();
    sentences_[sentence.number] += sentence.text;  // two of one number are two pieces of it
    if (bytes_ > kMaxBytes || sentences_.size() > kMaxSentences)
        throw CallFailure(ModelStatus::failed, "the transcript is longer than a minute of speech can be");
}

std::string Transcript::text() const {
    std::string all;
    all.reserve(bytes_);
    for (const auto& [number, text] : sentences_) all += text;
    return all;
}

}  // namespace aiproject::iflytek
