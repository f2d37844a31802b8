package dev.whetstone.eval.serving;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.eval.config.EvalConfig;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;

/** Ways to the model servers that loops name. */
@ApplicationScoped
public class ModelServers {
  private final EvalConfig config;
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .executor(Executors.newVirtualThreadPerTaskExecutor())
          .build();

  public ModelServers(EvalConfig config) {
    this.config = config;
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

  private ServingPort at(String endpoint, LoopSpec loop) {
    return new HttpServing(
        client,
        URI.create(endpoint),
        Credentials.resolve(loop.spec().serving().credentialsRef()),
        config.requestTimeout());
  }
}
