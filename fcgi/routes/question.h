// A client's question as the plugin contract wants it. The answers point into their arguments.
#pragma once

#include "aiproject/imodel.h"
#include "http/upload.h"
#include "routes/dialog.h"

#include <string>
#include <vector>

namespace aiproject {

struct Question {
    std::vector<std::string> models;  // in order of preference
    ModelRequest request;             // points into what the route keeps
};

ModelRequest textQuestion(const Dialog& dialog);
ModelRequest voiceQuestion(const Audio& audio);
ModelRequest pictureQuestion(std::string_view jpeg);

}  // namespace aiproject
