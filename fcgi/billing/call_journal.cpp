#include "billing/call_journal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <exception>
#include <filesystem>
#include <system_error>

#include "base/error.h"

namespace aiproject {
namespace {

namespace fs = std::filesystem;

constexpr const char* kCalls = ".calls";

enum class SlotState : std::uint32_t { free = 0, open = 0x314c4c43, asked = 0x324c4c43 };

struct Slot {
    SlotState state = SlotState::free;
    std::uint32_t size = 0;  // of json
    std::int64_t answerTokens = 0;
    std::array<char, 72> model{};  // ends with a NUL
    std::array<char, 936> json{};  // the settlement as far as it is known
};
static_assert(sizeof(Slot) == 1024);

[[noreturn]] void failAt(const std::string& what) { throw std::system_error(errno, std::generic_category(), what); }

bool isStillLinked(const FileDescriptor& file) {
    struct stat status {};
    return ::fstat(file.get(), &status) == 0 && status.st_nlink > 0;
}

std::vector<std::string> journalsIn(const std::string& folder) {
    std::vector<std::string> files;
    std::error_code failure;
    fs::directory_iterator entries(folder, failure);
    if (failure == std::errc::no_such_file_or_directory || failure == std::errc::not_a_directory) return files;
    for (; !failure && entries != fs::directory_iterator(); entries.increment(failure))
        if (entries->path().extension() == kCalls) files.push_back(entries->path());
    if (failure) throw std::system_error(failure, "cannot look for calls of dead workers in " + folder);
    return files;
}

// Nothing: the slot is free, or a power cut has left something in it that is no call.
void addEntry(const Slot& slot, int index, CallJournal::Entries& entries) {
    const bool isTaken = slot.state == SlotState::open || slot.state == SlotState::asked;
    if (!isTaken || slot.size > slot.json.size()) return;
    try {
        CallJournal::Entry entry;
        entry.call = settlementIn(std::string(slot.json.data(), slot.size));
        entry.call.model.assign(slot.model.data(), ::strnlen(slot.model.data(), slot.model.size()));
        entry.wasAsked = slot.state == SlotState::asked;
        entry.answerTokens = std::max<std::int64_t>(0, slot.answerTokens);
        entry.slot = index;
        entries.push_back(std::move(entry));
    } catch (const std::exception&) {  // of a power cut
        return;
    }
}

CallJournal::Entries entriesOf(const FileDescriptor& file, const std::string& path) {
    CallJournal::Entries entries;
    for (int index = 0;; ++index) {
        Slot slot;
        const ssize_t count = ::pread(file.get(), &slot, sizeof slot, off_t(index) * off_t(sizeof slot));
        if (count < 0) failAt("cannot read " + path);
        // The last slot ends where its text ends.
        if (count < ssize_t(offsetof(Slot, json))) return entries;
        if (slot.size <= std::size_t(count) - offsetof(Slot, json)) addEntry(slot, index, entries);
    }
}

void replayJournal(const std::string& path, const CallJournal::Take& take) {
    const FileDescriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    if (!file && errno == ENOENT) return;
    if (!file) failAt("cannot open " + path);
    // A living worker's, or one that another has billed.
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0 || !isStillLinked(file)) return;
    const auto free = [&](const CallJournal::Entry& entry) {
        const SlotState state = SlotState::free;
        // Where the disk does not take it the call comes again, and changes nothing then.
        (void)!::pwrite(file.get(), &state, sizeof state,
                        off_t(entry.slot) * off_t(sizeof(Slot)) + off_t(offsetof(Slot, state)));
    };
    if (take(entriesOf(file, path), free) && ::unlink(path.c_str()) != 0) failAt("cannot remove " + path);
}

}  // namespace

CallJournal::~CallJournal() {
    if (file_ && int(free_.size()) == slots_) ::unlink(path_.c_str());
}

void CallJournal::makeFile() {
    if (::mkdir(folder_.c_str(), 0700) != 0 && errno != EEXIST) failAt("cannot make the folder " + folder_);
    const std::string path = fs::path(folder_) / (owner_ + "-" + std::to_string(++made_) + kCalls);
    FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file) failAt("cannot create " + path);
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) failAt("cannot lock " + path);
    // Another worker may have found it before the lock, empty as it was, and removed it.
    if (!isStillLinked(file)) throw std::system_error(EAGAIN, std::generic_category(), path + " was taken away");
    file_ = std::move(file);
    path_ = path;
}

int CallJournal::freeSlot() {
    const std::lock_guard lock(mutex_);
    if (!file_) makeFile();
    if (free_.empty()) return slots_++;
    const int slot = free_.back();
    free_.pop_back();
    return slot;
}

bool CallJournal::write(int slot, std::size_t offset, const void* bytes, std::size_t size) noexcept {
    const off_t at = off_t(slot) * off_t(sizeof(Slot)) + off_t(offset);
    return ::pwrite(file_.get(), bytes, size, at) == ssize_t(size);
}

int CallJournal::open(const Settlement& call, std::string& fault) noexcept {
    try {
        const std::string json = jsonOf(call);
        Slot slot;
        if (json.size() > slot.json.size()) throw std::length_error("the call has too long names");
        slot.state = SlotState::open;
        slot.size = std::uint32_t(json.size());
        json.copy(slot.json.data(), slot.json.size());
        const int index = freeSlot();
        if (write(index, 0, &slot, offsetof(Slot, json) + json.size())) return index;
        fault = "billing.spool_dir: cannot write " + path_ + ": " + std::generic_category().message(errno);
        close(index);
    } catch (const std::system_error& e) {
        fault = "billing.spool_dir: " + describe(e);
    } catch (...) {
        fault = "a call is in no journal: " + describeCurrent();
    }
    return kNoSlot;
}

void CallJournal::setAsked(int slot) noexcept {
    const SlotState state = SlotState::asked;
    if (slot != kNoSlot) write(slot, offsetof(Slot, state), &state, sizeof state);
}

void CallJournal::setGivenUp(int slot) noexcept {
    const SlotState state = SlotState::open;
    if (slot != kNoSlot) write(slot, offsetof(Slot, state), &state, sizeof state);
}

void CallJournal::setAnswer(int slot, std::int64_t tokens, std::string_view model) noexcept {
    struct {
        std::int64_t tokens;
        std::array<char, sizeof(Slot::model)> model;
    } answer{tokens, {}};
    static_assert(offsetof(Slot, model) - offsetof(Slot, answerTokens) == offsetof(decltype(answer), model));
    model.copy(answer.model.data(), answer.model.size() - 1);
    if (slot != kNoSlot) write(slot, offsetof(Slot, answerTokens), &answer, sizeof answer);
}

void CallJournal::setAnswerTokens(int slot, std::int64_t tokens) noexcept {
    if (slot != kNoSlot) write(slot, offsetof(Slot, answerTokens), &tokens, sizeof tokens);
}

void CallJournal::close(int slot) noexcept {
    if (slot == kNoSlot) return;
    const SlotState state = SlotState::free;
    write(slot, offsetof(Slot, state), &state, sizeof state);
    const std::lock_guard lock(mutex_);
    free_.push_back(slot);
}

std::set<std::string> CallJournal::replay(const MayTake& mayTake, const Take& take) {
    std::set<std::string> faults;
    std::exception_ptr failure;
    std::vector<std::string> journals;
    try {
        journals = journalsIn(folder_);
    } catch (const std::system_error& e) {
        return {describe(e)};
    }
    for (const std::string& path : journals) {
        const std::string name = fs::path(path).stem();
        try {
            if (mayTake(name.substr(0, name.rfind('-')))) replayJournal(path, take);
        } catch (const std::system_error& e) {  // one that cannot be used keeps none of the others
            faults.insert(describe(e));
        } catch (const std::exception&) {
            if (!failure) failure = std::current_exception();
        }
    }
    if (failure) std::rethrow_exception(failure);
    return faults;
}

}  // namespace aiproject
