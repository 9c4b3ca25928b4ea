// What the worker sees in a frame of an upstream, from one look at it, whatever the frame's dialect.
#pragma once

#include "aiproject/imodel.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aiproject {

struct ToldUsage {  // as a frame says it; none: the member is missing
    std::optional<std::int64_t> question, prompt, completion, total;
    std::optional<std::int64_t> cached, reasoning;  // parts of prompt and of completion
    std::string fault;                              // what cannot be a count; empty: nothing
};

// What bills can rest on: the rule for reports in billing/README.md. Throws std::runtime_error, which says what is
// wrong, for one that does not follow the rule, and for a total of 0, which is what is written for lack of a better
// one; a plugin whose model costs nothing says so with usage().
Usage believedUsage(const ToldUsage& told);

// Whether clients read in it what is billed: the total has to be there, and no part may be another.
bool says(const ToldUsage& told, const Usage& billed);

struct AnswerPiece {
    enum class Kind { text, thought, refusal };

    Kind kind;
    std::string_view text;
};

// Of one answer: nobody asks for so many, and each takes memory.
constexpr std::uint32_t kMostToolCalls = 1'000;
// ToolPiece::index where a frame does not say it.
constexpr std::uint32_t kUnnumbered = UINT32_MAX;

// Views are valid until the same thread looks at the next frame.
struct FrameLook {
    bool isObject = false;            // one JSON object in UTF-8, nested no deeper than readers take
    Seen seen = Seen::other;          // passed, last, error or other
    bool isWhole = false;             // has all that clients of its dialect look for, and nothing they cannot read
    bool isEnd = false;               // its clients take it for the answer's end, although more may follow
    bool hasHalves = false;           // pieces have marks in them, see half_characters.h
    bool hasExtras = false;           // something for its clients that is in no piece, see answer_extras.h
    std::vector<AnswerPiece> pieces;  // in their order
    std::vector<ToolPiece> toolPieces;
    std::optional<Finish> finish;
    std::string_view upstreamId;
    std::optional<std::int64_t> created;  // where the dialect says these two in every frame
    std::string_view model;
    std::optional<ToldUsage> usage;
    std::string completed;               // the frame with what its clients cannot do without; empty: it lacks nothing
    std::shared_ptr<const void> memory;  // of the views, where the thread does not keep it
};

// None: this worker does not read that dialect. Throws std::bad_alloc.
std::optional<FrameLook> lookAt(std::string_view dialect, std::string_view frame);

}  // namespace aiproject
