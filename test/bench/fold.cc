// The fold of a dense block by itself, without Node: for trying another tile or layout in native/kernels/fold.inc.
//   g++ -std=c++17 -O3 -ffp-contract=off -fno-math-errno -fno-trapping-math -mavx2 -mfma -Inative -Inative/include test/bench/fold.cc -o build/fold
//   build/fold NEURONS SPIKES_A_TICK REPEATS BITS   (of a carried trace: 32 or 16)
#define KERNEL_TABLE kernelsBench
#define TARGET_NAME "bench"
#include "kernels/all.inc"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

using namespace ganglion;

static Region region(size_t length) {
  auto* at = static_cast<float*>(aligned_alloc(64, (length * sizeof(float) + 63) / 64 * 64));
  for (size_t k = 0; k < length; k++) at[k] = float(rand()) / float(RAND_MAX) - 0.5f;
  return {at, uint32_t(length)};
}

int main(int count, char** arguments) {
  if (count != 5) return 2;
  const uint32_t n = atoi(arguments[1]), block = 32, repeats = atoi(arguments[3]), stride = (n + LINE - 1) / LINE * LINE;
  const double rate = atof(arguments[2]);
  uint32_t words[LINE] = {};
  words[header::sinceFold] = block;
  const Moment now{0, 0, words, 0, 1};

  operands::fold_traces_dense o = {};
  o.pre = n;
  o.hStride = o.eStride = stride;
  o.block = block;
  o.bits = atoi(arguments[4]);
  o.history = region(block * stride);
  o.events = region(2 * stride);
  o.trace = region(stride);
  o.adaptation = region(size_t(n) * stride);
  o.filtered = region(size_t(n) * stride);
  o.gradient = region(size_t(n) * stride);
  o.adaptationTable = region((3 + block) * stride);
  o.filteredTable = region((3 + block) * stride);
  o.gradientTable = region((3 + block) * stride);
  size_t spikes = 0;
  for (size_t k = 0; k < block * stride; k++) {
    o.history.at[k] = rand() < rate * RAND_MAX ? 1.0f : 0.0f;
    spikes += o.history.at[k] != 0;
  }
  operands::block_events events = {o.history, stride, block, o.events};
  block_events(now, events);

  std::vector<double> times;
  for (uint32_t r = 0; r < repeats; r++) {
    const auto started = std::chrono::steady_clock::now();
    fold_traces_dense(now, o);
    times.push_back(std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - started).count());
  }
  std::sort(times.begin(), times.end());
  const double synapses = double(n) * n, median = times[repeats / 2] / synapses;
  printf("n %u: %.3f ns a synapse and block, best %.3f, %.1f GFLOP/s\n", n, median, times[0] / synapses, (14 + 6.0 * spikes / n) / median);
}
