#include "iflytek/core/refusal.h"

#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeFormatter.h>
#include <Poco/DateTimeParser.h>
#include <Poco/String.h>

#include <cstdlib>

namespace aiproject::iflytek {
namespace {

bool mentions(const Refusal& refusal, const char* words) {
    return Poco::toLower(refusal.body).find(words) != std::string::npos;
}

std::optional<std::chrono::seconds> skew(const Refusal& refusal) {
    using Poco::DateTimeFormat;
    Poco::DateTime theirs;
    int zone = 0;
    if (!Poco::DateTimeParser::tryParse(DateTimeFormat::HTTP_FORMAT, refusal.date, theirs, zone)) return std::nullopt;
    // The parser makes something of almost any text; what it understood must read like what was written.
    if (Poco::DateTimeFormatter::format(theirs, DateTimeFormat::HTTP_FORMAT) != refusal.date) return std::nullopt;
    return std::chrono::seconds(theirs.timestamp().epochTime() - refusal.askedAt);
}

std::string clockAdvice(const Refusal& refusal) {
    const auto ahead = skew(refusal);
    if (!ahead) return "this machine's clock must be right to within 300 s; check it";
    return "this machine's clock is " + std::to_string(std::abs(ahead->count())) + " s " +
           (ahead->count() < 0 ? "ahead of" : "behind") + " the upstream's; 300 s are allowed";
}

std::string adviceFor401(const Refusal& refusal) {
    if (mentions(refusal, "does not match")) return "check api_secret, and host and path of url";
    if (mentions(refusal, "cannot be verified"))
        return "the upstream does not know this api_key; check api_key, "
               "and that it is not swapped with api_secret";
    return "check api_key and api_secret";
}

std::string adviceFor403(const Refusal& refusal) {
    if (mentions(refusal, "date")) return clockAdvice(refusal);
    if (mentions(refusal, "ip address"))
        return "the IP whitelist of this app_id in the console lacks this machine's address";
    return "check in the console that this app_id may use the service";
}

// An error page may repeat the request, and with it the signature.
std::string quoted(const Refusal& refusal) {
    if (refusal.body.empty()) return "";
    return mentions(refusal, "authorization=") ? "; its words repeat the request" : "; it said: " + refusal.body;
}

struct Judgement {
    ModelStatus status;
    std::string advice;
};

Judgement judge(const Refusal& refusal) {
    switch (refusal.status) {
        case 401: return {ModelStatus::misconfigured, adviceFor401(refusal)};
        case 403: return {ModelStatus::misconfigured, adviceFor403(refusal)};
        case 404: return {ModelStatus::misconfigured, "check url; its path is case-sensitive"};
        case 429: return {ModelStatus::busy, "too many connections for this app_id"};
        default: break;
    }
    if (refusal.status >= 500) return {ModelStatus::unavailable, "trouble at the upstream's gateway"};
    if (refusal.status < 400) return {ModelStatus::misconfigured, "no such service there; check url"};
    return {ModelStatus::failed, std::string("the upstream did not like the ") + refusal.what};
}

}  // namespace

std::optional<std::chrono::seconds> clockOffset(const Refusal& refusal) {
    if (refusal.status != 403 || !mentions(refusal, "date")) return std::nullopt;
    return skew(refusal);
}

CallFailure failureOf(const Refusal& refusal, const std::string& url) {
    const Judgement judgement = judge(refusal);
    return {judgement.status, url + " refused the " + refusal.what + " with HTTP " + std::to_string(refusal.status) +
                                  ": " + judgement.advice + quoted(refusal)};
}

}  // namespace aiproject::iflytek
