package dev.whetstone.kit.tenant;

import dev.whetstone.contracts.loop.LoopSpec;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the declarations of tenants may name, as the operator has set it.
 *
 * @param inputs folders of files
 * @param endpoints model servers
 */
public record TenantLimits(InputFolders inputs, AllowedEndpoints endpoints) {
  /** Any file and any endpoint, for programs that run with the rights of the author, and tests. */
  public static TenantLimits unrestricted() {
    return new TenantLimits(InputFolders.unrestricted(), AllowedEndpoints.unrestricted());
  }

  /**
   * A value that is refused.
   *
   * @param pointer JSON Pointer of its field
   * @param value with the reason, if there is one beside the rule
   * @param rule the accepted values
   */
  public record Refusal(String pointer, String value, String rule) {}

  /** What a declaration names and may not: endpoints and the reference to a key. Resolves hosts. */
  public List<Refusal> check(LoopSpec loop) {
    List<Refusal> refusals = new ArrayList<>();
    LoopSpec.Serving serving = loop.spec().serving();
    endpoint("/spec/serving/endpoint", serving.endpoint(), refusals);
    for (int i = 0; i < serving.replicas().size(); i++) {
      endpoint("/spec/serving/replicas/" + i, serving.replicas().get(i), refusals);
    }
    endpoint("/spec/evaluation/endpoint", loop.spec().evaluation().endpoint(), refusals);
    String reference = serving.credentialsRef();
    if (reference != null && !reference.isBlank()) {
      CredentialReferenceRule.refusal(loop.metadata().tenant(), reference)
          .ifPresent(
              rule -> refusals.add(new Refusal("/spec/serving/credentialsRef", reference, rule)));
    }
    return refusals;
  }

  private void endpoint(String pointer, @Nullable String url, List<Refusal> refusals) {
    if (url != null) {
      endpoints
          .refusal(url)
          .ifPresent(
              reason ->
                  refusals.add(
                      new Refusal(pointer, "%s (%s)".formatted(url, reason), endpoints.rule())));
    }
  }
}
