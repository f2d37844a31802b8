package dev.whetstone.curation.finding;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.envelope.EventAttributes;
import dev.whetstone.contracts.event.FindingReported;
import dev.whetstone.contracts.event.FindingReported.WeakSlice;
import dev.whetstone.kit.json.Json;
import io.quarkus.panache.common.Sort;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Weak slices that evaluation reported. */
@ApplicationScoped
public class FindingRepository {
  public void add(EventAttributes attributes, FindingReported finding) {
    if (FindingRow.findByIdOptional(finding.findingId()).isPresent()) {
      return;
    }
    var row = new FindingRow();
    row.findingId = finding.findingId();
    row.tenant = attributes.loop().tenant();
    row.loop = attributes.loop().loop();
    row.slices = Json.canonicalText(finding.slices());
    row.receivedAt = attributes.time();
    row.persist();
  }

  /** Weak slices reported after this time; null means all. */
  public List<WeakSlice> since(LoopId loop, @Nullable Instant sealedAt) {
    return FindingRow.<FindingRow>find(
            "tenant = ?1 and loop = ?2 and receivedAt > ?3",
            Sort.by("receivedAt", "findingId"),
            loop.tenant(),
            loop.loop(),
            sealedAt == null ? Instant.EPOCH : sealedAt)
        .stream()
        .flatMap(row -> slices(row.slices))
        .toList();
  }

  private static Stream<WeakSlice> slices(String json) {
    return Stream.of(Json.read(json, WeakSlice[].class));
  }
}
