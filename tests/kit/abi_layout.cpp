// Contract 2.0 and the contract of the tree, side by side: members at the same place, values the same, functions in the
// same order. What is new stands behind what was there. The compiler checks most of it.
#include "support/spec.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

// Both headers in one unit: the older one in a namespace of its own.
#define aiproject contract_2_0
#define aiprojectModelPlugin contract_2_0_plugin
#include "abi/contract-2.0/aiproject/imodel.h"
#undef aiproject
#undef aiprojectModelPlugin
#include "aiproject/imodel.h"

namespace {

namespace before = contract_2_0;
namespace now = aiproject;

static_assert(now::kContractMajor == before::kContractMajor, "a new major: its folders of tests/abi go");
static_assert(now::kContractMinor >= before::kContractMinor);

template <class Type>
constexpr std::size_t kSizeOf = sizeof(Type);  // a pointer's as well

#define SAME_MEMBER(type, member)                                                 \
    static_assert(offsetof(now::type, member) == offsetof(before::type, member)); \
    static_assert(kSizeOf<decltype(now::type::member)> == kSizeOf<decltype(before::type::member)>)
#define SAME_VALUE(type, name) static_assert(std::int64_t(now::type::name) == std::int64_t(before::type::name))
#define SAME_SIZE(type) \
    static_assert(sizeof(now::type) == sizeof(before::type) && alignof(now::type) == alignof(before::type))
#define NOT_SMALLER(type) \
    static_assert(sizeof(now::type) >= sizeof(before::type) && alignof(now::type) == alignof(before::type))

// These never change in a major.
SAME_SIZE(Text);
SAME_MEMBER(Text, data);
SAME_MEMBER(Text, size);
SAME_SIZE(List<int>);
SAME_MEMBER(List<int>, data);
SAME_MEMBER(List<int>, count);
SAME_MEMBER(List<int>, stride);
SAME_SIZE(Optional<double>);
SAME_MEMBER(Optional<double>, value);
SAME_MEMBER(Optional<double>, isSet);
SAME_SIZE(Optional<std::int64_t>);
SAME_SIZE(Timeouts);
SAME_SIZE(Step);

SAME_SIZE(Kind);
SAME_VALUE(Kind, text);
SAME_VALUE(Kind, voice);
SAME_VALUE(Kind, picture);
SAME_VALUE(Kind, embedding);
SAME_VALUE(Kind, speech);

SAME_SIZE(Ability);
SAME_VALUE(Ability, tools);
SAME_VALUE(Ability, pictureParts);
SAME_VALUE(Ability, audioParts);
SAME_VALUE(Ability, reasoningEffort);
SAME_VALUE(Ability, responseFormat);
SAME_VALUE(Ability, sampling);
SAME_VALUE(Ability, topK);
SAME_VALUE(Ability, maxTokens);
SAME_VALUE(Ability, stop);
SAME_VALUE(Ability, seed);
SAME_VALUE(Ability, penalties);
SAME_VALUE(Ability, pngPictures);
SAME_VALUE(Ability, tokenInputs);

SAME_SIZE(ModelStatus);
SAME_VALUE(ModelStatus, ok);
SAME_VALUE(ModelStatus, stopped);
SAME_VALUE(ModelStatus, badInput);
SAME_VALUE(ModelStatus, inputTooLarge);
SAME_VALUE(ModelStatus, contentRefused);
SAME_VALUE(ModelStatus, busy);
SAME_VALUE(ModelStatus, quotaSpent);
SAME_VALUE(ModelStatus, misconfigured);
SAME_VALUE(ModelStatus, timedOut);
SAME_VALUE(ModelStatus, unavailable);
SAME_VALUE(ModelStatus, failed);
SAME_VALUE(ModelStatus, streaming);
SAME_VALUE(ModelStatus, stale);

SAME_SIZE(PartKind);
SAME_VALUE(PartKind, text);
SAME_VALUE(PartKind, picture);
SAME_VALUE(PartKind, audio);

SAME_SIZE(Finish);
SAME_VALUE(Finish, stop);
SAME_VALUE(Finish, length);
SAME_VALUE(Finish, toolCalls);
SAME_VALUE(Finish, contentFilter);

SAME_SIZE(Stop);
SAME_VALUE(Stop, none);
SAME_VALUE(Stop, clientLeft);
SAME_VALUE(Stop, answerTooLong);
SAME_VALUE(Stop, guardExpired);
SAME_VALUE(Stop, totalExpired);

SAME_SIZE(Stage);
SAME_VALUE(Stage, connect);
SAME_VALUE(Stage, tls);
SAME_VALUE(Stage, upgrade);
SAME_VALUE(Stage, asked);

SAME_SIZE(Seen);
SAME_VALUE(Seen, passed);
SAME_VALUE(Seen, last);
SAME_VALUE(Seen, error);
SAME_VALUE(Seen, other);
SAME_VALUE(Seen, over);

SAME_SIZE(Next);
SAME_VALUE(Next, readable);
SAME_VALUE(Next, writable);
SAME_VALUE(Next, again);
SAME_VALUE(Next, over);

SAME_SIZE(SettingType);
SAME_VALUE(SettingType, text);
SAME_VALUE(SettingType, integer);
SAME_VALUE(SettingType, number);
SAME_VALUE(SettingType, flag);
SAME_VALUE(SettingType, choice);

SAME_SIZE(Secrecy);
SAME_VALUE(Secrecy, open);
SAME_VALUE(Secrecy, secret);

NOT_SMALLER(Part);
SAME_MEMBER(Part, kind);
SAME_MEMBER(Part, text);
SAME_MEMBER(Part, bytes);
SAME_MEMBER(Part, url);
SAME_MEMBER(Part, format);
SAME_MEMBER(Part, detail);

NOT_SMALLER(ToolCall);
SAME_MEMBER(ToolCall, id);
SAME_MEMBER(ToolCall, name);
SAME_MEMBER(ToolCall, arguments);

NOT_SMALLER(Turn);
SAME_MEMBER(Turn, role);
SAME_MEMBER(Turn, content);
SAME_MEMBER(Turn, parts);
SAME_MEMBER(Turn, toolCalls);
SAME_MEMBER(Turn, toolCallId);
SAME_MEMBER(Turn, name);
SAME_MEMBER(Turn, thought);

NOT_SMALLER(Sampling);
SAME_MEMBER(Sampling, temperature);
SAME_MEMBER(Sampling, topP);
SAME_MEMBER(Sampling, presencePenalty);
SAME_MEMBER(Sampling, frequencyPenalty);
SAME_MEMBER(Sampling, topK);
SAME_MEMBER(Sampling, maxTokens);
SAME_MEMBER(Sampling, seed);
SAME_MEMBER(Sampling, stop);
SAME_MEMBER(Sampling, reasoningEffort);

NOT_SMALLER(Timeouts);
SAME_MEMBER(Timeouts, connectMs);
SAME_MEMBER(Timeouts, firstFrameMs);
SAME_MEMBER(Timeouts, idleFrameMs);
SAME_MEMBER(Timeouts, totalMs);

NOT_SMALLER(ModelRequest);
SAME_MEMBER(ModelRequest, size);
SAME_MEMBER(ModelRequest, kind);
SAME_MEMBER(ModelRequest, turns);
SAME_MEMBER(ModelRequest, sampling);
SAME_MEMBER(ModelRequest, tools);
SAME_MEMBER(ModelRequest, toolChoice);
SAME_MEMBER(ModelRequest, responseFormat);
SAME_MEMBER(ModelRequest, media);
SAME_MEMBER(ModelRequest, format);
SAME_MEMBER(ModelRequest, sampleRate);
SAME_MEMBER(ModelRequest, language);
SAME_MEMBER(ModelRequest, prompt);
SAME_MEMBER(ModelRequest, wantsTimes);
SAME_MEMBER(ModelRequest, inputs);
SAME_MEMBER(ModelRequest, voice);
SAME_MEMBER(ModelRequest, speed);
SAME_MEMBER(ModelRequest, dimensions);
SAME_MEMBER(ModelRequest, dialect);
SAME_MEMBER(ModelRequest, body);
SAME_MEMBER(ModelRequest, user);
SAME_MEMBER(ModelRequest, requestId);
SAME_MEMBER(ModelRequest, timeouts);
SAME_MEMBER(ModelRequest, freshConnection);
SAME_MEMBER(ModelRequest, areTokens);
SAME_MEMBER(ModelRequest, traceparent);
SAME_MEMBER(ModelRequest, tracestate);

NOT_SMALLER(Usage);
SAME_MEMBER(Usage, size);
SAME_MEMBER(Usage, question);
SAME_MEMBER(Usage, prompt);
SAME_MEMBER(Usage, cached);
SAME_MEMBER(Usage, completion);
SAME_MEMBER(Usage, reasoning);
SAME_MEMBER(Usage, total);

NOT_SMALLER(ToolPiece);
SAME_MEMBER(ToolPiece, size);
SAME_MEMBER(ToolPiece, index);
SAME_MEMBER(ToolPiece, id);
SAME_MEMBER(ToolPiece, name);
SAME_MEMBER(ToolPiece, arguments);

NOT_SMALLER(Spoken);
SAME_MEMBER(Spoken, size);
SAME_MEMBER(Spoken, begin);
SAME_MEMBER(Spoken, end);
SAME_MEMBER(Spoken, text);
SAME_MEMBER(Spoken, language);

NOT_SMALLER(Step);
SAME_MEMBER(Step, next);
SAME_MEMBER(Step, ms);

NOT_SMALLER(Setting);
SAME_MEMBER(Setting, name);
SAME_MEMBER(Setting, type);
SAME_MEMBER(Setting, defaultValue);
SAME_MEMBER(Setting, unit);
SAME_MEMBER(Setting, minimum);
SAME_MEMBER(Setting, maximum);
SAME_MEMBER(Setting, choices);
SAME_MEMBER(Setting, secrecy);
SAME_MEMBER(Setting, help);

NOT_SMALLER(ModelPlugin);
SAME_MEMBER(ModelPlugin, contractMajor);
SAME_MEMBER(ModelPlugin, contractMinor);
SAME_MEMBER(ModelPlugin, version);
SAME_MEMBER(ModelPlugin, summary);
SAME_MEMBER(ModelPlugin, kinds);
SAME_MEMBER(ModelPlugin, abilities);
SAME_MEMBER(ModelPlugin, settings);
SAME_MEMBER(ModelPlugin, create);

// Where a virtual function stands in its table, as the pointer to it says.
template <class Function>
std::string slotOf(Function function) {
    std::string bytes(sizeof function, '\0');
    std::memcpy(bytes.data(), &function, sizeof function);
    return bytes;
}

struct AbiLayout : CppUnit::TestCase {};

}  // namespace

#define SAME_SLOT(type, function) \
    CPPUNIT_ASSERT_MESSAGE(#type "::" #function, slotOf(&now::type::function) == slotOf(&before::type::function))

SPEC(AbiLayout, has_every_function_at_its_place) {
    SAME_SLOT(IStream, descriptor);
    SAME_SLOT(IStream, advance);
    SAME_SLOT(IStream, status);
    SAME_SLOT(IStream, destroy);
    SAME_SLOT(IReply, text);
    SAME_SLOT(IReply, thought);
    SAME_SLOT(IReply, toolCall);
    SAME_SLOT(IReply, bytes);
    SAME_SLOT(IReply, vector);
    SAME_SLOT(IReply, frame);
    SAME_SLOT(IReply, finish);
    SAME_SLOT(IReply, usage);
    SAME_SLOT(IReply, spoken);
    SAME_SLOT(IReply, upstreamId);
    SAME_SLOT(IReply, explain);
    SAME_SLOT(IReply, advise);
    SAME_SLOT(IReply, retryAfter);
    SAME_SLOT(IReply, follow);
    SAME_SLOT(IReply, guard);
    SAME_SLOT(IReply, stop);
    SAME_SLOT(IReply, wait);
    SAME_SLOT(IReply, enter);
    SAME_SLOT(IModel, generate);
    SAME_SLOT(IModel, destroy);
    SAME_SLOT(IModel, start);
    SAME_SLOT(ISettings, text);
    SAME_SLOT(ISettings, integer);
    SAME_SLOT(ISettings, number);
    SAME_SLOT(ISettings, flag);
    SAME_SLOT(ISettings, reject);
    SAME_SLOT(ISettings, warn);
    SAME_SLOT(ISettings, narrow);
    SAME_SLOT(ISettings, narrowKinds);
    SAME_SLOT(ISettings, origin);
    CPPUNIT_ASSERT(slotOf(&now::IReply::text) != slotOf(&now::IReply::thought));  // or none of this says anything
}
