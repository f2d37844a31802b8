package dev.whetstone.curation.chain;

import dev.whetstone.contracts.EventKey;
import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.batch.Split;
import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.contracts.envelope.SenderStamp;
import dev.whetstone.contracts.feedback.FeedbackSource;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.example.Provenance;
import dev.whetstone.curation.text.ChatTexts;
import dev.whetstone.curation.text.InteractionStatistics;
import dev.whetstone.curation.text.TokenCounter;
import dev.whetstone.curation.text.Tokenization;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Examples for tests. */
public final class Samples {
  public static final LoopId LOOP = new LoopId("test", "support");
  public static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");

  private Samples() {}

  public static Provenance by(String endUser) {
    return by(endUser, Split.TRAIN);
  }

  public static Provenance by(String endUser, Split split) {
    return from(endUser, split, NOON, false);
  }

  public static Provenance from(String endUser, Split split, Instant receivedAt, boolean imported) {
    return new Provenance(
        LOOP,
        split,
        null,
        endUser,
        "app",
        imported,
        FeedbackSource.Type.HUMAN,
        List.of(),
        List.of(),
        null,
        receivedAt,
        false);
  }

  /** Feedback from a browser: its key names the end user, and anyone can read the key. */
  public static Provenance claimed(String endUser, String connection, Instant receivedAt) {
    return new Provenance(
        LOOP,
        Split.TRAIN,
        null,
        endUser,
        "app",
        false,
        FeedbackSource.Type.HUMAN,
        List.of(),
        List.of(),
        null,
        receivedAt,
        false,
        new SenderStamp("web", true, connection));
  }

  public static Provenance tagged(Provenance base, String... tags) {
    return new Provenance(
        base.loop(),
        base.split(),
        base.conversationId(),
        base.endUserDigest(),
        base.application(),
        base.imported(),
        base.sourceType(),
        base.eventKeys(),
        List.of(tags),
        base.servedAnswer(),
        base.receivedAt(),
        base.synthetic());
  }

  public static EventKey key(String id) {
    return new EventKey(LOOP, "app", id);
  }

  public static Example sft(String prompt, String answer) {
    return sft(prompt, answer, by("someone"));
  }

  public static Example sft(String prompt, String answer, Provenance provenance) {
    return Example.sft(
        List.of(ChatMessage.user(prompt)),
        List.of(ChatMessage.assistant(answer)),
        null,
        provenance);
  }

  public static Example pair(String prompt, String chosen, String rejected, Provenance provenance) {
    return Example.preference(
        List.of(ChatMessage.user(prompt)),
        List.of(ChatMessage.assistant(chosen)),
        List.of(ChatMessage.assistant(rejected)),
        null,
        provenance);
  }

  public static Example thumb(String prompt, String answer, boolean up, Provenance provenance) {
    return Example.binary(
        List.of(ChatMessage.user(prompt)),
        List.of(ChatMessage.assistant(answer)),
        up,
        null,
        provenance);
  }

  /** An admission context whose token counter takes a token per word. */
  public static AdmissionContext admission(LoopSpec spec) {
    return admission(spec, Map.of());
  }

  public static AdmissionContext admission(LoopSpec spec, Map<String, Object> facts) {
    TokenCounter words =
        messages ->
            messages.stream().mapToInt(m -> Tokenization.of(ChatTexts.text(m)).size()).sum();
    return new AdmissionContext(spec, words, facts);
  }

  public static CutContext cut(LoopSpec spec) {
    return cut(spec, List.of());
  }

  public static CutContext cut(LoopSpec spec, List<Example> sealedBefore) {
    return new CutContext(
        spec,
        sealedBefore,
        List.of(),
        List.of(),
        InteractionStatistics.none(),
        List.of(),
        List.of(),
        7);
  }
}
