// One worker process with its own folder, database and socket, as a process manager would start it.
#pragma once

#include "support/child_process.h"
#include "support/fastcgi_client.h"
#include "support/places.h"
#include "support/temp_dir.h"
#include "support/text.h"

#include <Poco/JSON/Object.h>

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace aiproject::test {

using Settings = std::map<std::string, std::string>;  // configuration keys

// A folder with a configuration file, a migrated database and a key; the built plugins. What has a default and refuses
// after some time of waiting has that default at this machine's pace.
class Installation {
public:
    explicit Installation(const Settings& settings = {});

    const TempDir& dir() const noexcept { return dir_; }
    std::string configFile() const { return dir_.file("aiproject.properties"); }
    std::string socket(const std::string& pool) const { return dir_.file("run/" + pool + ".sock"); }
    std::string log() const { return readFile(dir_.file("log")); }

private:
    TempDir dir_;
};

class WorkerUnderTest {
public:
    explicit WorkerUnderTest(const Settings& settings = {});
    ~WorkerUnderTest();

    const Installation& installation() const noexcept { return installation_; }
    ChildProcess& process() { return *process_; }
    std::string socket() const { return installation_.socket("test"); }
    std::string log() const { return installation_.log(); }

    FastcgiAnswer ask(const FastcgiRequest& request) const { return test::ask(socket(), request); }
    FastcgiAnswer post(const std::string& path, const std::string& json) const;
    // Registers and logs in; answers the uuid.
    std::string newUser(const std::string& name) const;

private:
    Installation installation_;
    int listening_ = -1;
    std::unique_ptr<ChildProcess> process_;
};

FastcgiRequest jsonRequest(const std::string& path, const std::string& json);

// Posts JSON to a path; answers the body.
using Post = std::function<std::string(const std::string& path, const std::string& json)>;
// Registers and logs in, through that or on a socket; answers the uuid.
std::string newUser(const Post& post, const std::string& name);
std::string newUser(const std::string& socketPath, const std::string& name);

// What an answer says, or a command with --json.
Poco::JSON::Object::Ptr objectOf(const std::string& json);

// The body of /auth/register; /auth/login takes it as well.
std::string registration(const std::string& name, const std::string& password, const std::string& email);

// {"uuid":…,"username":…,"dialog":[{"role":"user","content":question}]}
std::string textBody(const std::string& uuid, const std::string& name, const std::string& question);

}  // namespace aiproject::test
