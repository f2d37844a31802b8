package dev.whetstone.eval.assignment;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/**
 * Assigns each end user one variant, always the same: a hash of loop and user gives a position
 * between 0 and 1, and the variants divide that range by their shares, in the order given.
 */
public final class AssignmentRule {
  private AssignmentRule() {}

  /**
   * @param share of end users, 0 to 1
   */
  public record Variant(String name, String model, long generation, double share) {}

  /**
   * @param salt of the hash: the loop's key
   * @param variants whose shares add up to 1
   */
  public static Assignment assign(String salt, String endUser, List<Variant> variants) {
    double position = position(salt, endUser);
    double end = 0;
    for (Variant variant : variants) {
      end += variant.share();
      if (position < end) {
        return assignment(variant);
      }
    }
    return assignment(variants.getLast());
  }

  /** The user's position, evenly distributed from 0 to below 1. */
  static double position(String salt, String endUser) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest((salt + "\n" + endUser).getBytes(StandardCharsets.UTF_8));
      return (ByteBuffer.wrap(digest).getLong() >>> 11) * 0x1.0p-53;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }

  private static Assignment assignment(Variant variant) {
    return new Assignment(variant.model(), variant.generation(), variant.name(), variant.share());
  }
}
