// Server-sent events and lines out of the body of an HTTP answer, however it is cut. Pure; header-only; needs the
// standard library alone.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace aiproject::http {

constexpr std::size_t kMostEventBytes = std::size_t(1024) * 1024;

struct Event {
    std::string type;  // empty: "message"
    std::string data;
};

// Server-sent events out of a body, as the HTML standard has them: lines end with CR, LF or both, several lines of data
// are one text, comments and other fields are overlooked.
class EventReader {
public:
    // Takes from the front of `bytes`. True: `event` is the next one; false: `bytes` is used up, or see isBroken().
    bool take(std::string_view& bytes, Event& event) {
        while (!bytes.empty() && !isBroken_) {
            if (isBehindReturn_ && bytes.front() == '\n') bytes.remove_prefix(1);
            isBehindReturn_ = false;
            const std::size_t end = std::min(bytes.find_first_of("\r\n"), bytes.size());
            isBroken_ = line_.size() + data_.size() + end > kMostEventBytes;
            if (isBroken_) break;
            line_.append(bytes.substr(0, end));
            bytes.remove_prefix(end);
            if (bytes.empty()) break;
            isBehindReturn_ = bytes.front() == '\r';
            bytes.remove_prefix(1);
            if (endLine(event)) return true;
        }
        return false;
    }
    // At the end of the body: an event whose last line, or the empty one behind it, is missing.
    bool takeRest(Event& event) {
        if (!line_.empty()) endLine(event);
        return endLine(event);
    }
    bool isBroken() const noexcept { return isBroken_; }  // an event has more than kMostEventBytes

private:
    bool endLine(Event& event) {
        constexpr std::string_view byteOrderMark = "\xEF\xBB\xBF";
        std::string_view line = line_;
        if (isFirst_ && line.substr(0, byteOrderMark.size()) == byteOrderMark) line.remove_prefix(byteOrderMark.size());
        isFirst_ = false;
        const bool isEnd = line.empty();
        if (!isEnd) takeField(line);
        line_.clear();
        if (!isEnd) return false;
        const bool isEvent = hasData_;
        if (isEvent) event = {std::move(type_), std::move(data_)};
        type_.clear();
        data_.clear();
        hasData_ = false;
        return isEvent;
    }
    void takeField(std::string_view line) {
        const std::size_t colon = std::min(line.find(':'), line.size());
        const std::string_view name = line.substr(0, colon);
        std::string_view value = line.substr(std::min(colon + 1, line.size()));
        if (!value.empty() && value.front() == ' ') value.remove_prefix(1);
        if (name == "event") type_ = value;
        if (name != "data") return;
        if (hasData_) data_ += '\n';
        data_.append(value);
        hasData_ = true;
    }

    std::string line_, type_, data_;
    bool hasData_ = false, isFirst_ = true, isBehindReturn_ = false, isBroken_ = false;
};

// The lines of a body, such as one JSON object each. Empty ones are overlooked.
class LineReader {
public:
    // As EventReader.
    bool take(std::string_view& bytes, std::string& line) {
        while (!bytes.empty() && !isBroken_) {
            const std::size_t end = std::min(bytes.find('\n'), bytes.size());
            isBroken_ = line_.size() + end > kMostEventBytes;
            if (isBroken_) break;
            line_.append(bytes.substr(0, end));
            const bool isWhole = end < bytes.size();
            bytes.remove_prefix(isWhole ? end + 1 : end);
            if (isWhole && takeRest(line)) return true;
        }
        return false;
    }
    bool takeRest(std::string& line) {
        if (!line_.empty() && line_.back() == '\r') line_.pop_back();
        line = std::move(line_);
        line_.clear();
        return !line.empty();
    }
    bool isBroken() const noexcept { return isBroken_; }

private:
    std::string line_;
    bool isBroken_ = false;
};

}  // namespace aiproject::http
