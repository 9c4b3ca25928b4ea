// The members of an answer's message that somebody looks at.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace aiproject::iflytek {

// Where in a message something stands. What is of no interest, and all below it, is `elsewhere`.
enum class Place : char { message, header, payload, choices, text, element, usage, counts, elsewhere };

// What the value after a key means there. The counts are the last ones.
enum class Meaning : char {
    none,
    header,
    payload,
    choices,
    text,
    usage,
    counts,
    code,
    words,
    sid,
    headerStatus,
    choicesStatus,
    content,
    question,
    prompt,
    completion,
    total
};

struct Member {
    Place place;
    std::string_view key;
    Meaning meaning;
};

inline constexpr std::array<Member, 16> kMembers = {{
    {Place::message, "header", Meaning::header},
    {Place::message, "payload", Meaning::payload},
    {Place::header, "code", Meaning::code},
    {Place::header, "message", Meaning::words},
    {Place::header, "sid", Meaning::sid},
    {Place::header, "status", Meaning::headerStatus},
    {Place::payload, "choices", Meaning::choices},
    {Place::payload, "usage", Meaning::usage},
    {Place::choices, "status", Meaning::choicesStatus},
    {Place::choices, "text", Meaning::text},
    {Place::element, "content", Meaning::content},
    {Place::usage, "text", Meaning::counts},
    {Place::counts, "question_tokens", Meaning::question},
    {Place::counts, "prompt_tokens", Meaning::prompt},
    {Place::counts, "completion_tokens", Meaning::completion},
    {Place::counts, "total_tokens", Meaning::total},
}};

inline Meaning meaningOf(Place place, std::string_view key) {
    const auto* found = std::find_if(kMembers.begin(), kMembers.end(),
                                     [&](const Member& member) { return member.place == place && member.key == key; });
    return found == kMembers.end() ? Meaning::none : found->meaning;
}

}  // namespace aiproject::iflytek
