package dev.whetstone.ingest.publish;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Number of bytes of events, and of items that become events, that are held for requests in
 * progress. Virtual threads are cheap, so any number of requests is admitted; the memory for their
 * events is bounded here.
 */
public final class InFlightBytes {
  /** Size of an event beside its data: attributes, headers, objects. */
  static final int OVERHEAD_BYTES = 1_000;

  private final long limit;
  private final AtomicLong held = new AtomicLong();

  /**
   * @param limit bytes held at most
   */
  public InFlightBytes(long limit) {
    this.limit = limit;
  }

  /** Opens the account of a request. */
  public Account open() {
    return new Account();
  }

  /** Bytes held now. */
  public long held() {
    return held.get();
  }

  /** The account of one request; not thread-safe. */
  public final class Account implements AutoCloseable {
    private long mine;

    /**
     * Reserves the bytes of an event; refusing is safe, because nothing was published yet.
     *
     * @return false when all requests together hold too much
     */
    public boolean hold(int dataBytes) {
      long more = dataBytes + (long) OVERHEAD_BYTES;
      mine += more;
      return held.addAndGet(more) <= limit;
    }

    /**
     * Reserves bytes temporarily.
     *
     * @return false when all requests together hold too much
     */
    public boolean borrow(long bytes) {
      mine += bytes;
      return held.addAndGet(bytes) <= limit;
    }

    /** Releases what was reserved temporarily. */
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
