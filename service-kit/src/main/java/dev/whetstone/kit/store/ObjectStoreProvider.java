package dev.whetstone.kit.store;

import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.URI;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Provides the resolver of artifacts, and the store that {@code whetstone.store.uri} names. */
public class ObjectStoreProvider {
  @Produces
  @DefaultBean
  @Singleton
  ArtifactResolver artifactResolver() {
    return ArtifactResolver.standard();
  }

  @Produces
  @DefaultBean
  @ApplicationScoped
  ObjectStore objectStore(
      ArtifactResolver artifacts, @ConfigProperty(name = "whetstone.store.uri") Optional<URI> uri) {
    URI location =
        uri.orElseThrow(
            () ->
                new ObjectStoreException(
                    "whetstone.store.uri is not set. Set it to a location that all services share: "
                        + artifacts.forms()));
    try {
      return artifacts.openStore(location);
    } catch (UnsupportedSchemeException | IllegalArgumentException e) {
      throw new ObjectStoreException("whetstone.store.uri cannot be used: " + e.getMessage(), e);
    }
  }
}
