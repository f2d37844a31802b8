package dev.whetstone.kit.openai;

import dev.whetstone.kit.work.RetryBackoff;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.concurrent.Executors;

/**
 * What a call to a server may cost.
 *
 * @param connect time until the connection is open
 * @param read longest time between two pieces of a response body, once it has begun
 * @param total time of a call with all its attempts
 * @param maxBodyBytes largest response body
 * @param attempts at most this many, the first included; 1 for no retry
 * @param backoff pauses between attempts
 */
public record ClientLimits(
    Duration connect,
    Duration read,
    Duration total,
    int maxBodyBytes,
    int attempts,
    RetryBackoff backoff) {
  private static final int DEFAULT_BODY_BYTES = 8 * 1024 * 1024;
  private static final Duration DEFAULT_CONNECT = Duration.ofSeconds(5);
  private static final RetryBackoff DEFAULT_BACKOFF =
      RetryBackoff.doubling(Duration.ofMillis(500), Duration.ofSeconds(10)).withJitter(0.2);

  static {
    PinnedRequest.allowHostHeader();
  }

  public ClientLimits {
    if (connect.isNegative() || connect.isZero() || read.isNegative() || read.isZero()) {
      throw new IllegalArgumentException("time limits must be positive");
    }
    if (total.isNegative() || total.isZero()) {
      throw new IllegalArgumentException("time limits must be positive");
    }
    if (maxBodyBytes < 1 || attempts < 1) {
      throw new IllegalArgumentException("a call needs at least one byte and one attempt");
    }
  }

  /** One attempt within a time, with the default limits otherwise: 5 s to connect, 8 MiB. */
  public static ClientLimits within(Duration total) {
    return new ClientLimits(DEFAULT_CONNECT, total, total, DEFAULT_BODY_BYTES, 1, DEFAULT_BACKOFF);
  }

  /** The same with retries. */
  public ClientLimits withAttempts(int newAttempts, RetryBackoff newBackoff) {
    return new ClientLimits(connect, read, total, maxBodyBytes, newAttempts, newBackoff);
  }

  /** An HTTP client with the connect limit; the owner closes it. */
  public HttpClient newHttpClient() {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .connectTimeout(connect)
        .executor(Executors.newVirtualThreadPerTaskExecutor())
        .build();
  }
}
