#include "upstream/chat_session.h"

#include "upstream/chat_request.h"
#include "upstream/json_text.h"
#include "upstream/utf8.h"

namespace aiproject::upstream {

namespace {

constexpr std::size_t kReasoningFrames = 2;

enum class PieceKind { reasoning, content };
struct Piece {
    PieceKind kind;
    std::string_view text;
};

class ChatDialect final : public Dialect {
public:
    ChatDialect(Service service, std::string sid) : service_(service), sid_(std::move(sid)) {}

    std::string error(int code, const std::string& message) const override {
        return textOf(members({{"header", header(code, message, 2)}}));
    }

    std::vector<std::string> emptyFrames() override {
        std::vector<std::string> frames;
        const auto add = [&](const Poco::JSON::Object& payload) {
            frames.push_back(textOf(members({{"header", header(0, "Success", 1)}, {"payload", payload}})));
        };
        frames.push_back(textOf(members({{"header", header(0, "Success", 1)}})));
        add(members({}));
        add(members({{"choices", members({})}}));
        add(members({{"choices", choices(1, elements({}))}}));
        add(members({{"choices", choices(1, elements({textElement({PieceKind::content, ""})}))}}));
        return frames;
    }

    std::string middle(const Piece& piece) {
        const int status = sequence_ == 0 ? 0 : 1;
        const auto payload = members({{"choices", choices(status, elements({textElement(piece)}))}});
        return textOf(members({{"header", header(0, "Success", status)}, {"payload", payload}}));
    }

    std::string last(const Piece& piece, int code, const Poco::JSON::Object& usage) {
        const auto payload =
            members({{"choices", choices(2, elements({textElement(piece)}))}, {"usage", members({{"text", usage}})}});
        const std::string message = code == 0 ? "Success" : "the conversation looks sensitive";
        return textOf(members({{"header", header(code, message, 2)}, {"payload", payload}}));
    }

private:
    Poco::JSON::Object header(int code, const std::string& message, int status) const {
        return members({{"code", code}, {"message", message}, {"sid", sid_}, {"status", status}});
    }

    Poco::JSON::Object choices(int status, const Poco::JSON::Array& text) {
        return members({{"status", status}, {"seq", sequence_++}, {"text", text}});
    }

    Poco::JSON::Object textElement(const Piece& piece) const {
        const std::string text(piece.text);
        const bool isContent = piece.kind == PieceKind::content;
        auto element = members({{"content", isContent ? text : ""}});
        if (!isContent) element.set("reasoning_content", text);
        element.set("role", "assistant");
        element.set("index", 0);
        if (service_ == Service::image) element.set("content_type", "text");
        return element;
    }

    const Service service_;
    const std::string sid_;
    int sequence_ = 0;
};

Poco::JSON::Object usageOf(const ChatQuestion& question, const std::string& said) {
    const auto completion = static_cast<std::int64_t>(codePoints(said));
    return members({{"question_tokens", static_cast<std::int64_t>(codePoints(question.question))},
                    {"prompt_tokens", question.promptTokens},
                    {"completion_tokens", completion},
                    {"total_tokens", question.promptTokens + completion}});
}

void answer(Outlet& outlet, ChatDialect& dialect, const ChatQuestion& question, int frames) {
    const auto reasoning = question.reasons ? reasoningAbout(question.question) : std::string();
    const auto content = question.pictureBytes > 0 ? answerToPicture(question.pictureBytes, question.question)
                                                   : answerTo(question.question);
    std::vector<Piece> pieces;
    if (question.reasons)
        for (const auto text : piecesOf(reasoning, kReasoningFrames)) pieces.push_back({PieceKind::reasoning, text});
    for (const auto text : piecesOf(content, static_cast<std::size_t>(frames)))
        pieces.push_back({PieceKind::content, text});

    const auto last = pieces.back();
    pieces.pop_back();
    for (const auto& piece : pieces) outlet.frame(Place::middle, [&] { return dialect.middle(piece); });
    outlet.frame(Place::last,
                 [&] { return dialect.last(last, outlet.lastCode(), usageOf(question, reasoning + content)); });
}

}  // namespace

void converse(const Outlet::Parts& parts, const Endpoint& endpoint, const std::string& sid) {
    ChatDialect dialect(endpoint.service, sid);
    Outlet outlet(parts, dialect, Traffic::none);
    const auto message = outlet.question();
    try {
        if (!message.isText) throw Refusal{10003, "the question is a binary message"};
        const auto question = readChatRequest(message.payload, endpoint, parts.options.appId);
        answer(outlet, dialect, question, parts.options.answerFrames);
        outlet.finish();
    } catch (const Refusal& refusal) {
        outlet.refuse(refusal);
    }
}

}  // namespace aiproject::upstream
