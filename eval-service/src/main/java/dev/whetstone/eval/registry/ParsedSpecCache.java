package dev.whetstone.eval.registry;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.kit.loop.DeclaredLoop;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Parsed declarations by loop and digest. A digest identifies its spec, so an entry is never out of
 * date; the least recently used ones are dropped.
 */
final class ParsedSpecCache {
  private static final int MOST_ENTRIES = 4096;
  private final Map<Key, DeclaredLoop> entries =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, DeclaredLoop> eldest) {
          return size() > MOST_ENTRIES;
        }
      };

  private record Key(LoopId loop, String specSha256) {}

  /** The cached declaration, else the one read; one that does not exist is not cached. */
  Optional<DeclaredLoop> get(
      LoopId loop, String specSha256, Supplier<Optional<DeclaredLoop>> reader) {
    Key key = new Key(loop, specSha256);
    synchronized (entries) {
      DeclaredLoop known = entries.get(key);
      if (known != null) {
        return Optional.of(known);
      }
    }
    Optional<DeclaredLoop> read = reader.get();
    read.ifPresent(
        loopRead -> {
          synchronized (entries) {
            entries.put(key, loopRead);
          }
        });
    return read;
  }
}
