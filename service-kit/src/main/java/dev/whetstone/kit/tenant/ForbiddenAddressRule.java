package dev.whetstone.kit.tenant;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Tells which addresses no model server can have, whatever the operator allows. */
final class ForbiddenAddressRule {
  /** Addresses of cloud metadata services outside of the link-local range. */
  private static final List<String> METADATA =
      List.of("100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2:0:0:0:0:0:254");

  private ForbiddenAddressRule() {}

  /** Why an address is forbidden; empty when it is not. */
  static Optional<String> reason(InetAddress address) {
    return own(address).or(() -> embedded(address).flatMap(ForbiddenAddressRule::own));
  }

  /** The IPv4 address that an IPv6 address of a translation range stands for, else the address. */
  static InetAddress effective(InetAddress address) {
    return embedded(address).orElse(address);
  }

  private static Optional<String> own(InetAddress address) {
    if (address.isLinkLocalAddress()) {
      return Optional.of("a link-local address");
    }
    if (METADATA.contains(address.getHostAddress())) {
      return Optional.of("the address of a metadata service");
    }
    if (address.isAnyLocalAddress() || isThisNetwork(address)) {
      return Optional.of("an unspecified address");
    }
    if (address.isMulticastAddress() || isReserved(address)) {
      return Optional.of("a multicast or reserved address");
    }
    return Optional.empty();
  }

  private static boolean isThisNetwork(InetAddress address) {
    return address instanceof Inet4Address && address.getAddress()[0] == 0;
  }

  /** 240.0.0.0/4, with the broadcast address. */
  private static boolean isReserved(InetAddress address) {
    return address instanceof Inet4Address && (address.getAddress()[0] & 0xf0) == 0xf0;
  }

  /** 6to4 (2002::/16), NAT64 (64:ff9b::/96) and IPv4-compatible addresses (::/96). */
  private static Optional<InetAddress> embedded(InetAddress address) {
    if (!(address instanceof Inet6Address)) {
      return Optional.empty();
    }
    byte[] bytes = address.getAddress();
    if (bytes[0] == 0x20 && bytes[1] == 0x02) {
      return ipv4(Arrays.copyOfRange(bytes, 2, 6));
    }
    boolean nat64 =
        bytes[0] == 0 && bytes[1] == 0x64 && bytes[2] == (byte) 0xff && bytes[3] == (byte) 0x9b;
    boolean compatible =
        allZero(bytes, 0, 12) && !address.isLoopbackAddress() && !address.isAnyLocalAddress();
    return (nat64 && allZero(bytes, 4, 12)) || compatible
        ? ipv4(Arrays.copyOfRange(bytes, 12, 16))
        : Optional.empty();
  }

  private static boolean allZero(byte[] bytes, int from, int to) {
    for (int i = from; i < to; i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return true;
  }

  private static Optional<InetAddress> ipv4(byte[] bytes) {
    try {
      return Optional.of(InetAddress.getByAddress(bytes));
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four bytes are an IPv4 address", e);
    }
  }
}
