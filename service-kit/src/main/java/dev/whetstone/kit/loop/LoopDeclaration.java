package dev.whetstone.kit.loop;

import dev.whetstone.contracts.loop.LoopSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A loop file that holds.
 *
 * @param spec with every default filled in
 * @param specSha256 SHA-256 (hex) of the spec's canonical JSON
 * @param settings every field's effective value and where it comes from
 */
public record LoopDeclaration(LoopSpec spec, String specSha256, List<Setting> settings) {
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
