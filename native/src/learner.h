// Threads that work through the ops of a job together. An op whose kernel takes parts is shared out; ops follow each other in
// order, so nothing depends on which thread did what, or when.
#pragma once
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "src/step.h"

namespace ganglion {

class Learner {
 public:
  // `helpers` threads beside the one that calls; jobs of at most so many steps, so that a tick allocates nothing.
  Learner(uint32_t helpers, size_t steps);
  ~Learner();

  // Begins a job: these ops, at this moment. The counters are copied, so that the ticks may go on. No job may be under way.
  void start(const Moment& now, const std::vector<Step>* first, const std::vector<Step>* second);

  // Does a share of what nobody has taken, when so many ticks are left for it: spread evenly, no tick is long. Never waits.
  void spread(uint32_t ticks);

  // Works along until the job is done; says whether anything was left to do. Without a job it does nothing.
  bool finish();

 private:
  struct Unit {
    const Step* step;
    uint32_t part;
  };

  // The next part of the job; false when nothing is left, or somebody works on an op before it.
  bool take(Unit& unit);
  // Does a part.
  void perform(std::unique_lock<std::mutex>& lock, const Unit& unit);
  // Does parts until the job is done, waiting where it must.
  void work(std::unique_lock<std::mutex>& lock);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<const Step*> job_;
  Moment now_ = {};
  uint32_t header_[LINE] = {};
  // The op that is under way, its next part, and the parts that somebody works on.
  size_t at_ = 0;
  uint32_t part_ = 0, running_ = 0;
  // Parts of the job that nobody has taken.
  uint64_t left_ = 0;
  // Whether helpers take part in the job.
  bool shared_ = false, stopping_ = false;
  std::vector<std::thread> helpers_;
};

}  // namespace ganglion
