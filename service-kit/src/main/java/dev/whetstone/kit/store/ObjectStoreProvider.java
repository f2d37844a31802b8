package dev.whetstone.kit.store;

import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Opens the store that {@code whetstone.store.uri} names. */
public class ObjectStoreProvider {
  @Produces
  @DefaultBean
  @ApplicationScoped
  ObjectStore objectStore(@ConfigProperty(name = "whetstone.store.uri") Optional<URI> uri) {
    URI location =
        uri.orElseThrow(
            () ->
                new ObjectStoreException(
                    "whetstone.store.uri is not set; set it to file://<folder that all services share>"));
    if (!"file".equals(location.getScheme())) {
      throw new ObjectStoreException(
          "whetstone.store.uri is '" + location + "'; this version reads file://<folder>");
    }
    return new FileObjectStore(Path.of(URI.create("file://" + location.getRawPath())));
  }
}
