// What can go wrong with a request: one kind per documented code. Everything below the request loop
// throws Error; http/envelope.cpp turns the kind into code and HTTP status in one place.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace aiproject {

enum class ErrorKind {
    noSuchPath,
    noSuchModel,
    wrongMethod,
    badRequest,    // unreadable or ill-typed body, missing member
    unsupported,   // a member that is right, but that the model or this server cannot do
    inputTooLong,  // for the model; bodyTooLarge is for this server
    internal,
    registrationRefused,
    nameTaken,
    loginRefused,
    userUnknown,
    notAllowed,
    adminOnly,    // /admin/*, by a user who is no admin
    crossSite,    // a cookie, and no proof that a page of this site has sent it
    tlsRequired,  // a password or cookie over plain HTTP, from elsewhere
    notJson,      // a change by a browser in another type than JSON, as a form of another site has
    tokensSpent,
    picturesSpent,
    voiceSecondsSpent,
    moneySpent,
    textModelFailed,
    voiceModelFailed,
    pictureModelFailed,
    speechModelFailed,
    fileFormat,
    fileMissing,
    bodyTooLarge,
    tooManyRequests,
    modelBusy,
    modelTimeout,
    databaseBusy,  // locked, away, full or too slow: it passes, and nobody has made a mistake
    contentRefused,
    clientLeft,  // for the log; nobody reads the answer
};

class Error : public std::runtime_error {  // what(): for the log
public:
    // `forClient` replaces the kind's standing sentence; never put paths, keys or reasons of ours in it.
    // `retryAfter`, in seconds, replaces the kind's own; 0: does not.
    Error(ErrorKind kind, const std::string& forLog, std::string forClient = {}, int retryAfter = 0)
        : std::runtime_error(forLog), kind_(kind), forClient_(std::move(forClient)), retryAfter_(retryAfter) {}

    ErrorKind kind() const noexcept { return kind_; }
    const std::string& forClient() const noexcept { return forClient_; }
    int retryAfter() const noexcept { return retryAfter_; }
    // The member of the request that is wrong, with the way to it: "messages[3].content". Empty: none is named.
    const std::string& member() const noexcept { return member_; }
    Error& concerning(std::string member) {
        member_ = std::move(member);
        return *this;
    }
    // Of wrongMethod: those that the path takes, "GET, HEAD".
    const std::string& methods() const noexcept { return methods_; }
    Error& withMethods(std::string methods) {
        methods_ = std::move(methods);
        return *this;
    }

private:
    ErrorKind kind_;
    std::string forClient_;
    int retryAfter_;
    std::string member_, methods_;
};

// What no client has caused, and none shall read.
inline Error internalError(const std::string& forLog) { return {ErrorKind::internal, forLog}; }

// An Error whose one sentence is meant for both readers.
inline Error refusal(ErrorKind kind, const std::string& sentence) { return {kind, sentence, sentence}; }

// The same of one member of a request.
inline Error refusalOf(const std::string& member, const std::string& sentence, ErrorKind kind = ErrorKind::badRequest) {
    return refusal(kind, sentence).concerning(member);
}

// The message of any exception; Poco's what() is only its class name.
std::string describe(const std::exception& e);
// Of the exception being handled, for catch (...).
std::string describeCurrent();

}  // namespace aiproject
