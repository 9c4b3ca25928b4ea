// A dialog as `messages` has it. Pure.
#pragma once

#include "aiproject/imodel.h"
#include "openai/dialect.h"
#include "upstream/http_question.h"

#include <optional>
#include <string>
#include <string_view>

namespace aiproject::openai {

// Adds the array. Texts are copied into it, and pictures as their Base64.
void addTurns(const ModelRequest& request, const Dialect& dialect, std::string& json);

// A client's own `messages` with the roles and names that the dialect takes; what else stands in them is between client
// and service. Nothing: they cannot be written so.
std::optional<std::string> messagesFor(const Dialect& dialect, std::string_view messages);

// "data:image/jpeg;base64,...", in quotes.
void addDataUrl(std::string& json, std::string_view format, std::string_view bytes);

}  // namespace aiproject::openai
