/** Recurring background work: leases, threads per item, back-off and the shape of a reconciler. */
@NullMarked
package dev.whetstone.kit.work;

import org.jspecify.annotations.NullMarked;
