#include "base/json_size.h"

namespace aiproject {

std::size_t valuesIn(std::string_view text) noexcept {
    std::size_t values = 1;
    bool inString = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (inString && text[i] == '\\')
            ++i;
        else if (text[i] == '"')
            inString = !inString;
        else if (!inString && (text[i] == ',' || text[i] == '{' || text[i] == '['))
            ++values;
    }
    return values;
}

}  // namespace aiproject
