// What conf.d adds to a configuration file, and how it comes to the workers.
#include "config/config_text.h"
#include "config/config_values.h"
#include "config/trusted_files.h"

#include "support/environment_variable.h"
#include "support/spec.h"
#include "unit/config_fixture.h"

#include <sys/mman.h>
#include <unistd.h>

#include <filesystem>
#include <string>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct AddedConfig : ConfigTest {
    std::string add(const std::string& name, const std::string& content) const {
        std::filesystem::create_directories(dir.file("conf.d"));
        std::string file = dir.write("conf.d/" + name, content);
        chmod(file.c_str(), 0600);
        return file;
    }
    // As a worker reads what its manager has read.
    ConfigReading readCopy(const std::string& text) const {
        const int copy = memfd_create("copy", MFD_CLOEXEC);
        CPPUNIT_ASSERT_EQUAL(ssize_t(text.size()), write(copy, text.data(), text.size()));
        ConfigReading reading = readConfig({dir.file("a.properties"), {}, copy});
        close(copy);
        return reading;
    }
    std::string copied() const { return asOneText(readConfigText(dir.file("a.properties")).parts); }
};

SPEC(AddedConfig, wins_over_the_file_and_yields_to_overrides_in_the_order_of_names) {
    add("20-b.properties", "log.level = error\nlog.file = b\n");
    add("10-a.properties", "log.level = debug\nlog.file = a\nrun.dir = /a\nauth.key_file = a\n");
    const Config read = config("log.level = info\nrun.dir = /x\nroute.text = mine\n", {"auth.key_file=d"});
    CPPUNIT_ASSERT(read.log.level == LogLevel::error);
    CPPUNIT_ASSERT_EQUAL("b"s, read.log.file);
    CPPUNIT_ASSERT_EQUAL("/a"s, read.runDir);
    CPPUNIT_ASSERT_EQUAL("d"s, read.auth.keyFile);
    CPPUNIT_ASSERT_EQUAL("mine"s, read.routes.text.at(0));
    CPPUNIT_ASSERT((std::vector<std::string>{dir.file("conf.d/10-a.properties"), dir.file("conf.d/20-b.properties")} ==
                    read.added));
}

SPEC(AddedConfig, is_not_what_editors_and_dpkg_leave) {
    for (const char* name : {"a.properties~", ".a.properties", "a.properties.dpkg-old", "a.properties.dpkg-new",
                             "README", "a.conf", ".properties"})
        add(name, "no.such.key = 1\n");
    CPPUNIT_ASSERT(config("").added.empty());
}

SPEC(AddedConfig, may_name_keys_of_the_file_and_the_other_way_round) {
    add("a.properties", "log.file = ${run.dir}/log\n");
    CPPUNIT_ASSERT_EQUAL("/srv/log"s, config("run.dir = /srv\n").log.file);
    add("b.properties", "run.dir = /other\n");
    CPPUNIT_ASSERT_EQUAL("/other/log"s, config("run.dir = /srv\n").log.file);
}

SPEC(AddedConfig, is_named_by_what_is_wrong_in_it) {
    const std::string file = add("a.properties", "\nlog.level = loud\n");
    assertSays(error("log.level = info\n"), file + ": log.level: 'loud' is not");
    add("a.properties", "# one\nmodel.x.api_key = ${system.env.AIPROJECT_TEST_UNSET}\n");
    assertSays(
        error("model.x.api_key = k\n\n\n"),
        file + ":2: model.x.api_key: ${system.env.AIPROJECT_TEST_UNSET} is not set; set it where the service is ");
    add("a.properties", "log.file = x\n");
    assertSays(error("log.levle = info\n"), dir.file("a.properties") + ": log.levle: there is no such key");
}

SPEC(AddedConfig, that_cannot_be_read_is_an_error_that_names_it) {
    std::filesystem::create_directories(dir.file("conf.d/folder.properties"));
    std::filesystem::create_symlink("nowhere", dir.file("conf.d/link.properties"));
    const std::string all = errors("");
    assertSays(all, dir.file("conf.d/folder.properties") + ": cannot be read: ");
    assertSays(all, dir.file("conf.d/link.properties") + ": cannot be read: ");
    std::filesystem::remove_all(dir.file("conf.d"));
    dir.write("conf.d", "");
    assertSays(error(""), dir.file("conf.d") + ": cannot be read: ");
}

SPEC(AddedConfig, is_warned_of_where_everyone_can_read_its_secrets) {
    const std::string keys = add("keys.properties", "model.x.api_key = k\n"),
                      other = add("o.properties", "log.file =\n");
    chmod(other.c_str(), 0644);
    CPPUNIT_ASSERT_EQUAL(""s, listed(read("").warnings));
    chmod(keys.c_str(), 0644);
    CPPUNIT_ASSERT_EQUAL(keys + ": every user can read it, and it has model settings; chmod 640 it\n",
                         listed(read("").warnings));
}

SPEC(AddedConfig, is_trusted_as_the_file_is_and_so_is_its_folder) {
    const std::string file = add("a.properties", "");
    const auto faultsOf = [&](const std::string& path) {
        std::string said;
        for (const std::string& fault : faultsOfFiles(config("")))
            if (fault.find(" " + path + " ") != std::string::npos) said += fault + "\n";
        return said;
    };
    CPPUNIT_ASSERT_EQUAL(""s, faultsOf(file) + faultsOf(dir.file("conf.d")));
    chmod(file.c_str(), 0666);
    assertSays(faultsOf(file), "the configuration: " + file);
    chmod(dir.file("conf.d").c_str(), 0777);
    assertSays(faultsOf(dir.file("conf.d")), "everybody may write");
}

SPEC(AddedConfig, comes_to_the_workers_with_its_files) {
    const std::string first = add("a.properties", "log.file = a\\"), second = add("b.properties", "log.level = loud");
    read("run.dir = /x\\\r\n");
    const std::string copy = copied();
    std::filesystem::remove_all(dir.file("conf.d"));  // what comes later in the folder is not theirs
    const ConfigReading reading = readCopy(copy);
    CPPUNIT_ASSERT_EQUAL("/x"s, reading.config.runDir);
    CPPUNIT_ASSERT_EQUAL("a"s, reading.config.log.file);
    CPPUNIT_ASSERT_EQUAL(second + ": log.level: 'loud' is not debug or info or warning or error\n",
                         listed(reading.errors));
    CPPUNIT_ASSERT((std::vector<std::string>{first, second} == reading.config.added));
}

SPEC(AddedConfig, leaves_the_copy_of_a_file_alone_as_it_is) {
    read("run.dir = /x\n# é");
    CPPUNIT_ASSERT_EQUAL("run.dir = /x\n# é"s, copied());
    CPPUNIT_ASSERT_EQUAL("/x"s, readCopy(copied()).config.runDir);
}

}  // namespace
