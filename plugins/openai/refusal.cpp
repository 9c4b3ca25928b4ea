#include "openai/refusal.h"

#include "aiproject/http_status.h"
#include "upstream/json_reading.h"
#include "upstream/text.h"

#include <Poco/NumberParser.h>
#include <Poco/String.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iterator>

namespace aiproject::openai {
namespace {

using S = ModelStatus;
using Poco::JSON::Object;

constexpr std::size_t kLongestWords = 300;  // of an upstream, in the log and for the client

struct Meaning {
    const char* code;  // or type
    ModelStatus status;
    const char* advice;  // to the operator
};

constexpr const char* kQuota = http::meaningOf(402).words;
constexpr const char* kRate = http::meaningOf(429).words;
constexpr const char* kBusy = http::meaningOf(503).words;
constexpr const char* kRequest = http::meaningOf(400).words;
constexpr const char* kTrouble = http::meaningOf(500).words;
constexpr const char* kModel = "the upstream does not know this model; check the setting model";
constexpr const char* kKey = http::meaningOf(401).words;
constexpr const char* kRefused = "the upstream's moderation refused it";
constexpr const char* kTooLong = "dialog and answer are longer than the model takes";

// Codes and types alike: services put the same words into either. Numbers are Zhipu's (1xxx) and iFlytek's (1xxxx).
constexpr Meaning kMeanings[] = {
    {"insufficient_quota", S::quotaSpent, kQuota},
    {"credit_balance_exhausted", S::quotaSpent, kQuota},
    {"billing_hard_limit_reached", S::quotaSpent, kQuota},
    {"billing_not_active", S::quotaSpent, kQuota},
    {"exceeded_current_quota_error", S::quotaSpent, kQuota},
    {"insufficient_balance", S::quotaSpent, kQuota},
    {"arrearage", S::quotaSpent, kQuota},
    {"1113", S::quotaSpent, kQuota},
    {"11200", S::quotaSpent, kQuota},
    {"11201", S::quotaSpent, kQuota},
    {"rate_limit_exceeded", S::busy, kRate},
    {"rate_limit_reached_error", S::busy, kRate},
    {"rate_limit_error", S::busy, kRate},
    {"throttling", S::busy, kRate},
    {"1302", S::busy, kRate},
    {"1303", S::busy, kRate},
    {"1305", S::busy, kRate},
    {"11202", S::busy, kRate},
    {"11203", S::busy, kRate},
    {"server_is_overloaded", S::busy, kBusy},
    {"engine_overloaded_error", S::busy, kBusy},
    {"slow_down", S::busy, kBusy},
    {"overloaded_error", S::busy, kBusy},
    {"insufficient_system_resource", S::busy, kBusy},
    {"10008", S::busy, kBusy},
    {"10110", S::busy, kBusy},
    {"model_not_found", S::misconfigured, kModel},
    {"modelnotfound", S::misconfigured, kModel},
    {"1211", S::misconfigured, kModel},
    {"10404", S::misconfigured, kModel},
    {"invalid_api_key", S::misconfigured, kKey},
    {"invalidapikey", S::misconfigured, kKey},
    {"invalid_authentication_error", S::misconfigured, kKey},
    {"authentication_error", S::misconfigured, kKey},
    {"11210", S::misconfigured, kKey},
    {"content_filter", S::contentRefused, kRefused},
    {"content_policy_violation", S::contentRefused, kRefused},
    {"data_inspection_failed", S::contentRefused, kRefused},
    {"datainspectionfailed", S::contentRefused, kRefused},
    {"sensitive", S::contentRefused, kRefused},
    {"1301", S::contentRefused, kRefused},
    {"10013", S::contentRefused, kRefused},
    {"10014", S::contentRefused, kRefused},
    {"10019", S::contentRefused, kRefused},
    {"10021", S::contentRefused, kRefused},
    {"context_length_exceeded", S::inputTooLarge, kTooLong},
    {"exceed_context_size_error", S::inputTooLarge, kTooLong},
    {"request_too_large", S::inputTooLarge, kTooLong},
    {"1261", S::inputTooLarge, kTooLong},
    {"10907", S::inputTooLarge, kTooLong},
    {"invalid_request_error", S::badInput, kRequest},
    {"badrequesterror", S::badInput, kRequest},
    {"server_error", S::unavailable, kTrouble},
    {"internalservererror", S::unavailable, kTrouble},
    {"network_error", S::unavailable, kTrouble},
};

const Meaning* meaningOf(const std::string& word) {
    const std::string name = Poco::toLower(word);
    const auto* const found = std::find_if(std::begin(kMeanings), std::end(kMeanings),
                                           [&](const Meaning& each) { return name == each.code; });
    return found == std::end(kMeanings) ? nullptr : found;
}

struct Judgement {
    ModelStatus status;
    std::string advice;
};

Judgement ofHttp(int status) {
    const auto [meant, words] = http::meaningOf(status);
    return {meant, words};
}

// Some services say "invalid_request_error" with everything, be it the key or the balance.
bool isVague(const Meaning& meaning) { return meaning.status == S::badInput || meaning.status == S::unavailable; }

// An exact word first, which says the most; then a status; a vague word only where there is no status.
Judgement judge(int httpStatus, const UpstreamError& error) {
    const Meaning* const meanings[] = {meaningOf(error.code), meaningOf(error.type)};
    for (const Meaning* const word : meanings)
        if (word && !isVague(*word)) return {word->status, word->advice};
    if (httpStatus != 200) return ofHttp(httpStatus);
    int said = 0;  // OpenRouter's codes are statuses of HTTP
    if (Poco::NumberParser::tryParse(error.code, said) && said >= 400 && said < 600) return ofHttp(said);
    for (const Meaning* const word : meanings)
        if (word) return {word->status, word->advice};
    return ofHttp(httpStatus);
}

std::string textOf(const Poco::Dynamic::Var& value) {
    return value.isEmpty() || !(value.isString() || value.isNumeric()) ? std::string() : value.toString();
}

std::string textIn(const Object::Ptr& object, const char* name) {
    return object.isNull() ? std::string() : textOf(object->get(name));
}

std::string firstOf(const std::string& first, const std::string& second) { return first.empty() ? second : first; }

// Bounded, whole characters, one line.
std::string words(std::string text) {
    if (text.size() > kLongestWords) text.resize(kLongestWords);
    for (int cut = 0; cut < 3 && !outbound::isUtf8(text) && !text.empty(); ++cut) text.pop_back();
    if (!outbound::isUtf8(text)) return "(no text)";
    std::replace_if(
        text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 0x7F; }, ' ');
    return Poco::trim(text);
}

std::string wordsWithout(const Redaction& secrets, const std::string& message) {
    return words(secrets.applied(message.substr(0, 2 * kLongestWords)));
}

UpstreamError readError(const Object::Ptr& json) {
    const auto error = outbound::memberObject(json, "error");
    UpstreamError read;
    read.code = firstOf(textIn(error, "code"), textIn(json, "code"));
    if (read.code == "0") read.code.clear();
    read.type = firstOf(textIn(error, "type"), textIn(json, "type"));
    read.message = firstOf(textIn(error, "message"), firstOf(textIn(json, "error"), textIn(json, "message")));
    read.message = firstOf(read.message, textIn(json, "detail"));
    const auto choices = outbound::memberArray(json, "choices");
    if (read.code.empty() && !choices.isNull() && choices->size() > 0)
        read.code = textIn(choices->getObject(0), "finish_reason");
    return read;
}

}  // namespace

UpstreamError errorIn(std::string_view body) {
    try {
        return readError(outbound::objectOf(std::string(body)));
    } catch (const CallFailure&) {
        return {"", "", std::string(body.substr(0, 2 * kLongestWords))};  // a proxy's page
    }
}

CallFailure failureOf(int httpStatus, const UpstreamError& error, const Redaction& secrets, const RetryWish& wish) {
    const auto [status, advice] = judge(httpStatus, error);
    const std::string said = wordsWithout(secrets, error.message);
    std::string reason = httpStatus == 200 ? advice : "HTTP " + std::to_string(httpStatus) + ": " + advice;
    if (!error.code.empty()) reason += "; its code: " + wordsWithout(secrets, error.code).substr(0, 64);
    if (!wish.retryAfter.empty()) reason += "; try again after: " + words(wish.retryAfter).substr(0, 64);
    if (!wish.milliseconds.empty()) reason += "; try again after ms: " + words(wish.milliseconds).substr(0, 64);
    // What is refused is not logged: it repeats the content.
    if (!said.empty() && status != S::contentRefused) reason += "; it said: " + said;
    if (status == S::inputTooLarge) return {status, reason, advice + (said.empty() ? "" : ": " + said)};
    if (status == S::badInput)
        return {status, reason, "the model does not take this request" + (said.empty() ? "" : ": " + said)};
    CallFailure failure(status, reason);
    if (status == S::busy || status == S::quotaSpent)
        failure.setRetryAfter(std::chrono::milliseconds(http::retryAfterMs(wish.retryAfter, wish.milliseconds)));
    return failure;
}

}  // namespace aiproject::openai
