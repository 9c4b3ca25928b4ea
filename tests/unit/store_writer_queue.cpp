// The queues here are as those of other processes: a place belongs to the descriptor that took it.
#include "store/writer_queue.h"

#include <fcntl.h>

#include <chrono>
#include <mutex>
#include <vector>

#include "support/eventually.h"
#include "support/joining_threads.h"
#include "support/spec.h"
#include "support/temp_dir.h"

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;

namespace {

struct QueueOfWriters : CppUnit::TestCase {
    TempDir dir;
    const WriterQueue queue{dir.path(), 1h}, other{dir.path(), 1h}, hasty{dir.path(), 1ms};

    // Without a wait.
    static FileDescriptor placeIn(const WriterQueue& queue) { return queue.wait(WriterQueue::Clock::now()); }
    // Not because its time was over.
    static bool isThrough(const WriterQueue& queue) {
        const auto end = WriterQueue::Clock::now() + kPatience;
        const FileDescriptor place = queue.wait(end);
        return place && WriterQueue::Clock::now() < end;
    }
    int places() const {
        const FileDescriptor folder(::open(dir.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        struct flock place {};
        for (int count = 0;; ++count) {
            place.l_type = F_WRLCK;
            place.l_len = place.l_pid = 0;
            CPPUNIT_ASSERT_EQUAL(0, ::fcntl(folder.get(), F_OFD_GETLK, &place));
            if (place.l_type == F_UNLCK) return count;
            ++place.l_start;
        }
    }
};

}  // namespace

SPEC(QueueOfWriters, does_not_wait_where_nobody_is_in_front) {
    CPPUNIT_ASSERT(isThrough(queue));
    CPPUNIT_ASSERT(isThrough(other));
    CPPUNIT_ASSERT_EQUAL(0, places());
}

SPEC(QueueOfWriters, lets_through_in_the_order_in_which_they_came) {
    std::mutex mutex;
    std::vector<int> order;
    FileDescriptor first = placeIn(queue);
    JoiningThreads threads;
    for (int each = 0; each < 6; ++each) {
        threads.add([&, each] {
            const FileDescriptor place = (each % 2 ? queue : other).wait(WriterQueue::Clock::now() + kPatience);
            const std::lock_guard lock(mutex);
            order.push_back(each);
        });
        ASSERT_EVENTUALLY(places() == each + 2);
    }
    {
        const std::lock_guard lock(mutex);
        CPPUNIT_ASSERT(order.empty());
    }
    first = FileDescriptor();
    threads.join();
    CPPUNIT_ASSERT(order == std::vector<int>({0, 1, 2, 3, 4, 5}));
}

SPEC(QueueOfWriters, keeps_the_place_of_who_goes_on_because_its_time_is_over) {
    const FileDescriptor first = placeIn(queue), late = other.wait(WriterQueue::Clock::now() + 10ms);
    CPPUNIT_ASSERT(late);
    CPPUNIT_ASSERT_EQUAL(2, places());
}

SPEC(QueueOfWriters, passes_by_each_place_that_does_not_move) {
    const FileDescriptor stopped = placeIn(queue), alsoStopped = placeIn(queue);
    CPPUNIT_ASSERT(isThrough(hasty));
    CPPUNIT_ASSERT_EQUAL(2, places());
}

SPEC(QueueOfWriters, waits_once_for_a_place_that_does_not_move) {
    const WriterQueue slow(dir.path(), kPatience / 10);
    const FileDescriptor stopped = placeIn(queue);
    CPPUNIT_ASSERT(isThrough(slow));
    const auto end = WriterQueue::Clock::now() + kPatience;
    for (int write = 0; write < 20; ++write) CPPUNIT_ASSERT(slow.wait(end) && WriterQueue::Clock::now() < end);
}

SPEC(QueueOfWriters, is_none_where_the_folder_cannot_be_opened) {
    const WriterQueue nowhere(dir.file("missing"), 1h);
    CPPUNIT_ASSERT(!nowhere.wait(WriterQueue::Clock::now() + kPatience));
}
