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

/** Takes examples out of use, wherever they are. */
@ApplicationScoped
public class ExampleWithdrawal {
  private final ExampleRepository examples;
  private final BatchRepository batches;

  public ExampleWithdrawal(ExampleRepository examples, BatchRepository batches) {
    this.examples = examples;
    this.batches = batches;
  }

  /**
   * Forgets what is in no batch, marks what a cut holds, and taints the batches of the rest. The
   * caller holds the rows' locks.
   *
   * @param reason that the batches' events carry
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
