#include "src/learner.h"

#include <cstring>

namespace ganglion {

namespace {

// Parts of one op from which waking a thread gains more than it costs: two million synapses (test/bench/RESULTS.md).
constexpr uint32_t WORTHWHILE = 16;

}  // namespace

Learner::Learner(uint32_t helpers, size_t steps) {
  job_.reserve(steps);
  for (uint32_t k = 0; k < helpers; k++) {
    helpers_.emplace_back([this] {
      std::unique_lock<std::mutex> lock(mutex_);
      while (!stopping_) {
        if (shared_) work(lock);
        if (!stopping_) changed_.wait(lock);
      }
    });
  }
}

Learner::~Learner() {
  finish();
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& helper : helpers_) helper.join();
}

void Learner::start(const Moment& now, const std::vector<Step>* first, const std::vector<Step>* second) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    job_.clear();
    for (const std::vector<Step>* steps : {first, second}) {
      if (steps == nullptr) continue;
      for (const Step& step : *steps) job_.push_back(&step);
    }
    std::memcpy(header_, now.header, sizeof header_);
    now_ = now;
    now_.header = header_;
    at_ = 0;
    part_ = 0;
    left_ = 0;
    shared_ = false;
    for (const Step* step : job_) {
      left_ += step->parts;
      if (step->parts >= WORTHWHILE) shared_ = true;
    }
  }
  if (shared_) changed_.notify_all();
}

void Learner::spread(uint32_t ticks) {
  std::unique_lock<std::mutex> lock(mutex_);
  Unit unit;
  for (uint64_t share = (left_ + ticks - 1) / ticks; share > 0 && take(unit); share--) perform(lock, unit);
}

bool Learner::finish() {
  std::unique_lock<std::mutex> lock(mutex_);
  const bool left = at_ < job_.size();
  work(lock);
  return left;
}

bool Learner::take(Unit& unit) {
  if (at_ == job_.size() || part_ == job_[at_]->parts) return false;
  unit = {job_[at_], part_++};
  running_++;
  left_--;
  return true;
}

void Learner::perform(std::unique_lock<std::mutex>& lock, const Unit& unit) {
  lock.unlock();
  Moment now = now_;
  now.part = unit.part;
  now.parts = unit.step->parts;
  unit.step->run(now, &unit.step->operands);
  lock.lock();
  if (--running_ > 0 || part_ < unit.step->parts) return;
  at_++;
  part_ = 0;
  if (shared_) changed_.notify_all();
}

void Learner::work(std::unique_lock<std::mutex>& lock) {
  Unit unit;
  while (at_ < job_.size()) {
    if (take(unit)) perform(lock, unit);
    else changed_.wait(lock);
  }
}

}  // namespace ganglion
