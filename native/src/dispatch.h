// Which kernel tables are linked, which of them this machine can run, and the choice.
#pragma once
#include <string>
#include <vector>

#include "include/kernels.h"

namespace ganglion {

// Linked tables, best first.
const std::vector<const KernelTable*>& tables();

bool supported(const KernelTable& table);

// The table named `target`, or the best supported one where target is empty; nullptr with the reason otherwise.
const KernelTable* choose(const std::string& target, std::string& reason);

}  // namespace ganglion
