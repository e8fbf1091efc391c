// What an operating system gives to a loop that keeps its rate: time, a precise wait, a scheduling class, a core, memory that stays.
// Where a system has none of it, the answer says so; nothing here fails a run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace ganglion {

// Monotonic time, ns. On POSIX the same in every thread and process of the machine.
int64_t monotonicTime();

// Sleeps until `spin` ns before the deadline, then reads the clock until it has come. Returns the time.
int64_t waitUntil(int64_t deadline, int64_t spin);

// The plain loop: `count` absolute deadlines, one sleep each; lateness[k] is how long after its deadline, start + (k + 1)·period, it wakes, ns.
void sleepLoop(int64_t start, int64_t period, int32_t* lateness, size_t count);

struct Scheduling {
  int32_t priority;  // 1 to 99: SCHED_FIFO; 0: leave the class
  int32_t cpu;       // the one core of this thread; -1: any
  bool lock;         // code, libraries, this thread's stack and the memory of networks do not leave memory again once they were used
};

// Empty where it was obtained or not asked for, else why not.
struct Obtained {
  std::string priority, cpu, lock;
};

// Changes the calling thread; memory is locked for the process.
Obtained schedule(const Scheduling& asked);

// The same on a thread that then ends, and memory unlocked again: whether it would be obtained.
Obtained trySchedule(const Scheduling& asked);

// Locks memory of a network as well, if this process was granted that its memory is locked.
void keepInMemory(const void* at, size_t bytes);

// One counter in a file that two processes map.
class SharedCounter {
 public:
  // nullptr and a reason where the file cannot be mapped
  static SharedCounter* open(const std::string& path, std::string& reason);
  ~SharedCounter();
  void store(int64_t value);
  // Looks until the counter is below zero or `until` (ns) has come, sleeping `pause` ns between two looks. Of each value v < count it notes
  // the times of the last look that saw an earlier value and the first that saw v: between them v was stored.
  void observe(double* before, double* after, size_t count, int64_t pause, int64_t until);

 private:
  explicit SharedCounter(void* memory) : memory_(memory) {}
  void* memory_;
};

}  // namespace ganglion
