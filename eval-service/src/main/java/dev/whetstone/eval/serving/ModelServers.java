package dev.whetstone.eval.serving;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.eval.config.EvalConfig;
import dev.whetstone.kit.openai.AdapterLoaderClient;
import dev.whetstone.kit.openai.ClientLimits;
import dev.whetstone.kit.store.ArtifactResolver;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.tenant.AllowedEndpoints;
import dev.whetstone.kit.work.RetryBackoff;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/** Creates the clients of the model servers that loops declare. */
@ApplicationScoped
public class ModelServers {
  private static final Logger LOG = Logger.getLogger(ModelServers.class);
  private static final Duration MOST_PAUSE = Duration.ofMinutes(1);

  /** The longest pause in first pauses. */
  private static final int LONGEST_PAUSE = 30;

  private final EvalConfig config;
  private final ServingCredentials credentials;
  private final HttpClient client;
  private final AllowedEndpoints endpoints;
  private final EndpointBackoff backoff;
  private final AdapterPlacement placement;

  public ModelServers(
      EvalConfig config,
      AllowedEndpoints endpoints,
      ArtifactResolver artifacts,
      ObjectStore store,
      Clock clock) {
    this.config = config;
    this.endpoints = endpoints;
    this.backoff = new EndpointBackoff(pauses(config.retryPause()), clock);
    this.credentials = new ServingCredentials(config.credentialsFolder(), System::getenv);
    this.client = ClientLimits.within(config.requestTimeout()).newHttpClient();
    this.placement =
        new AdapterPlacement(
            artifacts,
            store,
            config.adapterMount(),
            config.loaderPort(),
            server ->
                new AdapterLoaderClient(
                    client, server, ClientLimits.within(config.requestTimeout()), endpoints));
  }

  private static RetryBackoff pauses(Duration first) {
    Duration longest = first.multipliedBy(LONGEST_PAUSE);
    return RetryBackoff.doubling(first, longest.compareTo(MOST_PAUSE) < 0 ? longest : MOST_PAUSE);
  }

  /**
   * The server that evaluations ask: the evaluation's own endpoint, else the replicas that serve
   * users. An evaluation keeps its own pauses.
   */
  public ServingPort forEvaluation(LoopSpec loop) {
    String own = loop.spec().evaluation().endpoint();
    if (own != null) {
      return client(own, loop);
    }
    return new ReplicatedServingClient(
        replicaUrls(loop).stream().map(url -> client(url, loop)).toList());
  }

  /** Every replica that serves users. */
  public List<ServingPort> replicas(LoopSpec loop) {
    return replicaUrls(loop).stream().map(url -> at(url, loop)).toList();
  }

  /** The evaluation's own server, unless it is one of the replicas that serve users. */
  public Optional<ServingPort> separateEvaluationServer(LoopSpec loop) {
    return Optional.ofNullable(loop.spec().evaluation().endpoint())
        .filter(own -> !replicaUrls(loop).contains(own))
        .map(own -> at(own, loop));
  }

  /** Base URLs of every replica that serves users. */
  public static List<String> replicaUrls(LoopSpec loop) {
    LoopSpec.Serving serving = loop.spec().serving();
    return serving.replicas().isEmpty() ? List.of(serving.endpoint()) : serving.replicas();
  }

  @PreDestroy
  void close() {
    client.shutdownNow();
  }

  /**
   * The server at a base URL, asked with growing pauses while it fails.
   *
   * @throws ServingException if the URL is malformed or the key cannot be read
   */
  public ServingPort at(String endpoint, LoopSpec loop) {
    return new PausingServingClient(client(endpoint, loop), backoff, loop.id(), endpoint);
  }

  private ServingPort client(String endpoint, LoopSpec loop) {
    URI url = baseUrl(endpoint);
    String tenant = loop.metadata().tenant();
    ServingPort server =
        new HttpServingClient(
            client,
            url,
            credentials.resolve(tenant, loop.spec().serving().credentialsRef(), url),
            config.requestTimeout(),
            endpoints);
    return new PlacedAdapterClient(server, url, placement);
  }

  static URI baseUrl(String endpoint) {
    try {
      URI url = URI.create(endpoint);
      if (url.getHost() != null && Set.of("http", "https").contains(url.getScheme())) {
        return url;
      }
    } catch (IllegalArgumentException e) {
      LOG.debug("invalid-base-url", e);
    }
    throw new ServingException(
        ServingException.Kind.MISCONFIGURED,
        "'%s' is not the base URL of a model server. Write http://host:port in spec.serving or"
                .formatted(endpoint)
            + " spec.evaluation.endpoint");
  }
}
