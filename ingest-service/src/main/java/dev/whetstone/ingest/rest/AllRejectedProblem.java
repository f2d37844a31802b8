package dev.whetstone.ingest.rest;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.whetstone.kit.problem.Problem;
import java.util.List;

/**
 * A problem that also tells of every item.
 *
 * @param items a receipt per item, in order
 */
public record AllRejectedProblem(@JsonUnwrapped Problem problem, List<ItemReceipt> items) {}
