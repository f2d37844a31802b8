/** Messages are written in the transaction that causes them and sent after its commit. */
@NullMarked
package dev.whetstone.kit.outbox;

import org.jspecify.annotations.NullMarked;
