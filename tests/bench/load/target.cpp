#include "bench/load/target.h"

#include "bench/common/openai_frame.h"

#include <netinet/in.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace aiproject::bench {
namespace {

constexpr std::string_view kMark = "@BENCH@";

std::optional<FrameSeen> readSparkLine(std::string_view line) { return readFrame(line); }

[[noreturn]] void throwFor(const std::string& target, const std::string& what) {
    throw std::invalid_argument("--target " + target + ": " + what +
                                "; http:PORT:/PATH or fastcgi:/SOCKET:/PATH is expected");
}

void setPort(Target& target, const std::string& text, const std::string& port) {
    if (port.empty() || port.size() > 5 || port.find_first_not_of("0123456789") != std::string::npos ||
        std::stoi(port) > 65'535)
        throwFor(text, "'" + port + "' is no port");
    auto& address = reinterpret_cast<sockaddr_in&>(target.address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(std::uint16_t(std::stoi(port)));
    target.addressSize = sizeof address;
}

void setSocket(Target& target, const std::string& text, const std::string& path) {
    auto& address = reinterpret_cast<sockaddr_un&>(target.address);
    if (path.size() >= sizeof address.sun_path) throwFor(text, "a socket's path has at most 107 bytes");
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, path.size());
    target.addressSize = sizeof address;
}

}  // namespace

Headers parsedHeaders(const std::vector<std::string>& lines) {
    Headers headers;
    for (const auto& line : lines) {
        const auto colon = line.find(':');
        const auto value = line.find_first_not_of(' ', colon + 1);
        if (colon == std::string::npos || colon == 0 || value == std::string::npos)
            throw std::invalid_argument("--header '" + line + "': 'Name: value' is expected");
        headers.emplace_back(line.substr(0, colon), line.substr(value));
    }
    return headers;
}

std::string bodyFrom(const std::string& file, const std::string& sentence) {
    std::ifstream in(file, std::ios::binary);
    if (!in) throw std::runtime_error("--body " + file + ": " + std::strerror(errno));
    std::string text{std::istreambuf_iterator<char>(in), {}};
    const auto at = text.find(kMark);
    if (at == std::string::npos)
        throw std::runtime_error("--body " + file + ": the text @BENCH@ is not in it; write it into the last question");
    return text.replace(at, kMark.size(), sentence);
}

Target targetFor(const std::string& text, const Headers& headers, const std::string& body) {
    const auto first = text.find(':');
    const auto second = text.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) throwFor(text, "three parts are missing");
    const std::string kind = text.substr(0, first);
    const std::string where = text.substr(first + 1, second - first - 1);
    const std::string path = text.substr(second + 1);
    if (path.empty() || path.front() != '/') throwFor(text, "the path must begin with /");
    Target target;
    target.readLine = path == "/v1/chat/completions" ? &readOpenAiLine : &readSparkLine;
    if (kind == "http") {
        setPort(target, text, where);
        target.request = httpRequest(path, headers, body);
        target.newReader = [] { return newHttpAnswer(); };
    } else if (kind == "fastcgi") {
        setSocket(target, text, where);
        target.request = fastcgiRequest(path, headers, body);
        target.newReader = [] { return newFastcgiAnswer(); };
    } else {
        throwFor(text, "'" + kind + "' is no protocol");
    }
    return target;
}

std::string httpRequest(const std::string& path, const Headers& headers, const std::string& body) {
    std::string request = "POST " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n" +
                          "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
    for (const auto& [name, value] : headers) request.append(name).append(": ").append(value).append("\r\n");
    return request + "\r\n" + body;
}

}  // namespace aiproject::bench
