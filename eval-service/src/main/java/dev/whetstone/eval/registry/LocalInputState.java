package dev.whetstone.eval.registry;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.kit.store.Artifact;
import dev.whetstone.kit.store.ArtifactResolver;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The state of the inputs whose digests a declaration pins. It is found without reading the inputs,
 * since base models are large and the state is compared every two seconds.
 */
final class LocalInputState {
  private static final String GONE = "gone";

  private LocalInputState() {}

  /** The change marker of each input that this version reads, by its URI. */
  static Map<String, String> of(LoopSpec loop) {
    List<String> uris = new ArrayList<>(List.of(loop.spec().baseModel().uri()));
    loop.spec().evaluation().suites().forEach(suite -> uris.add(suite.uri()));
    loop.spec().training().replay().forEach(replay -> uris.add(replay.uri()));
    Map<String, String> inputs = new TreeMap<>();
    uris.forEach(uri -> find(uri).ifPresent(input -> inputs.put(uri, marker(input))));
    return inputs;
  }

  /**
   * Whether any of them has changed; an input that this version cannot resolve counts as changed.
   */
  static boolean differ(Map<String, String> inputs) {
    return inputs.entrySet().stream()
        .anyMatch(
            input ->
                !find(input.getKey())
                    .map(LocalInputState::marker)
                    .equals(Optional.of(input.getValue())));
  }

  private static Optional<Artifact> find(String uri) {
    try {
      return ArtifactResolver.standard().find(URI.create(uri));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static String marker(Artifact artifact) {
    String marker = artifact.changeMarker();
    return marker == null ? GONE : marker;
  }
}
