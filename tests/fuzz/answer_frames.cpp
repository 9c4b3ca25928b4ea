// Messages of chat and image understanding, on their way through the plugin's relay into the host's
// one-piece answer. An input is the messages with an empty line between two.
#include "base/utf8.h"
#include "call/call_reply.h"
#include "call/frame_look.h"
#include "fuzz/target.h"
#include "iflytek/core/answer_relay.h"
#include "iflytek/core/error_codes.h"
#include "iflytek/core/json_reading.h"

#include <optional>
#include <string>

namespace aiproject::fuzz {
namespace {

using namespace iflytek;

// Checks what the contract says of each call, and hands it on.
class CheckedReply final : public IReply {
public:
    bool heldFrame(Text json) noexcept override { return frame(json); }
    explicit CheckedReply(CallReply& host) : host_(host) {}

    bool frame(Text json) noexcept override {
        require(!readFrame(json).isLast(), "a frame in the middle is not the last one");
        return host_.frame(json);
    }
    bool lastFrame(Text json) noexcept override {
        const AnswerFrame read = readFrame(json);
        require(read.headerIsLast && read.hasText && read.usage, "a last frame is last and has the usage");
        return host_.lastFrame(json);
    }
    bool delta(Text content) noexcept override { return host_.delta(checked(content)); }
    void usage(const Usage& usage) noexcept override { host_.usage(usage); }
    void upstreamId(Text id) noexcept override { host_.upstreamId(checked(id)); }
    void explain(Text reason) noexcept override { host_.explain(checked(reason)); }
    void advise(Text sentence) noexcept override { host_.advise(checked(sentence)); }
    void guard(int, std::uint32_t) noexcept override {}
    Stop stop() noexcept override { return host_.stop(); }
    int clientDescriptor() const noexcept override { return -1; }

private:
    static Text checked(Text text) {
        require(aiproject::isUtf8(text), "all text is UTF-8");
        return text;
    }
    static AnswerFrame readFrame(Text json) {
        const std::string_view text = checked(json);
        require(isJson(text) && text.find_first_of("\r\n") == std::string_view::npos, "a frame is one line of JSON");
        AnswerFrame frame = readAnswerFrame(text);
        require(frame.error.code == 0, "a frame is no error");
        require(frame.completed.empty(), "a frame is complete");
        return frame;
    }

    CallReply& host_;
};

void requireSaid(const CallFailure& failure) {
    require(failure.status() != ModelStatus::ok, "a failure has a status");
    require(aiproject::isUtf8(failure.what()) && aiproject::isUtf8(failure.forClient()), "reasons are UTF-8");
}

// The same frame, read off a tree of the whole message: another way to the same sight.
class TreeOfAnswer {
public:
    explicit TreeOfAnswer(const std::string& json)
        : root_(objectOf(json)),
          header_(memberObject(root_, "header")),
          payload_(memberObject(root_, "payload")),
          choices_(memberObject(payload_, "choices")),
          texts_(memberArray(choices_, "text")) {}

    std::optional<std::int64_t> code() const { return memberInteger(header_, "code"); }

    void requireSame(const AnswerFrame& frame) const {
        require(frame.error.code == code(), "the code is the tree's");
        require(frame.error.message == memberText(header_, "message"), "the upstream's words are the tree's");
        require(frame.error.id == memberText(header_, "sid"), "the id is the tree's");
        require(frame.headerIsLast == (memberInteger(header_, "status") == 2), "the end is the tree's");
        require(frame.choicesAreLast == (memberInteger(choices_, "status") == 2), "the end of choices is the tree's");
        require(frame.hasText == !texts_.isNull(), "the list is the tree's");
        require(frame.hasOther == (choices_.isNull() && !payload_.isNull() && payload_->size() > 0),
                "what else there is, is the tree's");
        require(frame.content == content(), "the content is the tree's");
        require(isComplete() || !frame.completed.empty(), "what the tree lacks is completed");
        requireSame(frame.usage);
    }

private:
    std::string content() const {
        std::string content;
        for (unsigned i = 0; !texts_.isNull() && i < texts_->size(); ++i)
            content += memberText(texts_->getObject(i), "content");
        return content;
    }
    bool isComplete() const {
        for (unsigned i = 0; !texts_.isNull() && i < texts_->size(); ++i)
            if (!texts_->getObject(i).isNull() && !texts_->getObject(i)->has("content")) return false;
        return true;
    }
    void requireSame(const std::optional<Usage>& usage) const {
        const auto text = memberObject(memberObject(payload_, "usage"), "text");
        bool isFault = text.isNull();
        for (const char* name : {"question_tokens", "prompt_tokens", "completion_tokens", "total_tokens"})
            isFault = isFault || (text->has(name) && !text->isNull(name) && !memberInteger(text, name));
        if (isFault) return require(!usage, "a usage that cannot be billed is none");
        const auto told = [&](const char* name) { return memberInteger(text, name).value_or(0); };
        if (!usage)
            return require(told("total_tokens") == 0 || !memberInteger(text, "total_tokens"), "a total is told");
        require(usage->question == told("question_tokens") && usage->prompt == told("prompt_tokens") &&
                    usage->completion == told("completion_tokens"),
                "the counts are the tree's");
        require(!memberInteger(text, "total_tokens") || usage->total == told("total_tokens"),
                "the total is the tree's");
    }

    Poco::JSON::Object::Ptr root_, header_, payload_, choices_;
    Poco::JSON::Array::Ptr texts_;
};

std::optional<TreeOfAnswer> treeOf(const std::string& message, std::string& fault) {
    try {
        TreeOfAnswer tree(message);
        if (tree.code()) return tree;
        fault = "a message of the upstream has no header.code";
    } catch (const CallFailure& failure) {
        fault = failure.what();
    }
    return std::nullopt;
}

// `reader` has read other messages before, of which nothing may be left.
void requireSameSight(AnswerReader& reader, std::string_view message) {
    std::string fault;
    const auto tree = treeOf(std::string(message), fault);
    try {
        const AnswerFrame& frame = reader.read(message);
        if (!tree) return require(false, "what no tree can be made of is refused");
        tree->requireSame(frame);
        if (!frame.completed.empty())
            require(readAnswerFrame(frame.completed).completed.empty(), "a completed frame is complete");
    } catch (const CallFailure& failure) {
        require(!tree && fault == failure.what(), "a message is refused for the same reason");
    }
}

void tryService(Service service, std::string_view input) {
    static EventLoop loop;
    static CallWatch watch(loop);
    CallWatch::Call call(watch, -1, std::chrono::hours(1));
    CollectReply host(1UL << 30);
    host.attach(call);
    CheckedReply reply(host);
    AnswerRelay relay(service, reply);
    AnswerReader reader;
    try {
        for (const std::string_view message : piecesOf(input, "\n\n")) {
            if (!aiproject::isUtf8(message)) return;  // a Call lets none through
            requireSameSight(reader, message);
            TokenEstimate delivered;
            require(!lookAt(message, {delivered}).isObject || isJson(message), "what the host lets through is JSON");
            if (relay.take(message)) break;
        }
    } catch (const CallFailure& failure) {
        requireSaid(failure);
    }
    require(!host.report().isGarbage, "the host takes what the plugin passes on");
    require(aiproject::isUtf8(host.text()), "an answer is UTF-8");
}

}  // namespace

void tryInput(std::string_view input) {
    tryService(Service::chat, input);
    tryService(Service::image, input);
}

}  // namespace aiproject::fuzz
