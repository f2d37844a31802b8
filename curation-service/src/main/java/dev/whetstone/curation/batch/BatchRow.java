package dev.whetstone.curation.batch;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.batch.BatchState;
import dev.whetstone.contracts.batch.BatchTrigger;
import dev.whetstone.contracts.batch.SplitCounts;
import dev.whetstone.kit.json.Json;
import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** Row of a sealed batch. */
@Entity
@Table(name = "batch")
class BatchRow extends PanacheEntityBase {
  @Id String batchId;
  String tenant;
  String loop;
  long sequence;
  String state;
  boolean undecided;
  String counts;
  int testItems;
  String funnel;
  String manifestKey;
  String manifestUri;
  String cardKey;
  String loopSpecSha256;
  String parentBatchId;

  @Column(name = "batch_trigger")
  String trigger;

  boolean tainted;
  Instant sealedAt;

  static BatchRow of(Batch batch) {
    var row = new BatchRow();
    row.batchId = batch.batchId();
    row.tenant = batch.loop().tenant();
    row.loop = batch.loop().loop();
    row.sequence = batch.sequence();
    row.state = batch.state().wireName();
    row.undecided = batch.undecided();
    row.counts = text(batch.counts());
    row.testItems = batch.testItems();
    row.funnel = text(batch.funnel());
    row.manifestKey = batch.manifestKey();
    row.manifestUri = batch.manifestUri();
    row.cardKey = batch.cardKey();
    row.loopSpecSha256 = batch.loopSpecSha256();
    row.parentBatchId = batch.parentBatchId();
    row.trigger = batch.trigger().name();
    row.tainted = batch.tainted();
    row.sealedAt = batch.sealedAt();
    return row;
  }

  Batch toBatch() {
    Map<String, SplitCounts> perForm = new HashMap<>();
    Json.read(bytes(counts), Map.class)
        .forEach(
            (form, perSplit) ->
                perForm.put(
                    String.valueOf(form), Json.mapper().convertValue(perSplit, SplitCounts.class)));
    Map<String, Integer> reasons = new HashMap<>();
    Json.read(bytes(funnel), Map.class)
        .forEach((reason, n) -> reasons.put(String.valueOf(reason), ((Number) n).intValue()));
    return new Batch(
        batchId,
        new LoopId(tenant, loop),
        sequence,
        BatchState.ofWireName(state),
        undecided,
        perForm,
        testItems,
        reasons,
        manifestKey,
        manifestUri,
        cardKey,
        loopSpecSha256,
        parentBatchId,
        BatchTrigger.valueOf(trigger),
        tainted,
        sealedAt);
  }

  private static String text(Object value) {
    return new String(Json.canonical(value), StandardCharsets.UTF_8);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
