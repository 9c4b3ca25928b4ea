// Whom the streams go to, and the bytes of one request as that server expects them.
//
// ERRORS  std::invalid_argument: what of the command line is wrong; std::runtime_error: the body's file.
#pragma once

#include "bench/common/spark_frame.h"
#include "bench/load/answer_reader.h"

#include <sys/socket.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace aiproject::bench {

using Headers = std::vector<std::pair<std::string, std::string>>;

// "Name: value", each.
Headers parsedHeaders(const std::vector<std::string>& lines);
// The file's text with @BENCH@ replaced.
std::string bodyFrom(const std::string& file, const std::string& sentence);

struct Target {
    sockaddr_storage address{};
    socklen_t addressSize = 0;
    std::string request;
    std::unique_ptr<AnswerReader> (*newReader)() = nullptr;
    std::optional<FrameSeen> (*readLine)(std::string_view line) = nullptr;  // of a body; nothing: it is no frame
};

// http:PORT:PATH or fastcgi:SOCKET:PATH; the path says the dialect of the frames.
Target targetFor(const std::string& text, const Headers& headers, const std::string& body);

std::string httpRequest(const std::string& path, const Headers& headers, const std::string& body);
// The records that nginx sends with nginx/aiproject/fastcgi_params.
std::string fastcgiRequest(const std::string& path, const Headers& headers, const std::string& body);

}  // namespace aiproject::bench
