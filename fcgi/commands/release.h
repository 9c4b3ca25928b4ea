// Which release this program is.
#pragma once

namespace aiproject {

const char* release() noexcept;

}  // namespace aiproject
