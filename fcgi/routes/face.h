// A face: what one dialect of clients looks like from outside. A row of the table names its face, and everything that
// differs between dialects hangs on that: how errors read, and, in its handlers, how a question and an answer do.
#pragma once

#include "base/error.h"
#include "config/config.h"
#include "http/exchange.h"

#include <string>

namespace aiproject {

struct Face {
    void (*sendError)(Exchange& exchange, const Error& error, const Config& config);
    const char* headers;  // that its clients send; for a browser that does not say which. None: other sites may not ask
};

extern const Face kDocumentedFace;  // the six paths of the original: HTTP statuses follow http.status
extern const Face kOurFace;         // the same with semantic statuses, always
extern const Face kOpenAiFace;      // openai_face.cpp
extern const Face kAdminFace;       // admin_face.cpp

// Of a path that exists, or would if it did.
const Face& faceAt(const std::string& path);

}  // namespace aiproject
