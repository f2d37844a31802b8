package dev.whetstone.eval.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.kit.store.Artifact;
import dev.whetstone.kit.store.ArtifactResolver;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.store.ObjectStoreException;
import dev.whetstone.kit.store.file.FileScheme;
import dev.whetstone.kit.time.MutableClock;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PinnedInputStateTest {
  private static final String INPUT = "bucket://data/suite.jsonl";
  private static final Map<String, String> PINNED = Map.of(INPUT, "one");

  private final MutableClock clock = new MutableClock(Instant.parse("2026-11-01T00:00:00Z"));
  private final Bucket bucket = new Bucket();
  private final PinnedInputState state =
      new PinnedInputState(new ArtifactResolver(List.of(new FileScheme(), bucket)), clock);

  /** A store that counts how often it is asked whether an input has changed. */
  private static final class Bucket implements ArtifactResolver.Scheme, Artifact {
    private String marker = "one";
    private boolean answers = true;
    private int questions;

    @Override
    public String changeMarker() {
      questions++;
      if (!answers) {
        throw new ObjectStoreException("no answer");
      }
      return marker;
    }

    @Override
    public String name() {
      return "bucket";
    }

    @Override
    public String form() {
      return "bucket://<name>";
    }

    @Override
    public Artifact resolve(URI uri) {
      return this;
    }

    @Override
    public URI canonical(URI uri) {
      return uri;
    }

    @Override
    public URI uri() {
      return URI.create(INPUT);
    }

    @Override
    public ObjectStore openStore(URI uri) {
      throw new AssertionError("only the marker is asked for");
    }

    @Override
    public OptionalLong size() {
      throw new AssertionError("only the marker is asked for");
    }

    @Override
    public InputStream open() {
      throw new AssertionError("only the marker is asked for");
    }

    @Override
    public Path localPath() {
      throw new AssertionError("only the marker is asked for");
    }

    @Override
    public Artifact child(String path) {
      throw new AssertionError("only the marker is asked for");
    }

    @Override
    public List<String> files(int most) {
      throw new AssertionError("only the marker is asked for");
    }

    @Override
    public String directorySha256() {
      throw new AssertionError("only the marker is asked for");
    }
  }

  @Test
  void shouldAskABucketOnceAMinute() {
    assertThat(state.differ(PINNED)).isFalse();
    bucket.marker = "two";
    clock.advance(Duration.ofSeconds(59));
    assertThat(state.differ(PINNED)).isFalse();
    assertThat(bucket.questions).isEqualTo(1);

    clock.advance(Duration.ofSeconds(1));

    assertThat(state.differ(PINNED)).isTrue();
    assertThat(bucket.questions).isEqualTo(2);
  }

  @Test
  void shouldTakeAnInputForUnchangedWhileItsStoreDoesNotAnswer() {
    bucket.answers = false;
    assertThat(state.differ(PINNED)).isFalse();

    bucket.answers = true;
    bucket.marker = "two";
    clock.advance(Duration.ofMinutes(1));

    assertThat(state.differ(PINNED)).isTrue();
  }

  @Test
  void shouldAskAFileSystemEachTime(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("suite.jsonl"), "{}");
    String uri = file.toUri().toString();
    Map<String, String> pinned =
        Map.of(uri, String.valueOf(FileScheme.resolver().local(file).changeMarker()));
    assertThat(state.differ(pinned)).isFalse();

    Files.writeString(file, "{} {}");

    assertThat(state.differ(pinned)).isTrue();
  }
}
