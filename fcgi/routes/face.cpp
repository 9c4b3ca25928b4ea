#include "routes/face.h"

#include "http/envelope.h"

namespace aiproject {
namespace {

void sendAsConfigured(Exchange& exchange, const Error& error, const Config& config) {
    sendError(exchange, error, config.httpStatus == HttpStatus::envelope ? StatusRule::alwaysOk : StatusRule::semantic);
}

void sendWithStatus(Exchange& exchange, const Error& error, const Config& /*config*/) {
    sendError(exchange, error, StatusRule::semantic);
}

constexpr const char* kHeaders = "content-type, uuid, username";

}  // namespace

const Face kDocumentedFace{&sendAsConfigured, kHeaders};
const Face kOurFace{&sendWithStatus, kHeaders};

}  // namespace aiproject
