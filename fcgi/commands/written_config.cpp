#include "commands/written_config.h"

#include "base/error.h"
#include "base/file_descriptor.h"
#include "config/config_text.h"

#include <Poco/Util/PropertyFileConfiguration.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <system_error>

namespace aiproject {
namespace {

using Poco::Util::PropertyFileConfiguration;

[[noreturn]] void failToWrite(const std::string& path, const std::string& reason) {
    throw std::runtime_error(path + ": cannot be written: " + reason + "; nothing was changed");
}
[[noreturn]] void failToWrite(const std::string& path) { failToWrite(path, std::generic_category().message(errno)); }

Poco::AutoPtr<Poco::Util::AbstractConfiguration> keysIn(const std::string& text) {
    std::istringstream lines(text);
    return {new PropertyFileConfiguration(lines)};
}

// Beside the file, until it has the file's name.
class Draft {
public:
    explicit Draft(const std::filesystem::path& target)
        : target_(target), path_(target.parent_path() / ("." + target.filename().string() + ".XXXXXX")) {
        const int made = ::mkostemp(path_.data(), O_CLOEXEC);
        if (made < 0) failToWrite(target_);
        descriptor_ = FileDescriptor(made);
    }
    ~Draft() {
        if (!isInPlace_) ::unlink(path_.c_str());
    }
    Draft(const Draft&) = delete;
    Draft& operator=(const Draft&) = delete;

    void takeOwnerAndMode(const struct stat& of) {
        if (::fchown(descriptor_.get(), of.st_uid, of.st_gid) != 0)
            failToWrite(target_, "it would not keep its owner and group; do it as its owner, or as root");
        if (::fchmod(descriptor_.get(), of.st_mode & 07777U) != 0) failToWrite(target_);
    }
    void write(const std::string& content) {
        for (std::size_t done = 0; done < content.size();) {
            const ssize_t count = ::write(descriptor_.get(), content.data() + done, content.size() - done);
            if (count < 0 && errno != EINTR) failToWrite(target_);
            if (count > 0) done += std::size_t(count);
        }
        if (::fsync(descriptor_.get()) != 0) failToWrite(target_);
    }
    void replaceFile() {
        if (std::rename(path_.c_str(), target_.c_str()) != 0) failToWrite(target_);
        isInPlace_ = true;
        // The new name outlives a power failure where the folder can be synced; where not, the file is whole all the
        // same.
        const FileDescriptor folder(
            ::open(std::filesystem::path(target_).parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (folder) ::fsync(folder.get());
    }

private:
    const std::string target_;
    std::string path_;
    FileDescriptor descriptor_;
    bool isInPlace_ = false;
};

}  // namespace

std::string textOf(const ConfigLines& lines) {
    std::string text;
    for (const auto& [key, value] : lines) {
        text += key + " = ";
        for (const char c : value) (c == '\\' ? text += '\\' : text) += c;  // one stands for itself when there are two
        text += "\n";
    }
    return text;
}

WrittenConfig::WrittenConfig() : keys_(new PropertyFileConfiguration) {}

WrittenConfig::WrittenConfig(const std::string& path) {
    std::error_code error;
    path_ = std::filesystem::canonical(path, error).string();  // a link stays one
    if (error) throw std::runtime_error(path + ": cannot be read: " + error.message());
    if (!std::filesystem::is_regular_file(path_) && path_ != "/dev/null")
        throw std::runtime_error(path + ": is not a regular file");
    std::ifstream file(path_);
    if (!file) throw std::runtime_error(path + ": cannot be read: " + std::generic_category().message(errno));
    text_.assign(std::istreambuf_iterator<char>(file), {});
    // By the path as it was given: that is where everybody else looks for conf.d.
    const ConfigText all = readConfigText(path);
    if (!all.errors.empty()) throw std::runtime_error(all.errors.front());
    try {
        keys_ = keysIn(asOneText(all.parts));
    } catch (const std::exception& e) {
        throw std::runtime_error(path + ": cannot be read: " + describe(e));
    }
}

bool WrittenConfig::has(const std::string& key) const { return keys_->hasProperty(key); }

std::string WrittenConfig::valueOf(const std::string& key) const { return keys_->getRawString(key, ""); }

std::vector<std::string> WrittenConfig::models() const {
    std::vector<std::string> names;
    keys_->keys("model", names);
    return names;
}

void WrittenConfig::add(const std::string& comment, const ConfigLines& lines) const {
    struct stat status {};
    if (::stat(path_.c_str(), &status) != 0) failToWrite(path_);
    if (!S_ISREG(status.st_mode)) failToWrite(path_, "it is not a regular file");
    if (::access(path_.c_str(), W_OK) != 0) failToWrite(path_);
    // The empty line also ends a last line that goes on behind its end.
    const std::string added =
        (text_.empty() || text_.back() == '\n' ? "\n# " : "\n\n# ") + comment + "\n" + textOf(lines);
    const auto keys = keysIn(text_ + added);
    for (const auto& [key, value] : lines)
        if (keys->getRawString(key, "") != value) failToWrite(path_, key + " would not say what it shall");
    Draft draft(path_);
    draft.takeOwnerAndMode(status);
    draft.write(text_ + added);
    draft.replaceFile();
}

}  // namespace aiproject
