package dev.whetstone.kit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whetstone.kit.store.file.FileScheme;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArtifactResolverTest {
  private final ArtifactResolver artifacts = FileScheme.resolver();

  @ParameterizedTest
  @ValueSource(strings = {"ftp://bucket/key", "hf://org/name", "/no/scheme"})
  void shouldNameTheUriTheSupportedSchemesAndTheRemedy(String text) {
    URI uri = URI.create(text);
    String supported = "this version supports file://<absolute path>. Copy the data to such a";

    assertThat(artifacts.find(uri)).isEmpty();
    assertThatThrownBy(() -> artifacts.resolve(uri))
        .isInstanceOf(UnsupportedSchemeException.class)
        .hasMessageContaining("'" + text + "'")
        .hasMessageContaining(uri.getScheme() == null ? "no scheme" : "'" + uri.getScheme() + "'")
        .hasMessageContaining(supported);
    assertThatThrownBy(() -> artifacts.openStore(uri))
        .isInstanceOf(UnsupportedSchemeException.class)
        .hasMessageContaining(supported);
  }

  @Test
  void shouldGiveEveryFileOneSpelling() {
    URI canonical = URI.create("file:///models/my%20base");
    for (String text :
        new String[] {
          "file:///models/my%20base/", "FILE:/models/my%20base", "file://localhost/models/my%20base"
        }) {
      assertThat(artifacts.resolve(URI.create(text)).uri()).isEqualTo(canonical);
    }
    assertThat(artifacts.local(Path.of("/models/x/../my base")).uri()).isEqualTo(canonical);
  }

  @ParameterizedTest
  @ValueSource(strings = {"file:relative", "file://host/path"})
  void shouldRefuseAUriThatNamesNoPath(String text) {
    assertThatThrownBy(() -> artifacts.resolve(URI.create(text)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must be followed by an absolute path");
  }
}
