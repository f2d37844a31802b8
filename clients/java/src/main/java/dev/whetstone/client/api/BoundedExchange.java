package dev.whetstone.client.api;

import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One HTTP exchange whose answer is read up to a number of bytes and within a time. The timeout of
 * an {@link HttpRequest} ends with the headers and would let the body take for ever.
 */
public final class BoundedExchange {
  private BoundedExchange() {}

  /** The answer is larger than the limit, or was not complete in time. */
  public static final class UnusableAnswerException extends IOException {
    private static final long serialVersionUID = 1L;

    UnusableAnswerException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /**
   * Sends a request and reads its whole answer.
   *
   * @param within from the connection to the last byte
   * @param mostBytes of the body
   * @throws UnusableAnswerException when the answer exceeds a limit
   * @throws IOException when there is no answer
   */
  public static HttpResponse<byte[]> send(
      HttpClient client, HttpRequest request, Duration within, long mostBytes)
      throws IOException, InterruptedException {
    CompletableFuture<HttpResponse<byte[]>> answer =
        client.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), mostBytes));
    try {
      return answer.get(within.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new UnusableAnswerException(
          "no complete answer within %d s".formatted(within.toSeconds()), e);
    } catch (ExecutionException e) {
      throw failure(e, mostBytes);
    } finally {
      // Closes the connection of an exchange that is given up; does nothing to one that is done.
      answer.cancel(true);
    }
  }

  /** Why there is no answer, in words for people. */
  public static String reason(IOException e) {
    return switch (e) {
      case UnusableAnswerException unusable -> String.valueOf(unusable.getMessage());
      case HttpTimeoutException late -> "no connection in time";
      case ConnectException unknown when unknown.getCause() instanceof UnresolvedAddressException ->
          "unknown host";
      case ConnectException refused -> "connection refused";
      default -> "the connection broke off";
    };
  }

  private static IOException failure(ExecutionException e, long mostBytes) {
    for (Throwable each = e; each != null; each = each.getCause()) {
      // The JDK has no exception of its own for a body over the limit.
      if (String.valueOf(each.getMessage()).startsWith("body exceeds capacity")) {
        return new UnusableAnswerException("answered more than %d bytes".formatted(mostBytes), e);
      }
    }
    return e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
  }
}
