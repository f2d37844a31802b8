/** Each event takes effect once: its key and its effect share a transaction. */
@NullMarked
package dev.whetstone.kit.inbox;

import org.jspecify.annotations.NullMarked;
