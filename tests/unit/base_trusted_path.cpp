// Who else can change what a path leads to.
#include "base/trusted_path.h"

#include "support/spec.h"
#include "support/temp_dir.h"
#include "unit/expect.h"

#include <endian.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iostream>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct TrustedPath : CppUnit::TestCase {
    TempDir dir;
    const std::string folder = dir.file("folder"), file = dir.file("folder/file");

    TrustedPath() {
        makeFolder(folder);
        dir.write("folder/file", "");
        setMode(file, 0644);
    }

    static void makeFolder(const std::string& path) {
        std::filesystem::create_directory(path);
        setMode(path, 0755);
    }
    static void setMode(const std::string& path, mode_t mode) { CPPUNIT_ASSERT_EQUAL(0, ::chmod(path.c_str(), mode)); }
    static std::vector<std::string> faults(const std::string& path) { return faultsOfPath(path, Trust::code); }
    static void assertTrusted(const std::string& path) {
        const auto found = faults(path);
        CPPUNIT_ASSERT_MESSAGE(found.empty() ? "" : found.front(), found.empty());
    }
    // The one fault that there must be.
    static std::string fault(const std::string& path) {
        const auto found = faults(path);
        CPPUNIT_ASSERT_EQUAL(std::size_t(1), found.size());
        return found.front();
    }
    // Only root can give a file away.
    static bool isRoot() {
        if (::geteuid() == 0) return true;
        std::cerr << "skipped: only root can change owners\n";
        return false;
    }
    static const passwd& stranger() {
        const passwd* const entry = ::getpwnam("nobody");
        CPPUNIT_ASSERT(entry);
        return *entry;
    }
    static void giveAway(const std::string& path, uid_t user, gid_t group) {
        CPPUNIT_ASSERT_EQUAL(0, ::lchown(path.c_str(), user, group));
    }
    // False: this file system has no ACLs.
    static bool setAcl(const std::string& path, std::uint16_t mask, uid_t user) {
        std::string acl(4, '\0');
        acl[0] = 2;  // the version
        const auto add = [&](std::uint16_t tag, std::uint16_t permissions, std::uint32_t id) {
            const std::uint16_t shorts[] = {htole16(tag), htole16(permissions)};
            const std::uint32_t number = htole32(id);
            acl.append(reinterpret_cast<const char*>(shorts), sizeof shorts);
            acl.append(reinterpret_cast<const char*>(&number), sizeof number);
        };
        constexpr std::uint32_t none = 0xffffffff;
        add(0x01, 6, none);  // owner
        add(0x02, 6, user);
        add(0x04, 4, none);  // owning group
        add(0x10, mask, none);
        add(0x20, 4, none);  // others
        if (::setxattr(path.c_str(), "system.posix_acl_access", acl.data(), acl.size(), 0) == 0) return true;
        CPPUNIT_ASSERT_EQUAL_MESSAGE(std::strerror(errno), ENOTSUP, errno);
        std::cerr << "skipped: no ACLs here\n";
        return false;
    }
};

}  // namespace

SPEC(TrustedPath, is_one_that_only_root_and_this_user_can_change) {
    assertTrusted(file);
    assertTrusted(folder + "/");
    assertTrusted("/");
    setMode(file, 0600);
    assertTrusted(file);
}

SPEC(TrustedPath, is_said_with_its_owner_its_mode_and_what_to_type) {
    setMode(file, 0666);
    const std::string said = fault(file);
    assertSays(said, file + " belongs to ");
    assertSays(said, ", mode 0666: ");
    assertSays(said, "everybody may write; run: chmod ");
    assertSays(said, "o-w " + file);
    setMode(file, 0602);
    assertSays(fault(file), "run: chmod o-w " + file);
}

SPEC(TrustedPath, quotes_what_a_shell_would_not_take_as_it_is) {
    dir.write("folder/it's a file", "");
    const std::string odd = dir.file("folder/it's a file");
    setMode(odd, 0646);
    assertSays(fault(odd), "chmod o-w '" + dir.file("folder/it'\\''s a file") + "'");
}

SPEC(TrustedPath, counts_the_folders_above_it) {
    setMode(folder, 0757);
    assertSays(fault(file), folder + " (on the way to " + file + ") belongs to ");
    setMode(file, 0646);
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), faults(file).size());
}

SPEC(TrustedPath, counts_the_folders_above_what_is_not_there_yet) {
    assertTrusted(folder + "/none/at/all");
    setMode(folder, 0757);
    assertSays(fault(folder + "/none/at/all"), folder + " (on the way to ");
}

SPEC(TrustedPath, may_pass_a_folder_that_its_sticky_bit_protects_but_not_be_one) {
    setMode(folder, 01777);
    assertTrusted(file);
    assertSays(fault(folder), "everybody may write");
    assertSays(fault(folder + "/"), "everybody may write");
    assertSays(fault(folder + "/."), "everybody may write");
}

SPEC(TrustedPath, is_none_where_somebody_else_may_make_first_what_is_not_there_yet) {
    setMode(folder, 01777);
    for (const std::string& path : {folder + "/none", folder + "/none/at/all"}) {
        assertSays(fault(path), folder + " (on the way to " + path + ") lets others make none");
        assertSays(fault(path), "everybody may write; use a folder");
    }
    std::filesystem::create_symlink(folder + "/none", dir.file("link"));
    assertSays(fault(dir.file("link")), "lets others make none");
    makeFolder(folder + "/own");
    assertTrusted(folder + "/own/none");
    setMode(folder, 01755);
    assertTrusted(folder + "/none");
}

SPEC(TrustedPath, is_where_symbolic_links_lead_to) {
    std::filesystem::create_symlink("folder/file", dir.file("link"));
    std::filesystem::create_directory_symlink(folder, dir.file("way"));
    assertTrusted(dir.file("link"));
    setMode(file, 0646);
    assertSays(fault(dir.file("link")), file + " (on the way");
    assertSays(fault(dir.file("way/../folder/file")), "everybody may write");
    setMode(file, 0644);
    setMode(folder, 0757);
    assertSays(fault(dir.file("link")), folder + " (on the way to " + dir.file("link"));
    assertSays(fault(dir.file("way/file")), folder + " (on the way to " + dir.file("way/file"));
}

SPEC(TrustedPath, is_none_where_links_lead_in_circles) {
    std::filesystem::create_symlink("circle", dir.file("circle"));
    assertSays(fault(dir.file("circle")), "too many symbolic links");
}

SPEC(TrustedPath, belongs_to_root_or_this_user) {
    if (!isRoot()) return;
    giveAway(file, stranger().pw_uid, 0);
    assertSays(fault(file), "belongs to nobody:");
    assertSays(fault(file), "its owner is neither root nor ");
    assertSays(fault(file), "run: chown root " + file);
    giveAway(file, 0, 0);
    giveAway(folder, stranger().pw_uid, 0);
    assertSays(fault(file), "chown root " + folder);
    setMode(folder, 01777);  // its owner may rename what is in it
    assertSays(fault(file), "chown root " + folder);
    std::filesystem::create_symlink("folder", dir.file("link"));
    giveAway(folder, 0, 0);
    giveAway(dir.file("link"), stranger().pw_uid, 0);
    assertSays(fault(dir.file("link/file")), "chown -h root " + dir.file("link"));
}

SPEC(TrustedPath, may_be_written_by_a_group_that_is_nobody_elses_only) {
    if (!isRoot()) return;
    setMode(file, 0664);
    assertTrusted(file);  // root:root
    giveAway(file, 0, stranger().pw_gid);
    assertSays(fault(file), "may write; run: chmod g-w " + file);
    giveAway(file, 0, 54'321);  // unnamed, so any process may be given it
    assertSays(fault(file), "group 54321 may write");
    setMode(file, 0666);
    assertSays(fault(file), "group 54321 may write, everybody may write; run: chmod go-w " + file);
    setMode(file, 0644);
    assertTrusted(file);
}

SPEC(TrustedPath, may_be_written_by_nobody_else_in_an_acl) {
    if (!setAcl(file, 6, 54'321)) return;
    assertSays(fault(file), "an ACL lets user 54321 write; run: setfacl -b " + file);
    if (setAcl(file, 4, 54'321)) assertTrusted(file);  // its mask takes the right away
    if (setAcl(file, 6, ::geteuid())) assertTrusted(file);
}
