package dev.whetstone.eval.batch;

/** A batch that was sealed. */
public record SealedBatch(String batchId, long sequence, String manifestUri) {}
