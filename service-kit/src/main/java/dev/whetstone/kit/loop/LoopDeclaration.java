package dev.whetstone.kit.loop;

import dev.whetstone.contracts.loop.LoopSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A valid loop file.
 *
 * @param spec with all defaults
 * @param specSha256 SHA-256 (hex) of the spec's canonical JSON
 * @param settings the effective value of every field and its origin, for programs
 * @param yaml the effective declaration as a loop file, for people: the fields are in the order of
 *     the file, and a comment beside each value that is not from the file gives its origin. Reading
 *     it gives the same spec
 */
public record LoopDeclaration(
    LoopSpec spec, String specSha256, List<Setting> settings, String yaml) {
  public LoopDeclaration {
    settings = List.copyOf(settings);
  }

  /**
   * @param pointer JSON Pointer within the declaration
   * @param origin {@code file}, {@code profile standard}, {@code profile cautious} or {@code
   *     computed}
   */
  public record Setting(String pointer, @Nullable Object value, String origin) {}
}
