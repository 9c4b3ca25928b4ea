// Who may write to a file or folder, by its owner, its mode, its group's members and its ACL.
//
// THREADS  One at a time: it may go through the users of the system.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <set>
#include <string>
#include <vector>

namespace aiproject {

std::string userName(uid_t user);    // the number when it has no name
std::string groupName(gid_t group);  // likewise

// Of a group that is one of the users' own, no other user is a member.
bool isPrivateGroup(gid_t group, const std::set<uid_t>& users);

struct NamedWriters {  // in an ACL
    std::set<uid_t> users;
    std::set<gid_t> groups;
    bool owningGroup = true;  // false: the mode's bit for the group means the ACL's mask, and this group may not write
};

// Of the file `path`, which is not a symbolic link.
NamedWriters writersByAcl(const std::string& path);

}  // namespace aiproject
