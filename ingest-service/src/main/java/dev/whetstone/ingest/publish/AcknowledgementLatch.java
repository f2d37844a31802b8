package dev.whetstone.ingest.publish;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;

/** Waits for the acknowledgements of one request's records, with one object for all of them. */
final class AcknowledgementLatch implements Callback {
  private final CountDownLatch open;
  private volatile @Nullable Exception failure;

  AcknowledgementLatch(int records) {
    this.open = new CountDownLatch(records);
  }

  @Override
  public void onCompletion(@Nullable RecordMetadata metadata, @Nullable Exception exception) {
    if (exception != null) {
      failure = exception;
    }
    open.countDown();
  }

  /** Whether a record has failed already; then the rest is not sent. */
  boolean failed() {
    return failure != null;
  }

  /**
   * @throws OversizedRecordException when a record failed because of its size
   * @throws NotAcknowledgedException when a record failed or the time limit is reached
   */
  void await(Duration time) throws NotAcknowledgedException {
    try {
      boolean all = failed() || open.await(Math.max(0, time.toNanos()), TimeUnit.NANOSECONDS);
      if (failure instanceof RecordTooLargeException) {
        throw new OversizedRecordException(String.valueOf(failure.getMessage()));
      }
      if (failed()) {
        throw new NotAcknowledgedException(String.valueOf(failure.getMessage()));
      }
      if (!all) {
        throw new NotAcknowledgedException(open.getCount() + " records are not acknowledged yet");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NotAcknowledgedException("interrupted while waiting");
    }
  }
}
