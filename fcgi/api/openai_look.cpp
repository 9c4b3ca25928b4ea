#include "api/frame_json.h"
#include "api/openai_frames.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace aiproject {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

using OptionalElement = std::optional<element>;

// Null counts as absent.
OptionalElement unlessNull(const OptionalElement& value) { return value && !value->is_null() ? value : std::nullopt; }
OptionalElement valueIn(const OptionalElement& value, std::string_view name) {
    return unlessNull(memberIn(value, name));
}

std::optional<std::string_view> wordsOf(const OptionalElement& value) {
    std::string_view text;
    return value && value->get(text) == simdjson::SUCCESS ? std::optional(text) : std::nullopt;
}

std::optional<std::int64_t> numberOf(const OptionalElement& value) {
    std::int64_t number = 0;
    return value && value->get(number) == simdjson::SUCCESS ? std::optional(number) : std::nullopt;
}

std::optional<std::int64_t> tokensIn(const OptionalElement& usage, const char* name, std::string& fault) {
    const OptionalElement member = valueIn(usage, name);
    const std::optional<std::int64_t> count = numberOf(member);
    if (member && !count) fault = std::string(name) + " is not a whole number";
    return count;
}

std::optional<ToldUsage> toldIn(const OptionalElement& usage) {
    if (!usage || !usage->is_object()) return std::nullopt;
    ToldUsage told;
    told.prompt = tokensIn(usage, "prompt_tokens", told.fault);
    told.completion = tokensIn(usage, "completion_tokens", told.fault);
    told.total = tokensIn(usage, "total_tokens", told.fault);
    told.cached = numberOf(valueIn(valueIn(usage, "prompt_tokens_details"), "cached_tokens"));
    if (!told.cached) told.cached = numberOf(valueIn(usage, "prompt_cache_hit_tokens"));  // DeepSeek
    if (!told.cached) told.cached = numberOf(valueIn(usage, "cached_tokens"));            // Kimi
    told.reasoning = numberOf(valueIn(valueIn(usage, "completion_tokens_details"), "reasoning_tokens"));
    return told;
}

// Also what comes with HTTP 200: iFlytek's {"code":10013,"message","sid"}, vLLM's {"object":"error","message"}.
bool saysError(object root) {
    const OptionalElement error = memberUnlessNull(root, "error");
    bool isTrue = true;
    const bool isNothing = error && (wordsOf(error) == "" || (error->get(isTrue) == simdjson::SUCCESS && !isTrue));
    if ((error && !isNothing) || wordsOf(memberUnlessNull(root, "object")) == "error") return true;
    const OptionalElement code = memberUnlessNull(root, "code");
    if (!code) return false;
    if (const auto number = numberOf(code)) return *number != 0;
    const auto text = wordsOf(code);
    return text && !text->empty() && *text != "0" && !memberUnlessNull(root, "choices");
}

// One entry per word for which upstreams say it; none in the list: stop.
struct FinishWord {
    std::string_view word;
    Finish finish;
    bool isStandard;
};
constexpr std::array<FinishWord, 9> kFinishWords{{{"stop", Finish::stop, true},
                                                  {"length", Finish::length, true},
                                                  {"tool_calls", Finish::toolCalls, true},
                                                  {"content_filter", Finish::contentFilter, true},
                                                  {"function_call", Finish::toolCalls, false},
                                                  {"max_tokens", Finish::length, false},
                                                  {"model_length", Finish::length, false},
                                                  {"tool_use", Finish::toolCalls, false},
                                                  {"sensitive", Finish::contentFilter, false}}};

bool isFailure(std::string_view finishReason) {
    constexpr std::array<std::string_view, 4> words{"error", "network_error", "insufficient_system_resource",
                                                    "repetition_truncation"};
    return std::find(words.begin(), words.end(), finishReason) != words.end();
}

// Reads one chunk into a look.
class ChunkReader {
public:
    ChunkReader(FrameLook& look, object root) : look_(look), root_(root) {}

    void read() {
        look_.upstreamId = wordsOf(memberUnlessNull(root_, "id")).value_or("");
        if (look_.upstreamId.empty()) look_.upstreamId = wordsOf(memberUnlessNull(root_, "sid")).value_or("");
        look_.created = numberOf(memberUnlessNull(root_, "created"));
        look_.model = wordsOf(memberUnlessNull(root_, "model")).value_or("");
        look_.usage = toldIn(memberUnlessNull(root_, "usage"));
        if (saysError(root_)) {
            look_.seen = Seen::error;
            return;
        }
        look_.isWhole = wordsOf(memberUnlessNull(root_, "object")) == "chat.completion.chunk" &&
                        !wordsOf(memberUnlessNull(root_, "id")).value_or("").empty() && look_.created &&
                        !look_.model.empty();
        readChoice();
        if (texts_) look_.memory = std::make_shared<Kept>(Kept{std::move(look_.memory), std::move(texts_)});
    }

private:
    struct Kept {
        std::shared_ptr<const void> json;
        std::shared_ptr<const std::deque<std::string>> texts;
    };

    // The one of index 0; others come only where somebody has asked for several.
    OptionalElement choice() {
        simdjson::dom::array choices;
        const OptionalElement list = memberUnlessNull(root_, "choices");
        if (!list || list->get(choices) != simdjson::SUCCESS) return std::nullopt;
        for (const element each : choices) {
            const std::optional<std::int64_t> index = numberOf(valueIn(each, "index"));
            look_.isWhole = look_.isWhole && index == 0 && choices.size() == 1;
            if (index.value_or(0) == 0) return each;
        }
        return std::nullopt;
    }

    void readChoice() {
        const OptionalElement chosen = choice();
        if (!chosen) return;
        OptionalElement delta = valueIn(chosen, "delta");
        if (!delta) {
            delta = valueIn(chosen, "message");  // of a whole completion
            look_.isWhole = false;
        }
        readDelta(delta);
        if (!look_.usage) look_.usage = toldIn(valueIn(chosen, "usage"));  // Kimi
        // Clients get the usage at the end, and only when they have asked for it.
        look_.isWhole = look_.isWhole && !look_.usage;
        look_.hasExtras = hasOther_ || valueIn(chosen, "logprobs");
        const std::string_view reason = wordsOf(valueIn(chosen, "finish_reason")).value_or("");
        const bool hasPieces = !look_.pieces.empty() || !look_.toolPieces.empty() || hasOther_;
        if (isFailure(reason))
            look_.seen = Seen::error;
        else if (hasPieces || look_.hasExtras || !reason.empty())
            look_.seen = Seen::passed;
        if (!reason.empty()) readFinish(reason, hasPieces);
    }

    void readFinish(std::string_view reason, bool hasPieces) {
        const auto* const known = std::find_if(kFinishWords.begin(), kFinishWords.end(),
                                               [&](const FinishWord& each) { return each.word == reason; });
        const bool isStandard = known != kFinishWords.end() && known->isStandard;
        look_.finish = known != kFinishWords.end() ? known->finish : Finish::stop;
        look_.isEnd = true;
        look_.isWhole = look_.isWhole && isStandard && !hasPieces;
    }

    void readDelta(const OptionalElement& delta) {
        object members;
        if (!delta || delta->get(members) != simdjson::SUCCESS) return;
        OptionalElement thought, otherThought, text, refusal, toolCalls;
        for (const auto& [name, value] : members) {
            if (value.is_null()) continue;
            if (name == "reasoning_content")
                thought = value;
            else if (name == "reasoning")
                otherThought = value;
            else if (name == "content")
                text = value;
            else if (name == "refusal")
                refusal = value;
            else if (name == "tool_calls")
                toolCalls = value;
            else if (name == "role")
                look_.isWhole = look_.isWhole && wordsOf(value) == "assistant";
            else
                hasOther_ = true;
        }
        addThought(thought, otherThought);
        addText(text);
        look_.isWhole = look_.isWhole && (!refusal || refusal->is_string());
        addPiece(AnswerPiece::Kind::refusal, wordsOf(refusal).value_or(""));
        addToolCalls(toolCalls);
    }

    void addPiece(AnswerPiece::Kind kind, std::string_view text) {
        if (!text.empty()) look_.pieces.push_back({kind, text});
    }

    void addThought(const OptionalElement& first, const OptionalElement& second) {
        const std::string_view usual = wordsOf(first).value_or(""), other = wordsOf(second).value_or("");
        look_.isWhole = look_.isWhole && (!first || first->is_string()) && (!usual.empty() || other.empty());
        addPiece(AnswerPiece::Kind::thought, usual.empty() ? other : usual);
    }

    // A list of {"type":"text","text"} is a text as well, as some upstreams write it.
    void addText(const OptionalElement& value) {
        if (const auto text = wordsOf(value)) return addPiece(AnswerPiece::Kind::text, *text);
        simdjson::dom::array parts;
        if (!value) return;
        look_.isWhole = false;
        if (value->get(parts) != simdjson::SUCCESS) return;
        for (const element part : parts)
            if (const auto text = wordsOf(valueIn(part, "text"))) addPiece(AnswerPiece::Kind::text, *text);
    }

    // One that is not in a list is iFlytek's.
    void addToolCalls(const OptionalElement& value) {
        simdjson::dom::array calls;
        if (!value) return;
        if (value->get(calls) != simdjson::SUCCESS) {
            look_.isWhole = false;
            if (value->is_object()) addToolCall(*value, 0);
            return;
        }
        for (const element call : calls) addToolCall(call, kUnnumbered);
    }

    void addToolCall(const element& call, std::uint32_t otherwise) {
        const OptionalElement function = valueIn(call, "function");
        const std::optional<std::int64_t> index = numberOf(valueIn(call, "index"));
        const bool hasIndex = index && *index >= 0 && *index < std::int64_t(kMostToolCalls);
        look_.isWhole = look_.isWhole && hasIndex;
        ToolPiece piece;
        piece.index = hasIndex ? std::uint32_t(*index) : otherwise;
        piece.id = wordsOf(valueIn(call, "id")).value_or("");
        piece.name = wordsOf(valueIn(function, "name")).value_or("");
        const OptionalElement arguments = valueIn(function, "arguments");
        piece.arguments = wordsOf(arguments).value_or("");
        if (arguments && !arguments->is_string()) piece.arguments = keptText(simdjson::minify(*arguments));
        look_.toolPieces.push_back(piece);
    }

    // Arguments are a text that holds JSON; some upstreams send the JSON itself.
    std::string_view keptText(std::string text) {
        look_.isWhole = false;
        if (!texts_) texts_ = std::make_shared<std::deque<std::string>>();
        texts_->push_back(std::move(text));
        return texts_->back();
    }

    FrameLook& look_;
    const object root_;
    bool hasOther_ = false;  // something in the delta that only its own clients know
    std::shared_ptr<std::deque<std::string>> texts_;
};

}  // namespace

FrameLook lookAtOpenAi(std::string_view frame) {
    FrameLook look;
    FrameJson json = readFrame(frame);
    look.memory = std::move(json.memory);
    look.isObject = json.object.has_value();
    look.hasHalves = json.hasHalves;
    if (look.isObject) ChunkReader(look, *json.object).read();
    return look;
}

}  // namespace aiproject
