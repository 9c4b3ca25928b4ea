// The dialog of a text request: checked, as turns.
#pragma once

#include "aiproject/imodel.h"
#include "http/json_body.h"

#include <string>
#include <vector>

namespace aiproject {

class Dialog {
public:
    // Copies what it needs. Throws Error(badRequest): not a list of {role, content}, an unknown role, no question at
    // the end.
    explicit Dialog(const JsonBody& body);
    Dialog(const Dialog&) = delete;  // turns() points into it
    Dialog& operator=(const Dialog&) = delete;

    const std::vector<Turn>& turns() const noexcept { return turns_; }

private:
    std::vector<Turn> turns_;
    std::string contents_;  // of all turns
};

}  // namespace aiproject
