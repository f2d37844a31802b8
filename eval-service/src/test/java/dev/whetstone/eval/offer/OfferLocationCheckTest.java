package dev.whetstone.eval.offer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whetstone.eval.checkpoint.CheckpointRepository;
import dev.whetstone.kit.store.ArtifactResolver;
import dev.whetstone.kit.store.ObjectStoreException;
import dev.whetstone.testing.InfrastructureResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a tenant's uploads lie when the store is a bucket. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class OfferLocationCheckTest {
  @Inject ArtifactResolver artifacts;
  @Inject CheckpointRepository checkpoints;
  private OfferLocationCheck check;

  @BeforeEach
  void store() {
    check =
        new OfferLocationCheck(checkpoints, artifacts.openStore(URI.create("s3://data/whetstone")));
  }

  @Test
  void shouldTakeWhatLiesBelowTheTenantsUploads() {
    assertThat(check.isUpload("acme", URI.create("s3://data/whetstone/offers/acme/one/adapter/")))
        .isTrue();
    assertThat(check.isUpload("acme", URI.create("S3://data/whetstone/offers/%61cme/one/a")))
        .isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "s3://data/whetstone/offers/other/one/adapter",
        "s3://data/whetstone/offers/acme-other/adapter",
        "s3://data/whetstone/offers/acme",
        "s3://data/whetstone/runs/r/1/adapter",
        "s3://data/whetstone/blobs/0"
      })
  void shouldRefuseOtherPlacesOfTheStore(String uri) {
    assertThat(check.isUpload("acme", URI.create(uri))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "s3://other/whetstone/offers/acme/adapter",
        "s3://data/offers/acme/adapter",
        "s3://data/whetstone-2/offers/acme/adapter",
        "s3://data/whetstone/offers/acme/../other/adapter",
        "s3://data/whetstone/offers/acme/%2e%2e/other/adapter",
        "s3://data/whetstone/offers/acme//adapter",
        "file:///data/whetstone/offers/acme/adapter"
      })
  void shouldNotFindOtherBucketsPrefixesAndSchemesInTheStore(String uri) {
    assertThatThrownBy(() -> check.isUpload("acme", URI.create(uri)))
        .isInstanceOf(ObjectStoreException.class)
        .hasMessageContaining("is not in this store, which is s3://data/whetstone");
  }
}
