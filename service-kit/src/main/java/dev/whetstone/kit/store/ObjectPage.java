package dev.whetstone.kit.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Part of a listing, in the order of the keys.
 *
 * @param next what to list after for the next page; null on the last page
 */
public record ObjectPage(List<Entry> entries, @Nullable String next) {
  public ObjectPage {
    entries = List.copyOf(entries);
  }

  /** An object's key and its size in bytes. */
  public record Entry(String key, long bytes) {}
}
