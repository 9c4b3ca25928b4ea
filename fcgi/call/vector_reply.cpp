#include "call/vector_reply.h"

#include "base/error.h"

#include <algorithm>
#include <cmath>

namespace aiproject {
namespace {

constexpr const char* kNoVector = "the plugin answered with a text, not with a vector";

}  // namespace

bool VectorReply::text(Text /*piece*/) noexcept { return refuseGarbage(kNoVector); }

bool VectorReply::take(std::string_view /*dialect*/, std::string_view /*frame*/, const FrameLook& /*look*/) {
    return refuseGarbage(kNoVector);
}

bool VectorReply::vector(const float* values, std::uint64_t count) noexcept {
    if (isAtEnd() || !goesOn()) return false;
    if (count == 0 || !values) return refuseGarbage("the plugin answered with a vector of nothing");
    if (vectors_.size() == texts_) return refuseGarbage("the plugin answered with more vectors than texts");
    if (count > (limit_ - size_) / sizeof(float)) return end(Stop::answerTooLong);
    if (!std::all_of(values, values + count, [](float value) { return std::isfinite(value); }))
        return refuseGarbage("the plugin's vector has something in it that is no number");
    try {
        vectors_.emplace_back(values, values + count);
    } catch (...) {
        return refuseGarbage("the answer cannot be kept: " + describeCurrent());
    }
    size_ += count * sizeof(float);
    noteHandedOn();
    ++report_.frames;
    return true;
}

void VectorReply::checkWhole() noexcept {
    if (report_.isCut || vectors_.size() == texts_) return;
    blame("the plugin answered " + std::to_string(vectors_.size()) + " vectors for " + std::to_string(texts_) +
          " texts");
}

}  // namespace aiproject
