package dev.whetstone.kit.tenant;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The model servers that loops may name: those on the operator's list, and of these none whose
 * address cannot be a model server's. Names are resolved, and the caller connects to the address
 * that was checked, so that a name cannot change its address in between. Thread-safe.
 */
public final class AllowedEndpoints {
  /** Setting with the patterns of the endpoints that loops may name. */
  public static final String ALLOW = "whetstone.endpoints.allow";

  /** Setting with the ports that this system itself uses on its machine. */
  public static final String OWN_PORTS = "whetstone.endpoints.own-ports";

  private static final Pattern LITERAL = Pattern.compile("[0-9.]+|[0-9a-f:.]*:[0-9a-f:.]*");
  private static final Duration LOOK_UP = Duration.ofSeconds(5);

  private static final AllowedEndpoints UNRESTRICTED =
      new AllowedEndpoints(List.of(), Set.of(), false, InetAddress::getAllByName);

  /** Finds the addresses of a host. */
  @FunctionalInterface
  interface Resolver {
    InetAddress[] addresses(String host) throws UnknownHostException;
  }

  private final List<EndpointPattern> allowed;
  private final Set<Integer> ownPorts;
  private final boolean restricted;
  private final Resolver resolver;

  private AllowedEndpoints(
      List<EndpointPattern> allowed, Set<Integer> ownPorts, boolean restricted, Resolver resolver) {
    this.allowed = List.copyOf(allowed);
    this.ownPorts = Set.copyOf(ownPorts);
    this.restricted = restricted;
    this.resolver = resolver;
  }

  /**
   * @param patterns of the allowed endpoints; without any, none is allowed
   * @param ownPorts refused on every address of this machine
   * @throws IllegalArgumentException naming the setting and the malformed pattern
   */
  public static AllowedEndpoints of(List<String> patterns, Set<Integer> ownPorts) {
    return of(patterns, ownPorts, InetAddress::getAllByName);
  }

  static AllowedEndpoints of(List<String> patterns, Set<Integer> ownPorts, Resolver resolver) {
    try {
      return new AllowedEndpoints(
          patterns.stream().map(EndpointPattern::parse).toList(), ownPorts, true, resolver);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(ALLOW + ": " + e.getMessage(), e);
    }
  }

  /**
   * Any endpoint, for programs that run with the rights of the author of a loop file, and tests.
   */
  public static AllowedEndpoints unrestricted() {
    return UNRESTRICTED;
  }

  /** Whether endpoints are checked at all. */
  public boolean isRestricted() {
    return restricted;
  }

  /** The rule in words, as it follows "allowed:". */
  public String rule() {
    String list =
        allowed.isEmpty()
            ? "none: the operator has not set " + ALLOW
            : allowed.stream().map(EndpointPattern::toString).collect(Collectors.joining(", "));
    return "a base URL without user info, query and fragment, at an endpoint of %s (%s)"
        .formatted(ALLOW, list);
  }

  /**
   * Why an endpoint may not be named, as a clause; empty when it may. Resolves its host.
   *
   * @param url an absolute http or https URL
   */
  public Optional<String> refusal(String url) {
    try {
      URI uri = URI.create(url);
      Optional<String> form = malformed(uri);
      return form.isPresent() || !restricted ? form : refusal(uri);
    } catch (IllegalArgumentException e) {
      return Optional.of("it is not a URL");
    }
  }

  /**
   * An address of the endpoint that was checked; connect to this one.
   *
   * @throws EndpointRefusedException when the endpoint may not be called
   * @throws UnknownHostException when its host has no address
   */
  public InetAddress address(URI endpoint) throws UnknownHostException {
    Optional<String> form = malformed(endpoint);
    if (form.isPresent()) {
      throw refused(endpoint, form.get());
    }
    InetAddress[] addresses = resolve(host(endpoint));
    if (restricted) {
      Optional<String> reason = refusal(endpoint, addresses);
      if (reason.isPresent()) {
        throw refused(endpoint, reason.get());
      }
    }
    return addresses[0];
  }

  private EndpointRefusedException refused(URI endpoint, String reason) {
    return new EndpointRefusedException(
        "%s may not be called: %s; allowed: %s".formatted(endpoint, reason, rule()));
  }

  private static Optional<String> malformed(URI uri) {
    if (uri.getHost() == null || !Set.of("http", "https").contains(scheme(uri))) {
      return Optional.of("it is no http or https URL with a host");
    }
    if (uri.getRawUserInfo() != null) {
      return Optional.of("it contains user info");
    }
    if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
      return Optional.of("it contains a query or a fragment");
    }
    return Optional.empty();
  }

  private Optional<String> refusal(URI uri) {
    try {
      return refusal(uri, resolve(host(uri)));
    } catch (UnknownHostException e) {
      // The server of a name on the list may start later; its address is checked at each call.
      return isNamed(uri) ? Optional.empty() : Optional.of("its host has no address");
    }
  }

  /** Every address must be allowed: the caller's choice among them must not matter. */
  private Optional<String> refusal(URI uri, InetAddress[] addresses) {
    for (InetAddress address : addresses) {
      Optional<String> reason = refusal(uri, address);
      if (reason.isPresent()) {
        return reason;
      }
    }
    return Optional.empty();
  }

  private Optional<String> refusal(URI uri, InetAddress address) {
    int port = port(uri);
    InetAddress effective = ForbiddenAddressRule.effective(address);
    return ForbiddenAddressRule.reason(address)
        .map(kind -> "its host has " + kind)
        .or(
            () ->
                ownPorts.contains(port) && isOfThisMachine(effective)
                    ? Optional.of(
                        "port %d of this machine is one of Whetstone's own".formatted(port))
                    : Optional.empty())
        .or(
            () ->
                isNamed(uri)
                        || allowed.stream().anyMatch(one -> one.matchesAddress(effective, port))
                    ? Optional.empty()
                    : Optional.of("it is not on the list"));
  }

  private boolean isNamed(URI uri) {
    return allowed.stream().anyMatch(one -> one.matchesName(host(uri), port(uri)));
  }

  private static boolean isOfThisMachine(InetAddress address) {
    try {
      return address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null;
    } catch (SocketException e) {
      return true;
    }
  }

  /** The system's resolver has no time limit of its own; a literal needs no look-up. */
  private InetAddress[] resolve(String host) throws UnknownHostException {
    if (LITERAL.matcher(host).matches()) {
      return resolver.addresses(host);
    }
    FutureTask<InetAddress[]> lookUp = new FutureTask<>(() -> resolver.addresses(host));
    // A look-up blocks its carrier, so it gets no virtual thread.
    Thread.ofPlatform().daemon().name("look-up " + host).start(lookUp);
    try {
      return lookUp.get(LOOK_UP.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new UnknownHostException(host);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnknownHostException(host);
    }
  }

  /** In lower case, without brackets and without the dot at the end of an absolute name. */
  private static String host(URI uri) {
    return Stream.of(uri.getHost())
        .map(host -> host.toLowerCase(Locale.ROOT).replaceAll("[\\[\\]]|\\.$", ""))
        .findFirst()
        .orElseThrow();
  }

  private static String scheme(URI uri) {
    return String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
  }

  private static int port(URI uri) {
    return uri.getPort() >= 0 ? uri.getPort() : scheme(uri).equals("https") ? 443 : 80;
  }
}
