package dev.whetstone.kit.store.s3;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Settings of a test: the documented defaults, and what the test sets. */
public final class TestS3Config implements S3Config {
  private final Map<String, String> values = new HashMap<>();

  public TestS3Config(URI endpoint, Path cache) {
    values.put("endpoint", endpoint.toString());
    values.put("cache-folder", cache.toString());
    values.put("access-key-ref", "env:ACCESS");
    values.put("secret-key-ref", "env:SECRET");
  }

  TestS3Config with(String name, Object value) {
    values.put(name, value.toString());
    return this;
  }

  TestS3Config without(String name) {
    values.remove(name);
    return this;
  }

  private Optional<String> value(String name) {
    return Optional.ofNullable(values.get(name));
  }

  @Override
  public Optional<URI> endpoint() {
    return value("endpoint").map(URI::create);
  }

  @Override
  public Optional<String> region() {
    return value("region");
  }

  @Override
  public boolean pathStyle() {
    return true;
  }

  @Override
  public String checksum() {
    return value("checksum").orElse("sha256");
  }

  @Override
  public String encryption() {
    return value("encryption").orElse("bucket");
  }

  @Override
  public Optional<String> kmsKeyId() {
    return value("kms-key-id");
  }

  @Override
  public Optional<String> accessKeyRef() {
    return value("access-key-ref");
  }

  @Override
  public Optional<String> secretKeyRef() {
    return value("secret-key-ref");
  }

  @Override
  public Optional<String> sessionTokenRef() {
    return value("session-token-ref");
  }

  @Override
  public int attempts() {
    return Integer.parseInt(value("attempts").orElse("4"));
  }

  @Override
  public Duration connectTimeout() {
    return duration("connect-timeout", "PT5S");
  }

  @Override
  public Duration readTimeout() {
    return duration("read-timeout", "PT30S");
  }

  @Override
  public Duration callTimeout() {
    return duration("call-timeout", "PT2M");
  }

  private Duration duration(String name, String otherwise) {
    return Duration.parse(value(name).orElse(otherwise));
  }

  @Override
  public long partBytes() {
    return Long.parseLong(value("part-bytes").orElse("16777216"));
  }

  @Override
  public Path cacheFolder() {
    return Path.of(value("cache-folder").orElseThrow());
  }

  @Override
  public long cacheBytes() {
    return Long.parseLong(value("cache-bytes").orElse("21474836480"));
  }
}
