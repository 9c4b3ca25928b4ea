#include "upstream/chat_request.h"

#include "upstream/base64.h"
#include "upstream/endings.h"
#include "upstream/shape.h"
#include "upstream/utf8.h"

#include <algorithm>
#include <cmath>

namespace aiproject::upstream {

namespace {

constexpr ShapeCodes kCodes{10003, 10004, 10005};
constexpr int kEngineSchema = 10163;
constexpr int kForeignApp = 10313;
constexpr std::size_t kMaxPictureBytes = 4UL * 1024 * 1024;
constexpr std::int64_t kPictureTokens = 273;  // the fixed price of domain general

void checkHeader(const Shape& header, const std::string& appId) {
    header.only({"app_id", "uid", "patch_id"});
    if (header.text("app_id") != appId) throw Refusal{kForeignApp, "app_id and api_key does not match"};
    if (header.has("uid") && codePoints(header.text("uid")) > 32) header.refuseValue("uid", "is longer than 32");
}

void checkDomain(const Shape& chat, const Endpoint& endpoint) {
    if (endpoint.service == Service::image && !chat.has("domain")) return;  // general
    const auto domain = chat.text("domain");
    const auto& known = endpoint.model.domains;
    if (std::find(known.begin(), known.end(), domain) == known.end())
        throw Refusal{kCodes.format, "ClientMsgError:(invalid model domain: " + domain + ")"};
}

void checkTools(const Shape& chat) {
    for (const auto& tool : chat.objects("tools")) {
        tool.choice("type", {"web_search"});
        const auto search = tool.object("web_search");
        search.only({"enable", "show_ref_label", "search_mode"});
        if (search.has("enable")) search.flag("enable");
        if (search.has("show_ref_label")) search.flag("show_ref_label");
        if (search.has("search_mode")) search.choice("search_mode", {"normal", "deep"});
    }
}

// Only X1 knows these. Answers whether it shall think aloud.
bool checkReasoning(const Shape& chat) {
    const double least = std::nextafter(-2.0, -3.0);
    if (chat.has("top_p")) chat.number("top_p", 0, 1);
    if (chat.has("presence_penalty")) chat.number("presence_penalty", least, 10);
    if (chat.has("frequency_penalty")) chat.number("frequency_penalty", least, 10);
    return !chat.has("thinking") ||
           chat.object("thinking").choice("type", {"enabled", "disabled", "auto"}) != "disabled";
}

bool checkChat(const Shape& chat, const Endpoint& endpoint) {
    const auto& model = endpoint.model;
    std::vector<const char*> names = {"domain", "temperature", "max_tokens", "top_k", "chat_id", "auditing"};
    if (endpoint.service == Service::sparkChat) names.push_back("tools");
    if (model.reasons) names.insert(names.end(), {"top_p", "presence_penalty", "frequency_penalty", "thinking"});
    chat.only(names);
    checkDomain(chat, endpoint);
    if (chat.has("temperature")) chat.number("temperature", 0, model.maxTemperature);
    if (chat.has("max_tokens")) chat.integer("max_tokens", 1, model.maxTokens);
    if (chat.has("top_k")) chat.integer("top_k", 1, 6);
    if (chat.has("chat_id")) chat.text("chat_id");
    if (chat.has("auditing")) chat.text("auditing");
    if (chat.has("tools")) checkTools(chat);
    return model.reasons && checkReasoning(chat);
}

void checkFunctions(const Shape& payload, const ChatModel& model) {
    if (!model.takesFunctions) throw Refusal{kEngineSchema, "$.payload.functions is not supported by this model"};
    for (const auto& function : payload.object("functions").objects("text")) {
        function.only({"name", "description", "parameters"});  // not wrapped as OpenAI's are
        function.text("name");
        if (function.has("parameters")) function.object("parameters").choice("type", {"object"});
    }
}

std::uint64_t checkPicture(const Shape& turn) {
    if (turn.choice("role", {"user"}).empty() || turn.text("content_type") != "image")
        turn.refuseSchema("content_type", "is not image, as the first must be");
    const auto bytes = fromBase64(turn.text("content"));
    if (!bytes) turn.refuseValue("content", "is not Base64");
    if (bytes->size() > kMaxPictureBytes) turn.refuseValue("content", "is a picture of more than 4 MB");
    const bool jpeg = bytes->compare(0, 3, "\xFF\xD8\xFF") == 0;
    const bool png = bytes->compare(0, 8, "\x89PNG\r\n\x1A\n") == 0;
    if (!jpeg && !png) turn.refuseValue("content", "is neither JPEG nor PNG");
    return bytes->size();
}

// From the system turn on, if there may be one; then user and assistant by turns, user at both ends.
void checkDialog(const std::vector<Shape>& turns, std::size_t from, ChatQuestion& question) {
    bool userIsNext = true;
    for (std::size_t i = from; i < turns.size(); ++i) {
        const auto& turn = turns[i];
        const char* expected = userIsNext ? "user" : "assistant";
        if (turn.choice("role", {"system", "user", "assistant"}) != expected)
            turn.refuseSchema("role", std::string("is not ") + expected + ", whose turn it is");
        if (turn.has("content_type")) turn.choice("content_type", {"text"});
        question.question = turn.text("content");
        question.promptTokens += static_cast<std::int64_t>(codePoints(question.question));
        userIsNext = !userIsNext;
    }
    if (userIsNext) throw Refusal{kCodes.schema, "$.payload.message.text does not end with the user's turn"};
}

}  // namespace

ChatQuestion readChatRequest(const std::string& message, const Endpoint& endpoint, const std::string& appId) {
    const auto root = Shape::parse(message, kCodes);
    root.only({"header", "parameter", "payload"});
    checkHeader(root.object("header"), appId);
    ChatQuestion question;
    question.reasons = checkChat(root.object("parameter").object("chat"), endpoint);

    const auto payload = root.object("payload");
    payload.only({"message", "functions"});
    if (payload.has("functions")) checkFunctions(payload, endpoint.model);
    const auto turns = payload.object("message").objects("text");
    std::size_t first = 0;
    if (endpoint.service == Service::image && !turns.empty()) {
        question.pictureBytes = checkPicture(turns[first++]);
        question.promptTokens += kPictureTokens;
    } else if (!turns.empty() && turns[0].text("role") == "system") {
        if (!endpoint.model.takesSystem) throw Refusal{kEngineSchema, "role system is not supported by this model"};
        question.promptTokens += static_cast<std::int64_t>(codePoints(turns[first++].text("content")));
    }
    checkDialog(turns, first, question);
    return question;
}

}  // namespace aiproject::upstream
