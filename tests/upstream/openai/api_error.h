// What the API refuses, as the members of its error object.
#pragma once

#include <string>

namespace aiproject::upstream::openai {

struct ApiError {
    int status = 400;
    std::string message;
    std::string param = {};  // empty: null
    std::string code = {};   // empty: null
    std::string type = "invalid_request_error";
    std::string body = {};  // of another service's shape; empty: of this one's
};

// {"error": {message, type, param, code}}
std::string bodyOf(const ApiError& error);

}  // namespace aiproject::upstream::openai
