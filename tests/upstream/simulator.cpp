#include "upstream/simulator.h"

#include "upstream/certificate.h"
#include "upstream/conversation.h"
#include "upstream/text_recognition.h"

#include <Poco/Exception.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/SecureServerSocket.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/NumberFormatter.h>
#include <Poco/Thread.h>

#include <fcntl.h>
#include <sys/socket.h>

#include <atomic>
#include <list>
#include <random>
#include <stdexcept>

namespace aiproject::upstream {

namespace {

constexpr int kBacklog = 4096;
constexpr int kStackBytes = 512 * 1024;
constexpr long kBackOffMilliseconds = 10;  // descriptors or threads have run out

Poco::Net::ServerSocket listen(const Options& options, const std::string& caFile) {
    const Poco::Net::SocketAddress address("127.0.0.1", options.port);
    if (options.transport == Transport::plain) return {address, kBacklog};
    const std::string directory = caFile.substr(0, caFile.rfind('/'));
    Poco::Net::Context::Ptr context =
        new Poco::Net::Context(Poco::Net::Context::TLS_SERVER_USE, directory + "/server.key", directory + "/server.pem",
                               "", Poco::Net::Context::VERIFY_NONE);
    context->requireMinimumProtocol(Poco::Net::Context::PROTO_TLSV1_2);
    return Poco::Net::SecureServerSocket(address, kBacklog, context);
}

std::string prepareTls(const Options& options) {
    if (options.transport == Transport::plain) return {};
    if (options.caDirectory.empty()) throw std::invalid_argument("TLS needs Options::caDirectory");
    return makeCertificate(options.caDirectory, options.certificateName, options.certificateAltNames).caFile;
}

}  // namespace

class Simulator::Server final : public Poco::Runnable {
public:
    explicit Server(Options options)
        : options_(std::move(options)),
          caFile_(prepareTls(options_)),
          socket_(listen(options_, caFile_)),
          instance_(std::random_device()()),
          fault_(options_.fault) {
        ::fcntl(socket_.impl()->sockfd(), F_SETFD, FD_CLOEXEC);
        acceptor_.start(*this);
    }

    ~Server() override {
        stopping_ = true;
        ::shutdown(socket_.impl()->sockfd(), SHUT_RDWR);  // wakes the acceptor
        acceptor_.join();
        for (auto& visitor : visitors_) visitor.abort();
        for (auto& visitor : visitors_) visitor.join();
    }

    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    const Options& options() const { return options_; }
    const std::string& caFile() const { return caFile_; }
    std::uint16_t port() const { return socket_.address().port(); }
    int connections() const { return connections_; }
    std::vector<Call> calls() const { return log_.snapshot(); }

    void setFault(const Fault& fault) {
        const std::lock_guard lock(mutex_);
        fault_ = fault;
    }

private:
    // A conversation and its thread.
    class Visitor final : public Poco::Runnable {
    public:
        template <class... Arguments>
        explicit Visitor(std::atomic<bool>& someDone, Arguments&&... arguments)
            : someDone_(someDone), conversation_(std::forward<Arguments>(arguments)...) {}

        void start() {
            thread_.setStackSize(kStackBytes);
            thread_.start(*this);
        }
        void abort() noexcept { conversation_.abort(); }
        bool done() const { return done_; }
        void join() { thread_.join(); }

    private:
        void run() override {
            conversation_.run();
            done_ = true;
            someDone_ = true;
        }

        std::atomic<bool>& someDone_;
        std::atomic<bool> done_{false};
        Conversation conversation_;
        Poco::Thread thread_;
    };

    void run() override {
        while (!stopping_) {
            try {
                welcome(socket_.acceptConnection());
            } catch (const Poco::Exception&) {
                if (!stopping_) Poco::Thread::sleep(kBackOffMilliseconds);
            }
            if (someDone_.exchange(false)) joinDone();
        }
    }

    void welcome(const Poco::Net::StreamSocket& socket) {
        const int number = ++connections_;
        Conversation::Parts parts{options_, takeFault(), [this] { return takeFault(); }, log_, sid(number), number};
        auto& visitor = visitors_.emplace_back(someDone_, socket, std::move(parts));
        try {
            visitor.start();
        } catch (const Poco::Exception&) {
            visitors_.pop_back();
            throw;
        }
    }

    void joinDone() {
        visitors_.remove_if([](Visitor& visitor) {
            if (!visitor.done()) return false;
            visitor.join();
            return true;
        });
    }

    Fault takeFault() {
        const std::lock_guard lock(mutex_);
        if (fault_.times == 0) return {};
        if (fault_.times > 0) --fault_.times;
        return fault_;
    }

    // Of the real ones' shape.
    std::string sid(int number) const {
        return "cht" + Poco::NumberFormatter::formatHex(number, 8) + "@dx" +
               Poco::NumberFormatter::formatHex(instance_, 16);
    }

    // Constant after construction.
    const Options options_;
    const std::string caFile_;
    Poco::Net::ServerSocket socket_;
    const unsigned instance_;

    mutable std::mutex mutex_;
    Fault fault_;  // guarded by mutex_
    CallLog log_;
    std::atomic<int> connections_{0};
    std::atomic<bool> stopping_{false};
    std::atomic<bool> someDone_{false};
    std::list<Visitor> visitors_;  // the acceptor's alone, until it has ended
    Poco::Thread acceptor_;
};

Simulator::Simulator(Options options) : server_(std::make_unique<Server>(std::move(options))) {}
Simulator::~Simulator() = default;
std::uint16_t Simulator::port() const { return server_->port(); }
std::string Simulator::caFile() const { return server_->caFile(); }
void Simulator::setFault(const Fault& fault) { server_->setFault(fault); }
int Simulator::connections() const { return server_->connections(); }
std::vector<Call> Simulator::calls() const { return server_->calls(); }

std::string Simulator::url(const std::string& path) const {
    const std::string scheme = server_->options().transport == Transport::tls ? "wss" : "ws";
    return scheme + "://localhost:" + std::to_string(port()) + path;
}

std::string Simulator::httpUrl(const std::string& path) const {
    const std::string scheme = server_->options().transport == Transport::tls ? "https" : "http";
    return scheme + "://localhost:" + std::to_string(port()) + path;
}

std::string Simulator::openAiUrl() const { return httpUrl("/v1"); }
std::string Simulator::recognitionUrl() const { return httpUrl(kTextRecognitionPath); }

}  // namespace aiproject::upstream
