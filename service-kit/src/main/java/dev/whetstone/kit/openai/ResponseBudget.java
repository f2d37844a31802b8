package dev.whetstone.kit.openai;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds the bytes that all response bodies of this process occupy together, so that many large
 * answers at the same time cannot exhaust the heap. The first bytes of each body are free of the
 * budget: an ordinary answer is read even while other servers use all of it. Thread-safe.
 */
final class ResponseBudget {
  /** Shared by every client of the process, an eighth of the heap. */
  static final ResponseBudget SHARED =
      new ResponseBudget(Runtime.getRuntime().maxMemory() / 8, 64 * 1024);

  private final long total;
  private final int free;
  private final AtomicLong used = new AtomicLong();

  /**
   * @param total bytes of all bodies beyond their free part
   * @param free bytes of each body that do not count
   */
  ResponseBudget(long total, int free) {
    this.total = total;
    this.free = free;
  }

  /** Bytes that a body can have without counting. */
  int free() {
    return free;
  }

  /** The share of one response; closing it returns its bytes. */
  Lease lease() {
    return new Lease();
  }

  private boolean take(long bytes) {
    if (used.addAndGet(bytes) <= total) {
      return true;
    }
    used.addAndGet(-bytes);
    return false;
  }

  /** The bytes of one response. */
  final class Lease implements AutoCloseable {
    private long received;
    private long taken;
    private boolean closed;

    /** Counts received bytes. Returns false when they exceed the budget or the lease is closed. */
    synchronized boolean add(int bytes) {
      received += bytes;
      long due = Math.max(0, received - free) - taken;
      if (closed || (due > 0 && !take(due))) {
        return false;
      }
      taken += due;
      return true;
    }

    @Override
    public synchronized void close() {
      closed = true;
      used.addAndGet(-taken);
      taken = 0;
    }
  }
}
