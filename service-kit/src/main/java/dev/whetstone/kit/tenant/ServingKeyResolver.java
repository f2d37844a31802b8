package dev.whetstone.kit.tenant;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Resolves references to the keys of model servers. A key belongs to one tenant, and the operator
 * names beside it the hosts that may receive it, because the author of a declaration chooses where
 * it is sent.
 */
public final class ServingKeyResolver {
  private static final int MOST_BYTES = 16 * 1024;
  private final Optional<Path> folder;
  private final String folderSetting;
  private final UnaryOperator<@Nullable String> environment;

  /**
   * @param folder with a folder of keys for each tenant; empty for none
   * @param folderSetting names the setting of the folder in messages
   * @param environment gives the value of a variable, or null if it is not set
   */
  public ServingKeyResolver(
      Optional<Path> folder, String folderSetting, UnaryOperator<@Nullable String> environment) {
    this.folderSetting = folderSetting;
    this.folder = folder.map(path -> path.toAbsolutePath().normalize());
    this.environment = environment;
  }

  /**
   * @param reference {@code env:WHETSTONE_SERVING_TENANT_NAME} or {@code file:tenant/name}
   * @param endpoint that the key is for
   * @throws UnresolvedKeyException if the reference is another tenant's, if there is no key, or if
   *     the endpoint's host may not receive it
   */
  public String resolve(String tenant, String reference, URI endpoint) {
    Optional<String> rule = CredentialReferenceRule.refusal(tenant, reference);
    if (rule.isPresent()) {
      throw unresolved(reference, "tenant '%s' may name %s".formatted(tenant, rule.get()));
    }
    if (reference.startsWith("env:")) {
      String name = reference.substring("env:".length());
      String hosts = environment.apply(name + CredentialReferenceRule.HOSTS);
      requireHost(reference, hosts, "variable " + name + CredentialReferenceRule.HOSTS, endpoint);
      return key(reference, variable(reference, name));
    }
    Path file = file(reference, reference.substring("file:".length()));
    Path hosts = file.resolveSibling(file.getFileName() + ".hosts");
    requireHost(
        reference,
        Files.isRegularFile(hosts) ? content(reference, hosts) : null,
        "file " + file.getFileName() + ".hosts beside the key",
        endpoint);
    return key(reference, content(reference, file));
  }

  /** Hosts, or hosts with a port, separated by commas or white space. */
  private static void requireHost(
      String reference, @Nullable String hosts, String setting, URI endpoint) {
    String host = endpoint.getHost().toLowerCase(Locale.ROOT);
    int port = endpoint.getPort() >= 0 ? endpoint.getPort() : defaultPort(endpoint);
    boolean declared =
        hosts != null
            && Arrays.stream(hosts.strip().toLowerCase(Locale.ROOT).split("[,\\s]+"))
                .anyMatch(each -> each.equals(host) || each.equals(host + ":" + port));
    if (!declared) {
      throw unresolved(
          reference,
          "the operator has not declared that %s:%d may receive this key; the %s names the hosts"
              .formatted(host, port, setting));
    }
  }

  private static int defaultPort(URI endpoint) {
    return "https".equalsIgnoreCase(endpoint.getScheme()) ? 443 : 80;
  }

  private String variable(String reference, String name) {
    String value = environment.apply(name);
    if (value == null || value.isBlank()) {
      throw unresolved(reference, "that environment variable is not set");
    }
    return value;
  }

  /** The tenant's folder is checked again after links: they could lead to another tenant's. */
  private Path file(String reference, String path) {
    Path allowed =
        folder.orElseThrow(
            () -> unresolved(reference, "set " + folderSetting + " to the folder of the keys"));
    try {
      Path file = allowed.resolve(path).normalize();
      // Kubernetes mounts a secret's files as links within the mounted folder.
      Path tenantFolder = file.getParent().toRealPath();
      if (!file.toRealPath().startsWith(tenantFolder)) {
        throw unresolved(reference, "the file must lie in the tenant's own folder of keys");
      }
      return file;
    } catch (IOException e) {
      throw unresolved(reference, "that file cannot be read");
    }
  }

  private static String content(String reference, Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return new String(in.readNBytes(MOST_BYTES), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw unresolved(reference, "that file cannot be read");
    }
  }

  /** Checks that a key fits into a header: one word of printable characters. */
  private static String key(String reference, String value) {
    String key = value.strip();
    if (key.isEmpty() || !key.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw unresolved(
          reference, "a key must be one word of printable ASCII, without line breaks and spaces");
    }
    return key;
  }

  private static UnresolvedKeyException unresolved(String reference, String why) {
    return new UnresolvedKeyException(reference, why);
  }

  /** The key at a reference cannot be used. The message has the remedy. */
  public static final class UnresolvedKeyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private UnresolvedKeyException(String reference, String why) {
      super("spec.serving.credentialsRef '" + reference + "' cannot be resolved: " + why);
    }
  }
}
