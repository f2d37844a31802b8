package dev.whetstone.ingest.publish;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes of events, and of items on their way to be one, are held for requests that are not
 * answered yet. Virtual threads are cheap and so let in as many requests as come; the memory for
 * their events is not.
 */
public final class InFlightBytes {
  /** What an event costs beside its data: attributes, headers, objects. */
  static final int OVERHEAD_BYTES = 1_000;

  private final long limit;
  private final AtomicLong held = new AtomicLong();

  /**
   * @param limit bytes held at most
   */
  public InFlightBytes(long limit) {
    this.limit = limit;
  }

  /** Begins a request's account. */
  public Account open() {
    return new Account();
  }

  /** Bytes held now. */
  public long held() {
    return held.get();
  }

  /** What one request holds; for one thread. */
  public final class Account implements AutoCloseable {
    private long mine;

    /**
     * Counts an event of so many bytes; refusing it is safe, since nothing was published yet.
     *
     * @return false when all requests together hold too much
     */
    public boolean hold(int dataBytes) {
      long more = dataBytes + (long) OVERHEAD_BYTES;
      mine += more;
      return held.addAndGet(more) <= limit;
    }

    /**
     * Counts bytes that are needed for a while.
     *
     * @return false when all requests together hold too much
     */
    public boolean borrow(long bytes) {
      mine += bytes;
      return held.addAndGet(bytes) <= limit;
    }

    /** Counts back what was borrowed. */
    public void giveBack(long bytes) {
      mine -= bytes;
      held.addAndGet(-bytes);
    }

    @Override
    public void close() {
      held.addAndGet(-mine);
      mine = 0;
    }
  }
}
