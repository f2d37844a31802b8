package dev.whetstone.training.engine.joined;

import java.util.Optional;

/** Decides whether a worker fits on a host. */
final class HostFitRule {
  private HostFitRule() {}

  /** What the host has too little of; empty when the worker fits. */
  static Optional<String> shortage(HostCapacity needed, HostCapacity has) {
    if (has.workers() < needed.workers()) {
      return Optional.of("%d of %d worker slots".formatted(has.workers(), needed.workers()));
    }
    if (has.gpus() < needed.gpus()) {
      return Optional.of("%d of %d GPUs".formatted(has.gpus(), needed.gpus()));
    }
    if (has.memoryBytes() < needed.memoryBytes()) {
      return Optional.of(
          "%d of %d MiB of memory".formatted(mebi(has.memoryBytes()), mebi(needed.memoryBytes())));
    }
    return has.milliCpus() < needed.milliCpus()
        ? Optional.of("%dm of %dm CPU".formatted(has.milliCpus(), needed.milliCpus()))
        : Optional.empty();
  }

  /** What keeps the worker from a host that is too small or in use; empty when it fits now. */
  static Optional<String> obstacle(HostCapacity needed, HostCapacity has, HostCapacity free) {
    Optional<String> tooSmall = shortage(needed, has).map(shortage -> "too small, has " + shortage);
    if (tooSmall.isPresent()) {
      return tooSmall;
    }
    return free.workers() < needed.workers()
        ? Optional.of(
            "%d of %d worker slots are taken"
                .formatted(has.workers() - free.workers(), has.workers()))
        : shortage(needed, free).map(shortage -> "has free " + shortage);
  }

  private static long mebi(long bytes) {
    return bytes >> 20;
  }
}
