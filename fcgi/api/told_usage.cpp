#include "api/frame_look.h"

#include <algorithm>
#include <stdexcept>

namespace aiproject {

bool says(const ToldUsage& told, const Usage& billed) {
    return told.fault.empty() && told.total == billed.total &&
           told.question.value_or(billed.question) == billed.question &&
           told.prompt.value_or(billed.prompt) == billed.prompt &&
           told.completion.value_or(billed.completion) == billed.completion;
}

Usage believedUsage(const ToldUsage& told) {
    if (!told.fault.empty()) throw std::runtime_error(told.fault);
    Usage usage;
    usage.question = told.question.value_or(0);
    usage.prompt = told.prompt.value_or(0);
    usage.completion = told.completion.value_or(0);
    usage.total = told.total.value_or(0);
    // They say how the whole is made up, and what they say too much is not believed.
    usage.cached = std::clamp<std::int64_t>(told.cached.value_or(0), 0, std::max<std::int64_t>(0, usage.prompt));
    usage.reasoning =
        std::clamp<std::int64_t>(told.reasoning.value_or(0), 0, std::max<std::int64_t>(0, usage.completion));
    const bool canBeSummed = !told.total && told.prompt && told.completion;
    if (canBeSummed && __builtin_add_overflow(usage.prompt, usage.completion, &usage.total))
        throw std::runtime_error("the sum of its parts does not fit in 64 bits");
    if (usage.total == 0)
        throw std::runtime_error(
            "total_tokens is missing or 0, and prompt_tokens and completion_tokens do not make it");
    return usage;
}

}  // namespace aiproject
