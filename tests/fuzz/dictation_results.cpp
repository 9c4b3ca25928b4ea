// Messages of both dictations, and the transcript they make. An input is the messages with an empty line
// between two; each is tried as it is, and as what the large-model dictation wraps in Base64.
#include "fuzz/target.h"
#include "iflytek/core/encoding.h"
#include "iflytek/core/error_codes.h"
#include "iflytek/spark_iat/transcript.h"

#include <string>

namespace aiproject::fuzz {
namespace {

using namespace iflytek;

std::string wrapped(std::string_view result) {
    return R"({"header":{"code":0,"sid":"iat1","status":1},"payload":{"result":{"text":")" + base64(result) +
           R"(","status":1}}})";
}

void take(const DictationResult& result, Transcript& transcript) {
    require(isUtf8(result.error.id) && isUtf8(result.error.message), "all text is UTF-8");
    if (result.error.code != 0) throw failureOf(Service::dictation, result.error);
    if (result.sentence) transcript.take(*result.sentence);
    const std::string text = transcript.text();
    require(isUtf8(text), "a transcript is UTF-8");
    require(text.size() <= 256UL * 1024, "a transcript has its limit");
}

template <class Message>
void tryMessages(Variant variant, std::string_view input, Message&& message) {
    Transcript transcript;
    try {
        for (const std::string_view piece : piecesOf(input, "\n\n"))
            take(readDictationResult(variant, message(piece)), transcript);
    } catch (const CallFailure& failure) {
        require(failure.status() != ModelStatus::ok, "a failure has a status");
        require(isUtf8(failure.what()) && isUtf8(failure.forClient()), "reasons are UTF-8");
    }
}

}  // namespace

void tryInput(std::string_view input) {
    tryMessages(Variant::large, input, wrapped);
    if (!isUtf8(input)) return;  // a Call lets none through
    const auto asItIs = [](std::string_view piece) { return std::string(piece); };
    tryMessages(Variant::classic, input, asItIs);
    tryMessages(Variant::large, input, asItIs);
}

}  // namespace aiproject::fuzz
