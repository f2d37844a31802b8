package dev.whetstone.kit.store.s3;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** How {@code s3://} locations are reached. The worker reads the same environment variables. */
@ConfigMapping(prefix = "whetstone.s3")
public interface S3Config {
  /** Base URL of a server with the API of S3; AWS's of the region if absent. */
  Optional<URI> endpoint();

  /**
   * Region of the bucket; if absent, the one that the AWS SDK finds, or {@code us-east-1} where an
   * endpoint is set.
   */
  Optional<String> region();

  /** Whether the bucket is named in the path of a URL instead of its host. */
  @WithDefault("false")
  boolean pathStyle();

  /**
   * Checksum that is sent with what is written, and verified by the server: {@code sha256}, {@code
   * crc32}, or {@code none}, for a server that refuses both. With {@code none} what was written is
   * read back.
   */
  @WithDefault("sha256")
  String checksum();

  /**
   * Encryption that is asked for: {@code bucket} (what the bucket is set to), {@code AES256}
   * (SSE-S3) or {@code aws:kms} (SSE-KMS).
   */
  @WithDefault("bucket")
  String encryption();

  /** Key of {@code aws:kms}; the account's default key if absent. */
  Optional<String> kmsKeyId();

  /**
   * Where the access key is, {@code env:NAME} or {@code file:/path}; the default chain of the AWS
   * SDK if absent. A file is read for every request, so that a rotated key is used.
   */
  Optional<String> accessKeyRef();

  /** Where the secret key is; as {@link #accessKeyRef}. */
  Optional<String> secretKeyRef();

  /** Where the session token is, if the keys are temporary; as {@link #accessKeyRef}. */
  Optional<String> sessionTokenRef();

  /** Most attempts of a request, the first one included. */
  @WithDefault("4")
  int attempts();

  /** Time limit for a connection. */
  @WithDefault("PT5S")
  Duration connectTimeout();

  /** Longest pause in an answer. */
  @WithDefault("PT30S")
  Duration readTimeout();

  /** Time limit of a request with its repetitions, and of what a reader waits for a slow answer. */
  @WithDefault("PT2M")
  Duration callTimeout();

  /** Larger objects are uploaded in parts of this size, in bytes. */
  @WithDefault("16777216")
  long partBytes();

  /** Holds local copies and objects that are being written. */
  @WithDefault("${java.io.tmpdir}/whetstone-s3")
  Path cacheFolder();

  /** Most bytes of local copies. */
  @WithDefault("21474836480")
  long cacheBytes();
}
