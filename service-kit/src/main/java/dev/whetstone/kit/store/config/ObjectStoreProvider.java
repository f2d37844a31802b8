package dev.whetstone.kit.store.config;

import dev.whetstone.kit.store.ArtifactResolver;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.store.ObjectStoreException;
import dev.whetstone.kit.store.UnsupportedSchemeException;
import dev.whetstone.kit.store.file.FileScheme;
import dev.whetstone.kit.store.s3.S3Config;
import dev.whetstone.kit.store.s3.S3Scheme;
import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Provides the resolver of artifacts, and the store that {@code whetstone.store.uri} names. */
public class ObjectStoreProvider {
  @Produces
  @DefaultBean
  @Singleton
  ArtifactResolver artifactResolver(S3Config s3) {
    return new ArtifactResolver(List.of(new FileScheme(), new S3Scheme(s3, System::getenv)));
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
