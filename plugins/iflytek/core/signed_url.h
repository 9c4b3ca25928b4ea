// The signature that all services of the family ask for. ../README.md has the recipe with a worked
// example. Pure, but for Handshakes: the date is an argument.
#pragma once

#include "aiproject/redaction.h"

#include <ctime>
#include <memory>
#include <mutex>
#include <string>

namespace aiproject::iflytek {

struct Credentials {  // never logged
    std::string appId;
    std::string apiKey;
    std::string apiSecret;  // its characters are the key; it only looks like Base64
};

struct SignedRequest {
    std::string host;  // without scheme and port
    std::string path;  // without query
    std::string date;  // as httpDate() writes it
    std::string method = "GET";
};

std::string httpDate(std::time_t moment);  // "Fri, 05 May 2023 10:43:39 GMT", whatever the locale

std::string signature(const Credentials& credentials, const SignedRequest& request);
std::string authorization(const Credentials& credentials, const SignedRequest& request);

// Path and query of the handshake. Refused by the services some 5 minutes after its date: make one
// when a connection is opened; see Handshakes.
std::string signedTarget(const Credentials& credentials, const SignedRequest& request);

struct Handshake {
    SignedRequest request;
    std::string target;  // signedTarget() of it
};

// The handshakes of one model. A date has seconds, so all connections that are opened in the same one ask alike: their
// handshake is signed once. From any thread.
class Handshakes {
public:
    Handshakes(Credentials credentials, std::string host, std::string path)
        : credentials_(std::move(credentials)), host_(std::move(host)), path_(std::move(path)) {}

    std::shared_ptr<const Handshake> at(std::time_t moment);

private:
    const Credentials credentials_;
    const std::string host_, path_;
    std::mutex mutex_;  // guards what follows
    std::time_t moment_ = 0;
    std::shared_ptr<const Handshake> latest_;
};

// What must not be logged of that request, whoever repeats it: keys, signature, authorization.
Redaction redactionOf(const Credentials& credentials, const SignedRequest& request);

}  // namespace aiproject::iflytek
