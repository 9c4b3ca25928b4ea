#include "observe/log.h"

#include "base/own_descriptor.h"
#include "base/utf8.h"

#include <Poco/DateTimeFormatter.h>
#include <Poco/Timestamp.h>

#include <fcntl.h>
#include <limits.h>
#include <poll.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace aiproject {
namespace {

constexpr std::size_t kLongestLine = PIPE_BUF;  // with its end; a pipe takes no more in one piece

constexpr int kPatienceMs = 1'000;

const char* letterOf(LogLevel level) {
    switch (level) {
        case LogLevel::debug: return "D";
        case LogLevel::info: return "I";
        case LogLevel::warning: return "W";
        case LogLevel::error: return "E";
    }
    return "E";
}

FileDescriptor openLog(const std::string& file) {
    if (file.empty()) return FileDescriptor(fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3));
    FileDescriptor opened(open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640));
    if (!opened) throw std::system_error(errno, std::generic_category(), "log.file " + file);
    return opened;
}

// Never in the middle of a character.
void cut(std::string& line, std::size_t size) {
    if (line.size() <= size) return;
    while (size > 0 && (static_cast<unsigned char>(line[size]) & 0xc0) == 0x80) --size;
    line.resize(size);
}

void addQuoted(std::string& line, std::string_view text) {
    if (text.find_first_of(" \"=\\") == std::string_view::npos) {
        line += text;
        return;
    }
    line += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') line += '\\';
        line += c;
    }
    line += '"';
}

}  // namespace

bool canWriteLog(const LogConfig& config) noexcept {
    if (config.file.empty() || access(config.file.c_str(), W_OK) == 0) return true;
    const std::string folder = std::filesystem::path(config.file).parent_path();
    return errno == ENOENT && access(folder.empty() ? "." : folder.c_str(), W_OK | X_OK) == 0;
}

Log::Log(const LogConfig& config, std::string who)
    : level_(config.level), who_(std::move(who)), config_(config), file_(openLog(config.file)) {
    fstat(file_.get(), &before_);
}

void Log::reopen(const LogConfig& config) noexcept {
    try {
        FileDescriptor opened = openLog(config.file);
        const std::lock_guard lock(mutex_);
        if (!isThere()) file_.release();
        file_ = std::move(opened);
        fstat(file_.get(), &before_);
        config_ = config;
        level_ = config.level;
    } catch (const std::exception& e) {
        error(std::string("the log goes on where it is: ") + e.what());
    }
}

bool Log::isThere() const noexcept {
    struct stat now {};
    return fstat(file_.get(), &now) == 0 && isSameFile(before_, now);
}

// False: it is nowhere, and neither is standard error what it was.
bool Log::findAgain() noexcept {
    if (isThere()) return true;
    file_.release();  // its number may be another's
    try {
        file_ = openLog(config_.file);
    } catch (const std::exception&) {  // there is no place to say it
        return false;
    }
    if (config_.file.empty()) return isThere();
    return fstat(file_.get(), &before_) == 0;
}

// A pipe that nobody reads would hold up whoever writes: it does so once.
bool Log::takesMore() noexcept {
    pollfd written{file_.get(), POLLOUT, 0};
    isStuck_ = poll(&written, 1, isStuck_ ? 0 : kPatienceMs) == 0;
    return !isStuck_;
}

void Log::hide(const std::vector<std::string>& secrets) {
    const std::lock_guard lock(mutex_);
    Redaction more = *redaction_;
    for (const std::string& secret : secrets) more.add(secret);
    redaction_ = std::make_shared<const Redaction>(std::move(more));
}

std::string Log::safe(const std::string& text) {
    std::unique_lock lock(mutex_);
    const std::shared_ptr<const Redaction> redaction = redaction_;
    lock.unlock();
    return printable(redaction->applied(text));
}

void Log::write(LogLevel level, const std::string& text) noexcept {
    if (!has(level)) return;
    try {
        constexpr std::size_t most = 80;  // bytes before the text, nearly always
        static const std::string time = "%Y-%m-%dT%H:%M:%S.%iZ";
        std::string line;
        line.reserve(most + text.size());
        Poco::DateTimeFormatter::append(line, Poco::Timestamp(), time);
        line.append(" ").append(letterOf(level)).append(" ").append(who_);
        line.append("/").append(std::to_string(getpid())).append(" ").append(safe(text));
        cut(line, kLongestLine - 1);
        line += '\n';
        const std::lock_guard lock(mutex_);  // the room that is found is this line's
        if (!findAgain() || !takesMore()) return add(*lost_);
        // When the disk is full there is no better place to say so; a rest in a second write could mix.
        ssize_t written = -1;
        do written = ::write(file_.get(), line.data(), line.size());
        while (written < 0 && errno == EINTR);
        if (written != ssize_t(line.size())) add(*lost_);
    } catch (...) {  // no memory
        add(*lost_);
    }
}

LogLine& LogLine::field(std::string_view name, std::string_view value) {
    if (value.empty()) return *this;
    line_.append(" ").append(name).append("=");
    addQuoted(line_, value);
    return *this;
}

LogLine& LogLine::number(std::string_view name, std::int64_t value) {
    line_.append(" ").append(name).append("=").append(std::to_string(value));
    return *this;
}

}  // namespace aiproject
