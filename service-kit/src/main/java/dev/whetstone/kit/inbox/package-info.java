/** Each event takes effect once: its key and its effect are written in one transaction. */
@NullMarked
package dev.whetstone.kit.inbox;

import org.jspecify.annotations.NullMarked;
