// What this face serves: a checked body becomes an answer. All throw ApiError for what they refuse.
#pragma once

#include "upstream/openai/http_outlet.h"

#include <string>

namespace aiproject::upstream::openai {

struct Ask {
    std::string body;
    std::string contentType;
    std::string id;  // of the request
};

void chat(const Ask& ask, HttpOutlet& out, const Options& options, const Fault& fault);
void embed(const Ask& ask, HttpOutlet& out);
void transcribe(const Ask& ask, HttpOutlet& out);
void speak(const Ask& ask, HttpOutlet& out);
std::string listOfModels();
std::string modelCalled(const std::string& name);

}  // namespace aiproject::upstream::openai
