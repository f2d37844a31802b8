package dev.whetstone.kit.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AllowedEndpointsTest {
  private final Map<String, List<String>> names = new HashMap<>();

  private AllowedEndpoints allowed(String... patterns) {
    return AllowedEndpoints.of(List.of(patterns), Set.of(18084), this::resolve);
  }

  private InetAddress[] resolve(String host) throws UnknownHostException {
    List<String> literals = names.getOrDefault(host, List.of());
    if (literals.isEmpty() && !host.matches("[0-9.]+|.*:.*")) {
      throw new UnknownHostException(host);
    }
    InetAddress[] addresses = new InetAddress[Math.max(1, literals.size())];
    for (int i = 0; i < addresses.length; i++) {
      addresses[i] = InetAddress.getByName(literals.isEmpty() ? host : literals.get(i));
    }
    return addresses;
  }

  @ParameterizedTest
  @CsvSource({
    "vllm, http://vllm:8000",
    "vllm:8000, http://vllm:8000",
    "vllm:8000-8100, http://VLLM.:8050/base",
    "*.models.svc, https://one.models.svc",
    "10.0.0.0/8, http://10.1.2.3:8000",
    "10.0.0.0/8, http://inside:8000",
    "[fd00::]/8:8000, http://[fd12::1]:8000",
    "loopback, http://127.0.0.1:18090",
    "loopback, http://[::1]:18090",
    "private, http://192.168.0.7",
    "private, http://100.64.0.1",
    "public, https://93.184.216.34",
  })
  void shouldAllowWhatIsOnTheList(String pattern, String url) {
    names.put("inside", List.of("10.9.9.9"));

    assertThat(allowed(pattern).refusal(url)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "vllm, http://vllm.other:8000, no address",
    "vllm:8000, http://vllm:8001, no address",
    "*.models.svc, http://models.svc.evil.example, no address",
    "*.models.svc, http://notmodels.svc, no address",
    "10.0.0.0/8, http://11.0.0.1, not on the list",
    "10.0.0.0/8, http://mixed, not on the list",
    "loopback, http://10.0.0.1, not on the list",
    "private, http://127.0.0.1, not on the list",
    "public, http://10.0.0.1, not on the list",
    "public, http://[::7f00:1]:80, not on the list",
    "public, http://[64:ff9b::a00:1], not on the list",
  })
  void shouldRefuseWhatIsNotOnTheList(String pattern, String url, String reason) {
    names.put("mixed", List.of("10.0.0.1", "93.184.216.34"));

    assertThat(allowed(pattern).refusal(url).orElseThrow()).contains(reason);
  }

  @ParameterizedTest
  @CsvSource({
    "http://169.254.169.254/latest, link-local",
    "http://[fe80::1]:80, link-local",
    "http://[::ffff:169.254.169.254], link-local",
    "http://[2002:a9fe:a9fe::1], link-local",
    "http://[64:ff9b::a9fe:a9fe], link-local",
    "http://named, link-local",
    "http://100.100.100.200, metadata",
    "http://[fd00:ec2::254], metadata",
    "http://0.0.0.0:18090, unspecified",
    "http://[::]:18090, unspecified",
    "http://0.1.2.3, unspecified",
    "http://224.0.0.1, multicast",
    "http://255.255.255.255, multicast",
    "http://127.0.0.1:18084, port 18084 of this machine",
    "http://[::1]:18084, port 18084 of this machine",
    "http://user:pw@10.0.0.1, user info",
    "http://10.0.0.1/a?b=c, query",
    "http://10.0.0.1/a#b, fragment",
    "ftp://10.0.0.1, no http",
    "http:///path, no http",
  })
  void shouldRefuseWhatNoListCanAllow(String url, String reason) {
    names.put("named", List.of("169.254.169.254"));
    AllowedEndpoints all = allowed("0.0.0.0/0", "[::]/0", "named", "loopback", "private", "public");

    assertThat(all.refusal(url).orElseThrow()).contains(reason);
  }

  @Test
  void shouldAllowNothingWithoutAList() {
    assertThat(allowed().refusal("http://127.0.0.1:8000")).contains("it is not on the list");
    assertThat(allowed().rule())
        .contains("none: the operator has not set whetstone.endpoints.allow");
  }

  @Test
  void shouldCheckTheAddressAgainAtEachCall() throws UnknownHostException {
    AllowedEndpoints policy = allowed("vllm");
    names.put("vllm", List.of("10.0.0.7"));
    assertThat(policy.refusal("http://vllm:8000")).isEmpty();
    assertThat(policy.address(URI.create("http://vllm:8000")).getHostAddress())
        .isEqualTo("10.0.0.7");

    names.put("vllm", List.of("169.254.169.254"));

    assertThatThrownBy(() -> policy.address(URI.create("http://vllm:8000")))
        .isInstanceOf(EndpointRefusedException.class)
        .hasMessageContaining("http://vllm:8000 may not be called: its host has a link-local");
  }

  @Test
  void shouldLetAServerOnTheListStartAfterItsLoopIsDeclared() {
    assertThat(allowed("vllm").refusal("http://vllm:8000")).isEmpty();
    assertThat(allowed("10.0.0.0/8").refusal("http://vllm:8000"))
        .contains("its host has no address");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "http://vllm",
        "10.0.0.0/33",
        "vllm/8",
        "a:0",
        "a:9-8",
        "a:70000",
        "300.1.1.1"
      })
  void shouldRefuseAMalformedPattern(String pattern) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> allowed(pattern))
        .withMessageContaining("whetstone.endpoints.allow: '" + pattern + "'");
  }
}
