package dev.whetstone.curation.batch;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

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
}
