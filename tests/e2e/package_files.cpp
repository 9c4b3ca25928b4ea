// nginx/debian against the rest of the tree; what the packages do is tests/package.
#include "support/child_process.h"
#include "support/places.h"
#include "support/spec.h"
#include "support/temp_dir.h"

#include <regex>
#include <set>
#include <sstream>
#include <string>

namespace aiproject::test {

struct PackageFiles : CppUnit::TestCase {
    static std::string file(const std::string& name) { return readFile(sourceFolder() + "/nginx/" + name); }

    static std::string found(const std::string& text, const std::string& pattern) {
        std::smatch match;
        return std::regex_search(text, match, std::regex(pattern)) ? match[1].str() : "";
    }
};

SPEC(PackageFiles, have_the_version_of_the_program) {
    const std::string said = runToEnd({programPath(), {"version"}}).output;
    const std::string version = found(said, "^aiproject ([0-9.]+),");
    CPPUNIT_ASSERT_MESSAGE(said, !version.empty());
    CPPUNIT_ASSERT_EQUAL(version, found(file("debian/changelog"), R"(^aiproject \(([^)]+)\) )"));
}

// Whoever has installed those can make packages as well.
SPEC(PackageFiles, are_built_with_packages_of_the_one_list) {
    const std::string control = file("debian/control"), list = file("packages.sh");
    const std::size_t begin = control.find("Build-Depends:"), end = control.find("Standards-Version:");
    CPPUNIT_ASSERT(begin < end && end != std::string::npos);
    std::istringstream lines(control.substr(begin, end - begin));
    std::set<std::string> names;
    for (std::string line; std::getline(lines, line);) {
        std::string name = found(line, "^ ([a-z0-9+.-]+)");
        if (name == "debhelper-compat") name = "debhelper";
        if (!name.empty()) names.insert(name);
    }
    CPPUNIT_ASSERT(names.size() > 10);
    for (const std::string& name : names)
        CPPUNIT_ASSERT_MESSAGE(name + " is not in nginx/packages.sh",
                               std::regex_search(list, std::regex("[( ]" + name + "[) \n]")));
}

}  // namespace aiproject::test
