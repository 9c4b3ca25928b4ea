#include "call/abilities.h"

#include <array>
#include <string_view>
#include <utility>

namespace aiproject {
namespace {

std::uint64_t bit(Ability ability, bool isNeeded) { return isNeeded ? std::uint64_t(ability) : 0; }

bool isAnyChoice(std::string_view toolChoice) { return !toolChoice.empty() && toolChoice != R"("auto")"; }

// The host has written it, without blanks.
bool isSchema(std::string_view responseFormat) {
    return responseFormat.find(R"("type":"json_schema")") != std::string_view::npos;
}

std::uint64_t abilitiesFor(const Turn& turn) {
    std::uint64_t needed = bit(Ability::tools, turn.toolCalls.count > 0 || turn.toolCallId.size > 0);
    for (std::uint64_t i = 0; i < turn.parts.count; ++i) {
        const PartKind kind = turn.parts[i].kind;
        needed |=
            bit(Ability::pictureParts, kind == PartKind::picture) | bit(Ability::audioParts, kind == PartKind::audio);
    }
    return needed;
}

std::uint64_t abilitiesFor(const Sampling& sampling) {
    return bit(Ability::sampling, sampling.temperature || sampling.topP) | bit(Ability::topK, bool(sampling.topK)) |
           bit(Ability::maxTokens, bool(sampling.maxTokens)) | bit(Ability::stop, sampling.stop.count > 0) |
           bit(Ability::seed, bool(sampling.seed)) |
           bit(Ability::penalties, sampling.presencePenalty || sampling.frequencyPenalty) |
           bit(Ability::reasoningEffort, sampling.reasoningEffort.size > 0);
}

}  // namespace

std::uint64_t abilitiesFor(const ModelRequest& request) {
    std::uint64_t needed = bit(Ability::tools, request.tools.size > 0 || request.toolChoice.size > 0) |
                           bit(Ability::anyToolChoice, isAnyChoice(request.toolChoice)) |
                           bit(Ability::responseFormat, request.responseFormat.size > 0) |
                           bit(Ability::jsonSchema, isSchema(request.responseFormat)) |
                           bit(Ability::pngPictures, std::string_view(request.format) == "image/png") |
                           bit(Ability::tokenInputs, request.areTokens != 0);
    if (request.sampling) needed |= abilitiesFor(*request.sampling);
    for (std::uint64_t i = 0; i < request.turns.count; ++i) needed |= abilitiesFor(request.turns[i]);
    if (request.turns.count > 0)
        needed |=
            bit(Ability::answerBegun, std::string_view(request.turns[request.turns.count - 1].role) == "assistant");
    return needed;
}

std::string namesOf(std::uint64_t abilities) {
    static constexpr std::array<std::pair<Ability, std::string_view>, 16> kNames{
        {{Ability::tools, "tools"},
         {Ability::pictureParts, "pictures"},
         {Ability::audioParts, "audio"},
         {Ability::reasoningEffort, "a reasoning effort"},
         {Ability::responseFormat, "a response format"},
         {Ability::sampling, "temperature and top_p"},
         {Ability::topK, "top_k"},
         {Ability::maxTokens, "a limit of tokens"},
         {Ability::stop, "stop texts"},
         {Ability::seed, "a seed"},
         {Ability::penalties, "penalties"},
         {Ability::pngPictures, "pictures in PNG"},
         {Ability::tokenInputs, "numbers of tokens"},
         {Ability::answerBegun, "a dialog that ends with the assistant"},
         {Ability::anyToolChoice, "a tool choice other than auto"},
         {Ability::jsonSchema, "a JSON schema"}}};
    std::string names;
    for (const auto& [ability, name] : kNames)
        if ((abilities & std::uint64_t(ability)) != 0) names.append(names.empty() ? "" : ", ").append(name);
    return names;
}

}  // namespace aiproject
