package dev.whetstone.kit.tenant;

import java.util.Locale;
import java.util.Optional;

/**
 * Tells which references to keys of model servers a tenant may write. The author of a declaration
 * also decides where the key is sent, so a reference names keys of its own tenant only.
 */
public final class CredentialReferenceRule {
  /** Variables with keys of model servers start with this; tenant and name follow. */
  public static final String PREFIX = "WHETSTONE_SERVING_";

  /** The variable beside a key that names the hosts which may receive it ends with this. */
  public static final String HOSTS = "_HOSTS";

  private CredentialReferenceRule() {}

  /**
   * How the variables of a tenant's keys begin. A hyphen becomes two underscores, and the name that
   * follows starts with a letter or digit, so that no tenant's prefix covers another's variables.
   */
  public static String variablePrefix(String tenant) {
    return PREFIX + tenant.toUpperCase(Locale.ROOT).replace("-", "__") + "_";
  }

  /** The rule in words, as it follows "allowed:". */
  public static String rule(String tenant) {
    return "env:%s<NAME> or file:%s/<name>".formatted(variablePrefix(tenant), tenant);
  }

  /** Why a tenant may not write a reference; empty when it may. */
  public static Optional<String> refusal(String tenant, String reference) {
    boolean own =
        reference.startsWith("env:")
            ? isOwnVariable(tenant, reference.substring("env:".length()))
            : reference.startsWith("file:")
                && isOwnFile(tenant, reference.substring("file:".length()));
    return own ? Optional.empty() : Optional.of(rule(tenant));
  }

  private static boolean isOwnVariable(String tenant, String name) {
    String prefix = variablePrefix(tenant);
    return name.startsWith(prefix)
        && name.substring(prefix.length()).matches("[A-Z0-9][A-Z0-9_]*")
        && !name.endsWith(HOSTS);
  }

  /** Below the tenant's folder within the folder of keys. */
  private static boolean isOwnFile(String tenant, String path) {
    return path.startsWith(tenant + "/")
        && path.substring(tenant.length() + 1).matches("[A-Za-z0-9][A-Za-z0-9._-]*")
        && !path.endsWith(".hosts");
  }
}
