/** What a service says is written with what it did, and sent afterwards. */
@NullMarked
package dev.whetstone.kit.outbox;

import org.jspecify.annotations.NullMarked;
