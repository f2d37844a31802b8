package dev.whetstone.kit.store.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The settings as {@code docs/object-store.md} describes them. */
class S3ConfigTest {
  private static S3Config config(Map<String, String> values) {
    return new SmallRyeConfigBuilder()
        .addDefaultInterceptors()
        .withConverter(Path.class, 100, Path::of)
        .withMapping(S3Config.class)
        .withDefaultValues(values)
        .withDefaultValue("java.io.tmpdir", "/tmp")
        .build()
        .getConfigMapping(S3Config.class);
  }

  @Test
  void shouldHaveTheDocumentedDefaults() {
    S3Settings settings = S3Settings.of(config(Map.of()));

    assertThat(settings)
        .isEqualTo(
            new S3Settings(
                null,
                Optional.empty(),
                false,
                S3Checksum.SHA256,
                null,
                null,
                4,
                Duration.ofSeconds(5),
                Duration.ofSeconds(30),
                Duration.ofMinutes(2),
                16L << 20,
                Path.of("/tmp/whetstone-s3"),
                20L << 30));
  }

  @Test
  void shouldReadEverySetting() {
    S3Config config =
        config(
            Map.ofEntries(
                Map.entry("whetstone.s3.endpoint", "https://s3.example:9000"),
                Map.entry("whetstone.s3.path-style", "true"),
                Map.entry("whetstone.s3.checksum", "crc32"),
                Map.entry("whetstone.s3.encryption", "aws:kms"),
                Map.entry("whetstone.s3.kms-key-id", "key-1"),
                Map.entry("whetstone.s3.access-key-ref", "env:A"),
                Map.entry("whetstone.s3.secret-key-ref", "file:/s"),
                Map.entry("whetstone.s3.session-token-ref", "env:T"),
                Map.entry("whetstone.s3.attempts", "2"),
                Map.entry("whetstone.s3.connect-timeout", "PT1S"),
                Map.entry("whetstone.s3.read-timeout", "PT2S"),
                Map.entry("whetstone.s3.call-timeout", "PT3S"),
                Map.entry("whetstone.s3.part-bytes", "5242880"),
                Map.entry("whetstone.s3.cache-folder", "/cache"),
                Map.entry("whetstone.s3.cache-bytes", "7")));
    S3Settings settings = S3Settings.of(config);

    assertThat(settings.server()).isEqualTo("https://s3.example:9000");
    assertThat(settings.region()).contains("us-east-1");
    assertThat(settings.pathStyle()).isTrue();
    assertThat(settings.checksum()).isEqualTo(S3Checksum.CRC32);
    assertThat(settings.encryption()).isEqualTo("aws:kms");
    assertThat(settings.kmsKeyId()).isEqualTo("key-1");
    assertThat(settings.attempts()).isEqualTo(2);
    assertThat(settings.callTimeout()).isEqualTo(Duration.ofSeconds(3));
    assertThat(settings.partBytes()).isEqualTo(5L << 20);
    assertThat(settings.cacheFolder()).isEqualTo(Path.of("/cache"));
    assertThat(settings.cacheBytes()).isEqualTo(7);
    assertThat(config.accessKeyRef()).contains("env:A");
    assertThat(config.secretKeyRef()).contains("file:/s");
    assertThat(config.sessionTokenRef()).contains("env:T");
  }
}
