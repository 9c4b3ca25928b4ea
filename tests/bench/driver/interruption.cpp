#include "bench/driver/interruption.h"

#include <csignal>

namespace aiproject::bench {
namespace {

volatile std::sig_atomic_t wasInterrupted = 0;

extern "C" void onInterruption(int) { wasInterrupted = 1; }

}  // namespace

void takeInterruptions() {
    struct sigaction action {};
    action.sa_handler = onInterruption;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaction(number, &action, nullptr);
}

void throwIfInterrupted() {
    if (wasInterrupted) throw Interrupted();
}

}  // namespace aiproject::bench
