// Has its answers followed; the setting `how` says what is wrong with them:
//
//   answers        nothing: as many pieces as the setting `pieces` says, each of `size` bytes, one for each advance()
//   blocks         advance() does not return
//   blocks_at_end  destroy() does not return
//   spins          `again`, for ever, and nothing is handed on
//   negative, unopened, file, device   its descriptor is -1, one that nobody has opened, a regular file, /dev/null
//   closes         advance() closes the descriptor, and goes on
//   replaces       the same, and has another file under its number
//   shares         every call has the same descriptor
//   endless        a piece for each advance(), for ever
//   ends_twice     a last frame, another, and words behind it
//   crashes        advance() does
//   forks          advance() forks, and both processes go on
//   keeps          advance() speaks to the reply of the call before
//   helper         another thread answers while advance() waits for it
//   streaming      status() says so of a stream that is over
//   nobody         generate() says `streaming`, and has given no stream
//   two            generate() gives two streams
//   both           generate() gives a stream, and answers by itself
#include "silent_model.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <iterator>
#include <string>
#include <thread>
#include <utility>

namespace {

using namespace aiproject;

constexpr const char* kLast =
    R"({"header":{"code":0,"message":"Success","sid":"s","status":2},"payload":{"choices":{"status":2,"seq":1,)"
    R"("text":[{"content":"end","role":"assistant","index":0}]},)"
    R"("usage":{"text":{"question_tokens":1,"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}}})";

class Stream final : public IStream {
public:
    // Its upstream has said all at once: a byte for each piece.
    Stream(std::string how, int pieces, const std::string& piece, IReply* before)
        : how_(std::move(how)), piece_(piece), before_(before) {
        if (how_ == "shares") {
            static const std::array<int, 2> shared = newPair();
            pair_ = shared;
        } else {
            pair_ = newPair();
        }
        const std::string bytes(std::size_t(pieces), '.');
        if (send(pair_[1], bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0) std::abort();
        if (how_ != "shares") shutdown(pair_[1], SHUT_WR);
        if (how_ == "file") file_ = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
        if (how_ == "device") file_ = open("/dev/null", O_RDONLY | O_CLOEXEC);
    }

    int descriptor() const noexcept override {
        if (how_ == "negative") return -1;
        if (how_ == "unopened") return 1'000'000;
        return file_ >= 0 ? file_ : pair_[0];
    }

    Step advance(IReply& reply) noexcept override {
        while (how_ == "blocks") pause();
        if (how_ == "spins") return Next::again;
        if (how_ == "crashes") std::abort();
        if (how_ == "keeps" && before_) before_->text("by the next call");
        if (how_ == "helper") std::thread([&] { reply.text("by a helper"); }).join();
        if (how_ == "forks") forkOnce();
        if (how_ == "closes" && pair_[0] >= 0) close(std::exchange(pair_[0], -1));
        if (how_ == "replaces") dup2(pair_[1], pair_[0]);
        if (how_ == "endless" || how_ == "closes" || how_ == "replaces") return said(reply, "more ");
        char byte = 0;
        const ssize_t got = recv(pair_[0], &byte, 1, MSG_DONTWAIT);
        if (got == 1) return said(reply, piece_);
        if (got < 0 && errno == EAGAIN) return Next::readable;
        if (how_ == "ends_twice") reply.frame("spark", kLast), reply.frame("spark", kLast), reply.text("behind");
        return Next::over;
    }

    ModelStatus status() const noexcept override { return how_ == "streaming" ? ModelStatus::streaming : status_; }

    void destroy() noexcept override {
        while (how_ == "blocks_at_end") pause();
        if (how_ != "shares")
            for (const int end : pair_)
                if (end >= 0) close(end);
        if (file_ >= 0) close(file_);
        delete this;
    }

private:
    static std::array<int, 2> newPair() {
        std::array<int, 2> pair{};
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0) throw ModelStatus::busy;
        return pair;
    }
    // Returns in both processes; in this one, when the other has ended.
    static void forkOnce() {
        const pid_t child = fork();
        if (child < 0) std::abort();
        if (child > 0) waitpid(child, nullptr, 0);
    }
    Step said(IReply& reply, Text words) {
        if (reply.text(words)) return Next::readable;
        status_ = ModelStatus::stopped;
        return Next::over;
    }

    const std::string how_;
    const std::string& piece_;
    IReply* const before_;
    std::array<int, 2> pair_{};
    int file_ = -1;
    ModelStatus status_ = ModelStatus::ok;
};

class Follows final : public IModel {
public:
    Follows(std::string how, int pieces, std::size_t size)
        : how_(std::move(how)), pieces_(pieces), piece_(std::string(size - 1, 'x') + " ") {}

    ModelStatus generate(const ModelRequest& /*request*/, IReply& reply) noexcept override {
        try {
            return begin(reply);
        } catch (ModelStatus status) {  // no descriptor is left
            return status;
        }
    }
    void destroy() noexcept override { delete this; }

private:
    ModelStatus begin(IReply& reply) {
        if (how_ == "nobody") return ModelStatus::streaming;
        IReply* const before = before_.exchange(&reply);
        if (how_ == "two") reply.follow(*new Stream(how_, pieces_, piece_, before), "the first");
        const ModelStatus status = reply.follow(*new Stream(how_, pieces_, piece_, before), "a socket pair");
        return how_ == "both" ? test::answer(reply, "by itself") : status;
    }

    const std::string how_;
    const int pieces_;
    const std::string piece_;
    std::atomic<IReply*> before_{nullptr};
};

constexpr Setting kSettings[] = {
    {"how", SettingType::choice, "answers", "", 0, 0,
     "answers|blocks|blocks_at_end|spins|negative|unopened|file|device|closes|replaces|shares|endless|ends_twice|"
     "crashes|"
     "forks|keeps|helper|streaming|nobody|two|both",
     Secrecy::open, "what is wrong"},
    {"pieces", SettingType::integer, "3", "", 0, 1000, "", Secrecy::open, "of an answer"},
    {"size", SettingType::integer, "6", "", 1, 100'000, "", Secrecy::open, "of a piece, in bytes"},
};

IModel* create(const ISettings& settings) noexcept {
    return new (std::nothrow)
        Follows(settings.text("how").str(), int(settings.integer("pieces")), std::size_t(settings.integer("size")));
}

constexpr ModelPlugin changed() {
    ModelPlugin plugin = test::descriptorWith(&create);
    plugin.settings = {kSettings, std::size(kSettings)};
    return plugin;
}

constexpr ModelPlugin kPlugin = changed();

}  // namespace

const aiproject::ModelPlugin* aiprojectModelPlugin() noexcept { return &kPlugin; }
