// A client's question as the plugin contract wants it. The answers point into their arguments.
#pragma once

#include "aiproject/imodel.h"
#include "http/upload.h"
#include "routes/dialog.h"

#include <string_view>

namespace aiproject {

// Without the client's own body: in the documented dialect it has the uuid, which is no plugin's business.
ModelRequest textQuestion(const Dialog& dialog);
ModelRequest voiceQuestion(const Audio& audio);
ModelRequest pictureQuestion(std::string_view picture, std::string_view format);

}  // namespace aiproject
