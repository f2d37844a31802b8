package dev.whetstone.eval.probe;

import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.eval.metrics.EvalMetrics;
import dev.whetstone.eval.serving.ServingException;
import dev.whetstone.eval.serving.ServingException.Kind;
import dev.whetstone.eval.serving.ServingPort;
import dev.whetstone.eval.serving.ServingPort.Question;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Asks a replica a probe's prompts, by ordinary chat completions. */
@ApplicationScoped
public class ReplicaProber {
  private static final Logger LOG = Logger.getLogger(ReplicaProber.class);
  private static final List<ChatMessage> ANY_PROMPT = List.of(ChatMessage.user("Hello"));
  private final EvalMetrics metrics;

  public ReplicaProber(EvalMetrics metrics) {
    this.metrics = metrics;
  }

  /**
   * Returns if the replica answers and applies the adapter. Without a recorded probe only the first
   * is checked.
   *
   * @param url names the replica in messages
   * @param probe of the checkpoint with this name
   * @throws ServingException {@code MISCONFIGURED} if it gives other answers than those evaluated;
   *     {@link IneffectiveAdapterException} if they are those of the base
   */
  public void require(
      ServingPort replica, String url, String servedName, Optional<EffectProbe> probe) {
    if (probe.isEmpty()) {
      replica.ask(new Question(servedName, ANY_PROMPT, null, 1));
      return;
    }
    ProbeResult result = ask(replica, servedName, probe.get());
    metrics.probed(metric(result.outcome()));
    if (result.outcome() != ProbeResult.Outcome.CANDIDATE) {
      LOG.warnf("probe-failed replica=%s model=%s outcome=%s", url, servedName, result.outcome());
      String message =
          "replica %s, asked for %s, %s".formatted(url, servedName, result.description());
      throw result.outcome() == ProbeResult.Outcome.BASE
          ? new IneffectiveAdapterException(message)
          : new ServingException(Kind.MISCONFIGURED, message);
    }
  }

  private static EvalMetrics.Probe metric(ProbeResult.Outcome outcome) {
    return switch (outcome) {
      case CANDIDATE -> EvalMetrics.Probe.AS_EVALUATED;
      case BASE -> EvalMetrics.Probe.AS_BASE;
      case OTHER -> EvalMetrics.Probe.OTHERWISE;
    };
  }

  private static ProbeResult ask(ServingPort replica, String servedName, EffectProbe probe) {
    List<@Nullable String> answers = new ArrayList<>();
    for (EffectProbe.Prompt prompt : probe.prompts()) {
      answers.add(
          replica
              .ask(new Question(servedName, prompt.messages(), prompt.tools(), probe.maxTokens()))
              .text());
    }
    return ProbeComparisonRule.compare(probe, answers);
  }
}
