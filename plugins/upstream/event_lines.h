// The data of server-sent events out of bytes, however they are cut, read as tolerantly as services write them: with
// or without a space behind the colon, CR LF or LF, an empty line between events or none, a JSON object in a line of
// its own or behind "error:" (llama.cpp). So each line of data is one event; nobody breaks JSON over several. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace aiproject::outbound {

constexpr std::size_t kMaxLineBytes = 1024UL * 1024;

class EventLines {
public:
    // Takes lines off the front of `bytes` until one has data, and answers that: valid UTF-8, which lies here or in
    // `bytes` until the next call. Nothing: `bytes` is used up. Throws CallFailure (failed).
    std::optional<std::string_view> take(std::string_view& bytes);
    // The same for a last line that has no end. Once, when nothing more comes.
    std::optional<std::string_view> takeRest();

private:
    std::optional<std::string_view> dataOf(std::string_view line);
    void keep(std::string_view part);

    std::string line_;      // what has come of it, unless it lies in `bytes` as a whole
    bool isTaken_ = false;  // the last answer lies in line_
    bool isFirst_ = true;
};

}  // namespace aiproject::outbound
