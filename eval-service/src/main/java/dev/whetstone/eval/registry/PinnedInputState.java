package dev.whetstone.eval.registry;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.kit.store.Artifact;
import dev.whetstone.kit.store.ArtifactResolver;
import dev.whetstone.kit.store.ObjectStoreException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * The state of the inputs whose digests a declaration pins. It is found without reading the inputs,
 * since base models are large and the state is compared every two seconds. A bucket is asked less
 * often, since each question costs.
 */
final class PinnedInputState {
  private static final Logger LOG = Logger.getLogger(PinnedInputState.class);
  private static final String GONE = "gone";
  private static final Duration REMOTE_INTERVAL = Duration.ofMinutes(1);

  private final ArtifactResolver artifacts;
  private final Clock clock;
  private final Map<String, Seen> remote = new ConcurrentHashMap<>();

  PinnedInputState(ArtifactResolver artifacts, Clock clock) {
    this.artifacts = artifacts;
    this.clock = clock;
  }

  /** When a remote input had a marker. */
  private record Seen(String marker, Instant at) {}

  /** The change marker of each input that this version reads, by its URI. */
  Map<String, String> of(LoopSpec loop) {
    List<String> uris = new ArrayList<>(List.of(loop.spec().baseModel().uri()));
    loop.spec().evaluation().suites().forEach(suite -> uris.add(suite.uri()));
    loop.spec().training().replay().forEach(replay -> uris.add(replay.uri()));
    Map<String, String> inputs = new TreeMap<>();
    for (String uri : uris) {
      remote.remove(uri);
      find(uri).ifPresent(input -> inputs.put(uri, marker(uri, input, GONE)));
    }
    return inputs;
  }

  /**
   * Whether any of them has changed; an input that this version cannot resolve counts as changed,
   * one whose store does not answer does not.
   */
  boolean differ(Map<String, String> inputs) {
    return inputs.entrySet().stream()
        .anyMatch(
            input ->
                !find(input.getKey())
                    .map(artifact -> marker(input.getKey(), artifact, input.getValue()))
                    .equals(Optional.of(input.getValue())));
  }

  private Optional<Artifact> find(String uri) {
    try {
      return artifacts.find(URI.create(uri));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /**
   * @param unknown what it is taken for where its store does not answer
   */
  private String marker(String uri, Artifact artifact, String unknown) {
    if ("file".equals(artifact.uri().getScheme())) {
      return marker(artifact);
    }
    Seen seen = remote.get(uri);
    Instant now = clock.instant();
    if (seen != null && now.isBefore(seen.at().plus(REMOTE_INTERVAL))) {
      return seen.marker();
    }
    try {
      String marker = marker(artifact);
      remote.put(uri, new Seen(marker, now));
      return marker;
    } catch (ObjectStoreException e) {
      LOG.warnf("input-not-compared uri=%s reason=%s", uri, e.getMessage());
      remote.put(uri, new Seen(unknown, now));
      return unknown;
    }
  }

  private static String marker(Artifact artifact) {
    String marker = artifact.changeMarker();
    return marker == null ? GONE : marker;
  }
}
