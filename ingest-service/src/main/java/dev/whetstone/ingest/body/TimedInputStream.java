package dev.whetstone.ingest.body;

import dev.whetstone.ingest.item.Fault;
import dev.whetstone.ingest.item.FaultCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A request's body as it arrives: reading ends with a {@link Fault} when it takes too long, whether
 * data arrives slowly or not at all. Closing it leaves the rest unread, because the server's own
 * stream would wait for all of it.
 */
public final class TimedInputStream extends InputStream {
  private final InputStream in;
  private final Duration within;
  private final Future<?> timer;

  /** Guards the two fields below: a thread is only interrupted while it reads. */
  private final Object lock = new Object();

  private @Nullable Thread reader;
  private boolean late;

  /**
   * @param in is not closed
   * @param within time limit for reading, from now
   */
  public TimedInputStream(InputStream in, Duration within, ScheduledExecutorService timers) {
    this.in = in;
    this.within = within;
    this.timer = timers.schedule(this::expire, within.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    begin();
    try {
      return in.read(bytes, offset, length);
    } catch (InterruptedIOException e) {
      requireTime();
      throw e;
    } finally {
      end();
    }
  }

  @Override
  public int available() throws IOException {
    return in.available();
  }

  @Override
  public void close() {
    timer.cancel(false);
  }

  private void begin() {
    synchronized (lock) {
      requireTime();
      reader = Thread.currentThread();
    }
  }

  private void end() {
    synchronized (lock) {
      reader = null;
      if (late) {
        // The interrupt can arrive after the last byte.
        Thread.interrupted();
      }
    }
  }

  private void expire() {
    synchronized (lock) {
      late = true;
      if (reader != null) {
        reader.interrupt();
      }
    }
  }

  private void requireTime() {
    synchronized (lock) {
      if (late) {
        throw new Fault(
            FaultCode.BODY_TOO_SLOW,
            null,
            "the body did not arrive within " + within,
            "send the same request over a faster connection, or send fewer items per request");
      }
    }
  }
}
