package dev.whetstone.ingest.event;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A keyed digest of a client's network address: enough to count connections, and without the key it
 * cannot be turned back by trying all addresses. Pure.
 */
public final class ConnectionDigest {
  private static final String HMAC = "HmacSHA256";
  private static final int BYTES = 16;

  /** A client of IPv6 usually has all addresses with the same first 64 bits. */
  private static final int IPV6_NETWORK_BYTES = 8;

  private static final int IPV4_BYTES = 4;

  private ConnectionDigest() {}

  /**
   * @param key secret, not empty
   * @param tenant digests of two tenants cannot be compared
   * @param address 4 or 16 bytes
   */
  public static String of(byte[] key, String tenant, byte[] address) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(key, HMAC));
      mac.update(tenant.getBytes(StandardCharsets.UTF_8));
      mac.update((byte) 0);
      int counted = address.length == IPV4_BYTES ? IPV4_BYTES : IPV6_NETWORK_BYTES;
      mac.update(address, 0, Math.min(counted, address.length));
      return HexFormat.of().formatHex(mac.doFinal(), 0, BYTES);
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new IllegalStateException("cannot compute " + HMAC + " of a connection", e);
    }
  }
}
