package dev.whetstone.kit.store.s3;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Settings that were checked.
 *
 * @param endpoint absent for AWS's own
 * @param encryption a value of the header {@code x-amz-server-side-encryption}; absent for the
 *     bucket's own
 * @param partBytes size of the parts of larger objects
 * @param cacheBytes most bytes of local copies
 */
record S3Settings(
    @Nullable URI endpoint,
    Optional<String> region,
    boolean pathStyle,
    S3Checksum checksum,
    @Nullable String encryption,
    @Nullable String kmsKeyId,
    int attempts,
    Duration connectTimeout,
    Duration readTimeout,
    Duration callTimeout,
    long partBytes,
    Path cacheFolder,
    long cacheBytes) {
  private static final Set<String> ENCRYPTIONS = Set.of("AES256", "aws:kms");

  /** Limits of the API. */
  private static final long LEAST_PART = 5L << 20;

  private static final long MOST_PART = 5L << 30;

  /**
   * @throws IllegalArgumentException naming the setting, its value and the accepted ones
   */
  static S3Settings of(S3Config config) {
    URI endpoint = config.endpoint().orElse(null);
    if (endpoint != null
        && (endpoint.getHost() == null
            || !Set.of("http", "https").contains(String.valueOf(endpoint.getScheme())))) {
      throw refused("endpoint", endpoint, "http://host:port or https://host:port");
    }
    String encryption = config.encryption().equals("bucket") ? null : config.encryption();
    if (encryption != null && !ENCRYPTIONS.contains(encryption)) {
      throw refused("encryption", encryption, "bucket, AES256 or aws:kms");
    }
    String key = config.kmsKeyId().orElse(null);
    if (key != null && !"aws:kms".equals(encryption)) {
      throw refused("kms-key-id", key, "a key only where whetstone.s3.encryption is aws:kms");
    }
    if (config.attempts() < 1) {
      throw refused("attempts", config.attempts(), "1 or more");
    }
    if (config.partBytes() < LEAST_PART || config.partBytes() > MOST_PART) {
      throw refused("part-bytes", config.partBytes(), "%d to %d".formatted(LEAST_PART, MOST_PART));
    }
    return new S3Settings(
        endpoint,
        config.region().or(() -> config.endpoint().map(unused -> "us-east-1")),
        config.pathStyle(),
        S3Checksum.of(config.checksum()),
        encryption,
        key,
        config.attempts(),
        config.connectTimeout(),
        config.readTimeout(),
        config.callTimeout(),
        config.partBytes(),
        config.cacheFolder().toAbsolutePath().normalize(),
        config.cacheBytes());
  }

  /** Where requests go, for messages. */
  String server() {
    return endpoint == null ? "Amazon S3" : endpoint.toString();
  }

  private static IllegalArgumentException refused(String name, Object value, String accepted) {
    return new IllegalArgumentException(
        "whetstone.s3.%s is '%s'; set it to %s".formatted(name, value, accepted));
  }
}
