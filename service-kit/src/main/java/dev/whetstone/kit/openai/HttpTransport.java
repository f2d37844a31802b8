package dev.whetstone.kit.openai;

import dev.whetstone.kit.openai.BoundedBody.ReadProgress;
import dev.whetstone.kit.openai.OpenAiException.Kind;
import dev.whetstone.kit.tenant.AllowedEndpoints;
import dev.whetstone.kit.tenant.EndpointRefusedException;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests to one server within {@link ClientLimits} and repeats those that failed for a
 * reason that may pass. Knows HTTP only; what a body means is {@link OpenAiClient}'s concern.
 */
final class HttpTransport {
  /** Enough for an error message; the rest of an error body is not read. */
  private static final int ERROR_BODY_BYTES = 64 * 1024;

  private final HttpClient client;
  private final URI base;
  private final @Nullable String apiKey;
  private final ClientLimits limits;
  private final AllowedEndpoints endpoints;

  HttpTransport(
      HttpClient client,
      URI base,
      @Nullable String apiKey,
      ClientLimits limits,
      AllowedEndpoints endpoints) {
    if (apiKey != null
        && (apiKey.isEmpty() || !apiKey.chars().allMatch(c -> c > ' ' && c < 0x7f))) {
      // The HTTP client would quote the key in its own message.
      throw new IllegalArgumentException(
          "the API key for %s must be one word of printable ASCII".formatted(base));
    }
    this.client = client;
    this.base = URI.create(base.toString().replaceFirst("/+$", ""));
    this.apiKey = apiKey;
    this.limits = limits;
    this.endpoints = endpoints;
  }

  /**
   * What the reader makes of the body of a 2xx response.
   *
   * @param bounds of this call, within those of the client
   */
  <T> T get(String path, CallBounds bounds, Function<byte[], T> reader) {
    return send(request(path).GET().build(), bounds, reader);
  }

  /** What the reader makes of the body of a 2xx response to a JSON document. */
  <T> T post(String path, byte[] json, CallBounds bounds, Function<byte[], T> reader) {
    HttpRequest request =
        request(path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofByteArray(json))
            .build();
    return send(request, bounds, reader);
  }

  /**
   * Bounds of one call that are narrower than those of the client.
   *
   * @param maxBodyBytes of a 2xx response
   * @param total time of the call with all its attempts
   */
  record CallBounds(int maxBodyBytes, Duration total) {}

  URI uri(String path) {
    return URI.create(base + path);
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri(path));
    return apiKey == null ? request : request.header("Authorization", "Bearer " + apiKey);
  }

  private <T> T send(HttpRequest request, CallBounds bounds, Function<byte[], T> reader) {
    long deadline = System.nanoTime() + total(bounds).toNanos();
    for (int attempt = 1; ; attempt++) {
      try {
        return sendOnce(request, deadline, bounds, reader);
      } catch (OpenAiException e) {
        Duration pause = pause(attempt, e);
        boolean timeLeft = pause.toNanos() < deadline - System.nanoTime();
        if (attempt >= limits.attempts() || !e.isRetryable() || !timeLeft) {
          throw e;
        }
        LockSupport.parkNanos(pause.toNanos());
        if (Thread.currentThread().isInterrupted()) {
          throw new OpenAiException(Kind.INTERRUPTED, request.uri(), "interrupted", e);
        }
      }
    }
  }

  private Duration pause(int attempt, OpenAiException failure) {
    Duration pause = limits.backoff().pause(attempt, ThreadLocalRandom.current());
    Duration asked = failure.retryAfter();
    return asked != null && asked.compareTo(pause) > 0 ? asked : pause;
  }

  private Duration total(CallBounds bounds) {
    return bounds.total().compareTo(limits.total()) < 0 ? bounds.total() : limits.total();
  }

  /** The bytes of the response count against the budget until the reader is done with them. */
  private <T> T sendOnce(
      HttpRequest request, long deadline, CallBounds bounds, Function<byte[], T> reader) {
    try (ResponseBudget.Lease lease = ResponseBudget.SHARED.lease()) {
      HttpResponse<byte[]> response = exchange(request, deadline, bounds, lease);
      if (response.statusCode() / 100 == 2) {
        return reader.apply(response.body());
      }
      throw OpenAiException.status(
          request.uri(),
          response.statusCode(),
          ErrorDetail.of(response.body()),
          retryAfter(response));
    }
  }

  private HttpResponse<byte[]> exchange(
      HttpRequest request, long deadline, CallBounds bounds, ResponseBudget.Lease lease) {
    ReadProgress progress = new ReadProgress();
    int limit = Math.min(bounds.maxBodyBytes(), limits.maxBodyBytes());
    CompletableFuture<HttpResponse<byte[]>> response =
        client.sendAsync(
            checked(request),
            head ->
                head.statusCode() / 100 == 2
                    ? new BoundedBody(limit, false, progress, lease)
                    : new BoundedBody(ERROR_BODY_BYTES, true, progress, lease));
    try {
      return await(response, request.uri(), deadline, total(bounds), progress);
    } catch (ExecutionException e) {
      throw failure(request.uri(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new OpenAiException(Kind.INTERRUPTED, request.uri(), "interrupted", e);
    } finally {
      // Closes the connection of an exchange that is given up; does nothing to one that is done.
      response.cancel(true);
    }
  }

  private HttpRequest checked(HttpRequest request) {
    if (!endpoints.isRestricted()) {
      return request;
    }
    try {
      return PinnedRequest.of(request, endpoints.address(base));
    } catch (EndpointRefusedException e) {
      throw new OpenAiException(Kind.NOT_ALLOWED, request.uri(), String.valueOf(e.getMessage()), e);
    } catch (UnknownHostException e) {
      throw new OpenAiException(Kind.UNREACHABLE, request.uri(), "its host has no address", e);
    }
  }

  /** The HTTP client's own limit ends with the headers; these hold for the body, too. */
  private HttpResponse<byte[]> await(
      CompletableFuture<HttpResponse<byte[]>> response,
      URI uri,
      long deadline,
      Duration allowed,
      ReadProgress progress)
      throws ExecutionException, InterruptedException {
    while (true) {
      long total = deadline - System.nanoTime();
      long read = progress.left(limits.read().toNanos());
      if (total <= 0) {
        throw new OpenAiException(
            Kind.TIMED_OUT, uri, "no complete response within " + allowed, null);
      }
      if (read <= 0) {
        throw new OpenAiException(
            Kind.TIMED_OUT, uri, "the response body stalled for " + limits.read(), null);
      }
      // A short wait notices that the body has begun, from when on the read limit holds.
      long wait = Math.min(Math.min(total, read), limits.read().toNanos());
      try {
        return response.get(wait, TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        continue;
      }
    }
  }

  private static OpenAiException failure(URI uri, ExecutionException e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    for (Throwable each = cause; each != null; each = each.getCause()) {
      if (each instanceof BoundedBody.TooLarge) {
        return new OpenAiException(Kind.BODY_TOO_LARGE, uri, String.valueOf(each.getMessage()), e);
      }
    }
    return new OpenAiException(Kind.UNREACHABLE, uri, reason(cause), e);
  }

  /** The messages of the HTTP client name its classes, or are absent. */
  private static String reason(Throwable cause) {
    return switch (cause) {
      case HttpConnectTimeoutException timeout -> "no connection in time";
      case HttpTimeoutException timeout -> "no answer in time";
      case ConnectException refused ->
          refused.getCause() instanceof UnresolvedAddressException
              ? "the host name cannot be resolved"
              : "connection refused";
      case SSLException tls -> "TLS: " + tls.getMessage();
      default -> "the connection broke off";
    };
  }

  private static @Nullable Duration retryAfter(HttpResponse<?> response) {
    return response
        .headers()
        .firstValue("Retry-After")
        .filter(value -> value.matches("\\d{1,6}"))
        .map(value -> Duration.ofSeconds(Long.parseLong(value)))
        .orElse(null);
  }
}
