package dev.whetstone.training.attempt;

import jakarta.enterprise.context.ApplicationScoped;
import java.security.SecureRandom;
import java.util.Base64;

/** Makes the tokens with which workers report: 256 random bits, stored only as a digest. */
@ApplicationScoped
public class WorkerTokenGenerator {
  private static final int BYTES = 32;
  private final SecureRandom random = new SecureRandom();

  public String next() {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    return "wsw_" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
