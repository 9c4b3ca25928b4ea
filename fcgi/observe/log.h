// The log: one line per event, one write(2) per line, so lines of many threads and processes do not mix,
// in a file or a pipe. A log that cannot be written (disk full, a pipe that nobody reads) never disturbs a request: the
// line is lost. Nor does one whose descriptor somebody else has closed: it is opened anew, and no line goes into
// another file that has its number by then. Text from outside cannot forge a line or turn it: what moves a cursor,
// changes direction or has no width is escaped (base/utf8.h), and secrets that this process knows are taken out,
// whoever repeats them.
#pragma once

#include "base/file_descriptor.h"
#include "config/config.h"
#include "observe/histogram.h"

#include <aiproject/redaction.h>

#include <sys/stat.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace aiproject {

// False: log.file could not be opened. Makes no file.
bool canWriteLog(const LogConfig& config) noexcept;

class Log {
public:
    // Throws when the file cannot be opened. `who` marks the lines: "manager", "worker model".
    Log(const LogConfig& config, std::string who);
    // Goes on in the file of that name as it is now, for whoever moves logs away. One that cannot be opened
    // is a line in the old one.
    void reopen(const LogConfig& config) noexcept;
    // These values, beside those of earlier calls, are in no line from now on.
    void hide(const std::vector<std::string>& secrets);
    // As a line of it would show that text; for who is told the same in another way.
    std::string safe(const std::string& text);
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;

    void debug(const std::string& text) { write(LogLevel::debug, text); }
    void info(const std::string& text) { write(LogLevel::info, text); }
    void warning(const std::string& text) { write(LogLevel::warning, text); }
    void error(const std::string& text) { write(LogLevel::error, text); }

    // Lines that reached no file are counted there from now on; it outlives this object.
    void countLostIn(Count& count) noexcept { lost_ = &count; }
    std::uint64_t lost() const noexcept { return *lost_; }

    bool has(LogLevel level) const noexcept { return level >= level_; }  // or a line of it would go nowhere
    void write(LogLevel level, const std::string& text) noexcept;

private:
    bool takesMore() noexcept;
    bool isThere() const noexcept;
    bool findAgain() noexcept;

    Count ownLost_{0};
    std::atomic<Count*> lost_{&ownLost_};
    std::atomic<LogLevel> level_;
    std::mutex mutex_;
    const std::string who_;
    // Under mutex_:
    bool isStuck_ = false;
    std::shared_ptr<const Redaction> redaction_ = std::make_shared<Redaction>();  // itself never changed
    LogConfig config_;
    FileDescriptor file_;
    struct stat before_ {};  // of file_
};

// "request id=3f… path=/auth/login code=LOGIN_ERROR ms=12": what is read by people and by grep.
class LogLine {
public:
    explicit LogLine(std::string_view event) {
        constexpr std::size_t most = 320;  // bytes, of nearly all
        line_.reserve(most);
        line_ += event;
    }
    LogLine& field(std::string_view name, std::string_view value);  // an empty value is left out
    LogLine& number(std::string_view name, std::int64_t value);
    const std::string& str() const noexcept { return line_; }

private:
    std::string line_;
};

}  // namespace aiproject
