package dev.whetstone.training.engine;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Slots for workers on this machine: one file per taken slot, which holds the id of the attempt
 * that has it. Files and a file lock make the bound hold over all services that share the work
 * folder, and over a service that was killed.
 *
 * @param folder holds the files
 * @param limits how many slots there are
 */
record WorkerSlots(Path folder, Limits limits) {
  /** Held for a few file operations only; longer means that another service hangs. */
  private static final Duration LOCK_WAIT = Duration.ofSeconds(10);

  private static final Duration LOCK_POLL = Duration.ofMillis(5);

  /** A slot whose worker never appeared: the service was killed before it started one. */
  private static final Duration ABANDONED_AFTER = Duration.ofMinutes(2);

  /**
   * The bound on workers.
   *
   * @param workers at least 1
   * @param devices values of {@code CUDA_VISIBLE_DEVICES}, one for each slot; empty leaves the
   *     variable alone
   * @param setting that bounds the workers
   */
  record Limits(int workers, List<String> devices, String setting) {
    private static final String MAX_WORKERS = "whetstone.training.process.max-workers";
    private static final String SCORING_WORKERS = "whetstone.training.process.scoring-workers";

    Limits {
      devices = List.copyOf(devices);
      if (workers < 1) {
        throw new IllegalArgumentException(
            "%s is %d; set it to at least 1".formatted(setting, workers));
      }
    }

    /** The bound on workers that train. */
    Limits(int workers, List<String> devices) {
      this(workers, devices, MAX_WORKERS);
    }

    /**
     * The bound on workers of scoring jobs, which run beside those that train. Devices are taken
     * from the last one on, because training takes them from the first: a device is shared only
     * when none is free, and the worker then checks that its memory suffices.
     */
    Limits forScoring(int scoringWorkers) {
      return new Limits(scoringWorkers, devices.reversed(), SCORING_WORKERS);
    }

    /** One worker per device, and never more than {@code maxWorkers} where that is given. */
    static Limits of(Optional<Integer> maxWorkers, List<String> devices) {
      int slots = devices.isEmpty() ? maxWorkers.orElse(1) : devices.size();
      return new Limits(Math.min(maxWorkers.orElse(slots), slots), devices);
    }

    private String full() {
      return devices.isEmpty() || !setting.equals(MAX_WORKERS)
          ? "%d of %d worker slots are taken on this machine (%s)"
              .formatted(workers, workers, setting)
          : "%d of %d worker slots are taken on this machine, one per device (%s, whetstone.training.process.devices)"
              .formatted(workers, workers, setting);
    }
  }

  /** The state of an attempt's worker. */
  @FunctionalInterface
  interface Workers {
    ComputeEngine.Observation poll(String attemptId);
  }

  /** Answer to a request for a slot. */
  sealed interface Answer {
    /**
     * The attempt has a slot.
     *
     * @param device absent when no devices are configured
     */
    record Taken(Optional<String> device) implements Answer {}

    /** Every slot is taken. */
    record Full(String reason) implements Answer {}
  }

  /** Takes a slot for an attempt, the same one again if it has one. */
  Answer take(String attemptId, Workers workers) throws IOException {
    try (FileChannel file = lockFile();
        FileLock _ = lock(file)) {
      Map<Integer, String> taken = taken(attemptId, workers);
      for (int index = 0; index < limits.workers(); index++) {
        if (attemptId.equals(taken.get(index))) {
          return taken(index);
        }
      }
      for (int index = 0; index < limits.workers(); index++) {
        if (!taken.containsKey(index)) {
          write(index, attemptId);
          return taken(index);
        }
      }
      return new Answer.Full(limits.full());
    }
  }

  /** Gives up the slot of an attempt whose worker could not be started. */
  void release(String attemptId) throws IOException {
    try (FileChannel file = lockFile();
        FileLock _ = lock(file)) {
      for (int index = 0; index < limits.workers(); index++) {
        if (attemptId.equals(occupant(index))) {
          Files.delete(slotFile(index));
        }
      }
    }
  }

  private FileChannel lockFile() throws IOException {
    Files.createDirectories(folder);
    return FileChannel.open(
        folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  private Answer taken(int index) {
    List<String> devices = limits.devices();
    return new Answer.Taken(
        devices.isEmpty() ? Optional.empty() : Optional.of(devices.get(index % devices.size())));
  }

  /** Slots whose worker runs, or is about to be started. */
  private Map<Integer, String> taken(String ownId, Workers workers) throws IOException {
    Map<Integer, String> taken = new HashMap<>();
    for (int index = 0; index < limits.workers(); index++) {
      String attemptId = occupant(index);
      if (attemptId.isEmpty()) {
        continue;
      }
      boolean isTaken =
          switch (workers.poll(attemptId)) {
            case ComputeEngine.Observation.Running _, ComputeEngine.Observation.Waiting _ -> true;
            case ComputeEngine.Observation.Unknown _ ->
                attemptId.equals(ownId) || isRecent(slotFile(index));
            case ComputeEngine.Observation.Exited _, ComputeEngine.Observation.Evicted _ -> false;
          };
      if (isTaken) {
        taken.put(index, attemptId);
      }
    }
    return taken;
  }

  /** The attempt that has a slot; empty when there is none. */
  private String occupant(int index) throws IOException {
    try {
      return Files.readString(slotFile(index)).strip();
    } catch (NoSuchFileException e) {
      return "";
    }
  }

  /** By the file system's own clock. */
  private boolean isRecent(Path file) throws IOException {
    Path probe = Files.createTempFile(folder, "now", "");
    try {
      Instant now = Files.getLastModifiedTime(probe).toInstant();
      return Files.getLastModifiedTime(file).toInstant().plus(ABANDONED_AFTER).isAfter(now);
    } finally {
      Files.delete(probe);
    }
  }

  private void write(int index, String attemptId) throws IOException {
    Path partial = folder.resolve(index + ".partial");
    Files.writeString(partial, attemptId);
    Files.move(
        partial,
        slotFile(index),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  private Path slotFile(int index) {
    return folder.resolve(Integer.toString(index));
  }

  private static FileLock lock(FileChannel file) throws IOException {
    long deadline = System.nanoTime() + LOCK_WAIT.toNanos();
    while (System.nanoTime() < deadline) {
      try {
        FileLock lock = file.tryLock();
        if (lock != null) {
          return lock;
        }
      } catch (OverlappingFileLockException e) {
        // Another thread of this service has it.
      }
      LockSupport.parkNanos(LOCK_POLL.toNanos());
    }
    throw new IOException(
        "the lock on the workers' slots was not free within %s; end the service that holds it"
            .formatted(LOCK_WAIT));
  }
}
