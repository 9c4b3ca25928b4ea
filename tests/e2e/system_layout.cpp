// What `cmake --install` lays out, tried below a folder.
#include "e2e/free_port.h"
#include "e2e/raw_http.h"
#include "support/places.h"
#include "support/spec.h"
#include "support/temp_dir.h"
#include "support/text.h"

#include <Poco/Exception.h>
#include <Poco/Net/ServerSocket.h>

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>

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

    // Installs and enables the site as an operator does. Port 80 and /var/log are for root, and may be in use.
    void enableSite(std::uint16_t port) const {
        const fs::path site = dir.path() / "etc/nginx/sites-available/aiproject";
        fs::remove(site);  // with another port
        installSystemFiles();
        std::string text = readFile(site);
        const std::vector<std::pair<std::string, std::string>> changes{
            {"listen 80;", "listen 127.0.0.1:" + std::to_string(port) + ";"},
            {"listen [::]:80;", hasIpv6() ? "listen [::1]:" + std::to_string(port) + ";" : ""},
            {"/var/log/nginx", dir.path()}};
        for (const auto& [from, to] : changes) {
            CPPUNIT_ASSERT_MESSAGE(from, text.find(from) != std::string::npos);
            text.replace(text.find(from), from.size(), to);
        }
        std::ofstream(site) << text;
        fs::create_directories(dir.path() / "etc/nginx/sites-enabled");
        const fs::path enabled = dir.path() / "etc/nginx/sites-enabled/aiproject";
        if (!fs::is_symlink(enabled)) fs::create_symlink("../sites-available/aiproject", enabled);
    }

    static bool hasIpv6() {
        try {
            const Poco::Net::ServerSocket probe(Poco::Net::SocketAddress("::1", 0));
            return true;
        } catch (const Poco::Exception&) {
            return false;
        }
    }

    std::string unit() const { return dir.file("usr/lib/systemd/system/aiproject.service"); }

    void installPrograms() const {
        succeed({AIPROJECT_CMAKE, {"--install", buildFolder(), "--prefix", dir.file("usr")}, {}, -1, {}});
    }

    // What systemd says of a unit that it would partly ignore: the exit code does not tell.
    static std::string complaintsAbout(const std::string& unit) {
        return runToEnd({"systemd-analyze", {"verify", "--man=no", unit}}).output;
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
    // With a site that `enable` puts on a port; answers which.
    std::uint16_t startNginx(const std::function<void(std::uint16_t)>& enable) {
        std::uint16_t taken = 0;
        nginx_ = startOnFreePort(
            [&](std::uint16_t port) {
                enable(taken = port);
                return Command{"nginx",
                               {"-e", "stderr", "-c", debianNginxConf(), "-g", "daemon off;"},
                               {},
                               -1,
                               dir.file("output")};
            },
            [&] { return fs::exists(dir.file("pid")) && accepts(taken); });
        return taken;
    }

private:
    std::unique_ptr<ChildProcess> nginx_;  // ends before its folder
};

SPEC(SystemLayout, passes_nginx_t_beside_debians_nginx_conf) {
    enableSite(freePort());
    const Finished tested = runToEnd({"nginx", {"-t", "-e", "stderr", "-c", debianNginxConf()}});
    CPPUNIT_ASSERT_EQUAL_MESSAGE(tested.output, 0, tested.code);
    CPPUNIT_ASSERT_MESSAGE(tested.output, tested.output.find("[warn]") == std::string::npos);
}

SPEC(SystemLayout, answers_on_ipv6_as_on_ipv4) {
    const std::uint16_t port = startNginx([this](std::uint16_t free) { enableSite(free); });
    for (const char* address : {"127.0.0.1", "::1"}) {
        if (std::string(address) == "::1" && !hasIpv6()) continue;  // a system without it
        RawClient client(Poco::Net::SocketAddress(address, port));
        client.send("GET /nowhere HTTP/1.1\r\nHost: site\r\nConnection: close\r\n\r\n");
        const RawAnswer answer = client.answer();
        CPPUNIT_ASSERT_EQUAL(404, answer.status);
        CPPUNIT_ASSERT_EQUAL(std::string(R"({"code":"APP_NOT_FOUND_ERROR","msg":"there is no such path"})"),
                             answer.body);
    }
}

SPEC(SystemLayout, has_a_snippet_for_a_site_that_has_other_paths_as_well) {
    installSystemFiles();
    const std::uint16_t port = startNginx([this](std::uint16_t free) {
        std::ofstream(dir.path() / "etc/nginx/conf.d/own.conf")
            << "server { listen 127.0.0.1:" << free << "; error_page 404 /own; include snippets/aiproject.conf;\n"
            << "location / { return 404; } location = /own { internal; return 200 mine; } }\n";
    });
    const auto ask = [&](const std::string& path) {
        RawClient client(Poco::Net::SocketAddress("127.0.0.1", port));
        client.send("GET " + path + " HTTP/1.1\r\nHost: site\r\nConnection: close\r\n\r\n");
        return client.answer();
    };
    CPPUNIT_ASSERT_EQUAL(std::string("mine"), ask("/elsewhere").body);
    // No worker serves, so every body is one that nginx makes: in the shape of its path.
    for (const auto& [path, status] : std::map<std::string, int>{{"/textModel/chat", 200},
                                                                 {"/auth/login", 200},
                                                                 {"/auth/me", 503},
                                                                 {"/models/x/chat", 503},
                                                                 {"/v1/models", 503},
                                                                 {"/v1/nothing", 404},
                                                                 {"/admin/users", 503},
                                                                 {"/healthz", 503},
                                                                 {"/status", 503}}) {
        const RawAnswer answer = ask(path);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(path, status, answer.status);
        CPPUNIT_ASSERT_MESSAGE(path + ": " + answer.body, answer.body.compare(0, 1, "{") == 0);
    }
    // A new location without them would differ from the same path of the site.
    const std::string snippet = readFile(dir.file("etc/nginx/snippets/aiproject.conf"));
    CPPUNIT_ASSERT_EQUAL(countOf(snippet, "\nlocation "), countOf(snippet, "include aiproject/settings.conf;"));
}

SPEC(SystemLayout, has_the_console_where_the_site_looks_for_it) {
    installSystemFiles();
    installPrograms();
    const std::string conf = readFile(dir.file("etc/nginx/aiproject/console.conf"));
    CPPUNIT_ASSERT_MESSAGE(conf, conf.find("alias \"/usr/share/aiproject/console/\";") != std::string::npos);
    for (const char* file : {"index.html", "main.js", "console.css", "lang/zh-CN.json", "voice/worklet.js"})
        CPPUNIT_ASSERT_MESSAGE(file, fs::exists(dir.path() / "usr/share/aiproject/console" / file));
}

SPEC(SystemLayout, has_a_unit_that_systemd_understands_as_a_whole) {
    installPrograms();
    CPPUNIT_ASSERT_EQUAL(std::string(), complaintsAbout(unit()));
    std::string text = readFile(unit());
    const std::string quoted = "\"RES_OPTIONS=timeout:2 attempts:2\"";
    CPPUNIT_ASSERT(text.find(quoted) != std::string::npos);
    const std::string damaged = dir.write(
        "damaged.service", text.replace(text.find(quoted), quoted.size(), "RES_OPTIONS=timeout:2 attempts:2"));
    CPPUNIT_ASSERT(!complaintsAbout(damaged).empty());
}

SPEC(SystemLayout, has_a_unit_that_gives_little_away) {
    installPrograms();
    // Of 100 points of exposure; what is left is the network and Unix sockets.
    succeed({"systemd-analyze", {"security", "--no-pager", "--offline=true", "--threshold=14", unit()}, {}, -1, {}});
}

SPEC(SystemLayout, has_a_unit_that_waits_for_the_service_to_say_that_it_serves) {
    installPrograms();
    const std::string text = readFile(unit());
    for (const char* line : {"\nType=notify\n", "\nNotifyAccess=main\n", "/bin/aiproject reload\n"})
        CPPUNIT_ASSERT_MESSAGE(line, text.find(line) != std::string::npos);
}

// By systemd itself, in a folder that stands for a system; only root may give files away.
SPEC(SystemLayout, has_a_user_and_folders_that_systemd_makes) {
    if (geteuid() != 0) return;
    installPrograms();
    dir.write("etc/passwd", "root:x:0:0::/root:/bin/sh\n");
    dir.write("etc/group", "root:x:0:\nwww-data:x:4242:\n");
    succeed({"systemd-sysusers", {"--root=" + dir.path().string(), "aiproject.conf"}, {}, -1, {}});
    succeed({"systemd-tmpfiles", {"--root=" + dir.path().string(), "--create", "aiproject.conf"}, {}, -1, {}});
    const std::string users = readFile(dir.file("etc/passwd")), begin = "\naiproject:x:";
    const auto at = users.find(begin);
    CPPUNIT_ASSERT_MESSAGE(users, at != std::string::npos);
    CPPUNIT_ASSERT_MESSAGE(users, users.find(":/var/lib/aiproject:/usr/sbin/nologin\n", at) != std::string::npos);
    const uid_t user = uid_t(std::stoul(users.substr(at + begin.size())));
    struct stat sockets {
    }, configuration{};
    CPPUNIT_ASSERT_EQUAL(0, stat(dir.file("run/aiproject").c_str(), &sockets));
    CPPUNIT_ASSERT_EQUAL(user, sockets.st_uid);
    CPPUNIT_ASSERT_EQUAL(gid_t(4242), sockets.st_gid);
    CPPUNIT_ASSERT_EQUAL(mode_t(02750), mode_t(sockets.st_mode & 07777));
    CPPUNIT_ASSERT_EQUAL(0, stat(dir.file("etc/aiproject").c_str(), &configuration));
    CPPUNIT_ASSERT_EQUAL(uid_t(0), configuration.st_uid);
    CPPUNIT_ASSERT_EQUAL(mode_t(0750), mode_t(configuration.st_mode & 07777));
}

SPEC(SystemLayout, runs_in_no_group_of_the_machines_other_sites) {
    installPrograms();
    const std::string text = readFile(unit());
    CPPUNIT_ASSERT(text.find("\nGroup=aiproject\n") != std::string::npos);
    CPPUNIT_ASSERT(text.find("SupplementaryGroups=") == std::string::npos);
    // nginx reaches the sockets by the folder's group.
    const std::string folders = readFile(dir.path() / "usr/lib/tmpfiles.d/aiproject.conf");
    CPPUNIT_ASSERT(folders.find("\nd /run/aiproject                      2750 aiproject www-data\n") !=
                   std::string::npos);
}

SPEC(SystemLayout, has_everything_below_the_prefix_that_it_was_given) {
    installPrograms();
    const std::string prefix = dir.file("usr");
    succeed({AIPROJECT_CMAKE, {"--install", buildFolder(), "--prefix", prefix}, {}, -1, {}});
    for (const char* file :
         {"bin/aiproject", AIPROJECT_ECHO, "include/aiproject/imodel.h", "share/aiproject/sql/sqlite/001_users.sql",
          "share/aiproject/nginx/aiproject/locations.conf", "share/aiproject/nginx/sites-available/aiproject",
          "lib/systemd/system/aiproject.service", "share/bash-completion/completions/aiproject",
          "share/man/man1/aiproject.1", "share/man/man5/aiproject.properties.5"})
        CPPUNIT_ASSERT_MESSAGE(file, fs::is_regular_file(fs::path(prefix) / file));
    CPPUNIT_ASSERT(readFile(unit()).find("ExecStart=" + prefix + "/bin/aiproject serve\n") != std::string::npos);
}

SPEC(SystemLayout, leaves_no_mark_unfilled) {
    installSystemFiles();
    int files = 0;
    for (const auto& entry : fs::recursive_directory_iterator(dir.path() / "etc/nginx")) {
        if (!entry.is_regular_file()) continue;
        const std::string text = readFile(entry.path());
        CPPUNIT_ASSERT_MESSAGE(entry.path(), text.find('@') == std::string::npos);
        ++files;
    }
    CPPUNIT_ASSERT_EQUAL(20, files);
}

}  // namespace aiproject::test
