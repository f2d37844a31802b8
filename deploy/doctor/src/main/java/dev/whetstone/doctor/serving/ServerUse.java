package dev.whetstone.doctor.serving;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.kit.loop.DeclaredLoop;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A model server as loops with one tenant and one key use it.
 *
 * @param url as the loop files name it
 * @param credentials reference of the key; absent without one
 * @param takesAdapters whether adapters are loaded into it
 */
record ServerUse(
    String url,
    String tenant,
    @Nullable String credentials,
    boolean takesAdapters,
    List<DeclaredLoop> loops) {

  private record ServerKey(String url, String tenant, @Nullable String credentials) {}

  /** Every server that the loops name, once for each tenant and key. */
  static List<ServerUse> of(List<DeclaredLoop> loops) {
    Map<ServerKey, List<DeclaredLoop>> users = new LinkedHashMap<>();
    Set<ServerKey> adapters = new LinkedHashSet<>();
    for (DeclaredLoop loop : loops) {
      LoopSpec.Serving serving = loop.spec().spec().serving();
      String evaluation = loop.spec().spec().evaluation().endpoint();
      Set<String> loaded = new LinkedHashSet<>(serving.replicas());
      if (loaded.isEmpty()) {
        loaded.add(serving.endpoint());
      }
      if (evaluation != null) {
        loaded.add(evaluation);
      }
      Set<String> urls = new LinkedHashSet<>(loaded);
      urls.add(serving.endpoint());
      for (String url : urls) {
        ServerKey key = new ServerKey(url, loop.id().tenant(), serving.credentialsRef());
        users.computeIfAbsent(key, unused -> new ArrayList<>()).add(loop);
        if (loaded.contains(url)) {
          adapters.add(key);
        }
      }
    }
    return users.entrySet().stream()
        .map(
            use ->
                new ServerUse(
                    use.getKey().url(),
                    use.getKey().tenant(),
                    use.getKey().credentials(),
                    adapters.contains(use.getKey()),
                    use.getValue()))
        .toList();
  }

  /** The first loops that use it, for messages. */
  String users() {
    List<String> names = loops.stream().limit(3).map(loop -> loop.id().toString()).toList();
    int others = loops.size() - names.size();
    return String.join(", ", names) + (others > 0 ? " and %d others".formatted(others) : "");
  }
}
