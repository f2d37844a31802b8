package dev.whetstone.ingest.rest;

import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.Response;
import java.time.Duration;

/**
 * Closes the connection after a refusal. The rest of a refused request is not read, so no other
 * request can follow on its connection.
 */
@ApplicationScoped
public class ConnectionCloser {
  /** If a connection is closed while data still arrives, the client can lose the answer. */
  private static final Duration LINGER = Duration.ofSeconds(2);

  private final CurrentVertxRequest requests;

  public ConnectionCloser(CurrentVertxRequest requests) {
    this.requests = requests;
  }

  /** Announces the close, and closes the connection if the client does not. */
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
