#include "e2e/verdict.h"

#include <Poco/Exception.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <algorithm>
#include <array>

namespace aiproject::test {
namespace {

using Poco::JSON::Object;

constexpr std::array kDocumented{"APP_NOT_FOUND_ERROR",
                                 "APP_QUERY_METHOD_ERROR",
                                 "APP_INTERNAL_ERROR",
                                 "REGISTER_ERROR",
                                 "USER_NAME_REPEAT",
                                 "LOGIN_ERROR",
                                 "USER_NOT_FOUND",
                                 "PERMISSION_NOT_ALLOW",
                                 "TOKEN_NOT_ENOUGH",
                                 "PIC_TIMES_NOT_ENOUGH",
                                 "VOICE_SECONDS_NOT_ENOUGH",
                                 "MODEL_ERROR",
                                 "AUDIO_TO_TEXT_ERROR",
                                 "PICTURE_TO_TEXT_ERROR",
                                 "FILE_FORMAT_ILLEGAL",
                                 "GET_FILE_FAIL",
                                 "BODY_TOO_LARGE",
                                 "TOO_MANY_REQUESTS",
                                 "MODEL_BUSY",
                                 "MODEL_TIMEOUT",
                                 "CONTENT_REFUSED"};

// nullptr: it is no JSON object.
Object::Ptr objectIn(const std::string& text) {
    try {
        return Poco::JSON::Parser().parse(text).extract<Object::Ptr>();
    } catch (const Poco::Exception&) {
        return nullptr;
    }
}

std::string shortened(const RawAnswer& answer) {
    constexpr std::size_t most = 300;
    const std::string& body = answer.body;
    return answer.head.substr(0, answer.head.find('\r')) + " … " +
           body.substr(body.size() - std::min(most, body.size()));
}

Verdict broken(const RawAnswer& answer) { return {Ending::broken, answer.header("X-Request-Id")}; }

Verdict judgeStream(const RawAnswer& answer) {
    const std::string& body = answer.body;
    if (body.back() != '\n') return broken(answer);
    const auto before = body.rfind('\n', body.size() - 2);
    const Object::Ptr last = objectIn(body.substr(before == std::string::npos ? 0 : before + 1));
    const Object::Ptr header = last ? last->getObject("header") : nullptr;
    if (!header) return {Ending::malformed, shortened(answer)};
    if (header->optValue<int>("status", 0) != 2) return broken(answer);
    const int code = header->optValue<int>("code", -1);
    if (code != 0) return {Ending::refused, "last frame " + std::to_string(code)};
    const Object::Ptr payload = last->getObject("payload"), usage = payload ? payload->getObject("usage") : nullptr,
                      tokens = usage ? usage->getObject("text") : nullptr;
    if (!tokens || !tokens->has("total_tokens")) return {Ending::malformed, shortened(answer)};
    return {Ending::answered, answer.header("X-Request-Id"), tokens->getValue<std::int64_t>("total_tokens")};
}

Verdict judgeEnvelope(const RawAnswer& answer, const Expected& expected) {
    const Object::Ptr envelope = objectIn(answer.body);
    if (!envelope || !envelope->has("code")) return {Ending::malformed, shortened(answer)};
    const auto code = envelope->get("code");
    if (code.isInteger()) {
        const auto text = envelope->get(expected.member);
        const bool isRight = answer.status == 200 && code == 0 && text.isString() &&
                             (expected.text.empty() || text.toString() == expected.text);
        if (!isRight) return {Ending::malformed, shortened(answer)};
        if (expected.member != "content") return {Ending::answered, ""};
        return {Ending::answered, answer.header("X-Request-Id"), envelope->optValue<std::int64_t>("consume_token", -1)};
    }
    const std::string word = code.toString();
    const bool isDocumented = std::find(kDocumented.begin(), kDocumented.end(), word) != kDocumented.end();
    const bool hasSentence = !envelope->optValue<std::string>("msg", "").empty() && !envelope->has("content");
    if (!isDocumented || !hasSentence) return {Ending::malformed, shortened(answer)};
    return {Ending::refused, word};
}

}  // namespace

const char* nameOf(Ending ending) noexcept {
    switch (ending) {
        case Ending::answered: return "answered";
        case Ending::refused: return "refused";
        case Ending::left: return "left";
        case Ending::broken: return "broken";
        case Ending::malformed: return "malformed";
        case Ending::silent: return "silent";
        case Ending::hanging: return "hanging";
    }
    return "unknown";
}

Verdict judge(const RawAnswer& answer, const Expected& expected) {
    if (answer.status == 0) return {Ending::silent, shortened(answer)};
    if (answer.body.empty()) return {Ending::malformed, shortened(answer)};
    const bool isStream = answer.body.compare(0, 10, R"({"header":)") == 0;
    return isStream ? judgeStream(answer) : judgeEnvelope(answer, expected);
}

}  // namespace aiproject::test
