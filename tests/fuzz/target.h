// What a fuzz target is: one function that tries an input and requires what the code promises. An
// exception that leaves it is a finding, too.
#pragma once

#include <string_view>
#include <vector>

namespace aiproject::fuzz {

// Defined by each target. The bytes are borrowed, and exactly as long as they seem to AddressSanitizer.
void tryInput(std::string_view input);

// Ends the program when it does not hold, so that libFuzzer keeps the input.
void require(bool holds, const char* promise);

// What stands between the separators; always at least one piece.
std::vector<std::string_view> piecesOf(std::string_view input, std::string_view separator);

// By the JSON of SQLite, which shares no code with Poco's.
bool isJson(std::string_view text);

}  // namespace aiproject::fuzz
