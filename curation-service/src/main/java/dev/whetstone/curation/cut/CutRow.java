package dev.whetstone.curation.cut;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;

/** Row of a cut; {@code body} is the text of {@code cut.json}. */
@Entity
@Table(name = "cut")
class CutRow extends PanacheEntityBase {
  static final String OPEN = "open";
  static final String SEALED = "sealed";
  static final String VOID = "void";

  @Id String cutId;
  String tenant;
  String loop;
  long sequence;
  String state;

  @Column(name = "batch_trigger")
  String trigger;

  String loopSpecSha256;
  String parentBatchId;
  String body;
  String[] planned;
  String batchId;
  Instant createdAt;
  Long lastArrival;
}
