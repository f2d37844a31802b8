package dev.whetstone.ingest.rest;

import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.Response;
import java.time.Duration;

/**
 * Makes an answer the last one on its connection: of a request that was refused the rest is left
 * unread, so nothing else can follow.
 */
@ApplicationScoped
public class ConnectionCloser {
  /** Closed at once, a connection that still receives loses the answer on its way. */
  private static final Duration LINGER = Duration.ofSeconds(2);

  private final CurrentVertxRequest requests;

  public ConnectionCloser(CurrentVertxRequest requests) {
    this.requests = requests;
  }

  /** Says so, and closes the connection of a client that does not. */
  Response.ResponseBuilder mark(Response.ResponseBuilder answer) {
    RoutingContext current = requests.getCurrent();
    if (current == null || current.request().version() == HttpVersion.HTTP_2) {
      return answer;
    }
    current.addEndHandler(
        sent ->
            current
                .vertx()
                .setTimer(LINGER.toMillis(), late -> current.request().connection().close()));
    return answer.header("Connection", "close");
  }
}
