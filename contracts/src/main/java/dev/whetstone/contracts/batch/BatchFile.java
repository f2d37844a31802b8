package dev.whetstone.contracts.batch;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * One file of a batch.
 *
 * @param path the file's name in the batch: {@code sft/train.jsonl}, {@code lineage.jsonl}, {@code
 *     card.md}, {@code cut.json}
 * @param blob key in the object store: {@code blobs/<sha256>}
 * @param form absent for files that are not rows of a form
 * @param rows lines of a JSONL file; 1 for others
 * @param sha256 of the bytes, hex
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BatchFile(
    String path,
    String blob,
    @Nullable Form form,
    @Nullable Split split,
    long bytes,
    long rows,
    String sha256) {}
