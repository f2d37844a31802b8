/** The OpenAI chat format, limited to what Whetstone reads: text, roles and tool calls. */
@NullMarked
package dev.whetstone.contracts.chat;

import org.jspecify.annotations.NullMarked;
