#include "bench/load/target.h"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace aiproject::bench {
namespace {

enum RecordType : unsigned char { beginRequest = 1, params = 4, standardInput = 5 };
constexpr std::size_t kLongestRecord = 32'768;  // as nginx cuts them

void appendRecord(std::string& out, RecordType type, std::string_view content) {
    constexpr char zeros[8] = {};
    const std::size_t padding = (8 - content.size() % 8) % 8;
    const char head[] = {1, char(type), 0, 1, char(content.size() >> 8U), char(content.size()), char(padding), 0};
    out.append(head, sizeof head).append(content).append(zeros, padding);
}

// In records, ended by an empty one.
void appendStream(std::string& out, RecordType type, std::string_view content) {
    for (; !content.empty(); content.remove_prefix(std::min(content.size(), kLongestRecord)))
        appendRecord(out, type, content.substr(0, kLongestRecord));
    appendRecord(out, type, {});
}

void appendLength(std::string& out, std::size_t length) {
    if (length < 128)
        out.push_back(char(length));
    else
        out.append({char(length >> 24U | 0x80U), char(length >> 16U), char(length >> 8U), char(length)});
}

void appendParameter(std::string& out, std::string_view name, std::string_view value) {
    appendLength(out, name.size());
    appendLength(out, value.size());
    out.append(name).append(value);
}

std::string variableOf(const std::string& header) {
    std::string name = "HTTP_" + header;
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char letter) { return letter == '-' ? '_' : char(std::toupper(letter)); });
    return name;
}

}  // namespace

std::string fastcgiRequest(const std::string& path, const Headers& headers, const std::string& body) {
    const std::string length = std::to_string(body.size());
    std::string all;
    appendParameter(all, "REQUEST_METHOD", "POST");
    appendParameter(all, "DOCUMENT_URI", path);
    appendParameter(all, "REQUEST_URI", path);
    appendParameter(all, "QUERY_STRING", "");
    appendParameter(all, "CONTENT_TYPE", "application/json");
    appendParameter(all, "CONTENT_LENGTH", length);
    appendParameter(all, "SERVER_PROTOCOL", "HTTP/1.1");
    appendParameter(all, "REMOTE_ADDR", "127.0.0.1");
    appendParameter(all, "REQUEST_ID", "0123456789abcdef0123456789abcdef");
    appendParameter(all, "HTTP_HOST", "127.0.0.1");
    appendParameter(all, "HTTP_CONNECTION", "close");
    for (const auto& [name, value] : headers) appendParameter(all, variableOf(name), value);

    std::string request;
    appendRecord(request, beginRequest, std::string_view("\0\1\0\0\0\0\0\0", 8));  // responder, closes the connection
    appendStream(request, params, all);
    appendStream(request, standardInput, body);
    return request;
}

}  // namespace aiproject::bench
