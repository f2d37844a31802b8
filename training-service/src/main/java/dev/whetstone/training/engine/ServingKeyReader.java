package dev.whetstone.training.engine;

import dev.whetstone.kit.tenant.ServingKeyResolver;
import dev.whetstone.training.config.TrainingConfig;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Reads the API key of a loop's model server for its workers. A run names the key by reference; the
 * key itself is passed in the worker's environment and is stored nowhere.
 */
@ApplicationScoped
public class ServingKeyReader {
  /** The worker's variable. */
  public static final String VARIABLE = "WHETSTONE_SERVING_KEY";

  private final ServingKeyResolver keys;

  @Inject
  public ServingKeyReader(TrainingConfig config) {
    this(config.credentialsFolder(), System::getenv);
  }

  ServingKeyReader(Optional<Path> folder, UnaryOperator<@Nullable String> environment) {
    this.keys =
        new ServingKeyResolver(folder, "whetstone.training.credentials-folder", environment);
  }

  /**
   * @throws ServingKeyResolver.UnresolvedKeyException if the reference is not the tenant's, if
   *     there is no key, or if the endpoint's host may not receive it
   */
  public String read(String tenant, String reference, URI endpoint) {
    return keys.resolve(tenant, reference, endpoint);
  }
}
