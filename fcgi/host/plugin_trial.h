// Opens a plugin once in a throw-away process: a file that crashes or hangs while it is opened (a copy
// that was cut, a constructor that fails) is then a line in the log, not the end of a worker.
#pragma once

#include <filesystem>

namespace aiproject {

// Throws std::runtime_error that names the file and the signal. What the opening itself refuses is not
// its business. Forks, so it belongs to the time before the first thread.
void tryPlugin(const std::filesystem::path& file);

}  // namespace aiproject
