// What `cmake --install` lays out, tried below a folder.
#include "e2e/nginx_site.h"
#include "support/places.h"
#include "support/spec.h"

#include <fstream>

namespace aiproject::test {
namespace fs = std::filesystem;

struct SystemLayout : CppUnit::TestCase {
    TempDir dir;

    static void succeed(const Command& command) {
        const Finished finished = runToEnd(command);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(finished.output, 0, finished.code);
    }

    void installSystemFiles() const {
        Command install{AIPROJECT_CMAKE, {"--install", buildFolder(), "--component", "system"}, {}, -1, {}};
        install.environment["DESTDIR"] = dir.path();
        succeed(install);
    }

    // Port 80 is for root, and may be in use.
    void movePort() const {
        const fs::path site = dir.path() / "etc/nginx/sites-available/aiproject";
        std::string text = readFile(site);
        const std::string listen = "listen 80;";
        CPPUNIT_ASSERT(text.find(listen) != std::string::npos);
        text.replace(text.find(listen), listen.size(), "listen 127.0.0.1:" + std::to_string(freePort()) + ";");
        std::ofstream(site) << text;
    }

    // As Debian's nginx.conf: the same includes in the same order.
    std::string debianNginxConf() const {
        const std::string folder = dir.path();
        std::string temporary;
        for (const char* name : {"client_body", "fastcgi", "proxy", "scgi", "uwsgi"})
            temporary += name + std::string("_temp_path ") + folder + "/" + name + ";\n";
        return dir.write("etc/nginx/nginx.conf", "pid " + folder + "/pid;\nevents {}\nhttp {\n" + temporary +
                                                     "access_log " + folder + "/access.log;\ngzip on;\n" +
                                                     "include conf.d/*.conf;\ninclude sites-enabled/*;\n}\n");
    }
};

SPEC(SystemLayout, passes_nginx_t_beside_debians_nginx_conf) {
    installSystemFiles();
    movePort();
    fs::create_directories(dir.path() / "etc/nginx/sites-enabled");
    fs::create_symlink("../sites-available/aiproject", dir.path() / "etc/nginx/sites-enabled/aiproject");
    succeed({"nginx", {"-t", "-e", "stderr", "-c", debianNginxConf()}, {}, -1, {}});
}

SPEC(SystemLayout, has_everything_below_the_prefix_that_it_was_given) {
    const std::string prefix = dir.file("usr");
    succeed({AIPROJECT_CMAKE, {"--install", buildFolder(), "--prefix", prefix}, {}, -1, {}});
    for (const char* file :
         {"bin/aiproject", AIPROJECT_ECHO, "include/aiproject/imodel.h", "share/aiproject/sql/sqlite/001_users.sql",
          "share/aiproject/nginx/aiproject/locations.conf", "share/aiproject/nginx/sites-available/aiproject",
          "lib/systemd/system/aiproject.service", "share/bash-completion/completions/aiproject"})
        CPPUNIT_ASSERT_MESSAGE(file, fs::is_regular_file(fs::path(prefix) / file));
    const std::string unit = readFile(fs::path(prefix) / "lib/systemd/system/aiproject.service");
    CPPUNIT_ASSERT(unit.find("ExecStart=" + prefix + "/bin/aiproject serve\n") != std::string::npos);
}

SPEC(SystemLayout, leaves_no_mark_unfilled) {
    installSystemFiles();
    int files = 0;
    for (const auto& entry : fs::recursive_directory_iterator(dir.path())) {
        if (!entry.is_regular_file()) continue;
        const std::string text = readFile(entry.path());
        CPPUNIT_ASSERT_MESSAGE(entry.path(), text.find('@') == std::string::npos);
        ++files;
    }
    CPPUNIT_ASSERT_EQUAL(11, files);
}

}  // namespace aiproject::test
