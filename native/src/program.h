// A loaded program: decoded ops, bound to an arena that JavaScript owns.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "src/learner.h"
#include "src/step.h"

namespace ganglion {

// Phases of a tick, in the order of `phases` in runtime/program/program.ts.
enum Phase : uint32_t { FORWARD, LEARN, HANDOVER, BACKWARD, FOLD, LABEL, UPDATE, GUARD, RESET, PHASES };


struct Words {
  const uint32_t* at;
  size_t length;
};

// What JavaScript hands over. Only `arena` is kept; the rest is copied.
struct Source {
  float* arena;
  size_t length;
  Words ops[PHASES];
  Words topology;
  // Offset of the event tape, which has one word for each tick that a run may cover.
  uint32_t events, ticks;
  // Updates come every `period` ticks, or, where it is 0, at the events of `mask`.
  uint32_t period, mask;
  // The fold phase runs at the latest every `block` ticks.
  uint32_t block;
  // Threads that fold and update, the caller's own among them.
  uint32_t threads;
};

class Program {
 public:
  // Decodes and checks every op; nullptr with the reason where one could leave the arena.
  static std::unique_ptr<Program> load(const Source& source, const KernelTable& kernels, std::string& reason);

  // Runs `ticks` ≤ maxTicks() ticks; returns the status word. Where there is a handover, a learner may still be at work then.
  uint32_t run(uint32_t ticks);

  // Waits for the learner, working along.
  void settle();

  uint32_t maxTicks() const { return ticks_; }

  // Handovers that had to wait for the learner.
  uint32_t waits() const { return waits_; }

 private:
  class Decoder;

  void perform(Phase phase, const Moment& now) {
    for (const Step& step : steps_[phase]) step.run(now, &step.operands);
  }

  void backward(const Moment& now);
  void fold(const Moment& now, bool update, bool wait);
  void update(const Moment& now);

  std::vector<Step> steps_[PHASES];
  std::vector<uint32_t> topology_;
  std::unique_ptr<Learner> learner_;
  uint32_t* header_ = nullptr;
  const uint32_t* events_ = nullptr;
  uint32_t ticks_ = 0, period_ = 0, mask_ = 0, block_ = 0, waits_ = 0;
};

}  // namespace ganglion
