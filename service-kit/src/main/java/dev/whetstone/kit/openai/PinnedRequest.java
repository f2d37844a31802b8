package dev.whetstone.kit.openai;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpRequest;

/**
 * Makes a request to an address that was checked, whatever its host's name resolves to when the
 * connection is opened. The {@code Host} header keeps the name.
 *
 * <p>An https request is not changed: the certificate must be for the name, so a server at another
 * address cannot answer in its place.
 */
final class PinnedRequest {
  private static final String RESTRICTED_HEADERS = "jdk.httpclient.allowRestrictedHeaders";
  private static final boolean CAN_SET_HOST = canSetHost();

  private PinnedRequest() {}

  static HttpRequest of(HttpRequest request, InetAddress address) {
    URI uri = request.uri();
    if (!"http".equalsIgnoreCase(uri.getScheme()) || !CAN_SET_HOST) {
      return request;
    }
    String literal =
        address instanceof Inet6Address
            ? "[" + address.getHostAddress().replaceFirst("%.*", "") + "]"
            : address.getHostAddress();
    String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
    String path = uri.getRawPath() == null ? "" : uri.getRawPath();
    return HttpRequest.newBuilder(request, (name, value) -> true)
        .uri(URI.create("http://" + literal + port + path))
        .setHeader("Host", uri.getHost() + port)
        .build();
  }

  /**
   * Lets requests set the {@code Host} header. The JDK reads the property once, before it builds
   * its first client. Where another client came first, the name is resolved again within the time
   * for which the JDK caches addresses.
   */
  static void allowHostHeader() {
    if (System.getProperty(RESTRICTED_HEADERS) == null) {
      System.setProperty(RESTRICTED_HEADERS, "host");
    }
  }

  private static boolean canSetHost() {
    allowHostHeader();
    try {
      HttpRequest.Builder unused =
          HttpRequest.newBuilder(URI.create("http://localhost")).header("Host", "localhost");
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
