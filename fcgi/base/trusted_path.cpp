#include "base/trusted_path.h"

#include "base/path_writers.h"

#include <Poco/Format.h>
#include <Poco/String.h>

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>
#include <map>
#include <system_error>

namespace aiproject {
namespace {

namespace fs = std::filesystem;

constexpr int kMostLinks = 40;  // as the kernel follows
constexpr const char* kServiceUser = "aiproject";

std::set<uid_t> trustedUsers(Trust trust) {
    std::set<uid_t> users{0, geteuid()};
    if (trust == Trust::code || geteuid() != 0) return users;
    if (const passwd* const service = getpwnam(kServiceUser)) users.insert(service->pw_uid);
    return users;
}

std::string inShell(const std::string& path) {
    const auto isPlain = [](unsigned char c) { return std::isalnum(c) || std::strchr("/._-+@:,=", c) != nullptr; };
    if (std::all_of(path.begin(), path.end(), isPlain)) return path;
    return "'" + Poco::replace(path, "'", "'\\''") + "'";
}

class Walk {
public:
    Walk(const fs::path& path, Trust trust) : target_(fs::absolute(path)), users_(trustedUsers(trust)), trust_(trust) {}

    std::vector<std::string> faults() {
        enter(target_);
        fs::path at = "/";
        if (!look(at)) return faults_;
        while (!ahead_.empty()) {
            const fs::path next = ahead_.front();
            ahead_.pop_front();
            if (next == "..") {
                at = at.parent_path();
                continue;
            }
            if (!look(at / next)) return faults_;
            if (!isLink_)
                at /= next;
            else if (!follow(at, at / next))
                return faults_;
        }
        return faults_;
    }

private:
    void enter(const fs::path& path) {
        std::vector<fs::path> steps;
        for (const fs::path& step : path.relative_path())
            if (!step.empty() && step != ".") steps.push_back(step);
        ahead_.insert(ahead_.begin(), steps.begin(), steps.end());
    }

    // False: the walk ends here.
    bool look(const fs::path& path) {
        struct stat status {};
        if (lstat(path.c_str(), &status) != 0) {
            if (errno != ENOENT && errno != ENOTDIR)
                fail(path, std::string("cannot be looked at: ") + std::strerror(errno));
            else if (const auto open = openFolders_.find(path.parent_path()); open != openFolders_.end())
                fail(open->first, "lets others make " + path.filename().string() + ", which is not there yet: " +
                                      open->second + "; use a folder that only its owner may write to");
            return false;
        }
        isLink_ = S_ISLNK(status.st_mode);
        judge(path, status);
        return true;
    }

    bool follow(fs::path& at, const fs::path& link) {
        std::error_code failed;
        const fs::path to = fs::read_symlink(link, failed);
        if (failed || ++links_ > kMostLinks) {
            fail(link, failed ? "cannot be followed: " + failed.message() : "is one of too many symbolic links");
            return false;
        }
        if (to.is_absolute()) at = "/";
        enter(to);
        return true;
    }

    void fail(const fs::path& path, const std::string& what) {
        const bool isItself = path == target_;
        faults_.push_back(path.string() + (isItself ? " " : " (on the way to " + target_.string() + ") ") + what);
    }

    void judge(const fs::path& path, const struct stat& status) {
        std::vector<std::string> reasons, remedies, writers, bars;
        const std::string name = inShell(path.string());
        const bool isOwned = users_.count(status.st_uid) > 0;
        if (!isOwned) {
            reasons.push_back("its owner is neither " + trustedNames());
            const bool isOurs = trust_ == Trust::data && geteuid() != 0;
            remedies.push_back((isLink_ ? "chown -h " : "chown ") + (isOurs ? userName(geteuid()) : "root") + " " +
                               name);
        }
        if (!isLink_) judgeWriters(path, status, writers, bars);
        // Above, they may make what does not matter here; in a folder that is meant itself, what is looked for.
        const bool isPassed = (status.st_mode & S_ISVTX) != 0 && S_ISDIR(status.st_mode) && !ahead_.empty();
        if (isPassed && !writers.empty()) {
            openFolders_[path] = Poco::cat(std::string(", "), writers.begin(), writers.end());
        } else {
            reasons.insert(reasons.end(), writers.begin(), writers.end());
            remedies.insert(remedies.end(), bars.begin(), bars.end());
        }
        if (reasons.empty()) return;
        const std::string mode = Poco::format("%04o", unsigned(status.st_mode & 07777));
        fail(path, "belongs to " + userName(status.st_uid) + ":" + groupName(status.st_gid) + ", mode " + mode + ": " +
                       Poco::cat(std::string(", "), reasons.begin(), reasons.end()) +
                       "; run: " + Poco::cat(std::string(" && "), remedies.begin(), remedies.end()));
    }

    void judgeWriters(const fs::path& path, const struct stat& status, std::vector<std::string>& reasons,
                      std::vector<std::string>& remedies) const {
        const std::string name = inShell(path.string());
        std::string bits;
        const NamedWriters named = writersByAcl(path);
        if ((status.st_mode & S_IWGRP) != 0 && named.owningGroup && !isPrivateGroup(status.st_gid, users_)) {
            reasons.push_back("group " + groupName(status.st_gid) + " may write");
            bits += "g";
        }
        if ((status.st_mode & S_IWOTH) != 0) {
            reasons.emplace_back("everybody may write");
            bits += "o";
        }
        if (!bits.empty()) remedies.push_back("chmod " + bits + "-w " + name);
        if (judgeAcl(named, reasons)) remedies.push_back("setfacl -b " + name);
    }

    bool judgeAcl(const NamedWriters& named, std::vector<std::string>& reasons) const {
        const std::size_t before = reasons.size();
        for (const uid_t user : named.users)
            if (users_.count(user) == 0) reasons.push_back("an ACL lets user " + userName(user) + " write");
        for (const gid_t group : named.groups)
            if (!isPrivateGroup(group, users_)) reasons.push_back("an ACL lets group " + groupName(group) + " write");
        return reasons.size() > before;
    }

    std::string trustedNames() const {
        std::string names = "root";
        for (const uid_t user : users_)
            if (user != 0) names += " nor " + userName(user);
        return names == "root" ? "root nor the user that runs this (root as well)" : names;
    }

    const fs::path target_;
    const std::set<uid_t> users_;
    const Trust trust_;
    std::deque<fs::path> ahead_;
    std::vector<std::string> faults_;
    std::map<fs::path, std::string> openFolders_;  // that were passed for their sticky bit, and who may write there
    int links_ = 0;
    bool isLink_ = false;
};

}  // namespace

std::vector<std::string> faultsOfPath(const fs::path& path, Trust trust) { return Walk(path, trust).faults(); }

}  // namespace aiproject
