#include "support/database_server.h"

#include "base/file_descriptor.h"
#include "store/database.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>

namespace aiproject::test {
namespace {

constexpr int kNobody = 65'534;
constexpr const char* kMariadb = "/usr/sbin/mariadbd";
constexpr const char* kMariadbTables = "/usr/share/mysql/mysql_system_tables.sql";
constexpr const char* kLogSize = "--innodb-log-file-size=8M";
constexpr const char* kSocket = "db.sock";  // MariaDB's; PostgreSQL names its own

bool isRoot() { return geteuid() == 0; }

bool isThere(const std::filesystem::path& program) { return access(program.c_str(), X_OK) == 0; }

// Debian keeps PostgreSQL's programs out of PATH, one folder per version.
std::string postgresqlProgram(const std::string& name) {
    std::filesystem::path newest;
    int newestVersion = 0;
    std::error_code none;
    for (const auto& version : std::filesystem::directory_iterator("/usr/lib/postgresql", none)) {
        const auto programs = version.path() / "bin";
        const int number = std::atoi(version.path().filename().c_str());
        if (number <= newestVersion || !isThere(programs / "initdb") || !isThere(programs / "postgres")) continue;
        newest = programs;
        newestVersion = number;
    }
    return newest.empty() ? name : (newest / name).string();
}

void execute(const std::string& url, const std::string& sql, std::chrono::milliseconds timeout) {
    DatabaseConfig config;
    config.url = url;
    config.timeout = timeout;
    Database(config).read([&](Poco::Data::Session& session) { Database::execute(session, sql); });
}

// Of PostgreSQL, which has a process per session.
std::vector<pid_t> familyOf(pid_t server) {
    std::vector<pid_t> family{server};
    const std::string id = std::to_string(server);
    std::ifstream children("/proc/" + id + "/task/" + id + "/children");
    for (pid_t child = 0; children >> child;) family.push_back(child);
    return family;
}

bool isStopped(pid_t pid) {
    const std::filesystem::path tasks = "/proc/" + std::to_string(pid) + "/task";
    std::error_code gone;
    for (const auto& task : std::filesystem::directory_iterator(tasks, gone)) {
        const std::string stat = readFile(task.path() / "stat");  // 12 (name) T ...
        const auto name = stat.rfind(')');
        if (name != std::string::npos && stat.compare(name, 3, ") T") != 0) return false;
    }
    return true;
}

bool isAlive(pid_t pid) {
    const std::string stat = readFile("/proc/" + std::to_string(pid) + "/stat");
    return !stat.empty() && stat.compare(stat.rfind(')'), 3, ") Z") != 0;
}

}  // namespace

// Processes that are stopped. They take no signal but SIGKILL, so a child of ours sends it when the test ends before
// it has resumed them, however it ends: then the child's pipe does.
class DatabaseServer::StoppedFamily {
public:
    explicit StoppedFamily(const std::vector<pid_t>& family) {
        std::array<int, 2> ends{};
        CPPUNIT_ASSERT_EQUAL(0, pipe2(ends.data(), O_CLOEXEC));
        const FileDescriptor ours(ends[0]);
        toGuard_ = FileDescriptor(ends[1]);
        guard_ = fork();
        CPPUNIT_ASSERT(guard_ >= 0);
        if (guard_ > 0) return;
        setpgid(0, 0);  // what ends the group of the test is not to end it
        close(ends[1]);
        char resumed = 0;
        if (read(ends[0], &resumed, 1) == 0)
            for (const pid_t pid : family) ::kill(pid, SIGKILL);
        _exit(0);
    }
    ~StoppedFamily() {
        [[maybe_unused]] const auto told = write(toGuard_.get(), "r", 1);
        waitpid(guard_, nullptr, 0);
    }
    StoppedFamily(const StoppedFamily&) = delete;
    StoppedFamily& operator=(const StoppedFamily&) = delete;

private:
    FileDescriptor toGuard_;
    pid_t guard_ = -1;
};

DatabaseServer::DatabaseServer(Kind kind, const std::filesystem::path& data)
    : kind_(kind), data_((data.empty() ? folder_.path() : data) / "data") {
    std::filesystem::create_directory(data_);
    std::filesystem::permissions(data_, std::filesystem::perms::owner_all);
    for (const auto& owned : {folder_.path(), data_})
        if (isRoot()) CPPUNIT_ASSERT_EQUAL(0, chown(owned.c_str(), kNobody, kNobody));
    makeData();
    start();
}

DatabaseServer::~DatabaseServer() {
    resume();
    // PostgreSQL's SIGTERM waits for the sessions, which are ours.
    server_->signal(kind_ == Kind::postgresql ? SIGQUIT : SIGTERM);
    server_->wait();
}

// Neither server runs as root. Changing the user clears the signal that comes when our thread is gone.
Command DatabaseServer::asUser(const std::string& program, std::vector<std::string> arguments) const {
    Command command{program, std::move(arguments)};
    if (isRoot()) {
        const std::string id = std::to_string(kNobody);
        const std::vector<std::string> before{
            "--reuid=" + id, "--regid=" + id, "--clear-groups", "--pdeathsig=keep", "--", program};
        command.arguments.insert(command.arguments.begin(), before.begin(), before.end());
        command.program = "setpriv";
    }
    command.environment["HOME"] = folder_.path();
    return command;
}

// MariaDB begins by removing the temporary tables in there, also those of another server that is at work.
std::string DatabaseServer::ownTmpdir() const { return "--tmpdir=" + folder_.path().string(); }

void DatabaseServer::makeData() const {
    Command command =
        asUser(postgresqlProgram("initdb"), {"--pgdata=" + data_.string(), "--username=aiproject", "--auth=trust",
                                             "--encoding=UTF8", "--no-locale", "--no-sync"});
    // Not mariadb-install-db, which needs programs of the client's package, and makes what no test asks for.
    if (kind_ == Kind::mariadb) {
        command =
            asUser(kMariadb, {"--no-defaults", "--bootstrap", "--datadir=" + data_.string(), ownTmpdir(), kLogSize});
        folder_.write("bootstrap.sql", "CREATE DATABASE mysql;\nUSE mysql;\n" + readFile(kMariadbTables));
    }
    const FileDescriptor script(open(folder_.file("bootstrap.sql").c_str(), O_RDONLY | O_CLOEXEC));
    command.standardInput = script.get();
    const Finished made = runToEnd(command);
    CPPUNIT_ASSERT_EQUAL_MESSAGE(made.output, 0, made.code);
}

void DatabaseServer::start() {
    const std::string folder = folder_.path();
    Command postgresql = asUser(postgresqlProgram("postgres"),
                                {"-D", data_.string(),        "-k", folder,
                                 "-c", "listen_addresses=",   "-c", "fsync=off",
                                 "-c", "shared_buffers=16MB", "-c", "max_connections=200",
                                 "-c", "min_wal_size=32MB",   "-c", "max_wal_size=64MB",
                                 "-c", "wal_recycle=off",     "-c", "shared_preload_libraries=pg_stat_statements"});
    Command mariadb =
        asUser(kMariadb, {"--no-defaults", "--datadir=" + data_.string(), ownTmpdir(),
                          "--socket=" + folder_.file(kSocket), "--skip-networking", "--skip-grant-tables",
                          "--pid-file=" + folder_.file("pid"), "--max-connections=200", "--innodb-buffer-pool-size=32M",
                          kLogSize, "--innodb-flush-log-at-trx-commit=2", "--innodb-fast-shutdown=2"});
    Command& command = kind_ == Kind::postgresql ? postgresql : mariadb;
    command.output = folder_.file("log");
    server_ = std::make_unique<ChildProcess>(command);
    const bool isUp = eventually([&] {
        // After a kill PostgreSQL refuses to start until the last process of the former one is gone.
        if (!server_->isRunning()) server_ = std::make_unique<ChildProcess>(command);
        return answers();
    });
    CPPUNIT_ASSERT_MESSAGE(readFile(command.output), isUp);
}

bool DatabaseServer::answers() const {
    try {
        execute(urlOf(kind_ == Kind::postgresql ? "postgres" : "mysql"), "SELECT 1", std::chrono::seconds(2));
        return true;
    } catch (const std::exception&) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        return false;
    }
}

std::string DatabaseServer::urlOf(const std::string& database) const {
    const std::string folder = folder_.path();
    return kind_ == Kind::postgresql ? "postgresql://aiproject@/" + database + "?host=" + folder
                                     : "mysql://aiproject@/" + database + "?socket=" + folder + "/" + kSocket;
}

std::string DatabaseServer::newDatabase() {
    const std::string name = "spec" + std::to_string(++databases_);
    execute(urlOf(kind_ == Kind::postgresql ? "postgres" : "mysql"), "CREATE DATABASE " + name, kPatience);
    return urlOf(name);
}

void DatabaseServer::kill() {
    if (!server_->isRunning()) return;
    const std::vector<pid_t> family = familyOf(server_->pid());
    // All of them: a session's process that had not noticed yet would serve one more statement.
    for (const pid_t pid : family) ::kill(pid, SIGKILL);
    server_->wait();
    stopped_.reset();
    ASSERT_EVENTUALLY(std::none_of(family.begin(), family.end(), isAlive));
}

void DatabaseServer::restart() {
    kill();
    start();
}

void DatabaseServer::suspend() {
    const std::vector<pid_t> family = familyOf(server_->pid());
    stopped_ = std::make_unique<StoppedFamily>(family);
    for (const pid_t pid : family) {
        ::kill(pid, SIGSTOP);
        ASSERT_EVENTUALLY(isStopped(pid) || !isAlive(pid));  // its threads go on for a moment
    }
}

void DatabaseServer::resume() {
    if (server_->isRunning())
        for (const pid_t pid : familyOf(server_->pid())) ::kill(pid, SIGCONT);
    stopped_.reset();
}

}  // namespace aiproject::test
