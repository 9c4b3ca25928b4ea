#include "iflytek/core/error_codes.h"

#include "iflytek/core/encoding.h"

#include <algorithm>
#include <iterator>

namespace aiproject::iflytek {
namespace {

using S = ModelStatus;

struct ErrorMeaning {
    std::int64_t code;
    ModelStatus status;
    const char* advice;     // to the operator; may be ""
    const char* forClient;  // badInput only, else nullptr
};

constexpr const char* kForeignAppId = "app_id does not belong to api_key";
constexpr const char* kNoVolume = "no licence or no volume left for this version of the service; see the console";
constexpr const char* kDailyLimit = "the daily limit is reached";
constexpr const char* kPerSecond = "the limit of calls per second is reached";
constexpr const char* kUnreadablePicture = "the picture could not be read";
constexpr const char* kDomain = "url and domain do not belong together, or the service is not enabled";
constexpr const char* kUnfitAudio =
    "the recording could not be decoded: 16 bit mono PCM is expected, of the stated rate";

constexpr ErrorMeaning kChat[] = {
    {10000, S::unavailable, "", nullptr},
    {10001, S::unavailable, "", nullptr},
    {10002, S::unavailable, "", nullptr},
    {10003, S::failed, "the upstream could not read the request", nullptr},
    {10004, S::failed, "the upstream refuses the shape of the request", nullptr},
    {10005, S::failed, "the upstream refuses a parameter's value", nullptr},
    {10006, S::busy, "the same user is connected already; uid = none avoids that", nullptr},
    {10007, S::busy, "the previous question is not finished", nullptr},
    {10008, S::busy, "the service is short of capacity", nullptr},
    {10009, S::unavailable, "", nullptr},
    {10010, S::unavailable, "", nullptr},
    {10011, S::unavailable, "", nullptr},
    {10012, S::unavailable, "", nullptr},
    {10013, S::contentRefused, "the question was refused", nullptr},
    {10014, S::contentRefused, "the answer was refused", nullptr},
    {10015, S::quotaSpent, "app_id is on the upstream's black list", nullptr},
    {10016, S::misconfigured, "this app_id may not use this version: not enabled, no tokens, or too many calls",
     nullptr},
    {10017, S::unavailable, "", nullptr},
    {10018, S::failed, "no question came in time", nullptr},
    {10019, S::contentRefused, "the conversation looks sensitive", nullptr},
    {10021, S::contentRefused, "the question was refused", nullptr},
    {10110, S::busy, "the service is busy", nullptr},
    {10163, S::failed, "the engine refuses a parameter", nullptr},
    {10222, S::unavailable, "", nullptr},
    {10223, S::unavailable, "", nullptr},
    {10313, S::misconfigured, kForeignAppId, nullptr},
    {10404, S::misconfigured, kDomain, nullptr},
    {10907, S::failed, "dialog and answer together are longer than this version takes", nullptr},
    {11200, S::quotaSpent, kNoVolume, nullptr},
    {11201, S::quotaSpent, kDailyLimit, nullptr},
    {11202, S::busy, kPerSecond, nullptr},
    {11203, S::busy, "the limit of calls at the same time is reached", nullptr},
};

constexpr ErrorMeaning kDictation[] = {
    {10005, S::misconfigured, "app_id is not authorised for this service", nullptr},
    {10006, S::failed, "the upstream could not read a parameter", nullptr},
    {10007, S::failed, "the upstream refuses a parameter's value", nullptr},
    {10008, S::failed, "the session was not opened as it should be", nullptr},
    {10009, S::failed, "the upstream refuses the data", nullptr},
    {10010, S::busy, "all licences are in use", nullptr},
    {10014, S::unavailable, "the upstream's session timed out", nullptr},
    {10019, S::unavailable, "the upstream's session timed out", nullptr},
    {10043, S::badInput, "the audio could not be decoded", kUnfitAudio},
    {10044, S::badInput, "the audio could not be resampled", kUnfitAudio},
    {10047, S::unavailable, "the upstream could not write its result", nullptr},
    {10050, S::failed, "", nullptr},
    {10101, S::failed, "the session was over already", nullptr},
    {10109, S::failed, "the upstream refuses the length of the data", nullptr},
    {10110, S::busy, "all licences are in use", nullptr},
    {10114, S::failed, "the session took longer than 60 s; see frame_bytes and frame_interval_ms", nullptr},
    {10160, S::failed, "", nullptr},
    {10161, S::failed, "", nullptr},
    {10163, S::failed, "a parameter is missing or refused", nullptr},
    {10165, S::failed, "frames out of order", nullptr},
    {10200, S::failed, "no audio came for 10 s", nullptr},
    {10222, S::unavailable, "", nullptr},
    {10223, S::unavailable, "", nullptr},
    {10313, S::misconfigured, kForeignAppId, nullptr},
    {10404, S::misconfigured, "no such service for this app_id: check url, domain and accent", nullptr},
    {10500, S::unavailable, "", nullptr},
    {10600, S::unavailable, "", nullptr},
    {10700, S::unavailable, "", nullptr},
    {11200, S::quotaSpent, kNoVolume, nullptr},
    {11201, S::quotaSpent, kDailyLimit, nullptr},
    {11202, S::busy, kPerSecond, nullptr},
    {11203, S::quotaSpent, "the licence has expired", nullptr},
    {11502, S::unavailable, "", nullptr},
    {11503, S::unavailable, "", nullptr},
};

constexpr ErrorMeaning kImage[] = {
    // what differs from chat
    {10022, S::contentRefused, "the picture looks sensitive", nullptr},
    {10029, S::badInput, "a side is too long", "a side of the picture is longer than 12800 pixels"},
    {10041, S::badInput, "too few or too many pixels",
     "the picture must have more than 50x50 and less than 6000x6000 pixels"},
    {10907, S::failed, "picture, question and answer together are longer than the model takes", nullptr},
};

// General text recognition, which has the numbers of all services behind that gateway.
constexpr ErrorMeaning kDocument[] = {
    {10009, S::badInput, "the upstream refuses the data", kUnreadablePicture},
    {10010, S::busy, "all licences are in use", nullptr},
    {10019, S::unavailable, "the upstream's session timed out", nullptr},
    {10043, S::badInput, "the picture could not be decoded", kUnreadablePicture},
    {10114, S::unavailable, "the upstream's session timed out", nullptr},
    {10139, S::failed, "the upstream refuses a parameter", nullptr},
    {10160, S::failed, "the upstream could not read the request", nullptr},
    {10161, S::failed, "the upstream could not read the Base64", nullptr},
    {10163, S::failed, "a parameter is missing or refused", nullptr},
    {10200, S::unavailable, "the upstream waited too long for data", nullptr},
    {10222, S::unavailable, "", nullptr},
    {10223, S::unavailable, "", nullptr},
    {10313, S::misconfigured, kForeignAppId, nullptr},
    {10317, S::misconfigured, "no such version of the service: check url", nullptr},
    {10404, S::misconfigured, "no such service for this app_id: check url", nullptr},
    {10700, S::unavailable, "", nullptr},
    {11200, S::quotaSpent, kNoVolume, nullptr},
    {11201, S::quotaSpent, kDailyLimit, nullptr},
    {11202, S::busy, kPerSecond, nullptr},
    {11203, S::busy, "the limit of calls at the same time is reached", nullptr},
    {11502, S::unavailable, "", nullptr},
    {11503, S::unavailable, "", nullptr},
};

// 100001 to 100010 come from the engine itself, mostly for a picture that it cannot take.
constexpr std::int64_t kFirstOfEngine = 100001, kLastOfEngine = 100010;
constexpr ErrorMeaning kEngine{kFirstOfEngine, S::failed, "the engine failed with this picture", nullptr};

template <std::size_t N>
const ErrorMeaning* find(const ErrorMeaning (&table)[N], std::int64_t code) {
    const auto* row =
        std::find_if(std::begin(table), std::end(table), [&](const ErrorMeaning& m) { return m.code == code; });
    return row == std::end(table) ? nullptr : row;
}

const ErrorMeaning* meaningOf(Service service, std::int64_t code) {
    switch (service) {
        case Service::dictation: return find(kDictation, code);
        case Service::image:
            if (const auto* row = find(kImage, code)) return row;
            return find(kChat, code);
        case Service::document:
            if (code >= kFirstOfEngine && code <= kLastOfEngine) return &kEngine;
            return find(kDocument, code);
        case Service::chat: return find(kChat, code);
    }
    return nullptr;
}

// Bounded, whole characters, one line.
std::string shortened(const std::string& text) {
    constexpr std::size_t most = 300;
    std::string line = text.substr(0, most);
    while (!line.empty() && !isUtf8(line)) line.pop_back();
    std::replace_if(
        line.begin(), line.end(), [](unsigned char c) { return c < ' ' || c == 0x7F; }, ' ');
    return line;
}

std::string explanation(const UpstreamError& error, ModelStatus status, const std::string& advice) {
    std::string text = "upstream code " + std::to_string(error.code);
    // The words about refused content may repeat the content.
    if (status != ModelStatus::contentRefused && !error.message.empty()) text += ": " + shortened(error.message);
    if (!advice.empty()) text += "; " + advice;
    if (!error.id.empty()) text += " (sid " + shortened(error.id) + ")";
    return text;
}

bool isInvalidDomain(Service service, const UpstreamError& error) {
    return (service == Service::chat || service == Service::image) && error.code == 10003 &&
           error.message.find("domain") != std::string::npos;
}

}  // namespace

CallFailure failureOf(Service service, const UpstreamError& error) {
    if (isInvalidDomain(service, error)) return {S::misconfigured, explanation(error, S::misconfigured, kDomain)};
    const ErrorMeaning* meaning = meaningOf(service, error.code);
    if (!meaning) return {S::failed, explanation(error, S::failed, "")};
    return {meaning->status, explanation(error, meaning->status, meaning->advice),
            meaning->forClient ? meaning->forClient : ""};
}

}  // namespace aiproject::iflytek
