// General text recognition (hh_ocr_recognize_doc): one signed POST, one answer. Pure, but for the clock.
#pragma once

#include "upstream/openai/api_error.h"
#include "upstream/simulator.h"

#include <Poco/Net/HTTPRequest.h>

#include <optional>
#include <string>

namespace aiproject::upstream {

constexpr const char* kTextRecognitionPath = "/v1/private/hh_ocr_recognize_doc";

struct RecognitionAsk {
    const Poco::Net::HTTPRequest& request;
    const std::string& body;
    const std::string& sid;
};

// The body of the answer. Throws openai::ApiError with a body of this service's shape.
std::string recognizeText(const RecognitionAsk& ask, const Options& options);

// What a fault answers whatever was asked; nothing: the fault is of another kind.
std::optional<openai::ApiError> recognitionRefusalBy(const Fault& fault);
// {"header":{"code","message","sid"}} with Fault::code and Fault::text.
std::string recognitionErrorOf(const Fault& fault);

}  // namespace aiproject::upstream
