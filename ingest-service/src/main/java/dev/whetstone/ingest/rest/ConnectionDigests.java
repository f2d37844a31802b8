package dev.whetstone.ingest.rest;

import dev.whetstone.ingest.config.IngestConfig;
import dev.whetstone.ingest.event.ConnectionDigest;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/**
 * The digest of the connection of the request in progress. The address itself is neither stored nor
 * logged. Without a configured key a random one lives as long as the process, so that digests of
 * two replicas, or from before and after a restart, cannot be compared.
 */
@ApplicationScoped
public class ConnectionDigests {
  private static final int KEY_BYTES = 32;

  private final CurrentVertxRequest requests;
  private final byte[] key;

  public ConnectionDigests(CurrentVertxRequest requests, IngestConfig config) {
    this.requests = requests;
    this.key =
        config
            .connectionKey()
            .map(text -> text.getBytes(StandardCharsets.UTF_8))
            .orElseGet(ConnectionDigests::randomKey);
  }

  /** The digest of the client's address; null when the server does not know the address. */
  @Nullable String current(String tenant) {
    RoutingContext current = requests.getCurrent();
    SocketAddress remote = current == null ? null : current.request().remoteAddress();
    byte[] address =
        remote == null || remote.hostAddress() == null
            ? null
            : InetAddress.ofLiteral(remote.hostAddress()).getAddress();
    return address == null ? null : ConnectionDigest.of(key, tenant, address);
  }

  private static byte[] randomKey() {
    byte[] random = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(random);
    return random;
  }
}
