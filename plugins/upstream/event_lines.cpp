#include "upstream/event_lines.h"

#include "upstream/failure.h"
#include "upstream/text.h"

#include <algorithm>

namespace aiproject::outbound {

std::optional<std::string_view> EventLines::take(std::string_view& bytes) {
    while (!bytes.empty()) {
        if (isTaken_) std::string().swap(line_);  // a stream that waits needs no buffer
        isTaken_ = false;
        const std::size_t end = bytes.find('\n');
        if (end == std::string_view::npos) {
            keep(bytes);
            bytes = {};
            return std::nullopt;
        }
        std::string_view line = bytes.substr(0, end);
        bytes.remove_prefix(end + 1);
        if (!line_.empty()) {
            keep(line);
            line = line_;
            isTaken_ = true;
        }
        if (const auto data = dataOf(line)) return data;
    }
    return std::nullopt;
}

std::optional<std::string_view> EventLines::takeRest() {
    if (isTaken_ || line_.empty()) return std::nullopt;
    isTaken_ = true;
    return dataOf(line_);
}

void EventLines::keep(std::string_view part) {
    if (line_.size() + part.size() > kMaxLineBytes)
        throw CallFailure(ModelStatus::failed, "the upstream sent a line of more than 1 MiB");
    line_.append(part);
}

std::optional<std::string_view> EventLines::dataOf(std::string_view line) {
    constexpr std::string_view byteOrderMark = "\xEF\xBB\xBF", name = "data:", error = "error: {";
    if (isFirst_ && line.substr(0, byteOrderMark.size()) == byteOrderMark) line.remove_prefix(byteOrderMark.size());
    isFirst_ = false;
    if (line.substr(0, name.size()) == name)
        line.remove_prefix(name.size());
    else if (line.substr(0, error.size()) == error)
        line.remove_prefix(error.size() - 1);
    else if (line.empty() || line[0] != '{')
        return std::nullopt;  // a comment, another field, the empty line between two events
    const std::size_t begin = std::min(line.find_first_not_of(" \t\r"), line.size());
    line.remove_prefix(begin);
    line = line.substr(0, line.find_last_not_of(" \t\r") + 1);
    if (line.empty()) return std::nullopt;
    if (line.size() > kMaxLineBytes)
        throw CallFailure(ModelStatus::failed, "the upstream sent a line of more than 1 MiB");
    if (!isUtf8(line)) throw CallFailure(ModelStatus::failed, "the upstream sent an event that is not UTF-8");
    return line;
}

}  // namespace aiproject::outbound
