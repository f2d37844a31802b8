package dev.whetstone.training.engine.joined;

import java.util.Optional;

/** Decides whether a worker fits on a host. */
final class HostFitRule {
  private HostFitRule() {}

  /** What the host has too little of; empty when the worker fits. */
  static Optional<String> shortage(Capacity needed, Capacity has) {
    if (has.workers() < needed.workers()) {
      return Optional.of("every worker slot is taken");
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

  private static long mebi(long bytes) {
    return bytes >> 20;
  }
}
