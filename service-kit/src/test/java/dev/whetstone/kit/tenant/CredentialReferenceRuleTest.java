package dev.whetstone.kit.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CredentialReferenceRuleTest {
  @ParameterizedTest
  @CsvSource({
    "acme, env:WHETSTONE_SERVING_ACME_VLLM",
    "acme, env:WHETSTONE_SERVING_ACME_EU_KEY",
    "acme-eu, env:WHETSTONE_SERVING_ACME__EU_KEY",
    "acme, file:acme/vllm",
  })
  void shouldAllowTheTenantsOwnKeys(String tenant, String reference) {
    assertThat(CredentialReferenceRule.refusal(tenant, reference)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "beta, env:WHETSTONE_SERVING_ACME_VLLM",
    "acme, env:WHETSTONE_SERVING_ACME__EU_KEY",
    "acme-eu, env:WHETSTONE_SERVING_ACME_EU_KEY",
    "acme, env:WHETSTONE_SERVING_ACME_",
    "acme, env:WHETSTONE_SERVING_ACME",
    "acme, env:WHETSTONE_SERVING_ACME_VLLM_HOSTS",
    "acme, env:WHETSTONE_DB_PASSWORD",
    "acme, file:beta/vllm",
    "acme, file:acme/../beta/vllm",
    "acme, file:acme/vllm.hosts",
    "acme, file:/etc/hostname",
    "acme, file:///etc/hostname",
    "acme, vault:secret",
  })
  void shouldRefuseOtherReferencesWithTheRule(String tenant, String reference) {
    assertThat(CredentialReferenceRule.refusal(tenant, reference))
        .contains(CredentialReferenceRule.rule(tenant));
  }
}
