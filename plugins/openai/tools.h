// The tools of a question. Pure.
#pragma once

#include <string>
#include <string_view>

namespace aiproject::openai {

// False: none says "strict". True: one may.
bool mentionsStrict(std::string_view tools);

// The same array, in which no tool's function says "strict".
std::string withoutStrict(std::string_view tools);

}  // namespace aiproject::openai
