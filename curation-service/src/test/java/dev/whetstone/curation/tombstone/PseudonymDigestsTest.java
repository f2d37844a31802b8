package dev.whetstone.curation.tombstone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PseudonymDigestsTest {
  private static final String DEVELOPMENT = "for-development-only-not-a-secret";
  private final PseudonymDigests pseudonyms = new PseudonymDigests("a-long-enough-secret", true);

  @Test
  void shouldNameTheSamePersonTheSameInATenantOnly() {
    assertThat(pseudonyms.endUser("acme", "ada")).isEqualTo(pseudonyms.endUser("acme", "ada"));
    assertThat(pseudonyms.endUser("acme", "ada"))
        .isNotEqualTo(pseudonyms.endUser("other", "ada"))
        .isNotEqualTo(pseudonyms.endUser("acme", "bob"))
        .isNotEqualTo(pseudonyms.conversation("acme", "ada"))
        .doesNotContain("ada");
    assertThat(pseudonyms.endUser("acme", null)).isNull();
    assertThat(pseudonyms.endUser("acme", "")).isNull();
  }

  @Test
  void shouldDependOnTheKey() {
    var others = new PseudonymDigests("another-long-enough-secret", true);
    assertThat(others.endUser("acme", "ada")).isNotEqualTo(pseudonyms.endUser("acme", "ada"));
    assertThat(others.derivedKey("split")).isNotEqualTo(pseudonyms.derivedKey("split"));
  }

  @Test
  void shouldRefuseTheDevelopmentKeyInProductionAndShortOnesAlways() {
    assertThatThrownBy(() -> new PseudonymDigests(DEVELOPMENT, true))
        .hasMessageContaining("WHETSTONE_CURATION_HMAC_KEY");
    assertThatThrownBy(() -> new PseudonymDigests("short", false))
        .hasMessageContaining("at least 16");
    assertThat(new PseudonymDigests(DEVELOPMENT, false).endUser("acme", "ada")).isNotNull();
  }
}
