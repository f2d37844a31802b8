package dev.whetstone.curation.example;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.curation.batch.BatchRepository;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** Takes examples out of use, whatever their state. */
@ApplicationScoped
public class ExampleWithdrawal {
  private final ExampleRepository examples;
  private final BatchRepository batches;

  public ExampleWithdrawal(ExampleRepository examples, BatchRepository batches) {
    this.examples = examples;
    this.batches = batches;
  }

  /**
   * Deletes examples that are in no batch, marks those in an open cut, and taints the batches of
   * the others. The caller holds the rows' locks.
   *
   * @param reason for the taint events of the batches
   */
  public void withdraw(LoopId loop, Collection<StoredExample> unwanted, String reason) {
    List<String> forget = new ArrayList<>();
    List<String> mark = new ArrayList<>();
    List<String> withdraw = new ArrayList<>();
    Map<String, List<String>> tainted = new TreeMap<>();
    for (StoredExample stored : unwanted) {
      switch (stored.state()) {
        case READY, QUARANTINED, REJECTED -> forget.add(stored.rowId());
        case CUT -> mark.add(stored.rowId());
        case USED -> {
          withdraw.add(stored.rowId());
          tainted
              .computeIfAbsent(Objects.requireNonNull(stored.batchId()), batch -> new ArrayList<>())
              .add(stored.exampleId());
        }
        case WITHDRAWN, ERASED -> {}
      }
    }
    examples.drop(forget);
    examples.markUnwanted(mark);
    examples.move(withdraw, ExampleState.WITHDRAWN, null, reason, null, null);
    tainted.forEach((batch, ids) -> batches.taint(loop, batch, reason, ids, null));
  }
}
