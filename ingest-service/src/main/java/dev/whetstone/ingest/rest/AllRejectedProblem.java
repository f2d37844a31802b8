package dev.whetstone.ingest.rest;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.whetstone.kit.problem.Problem;
import java.util.List;

/**
 * A problem with a receipt for every item.
 *
 * @param items one receipt per item, in order
 */
public record AllRejectedProblem(@JsonUnwrapped Problem problem, List<ItemReceipt> items) {}
