#include "upstream/openai/face.h"

#include "upstream/handshake.h"
#include "upstream/json_text.h"
#include "upstream/openai/api_error.h"
#include "upstream/openai/models.h"
#include "upstream/openai/services.h"
#include "upstream/text_recognition.h"

#include <Poco/NumberParser.h>
#include <Poco/String.h>

namespace aiproject::upstream::openai {

namespace {

using Poco::Net::HTTPRequest;
using std::chrono::hours;

constexpr std::uint64_t kMaxBodyBytes = 64ULL * 1024 * 1024;
const std::string kBase = "/v1";

Poco::JSON::Object modelCard(const Model& model) {
    return members(
        {{"id", std::string(model.name)}, {"object", "model"}, {"created", 1'700'000'000}, {"owned_by", "simulator"}});
}

std::string readLine(Wire& wire) {
    std::string line;
    for (char byte = 0; byte != '\n'; line += byte) wire.read(&byte, 1);
    return Poco::trim(line);
}

std::string readBytes(Wire& wire, std::uint64_t size) {
    std::string bytes(size, '\0');
    wire.read(bytes.data(), bytes.size());
    return bytes;
}

ApiError tooLarge() { return {413, "The request body is too large.", "", "request_too_large"}; }

std::string readChunkedBody(Wire& wire) {
    std::string body;
    for (;;) {
        const auto size = Poco::NumberParser::parseHex64(readLine(wire));
        if (size > kMaxBodyBytes - body.size()) throw tooLarge();
        if (size == 0) break;
        body += readBytes(wire, size);
        readLine(wire);
    }
    while (!readLine(wire).empty()) {
    }
    return body;
}

std::string readBody(Wire& wire, const HTTPRequest& request) {
    if (Poco::icompare(request.get("Expect", ""), "100-continue") == 0) wire.write("HTTP/1.1 100 Continue\r\n\r\n");
    if (request.getChunkedTransferEncoding()) return readChunkedBody(wire);
    if (!request.hasContentLength()) return {};
    const auto size = static_cast<std::uint64_t>(request.getContentLength64());
    if (size > kMaxBodyBytes) throw tooLarge();
    return readBytes(wire, size);
}

void checkKey(const HTTPRequest& request, const std::string& key) {
    if (key.empty()) return;
    const auto said = request.get("Authorization", "");
    if (said.empty())
        throw ApiError{401, "You didn't provide an API key: send it in the header Authorization: Bearer KEY."};
    if (said != "Bearer " + key) throw ApiError{401, "Incorrect API key provided.", "", "invalid_api_key"};
}

void demand(const HTTPRequest& request, const std::string& method, const std::string& type) {
    if (request.getMethod() != method)
        throw ApiError{405, "Not allowed to " + request.getMethod() + " on " + request.getURI() + ".", "",
                       "method_not_supported"};
    if (!type.empty() && request.getContentType().rfind(type, 0) != 0)
        throw ApiError{400,
                       "Unsupported content type '" + request.getContentType() + "': this path takes " + type + ".", "",
                       "unsupported_content_type"};
}

void answer(const HTTPRequest& request, const Ask& ask, HttpOutlet& out, const Options& options, const Fault& fault) {
    checkKey(request, options.openAiKey);
    const auto path = pathOf(request);
    const auto name = path.rfind(kBase + "/", 0) == 0 ? path.substr(kBase.size()) : std::string();
    const std::string one = "/models/";
    if (name == "/chat/completions") {
        demand(request, "POST", "application/json");
        chat(ask, out, options, fault);
    } else if (name == "/embeddings") {
        demand(request, "POST", "application/json");
        embed(ask, out);
    } else if (name == "/audio/transcriptions") {
        demand(request, "POST", "multipart/form-data");
        transcribe(ask, out);
    } else if (name == "/audio/speech") {
        demand(request, "POST", "application/json");
        speak(ask, out);
    } else if (name == "/models") {
        demand(request, "GET", "");
        out.say("application/json", listOfModels());
    } else if (name.rfind(one, 0) == 0) {
        demand(request, "GET", "");
        out.say("application/json", modelCalled(name.substr(one.size())));
    } else {
        throw ApiError{404, "Invalid URL (" + request.getMethod() + " " + path + ")", "", "unknown_url"};
    }
}

// What a fault answers whatever was asked; nothing: the fault is of another kind.
std::optional<ApiError> refusalBy(const Fault& fault) {
    const int status = fault.code != 0 ? fault.code : 503;
    switch (fault.kind) {
        case FaultKind::httpStatus:
            if (status == 429) return ApiError{429, "simulated fault", "", "rate_limit_exceeded", "rate_limit_error"};
            if (status >= 500) return ApiError{status, "simulated fault", "", "", "server_error"};
            return ApiError{status, "simulated fault"};
        case FaultKind::wrongSignature: return ApiError{401, "Incorrect API key provided.", "", "invalid_api_key"};
        case FaultKind::skewedClock: return ApiError{403, "You may not do this.", "", "", "permission_error"};
        default: return std::nullopt;
    }
}

std::string typeOf(const std::string& body) {
    if (body.rfind('<', 0) == 0) return "text/html";
    return body.rfind("data:", 0) == 0 ? "text/event-stream" : "application/json";
}

void oneRequest(const Host& host, const HTTPRequest& request, CallRecord& record, const Fault& fault,
                const std::string& id) {
    const bool isRecognition = pathOf(request) == kTextRecognitionPath;
    HttpOutlet out({host.wire, record, fault, host.options.frameGap, "req_" + id,
                    isRecognition ? &recognitionErrorOf : &errorBodyOf});
    try {
        const Ask ask{readBody(host.wire, request), request.getContentType(), id};
        record.update([&](Call& call) { call.request = ask.body; });
        if (fault.kind == FaultKind::hangBeforeUpgrade) host.wire.rest(hours(24));
        if (const auto refusal = isRecognition ? recognitionRefusalBy(fault) : refusalBy(fault)) {
            const auto body = fault.text.empty() ? bodyOf(*refusal) : fault.text;
            return out.refuse(refusal->status, typeOf(body), body);
        }
        if (isRecognition) return out.say("application/json", recognizeText({request, ask.body, id}, host.options));
        answer(request, ask, out, host.options, fault);
    } catch (const AnswerOver&) {
    } catch (const ApiError& error) {
        record.update([&](Call& call) {
            call.violation = std::to_string(error.status) + " " + error.code + " " + error.param + ": " + error.message;
        });
        out.refuse(error.status, "application/json", bodyOf(error));
    } catch (const std::exception& e) {  // a length that is not a number, a schema that is none
        const ApiError error{400, std::string("The request cannot be read: ") + e.what()};
        record.update([&](Call& call) { call.violation = "400 " + error.message; });
        out.refuse(error.status, "application/json", bodyOf(error));
    }
}

// False: the connection is over.
bool waitForNext(const Host& host, const Fault& fault) {
    if (fault.kind != FaultKind::closeIdle && fault.kind != FaultKind::speakUnasked)
        return host.wire.waitReadable(host.options.questionLimit);
    host.wire.rest(fault.pause);
    if (fault.kind == FaultKind::speakUnasked)
        host.wire.write("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    return false;
}

}  // namespace

std::string listOfModels() {
    Poco::JSON::Array data;
    for (const auto& model : models()) data.add(modelCard(model));
    return textOf(members({{"object", "list"}, {"data", data}}));
}

std::string modelCalled(const std::string& name) {
    for (const auto& model : models())
        if (model.name == name) return textOf(modelCard(model));
    throw ApiError{404, "The model '" + name + "' does not exist", "model", "model_not_found"};
}

void serve(const Host& host, std::string head, Fault fault, const std::function<Fault()>& nextFault) {
    for (int number = 0;; ++number) {
        const auto request = parseHead(head);
        if (!request) return;
        Call call{};
        call.path = pathOf(*request);
        call.service = call.path == kTextRecognitionPath ? Service::textRecognition : Service::openAi;
        call.head = head;
        call.connection = host.connection;
        CallRecord record(host.log, call);
        const auto end = [&] { record.update([](Call& one) { one.ended = true; }); };
        try {
            oneRequest(host, *request, record, fault, host.sid.substr(0, 11) + std::to_string(number));
        } catch (...) {
            end();
            throw;
        }
        end();
        if (!request->getKeepAlive() || !waitForNext(host, fault)) return;
        head = host.wire.readHead();
        fault = nextFault();
    }
}

}  // namespace aiproject::upstream::openai
