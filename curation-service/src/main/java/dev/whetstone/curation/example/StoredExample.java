package dev.whetstone.curation.example;

import dev.whetstone.contracts.batch.Split;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An example as its row holds it.
 *
 * @param rowId digest of the form and of the events it was formed from
 * @param origin the response id, or the event key of feedback that stands alone
 * @param responseEndUserDigest end user of the conversation, who may differ from the one who gave
 *     the feedback
 * @param stage where the chain stopped; {@code reason} and {@code detail} explain it
 * @param deadline after which a live example is rejected
 * @param example absent after erasure
 * @param released whether a person released it from quarantine
 * @param facts what admission knew besides the content, as canonical JSON
 * @param unwanted whether its events were retracted or erased while a cut held it
 * @param version counts changes, to detect concurrent ones
 */
public record StoredExample(
    String rowId,
    String exampleId,
    String origin,
    String form,
    Split split,
    @Nullable String conversationKey,
    @Nullable String endUserDigest,
    @Nullable String responseEndUserDigest,
    Instant receivedAt,
    ExampleState state,
    @Nullable String stage,
    @Nullable String reason,
    @Nullable String detail,
    @Nullable Instant deadline,
    double score,
    boolean released,
    @Nullable Example example,
    List<AdmissionStep> steps,
    String facts,
    @Nullable String cutId,
    @Nullable String batchId,
    boolean unwanted,
    long version) {}
