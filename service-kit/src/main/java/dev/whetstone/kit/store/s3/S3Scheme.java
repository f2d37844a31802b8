package dev.whetstone.kit.store.s3;

import dev.whetstone.kit.store.Artifact;
import dev.whetstone.kit.store.ArtifactResolver;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.store.ObjectStoreException;
import java.net.URI;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * {@code s3://}: objects in buckets of Amazon S3, or of a server with its API. The client is
 * created with the first use, so that an installation without buckets does not pay for it.
 */
public final class S3Scheme implements ArtifactResolver.Scheme {
  private final S3Config config;
  private final UnaryOperator<@Nullable String> environment;
  private @Nullable Access access;

  /** What the first use creates. */
  record Access(S3Bucket bucket, S3LocalCache cache) {}

  /**
   * @param environment gives the value of a variable, or null if it is not set
   */
  public S3Scheme(S3Config config, UnaryOperator<@Nullable String> environment) {
    this.config = config;
    this.environment = environment;
  }

  @Override
  public String name() {
    return S3Location.SCHEME;
  }

  @Override
  public String form() {
    return S3Location.FORM;
  }

  @Override
  public Artifact resolve(URI uri) {
    return new S3Artifact(this::access, S3Location.of(uri));
  }

  @Override
  public URI canonical(URI uri) {
    return S3Location.of(uri).uri();
  }

  @Override
  public ObjectStore openStore(URI uri) {
    S3Location root = S3Location.of(uri);
    Access use = access();
    return new S3ObjectStore(use.bucket(), root, use.cache().spool());
  }

  /**
   * @throws ObjectStoreException when the settings cannot be used
   */
  private synchronized Access access() {
    if (access == null) {
      try {
        S3Settings settings = S3Settings.of(config);
        S3Bucket bucket = new S3Bucket(S3Clients.create(config, settings, environment), settings);
        access = new Access(bucket, new S3LocalCache(bucket));
      } catch (IllegalArgumentException e) {
        throw new ObjectStoreException(String.valueOf(e.getMessage()), e);
      } catch (SdkException e) {
        throw new ObjectStoreException(
            "the client of the object store cannot be created: %s. Set whetstone.s3.region"
                .formatted(e.getMessage()),
            e);
      }
    }
    return access;
  }
}
