package dev.whetstone.curation.example;

import dev.whetstone.contracts.batch.Split;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An example as it lies in its row.
 *
 * @param rowId digest of the form and of the events it was formed from
 * @param origin the response id, or the event key of feedback that stands alone
 * @param responseEndUserDigest who had the conversation, who may be another than who gave feedback
 * @param stage where the chain stopped; {@code reason} and {@code detail} say why
 * @param deadline after which a live example is rejected
 * @param example absent once erased
 * @param released a person let it out of quarantine
 * @param facts what admission knew beside the content, as canonical JSON
 * @param unwanted its events were taken back while a cut held it
 * @param version counts changes, to notice that somebody else changed it
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
