// The calls in progress of a worker, in a file that outlives it, so that they can be billed when it was killed. A file
// is locked by its worker and by nobody else: one whose lock is free is that of a dead worker. What the file system
// keeps of it needs no sync: a process that is killed loses nothing of what it has written.
//
//   OWNER-N.calls   beside the spool; a slot of 1 KiB for each call in progress
//
// ERRORS   replay(): what `take` throws. All others answer or do nothing when the disk does not take it.
// THREADS  Any number may call; a slot belongs to the thread of its call.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_descriptor.h"
#include "billing/settlement.h"

namespace aiproject {

class CallJournal {
public:
    static constexpr int kNoSlot = -1;

    struct Entry {
        Settlement call;                // as it was known at its beginning: atMs, and the question as tokensIn
        bool wasAsked = false;          // a model was asked
        std::int64_t answerTokens = 0;  // of what may have been passed on, estimated
        int slot = kNoSlot;
    };
    using Entries = std::vector<Entry>;
    using Free = std::function<void(const Entry&)>;

    // Makes nothing yet. `owner` is in the names of this worker's files: letters and digits.
    CallJournal(std::string folder, std::string owner) : folder_(std::move(folder)), owner_(std::move(owner)) {}
    ~CallJournal();  // removes the file, unless a call is open in it still
    CallJournal(const CallJournal&) = delete;
    CallJournal& operator=(const CallJournal&) = delete;

    // kNoSlot, and why in `fault`: the call is not in the journal.
    int open(const Settlement& call, std::string& fault) noexcept;
    void setAsked(int slot) noexcept;
    void setGivenUp(int slot) noexcept;                                              // undoes setAsked()
    void setAnswer(int slot, std::int64_t tokens, std::string_view model) noexcept;  // and the model that answers
    void setAnswerTokens(int slot, std::int64_t tokens) noexcept;
    void close(int slot) noexcept;

    using MayTake = std::function<bool(const std::string& owner)>;
    using Take = std::function<bool(Entries, const Free&)>;
    // Gives the calls that each dead worker has left open, but for owners whose turn it is not. A call for which `take`
    // calls the function that it is given does not come again; the file is gone once `take` has answered true. Answers
    // what was wrong with files, each with its path; what `take` throws is thrown once each file has had its turn.
    std::set<std::string> replay(const MayTake& mayTake, const Take& take);

private:
    void makeFile();
    bool write(int slot, std::size_t offset, const void* bytes, std::size_t size) noexcept;
    int freeSlot();

    const std::string folder_;
    const std::string owner_;
    std::mutex mutex_;  // guards what follows, but for writes into slots that are taken
    FileDescriptor file_;
    std::string path_;
    std::vector<int> free_;  // slots below slots_
    int slots_ = 0;
    int made_ = 0;  // files, so far
};

}  // namespace aiproject
