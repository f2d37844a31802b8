package dev.whetstone.testing;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Collectors;

/**
 * API keys for tests. Their applications are {@code support-app} (full), {@code web-widget}
 * (publishable) and {@code reader} (read only).
 */
public enum TestKeys {
  /** Every scope, tenant {@code acme}. */
  ACME(
      'A', "acme", "support-app", false, "ingest", "import", "read", "operate", "approve", "erase"),
  /** Every scope, tenant {@code other}. */
  OTHER(
      'B',
      "other",
      "support-app",
      false,
      "ingest",
      "import",
      "read",
      "operate",
      "approve",
      "erase"),
  /** A browser key of {@code acme}. */
  ACME_PUBLISHABLE('C', "acme", "web-widget", true, "ingest"),
  /** Read only, tenant {@code acme}. */
  ACME_READ_ONLY('D', "acme", "reader", false, "read"),
  /** Ingest only, tenant {@code acme}. */
  ACME_INGEST_ONLY('E', "acme", "sender", false, "ingest"),
  /** Read and operate, tenant {@code acme}. */
  ACME_OPERATE('F', "acme", "deployer", false, "read", "operate"),
  /** Every scope, for loop {@code only} of tenant {@code acme}. */
  ACME_ONE_LOOP('G', "acme", "one-loop", false, "ingest", "read", "operate", "approve", "erase"),
  /** Read only, tenant {@code acme}; it expired in 2020. */
  ACME_EXPIRED('H', "acme", "former-reader", false, "read"),
  /** Joins hosts of {@code acme}. */
  ACME_WORK('W', "acme", "gpu-host", false, "work");

  private final String text;
  private final String tenant;
  private final String application;
  private final boolean publishable;
  private final String[] scopes;

  TestKeys(char fill, String tenant, String application, boolean publishable, String... scopes) {
    this.text = "wst_" + String.valueOf(fill).repeat(43);
    this.tenant = tenant;
    this.application = application;
    this.publishable = publishable;
    this.scopes = scopes;
  }

  /** The text of the key. */
  public String text() {
    return text;
  }

  /** Value of the {@code Authorization} header. */
  public String bearer() {
    return "Bearer " + text;
  }

  public String tenant() {
    return tenant;
  }

  public String application() {
    return application;
  }

  /** The content of the file {@code whetstone.keys.file}. */
  public static String file() {
    return Arrays.stream(values())
        .map(TestKeys::entry)
        .collect(Collectors.joining(",\n  ", "{\"keys\": [\n  ", "\n]}\n"));
  }

  private String entry() {
    String scopeList =
        Arrays.stream(scopes).map(scope -> '"' + scope + '"').collect(Collectors.joining(", "));
    return """
    {"id": "%s", "sha256": "%s", "tenant": "%s", "application": "%s", "scopes": [%s], "publishable": %s%s}"""
        .formatted(
            name().toLowerCase(java.util.Locale.ROOT).replace('_', '-'),
            sha256(text),
            tenant,
            application,
            scopeList,
            publishable,
            limits());
  }

  private String limits() {
    return switch (this) {
      case ACME_ONE_LOOP -> ", \"loop\": \"only\"";
      case ACME_EXPIRED -> ", \"expires\": \"2020-01-01T00:00:00Z\"";
      default -> "";
    };
  }

  private static String sha256(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
