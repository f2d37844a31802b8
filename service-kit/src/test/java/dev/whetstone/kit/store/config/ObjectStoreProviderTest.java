package dev.whetstone.kit.store.config;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whetstone.kit.store.ArtifactResolver;
import dev.whetstone.kit.store.ObjectStoreException;
import dev.whetstone.kit.store.file.FileScheme;
import java.net.URI;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ObjectStoreProviderTest {
  private final ArtifactResolver artifacts = FileScheme.resolver();

  @Test
  void shouldNameTheSettingWhenTheStoreCannotBeOpened() {
    ObjectStoreProvider provider = new ObjectStoreProvider();
    assertThatThrownBy(() -> provider.objectStore(artifacts, Optional.empty()))
        .hasMessageContaining("whetstone.store.uri is not set")
        .hasMessageContaining("file://<absolute path>");
    assertThatThrownBy(
            () -> provider.objectStore(artifacts, Optional.of(URI.create("ftp://bucket"))))
        .isInstanceOf(ObjectStoreException.class)
        .hasMessageContaining("whetstone.store.uri cannot be used")
        .hasMessageContaining("'ftp://bucket'");
  }
}
