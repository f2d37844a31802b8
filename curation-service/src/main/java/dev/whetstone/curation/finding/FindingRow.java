package dev.whetstone.curation.finding;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;

/** Row of a finding. */
@Entity
@Table(name = "finding")
class FindingRow extends PanacheEntityBase {
  @Id String findingId;
  String tenant;
  String loop;
  String slices;
  Instant receivedAt;
}
