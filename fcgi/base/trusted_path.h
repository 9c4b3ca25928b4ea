// Whether somebody else can change what a path leads to: the rule for everything that the service loads, obeys or
// stores.
//
// RULE     Each file, folder and symbolic link on the way belongs to a trusted user (root, and who runs this), and
//          nobody else may write to it: neither everybody, nor a group with other members, nor a user or group named in
//          an ACL. A group is private when it is root's or a trusted user's own and has no other member (umask 002 is
//          usual then). Others may write to a folder above when its sticky bit keeps them from what is not theirs, as
//          in /tmp; but not where the next step is not there yet: whoever is first makes it.
// ERRORS   What cannot be looked at is a fault too. What is not there yet is none: its folders count.
// THREADS  One at a time: it may go through the users of the system.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace aiproject {

enum class Trust {
    code,  // loaded or obeyed by this process: only root and the user of this process may change it
    data,  // the service's: for root also the system user `aiproject`, whose files it looks at
};

// A line for each thing on the way that others can change, with its owner, its mode and what to type; none: all is
// well.
std::vector<std::string> faultsOfPath(const std::filesystem::path& path, Trust trust);

}  // namespace aiproject
