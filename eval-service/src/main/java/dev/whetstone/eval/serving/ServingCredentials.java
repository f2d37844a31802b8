package dev.whetstone.eval.serving;

import dev.whetstone.kit.tenant.ServingKeyResolver;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The keys of the model servers that eval asks. */
final class ServingCredentials {
  private final ServingKeyResolver keys;

  /**
   * @param folder with a folder of keys for each tenant; empty for none
   * @param environment gives the value of a variable, or null if it is not set
   */
  ServingCredentials(Optional<Path> folder, UnaryOperator<@Nullable String> environment) {
    this.keys = new ServingKeyResolver(folder, "whetstone.eval.credentials-folder", environment);
  }

  /**
   * @param reference absent for a server without a key
   * @param endpoint that the key is for
   * @throws ServingException if the reference cannot be resolved for this tenant and endpoint
   */
  @Nullable String resolve(String tenant, @Nullable String reference, URI endpoint) {
    if (reference == null || reference.isBlank()) {
      return null;
    }
    try {
      return keys.resolve(tenant, reference, endpoint);
    } catch (ServingKeyResolver.UnresolvedKeyException e) {
      throw new ServingException(
          ServingException.Kind.MISCONFIGURED, String.valueOf(e.getMessage()));
    }
  }
}
