package dev.whetstone.curation.stage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.curation.assembly.StandardChains;
import dev.whetstone.curation.chain.CutContext;
import dev.whetstone.curation.chain.CutOutcome;
import dev.whetstone.curation.chain.Specs;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.stage.SupportDesk.Correction;
import dev.whetstone.curation.text.InteractionStatistics;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class LargeCutTest {
  /**
   * The worst kind of corpus for near-copies: all of it from six templates. The limit only catches
   * comparing all with all; the CPU time taken is printed.
   */
  @Test
  @Timeout(300)
  void shouldCutTwentyThousandExamplesWithoutComparingAllWithAll() {
    LoopSpec spec = Specs.with("  curation: {maxClusterShare: 1}\n");
    var desk = new SupportDesk(17, spec);
    List<Correction> corrections = desk.honest(2_000, 5);
    List<Example> examples = desk.admitted(corrections);
    List<Example> sealed = desk.admitted(desk.honest(500, 5));
    var context =
        new CutContext(
            spec,
            sealed,
            List.of(),
            desk.suites(),
            InteractionStatistics.ofPrompts(corrections.stream().map(Correction::prompt).toList()),
            List.of(),
            List.of(),
            3);
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long start = threads.getCurrentThreadCpuTime();

    CutOutcome outcome = StandardChains.cut().run(examples, context);

    Duration taken = Duration.ofNanos(threads.getCurrentThreadCpuTime() - start);
    System.out.println(
        examples.size()
            + " examples cut in "
            + taken.toMillis()
            + " ms of CPU: "
            + outcome.funnel());
    assertThat(outcome.kept()).hasSizeGreaterThan(10_000);
  }
}
