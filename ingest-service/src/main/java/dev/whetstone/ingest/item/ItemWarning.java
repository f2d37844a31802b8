package dev.whetstone.ingest.item;

import org.jspecify.annotations.Nullable;

/**
 * Something about an accepted item that its sender should check.
 *
 * @param code stable; for programs
 * @param pointer JSON Pointer (RFC 6901) of the place in the body
 * @param detail names the value
 * @param remedy an instruction
 */
public record ItemWarning(String code, @Nullable String pointer, String detail, String remedy) {
  /** The same warning about an item at {@code prefix} in its body. */
  public ItemWarning under(String prefix) {
    return new ItemWarning(code, prefix + (pointer == null ? "" : pointer), detail, remedy);
  }
}
