// What the service says about a picture. Pure.
#pragma once

#include <optional>
#include <string>

namespace aiproject::iflytek {

struct OcrAnswer {
    std::string text;  // of the whole picture, its lines with line breaks; empty: there is none
    std::string id;    // sid
};

// Throws CallFailure: of an error that the body says, else `failed`.
OcrAnswer ocrAnswerIn(const std::string& body);

// The same for the body of a status that is no success: throws what the error in it means, or returns.
void failForErrorIn(const std::string& body);

}  // namespace aiproject::iflytek
