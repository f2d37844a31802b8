package dev.whetstone.eval.serving;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.eval.config.EvalConfig;
import dev.whetstone.kit.openai.ClientLimits;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/** Ways to the model servers that loops name. */
@ApplicationScoped
public class ModelServers {
  private static final Logger LOG = Logger.getLogger(ModelServers.class);
  private final EvalConfig config;
  private final ServingCredentials credentials;
  private final HttpClient client;

  public ModelServers(EvalConfig config) {
    this.config = config;
    this.credentials = new ServingCredentials(config.credentialsFolder(), System::getenv);
    this.client = ClientLimits.within(config.requestTimeout()).newHttpClient();
  }

  /** Where candidates are asked: the evaluation's own endpoint, else the serving one. */
  public ServingPort forEvaluation(LoopSpec loop) {
    String own = loop.spec().evaluation().endpoint();
    return at(own == null ? loop.spec().serving().endpoint() : own, loop);
  }

  /** Every replica that answers users. */
  public List<ServingPort> replicas(LoopSpec loop) {
    return replicaUrls(loop).stream().map(url -> at(url, loop)).toList();
  }

  /** The evaluation's own server, where that is none of those that answer users. */
  public Optional<ServingPort> apart(LoopSpec loop) {
    return Optional.ofNullable(loop.spec().evaluation().endpoint())
        .filter(own -> !replicaUrls(loop).contains(own))
        .map(own -> at(own, loop));
  }

  /** Base URLs of every replica that answers users. */
  public static List<String> replicaUrls(LoopSpec loop) {
    LoopSpec.Serving serving = loop.spec().serving();
    return serving.replicas().isEmpty() ? List.of(serving.endpoint()) : serving.replicas();
  }

  /** The path under which a model server on the same file system finds an adapter. */
  public static String adapterPath(String adapterUri) {
    return adapterUri.startsWith("file:")
        ? Path.of(URI.create("file://" + URI.create(adapterUri).getRawPath())).toString()
        : adapterUri;
  }

  @PreDestroy
  void close() {
    client.shutdownNow();
  }

  /**
   * The server at a base URL.
   *
   * @throws ServingException when the URL is none, or the key cannot be had
   */
  public ServingPort at(String endpoint, LoopSpec loop) {
    return new HttpServingClient(
        client,
        baseUrl(endpoint),
        credentials.resolve(loop.spec().serving().credentialsRef()),
        config.requestTimeout());
  }

  static URI baseUrl(String endpoint) {
    try {
      URI url = URI.create(endpoint);
      if (url.getHost() != null && Set.of("http", "https").contains(url.getScheme())) {
        return url;
      }
    } catch (IllegalArgumentException e) {
      LOG.debug("no-base-url", e);
    }
    throw new ServingException(
        ServingException.Kind.MISCONFIGURED,
        "'%s' is no base URL of a model server; write http://host:port in spec.serving or"
                .formatted(endpoint)
            + " spec.evaluation.endpoint");
  }
}
