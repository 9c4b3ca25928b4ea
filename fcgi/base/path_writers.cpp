#include "base/path_writers.h"

#include <endian.h>
#include <grp.h>
#include <pwd.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace aiproject {
namespace {

// As the kernel hands it out (linux/posix_acl_xattr.h), little-endian: a version, then the entries.
struct AclEntry {
    std::uint16_t tag, permissions;
    std::uint32_t id;
};
constexpr std::size_t kAclHeader = 4;
constexpr std::size_t kMostAclBytes = 65'536;
constexpr std::uint16_t kUser = 0x02, kOwningGroup = 0x04, kGroup = 0x08, kMask = 0x10, kWrite = 2;

std::vector<AclEntry> aclOf(const std::string& path) {
    std::string raw(kMostAclBytes, '\0');
    const ssize_t size = getxattr(path.c_str(), "system.posix_acl_access", raw.data(), raw.size());
    std::vector<AclEntry> entries;
    for (std::size_t at = kAclHeader; size > 0 && at + sizeof(AclEntry) <= std::size_t(size); at += sizeof(AclEntry)) {
        AclEntry entry{};
        std::memcpy(&entry, raw.data() + at, sizeof entry);
        entries.push_back({le16toh(entry.tag), le16toh(entry.permissions), le32toh(entry.id)});
    }
    return entries;
}

bool isOwnGroup(gid_t group, const std::set<uid_t>& users) {
    if (group == 0 || group == getegid()) return true;
    return std::any_of(users.begin(), users.end(), [group](uid_t user) {
        const passwd* const entry = getpwuid(user);
        return entry && entry->pw_gid == group;
    });
}

bool areAmong(const std::set<uid_t>& users, const std::vector<std::string>& names) {
    return std::all_of(names.begin(), names.end(), [&](const std::string& name) {
        const passwd* const entry = getpwnam(name.c_str());
        return !entry || users.count(entry->pw_uid) > 0;  // a name that nobody has
    });
}

// Those whose first group it is are not in its list.
bool isFirstGroupOfOthers(gid_t group, const std::set<uid_t>& users) {
    bool others = false;
    setpwent();
    while (const passwd* const entry = getpwent())
        others = others || (entry->pw_gid == group && users.count(entry->pw_uid) == 0);
    endpwent();
    return others;
}

}  // namespace

std::string userName(uid_t user) {
    const passwd* const entry = getpwuid(user);
    return entry ? entry->pw_name : std::to_string(user);
}

std::string groupName(gid_t group) {
    const ::group* const entry = getgrgid(group);
    return entry ? entry->gr_name : std::to_string(group);
}

bool isPrivateGroup(gid_t group, const std::set<uid_t>& users) {
    if (!isOwnGroup(group, users)) return false;
    std::vector<std::string> members;
    if (const ::group* const entry = getgrgid(group))
        for (char** name = entry->gr_mem; *name; ++name) members.emplace_back(*name);
    return areAmong(users, members) && !isFirstGroupOfOthers(group, users);
}

NamedWriters writersByAcl(const std::string& path) {
    const std::vector<AclEntry> entries = aclOf(path);
    std::uint16_t mask = kWrite;
    for (const AclEntry& entry : entries)
        if (entry.tag == kMask) mask = entry.permissions;
    NamedWriters writers;
    for (const AclEntry& entry : entries) {
        const bool writes = (entry.permissions & mask & kWrite) != 0;
        if (entry.tag == kOwningGroup) writers.owningGroup = writes;
        if (entry.tag == kUser && writes) writers.users.insert(entry.id);
        if (entry.tag == kGroup && writes) writers.groups.insert(entry.id);
    }
    return writers;
}

}  // namespace aiproject
