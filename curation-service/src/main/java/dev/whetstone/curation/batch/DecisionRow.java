package dev.whetstone.curation.batch;

import dev.whetstone.kit.json.Json;
import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Row of a decision about a candidate. */
@Entity
@Table(name = "decision")
class DecisionRow extends PanacheEntityBase {
  @Id String decisionId;
  String tenant;
  String loop;
  String candidate;
  String verdict;
  String batchIds;
  boolean applied;

  List<String> batchIds() {
    return List.of(Json.read(batchIds.getBytes(StandardCharsets.UTF_8), String[].class));
  }
}
