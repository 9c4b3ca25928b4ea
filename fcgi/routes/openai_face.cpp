// Errors as clients of OpenAI read them.
#include "api/openai_errors.h"
#include "base/utf8.h"
#include "http/envelope.h"
#include "routes/face.h"

#include <algorithm>
#include <utility>

namespace aiproject {
namespace {

// nginx answers paths that it does not know by itself, with the same list.
std::string unknownUrl(const Request& request) {
    return "Unknown request URL: " + quotable(request.method, 32) + " " + quotable(request.path, 256) +
           ". This server has POST /v1/chat/completions, POST /v1/embeddings, POST /v1/audio/transcriptions, "
           "POST /v1/audio/speech, "
           "GET /v1/models and GET /v1/models/{id}.";
}

std::string sentenceFor(const Error& error) {
    if (!error.forClient().empty()) return error.forClient();
    if (error.kind() == ErrorKind::userUnknown)
        return "Incorrect API key: it is unknown, or has ended. Make another one, or log in again.";
    return sentenceOf(error);
}

void sendOpenAiError(Exchange& exchange, const Error& error, const Config& /*config*/) {
    const Request& request = exchange.request();
    const bool isUnknownUrl = error.kind() == ErrorKind::noSuchPath;
    const OpenAiFault fault = openAiFaultOf(error);
    ResponseHead head;
    head.status = fault.status;
    head.headers = {{"Cache-Control", "no-store"}};
    if (fault.status == 401)
        head.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"aiproject\"");  // RFC 6750, 3
    if (!error.methods().empty()) head.headers.emplace_back("Allow", error.methods());
    // Clients ask three times unless they are told better, and at once for a 0.
    const int retryAfter = error.retryAfter() > 0 ? error.retryAfter() : faceOf(error.kind()).retryAfter;
    if (fault.status == 429 && retryAfter == 0) head.headers.emplace_back("x-should-retry", "false");
    if (retryAfter > 0) head.headers.emplace_back("Retry-After", std::to_string(std::max(1, retryAfter)));
    exchange.start(head);
    exchange.write(openAiErrorJson(fault, isUnknownUrl ? unknownUrl(request) : sentenceFor(error), error.member()));
}

}  // namespace

const Face kOpenAiFace{&sendOpenAiError, "authorization, content-type"};

}  // namespace aiproject
