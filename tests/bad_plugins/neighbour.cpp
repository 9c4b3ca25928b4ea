// The library that with_neighbour needs.
extern "C" __attribute__((visibility("default"))) int functionOfTheNeighbour() noexcept;

int functionOfTheNeighbour() noexcept { return 7; }
