#include "speech_espeak/speaker.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

namespace aiproject::espeak {
namespace {

class Descriptor {
public:
    explicit Descriptor(int descriptor) : descriptor_(descriptor) {}
    ~Descriptor() {
        if (descriptor_ >= 0) close(descriptor_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    int get() const noexcept { return descriptor_; }
    int release() noexcept { return std::exchange(descriptor_, -1); }

private:
    int descriptor_;
};

[[noreturn]] void fail(const std::string& what, int reason) {
    throw std::runtime_error(what + ": " + std::strerror(reason));
}

[[noreturn]] void failHead() { throw std::runtime_error("what espeak-ng writes is not a WAV of a rate that it has"); }

// A file in memory, read from its beginning: unlike a pipe it takes a text of any length at once.
int fileWith(std::string_view text) {
    Descriptor file(memfd_create("text to speak", MFD_CLOEXEC));
    if (file.get() < 0) fail("no file for the text", errno);
    while (!text.empty()) {
        const ssize_t written = write(file.get(), text.data(), text.size());
        if (written < 0) fail("the text cannot be written", errno);
        text.remove_prefix(std::size_t(written));
    }
    if (lseek(file.get(), 0, SEEK_SET) != 0) fail("the text cannot be read", errno);
    return file.release();
}

// Nothing of this process but the two descriptors, and signals as a shell gives them.
pid_t spawned(std::vector<std::string> words, int text, int sound) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, text, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, sound, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    std::string locale = "LC_ALL=C.UTF-8";
    std::array<char*, 2> environment{locale.data(), nullptr};
    pid_t process = -1;
    const int fault = posix_spawn(&process, arguments[0], &actions, &attributes, arguments.data(), environment.data());
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (fault != 0) fail(words[0] + " cannot be started; install the package espeak-ng", fault);
    return process;
}

// It stands back for the streams of others, leaves no core, and takes no more than such a program needs.
void restrain(pid_t process) {
    constexpr rlim_t seconds = 300, bytes = 512UL * 1024 * 1024;
    constexpr int nice = 10;
    if (getpriority(PRIO_PROCESS, id_t(process)) < nice) setpriority(PRIO_PROCESS, id_t(process), nice);
    const auto limit = [process](__rlimit_resource resource, rlim_t most) {
        const rlimit both{most, most};
        prlimit(process, resource, &both, nullptr);
    };
    limit(RLIMIT_CPU, seconds);
    limit(RLIMIT_AS, bytes);
    limit(RLIMIT_CORE, 0);
}

}  // namespace

Speaker::Speaker(const Passage& passage, const Manner& manner, IReply& reply) : reply_(reply) {
    const Descriptor text(fileWith(passage.text));
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) fail("no socket for the speech", errno);
    Descriptor ours(ends[0]);
    const Descriptor theirs(ends[1]);
    std::vector<std::string> words{manner.program, "--stdin", "--stdout", "-b", "1", "--path=" + manner.data};
    for (const std::string& word :
         {std::string("-v"), manner.voice, std::string("-s"), std::to_string(manner.wordsPerMinute), std::string("-p"),
          std::to_string(manner.pitch)})
        words.push_back(word);
    if (!passage.hasPause) words.emplace_back("-z");
    process_ = spawned(std::move(words), text.get(), theirs.get());
    restrain(process_);
    socket_ = ours.release();
}

Speaker::~Speaker() {
    reply_.guard(-1, 0);
    close(socket_);
    if (process_ <= 0) return;
    kill(process_, SIGKILL);
    while (waitpid(process_, nullptr, 0) < 0 && errno == EINTR) continue;
}

std::size_t Speaker::read(char* bytes, std::size_t room, std::uint32_t ms) {
    reply_.guard(socket_, ms);
    if (samplesPerSecond_ == 0) readHead();
    const std::size_t got = samplesPerSecond_ == 0 ? 0 : receive(bytes, room & ~std::size_t(1));
    // Half a sample waits for the other half.
    const bool isHalf = got % 2 != 0 && receive(bytes + got, 1) == 1;
    const std::size_t whole = isHalf ? got + 1 : got & ~std::size_t(1);
    if (whole == 0 && reply_.stop() == Stop::none) checkEnd();
    return whole;
}

std::size_t Speaker::receive(char* bytes, std::size_t room) {
    ssize_t got = 0;
    do got = recv(socket_, bytes, room, 0);
    while (got < 0 && errno == EINTR);
    return got > 0 ? std::size_t(got) : 0;
}

// Of the WAV that it writes; its sizes are those of a file without end.
void Speaker::readHead() {
    constexpr std::size_t size = 44, ratePlace = 24;
    std::array<char, size> head{};
    std::size_t have = 0;
    while (have < size) {
        const std::size_t got = receive(head.data() + have, size - have);
        if (got == 0 && have > 0 && reply_.stop() == Stop::none) failHead();
        if (got == 0) return;
        have += got;
    }
    std::uint32_t rate = 0;
    for (std::size_t i = ratePlace + 4; i-- > ratePlace;) rate = rate * 256 + static_cast<unsigned char>(head[i]);
    constexpr std::uint32_t least = 8'000, most = 48'000;
    if (std::string_view(head.data(), 4) != "RIFF" || rate < least || rate > most) failHead();
    samplesPerSecond_ = int(rate);
}

void Speaker::checkEnd() {
    constexpr std::uint32_t look = 2;  // in milliseconds: it ends at once, but it need not
    int status = 0;
    pid_t ended = 0;
    while ((ended = waitpid(process_, &status, WNOHANG)) == 0)
        if (reply_.wait(look) != Stop::none) return;
    process_ = -1;
    if (ended < 0) fail("nobody knows how espeak-ng has ended", errno);
    if (WIFSIGNALED(status))
        throw std::runtime_error("espeak-ng was ended by signal " + std::to_string(WTERMSIG(status)));
    if (WEXITSTATUS(status) != 0)
        throw std::runtime_error("espeak-ng has ended with code " + std::to_string(WEXITSTATUS(status)));
}

}  // namespace aiproject::espeak
