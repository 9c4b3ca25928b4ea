// A dialog as `messages` has it. Pure.
#pragma once

#include "aiproject/imodel.h"
#include "openai/dialect.h"
#include "upstream/http_question.h"

namespace aiproject::openai {

// Adds the array. Texts are copied into it, and pictures as their Base64.
void addTurns(const ModelRequest& request, const Dialect& dialect, std::string& json);

// "data:image/jpeg;base64,...", in quotes.
void addDataUrl(std::string& json, std::string_view format, std::string_view bytes);

}  // namespace aiproject::openai
