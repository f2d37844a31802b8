package dev.whetstone.kit.store.s3;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;

/**
 * Keys that the settings refer to. They are read for every request, so that a mounted secret can be
 * replaced without a restart.
 */
final class S3CredentialReferences implements AwsCredentialsProvider {
  private static final int MOST_BYTES = 16 * 1024;

  private final String accessKey;
  private final String secretKey;
  private final @Nullable String sessionToken;
  private final UnaryOperator<@Nullable String> environment;

  private S3CredentialReferences(
      String accessKey,
      String secretKey,
      @Nullable String sessionToken,
      UnaryOperator<@Nullable String> environment) {
    this.accessKey = accessKey;
    this.secretKey = secretKey;
    this.sessionToken = sessionToken;
    this.environment = environment;
  }

  /**
   * The keys that the settings refer to, or the default chain of the AWS SDK: environment, web
   * identity, profile, container, instance.
   *
   * @throws IllegalArgumentException when only one of two keys is set
   */
  static AwsCredentialsProvider of(S3Config config, UnaryOperator<@Nullable String> environment) {
    Optional<String> access = config.accessKeyRef();
    Optional<String> secret = config.secretKeyRef();
    if (access.isEmpty() && secret.isEmpty()) {
      return DefaultCredentialsProvider.builder().build();
    }
    if (access.isEmpty() || secret.isEmpty()) {
      throw new IllegalArgumentException(
          "whetstone.s3.access-key-ref and whetstone.s3.secret-key-ref belong together; set both,"
              + " or neither for the default chain of the AWS SDK");
    }
    return new S3CredentialReferences(
        access.get(), secret.get(), config.sessionTokenRef().orElse(null), environment);
  }

  @Override
  public AwsCredentials resolveCredentials() {
    String access = value("access-key-ref", accessKey);
    String secret = value("secret-key-ref", secretKey);
    return sessionToken == null
        ? AwsBasicCredentials.create(access, secret)
        : AwsSessionCredentials.create(access, secret, value("session-token-ref", sessionToken));
  }

  private String value(String setting, String reference) {
    String value =
        reference.startsWith("env:")
            ? environment.apply(reference.substring("env:".length()))
            : reference.startsWith("file:/")
                ? content(setting, reference)
                : refused(setting, reference, "write env:NAME or file:/absolute/path");
    if (value == null || value.isBlank()) {
      return refused(setting, reference, "nothing is there; set the variable or mount the file");
    }
    return value.strip();
  }

  private static String content(String setting, String reference) {
    try (var in = Files.newInputStream(Path.of(reference.substring("file:".length())))) {
      return new String(in.readNBytes(MOST_BYTES), java.nio.charset.StandardCharsets.UTF_8);
    } catch (IOException e) {
      return refused(setting, reference, "that file cannot be read; mount it");
    }
  }

  private static String refused(String setting, String reference, String why) {
    throw SdkClientException.create(
        "whetstone.s3.%s '%s' cannot be resolved: %s".formatted(setting, reference, why));
  }
}
