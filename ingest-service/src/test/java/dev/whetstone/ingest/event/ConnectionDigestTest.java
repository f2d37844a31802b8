package dev.whetstone.ingest.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ConnectionDigestTest {
  private static final byte[] KEY = "a secret".getBytes(StandardCharsets.UTF_8);

  @Test
  void shouldTellConnectionsApartButNotAddressesOfOneIpv6Network() {
    String one = digest(KEY, "acme", "192.0.2.7");
    assertThat(one).matches("[0-9a-f]{32}").isEqualTo(digest(KEY, "acme", "192.0.2.7"));
    assertThat(digest(KEY, "acme", "192.0.2.8")).isNotEqualTo(one);
    assertThat(digest(KEY, "acme", "::ffff:192.0.2.7")).isEqualTo(one);
    assertThat(digest(KEY, "acme", "2001:db8:1:2::7"))
        .isEqualTo(digest(KEY, "acme", "2001:db8:1:2:ffff::9"))
        .isNotEqualTo(digest(KEY, "acme", "2001:db8:1:3::7"));
  }

  @Test
  void shouldNotBeComparableAcrossTenantsAndKeys() {
    String one = digest(KEY, "acme", "192.0.2.7");
    assertThat(digest(KEY, "other", "192.0.2.7")).isNotEqualTo(one);
    assertThat(digest(new byte[] {1}, "acme", "192.0.2.7")).isNotEqualTo(one);
  }

  private static String digest(byte[] key, String tenant, String address) {
    return ConnectionDigest.of(key, tenant, InetAddress.ofLiteral(address).getAddress());
  }
}
