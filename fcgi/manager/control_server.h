// RUN.DIR/manager.sock, where `aiproject reload`, `stop` and `status` ask. A packet is a line: the command one
// way; "say TEXT", "fail TEXT", "data TEXT" and last "end CODE" the other way. Mode 0600: whoever may
// signal the manager may ask it.
#pragma once

#include "base/file_descriptor.h"
#include "manager/listening_socket.h"

#include <map>
#include <string>
#include <vector>

namespace aiproject {

struct ControlRequest {
    int client;  // for the answers; a number that is never given out again
    std::string command;
};

class ControlServer {
public:
    explicit ControlServer(const std::string& runDir);
    // The one that another program has had until now.
    explicit ControlServer(const HandedSocket& handed);
    HandedSocket handDownSocket() const { return socket_.handDown(); }
    // A client of it; answers its number. And those of clients, as far as they have not left; all others.
    int add(Handle client);
    std::vector<Handle> handDown(const std::vector<int>& clients) const;
    std::vector<Handle> handDownOthers(const std::vector<int>& clients) const;

    // All that become readable when take() has something to do.
    std::vector<int> descriptors() const;
    // What has been asked since; never blocks.
    std::vector<ControlRequest> take();
    // Answers one who may have left: then nothing happens.
    void answer(int client, const std::string& packet);
    void end(int client, int code);

private:
    void acceptAll();
    int add(FileDescriptor client);

    ListeningSocket socket_;
    std::map<int, FileDescriptor> clients_;
    int lastClient_ = 0;
};

}  // namespace aiproject
