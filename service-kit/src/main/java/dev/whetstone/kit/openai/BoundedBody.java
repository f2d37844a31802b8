package dev.whetstone.kit.openai;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import org.jspecify.annotations.Nullable;

/** Collects a response body up to a limit and records when a piece last arrived. */
final class BoundedBody implements BodySubscriber<byte[]> {
  private final int limit;
  private final boolean cutsAtLimit;
  private final ReadProgress progress;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final CompletableFuture<byte[]> body = new CompletableFuture<>();
  private @Nullable Subscription subscription;

  /**
   * @param cutsAtLimit whether a longer body is cut; otherwise it fails with {@link TooLarge}
   */
  BoundedBody(int limit, boolean cutsAtLimit, ReadProgress progress) {
    this.limit = limit;
    this.cutsAtLimit = cutsAtLimit;
    this.progress = progress;
  }

  /** The body is larger than the limit. */
  static final class TooLarge extends IOException {
    private static final long serialVersionUID = 1L;
  }

  /** When a piece of the body last arrived. */
  static final class ReadProgress {
    private volatile boolean begun;
    private volatile long lastNanos;

    void note() {
      lastNanos = System.nanoTime();
      begun = true;
    }

    /** Nanoseconds until the read limit passes; no limit holds before the body begins. */
    long left(long readNanos) {
      return begun ? lastNanos + readNanos - System.nanoTime() : Long.MAX_VALUE;
    }
  }

  @Override
  public CompletionStage<byte[]> getBody() {
    return body;
  }

  @Override
  public void onSubscribe(Subscription newSubscription) {
    subscription = newSubscription;
    progress.note();
    newSubscription.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(List<ByteBuffer> pieces) {
    progress.note();
    for (ByteBuffer piece : pieces) {
      int room = limit - bytes.size();
      byte[] taken = new byte[Math.min(room, piece.remaining())];
      piece.get(taken);
      bytes.writeBytes(taken);
      if (piece.hasRemaining()) {
        end();
        return;
      }
    }
  }

  private void end() {
    if (subscription != null) {
      subscription.cancel();
    }
    if (cutsAtLimit) {
      body.complete(bytes.toByteArray());
    } else {
      body.completeExceptionally(new TooLarge());
    }
  }

  @Override
  public void onError(Throwable failure) {
    body.completeExceptionally(failure);
  }

  @Override
  public void onComplete() {
    body.complete(bytes.toByteArray());
  }
}
