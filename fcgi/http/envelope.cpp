#include "http/envelope.h"

#include <sstream>
#include <utility>

namespace aiproject {

ErrorFace faceOf(ErrorKind kind) noexcept {
    switch (kind) {
        case ErrorKind::noSuchPath: return {404, "APP_NOT_FOUND_ERROR", "there is no such path", 0};
        case ErrorKind::noSuchModel: return {404, "APP_NOT_FOUND_ERROR", "there is no such model", 0};
        case ErrorKind::wrongMethod: return {405, "APP_QUERY_METHOD_ERROR", "this path takes another method", 0};
        case ErrorKind::badRequest: return {400, "APP_QUERY_METHOD_ERROR", "the request cannot be read", 0};
        case ErrorKind::unsupported: return {400, "APP_QUERY_METHOD_ERROR", "the model cannot do that", 0};
        case ErrorKind::inputTooLong: return {413, "BODY_TOO_LARGE", "the question is too long for the model", 0};
        case ErrorKind::internal: return {500, "APP_INTERNAL_ERROR", "the server failed; please try again", 0};
        case ErrorKind::registrationRefused: return {400, "REGISTER_ERROR", "the registration was refused", 0};
        case ErrorKind::nameTaken: return {409, "USER_NAME_REPEAT", "this user name is taken", 0};
        case ErrorKind::loginRefused: return {401, "LOGIN_ERROR", "wrong user name or password", 0};
        case ErrorKind::userUnknown: return {401, "USER_NOT_FOUND", "uuid and username do not belong together", 0};
        case ErrorKind::notAllowed: return {403, "PERMISSION_NOT_ALLOW", "this account may not do that", 0};
        case ErrorKind::adminOnly: return {403, "PERMISSION_NOT_ALLOW", "this is for administrators", 0};
        case ErrorKind::crossSite:
            return {403, "PERMISSION_NOT_ALLOW", "the request does not come from a page of this site", 0};
        case ErrorKind::tlsRequired:
            return {403, "PERMISSION_NOT_ALLOW", "sign in over https: this connection is not encrypted", 0};
        case ErrorKind::notJson:
            return {415, "APP_QUERY_METHOD_ERROR", "the header Content-Type has to be application/json", 0};
        case ErrorKind::tokensSpent: return {402, "TOKEN_NOT_ENOUGH", "no tokens are left", 0};
        case ErrorKind::picturesSpent: return {402, "PIC_TIMES_NOT_ENOUGH", "no picture calls are left", 0};
        case ErrorKind::voiceSecondsSpent: return {402, "VOICE_SECONDS_NOT_ENOUGH", "no voice seconds are left", 0};
        case ErrorKind::moneySpent: return {402, "MONEY_NOT_ENOUGH", "no money is left", 0};
        case ErrorKind::textModelFailed: return {502, "MODEL_ERROR", "the text model failed", 0};
        case ErrorKind::voiceModelFailed: return {502, "AUDIO_TO_TEXT_ERROR", "the voice model failed", 0};
        case ErrorKind::pictureModelFailed: return {502, "PICTURE_TO_TEXT_ERROR", "the picture model failed", 0};
        case ErrorKind::speechModelFailed: return {502, "MODEL_ERROR", "the speech model failed", 0};
        case ErrorKind::fileFormat: return {415, "FILE_FORMAT_ILLEGAL", "the file has a wrong format", 0};
        case ErrorKind::fileMissing: return {400, "GET_FILE_FAIL", "the request has no file, or an empty one", 0};
        case ErrorKind::bodyTooLarge: return {413, "BODY_TOO_LARGE", "the request is too large", 0};
        case ErrorKind::tooManyRequests: return {429, "TOO_MANY_REQUESTS", "too many requests", 1};
        case ErrorKind::modelBusy: return {503, "MODEL_BUSY", "the model is busy; please try again", 1};
        case ErrorKind::modelTimeout: return {504, "MODEL_TIMEOUT", "the model did not answer in time", 0};
        case ErrorKind::databaseBusy: return {503, "MODEL_BUSY", "the service is busy; please try again", 2};
        case ErrorKind::contentRefused: return {403, "CONTENT_REFUSED", "the content was refused by moderation", 0};
        case ErrorKind::clientLeft: return {499, "CLIENT_LEFT", "the client has left", 0};
    }
    return {500, "APP_INTERNAL_ERROR", "the server failed; please try again", 0};
}

std::string sentenceOf(const Error& error) {
    return error.forClient().empty() ? faceOf(error.kind()).sentence : error.forClient();
}

namespace {

std::string textOf(const Poco::JSON::Object& body) {
    std::ostringstream text;
    body.stringify(text);
    return text.str();
}

// An answer is one user's, at one moment: no cache keeps it (RFC 9111).
void send(Exchange& exchange, ResponseHead head, std::string_view json) {
    head.headers.emplace_back("Cache-Control", "no-store");
    exchange.start(head);
    exchange.write(json);
}

}  // namespace

void sendJson(Exchange& exchange, int status, std::string_view json) {
    ResponseHead head;
    head.status = status;
    send(exchange, std::move(head), json);
}

void sendSuccess(Exchange& exchange, const std::string& msg, Poco::JSON::Object body) {
    body.set("code", 0);
    body.set("msg", msg);
    sendJson(exchange, 200, textOf(body));
}

void sendError(Exchange& exchange, const Error& error, StatusRule rule) {
    const ErrorFace face = faceOf(error.kind());
    Poco::JSON::Object body;
    body.set("code", std::string(face.code));
    body.set("msg", sentenceOf(error));
    ResponseHead head;
    if (rule == StatusRule::semantic) head.status = face.status;
    const int retryAfter = error.retryAfter() > 0 ? error.retryAfter() : face.retryAfter;
    if (retryAfter > 0) body.set("retry_after", retryAfter);
    if (retryAfter > 0 && rule == StatusRule::semantic)
        head.headers.emplace_back("Retry-After", std::to_string(retryAfter));
    if (!error.methods().empty()) head.headers.emplace_back("Allow", error.methods());
    send(exchange, std::move(head), textOf(body));
}

}  // namespace aiproject
