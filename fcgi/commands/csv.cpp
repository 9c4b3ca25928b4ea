#include "commands/csv.h"

namespace aiproject {

std::string csvText(const std::string& text) {
    const bool isFormula = !text.empty() && std::string("=+-@\t\r\n").find(text[0]) != std::string::npos;
    std::string plain = (isFormula ? "'" : "") + text;
    if (plain.find_first_of(",\"\r\n") == std::string::npos) return plain;
    std::string quoted = "\"";
    for (const char sign : plain) quoted += sign == '"' ? "\"\"" : std::string(1, sign);
    return quoted + "\"";
}

std::string csvLine(const std::vector<std::string>& fields) {
    std::string line;
    for (const std::string& field : fields) line += (&field == &fields.front() ? "" : ",") + field;
    return line + "\r\n";
}

}  // namespace aiproject
