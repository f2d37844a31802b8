package dev.whetstone.kit.openai;

import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.ArrayList;
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
  private final ResponseBudget.Lease lease;
  private final List<byte[]> pieces = new ArrayList<>();
  private final CompletableFuture<byte[]> body = new CompletableFuture<>();
  private int size;
  private @Nullable Subscription subscription;

  /**
   * @param limit in bytes
   * @param cutsAtLimit whether a longer body is cut; otherwise it fails with {@link TooLarge}
   * @param lease counts the bytes against those of all responses
   */
  BoundedBody(int limit, boolean cutsAtLimit, ReadProgress progress, ResponseBudget.Lease lease) {
    this.limit = limit;
    this.cutsAtLimit = cutsAtLimit;
    this.progress = progress;
    this.lease = lease;
  }

  /** The body is larger than a limit. */
  static final class TooLarge extends IOException {
    private static final long serialVersionUID = 1L;

    TooLarge(String message) {
      super(message);
    }
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
  public void onNext(List<ByteBuffer> received) {
    progress.note();
    for (ByteBuffer piece : received) {
      byte[] taken = new byte[Math.min(limit - size, piece.remaining())];
      if (body.isDone() || !lease.add(taken.length)) {
        end("other answers occupy the memory for answers; larger ones are refused meanwhile");
        return;
      }
      piece.get(taken);
      pieces.add(taken);
      size += taken.length;
      if (piece.hasRemaining()) {
        end("answered more than %d bytes".formatted(limit));
        return;
      }
    }
  }

  private void end(String reason) {
    if (subscription != null) {
      subscription.cancel();
    }
    if (cutsAtLimit) {
      body.complete(joined());
    } else {
      pieces.clear();
      body.completeExceptionally(new TooLarge(reason));
    }
  }

  private byte[] joined() {
    byte[] all = new byte[size];
    int position = 0;
    for (byte[] piece : pieces) {
      System.arraycopy(piece, 0, all, position, piece.length);
      position += piece.length;
    }
    pieces.clear();
    return all;
  }

  @Override
  public void onError(Throwable failure) {
    pieces.clear();
    body.completeExceptionally(failure);
  }

  @Override
  public void onComplete() {
    body.complete(joined());
  }
}
