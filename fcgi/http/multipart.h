// multipart/form-data (RFC 7578), read in place: Poco's MultipartReader takes a byte at a time and
// takes a body that was cut for a whole one.
#pragma once

#include "http/upload.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aiproject {

bool isMultipart(const std::string& contentType);

struct FormPart {
    std::string name;
    std::string_view bytes;
    std::optional<std::string> fileName;  // none: it is a field
};

// All of them, in their order. Throws Error(badRequest).
std::vector<FormPart> formPartsOf(std::string_view body, const std::string& contentType);

// The first part named "file" that has a file name, as the original took it; else the first part of that name, a
// field; empty bytes when there is none. Throws Error(badRequest).
Upload filePartOf(std::string_view body, const std::string& contentType);

}  // namespace aiproject
