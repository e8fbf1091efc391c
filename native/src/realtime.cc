#include "src/realtime.h"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <thread>
#include <vector>

#ifndef _WIN32
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>
#endif
#ifdef __linux__
#include <sys/prctl.h>
#include <time.h>
#endif

namespace ganglion {

namespace {

#ifdef __linux__
void sleepUntil(int64_t deadline) {
  const timespec at = {time_t(deadline / 1000000000), long(deadline % 1000000000)};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, nullptr) == EINTR) {}
}
#else
void sleepUntil(int64_t deadline) {
  std::this_thread::sleep_until(std::chrono::steady_clock::time_point(std::chrono::nanoseconds(deadline)));
}
#endif

// A thread of the usual class is woken up to 50 µs late, so that timers may share a wake-up, unless it asks not to be.
void noSlack() {
#ifdef __linux__
  static thread_local bool done = false;
  if (!done) prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
  done = true;
#endif
}

std::string because(int error) { return std::strerror(error); }

#ifdef __linux__
struct Range {
  uintptr_t from, to;
};

bool lockRange(const Range& range) { return mlock2(reinterpret_cast<void*>(range.from), range.to - range.from, MLOCK_ONFAULT) == 0; }
void unlockRange(const Range& range) { munlock(reinterpret_cast<void*>(range.from), range.to - range.from); }

// What may be locked: the files that the process has mapped, and the stack of this thread. Not all memory: the engine gives pages of its heap back, which the kernel
// refuses for locked ones, and V8 ends the process then.
std::vector<Range> lockable() {
  std::vector<Range> ranges;
  if (FILE* maps = std::fopen("/proc/self/maps", "r")) {
    char line[512];
    while (std::fgets(line, sizeof line, maps) != nullptr) {
      uintptr_t from = 0, to = 0;
      char read = '-';
      unsigned long inode = 0;
      if (std::sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %c%*s %*s %*s %lu", &from, &to, &read, &inode) == 4 && read == 'r' && inode != 0)
        ranges.push_back({from, to});
      // The rest of a line whose path is long.
      while (std::strchr(line, '\n') == nullptr && std::fgets(line, sizeof line, maps) != nullptr) {}
    }
    std::fclose(maps);
  }
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
    void* stack = nullptr;
    size_t size = 0;
    // The stack of the first thread grows, and is mapped in part.
    if (getpid() != gettid() && pthread_attr_getstack(&attributes, &stack, &size) == 0)
      ranges.push_back({uintptr_t(stack), uintptr_t(stack) + size});
    pthread_attr_destroy(&attributes);
  }
  return ranges;
}

std::atomic<bool> memoryIsLocked{false};

std::string lockMemory() {
  std::vector<Range> locked;
  for (const Range& range : lockable()) {
    if (lockRange(range)) {
      locked.push_back(range);
      continue;
    }
    const int error = errno;
    for (const Range& one : locked) unlockRange(one);
    return because(error);
  }
  memoryIsLocked = true;
  return "";
}

void unlockMemory() {
  memoryIsLocked = false;
  for (const Range& range : lockable()) unlockRange(range);
}
#endif

}  // namespace

void keepInMemory(const void* at, size_t bytes) {
#ifdef __linux__
  if (!memoryIsLocked || bytes == 0) return;
  const uintptr_t page = uintptr_t(sysconf(_SC_PAGESIZE));
  const uintptr_t from = uintptr_t(at) / page * page;
  // Where it is not allowed the memory stays as it is.
  lockRange({from, uintptr_t(at) + bytes});
#else
  (void)at;
  (void)bytes;
#endif
}

int64_t monotonicTime() {
#ifdef __linux__
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t(now.tv_sec) * 1000000000 + now.tv_nsec;
#else
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
#endif
}

int64_t waitUntil(int64_t deadline, int64_t spin) {
  noSlack();
  int64_t now = monotonicTime();
  if (now < deadline - spin) {
    sleepUntil(deadline - spin);
    now = monotonicTime();
  }
  while (now < deadline) now = monotonicTime();
  return now;
}

void sleepLoop(int64_t start, int64_t period, int32_t* lateness, size_t count) {
  noSlack();
  int64_t deadline = start;
  for (size_t k = 0; k < count; k++) {
    deadline += period;
    sleepUntil(deadline);
    const int64_t late = monotonicTime() - deadline;
    lateness[k] = late > INT32_MAX ? INT32_MAX : int32_t(late);
  }
}

Obtained schedule(const Scheduling& asked) {
  Obtained result;
#ifdef __linux__
  if (asked.cpu >= 0) {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (asked.cpu < CPU_SETSIZE) CPU_SET(asked.cpu, &set);
    const int error = pthread_setaffinity_np(pthread_self(), sizeof set, &set);
    if (error != 0) result.cpu = error == EINVAL ? "there is no such core, or it is not allowed to this process" : because(error);
  }
#else
  if (asked.cpu >= 0) result.cpu = "this system has no way to choose a core";
#endif
#ifndef _WIN32
  if (asked.priority > 0) {
    sched_param parameter;
    std::memset(&parameter, 0, sizeof parameter);
    parameter.sched_priority = asked.priority;
    const int error = pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameter);
    if (error != 0) result.priority = because(error);
  }
#else
  if (asked.priority > 0) result.priority = "this system has no SCHED_FIFO";
#endif
#ifdef __linux__
  if (asked.lock) result.lock = lockMemory();
#else
  if (asked.lock) result.lock = "this system cannot lock the pages in use alone";
#endif
  return result;
}

Obtained trySchedule(const Scheduling& asked) {
  Obtained result;
  std::thread([&] {
    result = schedule(asked);
#ifdef __linux__
    if (asked.lock && result.lock.empty()) unlockMemory();
#endif
  }).join();
  return result;
}

#ifndef _WIN32
SharedCounter* SharedCounter::open(const std::string& path, std::string& reason) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT, 0600);
  void* memory = MAP_FAILED;
  if (file >= 0 && ftruncate(file, sizeof(int64_t)) == 0) {
    memory = mmap(nullptr, sizeof(int64_t), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  }
  if (memory == MAP_FAILED) reason = path + ": " + because(errno);
  if (file >= 0) close(file);
  return memory == MAP_FAILED ? nullptr : new SharedCounter(memory);
}

SharedCounter::~SharedCounter() { munmap(memory_, sizeof(int64_t)); }
#else
SharedCounter* SharedCounter::open(const std::string&, std::string& reason) {
  reason = "this system has no mmap";
  return nullptr;
}

SharedCounter::~SharedCounter() {}
#endif

void SharedCounter::store(int64_t value) { static_cast<std::atomic<int64_t>*>(memory_)->store(value, std::memory_order_release); }

void SharedCounter::observe(double* before, double* after, size_t count, int64_t pause, int64_t until) {
  noSlack();
  const auto& counter = *static_cast<std::atomic<int64_t>*>(memory_);
  int64_t looked = monotonicTime();
  int64_t seen = counter.load(std::memory_order_acquire);
  while (looked < until) {
    // The value was there when it was read: a time before reading bounds it from below, a time after it from above.
    const int64_t earlier = monotonicTime();
    const int64_t value = counter.load(std::memory_order_acquire);
    const int64_t now = monotonicTime();
    if (value != seen) {
      if (value < 0) return;
      if (size_t(value) < count) {
        before[value] = double(looked) / 1e6;
        after[value] = double(now) / 1e6;
      }
      seen = value;
    }
    looked = earlier;
    if (pause > 0) sleepUntil(now + pause);
  }
}

}  // namespace ganglion
