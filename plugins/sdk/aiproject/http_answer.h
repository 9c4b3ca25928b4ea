// An HTTP/1.1 answer out of bytes, however they are cut: its head, its body as RFC 9112, 6 frames it. Pure: no socket
// and no time. Header-only; needs the standard library alone.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace aiproject::http {

constexpr std::size_t kMostHeadBytes = std::size_t(64) * 1024;  // of a head, and of what follows the last chunk

namespace detail {

inline char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

inline bool isSame(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() &&
           std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

inline std::string_view trimmed(std::string_view text) noexcept {
    const auto isBlank = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.empty() && isBlank(text.front())) text.remove_prefix(1);
    while (!text.empty() && isBlank(text.back())) text.remove_suffix(1);
    return text;
}

// A peer may send any bytes; what is shown of them goes to logs.
inline std::string printable(std::string_view text) {
    constexpr std::size_t longest = 256;
    std::string shown(text.substr(0, longest));
    std::replace_if(
        shown.begin(), shown.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
    return shown;
}

}  // namespace detail

struct Head {
    // The value of the first field of that name, in any case of letters; empty: there is none.
    std::string_view field(std::string_view name) const noexcept {
        for (const auto& [written, value] : fields)
            if (detail::isSame(written, name)) return value;
        return {};
    }
    // Lower case, without parameters: "text/event-stream".
    std::string contentType() const {
        const std::string_view written = field("Content-Type");
        std::string type(detail::trimmed(written.substr(0, written.find(';'))));
        std::transform(type.begin(), type.end(), type.begin(), &detail::lower);
        return type;
    }

    int status = 0;
    bool keepsAlive = false;  // the connection may be used again once the answer is whole
    std::vector<std::pair<std::string, std::string>> fields;
};

// Interim answers (1xx) are skipped.
class Answer {
public:
    // Takes from the front of `bytes` and answers the next piece of the body, which lies in them. Empty: `bytes` is
    // used up, the answer is whole and what is left does not belong to it, or it cannot be read: see fault().
    std::string_view take(std::string_view& bytes) {
        while (!bytes.empty() && state_ != State::whole && state_ != State::broken) {
            if (state_ == State::counted || state_ == State::chunk || state_ == State::untilEnd) return takeBody(bytes);
            if (takeLine(bytes)) {
                std::string line;
                line.swap(line_);  // its memory, too: an answer that is waited for needs none
                endLine(line);
            }
        }
        if (state_ == State::broken) bytes = {};
        return {};
    }

    const Head* head() const noexcept { return head_ ? &*head_ : nullptr; }  // null: it has not come
    // Once what counts of the head is kept elsewhere: frees the memory of its fields.
    void forgetFields() noexcept {
        if (head_) decltype(head_->fields)().swap(head_->fields);
    }
    bool isWhole() const noexcept { return state_ == State::whole; }
    // The end of the connection ends the answer, too.
    bool endsWithConnection() const noexcept { return state_ == State::untilEnd; }
    // Why it cannot be read, as the end of a sentence: "is not HTTP/1.1". Empty: it can.
    const std::string& fault() const noexcept { return fault_; }

private:
    enum class State { status, fields, counted, untilEnd, chunkSize, chunk, chunkEnd, trailer, whole, broken };

    void breakOff(std::string reason) {
        fault_ = std::move(reason);
        state_ = State::broken;
    }
    // True: line_ is one, without its end.
    bool takeLine(std::string_view& bytes) {
        const std::size_t end = bytes.find('\n');
        const std::size_t taken = end == std::string_view::npos ? bytes.size() : end + 1;
        lines_ += taken;
        if (lines_ > kMostHeadBytes) {
            breakOff("has a head of more than 64 KiB");
            return false;
        }
        line_.append(bytes.substr(0, std::min(end, bytes.size())));
        bytes.remove_prefix(taken);
        if (end == std::string_view::npos) return false;
        if (!line_.empty() && line_.back() == '\r') line_.pop_back();
        return true;
    }
    void endLine(const std::string& line) {
        switch (state_) {
            case State::status:
                if (!line.empty()) takeStatus(line);  // RFC 9112, 2.2: some empty ones come too many
                return;
            case State::fields: return line.empty() ? endHead() : takeField(line);
            case State::chunkSize: return takeChunkSize(line);
            case State::chunkEnd:
                if (!line.empty()) return breakOff("has a chunk that is longer than it says");
                lines_ = 0;
                state_ = State::chunkSize;
                return;
            case State::trailer:
                if (line.empty()) state_ = State::whole;
                return;
            default: return;
        }
    }
    // "HTTP/1.1 200 OK"
    void takeStatus(std::string_view line) {
        constexpr std::size_t versionSize = 8, statusAt = 9, statusEnd = 12;
        const bool isHttp1 = line.substr(0, 7) == "HTTP/1." && line.size() >= statusEnd && line[versionSize] == ' ';
        const std::string_view digits = isHttp1 ? line.substr(statusAt, 3) : std::string_view();
        coming_ = {};
        const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), coming_.status);
        if (fault != std::errc() || end != digits.data() + digits.size() || coming_.status < 100)
            return breakOff("is not HTTP/1.1");
        coming_.keepsAlive = line.substr(0, versionSize) == "HTTP/1.1";
        state_ = State::fields;
    }
    void takeField(std::string_view line) {
        const bool isFolded = line.front() == ' ' || line.front() == '\t';  // RFC 9112, 5.2
        if (isFolded && !coming_.fields.empty()) {
            coming_.fields.back().second.append(" ").append(detail::trimmed(line));
            return;
        }
        const std::size_t colon = line.find(':');
        const std::string_view name = line.substr(0, colon);
        if (colon == std::string_view::npos || name.empty() || name.find_first_of(" \t") != std::string_view::npos)
            return breakOff("has a head that cannot be read: " + detail::printable(line.substr(0, 64)));
        coming_.fields.emplace_back(name, detail::trimmed(line.substr(colon + 1)));
    }
    void endHead() {
        lines_ = 0;
        state_ = State::status;
        if (coming_.status == 101) return breakOff("changes the protocol, which was not asked for");
        if (coming_.status < 200) return;
        const std::string_view encoding = coming_.field("Transfer-Encoding");
        const bool isChunked = detail::isSame(encoding, "chunked");
        if (!isChunked && !encoding.empty() && !detail::isSame(encoding, "identity"))
            return breakOff("has a transfer encoding that was not asked for: " +
                            detail::printable(encoding.substr(0, 64)));
        std::optional<std::uint64_t> length;
        if (!isChunked && !takeLength(length)) return;
        left_ = length.value_or(0);
        if (coming_.status == 204 || coming_.status == 304 || (length && *length == 0))
            state_ = State::whole;
        else if (isChunked)
            state_ = State::chunkSize;
        else
            state_ = length ? State::counted : State::untilEnd;
        coming_.keepsAlive =
            coming_.keepsAlive && state_ != State::untilEnd && !detail::isSame(coming_.field("Connection"), "close");
        head_ = std::move(coming_);
    }
    // Several lengths that differ leave open where the answer ends (RFC 9112, 6.3).
    bool takeLength(std::optional<std::uint64_t>& length) {
        for (const auto& [name, text] : coming_.fields) {
            if (!detail::isSame(name, "Content-Length")) continue;
            std::int64_t value = 0;
            const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
            const bool isRead = fault == std::errc() && end == text.data() + text.size();
            const bool isOther = isRead && length && *length != static_cast<std::uint64_t>(value);
            if (isRead && !isOther && value >= 0) {
                length = static_cast<std::uint64_t>(value);
                continue;
            }
            breakOff(isOther  ? "has a head that cannot be read: it says two lengths"
                     : isRead ? "has a negative length"
                              : "has a head that cannot be read: its length is " + detail::printable(text));
            return false;
        }
        return true;
    }
    void takeChunkSize(std::string_view line) {
        const char* const end = line.data() + line.size();
        const auto [behind, fault] = std::from_chars(line.data(), end, left_, 16);
        const bool isEnded = behind == end || *behind == ';' || *behind == ' ' || *behind == '\t';
        if (fault != std::errc() || !isEnded || left_ > std::numeric_limits<std::uint64_t>::max() / 2)
            return breakOff("has a chunk whose size cannot be read");
        lines_ = 0;
        state_ = left_ == 0 ? State::trailer : State::chunk;
    }
    std::string_view takeBody(std::string_view& bytes) {
        const bool isCounted = state_ != State::untilEnd;
        const std::string_view piece =
            isCounted ? bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()))) : bytes;
        bytes.remove_prefix(piece.size());
        if (!isCounted) return piece;
        left_ -= piece.size();
        if (left_ == 0) state_ = state_ == State::chunk ? State::chunkEnd : State::whole;
        return piece;
    }

    State state_ = State::status;
    std::string line_;        // what has come of it
    std::size_t lines_ = 0;   // bytes of the head so far, or of the trailer
    std::uint64_t left_ = 0;  // bytes of the body, or of the chunk, that have not come
    Head coming_;
    std::optional<Head> head_;
    std::string fault_;
};

}  // namespace aiproject::http
