#include "iflytek/core/signed_url.h"

#include "iflytek/core/encoding.h"

#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeFormatter.h>
#include <Poco/Timestamp.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <stdexcept>

namespace aiproject::iflytek {
namespace {

std::string hmacSha256(const std::string& key, const std::string& text) {
    std::string digest(EVP_MAX_MD_SIZE, '\0');
    unsigned int size = 0;
    const auto* made = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                            reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                            reinterpret_cast<unsigned char*>(digest.data()), &size);
    if (!made) throw std::runtime_error("HMAC-SHA256 failed");
    digest.resize(size);
    return digest;
}

}  // namespace

std::string httpDate(std::time_t moment) {
    return Poco::DateTimeFormatter::format(Poco::Timestamp::fromEpochTime(moment), Poco::DateTimeFormat::HTTP_FORMAT);
}

std::string signature(const Credentials& credentials, const SignedRequest& request) {
    const std::string origin =
        "host: " + request.host + "\ndate: " + request.date + "\n" + request.method + " " + request.path + " HTTP/1.1";
    return base64(hmacSha256(credentials.apiSecret, origin));
}

std::string authorization(const Credentials& credentials, const SignedRequest& request) {
    return base64("api_key=\"" + credentials.apiKey +
                  "\", algorithm=\"hmac-sha256\", headers=\"host date request-line\", signature=\"" +
                  signature(credentials, request) + "\"");
}

std::string signedTarget(const Credentials& credentials, const SignedRequest& request) {
    return request.path + "?authorization=" + percentEncoded(authorization(credentials, request)) +
           "&date=" + percentEncoded(request.date) + "&host=" + percentEncoded(request.host);
}

std::shared_ptr<const Handshake> Handshakes::at(std::time_t moment) {
    const std::lock_guard lock(mutex_);
    if (!latest_ || moment_ != moment) {
        const SignedRequest request{host_, path_, httpDate(moment)};
        latest_ = std::make_shared<const Handshake>(Handshake{request, signedTarget(credentials_, request)});
        moment_ = moment;
    }
    return latest_;
}

Redaction redactionOf(const Credentials& credentials, const SignedRequest& request) {
    Redaction redaction;
    redaction.add(credentials.apiKey);
    redaction.add(credentials.apiSecret);
    redaction.add(signature(credentials, request));
    redaction.add(authorization(credentials, request));
    return redaction;
}

}  // namespace aiproject::iflytek
