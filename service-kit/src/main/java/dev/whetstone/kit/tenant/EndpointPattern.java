package dev.whetstone.kit.tenant;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One entry of the operator's list of endpoints: a host name ({@code vllm}), all names below a
 * domain ({@code *.models.svc}), an address or a range ({@code 10.0.0.0/8}, {@code [fd00::]/8}), or
 * {@code loopback}, {@code private} or {@code public}; with a port ({@code :8000}) or ports ({@code
 * :8000-8100}), else for every port.
 */
final class EndpointPattern {
  private static final Pattern FORM =
      Pattern.compile(
          "(?<host>\\[[0-9A-Fa-f:.]+]|[^:\\[\\]/\\s]+)(/(?<bits>\\d{1,3}))?(:(?<from>\\d{1,5})(-(?<to>\\d{1,5}))?)?");
  private static final Pattern ADDRESS = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|\\[.*]");
  private static final List<String> CLASSES = List.of("loopback", "private", "public");

  private final String text;
  private final String host;
  private final byte @Nullable [] network;
  private final int bits;
  private final int firstPort;
  private final int lastPort;

  private EndpointPattern(
      String text, String host, byte @Nullable [] network, int bits, int firstPort, int lastPort) {
    this.text = text;
    this.host = host;
    this.network = network;
    this.bits = bits;
    this.firstPort = firstPort;
    this.lastPort = lastPort;
  }

  /**
   * @throws IllegalArgumentException naming the entry and the accepted forms
   */
  static EndpointPattern parse(String entry) {
    String text = entry.strip().toLowerCase(Locale.ROOT);
    Matcher parts = FORM.matcher(text);
    if (!parts.matches()) {
      throw malformed(entry);
    }
    String host = parts.group("host");
    byte[] network = ADDRESS.matcher(host).matches() ? address(entry, host) : null;
    if (network == null && parts.group("bits") != null) {
      throw malformed(entry);
    }
    int longest = network == null ? 0 : network.length * 8;
    int bits = parts.group("bits") == null ? longest : Integer.parseInt(parts.group("bits"));
    int from = parts.group("from") == null ? 1 : Integer.parseInt(parts.group("from"));
    int last = parts.group("from") == null ? 65_535 : from;
    int to = parts.group("to") == null ? last : Integer.parseInt(parts.group("to"));
    if (bits > longest || from < 1 || to > 65_535 || from > to) {
      throw malformed(entry);
    }
    return new EndpointPattern(text, host, network, bits, from, to);
  }

  /** Whether it allows a host by its name. */
  boolean matchesName(String name, int port) {
    return network == null
        && !CLASSES.contains(host)
        && isPort(port)
        && (host.equals(name) || (host.startsWith("*.") && name.endsWith(host.substring(1))));
  }

  /** Whether it allows an address. */
  boolean matchesAddress(InetAddress address, int port) {
    if (!isPort(port)) {
      return false;
    }
    if (network != null) {
      return isInNetwork(address.getAddress());
    }
    return switch (host) {
      case "loopback" -> address.isLoopbackAddress();
      case "private" -> isPrivate(address);
      case "public" -> !address.isLoopbackAddress() && !isPrivate(address);
      default -> false;
    };
  }

  private boolean isPort(int port) {
    return port >= firstPort && port <= lastPort;
  }

  private boolean isInNetwork(byte[] address) {
    byte[] range = network;
    if (range == null || address.length != range.length) {
      return false;
    }
    for (int i = 0; i < bits; i++) {
      int mask = 0x80 >> (i % 8);
      if ((address[i / 8] & mask) != (range[i / 8] & mask)) {
        return false;
      }
    }
    return true;
  }

  /** RFC 1918, shared address space (RFC 6598) and unique local IPv6 addresses (RFC 4193). */
  private static boolean isPrivate(InetAddress address) {
    byte[] bytes = address.getAddress();
    boolean shared = bytes.length == 4 && bytes[0] == 100 && (bytes[1] & 0xc0) == 0x40;
    boolean uniqueLocal = bytes.length == 16 && (bytes[0] & 0xfe) == 0xfc;
    return address.isSiteLocalAddress() || shared || uniqueLocal;
  }

  private static byte[] address(String entry, String literal) {
    try {
      // A literal is parsed without a look-up.
      return InetAddress.getByName(literal.replaceAll("[\\[\\]]", "")).getAddress();
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("'%s' contains no valid address".formatted(entry), e);
    }
  }

  private static IllegalArgumentException malformed(String entry) {
    return new IllegalArgumentException(
        "'%s' is no endpoint pattern; write a host, *.domain, an address or range (10.0.0.0/8, [fd00::]/8), loopback, private or public, optionally with a port (:8000) or ports (:8000-8100)"
            .formatted(entry));
  }

  @Override
  public String toString() {
    return text;
  }
}
