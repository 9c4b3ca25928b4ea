// What a request needs of a model, and who is refused for it.
#include "call/abilities.h"

#include "support/spec.h"
#include "unit/calls_fixture.h"

#include <array>
#include <string>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct Abilities : Calls {
    Sampling sampling;

    ModelRequest asking() const {
        ModelRequest request = question();
        request.sampling = &sampling;
        return request;
    }
};

std::uint64_t maskOf(Ability ability) { return std::uint64_t(ability); }

SPEC(Abilities, are_none_for_plain_turns) {
    const std::array<Turn, 1> turns{};
    ModelRequest request = asking();
    request.turns = {turns.data(), turns.size()};
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(0), abilitiesFor(request));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(0), abilitiesFor(ModelRequest{}));
}

SPEC(Abilities, are_found_wherever_a_request_needs_them) {
    std::array<Part, 2> parts{};
    parts[0].kind = PartKind::picture;
    parts[1].kind = PartKind::audio;
    const std::array<ToolCall, 1> calls{};
    std::array<Turn, 3> turns{};
    turns[1].parts = {parts.data(), parts.size()};
    turns[2].toolCalls = {calls.data(), calls.size()};
    ModelRequest request = asking();
    request.turns = {turns.data(), turns.size()};
    CPPUNIT_ASSERT_EQUAL(maskOf(Ability::pictureParts) | maskOf(Ability::audioParts) | maskOf(Ability::tools),
                         abilitiesFor(request));
    request.turns = {};
    request.responseFormat = "{}";
    sampling.topP.isSet = sampling.topK.isSet = sampling.maxTokens.isSet = sampling.seed.isSet = 1;
    sampling.presencePenalty.isSet = 1;
    sampling.reasoningEffort = "low";
    const std::array<Text, 1> stops{"end"};
    sampling.stop = {stops.data(), stops.size()};
    CPPUNIT_ASSERT_EQUAL(maskOf(Ability::responseFormat) | maskOf(Ability::sampling) | maskOf(Ability::topK) |
                             maskOf(Ability::maxTokens) | maskOf(Ability::seed) | maskOf(Ability::penalties) |
                             maskOf(Ability::reasoningEffort) | maskOf(Ability::stop),
                         abilitiesFor(request));
    sampling = {};
    request.responseFormat = {};
    request.areTokens = 1;
    CPPUNIT_ASSERT_EQUAL(maskOf(Ability::tokenInputs), abilitiesFor(request));
}

SPEC(Abilities, are_finer_for_a_tool_choice_a_format_and_an_answer_that_has_begun) {
    ModelRequest request = asking();
    request.toolChoice = "\"auto\"";
    CPPUNIT_ASSERT_EQUAL(maskOf(Ability::tools), abilitiesFor(request));
    request.toolChoice = "\"none\"";
    CPPUNIT_ASSERT_EQUAL(maskOf(Ability::tools) | maskOf(Ability::anyToolChoice), abilitiesFor(request));
    request.toolChoice = {};
    request.responseFormat = R"({"type":"json_schema"})";
    CPPUNIT_ASSERT_EQUAL(maskOf(Ability::responseFormat) | maskOf(Ability::jsonSchema), abilitiesFor(request));
    request.responseFormat = {};
    std::array<Turn, 2> turns{};
    turns[0].role = "assistant";
    turns[1].role = "user";
    request.turns = {turns.data(), turns.size()};
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(0), abilitiesFor(request));
    turns[1].role = "assistant";
    CPPUNIT_ASSERT_EQUAL(maskOf(Ability::answerBegun), abilitiesFor(request));
}

SPEC(Abilities, are_needed_for_a_picture_in_PNG_and_not_in_JPEG) {
    ModelRequest request = asking();
    request.format = "image/jpeg";
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(0), abilitiesFor(request));
    request.format = "image/png";
    CPPUNIT_ASSERT_EQUAL(maskOf(Ability::pngPictures), abilitiesFor(request));
    CPPUNIT_ASSERT_EQUAL("pictures in PNG"s, namesOf(abilitiesFor(request)));
}

SPEC(Abilities, that_no_model_has_refuse_a_request_and_name_what_is_lacking) {
    load({"delta Hello", "delta Hello"});
    calls->requireAbilities({"one", "two"}, asking());
    ModelRequest request = asking();
    request.tools = "[]";
    sampling.seed.isSet = 1;
    const Error error = expectError(ErrorKind::badRequest, [&] { calls->requireAbilities({"one", "two"}, request); });
    CPPUNIT_ASSERT_EQUAL("no model of this path can do: tools, a seed"s, error.forClient());
    CollectReply reply(1'000);
    expectError(ErrorKind::textModelFailed, [&] { run({"one"}, request, reply); });
    CPPUNIT_ASSERT_EQUAL(0, reply.attempts());
}

}  // namespace
