// What is wrong with plugins and their settings, in words for the operator.
#pragma once

#include <string>
#include <vector>

namespace aiproject {

enum class Severity { note, warning, error };  // error: the model or plugin does not serve

struct Finding {
    Severity severity;
    std::string text;         // one line: which key or file, what is wrong, what is allowed
    std::string plugin = {};  // that is at fault with its file, whatever the settings; none: it is not
};

using Findings = std::vector<Finding>;

}  // namespace aiproject
