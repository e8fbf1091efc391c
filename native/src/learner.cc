#include "src/learner.h"

#include <cstring>

namespace ganglion {

Learner::Learner(uint32_t helpers) {
  for (uint32_t k = 0; k < helpers; k++) {
    helpers_.emplace_back([this] {
      std::unique_lock<std::mutex> lock(mutex_);
      while (!stopping_) {
        work(lock);
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
  }
  changed_.notify_all();
}

bool Learner::finish() {
  std::unique_lock<std::mutex> lock(mutex_);
  const bool left = at_ < job_.size();
  work(lock);
  return left;
}

bool Learner::take(std::unique_lock<std::mutex>& lock, Unit& unit) {
  while (at_ < job_.size()) {
    const Step* step = job_[at_];
    if (part_ < step->parts) {
      unit = {step, part_++};
      running_++;
      return true;
    }
    changed_.wait(lock);
  }
  return false;
}

void Learner::work(std::unique_lock<std::mutex>& lock) {
  Unit unit;
  while (take(lock, unit)) {
    lock.unlock();
    Moment now = now_;
    now.part = unit.part;
    now.parts = unit.step->parts;
    unit.step->run(now, &unit.step->operands);
    lock.lock();
    if (--running_ > 0 || part_ < unit.step->parts) continue;
    at_++;
    part_ = 0;
    changed_.notify_all();
  }
}

}  // namespace ganglion
